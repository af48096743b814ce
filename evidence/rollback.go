package evidence

// Rollback is an executed return to a good state (3.32). At is when it began.
type Rollback struct {
	Entry
	// Mechanism is how, in the order of preference.
	Mechanism string `json:"mechanism" rec:"R;1.22.3" enum:"flag|config|redeploy|hotfix-forward" gate:"same"`
	// LowerPreference is why a better mechanism was not used.
	LowerPreference string `json:"lowerPreference,omitempty" rec:"C;1.22.3;unless the mechanism is flag"`
	// Environment is where.
	Environment string `json:"environment" rec:"R;1.22.3" gate:"same"`
	// Target is the release it returns to, by version and digest.
	Target ResourceDescriptor `json:"target" rec:"R;1.22.3" gate:"same"`
	// Approval is who decided.
	Approval Signoff `json:"approval" rec:"R;1.22.3"`
	// Incident is the id of the incident record.
	Incident string `json:"incident,omitempty" rec:"O;1.22.3"`
	// Window is the change window it used.
	Window *WindowUse `json:"window,omitempty" rec:"C;1.22.3.1;in production, unless emergency is given"`
	// Emergency is the id of the emergency record it relies on.
	Emergency string `json:"emergency,omitempty" rec:"C;1.22.3.1;in production outside any window"`
	// VerifiedAt is when recovery was verified.
	VerifiedAt *Time `json:"verifiedAt,omitempty" rec:"C;1.22.3;when it succeeded"`
	// Verification is what was looked at.
	Verification []Verification `json:"verification,omitempty" rec:"C;1.22.3;when it succeeded"`
	// Result is how it ended.
	Result string `json:"result" rec:"R;1.22.3" enum:"success|failure|in-progress" gate:"success>failure"`
}

// Validate implements [Predicate].
func (r *Rollback) Validate() error { return validate(r) }

func (r *Rollback) conditions(v *validator, at string) {
	ok := r.Result == "success"
	v.need(ok, at+"/verifiedAt", r.VerifiedAt != nil, "when it succeeded")
	v.need(ok, at+"/verification", len(r.Verification) > 0, "when it succeeded")
	v.need(r.Mechanism != "flag", at+"/lowerPreference", r.LowerPreference != "", "unless the mechanism is flag")
	v.underWindow(IsProduction(r.Environment), at, r.Window, r.Emergency)
	begin, _ := r.At.Bounds()
	v.order(&begin, r.VerifiedAt, at+"/verifiedAt", "at")
}

// RollbackPlan is how a release could be taken back, written beforehand (3.32).
type RollbackPlan struct {
	// Method is how.
	Method string `json:"method,omitempty" rec:"A;1.20.3.1,1.22.3" enum:"flag|config|redeploy|hotfix-forward|none"`
	// TargetVersion is the last known-good version.
	TargetVersion string `json:"targetVersion,omitempty" rec:"A;1.20.3.1;unless the method is none"`
	// TargetDigests are its artifacts.
	TargetDigests []DigestSet `json:"targetDigests,omitempty" rec:"A;1.20.3.2;when the method is redeploy"`
	// Triggers say when to do it.
	Triggers []RollbackTrigger `json:"triggers,omitempty" rec:"O;1.22.3"`
	// Steps are what to do.
	Steps []string `json:"steps,omitempty" rec:"O;1.22.3"`
	// ConfigSteps are what to do about configuration and flags.
	ConfigSteps []string `json:"configSteps,omitempty" rec:"O;1.22.3"`
	// DataConstraints are what databases allow.
	DataConstraints string `json:"dataConstraints,omitempty" rec:"C;1.19.3;when data was migrated"`
	// NoRollback is why there is no way back and what is done instead.
	NoRollback string `json:"noRollback,omitempty" rec:"A;1.22.3;when the method is none"`
	// Validation shows that the plan would work.
	Validation []Verification `json:"validation,omitempty" rec:"O;1.14.7"`
	// Runbook is the document to follow.
	Runbook *ResourceDescriptor `json:"runbook,omitempty" rec:"O;1.22.3"`
	// Manifest is the known-good release manifest.
	Manifest *ResourceDescriptor `json:"manifest,omitempty" rec:"C;1.18.3.3;in a release of several repositories"`
}

// RollbackTrigger is a measure and the value at which to go back.
type RollbackTrigger struct {
	// Metric is what is measured.
	Metric string `json:"metric" rec:"R;1.22.3"`
	// Threshold is the value, with its unit: "error rate above 2 % for 5 min".
	Threshold string `json:"threshold" rec:"R;1.22.3"`
}
