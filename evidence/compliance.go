package evidence

// ComplianceReview is a periodic look at whether the process is followed
// (3.28). At is when it ended.
type ComplianceReview struct {
	Entry
	// Period is the time that was looked at.
	Period Interval `json:"period" rec:"R;1.32.3.3"`
	// Reviewer looked.
	Reviewer Actor `json:"reviewer" rec:"R;1.32.3.3"`
	// Areas are the results, one for each of the five areas.
	Areas []ReviewArea `json:"areas" rec:"R;1.32.3.3"`
	// Findings are what is to be repaired.
	Findings []FollowUp `json:"findings,omitempty" rec:"C;1.32.3.3;when an area fails"`
	// Population is how the sample was drawn.
	Population string `json:"population,omitempty" rec:"O;1.32.3.3"`
}

// Validate implements [Predicate].
func (c *ComplianceReview) Validate() error { return validate(c) }

func (c *ComplianceReview) conditions(v *validator, at string) {
	failed := false
	seen := map[string]bool{}
	for _, a := range c.Areas {
		failed = failed || a.Result == "fail"
		seen[a.Area] = true
	}
	for _, area := range []string{"protections", "reviews", "signatures", "no-rebuild", "windows"} {
		v.need(true, at+"/areas", seen[area], "is the area "+area)
	}
	v.need(failed, at+"/findings", len(c.Findings) > 0, "when an area fails")
}

// ReviewArea is one area of a compliance review.
type ReviewArea struct {
	// Area says which: protections and checks, reviews and their independence,
	// signed tags and provenance, no rebuild, windows and emergencies.
	Area string `json:"area" rec:"R;1.32.3.3" enum:"protections|reviews|signatures|no-rebuild|windows"`
	// Result is what was found.
	Result string `json:"result" rec:"R;1.32.3.3" enum:"pass|fail|partial"`
	// Notes explain it.
	Notes string `json:"notes,omitempty" rec:"O;1.32.3.3"`
	// Evidence shows it.
	Evidence []ResourceDescriptor `json:"evidence,omitempty" rec:"O;1.32.3.3"`
}

// MonthlyReport are the figures of a month (3.28). They are for people: gates
// compute from the records themselves. At is when it was made.
type MonthlyReport struct {
	Entry
	// Period is the month.
	Period Interval `json:"period" rec:"R;1.32.3.3"`
	// LeadTimeSeconds is the median time from commit to production, in seconds.
	LeadTimeSeconds *int64 `json:"leadTimeSeconds" rec:"R;1.32.3.3"`
	// Deployments counts production deployments.
	Deployments *int64 `json:"deployments" rec:"R;1.32.3.3"`
	// FailedDeployments counts those that led to an incident or rollback.
	FailedDeployments *int64 `json:"failedDeployments" rec:"R;1.32.3.3"`
	// RestoreSeconds is the mean time to restore, in seconds.
	RestoreSeconds *int64 `json:"restoreSeconds" rec:"R;1.32.3.3"`
	// Pipelines are the results of CI by branch.
	Pipelines []BranchRuns `json:"pipelines" rec:"R;1.32.3.3"`
	// Scans are the outcomes of the scans, in words.
	Scans []string `json:"scans" rec:"R;1.32.3.3"`
	// Releases counts releases; WithSBOM and WithProvenance those that have one.
	Releases *int64 `json:"releases" rec:"R;1.32.3.3"`
	// WithSBOM counts releases that have an SBOM.
	WithSBOM *int64 `json:"withSbom" rec:"R;1.32.3.3"`
	// WithProvenance counts releases that have provenance.
	WithProvenance *int64 `json:"withProvenance" rec:"R;1.32.3.3"`
	// Contributors are what costs the most lead time, at most three, with plans.
	Contributors []FollowUp `json:"contributors" rec:"R;1.32.3.3"`
	// Reviewer looked at the report.
	Reviewer Actor `json:"reviewer" rec:"R;1.32.3.3"`
	// Trend compares it with the months before.
	Trend string `json:"trend" rec:"R;1.32.3.3"`
}

// Validate implements [Predicate].
func (m *MonthlyReport) Validate() error { return validate(m) }

// BranchRuns counts the CI runs of a branch.
type BranchRuns struct {
	// Branch is the branch.
	Branch string `json:"branch" rec:"R;1.32.3.3"`
	// Runs counts them.
	Runs *int64 `json:"runs" rec:"R;1.32.3.3"`
	// Passed counts those that passed.
	Passed *int64 `json:"passed" rec:"R;1.32.3.3"`
}

func (b *BranchRuns) conditions(v *validator, at string) {
	if b.Runs != nil && b.Passed != nil && *b.Passed > *b.Runs {
		v.fail(at+"/passed", errMoreThanRuns)
	}
}
