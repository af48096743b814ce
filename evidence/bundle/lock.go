package bundle

import (
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lock excludes other processes that lock the dossier at path, which has no
// links, until unlock is called. Where the system can lock a directory nothing
// is left behind; elsewhere, and on network file systems that cannot, a lock
// file stays beside the dossier.
func lock(path string) (unlock func(), err error) {
	if unlock, err := lockDirectory(path); err == nil {
		return unlock, nil
	}
	return lockedfile.MutexAt(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")).Lock()
}
