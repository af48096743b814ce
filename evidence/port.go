package evidence

// Backport is a change of the main line brought to an older one (3.23). At is
// when it was merged.
type Backport struct {
	Entry
	// Original is the pull request on the main line with its commits.
	Original PullRequestCommits `json:"original" rec:"R;1.27.2"`
	// TargetLine is the line it went to: "1.4".
	TargetLine string `json:"targetLine" rec:"R;1.27.2"`
	// Port is the new pull request with its commits.
	Port PullRequestCommits `json:"port" rec:"R;1.27.2"`
	// Labels are the labels of the new pull request.
	Labels []string `json:"labels,omitempty" rec:"O;1.27.2"`
	// Rationale is why it is needed there.
	Rationale string `json:"rationale" rec:"R;1.27.2,2.5.3"`
	// Divergence is how it differs from the original; "none" if it does not.
	Divergence string `json:"divergence" rec:"R;2.5.3"`
	// Conflicts are how conflicts were resolved.
	Conflicts string `json:"conflicts,omitempty" rec:"C;1.27.2;when there were any"`
	// TestEvidence are the runs on the target line.
	TestEvidence []ResourceDescriptor `json:"testEvidence" rec:"R;2.5.3"`
	// Ticket is the ticket or blocker.
	Ticket ResourceDescriptor `json:"ticket" rec:"R;1.27.2"`
	// First is why it went to the older line first, and what follows.
	First *FirstElsewhere `json:"first,omitempty" rec:"C;1.27.2;when it was not on the main line before"`
}

// Validate implements [Predicate].
func (b *Backport) Validate() error { return validate(b) }

// FirstElsewhere excuses a change that was not on the main line first.
type FirstElsewhere struct {
	// Rationale is why.
	Rationale string `json:"rationale" rec:"R;1.27.2"`
	// FollowUp is the pull request or ticket for the main line.
	FollowUp ResourceDescriptor `json:"followUp" rec:"R;1.27.2"`
}

// ForwardPort is a hotfix brought to the main line (3.23). At is when it was
// merged, or found not to apply.
type ForwardPort struct {
	Entry
	// Commits are the hotfix's commits.
	Commits []ObjectID `json:"commits" rec:"R;1.16.3"`
	// ProductionTag is the tag of the hotfix release.
	ProductionTag string `json:"productionTag" rec:"R;2.5.3"`
	// Incident is the incident or ticket.
	Incident ResourceDescriptor `json:"incident" rec:"R;2.5.3"`
	// TargetBranch is where it goes.
	TargetBranch string `json:"targetBranch" rec:"R;1.16.3"`
	// PullRequest is the pull request there.
	PullRequest *ResourceDescriptor `json:"pullRequest,omitempty" rec:"C;1.16.3;unless notApplicable is given"`
	// Method is how it was brought over.
	Method string `json:"method,omitempty" rec:"C;1.16.3;unless notApplicable is given" enum:"cherry-pick|merge|rewrite"`
	// MergedCommits are the commits on the target branch.
	MergedCommits []ObjectID `json:"mergedCommits,omitempty" rec:"O;1.16.3"`
	// NotApplicable is why the target does not need it.
	NotApplicable *NotApplicable `json:"notApplicable,omitempty" rec:"C;1.16.3;when the target does not need it"`
}

// Validate implements [Predicate].
func (f *ForwardPort) Validate() error { return validate(f) }

func (f *ForwardPort) conditions(v *validator, at string) {
	v.need(f.NotApplicable == nil, at+"/pullRequest", f.PullRequest != nil, "unless notApplicable is given")
	v.need(f.NotApplicable == nil, at+"/method", f.Method != "", "unless notApplicable is given")
}

// NotApplicable says why something does not apply, and who agreed.
type NotApplicable struct {
	// Rationale is why.
	Rationale string `json:"rationale" rec:"R;1.16.3"`
	// Approver agreed.
	Approver Actor `json:"approver" rec:"R;1.16.3"`
}
