package bundle_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

func TestBlobRead(t *testing.T) {
	b := bundle.BytesBlob([]byte("hello"))
	if got, err := b.Read(5); err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := b.Read(4); err == nil || !strings.Contains(err.Error(), "at most 4") {
		t.Errorf("got %v, want a refusal", err)
	}
	if got, err := bundle.BytesBlob(nil).Read(0); err != nil || len(got) != 0 {
		t.Errorf("empty: got %q, %v", got, err)
	}
}

// TestBlobChangedWhileRead gives no byte count and no io.EOF for bytes that
// are not the blob's.
func TestBlobChangedWhileRead(t *testing.T) {
	for _, now := range []string{"", "hell", "HELLO", "hello!", "hello, world"} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, []byte("hello"), 0o644); err != nil {
			t.Fatal(err)
		}
		b, err := bundle.FileBlob(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		if data, err := b.Read(100); err == nil {
			t.Errorf("%q: Read gave %q", now, data)
		}
		r, err := b.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err == nil || !strings.Contains(err.Error(), "changed") {
			t.Errorf("%q: got %v, want a refusal", now, err)
		}
		r.Close()
	}
}

func TestFileBlobRefuses(t *testing.T) {
	for _, path := range []string{t.TempDir(), os.DevNull, filepath.Join(t.TempDir(), "none")} {
		if _, err := bundle.FileBlob(t.Context(), path); err == nil {
			t.Errorf("%s: accepted", path)
		}
	}
}

func TestFileBlob(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	data := []byte(strings.Repeat("0123456789abcdef", 10_000))
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	b, err := bundle.FileBlob(t.Context(), path)
	if err != nil || b.Digest != evidence.Sum(data) || b.Size != int64(len(data)) {
		t.Errorf("got %s of %d bytes, %v", b.Digest, b.Size, err)
	}
}
