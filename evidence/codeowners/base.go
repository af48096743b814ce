package codeowners

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Trees are the files of commits. [gitobj.Objects] are such.
type Trees interface {
	// File returns the id and content of a regular file in a commit. A file that
	// is provably not there is fs.ErrNotExist.
	File(commit gitobj.ID, path string) (gitobj.ID, []byte, error)
	// ChangedPaths returns the paths that differ between two commits; an empty
	// before stands for no commit.
	ChangedPaths(before, after gitobj.ID) ([]string, error)
}

// Ownership is what the CODEOWNERS file at a change's base asks of the change.
type Ownership struct {
	// File is the file, Path where it was found and Blob its object id. They are
	// zero if the base has no file: then nobody owns anything.
	File *File
	Path string
	Blob gitobj.ID
	// Paths are the paths that the change touches.
	Paths []string
	Result
}

// AtBase evaluates the file at the base of a change: before is the target
// branch's commit just before the change, after its commit just after. So it is
// judged what came onto the branch, whatever the change's own branch looked
// like (rules of format, R13).
func AtBase(t Trees, d Dialect, before, after gitobj.ID) (Ownership, error) {
	if before == "" {
		return Ownership{}, errors.New("the base of the change is not known, so neither are its code owners")
	}
	var o Ownership
	var err error
	if o.Paths, err = t.ChangedPaths(before, after); err != nil {
		return Ownership{}, err
	}
	o.File, o.Path, err = Read(d, func(path string) ([]byte, error) {
		id, body, err := t.File(before, path)
		o.Blob = id
		return body, err
	})
	if errors.Is(err, fs.ErrNotExist) {
		o.Path, o.Blob, o.Unowned = "", "", o.Paths
		return o, nil
	}
	if err != nil {
		return Ownership{}, fmt.Errorf("CODEOWNERS at commit %s: %w", before, err)
	}
	o.Result, err = o.File.Evaluate(o.Paths)
	return o, err
}
