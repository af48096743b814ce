package git

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/internal/testrepo"
)

// repo is a repository that is collected from.
type repo struct{ *testrepo.Repo }

func newRepo(t testing.TB, format string) *repo {
	t.Helper()
	return &repo{testrepo.New(t, format)}
}

// collect collects a tag and reads its archive back.
func (r *repo) collect(o Options) (*Result, *gitobj.Objects) {
	r.Helper()
	res, err := r.try(o)
	if err != nil {
		r.Fatalf("Collect: %v", err)
	}
	var archive bytes.Buffer
	if err := res.WriteObjects(r.Context(), &archive); err != nil {
		r.Fatalf("WriteObjects: %v", err)
	}
	objects, err := gitobj.ReadArchive(&archive, gitobj.Limits{})
	if err != nil {
		r.Fatalf("ReadArchive: %v", err)
	}
	if objects.Len() != res.Objects() {
		r.Errorf("the archive has %d objects, Objects says %d", objects.Len(), res.Objects())
	}
	return res, objects
}

func (r *repo) try(o Options) (*Result, error) {
	r.Helper()
	if o.Dir == "" {
		o.Dir = r.Dir
	}
	o.Env = r.Env
	return Collect(r.Context(), o)
}

// checkRange compares the archive's range with that of git.
func (r *repo) checkRange(res *Result, objects *gitobj.Objects) {
	r.Helper()
	args := []string{"rev-list", string(res.Commit)}
	if res.PreviousCommit != "" {
		args = append(args, "^"+string(res.PreviousCommit))
	}
	want := strings.Fields(r.Git(args...))
	commits, err := objects.Range(res.Commit, res.PreviousCommit)
	if err != nil {
		r.Fatalf("Range: %v", err)
	}
	var got []string
	for _, c := range commits {
		got = append(got, string(c.ID))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(res.Range) != len(want) {
		r.Errorf("range = %d commits, Range has %d, git says %d", len(got), len(res.Range), len(want))
	}
}

func (r *repo) notes(res *Result) string {
	var codes []string
	for _, n := range res.Notes {
		codes = append(codes, string(n.Code))
	}
	slices.Sort(codes)
	return strings.Join(codes, " ")
}
