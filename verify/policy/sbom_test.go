package policy

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// sbomFacts are facts of SBOMs with the given summaries.
func sbomFacts(summaries ...evidence.SBOMSummary) *Facts {
	f := &Facts{Facts: &verify.Facts{Record: &evidence.Record{}, Release: evidence.Digest{1}}, Params: DefaultParams()}
	for i := range summaries {
		f.SBOMs = append(f.SBOMs, verify.SBOMFact{Present: true, Summary: &summaries[i]})
	}
	return f
}

func TestSBOMParsable(t *testing.T) {
	schema := evidence.SBOMProblem{Code: "schema-violation", Pointer: "/packages/0", Message: "m"}
	valid := evidence.SBOMSummary{Format: "SPDX", SpecVersion: "2.3", Components: 1}
	old := evidence.SBOMSummary{Format: "SPDX", SpecVersion: "2.2", Components: 1, ProblemCount: 1, Problems: []evidence.SBOMProblem{schema}}
	with := func(change func(*evidence.SBOMSummary)) evidence.SBOMSummary {
		s := old
		change(&s)
		return s
	}
	tests := []struct {
		name string
		in   []evidence.SBOMSummary
		want verify.Outcome
	}{
		{"valid", []evidence.SBOMSummary{valid}, verify.Pass},
		{"SPDX 2.2 against its schema", []evidence.SBOMSummary{old}, verify.Warn},
		{"beside a valid one", []evidence.SBOMSummary{old, valid}, verify.Warn},
		{"beside one that is not valid", []evidence.SBOMSummary{old, with(func(s *evidence.SBOMSummary) { s.SpecVersion = "2.3" })}, verify.Fail},
		{"other problems, too", []evidence.SBOMSummary{with(func(s *evidence.SBOMSummary) { s.Problems = []evidence.SBOMProblem{{Code: "duplicate-ref"}} })}, verify.Fail},
		{"more problems than are kept", []evidence.SBOMSummary{with(func(s *evidence.SBOMSummary) { s.ProblemCount = 2 })}, verify.Fail},
		{"no components", []evidence.SBOMSummary{with(func(s *evidence.SBOMSummary) { s.Components = 0 })}, verify.Fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if r := sbomParsable(sbomFacts(tt.in...)); r.Outcome != tt.want {
				t.Errorf("%s, want %s", r.Outcome, tt.want)
			}
		})
	}
}

func TestSBOMLicences(t *testing.T) {
	summary := evidence.SBOMSummary{
		Components: 2, Licensed: 2, LicenseCount: 2,
		Licenses: []evidence.SBOMLicense{{License: "MIT", Components: 1, Example: "a"}, {License: "AGPL-3.0-only OR BSD-2-Clause", Components: 1, Example: "b"}},
	}
	tests := []struct {
		name        string
		allow, deny []string
		want        verify.Outcome
	}{
		{"no lists", nil, nil, verify.Pass},
		{"allowed", []string{"MIT", "BSD-*"}, nil, verify.Pass},
		{"not allowed", []string{"MIT"}, nil, verify.Fail},
		{"denied with a choice", nil, []string{"AGPL-*"}, verify.Pass},
		{"denied", nil, []string{"MIT"}, verify.Fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := sbomFacts(summary)
			f.Params.AllowedLicenses, f.Params.DeniedLicenses = tt.allow, tt.deny
			if r := sbomLicences(f); r.Outcome != tt.want {
				t.Errorf("%s, want %s", r.Outcome, tt.want)
			}
		})
	}
	summary.LicenseCount = 3
	f := sbomFacts(summary)
	f.Params.DeniedLicenses = []string{"GPL-*"}
	if r := sbomLicences(f); r.Outcome != verify.Fail {
		t.Errorf("more licences than are listed: %s", r.Outcome)
	}
}
