package bundle

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

var errEmpty = errors.New("the dossier is empty: there is no statement in it")

// WriteFile packs the dossier into the file at path, which appears whole or
// not at all: the bytes go to a temporary file beside it, are synced, and the
// file is renamed. A file that is there keeps its permissions.
//
// It may be the file the dossier was opened from. Windows does not replace an
// open file, so there the dossier is closed first and its blobs cannot be read
// afterwards: open the new file.
func (d *Dossier) WriteFile(path string) error { return d.writeFile(path, d) }

// writeFile writes d. Of is the dossier that may hold the file open as well.
func (d *Dossier) writeFile(path string, of *Dossier) error {
	path, mode, err := destination(path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer root.Close()
	r := replacement{root: root, mode: mode, write: d.Pack}
	if runtime.GOOS == "windows" {
		r.before = func() error { return errors.Join(d.closeIf(path), of.closeIf(path)) }
	}
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
// there already must be a layout; blobs are only added, and index.json comes
// last, where readers of OCI layouts begin. Each file appears whole or not at
// all; a reader of the set in between may see blobs that nothing lists yet.
func (d *Dossier) WriteDir(path string) error {
	if len(d.statements) == 0 {
		return errEmpty
	}
	files, err := d.files()
	if err != nil {
		return err
	}
	if err := checkLayoutDir(path); err != nil {
		return err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := writeEntries(root, files); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func writeEntries(root *os.Root, files []file) error {
	if err := root.MkdirAll("blobs/sha256", 0o755); err != nil {
		return err
	}
	var last []file
	for _, f := range files {
		if f.name == "index.json" {
			last = append(last, f)
			continue
		}
		if err := writeEntry(root, f); err != nil {
			return err
		}
	}
	for _, f := range last {
		if err := writeEntry(root, f); err != nil {
			return err
		}
	}
	return nil
}

func writeEntry(root *os.Root, f file) error {
	if f.name != "index.json" && holds(root, f) {
		return nil // blobs are named by their digest and never change
	}
	r := replacement{root: root, mode: 0o644, write: func(w io.Writer) error { return copyBlob(w, f.blob) }}
	if err := r.put(f.name); err != nil {
		return fmt.Errorf("entry %s: %w", f.name, err)
	}
	return nil
}

// holds reports whether the file is there with the right bytes: a damaged one
// of the same size is written again.
func holds(root *os.Root, f file) bool {
	info, err := root.Lstat(f.name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != f.blob.Size {
		return false
	}
	there := Blob{f.blob.Digest, f.blob.Size, func() (io.ReadCloser, error) { return root.Open(f.name) }}
	return copyBlob(io.Discard, there) == nil
}

// checkLayoutDir refuses to write a layout into a directory that holds
// something else.
func checkLayoutDir(path string) error {
	list, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(list) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(path, "oci-layout")); err != nil {
		return fmt.Errorf("%s is not empty and not an OCI image layout: choose another directory", path)
	}
	return nil
}
