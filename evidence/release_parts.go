package evidence

// RequiredCheck is one row of the table of required checks, as it was in
// force for a release (3.14). Results are in [Check].
type RequiredCheck struct {
	// Name is the check's name: "unit-test".
	Name string `json:"name" rec:"R;1.13.3.4,1.30.3.3"`
	// When says when it must be satisfied.
	When []string `json:"when" rec:"R;1.13.5.2,1.31.5.2" enum:"merge|tag|publish|staging|production|after-deploy"`
	// Outcome is what is demanded.
	Outcome string `json:"outcome" rec:"R;1.31.5.2" enum:"pass|pass-or-exception|pass-or-na|generated|verified|approved"`
	// Evidence is what is to be kept.
	Evidence string `json:"evidence" rec:"R;1.31.5.2"`
	// EnforcedBy is what blocks without it: a branch protection, a gate.
	EnforcedBy string `json:"enforcedBy,omitempty" rec:"O;2.9.2"`
	// Stage is the pipeline stage that runs it (3.30).
	Stage string `json:"stage,omitempty" rec:"O;1.13.3.1"`
}

// Environment is one environment as a repository uses it (3.31).
type Environment struct {
	// Name is its canonical name.
	Name string `json:"name" rec:"R;1.13.5.1,1.30.3.2"`
	// Aliases are the names it has elsewhere.
	Aliases []string `json:"aliases,omitempty" rec:"O;1.31.5.3"`
	// Source is the environment, or the build, that it is filled from.
	Source string `json:"source" rec:"R;1.13.5.1"`
	// Gate is what stands before it.
	Gate []string `json:"gate" rec:"R;1.13.5.1" enum:"checks|signature|evidence|approval|window"`
}

// ReleaseNotes are the notes by section (3.16).
type ReleaseNotes struct {
	// Summary is what the release is about.
	Summary string `json:"summary" rec:"R;1.20.3.2,1.20.5.2"`
	// Highlights are its best parts.
	Highlights []string `json:"highlights,omitempty" rec:"O;1.20.5.2"`
	// CustomerImpact is what customers notice: behaviour, deprecations.
	CustomerImpact []string `json:"customerImpact" rec:"R;1.20.3.2"`
	// Features are new.
	Features []string `json:"features,omitempty" rec:"C;2.6.3.1;when there are any"`
	// Fixes were wrong.
	Fixes []string `json:"fixes,omitempty" rec:"C;1.20.3.2;when there are any"`
	// Security closes vulnerabilities.
	Security []string `json:"security,omitempty" rec:"C;2.6.3.1;when there are any"`
	// Breaking are breaking changes and migrations.
	Breaking []string `json:"breaking,omitempty" rec:"C;1.20.5.2;when there are any"`
	// Operations is what operators must know.
	Operations []string `json:"operations" rec:"R;1.20.3.2"`
	// Flags are feature flags and configuration.
	Flags []string `json:"flags,omitempty" rec:"C;2.6.3.1;when there are any"`
	// KnownIssues are what is known to be wrong; the one text "none" if nothing.
	KnownIssues []string `json:"knownIssues" rec:"R;1.20.3.2"`
	// Risks are risks and mitigations.
	Risks []string `json:"risks" rec:"R;1.20.3.2"`
	// Validation are runs and checks.
	Validation []ResourceDescriptor `json:"validation,omitempty" rec:"O;2.6.3.1"`
	// Status is how far it is promoted and approved.
	Status string `json:"status,omitempty" rec:"O;1.20.5.2"`
	// Rollback is how to go back, with version and digest.
	Rollback string `json:"rollback" rec:"R;1.20.3.2,2.6.3.1"`
	// Document is the published page or file.
	Document *ResourceDescriptor `json:"document,omitempty" rec:"O;1.20.5.2"`
}

// Changelog is the list of changes of a release (3.17).
type Changelog struct {
	// Scheme is where the entries come from.
	Scheme string `json:"scheme" rec:"R;1.20.3.3" enum:"conventional-commits|labels|other"`
	// SchemeDocument documents another scheme.
	SchemeDocument *ResourceDescriptor `json:"schemeDocument,omitempty" rec:"C;1.20.3.3;when the scheme is other"`
	// File is the file, by digest.
	File ResourceDescriptor `json:"file" rec:"R;1.20.3.3"`
	// Entries are the changes.
	Entries []ChangelogEntry `json:"entries" rec:"R;1.20.3.3,1.31"`
	// GeneratedBy is the run that made it.
	GeneratedBy *ResourceDescriptor `json:"generatedBy,omitempty" rec:"O;1.20.3.3"`
}

func (c *Changelog) conditions(v *validator, at string) {
	v.need(c.Scheme == "other", at+"/schemeDocument", c.SchemeDocument != nil, "when the scheme is other")
}

// ChangelogEntry is one change in the changelog.
type ChangelogEntry struct {
	// PullRequest is the change.
	PullRequest ResourceDescriptor `json:"pullRequest" rec:"R;1.20.3.3"`
	// Tickets are why.
	Tickets []ResourceDescriptor `json:"tickets" rec:"R;1.20.3.3"`
	// Type is its type: "feat", "fix".
	Type string `json:"type" rec:"R;1.20.3.3"`
	// Text is the line.
	Text string `json:"text" rec:"R;1.20.3.3"`
	// Breaking marks a breaking change or migration.
	Breaking bool `json:"breaking,omitempty" rec:"O;1.20.3.3"`
	// Original is what a backport comes from.
	Original *PullRequestCommits `json:"original,omitempty" rec:"C;1.20.3.3;in a backport"`
}

// CompatibilityContract is what users may rely on (3.29).
type CompatibilityContract struct {
	// SupportedMajors are the major versions that are supported.
	SupportedMajors []string `json:"supportedMajors" rec:"R;1.18.3.2"`
	// Guarantees hold within a major version.
	Guarantees []string `json:"guarantees" rec:"R;1.18.3.2"`
	// DeprecationPolicy says how things end, with times.
	DeprecationPolicy string `json:"deprecationPolicy" rec:"R;1.18.3.2"`
	// Breaking are the breaking changes.
	Breaking []BreakingChange `json:"breaking,omitempty" rec:"C;1.18.3.2;when there are any"`
}

// BreakingChange is one break of the contract.
type BreakingChange struct {
	// Text is what breaks.
	Text string `json:"text" rec:"R;1.18.3.2"`
	// Migration is how to follow.
	Migration string `json:"migration" rec:"R;1.18.3.2"`
	// AnnouncedAt is when it was announced.
	AnnouncedAt Time `json:"announcedAt" rec:"R;1.18.3.2"`
	// WindowEnds is when the old way stops working.
	WindowEnds Time `json:"windowEnds" rec:"R;1.18.3.2"`
}

func (b *BreakingChange) conditions(v *validator, at string) {
	v.order(&b.AnnouncedAt, &b.WindowEnds, at+"/windowEnds", "announcedAt")
}

// Manifest is a release of several repositories (3.13).
type Manifest struct {
	// ID names it.
	ID string `json:"id" rec:"R;1.18.3.3"`
	// Version is its version.
	Version string `json:"version" rec:"R;1.18.3.3"`
	// Location is the controlled place where it lies, by digest.
	Location ResourceDescriptor `json:"location" rec:"R;1.18.3.3"`
	// Components are the releases it holds.
	Components []ManifestComponent `json:"components" rec:"R;1.18.3.3"`
	// IntegrationRun tested them together.
	IntegrationRun ResourceDescriptor `json:"integrationRun" rec:"R;1.18.3.3"`
	// Approvals are by environment, in their refs.
	Approvals []Signoff `json:"approvals,omitempty" rec:"C;1.18.3.3;once promoted"`
	// GoNoGo are ids of decisions about this very manifest.
	GoNoGo []string `json:"goNoGo,omitempty" rec:"C;1.18.3.3;once decided"`
	// PreviousGood is the last known-good manifest, by digest.
	PreviousGood *ResourceDescriptor `json:"previousGood,omitempty" rec:"C;1.18.3.3;unless it is the first"`
	// Order are the names of components in the order of deployment, producers
	// before consumers.
	Order []string `json:"order,omitempty" rec:"C;1.18.3.3;when the order matters"`
	// Tickets are the change requests.
	Tickets []ResourceDescriptor `json:"tickets" rec:"R;1.18.3.3"`
}

// ManifestComponent is one release in a manifest, pinned by its release
// statement and state (R24).
type ManifestComponent struct {
	// Repository is its repository's normal address.
	Repository string `json:"repository" rec:"R;1.18.3.3"`
	// Tag is its tag.
	Tag string `json:"tag" rec:"R;1.18.3.3"`
	// Commit is its commit.
	Commit ObjectID `json:"commit" rec:"R;1.18.3.3"`
	// Artifacts are its artifacts, by digest.
	Artifacts []ResourceDescriptor `json:"artifacts" rec:"R;1.18.3.3"`
	// SBOMs are their bills of materials.
	SBOMs []ResourceDescriptor `json:"sboms" rec:"R;1.18.3.3"`
	// Provenance is their build provenance.
	Provenance []ResourceDescriptor `json:"provenance" rec:"R;1.18.3.3"`
	// Statement is its release statement.
	Statement *Digest `json:"statement,omitempty" rec:"O;R24"`
	// State is its dossier's state.
	State *Digest `json:"state,omitempty" rec:"O;R24"`
}

func (c *ManifestComponent) conditions(v *validator, at string) {
	v.check(at+"/repository", checkRepository(c.Repository))
}
