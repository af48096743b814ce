package evidence

// Incident is what went wrong in production and what was done (3.6). At is
// when its impact began.
type Incident struct {
	Entry
	// Severity is its severity in the organisation's own scale.
	Severity string `json:"severity" rec:"R;1.22.5.2" gate:"same"`
	// State says whether it is over.
	State string `json:"state" rec:"R;1.22.5.2" enum:"open|resolved" gate:"resolved>open"`
	// Title is what happened, in a line.
	Title string `json:"title,omitempty" rec:"O;1.22.5.2"`
	// Ticket is the record in the incident system.
	Ticket *ResourceDescriptor `json:"ticket,omitempty" rec:"O;1.22.5.2"`
	// ImpactEndedAt is when its impact ended.
	ImpactEndedAt *Time `json:"impactEndedAt,omitempty" rec:"C;1.22.5.2;once resolved"`
	// Tag is the tag that was in production.
	Tag string `json:"tag" rec:"R;1.22.5.2"`
	// Commit is its commit.
	Commit ObjectID `json:"commit" rec:"R;1.22.5.2" gate:"same"`
	// Artifacts are its artifacts, by digest.
	Artifacts []ResourceDescriptor `json:"artifacts" rec:"R;1.22.5.2" gate:"same"`
	// RollbackMechanism is how production was restored.
	RollbackMechanism string `json:"rollbackMechanism,omitempty" rec:"C;1.22.5.2;once resolved" enum:"flag|config|redeploy|hotfix-forward|none"`
	// NoRollback is why there was no way back, with mitigation and criteria.
	NoRollback string `json:"noRollback,omitempty" rec:"C;1.22.3;when the mechanism is none"`
	// Approvals are who decided.
	Approvals []Signoff `json:"approvals,omitempty" rec:"C;1.22.5.2;once resolved"`
	// Window is the change window that the repair used.
	Window *WindowUse `json:"window,omitempty" rec:"C;1.22.5.2;once resolved, unless emergency is given"`
	// Emergency is the id of the emergency record of the repair.
	Emergency string `json:"emergency,omitempty" rec:"C;1.22.5.2;outside any window"`
	// ChangedAt is the exact time of the repair.
	ChangedAt *Time `json:"changedAt,omitempty" rec:"C;1.22.3;once resolved"`
	// RecoveredAt is when recovery was verified.
	RecoveredAt *Time `json:"recoveredAt,omitempty" rec:"C;1.22.3;once resolved"`
	// Verification shows that it works again.
	Verification []Verification `json:"verification,omitempty" rec:"C;1.22.5.2;once resolved"`
	// RootCause is a summary of the cause.
	RootCause string `json:"rootCause,omitempty" rec:"O;1.16.3.6"`
	// Timeline is what was known and decided, in order.
	Timeline []LogEntry `json:"timeline,omitempty" rec:"O;1.22.3"`
	// Links are pull requests, tags, digests and approvals.
	Links []ResourceDescriptor `json:"links,omitempty" rec:"O;1.22.3"`
	// Communications are what was announced: intent, mechanism, impact.
	Communications []LogEntry `json:"communications,omitempty" rec:"O;1.22.3"`
	// HandOff is what the next shift must know: rollout stage, flags, risks.
	HandOff string `json:"handOff,omitempty" rec:"O;1.22.3"`
	// ValidationRuns are later runs of checks that could not run.
	ValidationRuns []ResourceDescriptor `json:"validationRuns,omitempty" rec:"C;1.16.3.3;when a check was waived for an outage"`
	// FollowUps are mapped to controls, tests or gates.
	FollowUps []FollowUp `json:"followUps,omitempty" rec:"C;1.22.5.2;once resolved"`
}

// Validate implements [Predicate].
func (i *Incident) Validate() error { return validate(i) }

// Happened implements [Predicate]: the time of the impact.
func (i *Incident) Happened() TimeOrInterval {
	begin, _ := i.At.Bounds()
	if i.ImpactEndedAt == nil || begin.IsZero() {
		return i.At
	}
	return TimeOrInterval{Interval: &Interval{NotBefore: &begin, NotAfter: i.ImpactEndedAt}}
}

func (i *Incident) conditions(v *validator, at string) {
	over := i.State == "resolved"
	for _, c := range []struct {
		name   string
		stated bool
	}{
		{"impactEndedAt", i.ImpactEndedAt != nil},
		{"rollbackMechanism", i.RollbackMechanism != ""},
		{"approvals", len(i.Approvals) > 0},
		{"changedAt", i.ChangedAt != nil},
		{"recoveredAt", i.RecoveredAt != nil},
		{"verification", len(i.Verification) > 0},
		{"followUps", len(i.FollowUps) > 0},
	} {
		v.need(over, at+"/"+c.name, c.stated, "once resolved")
	}
	v.underWindow(over, at, i.Window, i.Emergency)
	v.need(i.RollbackMechanism == "none", at+"/noRollback", i.NoRollback != "", "when the mechanism is none")
	begin, _ := i.At.Bounds()
	v.order(&begin, i.ImpactEndedAt, at+"/impactEndedAt", "at")
}

// LogEntry is one line of a log that people keep.
type LogEntry struct {
	// At is when.
	At TimeOrInterval `json:"at" rec:"R;1.22.3"`
	// Who decided or wrote.
	Who *Actor `json:"who,omitempty" rec:"O;1.22.3"`
	// Text is what was seen, decided or said.
	Text string `json:"text" rec:"R;1.22.3"`
	// Refs point at more.
	Refs []ResourceDescriptor `json:"refs,omitempty" rec:"O;1.22.3"`
}
