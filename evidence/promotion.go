package evidence

// Promotion is one step of artifacts into an environment, or another action
// upon them there (3.12). At is when it began.
type Promotion struct {
	Entry
	// DeploymentID is the deploy system's own id of it.
	DeploymentID string `json:"deploymentId,omitempty" rec:"d;1.21.3.3"`
	// Environment is the environment's canonical or own name.
	Environment string `json:"environment" rec:"R;1.21.3.3,1.21.5.1" gate:"same"`
	// Action is what was done.
	Action string `json:"action" rec:"R;1.13.3.2" enum:"deploy|promote|rollback|publish|submit|flag|config" gate:"same"`
	// Artifacts are what it was done to, by name and digest.
	Artifacts []ResourceDescriptor `json:"artifacts" rec:"R;1.13.3.2,1.21.3.3" gate:"same"`
	// Tag is the release tag.
	Tag string `json:"tag" rec:"R;1.21.3.3"`
	// Version is the release's version without tag prefix.
	Version string `json:"version,omitempty" rec:"O;1.21.3.3"`
	// Commit is the released commit.
	Commit ObjectID `json:"commit" rec:"R;1.21.3.3" gate:"same"`
	// Manifest is the release manifest that was deployed, by digest.
	Manifest *ResourceDescriptor `json:"manifest,omitempty" rec:"C;1.18.3.3;in a release of several repositories"`
	// PullRequests are the merged changes it brings.
	PullRequests []ResourceDescriptor `json:"pullRequests,omitempty" rec:"O;1.21.3.3"`
	// ChangeRequests are the tickets that allow it.
	ChangeRequests []ResourceDescriptor `json:"changeRequests,omitempty" rec:"C;1.21.3.3,1.21.5.1;in production"`
	// SBOMs are the bills of materials of the artifacts.
	SBOMs []ResourceDescriptor `json:"sboms,omitempty" rec:"O;1.21.3.3"`
	// Provenance is the build provenance of the artifacts.
	Provenance []ResourceDescriptor `json:"provenance,omitempty" rec:"O;1.21.3.3"`
	// RequestedBy asked for it.
	RequestedBy *Actor `json:"requestedBy,omitempty" rec:"d;1.13.3.3"`
	// ExecutedBy carried it out, usually a service.
	ExecutedBy *Actor `json:"executedBy,omitempty" rec:"d;1.13.3.3"`
	// Approvals are the decisions of its gate, as the deploy system states them.
	Approvals []Signoff `json:"approvals,omitempty" rec:"C;1.13.3.3,1.21.3.3;behind a manual gate"`
	// FinishedAt is when it ended.
	FinishedAt *Time `json:"finishedAt,omitempty" rec:"C;1.21.3.3;once it ended"`
	// Result is how it ended.
	Result string `json:"result" rec:"R;1.21.3.3" enum:"success|failure|cancelled|in-progress" gate:"success>cancelled>failure"`
	// Window is the change window it used.
	Window *WindowUse `json:"window,omitempty" rec:"C;1.21.3.5,1.13.3.3;in production, unless emergency is given"`
	// Emergency is the id of the emergency record it relies on.
	Emergency string `json:"emergency,omitempty" rec:"C;1.21.3.5;in production outside any window" gate:"same"`
	// Verification is what was looked at before and after: signatures, smoke
	// tests, monitoring, rollback readiness.
	Verification []Verification `json:"verification,omitempty" rec:"O;1.13.3.2,1.21.3.3"`
	// RollbackMechanism is how it rolls back, if it is a rollback.
	RollbackMechanism string `json:"rollbackMechanism,omitempty" rec:"C;1.22.3;when the action is rollback" enum:"flag|config|redeploy|hotfix-forward"`
	// ConfigVersion is the version of the configuration in force.
	ConfigVersion string `json:"configVersion,omitempty" rec:"d;1.19.3"`
	// Stages are the steps of a progressive rollout.
	Stages []RolloutStage `json:"stages,omitempty" rec:"O;1.17.3"`
	// Track is the store track or channel of an app.
	Track string `json:"track,omitempty" rec:"C;1.9.3.3;when the action is submit"`
	// StoreAvailableAt is when the store made an app available.
	StoreAvailableAt *Time `json:"storeAvailableAt,omitempty" rec:"O;1.9.3.3"`
	// Targets are the accounts, regions or stacks of infrastructure.
	Targets []string `json:"targets,omitempty" rec:"O;1.9.3.3"`
	// Command is the command that carried it out, as it was run.
	Command []string `json:"command,omitempty" rec:"O;1.13.3.2"`
	// Output is the material that holds the command's output.
	Output *ResourceDescriptor `json:"output,omitempty" rec:"O;1.13.3.2"`
	// ExitCode is the command's exit code; 0 is success.
	ExitCode *int64 `json:"exitCode,omitempty" rec:"O;1.13.3.2"`
}

// Validate implements [Predicate].
func (p *Promotion) Validate() error { return validate(p) }

// Happened implements [Predicate]: from the earliest begin to the end, if it
// ended.
func (p *Promotion) Happened() TimeOrInterval {
	begin, _ := p.At.Bounds()
	if p.FinishedAt == nil || begin.IsZero() {
		return p.At
	}
	return TimeOrInterval{Interval: &Interval{NotBefore: &begin, NotAfter: p.FinishedAt}}
}

func (p *Promotion) conditions(v *validator, at string) {
	production := IsProduction(p.Environment)
	v.need(production, at+"/changeRequests", len(p.ChangeRequests) > 0, "in production")
	v.need(p.Result == "success" || p.Result == "failure", at+"/finishedAt", p.FinishedAt != nil, "once it ended")
	v.need(p.Action == "rollback", at+"/rollbackMechanism", p.RollbackMechanism != "", "when the action is rollback")
	v.need(p.Action == "submit", at+"/track", p.Track != "", "when the action is submit")
	v.underWindow(production, at, p.Window, p.Emergency)
	begin, _ := p.At.Bounds()
	v.order(&begin, p.FinishedAt, at+"/finishedAt", "at")
}

// RolloutStage is one step of a progressive rollout (3.21).
type RolloutStage struct {
	// Digest is the digest of what is rolled out.
	Digest DigestSet `json:"digest" rec:"R;1.17.3"`
	// Percent is the share of users or instances that get it, 0 to 100.
	Percent *int64 `json:"percent,omitempty" rec:"C;1.17.3;unless audience is given"`
	// Audience names who gets it.
	Audience string `json:"audience,omitempty" rec:"C;1.17.3;unless percent is given"`
	// StartedAt is when the step began.
	StartedAt Time `json:"startedAt" rec:"R;1.17.3"`
	// Verification is what was looked at before the next step.
	Verification []Verification `json:"verification,omitempty" rec:"O;1.17.3"`
	// HealthCriteria say when the step is good enough to go on.
	HealthCriteria []string `json:"healthCriteria,omitempty" rec:"O;1.17.3"`
}

func (s *RolloutStage) conditions(v *validator, at string) {
	v.need(s.Percent == nil && s.Audience == "", at+"/percent", false, "unless audience is given")
	if s.Percent != nil && *s.Percent > 100 {
		v.fail(at+"/percent", errPercent)
	}
}
