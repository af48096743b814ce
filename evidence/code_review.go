package evidence

// CodeReview is a review of a change by somebody else than its author (3.9,
// 3.14). At is when it was given.
type CodeReview struct {
	Entry
	// Change is the pull or merge request.
	Change ResourceDescriptor `json:"change" rec:"R;1.11.3"`
	// Commit is the head commit that was looked at.
	Commit ObjectID `json:"commit" rec:"R;1.11.3" gate:"same"`
	// Author wrote the change, as far as the reviewer knows.
	Author Actor `json:"author" rec:"R;1.11.3" gate:"same"`
	// Reviewer looked. The signature decides whether it was them.
	Reviewer Actor `json:"reviewer" rec:"R;1.11.3" gate:"same"`
	// State is what they said.
	State string `json:"state" rec:"R;1.11.3" enum:"approved|changes-requested|commented|dismissed" gate:"approved>commented>dismissed>changes-requested"`
	// CodeOwner says whether they own code that was touched.
	CodeOwner bool `json:"codeOwner,omitempty" rec:"O;1.11.3,2.5.3"`
	// Paths are the paths they answer for.
	Paths []string `json:"paths,omitempty" rec:"C;2.5.3;when codeOwner is true"`
	// Rationale is what they wrote.
	Rationale string `json:"rationale,omitempty" rec:"O;1.11.3"`
}

// Validate implements [Predicate].
func (r *CodeReview) Validate() error { return validate(r) }

func (r *CodeReview) conditions(v *validator, at string) {
	v.need(r.CodeOwner, at+"/paths", len(r.Paths) > 0, "when codeOwner is true")
	if r.State == "approved" && r.Author.ID == r.Reviewer.ID {
		v.fail(at+"/reviewer", errOwnChange)
	}
}

// VerificationRecord is a look at a deployed or signed release that is stated
// by itself: smoke test, monitoring, signature (3.12, 3.14). At is when.
type VerificationRecord struct {
	Entry
	// Kind says what was looked at.
	Kind string `json:"kind" rec:"R;1.13.3.2,1.21.3.3" enum:"smoke|monitoring|rollback-readiness|signature|digest|evidence|other" gate:"same"`
	// Subject is what was looked at: an artifact, a tag, a running service.
	Subject ResourceDescriptor `json:"subject" rec:"R;1.21.3.3" gate:"same"`
	// Environment is where it runs.
	Environment string `json:"environment,omitempty" rec:"C;1.13.3.2;unless the kind is signature, digest or evidence" gate:"same"`
	// Promotion is the id of the promotion it follows.
	Promotion string `json:"promotion,omitempty" rec:"O;1.13.3.2"`
	// Result is the outcome.
	Result string `json:"result" rec:"R;1.13.3.2" enum:"pass|fail|skipped|na" gate:"pass>na>skipped>fail"`
	// Rationale is why it was skipped or does not apply.
	Rationale string `json:"rationale,omitempty" rec:"C;1.13.3.4;when the result is skipped or na"`
	// By is the person or machine that looked.
	By Actor `json:"by" rec:"R;1.13.3.2"`
	// Thresholds are the measures that monitoring looked at, with their limits.
	Thresholds []Measurement `json:"thresholds,omitempty" rec:"C;1.13.3.2;when the kind is monitoring"`
	// Evidence is the run, log or snapshot that shows it.
	Evidence []ResourceDescriptor `json:"evidence" rec:"R;1.13.3.2"`
	// Identity is the signer that was found, if a signature was verified.
	Identity Identity `json:"identity,omitempty" rec:"C;1.12.3.4;when a signature was verified"`
}

// Validate implements [Predicate].
func (r *VerificationRecord) Validate() error { return validate(r) }

func (r *VerificationRecord) conditions(v *validator, at string) {
	still := r.Kind == "signature" || r.Kind == "digest" || r.Kind == "evidence"
	v.need(!still, at+"/environment", r.Environment != "", "unless the kind is signature, digest or evidence")
	v.need(r.Result == "skipped" || r.Result == "na", at+"/rationale", r.Rationale != "", "when the result is "+r.Result)
	v.need(r.Kind == "monitoring", at+"/thresholds", len(r.Thresholds) > 0, "when the kind is monitoring")
	v.need(r.Kind == "signature" && r.Result == "pass", at+"/identity", r.Identity != "", "when a signature was verified")
}

// Measurement is a measure that was compared with its limit.
type Measurement struct {
	// Metric is what was measured.
	Metric string `json:"metric" rec:"R;1.13.3.2"`
	// Threshold is the limit, with its unit: "below 1 % for 10 min".
	Threshold string `json:"threshold" rec:"R;1.13.3.2"`
	// Value is what was measured, with its unit.
	Value string `json:"value,omitempty" rec:"O;1.13.3.2"`
	// Result is whether it was within the limit.
	Result string `json:"result,omitempty" rec:"O;1.13.3.2" enum:"pass|fail"`
}
