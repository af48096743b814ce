package policy_test

import (
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// TestExposure judges a release that fails much under the exposures of A63.
func TestExposure(t *testing.T) {
	facts := *factsOfBase(t)
	record := *facts.Record
	record.Changes = nil
	facts.Record = &record
	for _, tt := range []struct {
		exposure string
		accepted bool
		asked    func(id string) bool
	}{
		{"full", false, func(string) bool { return true }},
		{"tooling", true, func(string) bool { return true }},
		{"out-of-scope", true, func(id string) bool {
			return strings.HasPrefix(id, "pr/") || strings.HasPrefix(id, "sign/") || id == "sod/reviewer-not-author" || strings.HasPrefix(id, "own/")
		}},
	} {
		t.Run(tt.exposure, func(t *testing.T) {
			p, err := policy.Parse("policy.yaml", []byte("id: x\nversion: 1\neffective: { from: 2026-01-01 }\nextends: sox\nparameters:\n  exposure: "+tt.exposure+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			checks, view := p.Judge(&facts)
			warned := 0
			for _, c := range checks {
				if !tt.asked(c.ID) {
					t.Errorf("%s is asked", c.ID)
				}
				if c.Blocks() && tt.accepted {
					t.Errorf("%s blocks: %s %s", c.ID, c.Outcome, c.Found)
				}
				if c.Outcome == verify.Warn {
					warned++
				}
			}
			if warned == 0 {
				t.Error("nothing warns of the missing pull requests")
			}
			if said := view.Exposure; said != strings.TrimPrefix(tt.exposure, "full") {
				t.Errorf("the view says %q", said)
			}
		})
	}
	if _, err := policy.Parse("policy.yaml", []byte("id: x\nversion: 1\neffective: { from: 2026-01-01 }\nextends: sox\nparameters:\n  exposure: tools\n")); err == nil {
		t.Error("an unknown exposure is taken")
	}
}
