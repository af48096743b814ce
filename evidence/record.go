package evidence

// PredicateBase is the base of the type URIs of our predicates.
const PredicateBase = "https://release-dossier.github.io/dossier/predicates/"

// Predicate types of our own statements, each described on a page of its own
// under docs/predicates.
const (
	RecordType   = PredicateBase + "record/v1"
	ApprovalType = PredicateBase + "approval/v1"
)

// Kind is the type of repository a release comes from (controls catalogue,
// column "Applies").
type Kind string

// The repository types.
const (
	KindService        Kind = "svc"
	KindLibrary        Kind = "lib"
	KindInfrastructure Kind = "iac"
	KindApp            Kind = "app"
	KindMono           Kind = "mono"
)

// Record is the predicate of a release statement, the root of a dossier: the
// facts about one release that were known when it was signed. What happens
// later is stated by later statements and never edited in here.
type Record struct {
	// Critical names, as RFC 6901 pointers into this predicate, the fields a
	// reader must understand. A reader that does not know one of them refuses
	// the statement (compare RFC 7515, section 4.1.11).
	Critical []string `json:"critical,omitempty"`
	// Version is the version of the release without tag prefix: "1.4.0".
	Version string `json:"version"`
	// Component is the component's name in a repository that holds several.
	Component string `json:"component,omitempty"`
	// Repository is where the source lives.
	Repository Repository `json:"repository"`
	// Kind is the type of the repository.
	Kind Kind `json:"kind"`
	// CreatedAt is when the signer says this record was assembled.
	CreatedAt Time `json:"createdAt"`
	// Sequence numbers the release statements of a repository from 1; absent
	// if the predecessor was not at hand.
	Sequence int64 `json:"sequence,omitzero"`
	// Predecessor is the repository's last release statement (R15).
	Predecessor Predecessor `json:"predecessor"`
	// ObjectFormat is the repository's object format: "sha1" or "sha256".
	ObjectFormat string `json:"objectFormat"`
	// Tag is the release tag.
	Tag Tag `json:"tag"`
	// Commit is the object id of the released commit, in full.
	Commit string `json:"commit"`
	// Base is the previous release on the same line, the start of Range.
	Base Base `json:"base"`
	// Artifacts are the released artifacts; each is a subject as well.
	Artifacts []Artifact `json:"artifacts"`
	// SBOMs say which material is the SBOM of which artifact.
	SBOMs []Attachment `json:"sboms,omitempty"`
	// Provenance says which material is the build provenance of which artifact.
	Provenance []Attachment `json:"provenance,omitempty"`
	// Attestations are imported statements that other parties signed before
	// this one existed: approvals of a commit, for example (R9).
	Attestations []Attachment `json:"attestations,omitempty"`
	// Changes are the merged changes (pull or merge requests) in the release.
	Changes []Change `json:"changes,omitempty" rec:"O;1.5.2"`
	// Checks are results of checks on the commit or an artifact.
	Checks []Check `json:"checks,omitempty" rec:"O;1.13.3.4,1.13.5.2"`
	// Protections are the forge's rules for branches and tags, as they were.
	Protections []Protection `json:"protections,omitempty" rec:"O;1.21.3.1"`
	// EnvironmentRules are the rules that guard the forge's environments, as
	// they were.
	EnvironmentRules []EnvironmentRules `json:"environmentRules,omitempty" rec:"O;1.21.3.2"`
	// Deployments are those known when the record was signed.
	Deployments []Deployment `json:"deployments,omitempty" rec:"O;1.21.3.3"`
	// ReleasePage is the release's page at the forge.
	ReleasePage *ReleasePage `json:"releasePage,omitempty" rec:"O;1.20.3.2"`
	// Teams are teams of the forge with their members, as they were.
	Teams []Team `json:"teams,omitempty" rec:"O;1.5.3"`
	// Access are who may write to the repository, as it was.
	Access []AccessGrant `json:"access,omitempty" rec:"O;1.21.3.2"`
	// Tickets are the change records that the release names.
	Tickets []Ticket `json:"tickets,omitempty" rec:"O;1.3.2"`
	// Workloads are what ran when the record was signed.
	Workloads []Workload `json:"workloads,omitempty" rec:"O;1.21.3.3"`
	// Build says which run assembled this record, if one did.
	Build *Build `json:"build,omitempty" rec:"O;1.5.2"`
	// ReleaseRecord is the rest of the release record that people read.
	ReleaseRecord *ReleaseRecord `json:"releaseRecord,omitempty" rec:"O;1.20.3.1"`
	// Metadata says what the repository is and how it is released.
	Metadata *RepositoryMetadata `json:"metadata,omitempty" rec:"O;1.9.5.1"`
	// RequiredChecks are the checks that were required.
	RequiredChecks []RequiredCheck `json:"requiredChecks,omitempty" rec:"O;1.13.3.4,1.30.3.3"`
	// Pipeline is how the pipeline is defined, and what it enforced.
	Pipeline *Pipeline `json:"pipeline,omitempty" rec:"O;1.13.3.1,1.31.3.3"`
	// Environments are the environments the repository uses.
	Environments []Environment `json:"environments,omitempty" rec:"O;1.13.5.1"`
	// RollbackPlan is how the release could be taken back.
	RollbackPlan *RollbackPlan `json:"rollbackPlan,omitempty" rec:"O;1.20.3.1"`
	// Notes are the release notes.
	Notes *ReleaseNotes `json:"notes,omitempty" rec:"O;1.20.3.2"`
	// Changelog is the list of changes.
	Changelog *Changelog `json:"changelog,omitempty" rec:"O;1.20.3.3"`
	// Compatibility is what users may rely on.
	Compatibility *CompatibilityContract `json:"compatibility,omitempty" rec:"O;1.18.3.2"`
	// Manifest is the release manifest, if it is of several repositories.
	Manifest *Manifest `json:"manifest,omitempty" rec:"O;1.18.3.3"`
	// Flags is the registry of feature flags as it was.
	Flags []Flag `json:"flags,omitempty" rec:"O;1.17.5.1"`
	// Origins say where the parts stand that people wrote.
	Origins []Origin `json:"origins,omitempty" rec:"O;R11"`
	// Collected are the systems of record that were asked, and what they did
	// not give.
	Collected []Collected `json:"collected,omitempty" rec:"O;R11"`
	// Branches are the repository's branches as they were.
	Branches *Branches `json:"branches,omitempty" rec:"O;1.12.6.1,1.16.3.5"`
	// NamedCommits are commits outside of the release that messages in it name.
	NamedCommits []NamedCommit `json:"namedCommits,omitempty" rec:"O;1.11.3.4,1.28.3.1"`
	// PatchIDs is the material that lists the patch ids of the release's commits
	// and of NamedCommits, as [MediaTypePatchIDs].
	PatchIDs *Digest `json:"patchIds,omitempty" rec:"O;1.11.3.4,1.16.3.5"`
	// Materials are the blobs this statement brings along (R2).
	Materials []Material `json:"materials,omitempty"`
}

// Repository names a source repository.
type Repository struct {
	// URI is the normal form of its address: scheme https, lower-case host, no
	// user, no ".git", as NormalRepository makes it.
	URI string `json:"uri"`
	// ID is the forge's own stable number for it, if known.
	ID string `json:"id,omitempty"`
}

// Tag is what is said of the release tag. What is proven of it comes from the
// raw object among the materials.
type Tag struct {
	// Name is the tag's short name: "v1.4.0".
	Name string `json:"name"`
	// Object is the object id of the tag object, or of the commit for a
	// lightweight tag.
	Object string `json:"object"`
	// Type is what the reference points at: "tag" (annotated) or "commit".
	Type string `json:"type"`
}

// Base is the previous release on the same line, or why there is none.
type Base struct {
	// None is "first" if this is the first release of the line.
	None string `json:"none,omitempty"`
	// Tag is the previous release's tag name.
	Tag string `json:"tag,omitempty"`
	// Commit is the previous release's commit, in full.
	Commit string `json:"commit,omitempty"`
}

// Predecessor links the release statements of a repository (R15). None is
// "first" or "unknown", and then nothing else is set.
type Predecessor struct {
	None      string  `json:"none,omitempty"`
	Statement *Digest `json:"statement,omitempty"`
	State     *Digest `json:"state,omitempty"`
	Sequence  int64   `json:"sequence,omitzero"`
}

// Artifact is one released artifact.
type Artifact struct {
	// Name is the subject's name; unique in the release.
	Name string `json:"name"`
	// Version is the artifact's own version, where it says one.
	Version string `json:"version,omitempty"`
	// Digest is the SHA-256 of the artifact's bytes (of an image: its manifest).
	Digest Digest `json:"digest"`
	// Size is the number of bytes, if it is a file.
	Size int64 `json:"size,omitzero"`
	// MediaType says what it is.
	MediaType string `json:"mediaType,omitempty"`
	// Type is what it is released as; an artifact with Image is a container.
	Type string `json:"type,omitempty" rec:"O;1.9.3.3" enum:"container|vm|function|package|module|chart|app|file"`
	// SigningIdentity is who signed an app for its store: a certificate's subject
	// or fingerprint, as the platform states it.
	SigningIdentity string `json:"signingIdentity,omitempty" rec:"O;1.9.3.3"`
	// Publication is where and when it was published.
	Publication *Publication `json:"publication,omitempty" rec:"O;1.9.3.3,1.20.3.4"`
	// Image is what is known besides of a container image.
	Image *Image `json:"image,omitempty" rec:"O;1.9.3.3"`
}

// Attachment binds a material to what it is about.
type Attachment struct {
	// Material is the digest of a material of the same statement.
	Material Digest `json:"material"`
	// About lists the artifacts, or images of an index, by digest. What the document itself names is
	// read from its bytes; this is only what the recorder says.
	About []Digest `json:"about,omitempty"`
	// Tool is the program that made it, if known.
	Tool string `json:"tool,omitempty"`
	// RunID is the CI run that made it: the system's own id or its address.
	RunID string `json:"runId,omitempty" rec:"O;1.20.3.5"`
	// Location is where it is kept besides: its address in a registry or an
	// attestation store.
	Location string `json:"location,omitempty" rec:"O;1.31.3.5"`
}
