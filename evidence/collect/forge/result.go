package forge

import (
	"github.com/release-dossier/dossier/evidence"
)

// Result is what one collection found, in the types of the record. All lists
// are sorted, so that the same answers give the same Result. Everything in it
// is attested by whoever collected it, at best; the answers behind it are in
// Answers.
type Result struct {
	// Repository is the repository, with the forge's own number for it.
	Repository evidence.Repository
	// DefaultBranch is the forge's default branch.
	DefaultBranch string
	// Changes are the merged pull or merge requests of the release's commits,
	// by number.
	Changes []Change
	// Unlinked are the commits of the release that the forge knows no merged
	// change of. Where it could not be asked, it is listed as unread.
	Unlinked []string
	// Checks are all attempts of all checks on the commits that Checked names.
	Checks []evidence.Check
	// Protections are the rules for branches and tags at the time of asking.
	Protections []evidence.Protection
	// Environments are the rules of the deployment environments.
	Environments []evidence.EnvironmentRules
	// Deployments are those of the released commit.
	Deployments []evidence.Deployment
	// Release is the release page; nil if there is none or none was asked for.
	Release *evidence.ReleasePage
	// Published is what the forge keeps for others to fetch, by digest: files of the
	// release page, versions of packages.
	Published map[evidence.Digest]evidence.Publication
	// RunStartedAt is when Options.Run began; nil if the forge does not know it.
	RunStartedAt *evidence.Time
	// Teams are the teams asked for reviews and those that stand for a role.
	Teams []evidence.Team
	// Access are who may write to the repository.
	Access []evidence.AccessGrant
	// Unread lists what could not be read. What it names Unknown must not be
	// taken as absent.
	Unread []evidence.Unread
	// Notes are observations that a person may mind.
	Notes []string
	// Answers are the raw answers, to be embedded as a material.
	Answers *Answers
	// Texts are the changes' free text, to be embedded as another; nil if there
	// are no changes.
	Texts *Texts
	// Separated are the parts that were taken out of the answers.
	Separated []*Separated
}

// Publish adds what has a digest, as the forge writes it, to Published. What has
// none, or another than SHA-256, cannot be told by anybody.
func (r *Result) Publish(digest string, p evidence.Publication) {
	d, err := evidence.ParseDigest(digest)
	if err != nil {
		return
	}
	if r.Published == nil {
		r.Published = map[evidence.Digest]evidence.Publication{}
	}
	if _, ok := r.Published[d]; !ok {
		r.Published[d] = p
	}
}

// Endpoint is one endpoint that a collector asks.
type Endpoint struct {
	Name     string   // method and path, as documented by the forge
	Scope    string   // the least permission it needs
	Controls []string // patterns of the controls that need it
}

// Change is a merged pull or merge request with what is not stated of it.
type Change struct {
	evidence.Change
	// Number is the change's number in its repository.
	Number int64
	// Free is its free text, for finding tickets and template fields. It is not
	// part of any statement (rules of format, R2).
	Free Text
}

// The proofs that a commit came with a change (controls catalogue, G3),
// strongest first.
const (
	ByMergeCommit = "merge-commit" // the forge's record of the merge or squash commit
	ByCommitList  = "commit-list"  // the change's own list of commits
	ByForge       = "forge"        // the forge says so and nothing else does
)

// Stronger returns the stronger of two proofs; "" is none.
func Stronger(a, b string) string {
	for _, p := range []string{ByMergeCommit, ByCommitList, ByForge} {
		if a == p || b == p {
			return p
		}
	}
	return ""
}

// The merge methods. SquashOrRebase is one commit that may be either.
const (
	MergeCommit    = "merge"
	Squash         = "squash"
	Rebase         = "rebase"
	FastForward    = "fast-forward"
	SquashOrRebase = "squash-or-rebase"
)
