package forge

import (
	"github.com/release-dossier/dossier/evidence"
)

// Result is what one collection found. All lists are sorted, so that the same
// answers give the same Result. Everything in it is attested by whoever
// collected it, at best; the answers behind it are in Answers.
type Result struct {
	// Repository is the repository, with the forge's own number for it.
	Repository evidence.Repository `json:"repository"`
	// DefaultBranch is the forge's default branch.
	DefaultBranch string `json:"defaultBranch,omitempty"`
	// Commits say which changes each commit of the release came with.
	Commits []CommitLink `json:"commits"`
	// Changes are the merged pull or merge requests of these commits.
	Changes []Change `json:"changes"`
	// Checks are all attempts of all checks on the released commit, and on the
	// head and merge commits of the changes.
	Checks []Check `json:"checks"`
	// Protections are the rules for branches and tags at the time of asking.
	Protections []Protection `json:"protections"`
	// Environments are the deployment environments and their rules.
	Environments []Environment `json:"environments"`
	// Deployments are those of the released commit.
	Deployments []Deployment `json:"deployments"`
	// Release is the release page; nil if there is none or none was asked for.
	Release *Release `json:"release,omitempty"`
	// Teams are the teams asked for reviews, with their members at the time of
	// asking.
	Teams []Team `json:"teams,omitempty"`
	// Incomplete lists what could not be read.
	Incomplete []Incomplete `json:"incomplete,omitempty"`
	// Notes are observations that a person may mind.
	Notes []string `json:"notes,omitempty"`
	// Answers are the raw answers, to be embedded as a material.
	Answers *Answers `json:"-"`
}

// Incomplete is evidence that could not be read. What is named Unknown must
// not be taken as absent.
type Incomplete struct {
	// Endpoint is the method and path of the interface, as documented.
	Endpoint string `json:"endpoint"`
	// Subject is the first thing that was asked about: "pull request 12".
	Subject string `json:"subject,omitempty"`
	// Count is how often the same happened.
	Count int `json:"count"`
	// Status is the HTTP status; 0 if there was none or it was not the reason.
	Status int `json:"status,omitzero"`
	// Reason is why, for people.
	Reason string `json:"reason"`
	// Scope is the least permission that the endpoint needs.
	Scope string `json:"scope"`
	// Unknown are the controls that cannot be decided, as patterns of control
	// ids: "access/*".
	Unknown []string `json:"unknown"`
}

// Endpoint is one endpoint that a collector asks.
type Endpoint struct {
	Name     string   // method and path, as documented by the forge
	Scope    string   // the least permission it needs
	Controls []string // patterns of the controls that need it
}

// CommitLink says how a commit of the release came in (controls catalogue, G3).
type CommitLink struct {
	Commit string `json:"commit"`
	// Changes are the ids of the merged changes; none means that the forge
	// knows of none (or, if it is listed as incomplete, that it did not say).
	Changes []string `json:"changes,omitempty"`
	// Proof is the strongest record that links them.
	Proof Proof `json:"proof,omitempty"`
}

// Proof is the kind of record that links a commit to a change.
type Proof string

// The proofs, strongest first.
const (
	ByMergeCommit Proof = "merge-commit" // the forge's record of the merge or squash commit
	ByCommitList  Proof = "commit-list"  // the change's own list of commits
	ByForge       Proof = "forge"        // the forge says so and nothing else does
)

// Actors are sorted by id; each id occurs once.
type Actors []evidence.Actor

// Change is a merged pull or merge request. Its Reviews hold approvals and
// requests for changes with the commit each was given on; ReviewEvents hold
// every review. Title and text are in Text.
type Change struct {
	evidence.Change
	// Number is the change's number in its repository.
	Number int64 `json:"number"`
	// Authors are everybody the forge knows to have written it: opener, commit
	// authors and committers, co-authors named by their account number (rules
	// of format, R11).
	Authors Actors `json:"authors"`
	// UnlinkedCommits counts commits whose author has no account at the forge.
	UnlinkedCommits int    `json:"unlinkedCommits,omitzero"`
	Assignees       Actors `json:"assignees,omitempty"`
	// Labels are sorted.
	Labels    []string `json:"labels,omitempty"`
	Milestone string   `json:"milestone,omitempty"`
	// HeadBranch and HeadRepository say where it came from, BaseBranch and
	// BaseCommit where it went.
	HeadBranch     string         `json:"headBranch"`
	HeadRepository string         `json:"headRepository,omitempty"`
	BaseBranch     string         `json:"baseBranch"`
	BaseCommit     string         `json:"baseCommit,omitempty"`
	OpenedAt       *evidence.Time `json:"openedAt,omitempty"`
	// MergeMethod is how it was merged, as far as the commits show.
	MergeMethod MergeMethod `json:"mergeMethod,omitempty"`
	// Commits are the ids of its commits, oldest first, as the forge lists them.
	Commits []string `json:"commits,omitempty"`
	// ReviewEvents are all reviews by time, comments and dismissed ones too.
	ReviewEvents []Review `json:"reviewEvents,omitempty"`
	// Events are what happened to it, by time.
	Events []Event `json:"events,omitempty"`
	// Text is its free text, for finding tickets and template fields. It is not
	// part of any statement (rules of format, R2).
	Text Text `json:"-"`
}

// Text is the free text of a change.
type Text struct{ Title, Body string }

// MergeMethod is how a change got into its base branch.
type MergeMethod string

// The merge methods. SquashOrRebase is one commit that may be either.
const (
	MergeCommit    MergeMethod = "merge"
	Squash         MergeMethod = "squash"
	Rebase         MergeMethod = "rebase"
	FastForward    MergeMethod = "fast-forward"
	SquashOrRebase MergeMethod = "squash-or-rebase"
)

// Review is one review as the forge has it. Which review of a person counts is
// for the verifier to say.
type Review struct {
	ID string         `json:"id"`
	By evidence.Actor `json:"by"`
	// State is "approved", "changes-requested", "commented", "dismissed",
	// "pending" or "unapproved".
	State string         `json:"state"`
	At    *evidence.Time `json:"at,omitempty"`
	// Commit is the head the review was given on.
	Commit string `json:"commit,omitempty"`
	URI    string `json:"uri,omitempty"`
}

// Event is something that happened to a change.
type Event struct {
	// Kind is the forge's word in lower case with dashes: "review-requested",
	// "head-ref-force-pushed", "committed", "pushed", "labeled", ...
	Kind string          `json:"kind"`
	At   *evidence.Time  `json:"at,omitempty"`
	By   *evidence.Actor `json:"by,omitempty"`
	// Commit is the commit it is about.
	Commit string `json:"commit,omitempty"`
	// Reviewer or Team is who was asked, Label what was set or removed.
	Reviewer *evidence.Actor `json:"reviewer,omitempty"`
	Team     string          `json:"team,omitempty"`
	Label    string          `json:"label,omitempty"`
}

// Check is one attempt of one check.
type Check struct {
	evidence.Check
	// Issuer is what reported it: an app or an account.
	Issuer *evidence.Actor `json:"issuer,omitempty"`
	// Conclusion is the forge's own word for the outcome.
	Conclusion string `json:"conclusion"`
	// MayFail says that the pipeline goes on when it fails.
	MayFail bool `json:"mayFail,omitempty"`
}

// Protection is a snapshot of the rules for branches or tags.
type Protection struct {
	// ID is the forge's own id of the rule; Name its name.
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// Source is "ruleset", "branch-protection", "protected-branch",
	// "protected-tag" or "branch".
	Source string `json:"source"`
	// Target is "branch" or "tag".
	Target string `json:"target"`
	// Include and Exclude are the patterns of names it covers, as the forge
	// writes them.
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	// Active says that it is enforced.
	Active bool `json:"active"`
	// TakenAt is when it was read.
	TakenAt evidence.Time `json:"takenAt"`
	// RequiresChange says that nothing gets in without a change.
	RequiresChange    bool     `json:"requiresChange"`
	RequiredApprovals int64    `json:"requiredApprovals"`
	CodeOwnerReview   bool     `json:"codeOwnerReview"`
	DismissStale      bool     `json:"dismissStale"`
	LastPushApproval  bool     `json:"lastPushApproval"`
	RequiredChecks    []string `json:"requiredChecks,omitempty"`
	StrictChecks      bool     `json:"strictChecks"`
	LinearHistory     bool     `json:"linearHistory"`
	SignedCommits     bool     `json:"signedCommits"`
	AllowForcePush    bool     `json:"allowForcePush"`
	// AllowDeletion is about deletion by a push.
	AllowDeletion      bool     `json:"allowDeletion"`
	AllowCreation      bool     `json:"allowCreation"`
	AllowUpdate        bool     `json:"allowUpdate"`
	AdminsIncluded     bool     `json:"adminsIncluded"`
	MergeMethods       []string `json:"mergeMethods,omitempty"`
	PushAllowed        []string `json:"pushAllowed,omitempty"`
	BypassActors       []string `json:"bypassActors,omitempty"`
	BypassActorsHidden bool     `json:"bypassActorsHidden,omitempty"`
	// Partial says that only "protected or not" could be read.
	Partial bool `json:"partial,omitempty"`
}

// Environment is a deployment environment.
type Environment struct {
	Name string `json:"name"`
	// Reviewers are who may approve: "account:...", "team:..." or
	// "access-level:...".
	Reviewers         []string `json:"reviewers,omitempty"`
	RequiredApprovals int64    `json:"requiredApprovals"`
	PreventSelfReview bool     `json:"preventSelfReview"`
	WaitMinutes       int64    `json:"waitMinutes,omitzero"`
	AdminsCanBypass   bool     `json:"adminsCanBypass"`
	// Branches says which may deploy: "all", "protected" or "selected".
	Branches string `json:"branches,omitempty"`
	// Protected says that some rule guards it.
	Protected bool `json:"protected"`
	// TakenAt is when it was read.
	TakenAt evidence.Time `json:"takenAt"`
}

// Deployment is one deployment of the released commit.
type Deployment struct {
	ID          string          `json:"id"`
	Environment string          `json:"environment"`
	Ref         string          `json:"ref,omitempty"`
	Commit      string          `json:"commit"`
	By          *evidence.Actor `json:"by,omitempty"`
	CreatedAt   *evidence.Time  `json:"createdAt,omitempty"`
	// RunID is the run that deployed, if the forge says so.
	RunID string `json:"runId,omitempty"`
	// Statuses are by time.
	Statuses []DeploymentStatus `json:"statuses,omitempty"`
	// Reviews are the decisions of the environment's reviewers.
	Reviews []DeploymentReview `json:"reviews,omitempty"`
}

// DeploymentStatus is one step of a deployment.
type DeploymentStatus struct {
	State string          `json:"state"`
	At    *evidence.Time  `json:"at,omitempty"`
	By    *evidence.Actor `json:"by,omitempty"`
}

// DeploymentReview is a decision that let a deployment go on, or not.
type DeploymentReview struct {
	By    evidence.Actor `json:"by"`
	State string         `json:"state"` // "approved" or "rejected"
	// At is absent where the forge gives no time (GitHub): the decision lies
	// between the creation of the run and the deployment's first progress.
	At    *evidence.Time `json:"at,omitempty"`
	RunID string         `json:"runId,omitempty"`
	// Environments are those the decision was about.
	Environments []string `json:"environments,omitempty"`
}

// Release is the release page.
type Release struct {
	ID          string          `json:"id"`
	Tag         string          `json:"tag"`
	URI         string          `json:"uri,omitempty"`
	Author      *evidence.Actor `json:"author,omitempty"`
	CreatedAt   *evidence.Time  `json:"createdAt,omitempty"`
	PublishedAt *evidence.Time  `json:"publishedAt,omitempty"`
	Draft       bool            `json:"draft,omitempty"`
	Prerelease  bool            `json:"prerelease,omitempty"`
	Immutable   bool            `json:"immutable,omitempty"`
	Assets      []Asset         `json:"assets,omitempty"`
}

// Asset is a file of the release page.
type Asset struct {
	Name string `json:"name"`
	Size int64  `json:"size,omitzero"`
	// Digest is what the forge says of its bytes, if it does.
	Digest evidence.DigestSet `json:"digest,omitempty"`
}

// Team is a team and its members.
type Team struct {
	// Name is the organisation and slug, or the full path of the group.
	Name string `json:"name"`
	// Members are those members who reviewed a change of this release; the
	// others are nobody's business.
	Members Actors        `json:"members"`
	TakenAt evidence.Time `json:"takenAt"`
}
