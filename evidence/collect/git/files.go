package git

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// DefaultFiles lists the files that are collected if they exist: those that
// controls of the catalogue ask for.
func DefaultFiles() []string {
	return []string{
		"CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS",
		"SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md",
		"RELEASE.md", "CHANGELOG.md", "LICENSE", "go.mod",
		".github/pull_request_template.md", "docs/repo-metadata.yml",
		"docs/audit/applicability.md", "docs/decision-records/branching-and-release.md",
		"docs/flags.md", "flags/registry.yaml", "docs/progressive-delivery.md",
	}
}

// File is a file as it was in the released commit.
type File struct {
	Blob gitobj.ID
	Size int64
}

// maxFiles bounds the list of files.
const maxFiles = 1000

// files finds the files in a commit and marks their trees and blobs for the
// archive. The trees of absent files are marked as well: they prove absence.
func (c *collector) files(commit gitobj.ID, paths []string) (map[string]File, error) {
	if len(paths) > maxFiles {
		return nil, fmt.Errorf("%d files are asked for, at most %d are collected", len(paths), maxFiles)
	}
	o, err := c.get(commit)
	if err != nil {
		return nil, err
	}
	parsed, err := gitobj.ParseCommit(o.Body)
	if err != nil {
		return nil, fmt.Errorf("object %s: %w", commit, err)
	}
	found := map[string]File{}
	for _, path := range paths {
		if !fs.ValidPath(path) || path == "." {
			return nil, fmt.Errorf("%.80q is not a path within a repository", path)
		}
		if err := c.file(parsed.Tree, path, found); err != nil {
			return nil, fmt.Errorf("file %s: %w", path, err)
		}
	}
	return found, nil
}

// file adds the file to found if it exists; if it does not, the trees on the
// way to it, which tree marks, say so.
func (c *collector) file(tree gitobj.ID, path string, found map[string]File) error {
	e, ok, err := c.find(tree, path)
	if err != nil || !ok {
		return err
	}
	if !e.Mode.Regular() {
		c.note(NoteNotRegular, fmt.Sprintf("%s is a link or a directory, its content is not collected", path), "")
		return nil
	}
	blob, err := c.get(e.ID)
	if err != nil {
		return err
	}
	c.need[e.ID] = true
	found[path] = File{Blob: e.ID, Size: int64(len(blob.Body))}
	return nil
}

// find follows a path from a tree. It reports false for a path that is not
// there.
func (c *collector) find(tree gitobj.ID, path string) (gitobj.TreeEntry, bool, error) {
	e := gitobj.TreeEntry{Mode: gitobj.ModeDir, ID: tree}
	for name := range strings.SplitSeq(path, "/") {
		if e.Mode != gitobj.ModeDir {
			return e, false, nil
		}
		entries, err := c.tree(e.ID)
		if err != nil {
			return e, false, err
		}
		i := slices.IndexFunc(entries, func(e gitobj.TreeEntry) bool { return e.Name == name })
		if i < 0 {
			return e, false, nil
		}
		e = entries[i]
	}
	return e, true, nil
}

// maxCached bounds the entries of trees that are kept, because a tree is often
// needed again soon.
const maxCached = 200_000

// tree returns the entries of a tree and marks it for the archive.
func (c *collector) tree(id gitobj.ID) ([]gitobj.TreeEntry, error) {
	if entries, ok := c.trees[id]; ok {
		return entries, nil
	}
	o, err := c.get(id)
	if err != nil {
		return nil, err
	}
	list, err := gitobj.ParseTree(c.format, o.Body)
	if err != nil {
		return nil, fmt.Errorf("object %s: %w", id, err)
	}
	if c.cached += len(list); c.cached > maxCached {
		clear(c.trees)
		c.cached = len(list)
	}
	c.trees[id] = list
	c.need[id] = true
	return list, nil
}
