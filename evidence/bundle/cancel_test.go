package bundle_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence/bundle"
)

// cancelling is a reader that cancels once it has been read from beyond a place.
type cancelling struct {
	io.ReaderAt
	beyond int64
	cancel context.CancelFunc
	after  int // reads after that
}

func (c *cancelling) ReadAt(p []byte, off int64) (int, error) {
	if off >= c.beyond && len(p) > 512 {
		c.cancel()
		c.after++
	}
	return c.ReaderAt.ReadAt(p, off)
}

// TestCancelOpening opens a dossier with a material of 40 MiB, and changes its mind
// in the middle of that.
func TestCancelOpening(t *testing.T) {
	data := pack(t, dossier(t, make([]byte, 40<<20)))
	ctx, cancel := context.WithCancel(t.Context())
	r := &cancelling{ReaderAt: bytes.NewReader(data), beyond: int64(len(data) / 2), cancel: cancel}
	if _, err := bundle.OpenTar(ctx, r, int64(len(data)), bundle.Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	if r.after > 20 {
		t.Errorf("%d reads after it was cancelled", r.after)
	}
}

// TestCancelled checks that nothing is read or written under a context that is
// done.
func TestCancelled(t *testing.T) {
	paths := onDisk(t)
	opened := map[string]*bundle.Dossier{}
	for name, path := range paths {
		opened[name] = open(t, path)
		addApproval(t, opened[name], 7)
	}
	d := dossier(t, []byte("m"))
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, do := range map[string]func() error{
		"Open a file":          func() error { _, err := bundle.Open(ctx, paths["file"], bundle.Limits{}); return err },
		"Open a directory":     func() error { _, err := bundle.Open(ctx, paths["directory"], bundle.Limits{}); return err },
		"FileBlob":             func() error { _, err := bundle.FileBlob(ctx, paths["file"]); return err },
		"Pack":                 func() error { return d.Pack(ctx, io.Discard) },
		"WriteFile":            func() error { return d.WriteFile(ctx, filepath.Join(dir, "a")) },
		"WriteNewFile":         func() error { return d.WriteNewFile(ctx, filepath.Join(dir, "b")) },
		"WriteDir":             func() error { return d.WriteDir(ctx, filepath.Join(dir, "c")) },
		"AppendTo a file":      func() error { return opened["file"].AppendTo(ctx, paths["file"]) },
		"AppendTo a directory": func() error { return opened["directory"].AppendTo(ctx, paths["directory"]) },
	} {
		if err := do(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want that it was cancelled", name, err)
		}
	}
	for _, name := range []string{"a", "b"} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(contentsOf(t, open(t, paths["file"])), contentsOf(t, open(t, paths["directory"]))); diff != "" {
		t.Error(diff)
	}
}

// TestCancelWaiting waits for a lock that another has, is told so, and gives up.
func TestCancelWaiting(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no directory is locked there")
	}
	for name, path := range onDisk(t) {
		t.Run(name, func(t *testing.T) {
			d := open(t, path)
			addApproval(t, d, 7)
			unlock, err := bundle.LockForTest(path)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			told := 0
			d.OnWait = func(at string) {
				if told++; at != path {
					t.Errorf("waits for %s, want %s", at, path)
				}
				cancel()
			}
			if err := d.AppendTo(ctx, path); !errors.Is(err, context.Canceled) || told != 1 {
				t.Errorf("got %v, told %d times", err, told)
			}
			unlock()
			if err := d.AppendTo(t.Context(), path); err != nil {
				t.Error(err)
			}
		})
	}
}
