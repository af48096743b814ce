//go:build unix

package git

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The history may be cut off at a file that never ends.
func TestShallowFileThatIsNone(t *testing.T) {
	r := newRepo(t, "sha1")
	path := filepath.Join(r.Dir, ".git/shallow")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	g, err := newRunner(r.Dir, r.Env)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readShallow(path); err == nil {
		t.Error("a pipe is read as the list of cut commits")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if cut, err := g.shallow(t.Context()); err != nil || len(cut) != 0 {
		t.Errorf("no file: %v, %v", cut, err)
	}
}
