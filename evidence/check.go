package evidence

import (
	"errors"
)

// Check is the result of one check (a test, a scan) on a commit or artifact.
// The file it was read from is a material that Evidence names by digest, so
// that whoever judges can count again.
type Check struct {
	// Name is the check's name where it ran: "unit-test", "go vet".
	Name string `json:"name" rec:"R;1.13.3.4"`
	// Category is the required check it counts for, if Name is another (3.14).
	Category string `json:"category,omitempty" rec:"O;1.13.3.4,1.13.5.2" enum:"code-review|lint|unit-test|build|integration-test|sast|dependency-license-scan|dast|secrets|sbom-generate|provenance|signature|smoke-tests|monitoring-checks|commit-lint|api-compat|coverage|quarantine|other"`
	// Outcome is how it ended; "skipped" ran nothing that could have failed,
	// "na" does not apply.
	Outcome string `json:"outcome" rec:"R;1.13.3.4" enum:"pass|fail|skipped|na"`
	// Subject is what was checked: a commit, an artifact or a manifest.
	Subject ResourceDescriptor `json:"subject" rec:"R;1.12.6.1"`
	// Components are the components of a monorepo that it covers, if it is about
	// more than its subject says.
	Components []string `json:"components,omitempty" rec:"O;1.9.3.4"`
	// Attempt counts the runs of the check on the subject from 1.
	Attempt int64 `json:"attempt,omitzero" rec:"O;1.29.2"`
	// MaxRetries is how often it may be run again by itself.
	MaxRetries *int64 `json:"maxRetries,omitempty" rec:"O;1.29.3.1"`
	// RunID is the CI system's id of the run.
	RunID string `json:"runId,omitempty" rec:"O;1.13.5.2"`
	// Issuer is the app or account that reported it, as the CI system says.
	Issuer *Actor `json:"issuer,omitempty" rec:"O;1.5.2"`
	// Conclusion is the CI system's own word for the outcome.
	Conclusion string `json:"conclusion,omitempty" rec:"O;1.13.3.4"`
	// MayFail says that the pipeline went on when it failed.
	MayFail bool `json:"mayFail,omitempty" rec:"O;1.29.3.1"`
	// StartedAt is when it began.
	StartedAt *Time `json:"startedAt,omitempty" rec:"O;1.13.5.2"`
	// FinishedAt is when it ended.
	FinishedAt *Time `json:"finishedAt,omitempty" rec:"O;1.13.5.2"`
	// Rationale is why it did not pass, or does not apply.
	Rationale string `json:"rationale,omitempty" rec:"C;1.13.5.2,1.30.3.3;when the outcome is na"`
	// Tools are the programs that checked.
	Tools []CheckTool `json:"tools,omitempty" rec:"O;1.7.3"`
	// Tests are counts of test cases, if it ran tests.
	Tests *CheckTests `json:"tests,omitempty" rec:"O;1.13.3.4"`
	// Findings are counts of findings, if it analysed or scanned.
	Findings *CheckFindings `json:"findings,omitempty" rec:"O;1.7.3"`
	// Coverage is what the tests covered, if that was measured.
	Coverage *CheckCoverage `json:"coverage,omitempty" rec:"O;1.7.3"`
	// Evidence is the run, and the files that show the result.
	Evidence []ResourceDescriptor `json:"evidence,omitempty" rec:"O;1.13.5.2,1.31.5.2"`
}

// Validate reports the first field of c that contradicts its description.
// Errors are [FieldError]s.
func (c *Check) Validate() error { return ValidatePart(c) }

func (c *Check) conditions(v *validator, at string) {
	v.need(c.Outcome == "na", at+"/rationale", c.Rationale != "", "when the outcome is na")
	v.order(c.StartedAt, c.FinishedAt, at+"/finishedAt", "startedAt")
}

// CheckTool is a program that checked, by its own word.
type CheckTool struct {
	// Name is its name or URI.
	Name string `json:"name" rec:"R;1.7.3"`
	// Version is its version.
	Version string `json:"version,omitempty" rec:"O;1.7.3"`
	// Database is the URI of the vulnerability database it used.
	Database string `json:"database,omitempty" rec:"O;1.7.3"`
	// DatabaseVersion is the version of the database.
	DatabaseVersion string `json:"databaseVersion,omitempty" rec:"O;1.7.3"`
	// DatabaseAt is when the database was last updated.
	DatabaseAt *Time `json:"databaseAt,omitempty" rec:"O;1.7.3"`
	// Open are the open findings of this tool, if the file tells tools apart.
	Open int64 `json:"open,omitzero" rec:"O;1.7.3"`
}

// CheckTests counts test cases. A case is in one class only; what is in none
// of failures, errors and skipped has passed.
type CheckTests struct {
	// Total is the number of cases; none means that nothing was tested.
	Total *int64 `json:"total" rec:"R;1.13.3.4"`
	// Failures are cases in which an assertion did not hold.
	Failures *int64 `json:"failures" rec:"R;1.13.3.4"`
	// Errors are cases that broke or did not end.
	Errors *int64 `json:"errors" rec:"R;1.13.3.4"`
	// Skipped are cases that were not run.
	Skipped *int64 `json:"skipped" rec:"R;1.13.3.4"`
	// Flaky are cases that failed and passed when they were run again.
	Flaky int64 `json:"flaky,omitzero" rec:"O;1.29.2"`
	// Reruns are executions beyond the first of each case.
	Reruns int64 `json:"reruns,omitzero" rec:"O;1.29.3.1"`
}

func (t *CheckTests) conditions(v *validator, at string) {
	if over(t.Total, t.Failures, t.Errors, t.Skipped) {
		v.fail(at+"/total", errors.New("less than failures, errors and skipped together"))
	}
}

// CheckFindings counts what an analyser or scanner reported. Every class is
// stated, even if it is zero; together they are the open findings.
type CheckFindings struct {
	// Open are the findings that stand.
	Open *int64 `json:"open" rec:"R;1.7.3"`
	// Critical are open findings of that severity (CVSS 9.0 and above).
	Critical *int64 `json:"critical" rec:"R;1.7.3"`
	// High are open findings of that severity (CVSS 7.0 to 8.9; error in SARIF).
	High *int64 `json:"high" rec:"R;1.7.3"`
	// Medium are open findings of that severity (CVSS 4.0 to 6.9; warning in SARIF).
	Medium *int64 `json:"medium" rec:"R;1.7.3"`
	// Low are open findings of that severity (CVSS 0.1 to 3.9; note in SARIF).
	Low *int64 `json:"low" rec:"R;1.7.3"`
	// Info are open findings without a risk of their own.
	Info *int64 `json:"info" rec:"R;1.7.3"`
	// Unknown are open findings whose severity is not stated.
	Unknown *int64 `json:"unknown" rec:"R;1.7.3"`
	// Suppressed were set aside with a reason: suppressions, false positives,
	// vulnerabilities that do not affect or are resolved.
	Suppressed *int64 `json:"suppressed" rec:"R;1.7.3"`
	// FailAt is the least severity of an open finding that fails the check.
	FailAt string `json:"failAt,omitempty" rec:"O;1.7.3" enum:"critical|high|medium|low|info"`
	// Rules are the rules or vulnerabilities with most open findings, at most 100.
	Rules []CheckRule `json:"rules,omitempty" rec:"O;1.7.3"`
	// RuleTotal is the number of rules or vulnerabilities with open findings; of
	// several files at least that many.
	RuleTotal int64 `json:"ruleTotal,omitzero" rec:"O;1.7.3"`
	// New are findings that the baseline did not have.
	New int64 `json:"new,omitzero" rec:"O;1.7.3"`
	// Unchanged are findings that the baseline had.
	Unchanged int64 `json:"unchanged,omitzero" rec:"O;1.7.3"`
	// Updated are findings that the baseline had in another form.
	Updated int64 `json:"updated,omitzero" rec:"O;1.7.3"`
	// Absent are findings of the baseline that are gone; they are not open.
	Absent int64 `json:"absent,omitzero" rec:"O;1.7.3"`
}

func (f *CheckFindings) conditions(v *validator, at string) {
	classes := []*int64{f.Critical, f.High, f.Medium, f.Low, f.Info, f.Unknown}
	if f.Open != nil && (over(f.Open, classes...) || sum(classes) != *f.Open) {
		v.fail(at+"/open", errors.New("not the sum of the severities"))
	}
}

// CheckRule is a rule or vulnerability with findings.
type CheckRule struct {
	// ID is its id: "SA1019", "CVE-2026-1234".
	ID string `json:"id" rec:"R;1.7.3"`
	// Open are its open findings.
	Open int64 `json:"open" rec:"R;1.7.3"`
}

// CheckCoverage counts what the tests executed.
type CheckCoverage struct {
	// Unit is what is counted.
	Unit string `json:"unit" rec:"R;1.7.3" enum:"lines|statements"`
	// Covered are the units that were executed.
	Covered *int64 `json:"covered" rec:"R;1.7.3"`
	// Total are all units of the files that were measured.
	Total *int64 `json:"total" rec:"R;1.7.3"`
	// Minimum is the agreed least share, in percent.
	Minimum *int64 `json:"minimum,omitempty" rec:"O;1.7.3"`
}

func (c *CheckCoverage) conditions(v *validator, at string) {
	if over(c.Total, c.Covered) {
		v.fail(at+"/covered", errors.New("more than total"))
	}
	if c.Minimum != nil && *c.Minimum > 100 {
		v.fail(at+"/minimum", errPercent)
	}
}

// over reports whether the parts together are more than a total. What is
// missing or negative is refused elsewhere.
func over(total *int64, parts ...*int64) bool {
	if total == nil {
		return false
	}
	left := *total
	for _, p := range parts {
		if p != nil && *p > left {
			return true
		}
		if p != nil {
			left -= max(*p, 0)
		}
	}
	return false
}

// sum adds parts of which over has said that they do not overflow.
func sum(parts []*int64) (n int64) {
	for _, p := range parts {
		if p != nil {
			n += *p
		}
	}
	return n
}
