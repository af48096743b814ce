package policy

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// TestStatedProof: what the signed tag says is proven, and a rule is known no
// better than the least of what it needs.
func TestStatedProof(t *testing.T) {
	for _, tt := range []struct {
		name, message string
		fields        []string
		want          verify.Grade
	}{
		{"in the tag", "v1.3.3\n\nRisk: low\nRollback: redeploy 1.3.2", []string{"/releaseRecord/risk", "/rollbackPlan/steps/*"}, verify.Proven},
		{"an alternative in the tag", "v1.3.3\n\nRisk: low", []string{"/changelog/path|/releaseRecord/risk"}, verify.Proven},
		{"one of two in the tag", "v1.3.3\n\nRisk: low", []string{"/releaseRecord/risk", "/rollbackPlan/steps/*"}, verify.Claimed},
		{"another risk in the tag", "v1.3.3\n\nRisk: high", []string{"/releaseRecord/risk"}, verify.Claimed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts := baseFacts(t)
			facts.Tag.Object = tagOf(t, gitobj.ID(facts.Record.Commit), "v1.3.3", tt.message)
			facts.Record.ReleaseRecord = &evidence.ReleaseRecord{Risk: "low"}
			facts.Record.RollbackPlan, _ = evidence.ParseRollbackPlan("redeploy 1.3.2")
			r := stated(tt.fields...)(&Facts{Facts: facts})
			if r.Outcome != verify.Pass || r.Proof.Grade != tt.want {
				t.Errorf("%s, %s: %s", r.Outcome, r.Proof.Grade, r.Found)
			}
		})
	}
	if r := stated("/rollbackPlan/method")(&Facts{Facts: baseFacts(t)}); r.Outcome == verify.Pass {
		t.Error("what is not stated passes")
	}
}
