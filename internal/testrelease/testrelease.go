// Package testrelease makes real releases for tests: a git repository with a
// tag signed by a real SSH key, a Go binary built from it, SBOM, provenance and
// a signed dossier. Everything lies in the test's temporary directory.
package testrelease

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
)

// Repository is the normal address of the repository of every release here.
const Repository = "https://example.com/acme/hello"

// AsOf is a moment after everything in a release has happened.
var AsOf = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// Signed is when the statements of a release say they were made.
var Signed = time.Date(2026, 11, 19, 14, 5, 0, 0, time.UTC)

// World is a repository with a release and who made it.
type World struct {
	Dir    string // temporary directory of everything
	Repo   string // the git repository
	Binary string // the released artifact
	Key    string // private SSH key file of the release signer
	Signer *attest.KeySigner
}

// New makes a repository with the signed tags v1.0.0 and v1.0.1.
func New(t testing.TB) *World {
	t.Helper()
	dir := t.TempDir()
	w := &World{Dir: dir, Repo: filepath.Join(dir, "hello"), Binary: filepath.Join(dir, "hello-binary")}
	w.Key, w.Signer = NewKey(t, dir, "release")
	if err := os.Mkdir(w.Repo, 0o755); err != nil {
		t.Fatal(err)
	}
	w.Write(t, "go.mod", "module example.com/acme/hello\n\ngo 1.24\n")
	w.Write(t, "main.go", "package main\n\nfunc main() { println(\"hello\") }\n")
	w.Write(t, "RELEASE.md", "# Releases\n")
	w.Git(t, "init", "-q", "-b", "main", ".")
	w.Git(t, "remote", "add", "origin", Repository)
	w.Git(t, "add", ".")
	w.Git(t, "commit", "-q", "-m", "feat: say hello")
	w.Git(t, "tag", "-s", "-m", "hello 1.0.0", "v1.0.0")
	w.Git(t, "commit", "-q", "--allow-empty", "-m", "fix: say it politely")
	w.Git(t, "tag", "-s", "-m", "hello 1.0.1", "v1.0.1")
	if err := os.WriteFile(w.Binary, binary(t), 0o755); err != nil {
		t.Fatal(err)
	}
	return w
}

// Write writes a file of the repository.
func (w *World) Write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.Repo, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Environ is the environment of the commands: the user's git configuration is
// neither read nor touched.
func (w *World) Environ() []string {
	return append(os.Environ(),
		"HOME="+w.Dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_AUTHOR_NAME=Ana Ruiz", "GIT_AUTHOR_EMAIL=ana@acme.example",
		"GIT_COMMITTER_NAME=Ana Ruiz", "GIT_COMMITTER_EMAIL=ana@acme.example",
		"GIT_AUTHOR_DATE=2026-11-18T10:00:00Z", "GIT_COMMITTER_DATE=2026-11-18T10:00:00Z",
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=gpg.format", "GIT_CONFIG_VALUE_0=ssh",
		"GIT_CONFIG_KEY_1=user.signingkey", "GIT_CONFIG_VALUE_1="+w.Key)
}

// Git runs git in the repository and returns what it prints.
func (w *World) Git(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = w.Repo, w.Environ()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(bytes.TrimSpace(out))
}

// NewKey makes an SSH key with ssh-keygen.
func NewKey(t testing.TB, dir, name string) (string, *attest.KeySigner) {
	t.Helper()
	path := filepath.Join(dir, name+"-key")
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path).CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.LoadSigner(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return path, s
}

// binary builds the released program once per process.
func binary(t testing.TB) []byte {
	t.Helper()
	data, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var buildOnce = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "testrelease-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"go.mod": "module example.com/acme/hello\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() { println(\"hello\") }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	out := filepath.Join(dir, "out")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	if msg, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, msg)
	}
	return os.ReadFile(out)
})

// Options returns what Create collects, to be changed by a test.
func (w *World) Options() collect.Options {
	return collect.Options{
		Dir: w.Repo, Tag: "v1.0.1", Kind: evidence.KindApp, First: true, GenerateSBOM: true,
		Artifacts: []string{w.Binary}, PublicKeys: [][]byte{w.Signer.Public().PEM()},
		Environ: w.Environ(), Now: Signed,
		BuildProvenance: func(payload []byte) ([]byte, error) {
			return attest.Sign(context.Background(), w.Signer, payload)
		},
	}
}

// Draft assembles a release; it is closed when the test ends.
func (w *World) Draft(t testing.TB, o collect.Options) *collect.Draft {
	t.Helper()
	draft, err := collect.Release(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { draft.Close() })
	return draft
}

// Sign signs a draft and returns the dossier.
func (w *World) Sign(t testing.TB, draft *collect.Draft) *bundle.Dossier {
	t.Helper()
	payload, err := draft.Payload()
	if err != nil {
		t.Fatal(err)
	}
	d := bundle.New()
	AddSigned(t, d, w.Signer, payload)
	for _, b := range draft.Blobs {
		d.AddBlob(b)
	}
	return d
}

// Create collects and signs the release v1.0.1.
func (w *World) Create(t testing.TB) *bundle.Dossier {
	t.Helper()
	return w.Sign(t, w.Draft(t, w.Options()))
}

// AddSigned signs payload and adds it to d.
func AddSigned(t testing.TB, d *bundle.Dossier, s attest.Signer, payload []byte) *bundle.Statement {
	t.Helper()
	raw, err := attest.Sign(context.Background(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	st, err := d.AddSignature(raw)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// Approval returns the payload of an approval of the release in d by s.
func Approval(t testing.TB, d *bundle.Dossier, s *attest.KeySigner, change func(*evidence.Approval)) []byte {
	t.Helper()
	var release *bundle.Statement
	for _, st := range d.Statements() {
		if st.IsRelease() {
			release = st
		}
	}
	record, err := evidence.DecodeRecord(release.Statement.Predicate)
	if err != nil {
		t.Fatal(err)
	}
	key := bundle.BytesBlob(s.Public().PEM())
	d.AddBlob(key)
	a := evidence.Approval{
		ID: "approval-1", Release: &evidence.Reference{Digest: release.ID},
		Parents:  d.Heads(func(bundle.Pair) bool { return true }),
		Approver: evidence.Actor{ID: s.Public().Identity(), Kind: evidence.Human, Display: "Tom Okoro"},
		Decision: evidence.Approved, Rationale: "staging is green and the change is small",
		Refs: []evidence.ResourceDescriptor{{URI: "https://example.com/changes/7"}},
		At:   evidence.At(Signed.Add(time.Hour)),
		Materials: []evidence.Material{{
			Name: "keys/approver.pem", MediaType: evidence.MediaTypePublicKey, Digest: key.Digest, Size: key.Size,
		}},
	}
	if change != nil {
		change(&a)
	}
	payload, err := attest.NewStatement(evidence.OwnSubjects(release.ID, record.Artifacts), evidence.ApprovalType, a)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}
