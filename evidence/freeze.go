package evidence

// Freeze stops merges or promotions for a time (3.7). Its scope says for which
// branches and environment, the scope's interval from when to when. At is when
// it was decided.
type Freeze struct {
	Entry
	// Approval is who decided.
	Approval Signoff `json:"approval" rec:"R;1.6.3,1.14.3"`
	// Actions are what is stopped.
	Actions []string `json:"actions" rec:"R;1.11.3.1" enum:"merge|promote" gate:"same"`
	// Rationale is why.
	Rationale string `json:"rationale" rec:"R;1.6.3"`
	// ExitCriteria say when it can end.
	ExitCriteria []string `json:"exitCriteria" rec:"R;1.11.3.1"`
	// ReEnablePlan is how work goes on then.
	ReEnablePlan string `json:"reEnablePlan" rec:"R;1.11.3.1"`
	// AllowedClasses are the kinds of change that go on: "hotfix".
	AllowedClasses []string `json:"allowedClasses,omitempty" rec:"d;1.14.3" gate:"same"`
	// LiftedAt is when it ended.
	LiftedAt *Time `json:"liftedAt,omitempty" rec:"d;1.11.3.1" gate:"same"`
	// ExitEvidence shows that the exit criteria were met.
	ExitEvidence []ResourceDescriptor `json:"exitEvidence,omitempty" rec:"C;1.11.3.1;once lifted"`
	// Links are the train or incident it belongs to.
	Links []ResourceDescriptor `json:"links,omitempty" rec:"d;1.22.3.1"`
}

// Validate implements [Predicate].
func (f *Freeze) Validate() error { return validate(f) }

func (f *Freeze) conditions(v *validator, at string) {
	if f.Scope != nil {
		i := f.Scope.Interval
		v.need(true, "/scope/interval", i != nil && i.NotBefore != nil, "by a freeze: when does it begin")
		if i != nil {
			v.order(i.NotBefore, f.LiftedAt, at+"/liftedAt", "the freeze begins")
		}
	}
	v.need(f.LiftedAt != nil, at+"/exitEvidence", len(f.ExitEvidence) > 0, "once lifted")
}

// Window is a time in which production may be changed (3.25). Its scope says
// for which repository and environment. At is when it was defined.
type Window struct {
	Entry
	// Start is when it opens, or opens first if it recurs.
	Start Time `json:"start" rec:"R;1.21.3.5" gate:"same"`
	// End is when it closes, or closes first if it recurs.
	End Time `json:"end" rec:"R;1.21.3.5" gate:"same"`
	// Zone is its time zone as the IANA database names it: "Europe/Berlin".
	Zone string `json:"zone" rec:"R;1.21.3.5" gate:"same"`
	// Recurrence is an RFC 5545 RRULE; absent, the window opens once.
	Recurrence string `json:"recurrence,omitempty" rec:"O;1.21.3.5" gate:"same"`
	// Environments are where it holds, if the scope names none.
	Environments []string `json:"environments" rec:"R;1.21.3.5" gate:"same"`
	// Approval is who allowed it.
	Approval Signoff `json:"approval" rec:"R;1.21.3.5"`
	// Source is the calendar or document that defines it.
	Source *ResourceDescriptor `json:"source,omitempty" rec:"O;1.21.3.5"`
}

// Validate implements [Predicate].
func (w *Window) Validate() error { return validate(w) }

func (w *Window) conditions(v *validator, at string) {
	v.order(&w.Start, &w.End, at+"/end", "start")
}
