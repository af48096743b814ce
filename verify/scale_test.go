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

// follow adds Tom's nth approval, which saw parents, and returns it as a parent.
func (c *cast) follow(t testing.TB, d *bundle.Dossier, nth int, parents ...evidence.Parent) evidence.Parent {
	t.Helper()
	st, record := testrelease.Release(t, c.release)
	payload, err := attest.NewStatement(evidence.OwnSubjects(st.ID, record.Artifacts), evidence.ApprovalType, evidence.Approval{
		ID: fmt.Sprint("approval-", nth), Release: &evidence.Reference{Digest: st.ID}, Parents: parents,
		Approver: evidence.Actor{ID: c.tom.Public().Identity(), Kind: evidence.Human},
		Decision: evidence.Approved, Rationale: "looked at it again", At: evidence.At(testrelease.Signed),
	})
	if err != nil {
		t.Fatal(err)
	}
	raw := signed(t, c.tom, payload)
	testrelease.AddRaw(t, d, raw)
	return evidence.Parent{Statement: evidence.Sum(payload), Signature: evidence.Sum(raw)}
}

func (c *cast) root(t testing.TB) evidence.Parent {
	t.Helper()
	st, _ := testrelease.Release(t, c.release)
	return evidence.Parent{Statement: st.ID, Signature: st.Signatures[0].ID}
}

// chain has n approvals, each of which saw the one before.
func (c *cast) chain(t testing.TB, n int) *bundle.Dossier {
	d, last := testrelease.Copy(t, c.release), c.root(t)
	for i := range n {
		last = c.follow(t, d, i, last)
	}
	return d
}

// star has n approvals that saw the release statement alone, and one that saw
// as many of them as may be named.
func (c *cast) star(t testing.TB, n int) *bundle.Dossier {
	d := testrelease.Copy(t, c.release)
	var seen []evidence.Parent
	for i := range n {
		seen = append(seen, c.follow(t, d, i, c.root(t)))
	}
	c.follow(t, d, n, seen[:evidence.MaxParents]...)
	return d
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
	for name, build := range map[string]func(int) *bundle.Dossier{
		"chain": func(n int) *bundle.Dossier { return c.chain(t, n) },
		"star":  func(n int) *bundle.Dossier { return c.star(t, n) },
	} {
		t.Run(name, func(t *testing.T) {
			n := 5000
			if testing.Short() {
				n = 1000
			}
			few, many := work(t, c, build(n/4)), work(t, c, build(n))
			t.Logf("%d statements: %d allocations; %d: %d", n/4, few, n, many)
			if many > 5*few {
				t.Errorf("%d allocations for %d statements, %d for %d: more than in proportion", many, n, few, n/4)
			}
		})
	}
}
