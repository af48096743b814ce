package verify_test

import (
	"testing"

	"github.com/release-dossier/dossier/verify"
)

func TestAccepted(t *testing.T) {
	c := newCast(t)
	r := judge(t, c.approved, c.expect(t), c.options(t, "solo"))
	if r.Verdict != verify.Accepted {
		explain(t, r)
		t.Fatalf("verdict %s", r.Verdict)
	}
	if !r.Relied || r.State == nil || r.Policy == nil || r.Policy.Asked < 30 {
		t.Errorf("report is thin: relied %v, state %v, policy %+v", r.Relied, r.State, r.Policy)
	}
	r = judge(t, c.approved, c.expect(t), c.options(t, "minimal"))
	explain(t, r)
}
