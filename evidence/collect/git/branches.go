package git

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Bounds of the snapshot of branches.
const (
	maxBranches = 100_000 // in the clone
	maxListed   = 10_000  // that contain the release, and that are release branches
)

// The namespaces of branches. What the clone knows of the remote comes before
// its own branches, which may be old or nobody else's.
const (
	originPrefix = "refs/remotes/origin/"
	localPrefix  = "refs/heads/"
)

// branch is one branch of the clone.
type branch struct {
	name string
	head gitobj.ID
	at   time.Time // of the head; zero if it says nothing that can be read
}

// branches takes the snapshot of branches. It is zero but for its patterns if
// the clone has none.
func (c *collector) branches(ctx context.Context, tag chain, o Options, shallow bool) (evidence.Branches, error) {
	out := evidence.Branches{TakenAt: evidence.At(o.Now), From: "origin", ReleasePatterns: o.ReleaseBranches}
	prefix := originPrefix
	all, head, err := c.git.listBranches(ctx, prefix, "")
	if err == nil && len(all) == 0 {
		out.From, prefix = "local", localPrefix
		all, head, err = c.git.listBranches(ctx, prefix, "")
	}
	if err != nil {
		return evidence.Branches{}, err
	}
	if out.Default = o.DefaultBranch; out.Default == "" {
		out.Default = head
	}
	containing, _, err := c.git.listBranches(ctx, prefix, tag.commit)
	if err != nil {
		return evidence.Branches{}, err
	}
	first, err := c.git.firstParents(ctx, containing, tag.commit)
	if err != nil {
		return evidence.Branches{}, err
	}
	if out.Containing, err = c.state(containing, first); err != nil {
		return evidence.Branches{}, err
	}
	var active []branch
	for _, b := range all {
		release := matchesAny(o.ReleaseBranches, b.name)
		if release {
			active = append(active, b)
		}
		if release || b.name == out.Default {
			c.lines = append(c.lines, b)
		}
	}
	if out.ActiveReleases, err = c.state(active, first); err != nil {
		return evidence.Branches{}, err
	}
	out.Source = sourceOf(out)
	c.noteBranches(ctx, tag, out, shallow)
	return out, nil
}

func (c *collector) noteBranches(ctx context.Context, tag chain, b evidence.Branches, shallow bool) {
	switch {
	case shallow:
		c.note(NoteBranches, "the clone is shallow, so branches that contain the release may be missing", "git fetch --unshallow --tags")
	case len(b.Containing) == 0:
		remedy := cmp.Or(c.git.remote(ctx).fetchBranches(), "git branch NAME "+string(tag.commit))
		c.note(NoteBranches, fmt.Sprintf("no branch in this clone contains tag %s", tag.name), remedy)
	}
}

// listBranches lists the branches below prefix, or those that contain a commit,
// sorted by name, and the name that the symbolic reference HEAD there leads to.
func (g *runner) listBranches(ctx context.Context, prefix string, contains gitobj.ID) (list []branch, head string, err error) {
	args := []string{"for-each-ref", "--format=%(objectname) %(objecttype) %(committerdate:unix) %(refname) %(symref)"}
	if contains != "" {
		args = append(args, "--contains="+string(contains))
	}
	err = g.lines(ctx, func(line string) error {
		part := strings.Split(line, " ")
		if len(part) != 5 {
			return fmt.Errorf("git for-each-ref: unexpected line %.100q", line)
		}
		name := strings.TrimPrefix(part[3], prefix)
		if part[4] != "" {
			if name == "HEAD" {
				head = strings.TrimPrefix(part[4], prefix)
			}
			return nil
		}
		id, _, err := gitobj.ParseID(part[0])
		if err != nil || part[1] != string(gitobj.TypeCommit) {
			return nil // no branch: a broken reference
		}
		if len(list) == maxBranches {
			return fmt.Errorf("the clone has more than %d branches: run git remote prune origin", maxBranches)
		}
		list = append(list, branch{name, id, unixTime(part[2])})
		return nil
	}, append(args, prefix)...)
	slices.SortFunc(list, func(a, b branch) int { return cmp.Compare(a.name, b.name) })
	return list, head, err
}

// unixTime reads seconds since 1970, the zero time if a record could not state
// them.
func unixTime(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	t := time.Unix(n, 0).UTC()
	if err != nil || n < 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// firstParents returns the heads from which the line of first parents leads to
// a commit that all of them contain.
func (g *runner) firstParents(ctx context.Context, list []branch, commit gitobj.ID) (map[gitobj.ID]bool, error) {
	var input strings.Builder
	for _, b := range list {
		fmt.Fprintln(&input, b.head)
	}
	fmt.Fprintf(&input, "^%s\n", commit)
	parent := map[gitobj.ID]gitobj.ID{}
	err := g.feed(ctx, strings.NewReader(input.String()), func(line string) error {
		ids := strings.Fields(line)
		if len(parent) == maxCommits {
			return fmt.Errorf("the branches have more than %d commits beyond the release", maxCommits)
		}
		if len(ids) > 1 {
			parent[gitobj.ID(ids[0])] = gitobj.ID(ids[1])
		}
		return nil
	}, "rev-list", "--first-parent", "--parents", "--stdin")
	if err != nil {
		return nil, err
	}
	leads := map[gitobj.ID]bool{commit: true}
	for _, b := range list {
		var way []gitobj.ID
		id, ok := b.head, true
		for ok {
			if _, known := leads[id]; known {
				break
			}
			way = append(way, id)
			id, ok = parent[id]
		}
		for _, w := range way {
			leads[w] = leads[id]
		}
	}
	return leads, nil
}

// state puts branches into the form of a record.
func (c *collector) state(list []branch, first map[gitobj.ID]bool) ([]evidence.Branch, error) {
	if len(list) > maxListed {
		return nil, fmt.Errorf("%d branches contain the release or are release branches, at most %d are listed: run git remote prune origin", len(list), maxListed)
	}
	var out []evidence.Branch
	for _, b := range list {
		if !utf8.ValidString(b.name) {
			return nil, fmt.Errorf("branch %q has a name that is not UTF-8: delete it, or fetch without it", b.name)
		}
		e := evidence.Branch{Name: b.name, Head: evidence.ObjectID(b.head), FirstParent: first[b.head]}
		if !b.at.IsZero() {
			at := evidence.At(b.at)
			e.HeadAt = &at
		}
		out = append(out, e)
	}
	return out, nil
}

// sourceOf tells on which branch the released commit was made: the only one on
// whose line of first parents it is; else the default branch, from which the
// others were cut; else the only release branch. "" if that leaves it open.
func sourceOf(b evidence.Branches) string {
	var line, releases []string
	for _, e := range b.Containing {
		if !e.FirstParent {
			continue
		}
		line = append(line, e.Name)
		if matchesAny(b.ReleasePatterns, e.Name) {
			releases = append(releases, e.Name)
		}
	}
	switch {
	case len(line) == 1:
		return line[0]
	case slices.Contains(line, b.Default):
		return b.Default
	case len(releases) == 1:
		return releases[0]
	}
	return ""
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return ok && err == nil
	})
}
