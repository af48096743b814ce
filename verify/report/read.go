package report

import (
	"errors"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
)

const (
	// MaxSize is the most bytes that [Read] takes. A report of 500 commits under
	// the largest policy is about 1 MB.
	MaxSize = 64 << 20
	// format is the value of the member "format".
	format = "dossier-report/v1"
)

// Read reads a report that [JSON] wrote. It is strict: a member, an outcome or
// a verdict that it does not know is an error, since a page that leaves it out
// would say something else than the report, and so is a verdict that the
// report's own checks contradict. A report is not signed. That Read takes it says
// nothing about who made it.
func Read(data []byte) (*verify.Report, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("report: more than %d bytes", MaxSize)
	}
	// Another version's report is named as such, not by its first unknown member.
	var head struct {
		Format string `json:"format"`
	}
	if err := strictjson.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if head.Format != format {
		return nil, fmt.Errorf("report: the format is %.60q, want %q: give a file that dossier verify --json wrote", head.Format, format)
	}
	var r verify.Report
	if err := strictjson.Unmarshal(data, &r, strictjson.RejectUnknown(), strictjson.RejectNull()); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if err := check(&r); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return &r, nil
}

// check reports the first value that no verification writes.
func check(r *verify.Report) error {
	if !slices.Contains([]verify.Verdict{verify.Accepted, verify.NotAccepted, verify.NotGenuine}, r.Verdict) {
		return fmt.Errorf("at /verdict: unknown verdict %.40q", string(r.Verdict))
	}
	if !slices.Contains(verify.Gates(), r.Gate) {
		return fmt.Errorf("at /gate: unknown gate %.40q", string(r.Gate))
	}
	if r.AsOf.IsZero() {
		return errors.New("at /asOf: missing: a report is about a moment")
	}
	for i, c := range r.Checks {
		if err := checkOutcome(c); err != nil {
			return fmt.Errorf("at /checks/%d%w", i, err)
		}
		if r.Verdict == verify.Accepted && c.Blocks() {
			return fmt.Errorf("at /verdict: it is %s, and %.60q has the outcome %s", r.Verdict, c.ID, c.Outcome)
		}
	}
	if r.Verdict == verify.Accepted && (!r.Relied || len(r.Reasons) > 0 || len(r.Checks) == 0) {
		return fmt.Errorf("at /verdict: it is %s, and the report says why it is not", r.Verdict)
	}
	for i, e := range r.Exhibits {
		if e.Number != i+1 {
			return fmt.Errorf("at /exhibits/%d/number: want %d: exhibits are numbered from 1", i, i+1)
		}
	}
	return checkFacts(r)
}

// checkFacts checks how each fact is said to be known, and the command to repeat
// the verification, which people paste.
func checkFacts(r *verify.Report) error {
	for name, facts := range map[string][]verify.FactLine{"chain": r.Chain, "people": r.People} {
		for i, f := range facts {
			if !isGrade(f.Proof.Grade) {
				return fmt.Errorf("at /%s/%d/proof/grade: unknown grade", name, i)
			}
		}
	}
	for i, e := range r.Timeline {
		if !isGrade(e.Proof.Grade) {
			return fmt.Errorf("at /timeline/%d/proof/grade: unknown grade", i)
		}
	}
	for i, a := range r.Attestations {
		if !isGrade(a.Proof.Grade) {
			return fmt.Errorf("at /attestations/%d/proof/grade: unknown grade", i)
		}
	}
	if n := len(r.Repeat); n > 0 && (n < 2 || r.Repeat[0] != "dossier" || r.Repeat[1] != "verify") {
		return errors.New(`at /repeat: want a command that begins with "dossier", "verify"`)
	}
	return nil
}

// checkOutcome checks the words of one check that renderings tell apart.
func checkOutcome(c verify.Check) error {
	outcomes := []verify.Outcome{
		verify.Pass, verify.Fail, verify.Warn, verify.Waived, verify.Pending, verify.NotApplicable, verify.Unknown,
	}
	switch {
	case c.ID == "":
		return errors.New("/id: missing")
	case !slices.Contains(verify.Layers(), c.Layer):
		return fmt.Errorf("/layer: unknown layer %.40q", string(c.Layer))
	case !slices.Contains(outcomes, c.Outcome):
		return fmt.Errorf("/outcome: unknown outcome %.40q", string(c.Outcome))
	case !slices.Contains([]string{"", "MUST", "SHOULD", "MAY"}, c.Level):
		return fmt.Errorf("/level: unknown level %.40q", c.Level)
	case c.Question < 0 || c.Question > len(questions):
		return fmt.Errorf("/question: want 1 to %d", len(questions))
	case !isGrade(c.Proof.Grade):
		return fmt.Errorf("/proof/grade: unknown grade %.40q", string(c.Proof.Grade))
	}
	return nil
}

// isGrade reports whether g is a grade or none.
func isGrade(g verify.Grade) bool { return g == "" || g.AtLeast(verify.Claimed) }
