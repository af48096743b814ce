package evidence

// Change is one merged pull or merge request as its forge had it when it was
// read (3.9; short name prs[]). Title, description and comments are free text:
// they are in no statement but in a material (rules of format, R2), to which
// Text leads. What a control judges is computed from the lists in here: the
// first request for a review, pushes after an approval, whose approval stands.
type Change struct {
	// ID is the change's number in its repository: "12".
	ID string `json:"id" rec:"R;1.5.2"`
	// URI is its page.
	URI string `json:"uri,omitempty" rec:"O;1.5.2"`
	// Opener opened it. A deleted account has no identity and is left out.
	Opener *Actor `json:"opener,omitempty" rec:"O;1.11.3"`
	// Authors are everybody the forge knows to have written it: opener, commit
	// authors and committers, co-authors by account number. It can add authors
	// to those that the git objects name, never remove one (R11).
	Authors []Actor `json:"authors,omitempty" rec:"O;1.21.3.2"`
	// UnlinkedCommits are those of its commits whose author has no account at
	// the forge.
	UnlinkedCommits []ObjectID `json:"unlinkedCommits,omitempty" rec:"O;1.21.3.2"`
	// Assignees own it.
	Assignees []Actor `json:"assignees,omitempty" rec:"O;1.11.3.1"`
	// Labels are its labels when it was read, sorted.
	Labels []string `json:"labels,omitempty" rec:"O;1.11.3.1"`
	// HeadBranch is the branch it came from.
	HeadBranch string `json:"headBranch,omitempty" rec:"O;2.8.2"`
	// HeadRepository is the repository of that branch, if it is another one.
	HeadRepository string `json:"headRepository,omitempty" rec:"O;2.8.2"`
	// BaseBranch is the branch it went into.
	BaseBranch string `json:"baseBranch,omitempty" rec:"O;1.11.3.2"`
	// BaseCommit is the commit of that branch it was compared with last.
	BaseCommit ObjectID `json:"baseCommit,omitempty" rec:"O;1.24.2"`
	// HeadCommit is the last commit that was pushed to it.
	HeadCommit ObjectID `json:"headCommit,omitempty" rec:"O;1.11.3.2"`
	// Commits are its own commits, oldest first, as the forge lists them.
	Commits []ObjectID `json:"commits,omitempty" rec:"O;1.5.2"`
	// MergedAs is the merge or squash commit; of a change whose commits went in
	// as they were or one by one, the last of them.
	MergedAs ObjectID `json:"mergedAs,omitempty" rec:"O;1.5.2"`
	// MergedAt is when.
	MergedAt *Time `json:"mergedAt,omitempty" rec:"O;1.11.3.2"`
	// MergedBy merged it.
	MergedBy *Actor `json:"mergedBy,omitempty" rec:"O;1.2"`
	// MergeMethod is how it got into its base branch.
	MergeMethod string `json:"mergeMethod,omitempty" rec:"O;1.11.3.3" enum:"merge|squash|rebase|fast-forward|squash-or-rebase"`
	// MergeProof is what shows the method: the number of parents, that its own
	// commit landed, that several commits landed, the subject's "(#12)", its own
	// commits compared with those that landed, or the forge's word.
	MergeProof string `json:"mergeProof,omitempty" rec:"C;1.11.3.3;with mergeMethod" enum:"parents|own-commit|several-commits|subject|commits|forge"`
	// Before is the base branch's commit just before it, where the git objects
	// show that: the base at which code owners and other rules hold (R13).
	Before ObjectID `json:"before,omitempty" rec:"O;R13"`
	// Landed are the commits of the release that came with it (G3).
	Landed []LandedCommit `json:"landed,omitempty" rec:"O;1.5.2"`
	// Size is how much it touches, as the forge counts it.
	Size *ChangeSize `json:"size,omitempty" rec:"O;1.6.3"`
	// BranchCreatedAt is when the forge saw the head branch first.
	BranchCreatedAt *Time `json:"branchCreatedAt,omitempty" rec:"O;1.6.3"`
	// OpenedAt is when it was opened.
	OpenedAt *Time `json:"openedAt,omitempty" rec:"O;1.10.5.3"`
	// UpdatedAt is when anything in it was changed last, its description too.
	UpdatedAt *Time `json:"updatedAt,omitempty" rec:"O;2.4"`
	// Reviews are its reviews by time, dismissed ones too; of comments, the first
	// review of a person only.
	Reviews []ChangeReview `json:"reviews,omitempty" rec:"O;1.11.3.2"`
	// Events are what happened to it, by time.
	Events []ChangeEvent `json:"events,omitempty" rec:"O;1.10.5.3"`
	// Tickets are the tickets that it names, and where.
	Tickets []TicketMention `json:"tickets,omitempty" rec:"O;1.3.2"`
	// CodeOwners are the owners of what it touches, by the file at its base.
	CodeOwners *CodeOwners `json:"codeOwners,omitempty" rec:"O;1.11.3.2"`
	// Text is the SHA-256 of the line that holds its title and description, in
	// a material of type [MediaTypeChangeTexts]. The line is salted, so that the
	// digest gives nothing away where the material is withheld (R2).
	Text *Digest `json:"text,omitempty" rec:"O;R2"`
	// Details are what its description says, by the template.
	Details *ChangeDetails `json:"details,omitempty" rec:"O;2.5.3"`
	// TakenAt is when it was read.
	TakenAt *Time `json:"takenAt,omitempty" rec:"O;1.21.3.4"`
}

func (c *Change) conditions(v *validator, at string) {
	v.need(c.MergeMethod != "", at+"/mergeProof", c.MergeProof != "", "with mergeMethod")
}

// ChangeSize is how much a change touches.
type ChangeSize struct {
	// Files is the number of files.
	Files *int64 `json:"files" rec:"R;1.6.3"`
	// Added is the number of lines that it adds.
	Added int64 `json:"added,omitzero" rec:"O;1.6.3"`
	// Deleted is the number of lines that it deletes.
	Deleted int64 `json:"deleted,omitzero" rec:"O;1.6.3"`
}

// LandedCommit is a commit of the release that a change brought.
type LandedCommit struct {
	// Commit is the commit.
	Commit ObjectID `json:"commit" rec:"R;1.5.2"`
	// Proof is the strongest record that links the two: the forge's record of
	// the merge, the change's own list of commits, what the commits themselves
	// show of the merge, or the forge's mere word.
	Proof string `json:"proof" rec:"R;1.5.2" enum:"merge-commit|commit-list|commits|forge"`
}

// ChangeReview is one review of a change. Which review of a person stands is
// for the verifier to say.
type ChangeReview struct {
	// ID is the forge's own id of it.
	ID string `json:"id" rec:"R;1.5.2"`
	// By is who gave it.
	By Actor `json:"by" rec:"R;1.5.2"`
	// State is what they said; "withdrawn" takes an earlier approval back, and
	// "dismissed" is a dismissed one of which nobody says what it was.
	State string `json:"state" rec:"R;1.11.3.2" enum:"approved|changes-requested|commented|withdrawn|dismissed"`
	// At is when, unless the forge does not say.
	At *Time `json:"at,omitempty" rec:"O;1.11.3.2"`
	// Commit is the head it was given on.
	Commit ObjectID `json:"commit,omitempty" rec:"O;1.11.3.2"`
	// DismissedAt is when it was dismissed, by a person or by a push. Until then
	// it stood.
	DismissedAt *Time `json:"dismissedAt,omitempty" rec:"O;1.11.3.2"`
	// DismissedBy is who did that, or pushed.
	DismissedBy *Actor `json:"dismissedBy,omitempty" rec:"O;1.11.3.2"`
	// URI is its page.
	URI string `json:"uri,omitempty" rec:"O;1.5.2"`
}

// ChangeEvent is something that happened to a change.
type ChangeEvent struct {
	// Kind says what.
	Kind string `json:"kind" rec:"R;1.10.5.3" enum:"branch-created|branch-deleted|branch-restored|pushed|force-pushed|review-requested|review-request-removed|review-dismissed|approvals-reset|ready-for-review|converted-to-draft|base-changed|labeled|unlabeled|auto-merge-enabled|auto-merge-disabled|queued|unqueued|merged|rules-bypassed|closed|reopened"`
	// At is when, unless the forge does not say.
	At *Time `json:"at,omitempty" rec:"O;1.10.5.3"`
	// By is who did it.
	By *Actor `json:"by,omitempty" rec:"O;1.10.5.3"`
	// Commit is the commit that it led to or is about.
	Commit ObjectID `json:"commit,omitempty" rec:"O;1.24.3"`
	// Before is the commit that a push replaced.
	Before ObjectID `json:"before,omitempty" rec:"O;1.24.3"`
	// Reviewer is who was asked for a review.
	Reviewer *Actor `json:"reviewer,omitempty" rec:"O;1.10.5.3"`
	// Team is the team that was asked.
	Team string `json:"team,omitempty" rec:"O;1.10.5.3"`
	// Label is the label that was set or removed.
	Label string `json:"label,omitempty" rec:"O;1.11.3.1"`
}

// TicketMention is a ticket that a change names.
type TicketMention struct {
	// ID is the ticket's key: "PAY-812".
	ID string `json:"id" rec:"R;1.3.2,1.11.3.1"`
	// In are the places it stands in. A branch name is an extra and no
	// substitute for the others.
	In []string `json:"in" rec:"R;1.3.2,1.11.3.1" enum:"title|description|commit|branch"`
}

// CodeOwners are the owners of the paths that a change touches. The file is
// the one at the change's base, so that a change cannot rewrite its own rule
// (rules of format, R13).
type CodeOwners struct {
	// File is the file that was in force, by name and digest.
	File ResourceDescriptor `json:"file" rec:"R;1.11.3.2"`
	// Rules are those that hold for a touched path.
	Rules []OwnerRule `json:"rules,omitempty" rec:"O;1.11.3.2"`
	// Unowned are the touched paths without an owner, left out like those of
	// rules.
	Unowned []string `json:"unowned,omitempty" rec:"O;1.11.3.1"`
}

// OwnerRule is one rule of a CODEOWNERS file with the paths it holds for.
type OwnerRule struct {
	// Pattern is the rule's pattern as the file has it.
	Pattern string `json:"pattern" rec:"R;1.11.3.2"`
	// Line is its line in the file, from 1.
	Line int64 `json:"line,omitzero" rec:"O;1.11.3.2"`
	// Section is its section, in GitLab's dialect.
	Section string `json:"section,omitempty" rec:"O;1.11.3.2"`
	// Approvals are how many the section wants; absent is one.
	Approvals int64 `json:"approvals,omitzero" rec:"O;1.11.3.2"`
	// Optional is whether its section asks its owners and does not need them.
	Optional bool `json:"optional,omitempty" rec:"O;1.11.3.2"`
	// Paths are the touched paths it holds for. They are left out where the trees
	// of the change are among the git objects, from which they follow.
	Paths []string `json:"paths,omitempty" rec:"O;1.11.3.2"`
	// Owners are whose approval it wants, any of them.
	Owners []CodeOwner `json:"owners,omitempty" rec:"O;1.11.3.2"`
}

// CodeOwner is one owner that a rule names.
type CodeOwner struct {
	// Name is the owner as the file writes it: "@ana", "@acme/payments".
	Name string `json:"name" rec:"R;1.11.3.2"`
	// Account is the account it names, if that took part in the change.
	Account *Actor `json:"account,omitempty" rec:"O;1.11.3.2"`
	// Team is the team it names, by its name among the record's teams.
	Team string `json:"team,omitempty" rec:"O;1.11.3.2"`
}
