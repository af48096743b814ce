package secrets

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestCorpus searches documents of others that hold no credentials: SBOMs,
// provenance, Sigstore bundles, signed tags, trusted roots.
func TestCorpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: real documents are not searched")
	}
	s := scanner(t)
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		files++
		hits, whole, err := s.Scan(t.Context(), path, f)
		for _, h := range hits {
			t.Errorf("found in %s: %s", path, h)
		}
		if !whole {
			t.Errorf("%s was not searched whole", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 500 {
		t.Errorf("only %d files", files)
	}
}

// known are the fingerprints of what the tests of this repository hold and what
// opens nothing.
var known = map[string]string{
	"bb97d38032db1667": "a token made up for the command's tests",
	"7ab4f186ac81633b": "the same, after a word that says so",
	"88d824092cc1ac55": "part of an SSH signature that is JSON text",
	"9b78ed8b341c74e2": "a password made up for a test of addresses that are refused",
	"4be7f0268a59a9ee": "the same in another test",
	"5757415206484761": "a variable made up for a test of where credentials go",
	"128ca47d4e762232": "the same, as a forge's token",
	"8dbb27e87319d835": "the name of a type of key, in docs/sigstore.md",
}

// TestOwnHistory searches every object of this repository. The keys in its
// tests are all that is found, and a rule whose expression matches itself.
func TestOwnHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the whole repository")
	}
	defer func(n int) { rounds = n }(rounds)
	rounds = fullRounds
	out, err := exec.Command("git", "cat-file", "--batch-all-objects", "--batch").Output()
	if err != nil {
		t.Skipf("this is no git repository: %v", err)
	}
	hits, whole, err := scanner(t).Scan(t.Context(), "git/objects", bytes.NewReader(out))
	if err != nil || !whole {
		t.Fatalf("whole %v, error %v", whole, err)
	}
	for _, h := range hits {
		if h.Rule != "private-key" && h.Rule != "aws-amazon-bedrock-api-key-short-lived" && known[h.Fingerprint] == "" {
			t.Errorf("%s", h)
		}
	}
}

// spdx is a document in the form of SPDX 2.3, of some n packages.
func spdx(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"spdxVersion":"SPDX-2.3","packages":[`)
	for i := range n {
		fmt.Fprintf(&b, `{"SPDXID":"SPDXRef-Package-golang-example.com-token-auth-%d","name":"example.com/token/auth%d",`+
			`"versionInfo":"v1.%d.0","licenseConcluded":"Apache-2.0","checksums":[{"algorithm":"SHA256","checksumValue":"%064x"}],`+
			`"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:golang/example.com/token/auth@v1.%d.0"}]},`+"\n",
			i, i, i, i*7919, i)
	}
	b.WriteString(`{}]}`)
	return b.Bytes()
}

func BenchmarkScanSPDX(b *testing.B) {
	data, s := spdx(40_000), scanner(b)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		hits, _, err := s.Scan(b.Context(), "m", bytes.NewReader(data))
		if err != nil || len(hits) > 0 {
			b.Fatalf("%v, %v", hits, err)
		}
	}
}
