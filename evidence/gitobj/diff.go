package gitobj

import (
	"errors"
	"fmt"
)

// Bounds of one comparison of trees. A few trees that name each other often
// can unfold to any number of files.
const (
	maxPaths   = 200_000
	maxWalked  = 4_000_000 // entries looked at
	maxPathLen = 4096      // bytes, as operating systems have it
)

// ErrTooManyPaths says that two trees differ in more files than are compared.
var ErrTooManyPaths = fmt.Errorf("the trees differ in more than %d files", maxPaths)

// ChangedPaths returns the paths of the files that differ between two trees,
// in ascending order of their bytes: added, deleted, or of other content or
// mode. A renamed file is one that was deleted and one that was added. Entries
// for submodules and links count as files. Before or after may be "", the empty
// tree. The function tree returns the entries of a tree; only trees that differ
// are asked for.
func ChangedPaths(before, after ID, tree func(ID) ([]TreeEntry, error)) ([]string, error) {
	d := &differ{tree: tree, left: maxWalked}
	if err := d.dirs("", before, after); err != nil {
		return nil, err
	}
	return d.paths, nil
}

// ChangedPaths returns the paths that differ between the trees of two commits,
// as the function of that name does. An empty before stands for no commit.
func (o *Objects) ChangedPaths(before, after ID) ([]string, error) {
	var trees [2]ID
	for i, id := range []ID{before, after} {
		if id == "" {
			continue
		}
		c, err := o.Commit(id)
		if err != nil {
			return nil, err
		}
		trees[i] = c.Tree
	}
	return ChangedPaths(trees[0], trees[1], o.Tree)
}

type differ struct {
	tree  func(ID) ([]TreeEntry, error)
	paths []string
	left  int
}

// dirs compares two trees; dir is their path with a slash at its end.
func (d *differ) dirs(dir string, before, after ID) error {
	if before == after {
		return nil
	}
	old, err := d.entries(before)
	if err != nil {
		return err
	}
	now, err := d.entries(after)
	if err != nil {
		return err
	}
	var none TreeEntry
	for len(old) > 0 || len(now) > 0 {
		a, b := none, none
		switch {
		case len(now) == 0 || len(old) > 0 && sortName(old[0]) < sortName(now[0]):
			a, old = old[0], old[1:]
		case len(old) == 0 || sortName(now[0]) < sortName(old[0]):
			b, now = now[0], now[1:]
		default:
			a, b, old, now = old[0], now[0], old[1:], now[1:]
		}
		if err := d.entry(dir, a, b); err != nil {
			return err
		}
	}
	return nil
}

func (d *differ) entries(id ID) ([]TreeEntry, error) {
	if id == "" {
		return nil, nil
	}
	list, err := d.tree(id)
	if err == nil && len(list) > d.left {
		err = errors.New("the trees that differ have too many entries to be compared")
	}
	d.left -= len(list)
	return list, err
}

// entry compares two entries of one name, of which one may be absent. They are
// both directories or none is.
func (d *differ) entry(dir string, a, b TreeEntry) error {
	if a == b {
		return nil
	}
	e := a
	if b.Name != "" {
		e = b
	}
	path := dir + e.Name
	switch {
	case len(path) > maxPathLen:
		return fmt.Errorf("a path of more than %d bytes begins with %.80q", maxPathLen, path)
	case e.Mode == ModeDir:
		return d.dirs(path+"/", a.ID, b.ID)
	case len(d.paths) == maxPaths:
		return ErrTooManyPaths
	}
	d.paths = append(d.paths, path)
	return nil
}
