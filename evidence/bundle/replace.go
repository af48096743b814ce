package bundle

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
)

// replacement replaces a file by way of a temporary one in the same directory.
// The root keeps both there, whatever links the directory holds.
type replacement struct {
	root   *os.Root
	mode   fs.FileMode
	write  func(io.Writer) error
	before func() error // called before the rename, if set
}

// put makes name the file, or leaves everything as it was.
func (r replacement) put(name string) (err error) {
	tmp := path.Join(path.Dir(name), ".dossier-"+rand.Text())
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
	if err := r.write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(r.mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if r.before != nil {
		if err := r.before(); err != nil {
			return err
		}
	}
	if err := r.root.Rename(tmp, name); err != nil {
		return err
	}
	r.syncDir(path.Dir(name))
	return nil
}

// syncDir makes the rename last. Some systems cannot sync a directory; the
// rename is done all the same.
func (r replacement) syncDir(name string) {
	if f, err := r.root.Open(name); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
