package evidence

// GoNoGo is the decision to release or not, with its checklist (3.10). At is
// when it was taken.
type GoNoGo struct {
	Entry
	// Decision is what was decided.
	Decision string `json:"decision" rec:"R;2.6.3" enum:"go|no-go" gate:"go>no-go"`
	// Approver decided. The signature decides whether it was them.
	Approver Actor `json:"approver" rec:"R;1.14.3,2.6.2" gate:"same"`
	// ApproverRole is the role in which they decided.
	ApproverRole string `json:"approverRole,omitempty" rec:"O;2.6.2"`
	// Delegation is the id of the delegation, if they decided for another.
	Delegation string `json:"delegation,omitempty" rec:"C;2.6.2;when decided for another"`
	// Attendees were there.
	Attendees []Actor `json:"attendees" rec:"R;1.14.3"`
	// Environment is what it is for; absent means production.
	Environment string `json:"environment,omitempty" rec:"O;2.6.3" gate:"same"`
	// Subject is the candidate that was looked at.
	Subject Candidate `json:"subject" rec:"R;1.14.7"`
	// RisksAccepted are the risks that remain; "none" if there are none.
	RisksAccepted []string `json:"risksAccepted" rec:"R;1.14.7,2.6.3"`
	// RollbackPlan is how to go back.
	RollbackPlan string `json:"rollbackPlan" rec:"R;2.6.3"`
	// Exceptions are the ids of the exceptions that it relies on.
	Exceptions []string `json:"exceptions,omitempty" rec:"d;1.14.7"`
	// Checklist is what was gone through.
	Checklist []ChecklistItem `json:"checklist,omitempty" rec:"O;1.14.7,2.6.3"`
	// Notes are the notes of the meeting.
	Notes string `json:"notes" rec:"R;2.6.3"`
}

// Validate implements [Predicate].
func (g *GoNoGo) Validate() error { return validate(g) }

// Candidate is the release that a decision is about.
type Candidate struct {
	// Tag is its tag, if it has one already.
	Tag string `json:"tag,omitempty" rec:"C;1.14.7;once tagged"`
	// Commit is its commit.
	Commit ObjectID `json:"commit" rec:"R;1.14.7" gate:"same"`
	// Digests are its artifacts.
	Digests []DigestSet `json:"digests,omitempty" rec:"C;1.14.7;unless manifest is given" gate:"same"`
	// Manifest is the release manifest, by digest.
	Manifest *ResourceDescriptor `json:"manifest,omitempty" rec:"C;1.18.3.3;in a release of several repositories"`
}

func (c *Candidate) conditions(v *validator, at string) {
	v.need(c.Manifest == nil, at+"/digests", len(c.Digests) > 0, "unless manifest is given")
}

// ChecklistItem is one line of the go/no-go checklist.
type ChecklistItem struct {
	// Item says which line it is.
	Item string `json:"item" rec:"R;1.14.7,2.6.3" enum:"tag-signed|digest-matches-staging|checks-green|scans-done|sbom-linked|provenance-linked|owners-approved|duties-separated|window-confirmed|announced|rollback-validated|risks-accepted|monitoring-ready|runbooks-ready|on-call-covered|other"`
	// Result is the answer.
	Result string `json:"result" rec:"R;1.14.7" enum:"yes|no|na"`
	// Rationale explains no and na.
	Rationale string `json:"rationale,omitempty" rec:"C;1.14.7;unless the result is yes"`
	// Evidence shows it.
	Evidence []ResourceDescriptor `json:"evidence,omitempty" rec:"O;1.14.7"`
}

func (i *ChecklistItem) conditions(v *validator, at string) {
	v.need(i.Result != "yes", at+"/rationale", i.Rationale != "", "unless the result is yes")
}
