//go:build unix

package bundle_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// TestBecomesPipe: a file that becomes a pipe after it was looked at is not waited
// for.
func TestBecomesPipe(t *testing.T) {
	data := []byte("sbom")
	dir := filepath.Join(t.TempDir(), "layout")
	if err := dossier(t, data).WriteDir(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	d, err := bundle.Open(t.Context(), dir, bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	path := filepath.Join(dir, filepath.FromSlash(bundle.BlobName(evidence.Sum(data))))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	b, ok := d.Blob(evidence.Sum(data))
	if !ok {
		t.Fatal("there is no such blob")
	}
	if _, err := b.Read(100); err == nil {
		t.Error("a pipe was read")
	}
}
