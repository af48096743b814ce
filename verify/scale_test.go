package verify_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// follower adds Tom's approvals to a copy of the release.
type follower struct {
	*cast
	d        *bundle.Dossier
	root     evidence.Parent
	subjects []evidence.ResourceDescriptor
	n        int
}

func (c *cast) follower(t testing.TB) *follower {
	t.Helper()
	st, record := testrelease.Release(t, c.release)
	return &follower{
		cast: c, d: testrelease.Copy(t, c.release), subjects: evidence.OwnSubjects(st.ID, record.Artifacts),
		root: evidence.Parent{Statement: st.ID, Signature: st.Signatures[0].ID},
	}
}

// add adds an approval that saw parents, and returns it as a parent.
func (f *follower) add(t testing.TB, parents ...evidence.Parent) evidence.Parent {
	t.Helper()
	f.n++
	payload, err := attest.NewStatement(f.subjects, evidence.ApprovalType, evidence.Approval{
		ID: fmt.Sprint("approval-", f.n), Release: &evidence.Reference{Digest: f.root.Statement}, Parents: parents,
		Approver: evidence.Actor{ID: f.tom.Public().Identity(), Kind: evidence.Human},
		Decision: evidence.Approved, Rationale: "looked at it again", At: evidence.At(testrelease.Signed),
	})
	if err != nil {
		t.Fatal(err)
	}
	raw := signed(t, f.tom, payload)
	testrelease.AddRaw(t, f.d, raw)
	return evidence.Parent{Statement: evidence.Sum(payload), Signature: evidence.Sum(raw)}
}

// chain has n approvals, each of which saw the one before.
func (c *cast) chain(t testing.TB, n int) *bundle.Dossier {
	f := c.follower(t)
	last := f.root
	for range n {
		last = f.add(t, last)
	}
	return f.d
}

// star has n approvals that saw the release statement alone, and one that saw
// as many of them as may be named.
func (c *cast) star(t testing.TB, n int) *bundle.Dossier {
	f := c.follower(t)
	var seen []evidence.Parent
	for range n {
		seen = append(seen, f.add(t, f.root))
	}
	f.add(t, seen[:evidence.MaxParents]...)
	return f.d
}

// work counts the allocations of one verification: unlike time, they are the
// same on every machine, and what walks lists again and again shows in them.
func work(t *testing.T, c *cast, d *bundle.Dossier) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	e, o := c.expect(t), c.options(t, "solo")
	runtime.ReadMemStats(&before)
	r := judge(t, d, e, o)
	runtime.ReadMemStats(&after)
	if r.Verdict != verify.Accepted {
		explain(t, r)
		t.Fatal(r.Verdict)
	}
	return after.Mallocs - before.Mallocs
}

// TestManyStatements verifies long chains and wide stars. Four times as many
// statements may take little more than four times the work.
func TestManyStatements(t *testing.T) {
	c := newCast(t)
	for _, tc := range []struct {
		name  string
		n     int
		build func(testing.TB, int) *bundle.Dossier
	}{{"chain", 5000, c.chain}, {"star", 1000, c.star}} {
		t.Run(tc.name, func(t *testing.T) {
			if testing.Short() {
				tc.n = 1000
			}
			few, many := work(t, c, tc.build(t, tc.n/4)), work(t, c, tc.build(t, tc.n))
			t.Logf("%d statements: %d allocations; %d: %d", tc.n/4, few, tc.n, many)
			if many > 5*few {
				t.Errorf("%d allocations for %d statements, %d for %d: more than in proportion", many, tc.n, few, tc.n/4)
			}
		})
	}
}
