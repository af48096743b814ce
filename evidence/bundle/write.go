package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

var errEmpty = errors.New("the dossier is empty: there is no statement in it")

// WriteFile packs the dossier into the file at path, which appears whole or
// not at all, as when ctx is done before it is complete: the bytes go to a
// temporary file beside it, are synced, and the file is renamed. A file that is there keeps its permissions.
//
// It may be the file the dossier was opened from. Windows does not replace an
// open file, so there the dossier is closed first and its blobs cannot be read
// afterwards: open the new file.
func (d *Dossier) WriteFile(ctx context.Context, path string) error { return d.writeFile(ctx, path, d) }

// WriteNewFile is WriteFile where nothing may be: if something is at path when the
// dossier is complete, it stays, and the error wraps [fs.ErrExist]. Of several that
// write there at once, one succeeds.
func (d *Dossier) WriteNewFile(ctx context.Context, path string) error {
	return d.put(ctx, path, replacement{mode: 0o644, new: true})
}

// writeFile writes d. Of is the dossier that may hold the file open as well.
func (d *Dossier) writeFile(ctx context.Context, path string, of *Dossier) error {
	path, mode, err := destination(path)
	if err != nil {
		return err
	}
	r := replacement{mode: mode}
	if runtime.GOOS == "windows" {
		r.before = func() error { return errors.Join(d.closeIf(path), of.closeIf(path)) }
	}
	return d.put(ctx, path, r)
}

// put packs the dossier into the file at path.
func (d *Dossier) put(ctx context.Context, path string, r replacement) error {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer root.Close()
	r.root, r.write = root, func(w io.Writer) error { return d.Pack(ctx, w) }
	if err := r.put(filepath.Base(path)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// destination follows links to the file that will be replaced, and refuses
// what a rename would destroy: devices, pipes and directories.
func destination(path string) (string, fs.FileMode, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, 0o644, nil
	}
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("%s is not a regular file: choose another name", path)
	}
	target, err := filepath.EvalSymlinks(path)
	return target, info.Mode().Perm(), err
}

// closeIf closes the file that the dossier was opened from if it is the one at
// path.
func (d *Dossier) closeIf(path string) error {
	f, ok := d.closer.(*os.File)
	if !ok {
		return nil
	}
	opened, err := f.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(opened, there) {
		return nil
	}
	return errors.Join(err, d.Close())
}

// WriteDir writes the canonical packaging as a directory. A directory that is
// there already must be a layout; blobs are only added, materials before the
// statements that list them, and index.json comes last, where readers of OCI
// layouts begin. Each file appears whole or not at all. A writer that is killed
// leaves what readers pass over, and what the next writer removes or completes.
// Like [Dossier.AppendTo] it excludes other processes that write there.
func (d *Dossier) WriteDir(ctx context.Context, path string) error {
	return d.writeDir(ctx, path, checkLayoutDir)
}

// WriteNewDir is WriteDir for a directory that is not there or empty: if a layout
// is there, or comes in the meantime, the error wraps [fs.ErrExist].
func (d *Dossier) WriteNewDir(ctx context.Context, path string) error {
	return d.writeDir(ctx, path, checkNewDir)
}

func (d *Dossier) writeDir(ctx context.Context, path string, check func(string) error) error {
	l, err := d.layout()
	if err != nil {
		return err
	}
	if err := check(path); err != nil {
		return err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	unlock, err := d.lock(ctx, target)
	if err != nil {
		return err
	}
	defer unlock()
	if err := check(path); err != nil { // others may have been there first
		return err
	}
	return l.write(ctx, path, nil)
}

// checkLayoutDir refuses to write a layout into a directory that holds
// something else.
func checkLayoutDir(path string) error {
	list, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	others := slices.ContainsFunc(list, func(e fs.DirEntry) bool {
		_, own := ownFile(e.Name())
		return !own || !e.Type().IsRegular()
	})
	if !others || isLayout(path) {
		return nil
	}
	return fmt.Errorf("%s is not empty and not an OCI image layout: choose another directory", path)
}

func checkNewDir(path string) error {
	if isLayout(path) {
		return fmt.Errorf("%s: a layout: %w", path, fs.ErrExist)
	}
	return checkLayoutDir(path)
}

func isLayout(path string) bool {
	_, err := os.Lstat(filepath.Join(path, "oci-layout"))
	return err == nil
}
