package verify_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// meddler reads SBOMs and does something to the file meanwhile.
type meddler struct {
	sbom.Reader
	meddle func()
}

func (m meddler) Summarize(data []byte) (*evidence.SBOMSummary, error) {
	m.meddle()
	return m.Reader.Summarize(data)
}

// What happens to a file after it was opened is no verdict about its release: it
// is an error that names the file. What happened before is a verdict.
func TestFileChangesAfterOpening(t *testing.T) {
	c := newCast(t)
	truncate := func(t *testing.T, path string, _ *bundle.Dossier) {
		if err := os.Truncate(path, 512); err != nil {
			t.Fatal(err)
		}
	}
	overwrite := func(old, now string) func(*testing.T, string, *bundle.Dossier) {
		return func(t *testing.T, path string, _ *bundle.Dossier) {
			data := testrelease.ReadFile(t, path)
			changed := bytes.ReplaceAll(data, []byte(old), []byte(now))
			if bytes.Equal(data, changed) {
				t.Fatalf("there is no %q in the file", old)
			}
			if err := os.WriteFile(path, changed, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	shut := func(t *testing.T, _ string, d *bundle.Dossier) {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		change func(*testing.T, string, *bundle.Dossier)
		during bool
	}{
		"cut short":             {truncate, false},
		"cut short meanwhile":   {truncate, true},
		"closed":                {shut, false},
		"closed meanwhile":      {shut, true},
		"SBOM changed":          {overwrite(`"bomFormat"`, `"BomFormat"`), false},
		"git objects changed":   {overwrite("dossier git-objects", "Dossier git-objects"), false},
		"key changed":           {overwrite("BEGIN PUBLIC KEY", "begin public key"), false},
		"provenance, meanwhile": {overwrite("application/vnd.in-toto+json", "application/vnd.in-TOTO+json"), true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hello.dossier")
			if err := c.approved.WriteFile(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			d, err := bundle.Open(t.Context(), path, bundle.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			o := c.options(t, policy.Minimal)
			o.Target, o.Trust = path, c.byFingerprint(t)
			if tc.during {
				o.SBOMs = meddler{meddle: func() { tc.change(t, path, d) }}
			} else {
				tc.change(t, path, d)
			}
			_, err = verify.Bundle(t.Context(), d, c.expect(t), o)
			var unread *bundle.ReadError
			if !errors.As(err, &unread) || !strings.HasPrefix(unread.Entry, "blobs/sha256/") {
				t.Fatalf("got %v, want a ReadError of a blob", err)
			}
			if !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), "verify it again") {
				t.Errorf("the error does not name the file and what to do: %v", err)
			}
		})
	}
}
