package evidence

// ConfigChange is one change of configuration in an environment (3.24). At is
// when it took effect.
type ConfigChange struct {
	Entry
	// Source is the repository and commit, or the export of a user interface.
	Source ResourceDescriptor `json:"source" rec:"R;1.19.3"`
	// Ticket is the change request.
	Ticket ResourceDescriptor `json:"ticket" rec:"R;1.19.3"`
	// PullRequest is the change of the source.
	PullRequest *ResourceDescriptor `json:"pullRequest,omitempty" rec:"C;1.19.3;when the source is a repository"`
	// Checks are the runs that tested it.
	Checks []ResourceDescriptor `json:"checks,omitempty" rec:"O;1.19.3"`
	// Maker proposed it.
	Maker Actor `json:"maker" rec:"R;1.19.3" gate:"same"`
	// Approvals are the checkers'.
	Approvals []Signoff `json:"approvals" rec:"R;1.19.3"`
	// Environment is where it was changed.
	Environment string `json:"environment" rec:"R;1.19.3" gate:"same"`
	// Before is the version until then.
	Before string `json:"before" rec:"R;1.19.3" gate:"same"`
	// After is the version from then on.
	After string `json:"after" rec:"R;1.19.3" gate:"same"`
	// Deployment is the id of the promotion record.
	Deployment string `json:"deployment,omitempty" rec:"O;1.19.3"`
	// Window is the change window it used.
	Window *WindowUse `json:"window,omitempty" rec:"C;1.19.3.4;in production, unless emergency is given"`
	// Emergency is the id of the emergency record it relies on.
	Emergency string `json:"emergency,omitempty" rec:"C;1.19.3.4;in production outside any window"`
	// Rollback is how to go back.
	Rollback string `json:"rollback" rec:"R;1.19.3"`
}

// Validate implements [Predicate].
func (c *ConfigChange) Validate() error { return validate(c) }

func (c *ConfigChange) conditions(v *validator, at string) {
	v.underWindow(IsProduction(c.Environment), at, c.Window, c.Emergency)
	v.independent(at+"/approvals", c.Maker.ID, c.Approvals)
}

// Migration is one phase of a database migration (3.24). At is when it ran.
type Migration struct {
	Entry
	// Name is the migration's name or number.
	Name string `json:"name" rec:"R;1.19.3" gate:"same"`
	// Phase is the step of expand and contract.
	Phase string `json:"phase" rec:"R;1.19.3" enum:"expand|migrate|contract|data" gate:"same"`
	// Destructive says whether it deletes or rewrites.
	Destructive string `json:"destructive" rec:"R;1.19.3" enum:"yes|no" gate:"no>yes"`
	// Environment is where it ran.
	Environment string `json:"environment" rec:"R;1.19.3" gate:"same"`
	// PullRequest is the change that brought it.
	PullRequest ResourceDescriptor `json:"pullRequest" rec:"R;1.19.3"`
	// CompatibilityTest shows that the running version works with it.
	CompatibilityTest ResourceDescriptor `json:"compatibilityTest" rec:"R;1.19.3"`
	// MixedVersions shows that old and new run side by side.
	MixedVersions *ResourceDescriptor `json:"mixedVersions,omitempty" rec:"O;1.19.3"`
	// Checkpoint is the backup or restore point.
	Checkpoint *ResourceDescriptor `json:"checkpoint,omitempty" rec:"C;1.19.3;when destructive"`
	// CooldownSeconds is the time to wait since the phase before, in seconds.
	CooldownSeconds *int64 `json:"cooldownSeconds,omitempty" rec:"C;1.19.3;when the phase is contract"`
	// Earlier verify the phases before this one.
	Earlier []Verification `json:"earlier,omitempty" rec:"C;1.19.3;when the phase is contract"`
	// RollbackConstraint is what limits the way back.
	RollbackConstraint string `json:"rollbackConstraint,omitempty" rec:"O;1.19.3"`
	// NoSafeRollback are the steps to take where there is no way back.
	NoSafeRollback []string `json:"noSafeRollback,omitempty" rec:"C;1.19.3;when destructive"`
}

// Validate implements [Predicate].
func (m *Migration) Validate() error { return validate(m) }

func (m *Migration) conditions(v *validator, at string) {
	destructive, contract := m.Destructive == "yes", m.Phase == "contract"
	v.need(destructive, at+"/checkpoint", m.Checkpoint != nil, "when destructive")
	v.need(destructive, at+"/noSafeRollback", len(m.NoSafeRollback) > 0, "when destructive")
	v.need(contract, at+"/cooldownSeconds", m.CooldownSeconds != nil, "when the phase is contract")
	v.need(contract, at+"/earlier", len(m.Earlier) > 0, "when the phase is contract")
}
