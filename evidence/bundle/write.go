package bundle

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteFile packs the dossier into the file at path, which appears whole or
// not at all: the bytes go to a temporary file beside it, are synced, and the
// file is renamed.
func (d *Dossier) WriteFile(path string) error {
	return atomically(path, d.Pack)
}

// atomically writes a file by way of a temporary one in the same directory.
func atomically(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".dossier-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	if err := write(tmp); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// WriteDir writes the canonical packaging as a directory. A directory that is
// there already must be a layout; blobs are only added, and index.json comes
// last, so that a reader always sees a whole dossier, the old or the new.
func (d *Dossier) WriteDir(path string) error {
	if len(d.statements) == 0 {
		return errors.New("the dossier is empty: there is no statement in it")
	}
	files, err := d.files()
	if err != nil {
		return err
	}
	if err := checkLayoutDir(path); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(path, "blobs", "sha256"), 0o755); err != nil {
		return err
	}
	var last []file
	for _, f := range files {
		if f.name == "index.json" {
			last = append(last, f)
			continue
		}
		if err := writeEntry(path, f); err != nil {
			return err
		}
	}
	return writeEntry(path, last[0])
}

func writeEntry(dir string, f file) error {
	path := filepath.Join(dir, filepath.FromSlash(f.name))
	if info, err := os.Lstat(path); err == nil && f.name != "index.json" && info.Mode().IsRegular() && info.Size() == f.blob.Size {
		return nil // blobs are named by their digest and never change
	}
	return atomically(path, func(w io.Writer) error { return copyBlob(w, f.blob) })
}

// checkLayoutDir refuses to write a layout into a directory that holds
// something else.
func checkLayoutDir(path string) error {
	list, err := os.ReadDir(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(list) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(path, "oci-layout")); err != nil {
		return fmt.Errorf("%s is not empty and not an OCI image layout: choose another directory", path)
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	// Some systems cannot sync a directory; the rename is done all the same.
	_ = f.Sync()
	return nil
}
