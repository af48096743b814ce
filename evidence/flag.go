package evidence

// FlagChange is one change of a feature flag in an environment (3.21). At is
// when it took effect.
type FlagChange struct {
	Entry
	// Flag is the flag's key.
	Flag string `json:"flag" rec:"R;1.17.3.1" gate:"same"`
	// Environment is where it was changed.
	Environment string `json:"environment" rec:"R;1.17.3.1" gate:"same"`
	// Before is the value until then, as the flag system writes it.
	Before string `json:"before" rec:"R;1.17.3.1" gate:"same"`
	// After is the value from then on.
	After string `json:"after" rec:"R;1.17.3.1" gate:"same"`
	// Actor changed it.
	Actor Actor `json:"actor" rec:"R;1.17.3.1" gate:"same"`
	// Reason is why.
	Reason string `json:"reason" rec:"R;1.17.3.1"`
	// Ticket is the change request.
	Ticket *ResourceDescriptor `json:"ticket,omitempty" rec:"C;1.17.3.1;in production"`
	// Approval is who allowed it.
	Approval *Signoff `json:"approval,omitempty" rec:"C;1.17.3.4;in production"`
	// Source says whether it was changed by code or by hand.
	Source string `json:"source" rec:"R;1.17.3.1" enum:"code|ui|api"`
	// Export is the flag system's history.
	Export *ResourceDescriptor `json:"export,omitempty" rec:"C;1.17.3.1;when changed by hand"`
	// Window is the change window it used.
	Window *WindowUse `json:"window,omitempty" rec:"C;1.17.3.1;in production, unless emergency is given"`
	// Emergency is the id of the emergency record it relies on.
	Emergency string `json:"emergency,omitempty" rec:"C;1.17.3.1;in production outside any window"`
}

// Validate implements [Predicate].
func (f *FlagChange) Validate() error { return validate(f) }

func (f *FlagChange) conditions(v *validator, at string) {
	production := IsProduction(f.Environment)
	v.need(production, at+"/ticket", f.Ticket != nil, "in production")
	v.need(production, at+"/approval", f.Approval != nil, "in production")
	v.need(f.Source == "ui", at+"/export", f.Export != nil, "when changed by hand")
	v.underWindow(production, at, f.Window, f.Emergency)
}

// Flag is an entry of the flag registry (3.21).
type Flag struct {
	// Key is the flag's key.
	Key string `json:"key" rec:"R;1.17.3.1,1.17.5.1"`
	// Owner is the team.
	Owner string `json:"owner" rec:"R;1.17.5.1"`
	// OnCall is the rotation to call.
	OnCall string `json:"onCall" rec:"R;1.17.5.1"`
	// Escalation is whom to call next.
	Escalation string `json:"escalation" rec:"R;1.17.5.1"`
	// Purpose is what it switches.
	Purpose string `json:"purpose" rec:"R;1.17.5.1"`
	// Default is its value where nothing else is set.
	Default string `json:"default" rec:"R;1.17.3.1"`
	// State is where it is in its life.
	State string `json:"state" rec:"R;1.17.5.1" enum:"planned|active|rolled-out|removed"`
	// RemoveBy is when it is expected to be gone.
	RemoveBy Time `json:"removeBy" rec:"R;1.17.5.1"`
	// Ticket tracks its removal.
	Ticket ResourceDescriptor `json:"ticket" rec:"R;1.17.5.1"`
	// CreatedAt is when it was made.
	CreatedAt Time `json:"createdAt" rec:"R;1.17.5.1"`
	// FullRolloutAt is when everybody had it.
	FullRolloutAt *Time `json:"fullRolloutAt,omitempty" rec:"C;1.17.5.1;once rolled out"`
	// Deviation is why it stays longer, until when.
	Deviation *FlagDeviation `json:"deviation,omitempty" rec:"C;1.17.3;when it stays beyond removeBy"`
}

func (f *Flag) conditions(v *validator, at string) {
	v.need(f.State == "rolled-out", at+"/fullRolloutAt", f.FullRolloutAt != nil, "once rolled out")
}

// FlagDeviation is why a flag stays longer than planned.
type FlagDeviation struct {
	// Reason is why.
	Reason string `json:"reason" rec:"R;1.17.3"`
	// RemoveBy is the new date.
	RemoveBy Time `json:"removeBy" rec:"R;1.17.3"`
}
