package evidence

import "errors"

// Signoff is somebody's decision as another record states it. The approver's
// own [Approval] prevails over it (R18).
type Signoff struct {
	// Who decided.
	Who Actor `json:"who" rec:"R;1.13.3.3" gate:"same"`
	// Role is the role in which they decided: "release-manager", ...
	Role string `json:"role,omitempty" rec:"O;1.13.5.3"`
	// Decision is what they decided; absent means approved.
	Decision string `json:"decision,omitempty" rec:"O;1.13.3.3" enum:"approved|rejected" gate:"|approved>rejected"`
	// At is when they decided.
	At TimeOrInterval `json:"at" rec:"R;1.13.3.3" gate:"same"`
	// Rationale is why, in their words.
	Rationale string `json:"rationale,omitempty" rec:"O;1.13.3.3"`
	// System is where the decision was taken: the forge, the ticket system.
	System string `json:"system,omitempty" rec:"O;1.13.3.3"`
	// Refs point at what was looked at, or at the decision itself.
	Refs []ResourceDescriptor `json:"refs,omitempty" rec:"O;1.13.3.3"`
}

// FollowUp is a piece of work that a record promises.
type FollowUp struct {
	// Ticket is where the work is tracked.
	Ticket ResourceDescriptor `json:"ticket" rec:"R;1.16.6.2"`
	// Description says what is to be done.
	Description string `json:"description,omitempty" rec:"O;1.22.5.2"`
	// Owner answers for it.
	Owner *Actor `json:"owner,omitempty" rec:"C;2.7.3.2;unless ownerRole is given"`
	// OwnerRole is the role that answers for it.
	OwnerRole string `json:"ownerRole,omitempty" rec:"C;2.7.3.2;unless owner is given"`
	// Due is when it must be done.
	Due Time `json:"due" rec:"R;2.7.3.2"`
	// State is how far it is.
	State string `json:"state" rec:"R;2.7.3.2" enum:"open|done|dropped"`
	// Controls are the controls, tests or gates that it improves.
	Controls []string `json:"controls,omitempty" rec:"O;1.22.5.2"`
}

func (f *FollowUp) conditions(v *validator, at string) {
	v.need(f.Owner == nil && f.OwnerRole == "", at+"/owner", false, "unless ownerRole is given")
}

// Verification is one look at whether something works, within a larger record.
type Verification struct {
	// Kind says what was looked at.
	Kind string `json:"kind" rec:"R;1.21.3.3" enum:"smoke|monitoring|rollback-readiness|signature|digest|evidence|other"`
	// Subject is what was looked at: an artifact, the tag, the provenance.
	Subject *ResourceDescriptor `json:"subject,omitempty" rec:"O;1.12.3.4,1.31.3.5"`
	// Result is the outcome.
	Result string `json:"result" rec:"R;1.21.3.3" enum:"pass|fail|skipped|na"`
	// At is when it was looked at.
	At TimeOrInterval `json:"at" rec:"R;1.21.3.3"`
	// Rationale is why it was skipped or does not apply.
	Rationale string `json:"rationale,omitempty" rec:"C;1.13.3.4;when the result is skipped or na"`
	// Evidence is the run, log or snapshot that shows it.
	Evidence []ResourceDescriptor `json:"evidence,omitempty" rec:"O;1.21.3.3"`
}

func (x *Verification) conditions(v *validator, at string) {
	reason := x.Result == "skipped" || x.Result == "na"
	v.need(reason, at+"/rationale", x.Rationale != "", "when the result is "+x.Result)
}

// WindowUse is the change window that a production change used, and how it was
// checked.
type WindowUse struct {
	// Window is the id of the window.
	Window string `json:"window" rec:"R;1.21.3.5"`
	// Result is what the check of the time against the window gave.
	Result string `json:"result,omitempty" rec:"O;1.21.3.5" enum:"inside|outside"`
	// CheckedAt is when it was checked.
	CheckedAt *Time `json:"checkedAt,omitempty" rec:"O;1.21.3.5"`
	// CheckedBy is the person or machine that checked.
	CheckedBy *Actor `json:"checkedBy,omitempty" rec:"O;1.21.3.5"`
}

// PullRequestCommits is a pull request with the commits it brought.
type PullRequestCommits struct {
	// PullRequest is the pull or merge request.
	PullRequest ResourceDescriptor `json:"pullRequest" rec:"R;1.27.2"`
	// Commits are the full object ids.
	Commits []ObjectID `json:"commits" rec:"R;1.27.2"`
}

// underWindow fails if a production change names neither window nor emergency.
func (v *validator) underWindow(production bool, at string, window *WindowUse, emergency string) {
	if production && window == nil && emergency == "" {
		v.fail(at+"/window", errors.New("missing: a production change names its window or its emergency"))
	}
}

var errTwice = errors.New("a digest is named twice")

var errPercent = errors.New("more than 100 percent")

// independent fails if nobody but self approved.
func (v *validator) independent(pointer string, self Identity, approvals []Signoff) {
	for _, a := range approvals {
		if a.Who.ID != self && a.Decision != string(Rejected) {
			return
		}
	}
	v.fail(pointer, errors.New("nobody but the person it is for approved it: another person must"))
}

// IsProduction reports whether an environment's name is one of those that
// always mean production: "production", "prod" or "live" (3.31). Policies
// know more names.
func IsProduction(environment string) bool {
	switch environment {
	case "production", "prod", "live":
		return true
	}
	return false
}

var errSelf = errors.New("nobody delegates to themselves: name another person")

var errMoreThanRuns = errors.New("more than runs")

var errOwnChange = errors.New("it is the author of the change: another person must approve it")
