package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/release-dossier/dossier/evidence/bundle"
)

// maxConfig is the most bytes of a key, trust, policy or configuration file.
const maxConfig = 1 << 20

// readFile reads a small file that the user named.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usageError{err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, usageError{err}
	}
	if len(data) > maxConfig {
		return nil, usagef("%s: larger than %d bytes", path, maxConfig)
	}
	return data, nil
}

// openDossier opens a file or layout directory.
func openDossier(path string) (*bundle.Dossier, error) {
	d, err := bundle.Open(path, bundle.Limits{})
	if err != nil {
		return nil, &targetError{path, err}
	}
	return d, nil
}

// targets expands the arguments: a directory that is not an OCI layout stands
// for the .dossier files in it.
func targets(args []string) ([]string, error) {
	var list []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, &targetError{arg, err}
		}
		if !info.IsDir() || isLayout(arg) {
			list = append(list, arg)
			continue
		}
		files, err := filepath.Glob(filepath.Join(globEscape(arg), "*.dossier"))
		if err != nil || len(files) == 0 {
			return nil, &targetError{arg, errors.New("no OCI image layout and no .dossier file in this directory")}
		}
		slices.Sort(files)
		list = append(list, files...)
	}
	return list, nil
}

func isLayout(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, "oci-layout"))
	return err == nil
}

// globEscape makes filepath.Glob take a directory's name literally.
func globEscape(dir string) string {
	var out []rune
	for _, r := range dir {
		if r == '*' || r == '?' || r == '[' {
			out = append(out, '[', r, ']')
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

// writeNew writes a file that must not exist yet.
func writeNew(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s exists already: it is not overwritten", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(path))
	}
	return nil
}
