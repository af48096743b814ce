package git

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// said is what the messages of a range name.
type said struct {
	named   map[gitobj.ID]bool // by full id, and not in the range
	reverts []gitobj.ID        // commits that say they revert another
}

// maxNamed is the most commits that the messages of a release may name. A
// message of a megabyte can name many.
const maxNamed = 10_000

// hear reads the messages of the range.
func (c *collector) hear(ctx context.Context, commitIDs []gitobj.ID) (said, error) {
	s := said{named: map[gitobj.ID]bool{}}
	b, err := c.git.batch(ctx, c.format, "--buffer")
	if err != nil {
		return s, err
	}
	defer b.close()
	inRange := make(map[gitobj.ID]bool, len(commitIDs))
	for _, id := range commitIDs {
		inRange[id] = true
	}
	for o, err := range b.all(commitIDs) {
		if err != nil {
			return s, err
		}
		message := c.message(o)
		revert, reverts := commits.ReadRevert(message)
		if reverts {
			s.reverts = append(s.reverts, o.ID)
		}
		for _, text := range slices.Concat(commits.PickedFrom(message), revert.Commits) {
			id, f, err := gitobj.ParseID(text)
			if err == nil && f == c.format && !inRange[id] {
				s.named[id] = true
			}
		}
		if len(s.named) > maxNamed {
			return s, fmt.Errorf("the messages of the release name more than %d other commits, up to commit %s", maxNamed, o.ID)
		}
	}
	return s, nil
}

// message returns the message of a commit, also of one that is malformed: old
// histories have some. Verifiers will not read such a commit.
func (c *collector) message(o gitobj.Object) string {
	commit, err := gitobj.ParseCommit(o.Body)
	if err == nil {
		return commit.Message
	}
	if c.malformed++; c.malformed <= 3 {
		c.note(NoteMalformed, fmt.Sprintf("commit %s is malformed and will not be read by verifiers: %v", o.ID, err),
			"take a previous release after it (Options.PreviousTag)")
	}
	_, message, _ := strings.Cut(string(o.Body), "\n\n")
	return message
}

// nameCommits finds the named commits in the clone, marks them for the archive
// and says on which branches they are. It returns those that are there.
func (c *collector) nameCommits(ctx context.Context, named map[gitobj.ID]bool) ([]evidence.NamedCommit, []gitobj.ID, error) {
	ids := slices.Sorted(maps.Keys(named))
	types, err := c.git.types(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	present := slices.DeleteFunc(slices.Clone(ids), func(id gitobj.ID) bool { return types[id] != gitobj.TypeCommit })
	on, err := c.git.on(ctx, c.lines, present)
	if err != nil {
		return nil, nil, err
	}
	var list []evidence.NamedCommit
	for _, id := range ids {
		list = append(list, evidence.NamedCommit{Commit: evidence.ObjectID(id), On: on[id]})
	}
	for _, id := range present {
		c.need[id] = true
	}
	return list, present, nil
}

// types returns the types of those objects that the clone has.
func (g *runner) types(ctx context.Context, ids []gitobj.ID) (map[gitobj.ID]gitobj.Type, error) {
	types := map[gitobj.ID]gitobj.Type{}
	if len(ids) == 0 {
		return types, nil
	}
	err := g.feed(ctx, idLines(ids), func(line string) error {
		if id, typ, ok := strings.Cut(line, " "); ok {
			types[gitobj.ID(id)] = gitobj.Type(typ)
		}
		return nil
	}, "cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer")
	return types, err
}

func idLines(ids []gitobj.ID) *strings.Reader {
	var text strings.Builder
	for _, id := range ids {
		text.WriteString(string(id) + "\n")
	}
	return strings.NewReader(text.String())
}

// maxLines is the most branches that are asked whether they contain commits.
const maxLines = 500

// on says on which of the branches each of the commits is: all that are not
// among what a branch lacks.
func (g *runner) on(ctx context.Context, lines []branch, ids []gitobj.ID) (map[gitobj.ID][]string, error) {
	on := map[gitobj.ID][]string{}
	if len(ids) == 0 {
		return on, nil
	}
	if len(lines) > maxLines {
		return nil, fmt.Errorf("there are %d release branches, at most %d are compared: delete those that ended, or name fewer", len(lines), maxLines)
	}
	for _, b := range lines {
		lacks, walked := map[gitobj.ID]bool{}, 0
		for _, id := range ids {
			lacks[id] = false
		}
		input := idLines(append(slices.Clone(ids), "^"+b.head))
		err := g.feed(ctx, input, func(line string) error {
			if walked++; walked > maxCommits {
				return fmt.Errorf("the commits that the release names have more than %d commits before them that branch %.80q lacks", maxCommits, b.name)
			}
			if _, asked := lacks[gitobj.ID(line)]; asked {
				lacks[gitobj.ID(line)] = true
			}
			return nil
		}, "rev-list", "--stdin")
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !lacks[id] {
				on[id] = append(on[id], b.name)
			}
		}
	}
	return on, nil
}
