package checks

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// maxRationale is the most bytes of a check's rationale.
const maxRationale = 2000

// Check returns the result as a check called name on a subject, and the file
// as the material that backs it. runID is the CI run the file comes from, ""
// if it is not known; attempt counts from 1, 0 if it is not known. The check
// refers to the material by digest. Its rationale holds the reason of an
// outcome other than Pass, what was run again, and problems of the file.
func (r Result) Check(name string, subject evidence.ResourceDescriptor, runID string, attempt int64) (evidence.Check, evidence.Material) {
	m := r.material(name, attempt)
	c := evidence.Check{
		Name: name, Outcome: string(r.Outcome), Subject: subject,
		Attempt: attempt, RunID: runID,
		StartedAt: timeOrNil(r.StartedAt), FinishedAt: timeOrNil(r.FinishedAt),
		Rationale: r.rationale(),
		Tools:     r.Tools, Tests: r.tests(), Findings: r.findings(), Coverage: r.coverage(),
		Evidence: []evidence.ResourceDescriptor{{Name: m.Name, Digest: m.Digest.Set(), MediaType: m.MediaType}},
	}
	return c, m
}

// tests are the counts of cases as a record has them.
func (r Result) tests() *evidence.CheckTests {
	t := r.Tests
	if t == nil {
		return nil
	}
	return &evidence.CheckTests{
		Total: &t.Total, Failures: &t.Failures, Errors: &t.Errors, Skipped: &t.Skipped,
		Flaky: r.Attempts.FlakyTotal, Reruns: r.Attempts.Reruns,
	}
}

// findings are the counts of findings as a record has them.
func (r Result) findings() *evidence.CheckFindings {
	f := r.Findings
	if f == nil {
		return nil
	}
	s := &f.Severities
	return &evidence.CheckFindings{
		Open: &f.Open, Critical: &s.Critical, High: &s.High, Medium: &s.Medium, Low: &s.Low, Info: &s.Info, Unknown: &s.Unknown,
		Suppressed: &f.Suppressed, FailAt: string(r.FailAt), Rules: f.Rules, RuleTotal: int64(f.RuleTotal),
		New: f.New, Unchanged: f.Unchanged, Updated: f.Updated, Absent: f.Absent,
	}
}

// coverage is what was covered as a record has it.
func (r Result) coverage() *evidence.CheckCoverage {
	c := r.Coverage
	if c == nil {
		return nil
	}
	out := &evidence.CheckCoverage{Unit: c.Unit, Covered: &c.Covered, Total: &c.Total}
	if r.MinCoverage > 0 {
		out.Minimum = &r.MinCoverage
	}
	return out
}

// material names the file by check and attempt, so that attempts of one check
// do not collide; names that still do are told apart by the assembler.
func (r Result) material(name string, attempt int64) evidence.Material {
	t, _ := traits(r.Format)
	base := evidence.SafeMaterialName(name)
	if len(base) > maxText/3 {
		base = evidence.SafeMaterialName(base[:maxText/3])
	}
	if attempt > 1 {
		base += fmt.Sprintf("-attempt%d", attempt)
	}
	return evidence.Material{Name: "results/" + base + t.extension, MediaType: t.mediaType, Digest: r.Digest, Size: r.Size}
}

// rationale is what people need to read beside the outcome, in one text.
func (r Result) rationale() string {
	var parts []string
	if r.Reason != "" {
		parts = append(parts, r.Reason)
	}
	if n := r.Attempts.FlakyTotal; n > 0 {
		parts = append(parts, fmt.Sprintf("%d tests failed and then passed, such as %s", n, r.Attempts.Flaky[0]))
	}
	parts = append(parts, r.Problems...)
	s := strings.Join(parts, "; ")
	if len(s) > maxRationale {
		s = strings.ToValidUTF8(s[:maxRationale], "") + "…"
	}
	return s
}

func timeOrNil(t evidence.Time) *evidence.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
