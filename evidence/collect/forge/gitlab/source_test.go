package gitlab_test

import (
	"io"
	"slices"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/forge/gitlab"
	"github.com/release-dossier/dossier/internal/fakeforge"
)

// zeros is the salt of tests.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSource(t *testing.T) {
	o := options(fakeforge.New(t, file))
	o.Environments = []string{"production"}
	var s collect.Source = gitlab.Source(o)
	part, err := s.Collect(t.Context(), collect.Target{
		Repository: o.Repository, Commit: o.Commit, Range: o.Commits, Tag: evidence.Tag{Name: o.Tag}, TempDir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	var rec evidence.Record
	if err := part.Fill(&rec); err != nil {
		t.Fatal(err)
	}
	if len(rec.Changes) != 1 || len(rec.EnvironmentRules) != 1 || len(part.Unread) != 0 || len(part.Documents) != 2 {
		t.Errorf("record %+v, part %+v", rec, part)
	}
	for _, list := range []any{&rec.Changes[0], &rec.Protections[0], &rec.EnvironmentRules[0], &rec.Deployments[0], &rec.Checks[0]} {
		if err := evidence.ValidatePart(list); err != nil {
			t.Errorf("%T: %v", list, err)
		}
	}
	r, err := part.Documents[0].Blob.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n, err := io.Copy(io.Discard, r); err != nil || n == 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if !slices.Contains(s.Unknown(), "pr/min-approvals") {
		t.Errorf("unknown without it: %v", s.Unknown())
	}
}
