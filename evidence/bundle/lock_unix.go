//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package bundle

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// lockDirectory locks the layout directory, or the directory that holds the
// file: the file itself is replaced, and who locks it would lock the old one.
func lockDirectory(path string) (unlock func(), err error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		path = filepath.Dir(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
