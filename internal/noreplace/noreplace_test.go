package noreplace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestRename gives a file a name that is free, and one that is not, with hard
// links and without.
func TestRename(t *testing.T) {
	for name, link := range map[string]func(*os.Root) func(string, string) error{
		"links": func(root *os.Root) func(string, string) error { return root.Link },
		"no links": func(*os.Root) func(string, string) error {
			return func(string, string) error { return errors.ErrUnsupported }
		},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := os.OpenRoot(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			if err := errors.Join(root.WriteFile("a", []byte("a"), 0o600), root.WriteFile("b", []byte("b"), 0o600), root.Mkdir("dir", 0o700)); err != nil {
				t.Fatal(err)
			}
			for _, taken := range []string{"b", "dir"} {
				if err := rename(root, "a", taken, link(root)); !errors.Is(err, fs.ErrExist) {
					t.Errorf("%s: got %v, want fs.ErrExist", taken, err)
				}
			}
			if err := rename(root, "a", filepath.Join("none", "c"), link(root)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v, want fs.ErrNotExist", err)
			}
			if err := rename(root, "a", "c", link(root)); err != nil {
				t.Fatal(err)
			}
			if err := rename(root, "a", "d", link(root)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("renaming what is gone: got %v, want fs.ErrNotExist", err)
			}
			for name, want := range map[string]string{"b": "b", "c": "a"} {
				if got, err := root.ReadFile(name); err != nil || string(got) != want {
					t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
				}
			}
			if list, err := fs.ReadDir(root.FS(), "."); err != nil || len(list) != 3 {
				t.Errorf("left %v, %v, want b, c and dir", list, err)
			}
		})
	}
}
