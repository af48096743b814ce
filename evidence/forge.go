package evidence

// Protection is a snapshot of one rule for branches or tags at a forge (short
// names prot[], tagprot). Several rules may cover one name; they add up. Each
// true or false in it is so worded that false, and so what is left out, is the
// weaker rule.
type Protection struct {
	// ID is the forge's own id of the rule.
	ID string `json:"id" rec:"R;1.21.3.1"`
	// Name is its name.
	Name string `json:"name,omitempty" rec:"O;1.21.3.1"`
	// Source is where the rule stands; "branch" tells only that a branch is
	// protected, and "repository" holds what is set for all branches.
	Source string `json:"source" rec:"R;1.21.3.1" enum:"ruleset|branch-protection|protected-branch|protected-tag|branch|repository"`
	// Target is what it is about.
	Target string `json:"target" rec:"R;1.21.3.1,1.31.3.4" enum:"branch|tag|push"`
	// Include are the patterns of full reference names that it covers, as the
	// forge writes them: "refs/heads/main", "~DEFAULT_BRANCH", "~ALL".
	Include []string `json:"include,omitempty" rec:"O;1.21.3.1"`
	// Exclude are patterns that it leaves out.
	Exclude []string `json:"exclude,omitempty" rec:"O;1.21.3.1"`
	// Active says that it is enforced.
	Active bool `json:"active,omitempty" rec:"O;1.21.3.1"`
	// Whole says that the rule itself could be read, not only that there is one.
	Whole bool `json:"whole,omitempty" rec:"O;1.21.3.1"`
	// RequiresChange says that nothing gets in without a pull request.
	RequiresChange bool `json:"requiresChange,omitempty" rec:"O;1.10.3.1"`
	// RequiredApprovals is how many approvals it wants.
	RequiredApprovals int64 `json:"requiredApprovals,omitzero" rec:"O;1.21.3.1"`
	// CodeOwnerReview says that code owners must approve.
	CodeOwnerReview bool `json:"codeOwnerReview,omitempty" rec:"O;1.21.3.1"`
	// DismissesStale says that a push dismisses approvals.
	DismissesStale bool `json:"dismissesStale,omitempty" rec:"O;1.24.3.1"`
	// LastPushApproval says that somebody else than the last pusher must approve.
	LastPushApproval bool `json:"lastPushApproval,omitempty" rec:"O;1.24.3.1"`
	// RequiredChecks are the names of checks that must pass.
	RequiredChecks []string `json:"requiredChecks,omitempty" rec:"O;1.13.3.4"`
	// StrictChecks says that they must pass on the newest base.
	StrictChecks bool `json:"strictChecks,omitempty" rec:"O;1.13.3.4"`
	// LinearHistory says that merge commits are refused.
	LinearHistory bool `json:"linearHistory,omitempty" rec:"O;1.21.3.1"`
	// SignedCommits says that unsigned commits are refused.
	SignedCommits bool `json:"signedCommits,omitempty" rec:"O;1.21.3.1"`
	// BlocksForcePush says that forced pushes are refused.
	BlocksForcePush bool `json:"blocksForcePush,omitempty" rec:"O;1.21.3.1"`
	// BlocksDeletion says that deletion is refused.
	BlocksDeletion bool `json:"blocksDeletion,omitempty" rec:"O;1.21.3.1"`
	// BlocksCreation says that nobody but Bypass and PushAllowed may create one.
	BlocksCreation bool `json:"blocksCreation,omitempty" rec:"O;1.31.3.4"`
	// BlocksUpdate says that nobody but Bypass and PushAllowed may push to one;
	// to a tag, that it cannot be moved.
	BlocksUpdate bool `json:"blocksUpdate,omitempty" rec:"O;1.31.3.4"`
	// AdminsIncluded says that it holds for administrators.
	AdminsIncluded bool `json:"adminsIncluded,omitempty" rec:"O;1.21.3.1"`
	// MergeMethods are the methods it allows, sorted; none says nothing.
	MergeMethods []string `json:"mergeMethods,omitempty" rec:"O;1.21.3.1" enum:"merge|squash|rebase|fast-forward"`
	// RestrictsPushes says that only PushAllowed may push or create.
	RestrictsPushes bool `json:"restrictsPushes,omitempty" rec:"O;1.10.3.1"`
	// PushAllowed are who may.
	PushAllowed []RuleActor `json:"pushAllowed,omitempty" rec:"O;1.10.3.1"`
	// BypassKnown says that Bypass is the whole list; forges hide it from those
	// who may not change the rule.
	BypassKnown bool `json:"bypassKnown,omitempty" rec:"O;1.21.3.1"`
	// Bypass are who the rule does not hold for.
	Bypass []RuleActor `json:"bypass,omitempty" rec:"O;1.21.3.1"`
	// TakenAt is when it was read.
	TakenAt Time `json:"takenAt" rec:"R;1.12.6.1"`
}

// RuleActor is somebody that a forge's rule names.
type RuleActor struct {
	// Kind says what it is; an access level is everybody who has at least it.
	Kind string `json:"kind" rec:"R;1.21.3.1" enum:"account|team|app|role|access-level|deploy-key|organization-admins|enterprise-admins|unknown"`
	// ID is the account's identity, "account:github.com:5", or the forge's own
	// number or word for what has none.
	ID string `json:"id,omitempty" rec:"O;1.21.3.1"`
	// Display is a name for people.
	Display string `json:"display,omitempty" rec:"O;1.21.3.1"`
	// Mode says when it may pass by the rule; absent is always.
	Mode string `json:"mode,omitempty" rec:"O;1.21.3.1" enum:"always|pull-request|exempt"`
}

// EnvironmentRules is a snapshot of what guards a deployment environment at a
// forge. As in [Protection], false is the weaker rule.
type EnvironmentRules struct {
	// Name is the environment's own name.
	Name string `json:"name" rec:"R;1.21.3.2"`
	// Reviewers are who may approve a deployment.
	Reviewers []RuleActor `json:"reviewers,omitempty" rec:"O;1.21.3.2"`
	// RequiredApprovals is how many it wants.
	RequiredApprovals int64 `json:"requiredApprovals,omitzero" rec:"O;1.21.3.2"`
	// PreventsSelfReview says that who started a deployment may not approve it.
	PreventsSelfReview bool `json:"preventsSelfReview,omitempty" rec:"O;1.21.3.2"`
	// WaitMinutes is how long a deployment waits.
	WaitMinutes int64 `json:"waitMinutes,omitzero" rec:"O;1.13.5.1"`
	// AdminsIncluded says that administrators cannot pass by the rules.
	AdminsIncluded bool `json:"adminsIncluded,omitempty" rec:"O;1.21.3.2"`
	// Branches says which branches may deploy; absent is unknown.
	Branches string `json:"branches,omitempty" rec:"O;1.21.3.2" enum:"all|protected|selected"`
	// TakenAt is when it was read.
	TakenAt Time `json:"takenAt" rec:"R;1.12.6.1"`
}

// Deployment is one deployment of the release as a forge or a deployment tool
// has it (short name promos[]). A statement of whoever deployed, a [Promotion],
// prevails over it (rules of format, R18).
type Deployment struct {
	// ID is the system's own id of it.
	ID string `json:"id" rec:"R;1.21.3.3"`
	// System is what it was read from: "github", "gitlab", "argocd", "flux".
	System string `json:"system" rec:"R;1.21.3.2"`
	// Environment is the environment's own name.
	Environment string `json:"environment" rec:"R;1.21.3.3"`
	// Ref is the branch, tag or commit that was deployed, as it was asked for.
	Ref string `json:"ref,omitempty" rec:"O;1.21.3.3"`
	// Commit is the commit that was deployed.
	Commit ObjectID `json:"commit,omitempty" rec:"O;1.21.3.3"`
	// Artifacts are what was deployed, by name and digest.
	Artifacts []ResourceDescriptor `json:"artifacts,omitempty" rec:"O;1.21.3.3"`
	// ConfigVersion is the version of the configuration that was deployed: its
	// commit, chart or revision.
	ConfigVersion string `json:"configVersion,omitempty" rec:"O;1.19.3"`
	// By started it.
	By *Actor `json:"by,omitempty" rec:"O;1.13.3.3"`
	// CreatedAt is when it was asked for.
	CreatedAt *Time `json:"createdAt,omitempty" rec:"O;1.21.3.3"`
	// RunID is the CI run that deployed.
	RunID string `json:"runId,omitempty" rec:"O;1.21.3.3"`
	// Statuses are its course by time; a list that was read in part ends early.
	Statuses []DeploymentStatus `json:"statuses,omitempty" rec:"O;1.21.3.3"`
	// Approvals are the decisions of the environment's reviewers.
	Approvals []Signoff `json:"approvals,omitempty" rec:"O;1.13.3.3,1.21.3.2"`
	// URI is its page.
	URI string `json:"uri,omitempty" rec:"O;1.21.3.3"`
}

// DeploymentStatus is one step of a deployment.
type DeploymentStatus struct {
	// State is how far it was.
	State string `json:"state" rec:"R;1.21.3.3" enum:"queued|waiting|in-progress|success|failure|cancelled|skipped|inactive|unknown"`
	// At is since when.
	At *Time `json:"at,omitempty" rec:"O;1.21.3.3"`
	// By reported it.
	By *Actor `json:"by,omitempty" rec:"O;1.21.3.3"`
}

// ReleasePage is the page of the release at the forge.
type ReleasePage struct {
	// ID is the forge's own id of it.
	ID string `json:"id" rec:"R;1.20.3.2"`
	// Tag is its tag.
	Tag string `json:"tag" rec:"R;1.20.3.2"`
	// URI is its address.
	URI string `json:"uri,omitempty" rec:"O;1.20.3.2"`
	// Author made it.
	Author *Actor `json:"author,omitempty" rec:"O;1.20.3.2"`
	// CreatedAt is when it was made.
	CreatedAt *Time `json:"createdAt,omitempty" rec:"O;1.20.3.2"`
	// PublishedAt is when it was published; a draft has none.
	PublishedAt *Time `json:"publishedAt,omitempty" rec:"O;1.20.3.2"`
	// Prerelease says that it is marked as no production release.
	Prerelease bool `json:"prerelease,omitempty" rec:"O;1.12.3.3"`
	// Immutable says that the forge lets nobody change its files.
	Immutable bool `json:"immutable,omitempty" rec:"O;1.20.3.4"`
	// Assets are its files, with the digests that the forge states.
	Assets []ResourceDescriptor `json:"assets,omitempty" rec:"O;1.20.3.2"`
}

// Team is a team of the forge with its members when it was read (short name
// roles). It holds those members only who took part in the release, unless it
// stands for a role.
type Team struct {
	// Name is the organisation and slug, or the full path of the group.
	Name string `json:"name" rec:"R;1.5.3"`
	// Role is the role that the team stands for, by the recorder's
	// configuration. All members are listed then.
	Role string `json:"role,omitempty" rec:"O;1.5.3"`
	// Members are in the team.
	Members []Actor `json:"members,omitempty" rec:"O;1.5.3"`
	// TakenAt is when it was read.
	TakenAt Time `json:"takenAt" rec:"R;1.5.3"`
}

// AccessGrant is the right of somebody to change the repository.
type AccessGrant struct {
	// Who has it.
	Who Actor `json:"who" rec:"R;1.21.3.2"`
	// Permission is the right; less than writing is not recorded.
	Permission string `json:"permission" rec:"R;1.21.3.2" enum:"write|maintain|admin"`
	// Role is the forge's own word for it.
	Role string `json:"role,omitempty" rec:"O;1.21.3.2"`
	// TakenAt is when it was read.
	TakenAt Time `json:"takenAt" rec:"R;1.21.3.2"`
}
