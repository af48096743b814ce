package git

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Place is where a file is for git.
type Place string

// The places.
const (
	Elsewhere Place = ""          // in no working tree, or git ignores it there
	Tracked   Place = "tracked"   // in the index, so that commits hold it
	Untracked Place = "untracked" // in the working tree: "git add ." takes it
)

// PlaceOf says where a file is for git. It is an error if the file's directory is
// in no working tree.
func PlaceOf(ctx context.Context, file string, env []string) (Place, error) {
	g, err := newRunner(filepath.Dir(file), env)
	if err != nil {
		return Elsewhere, err
	}
	// Each line has a letter before the name, "?" for what is not in the index.
	out, err := g.output(ctx, "ls-files", "-t", "--cached", "--others", "--exclude-standard", "--", filepath.Base(file))
	switch {
	case err != nil || len(out) == 0:
		return Elsewhere, err
	case strings.HasPrefix(out[0], "? "):
		return Untracked, nil
	}
	return Tracked, nil
}

// maxNamedFiles is the most files that Named returns.
const maxNamedFiles = 1000

// Named returns the paths, from the top and sorted, of the files of that name in a
// working tree of which dir is the top directory, without those that git ignores
// and those that keep refuses. If there are too many to return, more is true.
func Named(ctx context.Context, dir, name string, keep func(file string) bool, env []string) (found []string, more bool, err error) {
	g, err := newRunner(dir, env)
	if err != nil {
		return nil, false, err
	}
	err = g.stream(ctx, nil, func(out io.Reader) error {
		s := bufio.NewScanner(out)
		s.Buffer(nil, maxOutputLine)
		s.Split(untilNUL)
		for s.Scan() {
			file := s.Text()
			if path.Base(file) != name || !keep(file) || slices.Contains(found, file) {
				continue
			}
			if len(found) == maxNamedFiles {
				more = true
				return errStop
			}
			found = append(found, file)
		}
		return s.Err()
	}, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	slices.Sort(found)
	return found, more, err
}

// untilNUL is a bufio.SplitFunc for names as "git ls-files -z" ends them, which
// alone are not quoted.
func untilNUL(data []byte, _ bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	return 0, nil, nil
}
