package results

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
	Summary
	// Outcome is derived from the counts; see [Options] for thresholds.
	Outcome Outcome
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

// Summary holds the counts of a result in a form that can be stored beside a
// check.
type Summary struct {
	// Format is the format the file is in.
	Format Format `json:"format"`
	// Tools are the programs that the file says made it.
	Tools []Tool `json:"tools,omitempty"`
	// Tests is set for test results.
	Tests *Tests `json:"tests,omitempty"`
	// Findings is set for analysers and vulnerability scanners.
	Findings *Findings `json:"findings,omitempty"`
	// Coverage is set for coverage files.
	Coverage *Coverage `json:"coverage,omitempty"`
	// Attempts says what was run more than once.
	Attempts Attempts `json:"attempts,omitzero"`
}

// Tool is a program that made a file, as the file names it.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Tests counts test cases. A case is in one class only; what is in none of
// Failures, Errors and Skipped has passed. A Go package that broke as a whole
// counts as one case.
type Tests struct {
	Total    int64 `json:"total"`
	Failures int64 `json:"failures"` // an assertion did not hold
	Errors   int64 `json:"errors"`   // the test or its package broke, or did not end
	Skipped  int64 `json:"skipped"`
	// Failed names cases that failed, even if they passed when they were run
	// again; at most Limits.Names of them.
	Failed []string `json:"failed,omitempty"`
}

// Attempts says what was run again within one file.
type Attempts struct {
	// Reruns is the number of executions beyond the first of each test.
	Reruns int64 `json:"reruns,omitzero"`
	// Most is the largest number of executions of one test, if over 1.
	Most int64 `json:"most,omitzero"`
	// FlakyTotal is the number of tests that failed and later passed.
	FlakyTotal int64 `json:"flakyTotal,omitzero"`
	// Flaky names them, at most Limits.Names of them.
	Flaky []string `json:"flaky,omitempty"`
}

// Coverage counts the lines, or for Go profiles the statements, of the files
// that were measured.
type Coverage struct {
	Unit    string `json:"unit"` // "lines" or "statements"
	Covered int64  `json:"covered"`
	Total   int64  `json:"total"`
	Files   int64  `json:"files"`
}

// Percent returns the covered share from 0 to 100; 0 if nothing was measured.
func (c Coverage) Percent() float64 {
	if c.Total == 0 {
		return 0
	}
	return 100 * float64(c.Covered) / float64(c.Total)
}
