package git

import (
	"context"
	"io"
	"iter"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Objects returns how many objects WriteObjects writes.
func (r *Result) Objects() int { return len(r.ids) }

// WriteObjects writes the archive of package gitobj: the tag objects of this
// and the previous release, the commits of the range, the previous release's
// commit and those that prove where the range ends, and the trees and blobs of
// the files. It reads them from the repository anew and recomputes every id.
func (r *Result) WriteObjects(ctx context.Context, w io.Writer) error {
	b, err := r.git.batch(ctx, r.Format, "--buffer")
	if err != nil {
		return err
	}
	defer b.close()
	return gitobj.WriteArchive(w, r.Format, r.counted(b.all(r.ids)))
}

// counted reports progress while the objects pass.
func (r *Result) counted(objects iter.Seq2[gitobj.Object, error]) iter.Seq2[gitobj.Object, error] {
	if r.progress == nil {
		return objects
	}
	return func(yield func(gitobj.Object, error) bool) {
		done := 0
		for o, err := range objects {
			if !yield(o, err) {
				return
			}
			if done++; done%1000 == 0 || done == len(r.ids) {
				r.progress(done, len(r.ids))
			}
		}
	}
}
