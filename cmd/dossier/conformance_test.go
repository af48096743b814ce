package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestConformance runs verify-bundle on the cases of the Sigstore client
// conformance suite, each with the artifact and with its digest. What it is
// refused for is tested in verify/sigstore.
func TestConformance(t *testing.T) {
	corpus := os.Getenv("DOSSIER_CORPUS")
	if corpus == "" {
		t.Skip("SKIPPED, NOT PASSED: set DOSSIER_CORPUS to the labelled corpus")
	}
	base := filepath.Join(corpus, "bundle-verify", "conformance")
	cases, err := filepath.Glob(filepath.Join(base, "*", "bundle.sigstore.json"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in %s: %v", base, err)
	}
	for _, bundle := range cases {
		dir := filepath.Dir(bundle)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			artifact := existing(filepath.Join(dir, "artifact"), filepath.Join(base, "a.txt"))
			data, err := os.ReadFile(artifact)
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"verify-bundle", "--bundle", bundle,
				"--trusted-root", existing(filepath.Join(dir, "trusted_root.json"), filepath.Join(corpus, "roots", "prod.json"))}
			if key := filepath.Join(dir, "key.pub"); existing(key, "") != "" {
				args = append(args, "--key", key)
			} else {
				args = append(args,
					"--certificate-identity", textOf(filepath.Join(dir, "identity"), "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"),
					"--certificate-oidc-issuer", textOf(filepath.Join(dir, "issuer"), "https://token.actions.githubusercontent.com"))
			}
			for _, target := range []string{artifact, fmt.Sprintf("sha256:%x", sha256.Sum256(data))} {
				var out bytes.Buffer
				status := (&Cmd{Args: append(args, target), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now}).Run(context.Background())
				if accept := !strings.HasSuffix(dir, "_fail"); (status == 0) != accept {
					t.Errorf("exit status %d\n%s", status, out.String())
				}
			}
		})
	}
}

// existing is the first path, if there is such a file, else the second.
func existing(path, otherwise string) string {
	if _, err := os.Stat(path); err != nil {
		return otherwise
	}
	return path
}

// textOf is what a file says, if there is one.
func textOf(path, otherwise string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return otherwise
	}
	return strings.TrimSpace(string(data))
}
