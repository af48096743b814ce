package evidence

// Emergency is a change outside the ordinary process that could not wait
// (3.3). Its scope says where it holds, the scope's interval how long. At is
// when it was declared.
type Emergency struct {
	Entry
	// Reason is what happened.
	Reason string `json:"reason" rec:"R;1.6.3,1.11.3.2"`
	// BusinessImpact weighs waiting against the risk of the change.
	BusinessImpact string `json:"businessImpact" rec:"R;1.3.3"`
	// Changes say what is changed: the emergency's extent in words.
	Changes []string `json:"changes" rec:"R;1.6.3" gate:"same"`
	// Approval is the individual decision; there is no standing permission.
	Approval Signoff `json:"approval" rec:"R;1.6.3,1.32.3.2"`
	// Incident is the incident or change record.
	Incident ResourceDescriptor `json:"incident" rec:"R;1.21.3.5" gate:"same"`
	// RollbackPlan is how to go back.
	RollbackPlan string `json:"rollbackPlan" rec:"R;1.6.3"`
	// NextWindow is the ordinary window that it could not wait for.
	NextWindow string `json:"nextWindow,omitempty" rec:"d;1.21.3.5"`
	// WaivedChecks are the checks that were left out, each with its stand-in.
	WaivedChecks []WaivedCheck `json:"waivedChecks,omitempty" rec:"C;1.11.3.2;when a check was left out" gate:"same"`
	// Links are the code change, signed tag, artifact and promotion.
	Links []ResourceDescriptor `json:"links,omitempty" rec:"C;1.21.3.5;once the change is made"`
	// Review is the review afterwards.
	Review *Review `json:"review,omitempty" rec:"C;1.32.3.2;within the time that policy allows"`
	// FollowUps are the corrective actions and the way back to the ordinary
	// process.
	FollowUps []FollowUp `json:"followUps" rec:"R;1.6.3"`
	// Reconciliation is how the ordinary process was restored.
	Reconciliation string `json:"reconciliation,omitempty" rec:"C;1.32.3.2;once it is over"`
}

// Validate implements [Predicate].
func (e *Emergency) Validate() error { return validate(e) }

func (e *Emergency) conditions(v *validator, at string) {
	v.need(e.Review != nil, at+"/reconciliation", e.Reconciliation != "", "once it was reviewed")
}

// WaivedCheck is a required check that an emergency left out.
type WaivedCheck struct {
	// Name is the check's name.
	Name string `json:"name" rec:"R;1.11.3.2"`
	// Approval is who allowed it.
	Approval Signoff `json:"approval" rec:"R;1.11.3.2"`
	// CompensatingControls are what was done instead.
	CompensatingControls []string `json:"compensatingControls" rec:"R;1.11.3.2"`
	// Outage says that it could not run because the platform was down.
	Outage bool `json:"outage,omitempty" rec:"O;1.16.3.3"`
	// ValidationRun is the later run of the same check, after an outage.
	ValidationRun *ResourceDescriptor `json:"validationRun,omitempty" rec:"C;1.16.3.3;when the platform was down" gate:"later"`
	// Validation is the result of that run.
	Validation *Check `json:"validation,omitempty" rec:"O;1.16.3.3" gate:"later"`
}

// Review is a look back at what happened.
type Review struct {
	// By is who looked.
	By Actor `json:"by" rec:"R;1.32.3.2"`
	// Role is the role in which they looked: "service-owner".
	Role string `json:"role,omitempty" rec:"d;1.5.3"`
	// At is when.
	At TimeOrInterval `json:"at" rec:"R;1.32.3.2"`
	// Outcome is what was found.
	Outcome string `json:"outcome" rec:"R;1.32.3.2"`
	// Actions are the corrective actions that were agreed; "none", with the
	// reason, if there are none.
	Actions []string `json:"actions,omitempty" rec:"O;1.32.3.2"`
	// Refs point at the minutes.
	Refs []ResourceDescriptor `json:"refs,omitempty" rec:"O;1.32.3.2"`
}

// BreakGlass is one use of exceptional access (3.4). At is when it was granted.
type BreakGlass struct {
	Entry
	// User got the access.
	User Actor `json:"user" rec:"R;1.21.3.6" gate:"same"`
	// System is what they got access to.
	System string `json:"system" rec:"R;1.21.3.6" gate:"same"`
	// Reason is why.
	Reason string `json:"reason" rec:"R;1.21.3.6"`
	// Approval is by somebody else, such as the on-call manager.
	Approval Signoff `json:"approval" rec:"R;1.21.3.6"`
	// Emergency is the id of the emergency or incident record.
	Emergency string `json:"emergency,omitempty" rec:"d;1.21.3.6" gate:"same"`
	// ExpiresAt is when the access ends by itself.
	ExpiresAt Time `json:"expiresAt" rec:"R;1.21.3.6" gate:"same"`
	// RevokedAt is when it was taken away.
	RevokedAt *Time `json:"revokedAt,omitempty" rec:"C;1.21.3.6;once it is over" gate:"same"`
	// CredentialsRotatedAt is when the credentials used were changed.
	CredentialsRotatedAt *Time `json:"credentialsRotatedAt,omitempty" rec:"C;1.19.3.3;once it is over" gate:"same"`
	// Log is the record of what was done with it.
	Log ResourceDescriptor `json:"log" rec:"R;1.21.3.6"`
	// Actions are what was done, in words.
	Actions []string `json:"actions,omitempty" rec:"d;1.21.3.6"`
	// Links are the emergency's deployment, pull requests, commits and tags.
	Links []ResourceDescriptor `json:"links,omitempty" rec:"C;1.21.3.6;once it was reviewed"`
	// Review is the review after the incident.
	Review *Review `json:"review,omitempty" rec:"C;1.21.3.6;within the time that policy allows"`
	// FollowUps are the repairs.
	FollowUps []FollowUp `json:"followUps,omitempty" rec:"C;1.21.3.6;once it was reviewed"`
}

// Validate implements [Predicate].
func (b *BreakGlass) Validate() error { return validate(b) }

func (b *BreakGlass) conditions(v *validator, at string) {
	begin, _ := b.At.Bounds()
	v.order(&begin, &b.ExpiresAt, at+"/expiresAt", "at")
	v.order(&begin, b.RevokedAt, at+"/revokedAt", "at")
	v.independent(at+"/approval", b.User.ID, []Signoff{b.Approval})
	reviewed := b.Review != nil
	v.need(reviewed, at+"/revokedAt", b.RevokedAt != nil, "once it was reviewed")
	v.need(reviewed, at+"/credentialsRotatedAt", b.CredentialsRotatedAt != nil, "once it was reviewed")
	v.need(reviewed, at+"/links", len(b.Links) > 0, "once it was reviewed")
	v.need(reviewed, at+"/followUps", len(b.FollowUps) > 0, "once it was reviewed")
}
