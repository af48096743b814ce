package evidence

// ChangeDetails is what the description of a pull request says beside the
// fields that every forge has: the fields of the template (3.9). What it does
// not fill in is left out, for controls to judge.
type ChangeDetails struct {
	// Summary is what changed.
	Summary string `json:"summary,omitempty" rec:"A;2.5.3"`
	// Rationale is why.
	Rationale string `json:"rationale,omitempty" rec:"A;2.5.3"`
	// Incidents are related incidents or problems.
	Incidents []ResourceDescriptor `json:"incidents,omitempty" rec:"C;2.5.3;when there are any"`
	// Risk is what may go wrong.
	Risk ChangeRisk `json:"risk,omitzero" rec:"A;2.5.3"`
	// Rollout is how it goes out.
	Rollout ChangeRollout `json:"rollout,omitzero" rec:"A;2.5.3,2.5.2"`
	// Rollback is how to go back.
	Rollback ChangeRollback `json:"rollback,omitzero" rec:"A;2.5.3,2.5.2"`
	// Testing are the runs of tests and scans, by name.
	Testing []ChangeTest `json:"testing,omitempty" rec:"A;2.5.3"`
	// OwnedPaths says whether code owners must look.
	OwnedPaths string `json:"ownedPaths,omitempty" rec:"A;2.5.3" enum:"yes|no"`
	// RequiredApprovers are who must approve.
	RequiredApprovers []string `json:"requiredApprovers,omitempty" rec:"A;2.5.3;when ownedPaths is yes"`
	// ManagerNotes are for the release manager.
	ManagerNotes string `json:"managerNotes,omitempty" rec:"O;2.5.3"`
	// Notes are its lines for the release notes.
	Notes *ChangeNotes `json:"notes,omitempty" rec:"O;2.5.3"`
	// Exceptions are the ids of exceptions it uses.
	Exceptions []string `json:"exceptions,omitempty" rec:"C;1.32.3.1;when it uses any"`
	// Related is what a backport, hotfix, forward-port or revert says besides.
	Related *RelatedChange `json:"related,omitempty" rec:"C;2.5.3;in a backport, hotfix, forward-port or revert"`
}

// ChangeRisk is the risk group of the template.
type ChangeRisk struct {
	// Label is the risk in one word.
	Label string `json:"label,omitempty" rec:"A;1.11.3" enum:"low|medium|high|critical"`
	// UserImpact is what users notice if it is wrong.
	UserImpact string `json:"userImpact,omitempty" rec:"A;2.5.3"`
	// BlastRadius is how far that reaches.
	BlastRadius string `json:"blastRadius,omitempty" rec:"A;2.5.3"`
	// Type is what kind of change it is.
	Type string `json:"type,omitempty" rec:"A;2.5.3" enum:"feature|fix|refactor|infra|security"`
	// BackwardCompatible says whether old clients go on working.
	BackwardCompatible string `json:"backwardCompatible,omitempty" rec:"A;2.5.3" enum:"yes|no|na"`
	// DataMigration says how data changes.
	DataMigration string `json:"dataMigration,omitempty" rec:"A;2.5.3" enum:"none|expand|contract|expand-contract|other"`
	// DataMigrationText explains another migration.
	DataMigrationText string `json:"dataMigrationText,omitempty" rec:"A;2.5.3;when dataMigration is other"`
}

// ChangeRollout is the rollout group of the template.
type ChangeRollout struct {
	// Flags are feature flags with their default, as "key: default".
	Flags []string `json:"flags,omitempty" rec:"C;2.5.3;when it has any"`
	// ConfigurationChange says whether configuration changes.
	ConfigurationChange string `json:"configurationChange,omitempty" rec:"A;2.5.3" enum:"yes|no"`
	// ConfigurationDetails say how.
	ConfigurationDetails string `json:"configurationDetails,omitempty" rec:"A;2.5.3;when configurationChange is yes"`
	// Steps are how it goes out.
	Steps []string `json:"steps,omitempty" rec:"A;2.5.3"`
	// Progressive says whether it goes out in stages.
	Progressive string `json:"progressive,omitempty" rec:"A;2.5.3" enum:"yes|no|na"`
	// ProgressiveDetails say in which.
	ProgressiveDetails string `json:"progressiveDetails,omitempty" rec:"A;2.5.3;when progressive is yes"`
}

// ChangeRollback is the rollback group of the template.
type ChangeRollback struct {
	// Primary is the version or digest to go back to, or why there is none.
	Primary string `json:"primary,omitempty" rec:"A;2.5.3"`
	// NoSafeRollback says that there is no safe way back.
	NoSafeRollback bool `json:"noSafeRollback,omitempty" rec:"O;1.11.3"`
	// Data is what to think of about data.
	Data string `json:"data,omitempty" rec:"O;2.5.3"`
	// Steps are what people must do.
	Steps []string `json:"steps,omitempty" rec:"O;2.5.3"`
}

// ChangeTest is one test or scan that the template asks for.
type ChangeTest struct {
	// Name says which.
	Name string `json:"name" rec:"R;2.5.3" enum:"unit|integration|e2e|sast|dast|dependency-license|sbom|secrets|reproduction"`
	// Run is its run or report.
	Run *ResourceDescriptor `json:"run,omitempty" rec:"C;2.5.3;unless rationale is given"`
	// Rationale is why it does not apply.
	Rationale string `json:"rationale,omitempty" rec:"C;2.5.3;unless run is given"`
}

func (t *ChangeTest) conditions(v *validator, at string) {
	v.need(t.Rationale == "", at+"/run", t.Run != nil, "unless rationale is given")
}

// ChangeNotes are a change's lines for the release notes.
type ChangeNotes struct {
	// Added is new.
	Added []string `json:"added,omitempty" rec:"O;2.5.3"`
	// Changed is different.
	Changed []string `json:"changed,omitempty" rec:"O;2.5.3"`
	// Fixed was wrong.
	Fixed []string `json:"fixed,omitempty" rec:"O;2.5.3"`
	// Security closes a vulnerability.
	Security []string `json:"security,omitempty" rec:"O;2.5.3"`
}

// RelatedChange ties a backport, hotfix, forward-port or revert to what it
// comes from, as far as its description says. What a description leaves out is
// asked for by controls: a change that cannot be recorded says nothing at all.
type RelatedChange struct {
	// Kind says which of them it is.
	Kind string `json:"kind" rec:"R;2.5.3" enum:"backport|hotfix|forward-port|revert"`
	// Original is the pull request and commits it comes from.
	Original *OriginalChange `json:"original,omitempty" rec:"A;2.5.3;unless the kind is hotfix"`
	// Incident is the incident or ticket.
	Incident *ResourceDescriptor `json:"incident,omitempty" rec:"A;2.5.3;in a hotfix or forward-port"`
	// ProductionTag is the tag in production.
	ProductionTag string `json:"productionTag,omitempty" rec:"A;2.5.3;in a forward-port"`
	// Rationale is why.
	Rationale string `json:"rationale,omitempty" rec:"A;2.5.3,1.28"`
	// Impact is what users notice.
	Impact string `json:"impact,omitempty" rec:"A;2.5.3,1.28;in a hotfix or revert"`
	// Divergence is how a backport differs from its original.
	Divergence string `json:"divergence,omitempty" rec:"A;2.5.3;in a backport"`
	// Verification is how it is checked.
	Verification string `json:"verification,omitempty" rec:"A;2.5.3,1.28;in a hotfix or revert"`
	// Flags is how flags and configuration are handled.
	Flags string `json:"flags,omitempty" rec:"A;1.28;in a revert"`
	// Evidence are the test runs.
	Evidence []ResourceDescriptor `json:"evidence,omitempty" rec:"A;2.5.3;in a backport or hotfix"`
}

// OriginalChange is the pull request and commits that a change comes from.
type OriginalChange struct {
	// PullRequest is the pull or merge request.
	PullRequest ResourceDescriptor `json:"pullRequest,omitzero" rec:"A;2.5.3"`
	// Commits are the full object ids.
	Commits []ObjectID `json:"commits,omitempty" rec:"A;2.5.3"`
}
