package bundle

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/release-dossier/dossier/internal/noreplace"
)

// replacement replaces a file by way of a temporary one in the same directory.
// The root keeps both there, whatever links the directory holds.
type replacement struct {
	root   *os.Root
	mode   fs.FileMode
	write  func(io.Writer) error
	before func() error // called before the rename, if set
	new    bool         // nothing of the name may be there
}

// put makes name the file, or leaves everything as it was.
func (r replacement) put(name string) (err error) {
	tmp := path.Join(path.Dir(name), ownPrefix+rand.Text())
	f, err := r.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			err = errors.Join(err, r.root.Remove(tmp))
		}
	}()
	step()
	if err := r.write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(r.mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	step()
	if r.before != nil {
		if err := r.before(); err != nil {
			return err
		}
	}
	rename := r.root.Rename
	if r.new {
		rename = func(from, to string) error { return noreplace.Rename(r.root, from, to) }
	}
	if err := rename(tmp, name); err != nil {
		return err
	}
	step()
	syncDir(r.root, path.Dir(name))
	return nil
}

// syncDir makes what was done in a directory last. Some systems cannot sync one;
// it is done all the same.
func syncDir(root *os.Root, name string) {
	if f, err := root.Open(name); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
