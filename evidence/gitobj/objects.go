package gitobj

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
)

// Objects is a set of git objects, each of which hashes to its id. It is safe
// for concurrent use; the bytes it hands out must not be changed.
type Objects struct {
	format Format
	list   []Object // in ascending order of id
}

// MissingError says that an object is needed and not embedded. It is no sign
// of forgery: the question asked goes beyond what was collected.
type MissingError struct{ ID ID }

// Error implements error.
func (e *MissingError) Error() string {
	return fmt.Sprintf("git object %s is not embedded: collect the release again from a full clone", e.ID)
}

// Format returns the object format of the repository.
func (o *Objects) Format() Format { return o.format }

// Len returns the number of objects.
func (o *Objects) Len() int { return len(o.list) }

// All yields the objects in ascending order of id, as [WriteArchive] takes
// them. The errors are always nil.
func (o *Objects) All() iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for _, object := range o.list {
			if !yield(object, nil) {
				return
			}
		}
	}
}

// Get returns the object with the given id.
func (o *Objects) Get(id ID) (Object, bool) {
	i, ok := slices.BinarySearchFunc(o.list, id, func(have Object, want ID) int { return cmp.Compare(have.ID, want) })
	if !ok {
		return Object{ID: id}, false
	}
	return o.list[i], true
}

// body returns the bytes of an object that must be of type t.
func (o *Objects) body(id ID, t Type) ([]byte, error) {
	object, ok := o.Get(id)
	if !ok {
		return nil, &MissingError{id}
	}
	if object.Type != t {
		return nil, fmt.Errorf("git object %s is a %s, want a %s", id, object.Type, t)
	}
	return object.Body, nil
}

// Tag returns the parsed tag object id.
func (o *Objects) Tag(id ID) (Tag, error) {
	body, err := o.body(id, TypeTag)
	if err != nil {
		return Tag{}, err
	}
	tag, err := ParseTag(body)
	return tag, at(id, err)
}

// Commit returns the parsed commit id.
func (o *Objects) Commit(id ID) (Commit, error) {
	body, err := o.body(id, TypeCommit)
	if err != nil {
		return Commit{}, err
	}
	c, err := ParseCommit(body)
	return c, at(id, err)
}

// Lookup is [Objects.Commit] that reports a commit that is not embedded as
// false.
func (o *Objects) Lookup(id ID) (Commit, bool, error) {
	c, err := o.Commit(id)
	var missing *MissingError
	if errors.As(err, &missing) {
		return Commit{}, false, nil
	}
	return c, err == nil, err
}

// Tree returns the entries of the tree id.
func (o *Objects) Tree(id ID) ([]TreeEntry, error) {
	body, err := o.body(id, TypeTree)
	if err != nil {
		return nil, err
	}
	entries, err := ParseTree(o.format, body)
	return entries, at(id, err)
}

func at(id ID, err error) error {
	if err != nil {
		return fmt.Errorf("git object %s: %w", id, err)
	}
	return nil
}

// File returns the id and content of a regular file as it was in a commit.
// The path is slash-separated and relative to the top of the repository. A
// file that the commit's trees prove absent is [fs.ErrNotExist]; an object
// that is not embedded is a [*MissingError].
func (o *Objects) File(commit ID, path string) (ID, []byte, error) {
	if !fs.ValidPath(path) || path == "." {
		return "", nil, fmt.Errorf("%.80q is not a path within a repository", path)
	}
	c, err := o.Commit(commit)
	if err != nil {
		return "", nil, err
	}
	e := TreeEntry{Mode: ModeDir, ID: c.Tree}
	for name := range strings.SplitSeq(path, "/") {
		if e, err = o.child(e, name); err != nil {
			return "", nil, fmt.Errorf("%.200s in commit %s: %w", path, commit, err)
		}
	}
	if !e.Mode.Regular() {
		return "", nil, fmt.Errorf("%.200s in commit %s is not a regular file (mode %o)", path, commit, e.Mode)
	}
	body, err := o.body(e.ID, TypeBlob)
	return e.ID, body, err
}

func (o *Objects) child(dir TreeEntry, name string) (TreeEntry, error) {
	if dir.Mode != ModeDir {
		return TreeEntry{}, fs.ErrNotExist
	}
	entries, err := o.Tree(dir.ID)
	if err != nil {
		return TreeEntry{}, err
	}
	for _, e := range entries {
		if e.Name == name {
			return e, nil
		}
	}
	return TreeEntry{}, fs.ErrNotExist
}
