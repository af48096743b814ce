package git

import (
	"context"
	"fmt"
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
// working tree of which dir is the top directory, without those that git ignores.
// Names that git would have to quote are left out.
func Named(ctx context.Context, dir, name string, env []string) ([]string, error) {
	g, err := newRunner(dir, env)
	if err != nil {
		return nil, err
	}
	var found []string
	err = g.lines(ctx, func(file string) error {
		if path.Base(file) == name && !slices.Contains(found, file) {
			found = append(found, file)
		}
		if len(found) > maxNamedFiles {
			return fmt.Errorf("there are more than %d files %s in the repository", maxNamedFiles, name)
		}
		return nil
	}, "ls-files", "--cached", "--others", "--exclude-standard")
	slices.Sort(found)
	return found, err
}
