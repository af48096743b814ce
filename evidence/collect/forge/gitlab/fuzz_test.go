package gitlab_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence/collect/forge"
	"github.com/release-dossier/dossier/evidence/collect/forge/gitlab"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// FuzzAnswer changes one answer of the forge: the same answers make the same facts,
// or the same error, about no commits but those of the release.
func FuzzAnswer(f *testing.F) {
	s := fakeforge.New(f, file)
	o := options(s)
	r, err := gitlab.Collect(f.Context(), o)
	if err != nil {
		f.Fatal(err)
	}
	for i, a := range r.Answers.List {
		f.Add(uint(i), []byte(a.Body))
		f.Add(uint(i), []byte(`[{}]`))
	}
	o.Token = nil
	o.Now = func() time.Time { return time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC) }
	f.Fuzz(func(t *testing.T, at uint, body []byte) {
		collect := func() (*forge.Result, error) {
			changed := *r.Answers
			changed.List = slices.Clone(changed.List)
			changed.List[at%uint(len(changed.List))].Body = bytes.Clone(body)
			o := o
			o.Transport = forge.Recorded(&changed)
			return gitlab.Collect(context.Background(), o)
		}
		got, err := collect()
		again, other := collect()
		if (err == nil) != (other == nil) || err != nil && err.Error() != other.Error() {
			t.Fatalf("%v, and again %v", err, other)
		}
		if d := cmp.Diff(got, again); d != "" {
			t.Errorf("the same answers make other facts: %s", d)
		}
		if got == nil {
			return
		}
		for _, c := range got.Unlinked {
			if !slices.Contains(o.Commits, c) {
				t.Errorf("commit %s is not of the release", c)
			}
		}
	})
}
