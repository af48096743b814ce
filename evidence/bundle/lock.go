package bundle

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Who waits for a lock asks for it again after every lockPoll, and says so after
// lockPatience.
const (
	lockPoll     = 50 * time.Millisecond
	lockPatience = time.Second
)

// errLocked says that another process holds the lock.
var errLocked = errors.New("another process writes there")

// lock excludes other processes that lock the dossier at path, which has no
// links, until unlock is called. Where the system can lock a directory nothing
// is left behind; elsewhere, and on network file systems that cannot, a lock
// file stays beside the dossier. It waits until ctx is done.
func (d *Dossier) lock(ctx context.Context, path string) (unlock func(), err error) {
	type result struct {
		unlock func()
		err    error
	}
	locked := make(chan result)
	go func() {
		unlock, err := lockNow(ctx, path)
		select {
		case locked <- result{unlock, err}:
		case <-ctx.Done(): // nobody waits any more
			if err == nil {
				unlock()
			}
		}
	}()
	patience := time.NewTimer(lockPatience)
	defer patience.Stop()
	for {
		select {
		case l := <-locked:
			if l.err != nil {
				return nil, fmt.Errorf("lock %s: %w", path, l.err)
			}
			return l.unlock, nil
		case <-patience.C:
			if d.OnWait != nil {
				d.OnWait(path)
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("lock %s: %w", path, ctx.Err())
		}
	}
}

// lockNow is lock without patience: it may go on after ctx is done, as a lock file
// cannot be asked for without waiting.
func lockNow(ctx context.Context, path string) (unlock func(), err error) {
	for {
		unlock, err := lockDirectory(path)
		if err == nil {
			return unlock, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !errors.Is(err, errLocked) {
			break
		}
		wait(ctx, lockPoll)
	}
	return lockedfile.MutexAt(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")).Lock()
}

// wait waits, but not longer than until ctx is done.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
