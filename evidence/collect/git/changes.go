package git

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/codeowners"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// maxObjects is the most objects of one archive.
const maxObjects = 2_000_000

// AddChanges looks at merged changes, as a forge records them, in the
// repository: how each was merged (controls catalogue, G3), the base at which
// rules hold for it, and its code owners there (rules of format, R13). It fills
// in MergeMethod, MergeProof, Before, Landed and CodeOwners, as far as the
// commits show them, and adds the commits, trees and files that prove it to what
// WriteObjects writes. Paths are left out of CodeOwners: with the trees embedded,
// codeowners.AtBase finds them again. If dialect is "", code owners are left out.
//
// Notes are added to the Result for what cannot be told. An error means that the
// repository cannot be read. AddChanges is to be called before WriteObjects, and
// not by two goroutines at once.
func (r *Result) AddChanges(ctx context.Context, dialect codeowners.Dialect, changes []*evidence.Change) error {
	b, err := r.git.batch(ctx, r.Format)
	if err != nil {
		return err
	}
	defer b.close()
	c := newCollector(r.git, b, r.Format)
	for _, ch := range changes {
		if ch.MergedAs == "" {
			continue
		}
		if err := c.change(ctx, ch, dialect); err != nil {
			return fmt.Errorf("change %.40s: %w", ch.ID, err)
		}
		if len(r.ids)+len(c.need) > maxObjects {
			return fmt.Errorf("more than %d git objects are needed to show the changes of the release", maxObjects)
		}
	}
	r.Notes = append(r.Notes, c.notes...)
	r.ids = slices.AppendSeq(r.ids, maps.Keys(c.need))
	slices.Sort(r.ids)
	r.ids = slices.Compact(r.ids)
	return nil
}

func (c *collector) change(ctx context.Context, ch *evidence.Change, dialect codeowners.Dialect) error {
	m, err := commits.FindMerge(mergedChange(ch), c.commit)
	var missing *gitobj.MissingError
	if errors.As(err, &missing) {
		c.note(NoteChange, fmt.Sprintf("change %.40s was merged as commit %s, which the clone does not have", ch.ID, missing.ID),
			c.git.remote(ctx).fetchBranches())
		return nil
	}
	if c.failed != nil {
		return c.failed
	}
	if err != nil { // a malformed commit
		c.note(NoteChange, fmt.Sprintf("the merge of change %.40s cannot be looked at: %v", ch.ID, err), "")
		return nil
	}
	c.stateMerge(ch, m)
	if ch.Before == "" {
		return nil
	}
	c.need[gitobj.ID(ch.MergedAs)], c.need[m.Before] = true, true
	if dialect == "" {
		return nil
	}
	return c.owners(ch, dialect)
}

// mergedChange is what the forge says of a change.
func mergedChange(ch *evidence.Change) commits.Change {
	out := commits.Change{Merged: gitobj.ID(ch.MergedAs), Method: commits.Method(ch.MergeMethod)}
	out.Number, _ = strconv.ParseInt(ch.ID, 10, 64) // 0 if it is no number
	for _, id := range ch.Commits {
		out.Commits = append(out.Commits, gitobj.ID(id))
	}
	return out
}

// commit looks a commit up, as commits.Lookup.
func (c *collector) commit(id gitobj.ID) (gitobj.Commit, bool, error) {
	if _, f, err := gitobj.ParseID(string(id)); err != nil || f != c.format {
		return gitobj.Commit{}, false, err
	}
	o, err := c.get(id)
	var missing *ObjectError
	if errors.As(err, &missing) {
		c.failed = nil
		return gitobj.Commit{}, false, nil
	}
	if err != nil {
		return gitobj.Commit{}, false, err
	}
	if o.Type != gitobj.TypeCommit {
		return gitobj.Commit{}, false, fmt.Errorf("object %s is a %s, want a commit", id, o.Type)
	}
	parsed, err := gitobj.ParseCommit(o.Body)
	if err != nil {
		return gitobj.Commit{}, false, fmt.Errorf("object %s: %w", id, err)
	}
	return parsed, true, nil
}

// stateMerge states how a change was merged. What the commits show goes before
// what the forge guessed from less.
func (c *collector) stateMerge(ch *evidence.Change, m commits.Merge) {
	if other := otherLanded(ch, m); m.Method == commits.Squash && other != "" {
		c.note(NoteMerge, fmt.Sprintf("change %.40s seems to be squashed, but the forge says that commit %s came with it too", ch.ID, other), "")
		return
	}
	ch.Before = evidence.ObjectID(m.Before)
	known := ch.MergeMethod != "" && ch.MergeMethod != string(commits.SquashOrRebase)
	if known && m.Method != commits.SquashOrRebase && ch.MergeMethod != string(m.Method) {
		c.note(NoteMerge, fmt.Sprintf("the forge's record says that change %.40s was merged by %s, the commits show %s", ch.ID, ch.MergeMethod, m.Method), "")
	}
	if m.Method != commits.SquashOrRebase || !known {
		ch.MergeMethod, ch.MergeProof = string(m.Method), string(m.Proof)
	}
	for _, id := range m.Landed {
		if !slices.ContainsFunc(ch.Landed, func(l evidence.LandedCommit) bool { return l.Commit == evidence.ObjectID(id) }) {
			ch.Landed = append(ch.Landed, evidence.LandedCommit{Commit: evidence.ObjectID(id), Proof: "commits"})
		}
	}
}

// otherLanded returns a commit that by the forge's word came with the change and
// that the merge did not put onto the branch, "" for none. Its own commits may
// come with it as parents of a merge commit.
func otherLanded(ch *evidence.Change, m commits.Merge) gitobj.ID {
	for _, l := range ch.Landed {
		id := gitobj.ID(l.Commit)
		if !slices.Contains(m.Landed, id) && !slices.Contains(ch.Commits, l.Commit) {
			return id
		}
	}
	return ""
}

// owners states the rules that hold for a change.
func (c *collector) owners(ch *evidence.Change, dialect codeowners.Dialect) error {
	o, err := codeowners.AtBase(c, dialect, gitobj.ID(ch.Before), gitobj.ID(ch.MergedAs))
	switch {
	case c.failed != nil:
		return c.failed
	case err == nil && len(o.Required) > maxListed:
		err = fmt.Errorf("%d rules hold, at most %d are listed", len(o.Required), maxListed)
	}
	if err != nil {
		c.note(NoteOwners, fmt.Sprintf("the code owners of change %.40s cannot be told: %v", ch.ID, err), "")
		return nil
	}
	if o.File == nil {
		return nil
	}
	digest, err := c.digests(o.Blob)
	ch.CodeOwners = &evidence.CodeOwners{File: evidence.ResourceDescriptor{Name: o.Path, Digest: digest}}
	for _, q := range o.Required {
		ch.CodeOwners.Rules = append(ch.CodeOwners.Rules, ownerRule(q))
	}
	return err
}

func ownerRule(q codeowners.Requirement) evidence.OwnerRule {
	rule := evidence.OwnerRule{Pattern: shortText(q.Pattern), Line: int64(q.Line), Section: shortText(q.Section), Optional: q.Optional}
	if q.Approvals > 1 {
		rule.Approvals = int64(q.Approvals)
	}
	for _, name := range q.Owners[:min(len(q.Owners), maxListed)] {
		rule.Owners = append(rule.Owners, evidence.CodeOwner{Name: shortText(name)})
	}
	return rule
}

// shortText makes a text of somebody's file fit for a record. The file itself
// is embedded.
func shortText(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), 1000)], "\ufffd")
}

// digests returns the digests of a blob.
func (c *collector) digests(id gitobj.ID) (evidence.DigestSet, error) {
	o, err := c.get(id)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(o.Body)
	set := evidence.DigestSet{"sha256": hex.EncodeToString(sum[:])}
	if c.format == gitobj.SHA1 {
		set["gitBlob"] = string(id)
	}
	return set, nil
}

// File returns a file of a commit and marks what proves it for the archive, as
// codeowners.Trees wants it.
func (c *collector) File(commit gitobj.ID, path string) (gitobj.ID, []byte, error) {
	tree, err := c.treeOf(commit)
	if err != nil {
		return "", nil, err
	}
	e, ok, err := c.find(tree, path)
	if err != nil {
		return "", nil, err
	}
	if !ok {
		return "", nil, fmt.Errorf("%s in commit %s: %w", path, commit, fs.ErrNotExist)
	}
	if !e.Mode.Regular() {
		return "", nil, fmt.Errorf("%s in commit %s is a link or a directory", path, commit)
	}
	o, err := c.get(e.ID)
	if err != nil {
		return "", nil, err
	}
	c.need[e.ID] = true
	return e.ID, o.Body, nil
}

// ChangedPaths compares the trees of two commits and marks those that differ.
func (c *collector) ChangedPaths(before, after gitobj.ID) ([]string, error) {
	var trees [2]gitobj.ID
	for i, id := range []gitobj.ID{before, after} {
		if id == "" {
			continue
		}
		var err error
		if trees[i], err = c.treeOf(id); err != nil {
			return nil, err
		}
	}
	return gitobj.ChangedPaths(trees[0], trees[1], c.tree)
}

func (c *collector) treeOf(id gitobj.ID) (gitobj.ID, error) {
	commit, ok, err := c.commit(id)
	if err == nil && !ok {
		err = &ObjectError{string(id)}
		c.failed = err
	}
	return commit.Tree, err
}
