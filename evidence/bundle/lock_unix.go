//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package bundle

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lockDirectory locks the layout directory, or the directory that holds the
// file: the file itself is replaced, and who locks it would lock the old one. It
// does not wait: errLocked is that others have the lock.
func lockDirectory(path string) (unlock func(), err error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		path = filepath.Dir(path)
	}
	return flock(path, syscall.LOCK_EX)
}

// shareDirectory waits for who writes the layout directory, if anybody does. A
// reader that cannot lock reads all the same, and so does one that has waited
// for three seconds: no lock may keep a dossier from being read.
func shareDirectory(ctx context.Context, path string) (unlock func()) {
	for range 3 * time.Second / lockPoll {
		unlock, err := flock(path, syscall.LOCK_SH)
		switch {
		case err == nil:
			return unlock
		case !errors.Is(err, errLocked) || ctx.Err() != nil:
			return func() {}
		}
		wait(ctx, lockPoll)
	}
	return func() {}
}

func flock(path string, how int) (unlock func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errLocked
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
