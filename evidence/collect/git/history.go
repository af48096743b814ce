package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// maxCommits is the most commits that are looked at; a range of more is refused.
const maxCommits = 2_000_000

// history is the range of a release.
type history struct {
	commits  []gitobj.ID // reachable from the tip and not from the base
	boundary []gitobj.ID // their parents that are reachable from the base
}

// revisions lists the commits reachable from tip and not from base, at most so
// many.
func (g *runner) revisions(ctx context.Context, tip, base gitobj.ID, most int) (history, error) {
	args := []string{"rev-list", "--boundary", string(tip)}
	if base != "" {
		args = append(args, "^"+string(base))
	}
	var h history
	err := g.lines(ctx, func(line string) error {
		name, edge := strings.CutPrefix(line, "-")
		id, _, err := gitobj.ParseID(name)
		switch {
		case err != nil:
			return fmt.Errorf("git rev-list: %w", err)
		case edge:
			h.boundary = append(h.boundary, id)
		case len(h.commits) == most:
			return fmt.Errorf("the range has more than %d commits: name a later previous release", most)
		default:
			h.commits = append(h.commits, id)
		}
		return nil
	}, append(args, "--")...)
	return h, err
}

// proof returns commits that prove each boundary commit to be reachable from
// base: for each, those on one shortest way from base. Changes that were begun
// before the base and merged after it make such boundary commits.
func (g *runner) proof(ctx context.Context, base gitobj.ID, boundary []gitobj.ID) ([]gitobj.ID, error) {
	// The base itself needs no way to it. In most releases nothing else is open.
	open := map[gitobj.ID]bool{}
	for _, id := range boundary {
		if id != base {
			open[id] = true
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	parents := map[gitobj.ID][]gitobj.ID{}
	err := g.lines(ctx, func(line string) error {
		if len(parents) == maxCommits {
			return fmt.Errorf("a change in the release was begun more than %d commits before the previous release", maxCommits)
		}
		ids := strings.Fields(line)
		id := gitobj.ID(ids[0])
		for _, parent := range ids[1:] {
			parents[id] = append(parents[id], gitobj.ID(parent))
			delete(open, gitobj.ID(parent))
		}
		// Commits come newest first, so the rest of the history is not read.
		if len(open) == 0 {
			return errStop
		}
		return nil
	}, "rev-list", "--parents", string(base), "--")
	if err != nil {
		return nil, err
	}
	return ways(parents, base, boundary), nil
}

// ways returns the commits on shortest ways from base to each target, without
// the targets themselves.
func ways(parents map[gitobj.ID][]gitobj.ID, base gitobj.ID, targets []gitobj.ID) []gitobj.ID {
	child := map[gitobj.ID]gitobj.ID{base: ""}
	queue := []gitobj.ID{base}
	for i := 0; i < len(queue); i++ {
		for _, parent := range parents[queue[i]] {
			if _, ok := child[parent]; !ok {
				child[parent] = queue[i]
				queue = append(queue, parent)
			}
		}
	}
	taken := map[gitobj.ID]bool{}
	var out []gitobj.ID
	for _, target := range targets {
		for id := child[target]; id != "" && !taken[id]; id = child[id] {
			taken[id] = true
			out = append(out, id)
		}
	}
	return out
}

// maxShallow bounds the file in which git keeps where a history was cut.
const maxShallow = 16 << 20

// shallow returns the commits at which the history was cut off.
func (g *runner) shallow(ctx context.Context) (map[gitobj.ID]bool, error) {
	out, err := g.output(ctx, "rev-parse", "--git-path", "shallow")
	if err != nil || len(out) != 1 {
		return nil, err
	}
	path := out[0]
	if !filepath.IsAbs(path) {
		path = filepath.Join(g.dir, path)
	}
	return readShallow(path)
}

// readShallow reads the file, which is not there in a clone with all history.
// Anything but a file could be read for ever.
func readShallow(path string) (map[gitobj.ID]bool, error) {
	cut := map[gitobj.ID]bool{}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cut, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > maxShallow:
		return nil, fmt.Errorf("%s is no list of commits: the clone is damaged", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	err = scan(io.LimitReader(file, maxShallow), func(line string) error {
		cut[gitobj.ID(line)] = true
		return nil
	})
	return cut, err
}
