package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// ReadFiles calls use with a function that reads regular files of the released
// commit, each of at most limit bytes. A file that is not there is
// fs.ErrNotExist. What was read is not added to what WriteObjects writes.
func (r *Result) ReadFiles(ctx context.Context, limit int64, use func(read func(path string) ([]byte, error)) error) error {
	b, err := r.git.batch(ctx, r.Format)
	if err != nil {
		return err
	}
	defer b.close()
	o, err := b.get(r.Commit)
	if err != nil {
		return err
	}
	commit, err := gitobj.ParseCommit(o.Body)
	if err != nil {
		return err
	}
	return use(func(path string) ([]byte, error) {
		data, err := b.file(commit.Tree, path, limit)
		if err != nil {
			return nil, fmt.Errorf("file %s in commit %s: %w", path, r.Commit, err)
		}
		return data, nil
	})
}

// file reads the regular file at a path below a tree.
func (b *batch) file(tree gitobj.ID, path string, limit int64) ([]byte, error) {
	if !fs.ValidPath(path) || path == "." {
		return nil, fs.ErrInvalid
	}
	e := gitobj.TreeEntry{Mode: gitobj.ModeDir, ID: tree}
	for name := range strings.SplitSeq(path, "/") {
		if e.Mode != gitobj.ModeDir {
			return nil, fs.ErrNotExist
		}
		o, err := b.get(e.ID)
		if err != nil {
			return nil, err
		}
		entries, err := gitobj.ParseTree(b.format, o.Body)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(entries, func(e gitobj.TreeEntry) bool { return e.Name == name })
		if i < 0 {
			return nil, fs.ErrNotExist
		}
		e = entries[i]
	}
	if !e.Mode.Regular() {
		return nil, errors.New("it is a link or a directory")
	}
	o, err := b.get(e.ID)
	if err == nil && int64(len(o.Body)) > limit {
		err = fmt.Errorf("%d bytes, at most %d are read", len(o.Body), limit)
	}
	return o.Body, err
}
