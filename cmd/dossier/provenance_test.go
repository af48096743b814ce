package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// command runs a command and returns its exit status and what it printed.
func command(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	status := (&Cmd{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now}).Run(context.Background())
	return status, out.String()
}

// TestVerifyProvenanceByKey verifies provenance that a builder signed with its
// own key.
func TestVerifyProvenanceByKey(t *testing.T) {
	dir := t.TempDir()
	path := func(name, content string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	private, public, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := attest.LoadSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	const commit = "4d329c75e7ec1725f7c9ce917a8799d408d06be3"
	payload, err := provenance.New(provenance.Build{
		Artifacts:  []evidence.Artifact{{Name: "hello", Digest: evidence.Sum([]byte("hello\n"))}},
		Repository: "https://git.example/acme/hello", Commit: commit, Ref: "refs/tags/v1.2.3",
		BuilderID: "https://ci.example/builders/linux@v7", RunID: "7",
	})
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := attest.Sign(context.Background(), signer, payload)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"verify-provenance", "--bundle", path("p.sigstore.json", string(bundle)), "--source", "git.example/acme/hello"}
	args = slices.Clip(args)
	trusted := slices.Clip(append(args, "--key", path("key.pub", string(public.PEM()))))
	hello := path("hello", "hello\n")
	replaced := func(flag, value string) []string {
		args := append(slices.Clone(trusted), hello)
		args[slices.Index(args, flag)+1] = value
		return args
	}
	for _, tt := range []struct {
		name, want string
		status     int
		args       []string
	}{
		{"all", "VERIFIED", 0, append(trusted, "--tag", "v1.2.3", "--versioned-tag", "v1", "--commit", commit, "--builder", "https://ci.example/builders/linux@v7", hello)},
		{"json", `"repository": "https://git.example/acme/hello"`, 0, append(trusted, "--json", hello)},
		{"another key", "key-mismatch", 1, append(args, "--key", path("other.pub", string(other.PEM())), hello)},
		{"another file", "artifact-digest", 1, append(trusted, path("evil", "evil\n"))},
		{"another tag", "tag-mismatch", 1, append(trusted, "--tag", "v1.2.4", hello)},
		{"another version", "versioned-tag-mismatch", 1, append(trusted, "--versioned-tag", "v2", hello)},
		{"no version", "tag-not-semver", 1, append(trusted, "--versioned-tag", "latest", hello)},
		{"a branch", "no-branch", 1, append(trusted, "--branch", "main", hello)},
		{"another builder", "builder-mismatch", 1, append(trusted, "--builder", "https://ci.example/builders/mac", hello)},
		{"inputs", "no-inputs", 1, append(trusted, "--workflow-input", "a=b", hello)},
		{"another source", "source-mismatch", 1, replaced("--source", "git.example/acme/hello2")},
		{"no trust", "nobody is trusted", 2, append(args, hello)},
		{"empty flag", "--tag is empty", 2, append(trusted, "--tag", "", hello)},
		{"wrong input", "NAME=VALUE", 2, append(trusted, "--workflow-input", "a", hello)},
		{"no source", "--source", 2, []string{"verify-provenance", "--bundle", "x", hello}},
		{"not a document", "provenance-malformed", 4, replaced("--bundle", hello)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, out := command(t, tt.args...); status != tt.status || !strings.Contains(out, tt.want) {
				t.Errorf("exit status %d, want %d and %q\n%s", status, tt.status, tt.want, out)
			}
		})
	}
}

// TestVerifyProvenanceCorpus runs the command on real provenance of each kind;
// verify/slsa has all cases.
func TestVerifyProvenanceCorpus(t *testing.T) {
	corpus := os.Getenv("DOSSIER_CORPUS")
	if corpus == "" {
		t.Skip("SKIPPED, NOT PASSED: set DOSSIER_CORPUS to the labelled corpus")
	}
	base := filepath.Join(corpus, "provenance")
	const example = "github.com/slsa-framework/example-package"
	for _, tt := range []struct {
		name, file, digest, source string
		args                       []string
		status                     int
		want                       string
	}{
		{"go", "gha_go/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl", "sha256:f6ab7ad0c7549b5a4942c3b0690519d791c28c4c0f8b286208cb40da3322a066", example, []string{"--tag", "v14.2"}, 0, "VERIFIED"},
		{"go, another source", "gha_go/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl", "sha256:f6ab7ad0c7549b5a4942c3b0690519d791c28c4c0f8b286208cb40da3322a066", example + "2", nil, 1, "source-mismatch"},
		{"envelope", "gha_generic/v1.4.0/binary-linux-amd64-workflow_dispatch.intoto.jsonl", "sha256:1a8ae7c3a35eeaa392a10d96b9bff0ab9efd6cd31821536efac947ed4b390ee4", example, []string{"--branch", "main"}, 1, "UNPROVEN"},
		{"npm", "npm/gha/supreme-googles-cli-v02-tag.tgz.json", "sha512:1e2ebece757250876cde9d0f6c636ed6e0088a23a6c477fe0cd1afcc11800a5ba0c932f4a57a12537063d49d717bb7ae76b8a2938b3d48e7f02617f6564ad919", "github.com/trishankatdatadog/supreme-goggles", []string{"--builder", "https://github.com/actions/runner/github-hosted", "--npm-keys", filepath.Join(corpus, "roots", "npm-keys.json")}, 0, "VERIFIED"},
		{"google", "gcb_container/v0.2/gcloud-container-github.json", "sha256:1a033b002f89ed2b8ea733162497fb70f1a4049a7f8602d6a33682b4ad9921fd", "github.com/laurentsimon/gcb-tests", []string{"--google-keys", filepath.Join(base, "gcb-keys")}, 0, "VERIFIED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"verify-provenance", "--bundle", filepath.Join(base, tt.file), "--trusted-root", filepath.Join(corpus, "roots", "prod.json"), "--source", tt.source}, tt.args...)
			if status, out := command(t, append(args, tt.digest)...); status != tt.status || !strings.Contains(out, tt.want) {
				t.Errorf("exit status %d, want %d and %q\n%s", status, tt.status, tt.want, out)
			}
		})
	}
}
