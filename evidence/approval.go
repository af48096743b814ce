package evidence

// Decision is what an approver decided.
type Decision string

// The decisions.
const (
	Approved Decision = "approved"
	Rejected Decision = "rejected"
)

// Approval is a person's decision about a release (an own statement, with
// Release and Parents) or about a commit before any release existed (with
// Scope instead; R9). Its predicate type is [ApprovalType].
type Approval struct {
	// Critical is as in [Record].
	Critical []string `json:"critical,omitempty"`
	// ID is the record's own id, unique in its repository.
	ID string `json:"id"`
	// Release names the release statement; absent in an approval of a commit.
	Release *Reference `json:"release,omitempty"`
	// Parents are the statements and signatures the approver saw (R3, R4).
	Parents []Parent `json:"parents,omitempty"`
	// Scope says what an approval without a release is about.
	Scope *Scope `json:"scope,omitempty"`
	// Approver is who decided. The signature decides whether it was them.
	Approver Actor `json:"approver" gate:"same"`
	// Decision is what was decided.
	Decision Decision `json:"decision" enum:"approved|rejected" gate:"approved>rejected"`
	// Environment is the environment the decision is for; "" is any.
	Environment string `json:"environment,omitempty" gate:"same"`
	// Rationale is why, in the approver's words.
	Rationale string `json:"rationale,omitempty"`
	// Refs point at the change, ticket or incident that was looked at.
	Refs []ResourceDescriptor `json:"refs,omitempty"`
	// At is when the approver says they decided.
	At Time `json:"at"`
	// Supersedes is the ID of an earlier approval that this one corrects.
	Supersedes string `json:"supersedes,omitempty"`
	// Materials are the blobs this statement brings along.
	Materials []Material `json:"materials,omitempty"`
}

// Reference names a statement by its digest.
type Reference struct {
	Digest Digest `json:"digest"`
}

// Parent is one entry of a statement's parents: a statement and the one
// signature of it that was seen.
type Parent struct {
	Statement Digest `json:"statement"`
	Signature Digest `json:"signature"`
}

// Scope says where a statement that names no release holds. That of an
// approval is its repository, commits and environment only.
type Scope struct {
	// Repository is the repository's normal URI.
	Repository string `json:"repository"`
	// Commits are full object ids.
	Commits []string `json:"commits,omitempty"`
	// Branches are the branches it holds for; none is any.
	Branches []string `json:"branches,omitempty"`
	// Pipelines are the pipelines it holds for; none is any.
	Pipelines []string `json:"pipelines,omitempty"`
	// Artifacts are the artifacts it is about, by name and digest.
	Artifacts []ResourceDescriptor `json:"artifacts,omitempty"`
	// Environment is the environment; "" is any.
	Environment string `json:"environment,omitempty"`
	// Interval is from when to when it holds.
	Interval *Interval `json:"interval,omitempty"`
}
