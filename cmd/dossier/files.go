package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// maxConfig is the most bytes of a key, trust, policy or configuration file.
const maxConfig = 1 << 20

// readFile reads a small file that the user named. A pipe is welcome, as a
// shell makes one for <(pass show key); one that nobody writes to is empty and
// does not hang (O_NONBLOCK).
func readFile(path string) ([]byte, error) {
	return readUpTo(path, maxConfig, "a key, trust, policy or configuration file")
}

// readAnchor reads a file of certificates, trusted roots or revocations.
func readAnchor(path string) ([]byte, error) {
	return readUpTo(path, sigstore.MaxCRL, "a file of certificates, trusted roots or revocations")
}

// readUpTo is readFile with a limit, of a file that is as what says.
func readUpTo(path string, limit int64, what string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
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
func openDossier(path string) (*bundle.Dossier, error) {
	d, err := bundle.Open(path, bundle.Limits{})
	if err != nil {
		if p := (*fs.PathError)(nil); errors.As(err, &p) && p.Path == path {
			err = p.Err
		}
		return nil, &targetError{path, err}
	}
	return d, nil
}

// targets expands the arguments: a directory that is not an OCI layout stands
// for the .dossier files in it. What cannot be read stays in the list, so that
// it costs only itself its verdict.
func targets(args []string) []string {
	var list []string
	for _, arg := range args {
		if _, ok, _ := reference(arg); ok {
			list = append(list, arg)
			continue
		}
		files := []string{arg}
		if info, err := os.Stat(arg); err == nil && info.IsDir() && !isLayout(arg) {
			// The pattern is literal but for its end, so it is never malformed.
			if in, _ := filepath.Glob(filepath.Join(globEscape(arg), "*.dossier")); len(in) > 0 {
				files = in
			}
		}
		for _, file := range files {
			list = append(list, notAFlag(file))
		}
	}
	return list
}

// notAFlag writes a path so that it can be an argument of a command.
func notAFlag(path string) string {
	if strings.HasPrefix(path, "-") {
		return "." + string(filepath.Separator) + path
	}
	return path
}

func isLayout(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, "oci-layout"))
	return err == nil
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
	return usagef("%s exists already and may hold approvals: remove it, or choose another name with --output", path)
}

// writeDossier writes a dossier in the packaging that out has or asks for: a
// directory if it is one or ends in a slash, else a file.
func writeDossier(d *bundle.Dossier, out string) error {
	write := d.WriteFile
	if info, err := os.Stat(out); err == nil && info.IsDir() || os.IsPathSeparator(out[len(out)-1]) {
		write = d.WriteDir
	}
	if err := write(out); err != nil {
		return usagef("%s is not written: %w", out, reason(err))
	}
	return nil
}

// writeAddition writes what was added to the dossier at path: in place, where
// others may have added something meanwhile, or to a new one.
func (c *Cmd) writeAddition(ctx context.Context, d *bundle.Dossier, path, output string) error {
	if output != "" {
		return writeDossier(d, notAFlag(output))
	}
	ref, ok, err := reference(path)
	if err != nil {
		return err
	}
	if ok {
		return c.pushAdded(ctx, d, ref)
	}
	if err := d.AppendTo(path); err != nil {
		return usagef("%s is not written: %w", notAFlag(path), reason(err))
	}
	return nil
}
