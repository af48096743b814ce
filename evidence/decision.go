package evidence

// DecisionRecord is a standing decision about how a repository is released
// (3.26). At is when it was taken.
type DecisionRecord struct {
	Entry
	// Topic says what it is about.
	Topic string `json:"topic" rec:"R;1.32.3.5" enum:"branching|release-strategy|versioning|qa-sign-off|hotfix|rollout-cadence|monorepo|environments|notes-storage|stabilisation|automation|rollback-posture|coverage|commit-scheme|ticket-scheme|separation-of-duties|provenance|train|other"`
	// Decision is what was decided: the option chosen.
	Decision string `json:"decision" rec:"R;1.32.3.5"`
	// Rationale is why.
	Rationale string `json:"rationale" rec:"R;1.32.3.5"`
	// Criteria are the criteria it was measured by, each with the finding.
	Criteria []DecisionTopic `json:"criteria,omitempty" rec:"C;1.8.5,1.26.3;by topic: expected frequency, risk classes, approvers, windows, rollback, staffing"`
	// Alternatives were considered.
	Alternatives []string `json:"alternatives,omitempty" rec:"O;1.32.3.5"`
	// Risks are what it costs, and the controls against that.
	Risks []string `json:"risks,omitempty" rec:"O;1.32.3.5"`
	// Approvals are who decided.
	Approvals []Signoff `json:"approvals" rec:"R;1.32.3.5" gate:"same"`
	// EffectiveFrom is when it begins to hold.
	EffectiveFrom Time `json:"effectiveFrom" rec:"R;1.32.3.5"`
	// ReviewAt is when it is looked at again.
	ReviewAt *Time `json:"reviewAt,omitempty" rec:"O;1.32.3.5"`
	// Train are the rules of a train.
	Train *TrainRules `json:"train,omitempty" rec:"C;1.8.5,1.25.3.1;when the topic is train"`
	// Document is the decision's own page, such as RELEASE.md.
	Document *ResourceDescriptor `json:"document,omitempty" rec:"O;1.32.3.5"`
}

// Validate implements [Predicate].
func (d *DecisionRecord) Validate() error { return validate(d) }

func (d *DecisionRecord) conditions(v *validator, at string) {
	v.need(d.Topic == "train", at+"/train", d.Train != nil, "when the topic is train")
}

// DecisionTopic is one question that a decision answers.
type DecisionTopic struct {
	// Name is the question: "expected frequency", "window alignment".
	Name string `json:"name" rec:"R;1.26.3"`
	// Finding is the answer.
	Finding string `json:"finding" rec:"R;1.26.3"`
}

// PolicyChange is a change of the release policy (3.27). At is when it was
// decided.
type PolicyChange struct {
	Entry
	// Policy is the changed document, by version and digest.
	Policy ResourceDescriptor `json:"policy" rec:"R;1.32.3.4"`
	// Summary is what changes.
	Summary string `json:"summary" rec:"R;1.32.3.4"`
	// Rationale is why.
	Rationale string `json:"rationale" rec:"R;1.32.3.4"`
	// EffectiveFrom is when it begins to hold.
	EffectiveFrom Time `json:"effectiveFrom" rec:"R;1.32.3.4"`
	// Migration is how to follow it.
	Migration string `json:"migration" rec:"R;1.32.3.4"`
	// Deprecations are the procedures that end.
	Deprecations []Deprecation `json:"deprecations,omitempty" rec:"C;1.32.3.4;when a procedure ends"`
	// Approvals are of the review.
	Approvals []Signoff `json:"approvals" rec:"R;1.32.3.4" gate:"same"`
	// Announcement is where it was made known.
	Announcement ResourceDescriptor `json:"announcement" rec:"R;1.32.3.4"`
	// Urgent says that it holds before it was announced.
	Urgent bool `json:"urgent,omitempty" rec:"O;1.32.3.4"`
	// BroadcastAt is when an urgent change was made known to all.
	BroadcastAt *Time `json:"broadcastAt,omitempty" rec:"C;1.32.3.4;after an urgent change"`
}

// Validate implements [Predicate].
func (p *PolicyChange) Validate() error { return validate(p) }

// Deprecation is the end of a procedure, in steps.
type Deprecation struct {
	// ID names the procedure; exceptions name it in reliesOn.
	ID string `json:"id" rec:"R;1.32.3.4"`
	// LastAdoption is the last day on which somebody may begin to use it.
	LastAdoption Time `json:"lastAdoption" rec:"R;1.32.3.4"`
	// LastSupport is the last day on which it may be used.
	LastSupport Time `json:"lastSupport" rec:"R;1.32.3.4"`
	// Steps lead away from it.
	Steps []string `json:"steps" rec:"R;1.32.3.4"`
}

func (d *Deprecation) conditions(v *validator, at string) {
	v.order(&d.LastAdoption, &d.LastSupport, at+"/lastSupport", "lastAdoption")
}
