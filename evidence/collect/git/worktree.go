package git

import (
	"context"
	"path/filepath"
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
