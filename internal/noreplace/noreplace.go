// Package noreplace gives a file a name that nothing has yet.
package noreplace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Rename renames the file from to the name to, both in root, unless something has
// that name: then the error wraps [fs.ErrExist] and nothing is changed. Of several
// who do so at once, in whatever process, one succeeds.
//
// It makes a hard link and removes the old name. Where there are no hard links it
// reserves the name with an empty file, which it then replaces; one that is killed
// in between leaves that.
func Rename(root *os.Root, from, to string) error {
	return rename(root, from, to, root.Link)
}

// RenameFile is Rename for two paths in one directory.
func RenameFile(from, to string) error {
	root, err := os.OpenRoot(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer root.Close()
	return Rename(root, filepath.Base(from), filepath.Base(to))
}

func rename(root *os.Root, from, to string, link func(from, to string) error) error {
	err := link(from, to)
	switch {
	case err == nil:
		if err := root.Remove(from); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, root.Remove(to))
		}
		return nil
	case errors.Is(err, fs.ErrExist):
		return err
	}
	reserved, err := root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := reserved.Close(); err != nil {
		return errors.Join(err, root.Remove(to))
	}
	if err := root.Rename(from, to); err != nil {
		return errors.Join(err, root.Remove(to))
	}
	return nil
}
