package evidence

import "reflect"

// ReleaseRecord is the release record that people read, part of [Record]
// (3.1). What the record says already (tag, commit, artifacts, checks, SBOM,
// provenance) is not repeated in here.
type ReleaseRecord struct {
	// ChangeRequests are the authoritative tickets.
	ChangeRequests []ResourceDescriptor `json:"changeRequests,omitempty" rec:"A;1.20.3.1"`
	// Promotions are the promotions known when the record was signed, by
	// environment; later ones are statements of their own.
	Promotions []Promotion `json:"promotions,omitempty" rec:"C;1.20.3.1;when promoted before the record was signed"`
	// KnownIssues are what is known to be wrong; the one text "none" if nothing.
	KnownIssues []string `json:"knownIssues,omitempty" rec:"A;1.20.3.1"`
	// Mitigations are what is done about them, and what is watched.
	Mitigations []string `json:"mitigations,omitempty" rec:"A;1.20.3.1;when there are known issues"`
	// Risk is the release's risk.
	Risk string `json:"risk,omitempty" rec:"O;2.6.3.1" enum:"low|medium|high|critical"`
	// ProductionWindow is the planned window.
	ProductionWindow string `json:"productionWindow,omitempty" rec:"A;1.20.3.1"`
	// ScanSummaries are what the scans found, in words.
	ScanSummaries []string `json:"scanSummaries,omitempty" rec:"O;1.31.3.4"`
	// Decisions are the log of decisions.
	Decisions []LogEntry `json:"decisions,omitempty" rec:"C;1.14.3;on a train"`
	// SkipBranchRationale is why there is no release branch.
	SkipBranchRationale string `json:"skipBranchRationale,omitempty" rec:"C;1.14.3;on a train without a release branch"`
	// ResidualRisk is who accepted the risks that remain.
	ResidualRisk *Signoff `json:"residualRisk,omitempty" rec:"C;1.14.7;when risks remain"`
	// Quarantines are the ids of tests in quarantine, which are risks.
	Quarantines []string `json:"quarantines,omitempty" rec:"C;1.29.3.1;when there are any"`
	// Exceptions are the ids of exceptions in use.
	Exceptions []string `json:"exceptions,omitempty" rec:"C;1.32.3.1;when there are any"`
}

// RepositoryMetadata says what a repository is and how it is released (3.18).
type RepositoryMetadata struct {
	// PrimaryType is what it holds.
	PrimaryType string `json:"primaryType" rec:"R;1.9.5.1,1.9.3.2" enum:"service|library|infrastructure|mobile-desktop|monorepo"`
	// Traits are what else is true of it: "contains migrations".
	Traits []string `json:"traits,omitempty" rec:"O;1.9.5.1"`
	// Scope are the answers that decide whether the policy applies.
	Scope ScopeAnswers `json:"scope" rec:"R;1.5.1,1.9.5.2"`
	// ReleaseIdentifier is the form of its versions.
	ReleaseIdentifier string `json:"releaseIdentifier" rec:"R;1.9.5.1" enum:"semver|calver|other"`
	// SigningMethod is how tags and artifacts are signed.
	SigningMethod string `json:"signingMethod" rec:"R;1.9.5.1"`
	// Coordinates are where its artifacts are published.
	Coordinates []ArtifactCoordinates `json:"coordinates" rec:"R;1.9.5.1,1.9.3.3"`
	// BranchingPosture says when release branches are used.
	BranchingPosture string `json:"branchingPosture" rec:"R;1.9.5.1"`
	// Ownership are the CODEOWNERS files.
	Ownership []string `json:"ownership" rec:"R;1.9.5.1"`
	// PromotionModel is how it goes from one environment to the next.
	PromotionModel string `json:"promotionModel" rec:"R;1.9.5.1"`
	// WindowConstraints are when production may be changed.
	WindowConstraints string `json:"windowConstraints" rec:"R;1.9.5.1"`
	// EmergencyPath is how it is changed in an emergency.
	EmergencyPath string `json:"emergencyPath" rec:"R;1.9.5.1"`
	// Exposure says who reaches it, which decides about dynamic tests.
	Exposure string `json:"exposure,omitempty" rec:"d;1.13.3.4" enum:"user-facing|network-reachable|internal|none"`
	// Regulated says whether regulation asks for signed releases.
	Regulated bool `json:"regulated,omitempty" rec:"d;1.12.3.4"`
	// Monorepo is how a repository of several components is released.
	Monorepo *MonorepoRelease `json:"monorepo,omitempty" rec:"C;1.9.3.2;when the primary type is monorepo"`
	// File is the metadata file that says so, by digest.
	File *ResourceDescriptor `json:"file,omitempty" rec:"O;1.9.5.1"`
}

func (m *RepositoryMetadata) conditions(v *validator, at string) {
	v.need(m.PrimaryType == "monorepo", at+"/monorepo", m.Monorepo != nil, "when the primary type is monorepo")
}

// ScopeAnswers are the questions that decide whether the policy applies.
type ScopeAnswers struct {
	// PublishesProductionArtifact asks whether its artifacts reach production.
	PublishesProductionArtifact string `json:"publishesProductionArtifact" rec:"R;1.9.5.2" enum:"yes|no"`
	// DeploysToProduction asks whether its CI deploys to production.
	DeploysToProduction string `json:"deploysToProduction" rec:"R;1.9.5.2" enum:"yes|no"`
	// CanAlterProduction asks whether its changes can change production.
	CanAlterProduction string `json:"canAlterProduction" rec:"R;1.9.5.2" enum:"yes|no"`
	// InternalToolingOnly asks whether it is nothing but tooling.
	InternalToolingOnly string `json:"internalToolingOnly" rec:"R;1.9.5.2" enum:"yes|no"`
}

// ArtifactCoordinates are where one artifact is published (1.9.3.3).
type ArtifactCoordinates struct {
	// Type is what it is.
	Type string `json:"type" rec:"R;1.9.3.3" enum:"image|package|module|app"`
	// Name is the image, package, module or app.
	Name string `json:"name" rec:"R;1.9.3.3"`
	// Registry is where it is published.
	Registry string `json:"registry,omitempty" rec:"C;1.9.3.3;unless the type is app"`
	// SigningIdentity is the identity that signs an app.
	SigningIdentity string `json:"signingIdentity,omitempty" rec:"C;1.9.3.3;when the type is app"`
	// Track is the store track or channel of an app.
	Track string `json:"track,omitempty" rec:"C;1.9.3.3;when the type is app"`
}

func (c *ArtifactCoordinates) conditions(v *validator, at string) {
	app := c.Type == "app"
	v.need(!app, at+"/registry", c.Registry != "", "unless the type is app")
	v.need(app, at+"/signingIdentity", c.SigningIdentity != "", "when the type is app")
	v.need(app, at+"/track", c.Track != "", "when the type is app")
}

// MonorepoRelease is how a repository of several components is released.
type MonorepoRelease struct {
	// Mode is together or each by itself.
	Mode string `json:"mode" rec:"R;1.9.3.2" enum:"unified|per-component"`
	// Decision is what was decided.
	Decision string `json:"decision" rec:"R;1.9.3.2"`
	// Rationale is why.
	Rationale string `json:"rationale" rec:"R;1.9.3.2"`
	// CutOffSchedule is when it is cut.
	CutOffSchedule string `json:"cutOffSchedule" rec:"R;1.9.3.2"`
	// Components are its parts.
	Components []string `json:"components" rec:"R;1.9.3.2"`
	// ExceptionHandling is how a part departs from it.
	ExceptionHandling string `json:"exceptionHandling" rec:"R;1.9.3.2"`
}

// ValidateParts checks the parts of a record that people write, whatever else is
// in it. Errors are [FieldError]s.
func ValidateParts(r *Record) error { return firstError(r.validateParts) }

// validateParts checks the parts that a release record may have.
func (r *Record) validateParts(v *validator) { v.fields("", reflect.ValueOf(r).Elem()) }
