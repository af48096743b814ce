package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// maxConfig is the most bytes of a key, trust, policy or configuration file.
const maxConfig = 1 << 20

// openNow opens a file that the user named. A pipe is welcome, as a shell makes one
// for <(pass show key); one that nobody writes to is empty and does not hang.
func openNow(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// readFile reads a small file that the user named.
func readFile(path string) ([]byte, error) {
	return readUpTo(path, maxConfig, "a key, trust, policy or configuration file")
}

// readFile is [readFile] of an input of the run.
func (c *Cmd) readFile(path string) ([]byte, error) {
	c.reads(path)
	return readFile(path)
}

// readAnchor reads a file of certificates, trusted roots or revocations, an input
// of the run.
func (c *Cmd) readAnchor(path string) ([]byte, error) {
	c.reads(path)
	return readUpTo(path, sigstore.MaxCRL, "a file of certificates, trusted roots or revocations")
}

// readUpTo is readFile with a limit, of a file that is as what says.
func readUpTo(path string, limit int64, what string) ([]byte, error) {
	f, err := openNow(path)
	if err != nil {
		return nil, usagef("%s: %w", path, reason(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, usagef("%s is a directory: name a file in it", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, usagef("%s: %w", path, reason(err))
	case int64(len(data)) > limit:
		return nil, usagef("%s: larger than %d bytes: it is not %s", path, limit, what)
	case len(data) == 0:
		return nil, usagef("%s: the file is empty", path)
	}
	return data, nil
}

// reason leaves out of an error the path that its message names already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// openDossier opens a file or layout directory.
func openDossier(ctx context.Context, path string) (*bundle.Dossier, error) {
	d, err := bundle.Open(ctx, path, bundle.Limits{})
	if err != nil {
		if ctx.Err() != nil { // that says nothing of the file
			return nil, err
		}
		if found := look(path); found != nil {
			return nil, &targetError{path, found.none()}
		}
		if p := (*fs.PathError)(nil); errors.As(err, &p) && p.Path == path {
			err = p.Err
		}
		return nil, &targetError{path, err}
	}
	return d, nil
}

// targets expands the arguments: a directory that is not an OCI layout stands
// for the .dossier files in it. What cannot be read stays in the list, so that
// it costs only itself its verdict. What else is in a directory is not looked
// into, which a note says.
func (c *Cmd) targets(args []string) []string {
	var list []string
	for _, arg := range args {
		if _, ok, _ := reference(arg); ok {
			list = append(list, arg)
			continue
		}
		files := []string{arg}
		if found := look(arg); found != nil && len(found.dossiers) > 0 {
			files = found.dossiers
			if left := found.left(); left != "" {
				fmt.Fprintf(c.Stderr, "dossier: note: %s stands for the .dossier files in it; not looked into: %s\n", report.Safe(arg), report.Safe(left))
			}
		}
		for _, file := range files {
			list = append(list, notAFlag(file))
		}
	}
	return list
}

// folder is what is in a directory that is no OCI layout.
type folder struct{ dossiers, dirs, others []string }

// look lists a directory that is no OCI layout; nil for anything else, and if it
// cannot be listed, when it cannot be read as a dossier either, which says why.
func look(dir string) *folder {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || isLayout(dir) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	f := new(folder)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		list := &f.others
		if info, err := os.Stat(path); strings.EqualFold(filepath.Ext(e.Name()), ".dossier") {
			list = &f.dossiers
		} else if err == nil && info.IsDir() {
			list = &f.dirs
		}
		*list = append(*list, path)
	}
	return f
}

// left names the directories, and counts the files that are no .dossier files.
func (f *folder) left() string {
	var parts []string
	if len(f.dirs) > 0 {
		parts = append(parts, someOf(f.dirs))
	}
	if n := len(f.others); n > 0 {
		parts = append(parts, counted(n, "file of another name", "files of other names"))
	}
	return strings.Join(parts, ", and ")
}

// none says that the directory stands for no dossier, and what is in it.
func (f *folder) none() error {
	err := "the directory is empty"
	switch left := f.left(); {
	case len(f.dossiers) > 0:
		err = "the directory is no OCI layout; in it: " + someOf(f.dossiers)
	case left != "":
		err = "the directory is no OCI layout, and no file in it ends in .dossier; not looked into: " + left
	}
	return &bundle.ReadError{Err: errors.New(err), Remedy: "give the .dossier file or the layout directory"}
}

// someOf names the first of a list, and counts the others.
func someOf(list []string) string {
	if n := len(list) - maxOthers; n > 0 {
		return strings.Join(list[:maxOthers], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(list, ", ")
}

// notAFlag writes a path so that it can be an argument of a command.
func notAFlag(path string) string {
	if strings.HasPrefix(path, "-") {
		return "." + string(filepath.Separator) + path
	}
	return path
}

// isLayout reports whether a directory is an OCI layout, by the file that marks one
// (OCI image-spec v1.1, image-layout.md): nothing else of that name does.
func isLayout(dir string) bool {
	path := filepath.Join(dir, "oci-layout")
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<10 {
		return false
	}
	data, err := os.ReadFile(path)
	return err == nil && bytes.Contains(data, []byte(`"imageLayoutVersion"`))
}

// globEscape makes filepath.Glob take a directory's name literally. On Windows
// a backslash separates, and no name holds one.
func globEscape(dir string) string {
	special := []string{"*", "[*]", "?", "[?]", "[", "[[]"}
	if filepath.Separator != '\\' {
		special = append(special, `\`, `[\\]`)
	}
	return strings.NewReplacer(special...).Replace(dir)
}

// writeNew writes a file that must not exist yet, whole or not at all.
func writeNew(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if err := outsideLayouts(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s exists already: it is not overwritten", path)
	}
	if err != nil {
		return usagef("%s is not written: %w", path, reason(err))
	}
	if err := write(f); err != nil {
		f.Close()
		return errors.Join(usagef("%s is not written: %w", path, reason(err)), os.Remove(path))
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return errors.Join(usagef("%s is not written: %w", path, reason(err)), os.Remove(path))
	}
	return nil
}

// text writes data as it is.
func text(data []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(data); return err }
}

// mustBeNew refuses to replace a dossier: what others have added to it since,
// such as approvals, would be lost.
func mustBeNew(path string) error {
	if err := outsideLayouts(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if dir, err := os.Stat(filepath.Dir(filepath.Clean(path))); err != nil || !dir.IsDir() {
			return usagef("%s: there is no directory %s: make it first", path, filepath.Dir(filepath.Clean(path)))
		}
		return nil
	}
	if err == nil && info.IsDir() && !isLayout(path) {
		return nil
	}
	if err != nil {
		return usagef("%s: %w", path, reason(err))
	}
	return taken(path)
}

// taken refuses to replace the dossier at path.
func taken(path string) error {
	return usagef("%s exists already and may hold approvals: remove it, or choose another name with --output", path)
}

// writeNewDossier writes a dossier where none is, not even one that came while this
// one was signed, in the packaging that out has or asks for: a directory if it is
// one or ends in a slash, else a file.
func writeNewDossier(ctx context.Context, d *bundle.Dossier, out string) error {
	if err := mustBeNew(out); err != nil {
		return err
	}
	write := d.WriteNewFile
	if info, err := os.Stat(out); err == nil && info.IsDir() || os.IsPathSeparator(out[len(out)-1]) {
		write = d.WriteNewDir
	}
	err := write(ctx, out)
	if errors.Is(err, fs.ErrExist) {
		return taken(out)
	}
	if err != nil {
		return usagef("%s is not written: %w", out, reason(err))
	}
	return nil
}

// writeAddition writes what was added to the dossier at path: in place, where
// others may have added something meanwhile, or to a new one.
func (c *Cmd) writeAddition(ctx context.Context, d *bundle.Dossier, path, output string) error {
	if output != "" {
		return writeNewDossier(ctx, d, notAFlag(output))
	}
	ref, ok, err := reference(path)
	if err != nil {
		return err
	}
	if ok {
		return c.pushAdded(ctx, d, ref)
	}
	d.OnWait = func(path string) {
		fmt.Fprintf(c.Stderr, "dossier: waiting for the lock on %s, to which another process writes\n", report.Safe(path))
	}
	if err := d.AppendTo(ctx, path); err != nil {
		return usagef("%s is not written: %w", notAFlag(path), reason(err))
	}
	return nil
}
