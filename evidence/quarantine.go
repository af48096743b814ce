package evidence

// Quarantine takes an unreliable test out of a gate for a time (3.22). At is
// when it began.
type Quarantine struct {
	Entry
	// Test is the test's name.
	Test string `json:"test" rec:"R;1.29.3" gate:"same"`
	// Suite is the suite it belongs to.
	Suite string `json:"suite" rec:"R;1.29.3"`
	// FailureMode is how it fails.
	FailureMode string `json:"failureMode" rec:"R;1.29.3"`
	// Run is a run in which it failed.
	Run ResourceDescriptor `json:"run" rec:"R;1.29.3"`
	// Check is the required check that it no longer blocks.
	Check string `json:"check" rec:"R;1.13.3.5" gate:"same"`
	// Paths are the paths or patterns of paths that the test covers.
	Paths []string `json:"paths,omitempty" rec:"d;1.13.3.5"`
	// RequestedBy asked for it, and may not be the one who allowed it.
	RequestedBy *Actor `json:"requestedBy,omitempty" rec:"d;1.29.2"`
	// Approval is who allowed it.
	Approval Signoff `json:"approval" rec:"R;1.13.3.5"`
	// Rationale is why it is acceptable.
	Rationale string `json:"rationale" rec:"R;1.13.3.5"`
	// Ticket tracks the repair.
	Ticket ResourceDescriptor `json:"ticket" rec:"R;1.29.3"`
	// ExpiresAt is when the test counts again.
	ExpiresAt Time `json:"expiresAt" rec:"R;1.13.3.5" gate:"same"`
	// RestorationPlan is how the test comes back.
	RestorationPlan string `json:"restorationPlan" rec:"R;1.29.3"`
	// CoveredBy are the other tests of the same risk.
	CoveredBy []string `json:"coveredBy" rec:"R;1.29.3"`
	// Job is the job that still runs it without blocking.
	Job string `json:"job,omitempty" rec:"O;1.29.3"`
	// MaxRetries bounds how often it is run again.
	MaxRetries *int64 `json:"maxRetries,omitempty" rec:"O;1.29.3"`
	// Metric is where its reliability is watched.
	Metric string `json:"metric,omitempty" rec:"O;1.29.3"`
	// RestoredAt is when it came back.
	RestoredAt *Time `json:"restoredAt,omitempty" rec:"O;1.29.3"`
}

// Validate implements [Predicate].
func (q *Quarantine) Validate() error { return validate(q) }

func (q *Quarantine) conditions(v *validator, at string) {
	begin, _ := q.At.Bounds()
	v.order(&begin, &q.ExpiresAt, at+"/expiresAt", "at")
}

// GateBypass lets one release through a gate that is not met (3.33). At is
// when it was granted.
type GateBypass struct {
	Entry
	// Gate is the gate or check.
	Gate string `json:"gate" rec:"R;1.13.3.5" gate:"same"`
	// Approval is who allowed it.
	Approval Signoff `json:"approval" rec:"R;1.13.3.5"`
	// Rationale is why.
	Rationale string `json:"rationale" rec:"R;1.13.3.5"`
	// Extent is what it covers: which run, commit or artifact.
	Extent string `json:"extent" rec:"R;1.13.3.5" gate:"same"`
	// RemediateBy is when the gate must be met.
	RemediateBy Time `json:"remediateBy" rec:"R;1.13.3.5" gate:"same"`
	// Exception is the id of the exception it belongs to.
	Exception string `json:"exception" rec:"R;1.13.3.5"`
}

// Validate implements [Predicate].
func (g *GateBypass) Validate() error { return validate(g) }

// Delegation lets somebody decide for another (3.34). At is when it was
// granted.
type Delegation struct {
	Entry
	// From is whose decision it is.
	From Actor `json:"from" rec:"R;2.6.2" gate:"same"`
	// To is who decides instead.
	To Actor `json:"to" rec:"R;2.6.2" gate:"same"`
	// Role is the role that is delegated.
	Role string `json:"role" rec:"R;2.6.2"`
	// Extent is what may be decided: actions, environments, releases.
	Extent string `json:"extent" rec:"R;2.6.2"`
	// Valid is from when to when.
	Valid Interval `json:"valid" rec:"R;2.6.2"`
	// GrantedBy allowed it.
	GrantedBy Actor `json:"grantedBy" rec:"R;2.6.2" gate:"same"`
	// Ref is the record of it elsewhere.
	Ref *ResourceDescriptor `json:"ref,omitempty" rec:"O;2.6.2"`
}

// Validate implements [Predicate].
func (d *Delegation) Validate() error { return validate(d) }

func (d *Delegation) conditions(v *validator, at string) {
	v.need(true, at+"/valid/notAfter", d.Valid.NotAfter != nil, "always: a delegation ends")
	if d.From.ID == d.To.ID || d.GrantedBy.ID == d.To.ID {
		v.fail(at+"/to", errSelf)
	}
}
