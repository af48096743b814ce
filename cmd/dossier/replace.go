package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/noreplace"
)

// reads remembers a file or directory that this run reads: what the run writes
// must not take its place.
func (c *Cmd) reads(path string) {
	if info, err := os.Stat(path); err == nil { // or reading it says why not
		c.inputs = append(c.inputs, info)
	}
}

// isInput reports whether the run reads the file at path, under whatever name, or
// would the next time: the versions of a document are the *.yaml of a directory.
func (c *Cmd) isInput(path string) bool {
	is := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && slices.ContainsFunc(c.inputs, func(in fs.FileInfo) bool { return os.SameFile(in, info) })
	}
	return is(path) || filepath.Ext(path) == ".yaml" && is(filepath.Dir(path))
}

// place is where a file is or will be: path with no links among its directories.
func place(path string) string {
	dir, err := filepath.EvalSymlinks(filepath.Dir(filepath.Clean(path)))
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return filepath.Clean(path) // writing it says why not
	}
	return filepath.Join(dir, filepath.Base(path))
}

// outsideLayouts refuses a file in an OCI layout: nothing there is of the dossier
// but what the dossier lists, and it would no longer be genuine.
func outsideLayouts(path string) error {
	if err := outsideLayout(path, place(path)); err != nil {
		return err
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil // nothing is there yet
	}
	return outsideLayout(path, place(target))
}

func outsideLayout(path, at string) error {
	for {
		dir := filepath.Dir(at)
		if isLayout(dir) {
			return usagef("%s is within the OCI layout %s, which nothing else is written to: name a file elsewhere", path, dir)
		}
		if dir == at {
			return nil
		}
		at = dir
	}
}

// replacement is a file that takes the place of another at once or not at all.
type replacement struct {
	*os.File
	cmd  *Cmd
	path string
	new  bool // nothing may be there
	done bool
}

// replaceFile begins to replace the file at path, which may not be one that the
// run reads or writes otherwise.
func (c *Cmd) replaceFile(path string) (*replacement, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, usagef("%s: %w", path, reason(err))
	case err == nil && info.IsDir():
		return nil, usagef("%s is a directory: name a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		return nil, usagef("%s is not a regular file: leave it out to write to standard output", path)
	case strings.EqualFold(filepath.Ext(path), ".dossier"):
		return nil, usagef("%s has the name of a dossier: a report is not one", path)
	case slices.Contains(c.written, place(path)):
		return nil, usagef("%s is named for two files that this command writes", path)
	}
	r := &replacement{cmd: c, path: path}
	if err := r.permitted(); err != nil {
		return nil, err
	}
	// A name of its own each time: what a run that was killed left is in nobody's way.
	r.File, err = os.OpenFile(filepath.Join(filepath.Dir(path), ".dossier-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, usagef("%s is not written: %w", path, reason(err))
	}
	c.written = append(c.written, place(path))
	return r, nil
}

// permitted refuses to replace an input.
func (r *replacement) permitted() error {
	if r.cmd.isInput(r.path) {
		return usagef("%s is read by this command and would be overwritten", r.path)
	}
	return outsideLayouts(r.path)
}

// commit puts the file in its place, unless that is known by now to be an input's.
func (r *replacement) commit() error {
	if err := r.permitted(); err != nil {
		return err
	}
	rename := os.Rename
	if r.new {
		rename = noreplace.RenameFile
	}
	err := errors.Join(r.Sync(), r.Close())
	if err == nil {
		err = rename(r.Name(), r.path)
	}
	if r.new && errors.Is(err, fs.ErrExist) {
		return usagef("%s exists already: it is not overwritten", r.path)
	}
	if err != nil {
		return usagef("%s is not written: %w", r.path, reason(err))
	}
	r.done = true
	return nil
}

// discard removes the file unless it is in its place.
func (r *replacement) discard() {
	if !r.done {
		r.Close()
		_ = os.Remove(r.Name())
	}
}
