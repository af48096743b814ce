package checks

import "github.com/release-dossier/dossier/evidence"

// Outcome says how a check ended, in the words of a release statement's checks.
type Outcome string

// The outcomes.
const (
	Pass    Outcome = "pass"
	Fail    Outcome = "fail"
	Skipped Outcome = "skipped" // nothing ran that could have failed
	NA      Outcome = "na"      // the file carries no verdict on its own
)

// Result is what one file says about one check.
type Result struct {
	// Format is the format the file is in.
	Format Format
	// Tools are the programs that the file says made it.
	Tools []evidence.CheckTool
	// Tests is set for test results.
	Tests *Tests
	// Findings is set for analysers and vulnerability scanners.
	Findings *Findings
	// Coverage is set for coverage files.
	Coverage *Coverage
	// Attempts says what was run more than once.
	Attempts Attempts
	// Outcome is derived from the counts; see [Options] for thresholds.
	Outcome Outcome
	// FailAt and MinCoverage are the thresholds that were applied.
	FailAt      Severity
	MinCoverage int64
	// Reason is one sentence on why Outcome is not Pass, else empty.
	Reason string
	// StartedAt and FinishedAt are zero if the file does not say, or says it
	// without a time zone.
	StartedAt, FinishedAt evidence.Time
	// Problems are contradictions and gaps in the file that did not stop the
	// reading, at most Limits.Names of them.
	Problems []string
	// Subjects are what an in-toto statement says it is about. They are the
	// statement's word: compare them with the subject of the check.
	Subjects []evidence.ResourceDescriptor
	// Digest is the SHA-256 of the file's bytes, Size their number.
	Digest evidence.Digest
	Size   int64
}

// Tests counts test cases. A case is in one class only; what is in none of
// Failures, Errors and Skipped has passed. A Go package that broke as a whole
// counts as one case.
type Tests struct {
	Total    int64
	Failures int64 // an assertion did not hold
	Errors   int64 // the test or its package broke, or did not end
	Skipped  int64
	// Failed names cases that failed, even if they passed when they were run
	// again; at most Limits.Names of them.
	Failed []string
}

// Attempts says what was run again within one file.
type Attempts struct {
	// Reruns is the number of executions beyond the first of each test.
	Reruns int64
	// Most is the largest number of executions of one test, if over 1.
	Most int64
	// FlakyTotal is the number of tests that failed and later passed.
	FlakyTotal int64
	// Flaky names them, at most Limits.Names of them.
	Flaky []string
}

// Coverage counts the lines, or for Go profiles the statements, of the files
// that were measured.
type Coverage struct {
	Unit    string // "lines" or "statements"
	Covered int64
	Total   int64
	Files   int64
}

// Percent returns the covered share from 0 to 100; 0 if nothing was measured.
func (c Coverage) Percent() float64 {
	if c.Total == 0 {
		return 0
	}
	return 100 * float64(c.Covered) / float64(c.Total)
}
