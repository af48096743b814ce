package sigstore_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	sgverify "github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestRealBundles compares the verdicts about real bundles of many tools with
// those of the library. They are the same, if root certificates that were sent
// are let pass.
func TestRealBundles(t *testing.T) {
	rootJSON := optional(t, corpusDir(t, "roots/prod.json"))
	roots, err := sigstore.ParseRoots(rootJSON)
	must(t, err)
	tr, err := root.NewTrustedRootFromJSON(rootJSON)
	must(t, err)
	library, err := sgverify.NewVerifier(tr, sgverify.WithTransparencyLog(1), sgverify.WithObserverTimestamps(1), sgverify.WithSignedCertificateTimestamps(1))
	must(t, err)
	v := verifier(t, sigstore.Config{Roots: roots, RootSent: true})
	accepted := 0
	all := realBundles(t)
	for _, b := range all {
		r := v.Verify(b.raw, sigstore.AnyArtifactUnsafe(), sigstore.ByAnyoneUnsafe(), at)
		err := libraryVerifyAny(library, b.raw)
		ours := r.Verdict == sigstore.Verified
		if ours {
			accepted++
		}
		if ours != (err == nil) {
			t.Errorf("%s: %s %s, the library: %v", b.file, r.Verdict, r.Code, err)
			showChecks(t, r)
		}
	}
	if t.Logf("%d bundles, %d accepted", len(all), accepted); accepted == 0 {
		t.Error("no bundle is accepted")
	}
}

// libraryVerifyAny is the verdict of sigstore-go whoever signed whatever.
func libraryVerifyAny(v *sgverify.Verifier, raw []byte) error {
	var b bundle.Bundle
	if err := b.UnmarshalJSON(raw); err != nil {
		return err
	}
	_, err := v.Verify(&b, sgverify.NewPolicy(sgverify.WithoutArtifactUnsafe(), sgverify.WithoutIdentitiesUnsafe()))
	return err
}

// realBundle is a bundle in a file of another tool.
type realBundle struct {
	file string
	raw  []byte
}

// realBundles are the bundles of the corpus that state something, each once.
func realBundles(t testing.TB) []realBundle {
	t.Helper()
	var list []realBundle
	err := filepath.WalkDir(corpusDir(t, "provenance"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, raw := range bundlesIn(data) {
			if !slices.ContainsFunc(list, func(o realBundle) bool { return bytes.Equal(o.raw, raw) }) {
				list = append(list, realBundle{filepath.Base(path), raw})
			}
		}
		return nil
	})
	must(t, err)
	if len(list) == 0 {
		t.Fatal("no bundles")
	}
	return list
}

// bundlesIn finds the Sigstore bundles in a file, in whatever it is wrapped.
func bundlesIn(data []byte) [][]byte {
	var list [][]byte
	var walk func(raw jsontext.Value)
	walk = func(raw jsontext.Value) {
		if !bytes.Contains(raw, []byte("vnd.dev.sigstore.bundle")) {
			return
		}
		switch raw.Kind() {
		case '{':
			var object map[string]jsontext.Value
			if json.Unmarshal(raw, &object) != nil {
				return
			}
			if _, ok := object["verificationMaterial"]; ok {
				list = append(list, raw)
				return
			}
			for _, v := range object {
				walk(v)
			}
		case '[':
			var array []jsontext.Value
			if json.Unmarshal(raw, &array) == nil {
				for _, v := range array {
					walk(v)
				}
			}
		}
	}
	for line := range bytes.Lines(data) {
		walk(bytes.TrimSpace(line))
	}
	if len(list) == 0 {
		walk(data)
	}
	return list
}
