package evidence

// ReleaseBranch tracks one release branch (3.8). At is when it was cut.
type ReleaseBranch struct {
	Entry
	// Branch is its name.
	Branch string `json:"branch" rec:"R;1.15.5.2"`
	// TargetVersion is the version that it leads to.
	TargetVersion string `json:"targetVersion" rec:"R;1.15.5.2"`
	// CutOff is the commit of the main line where it begins.
	CutOff ObjectID `json:"cutOff" rec:"R;1.15.5.2"`
	// Captain leads it.
	Captain *Actor `json:"captain,omitempty" rec:"O;1.15.3"`
	// State says how far it is.
	State string `json:"state" rec:"R;1.15.5.2" enum:"open|released|closed"`
	// Blockers are the tickets that must be closed first; none is an empty list
	// left out.
	Blockers []ResourceDescriptor `json:"blockers,omitempty" rec:"C;1.15.5.2;when there are any"`
	// CherryPicks are the pairs of pull requests on the main line and here.
	CherryPicks []CherryPick `json:"cherryPicks,omitempty" rec:"C;1.15.5.2;when there are any"`
	// ExitCriteria are met before release.
	ExitCriteria []Criterion `json:"exitCriteria,omitempty" rec:"O;1.15.3"`
	// RegressionRuns are the test runs on it.
	RegressionRuns []ResourceDescriptor `json:"regressionRuns,omitempty" rec:"O;1.15.3"`
	// BranchOnly are changes that the main line does not have.
	BranchOnly []BranchOnlyChange `json:"branchOnly,omitempty" rec:"C;1.15.3;when there are any"`
	// GoNoGo are the decisions to release.
	GoNoGo []Signoff `json:"goNoGo,omitempty" rec:"C;1.15.5.2;once released"`
	// Tag is the signed tag.
	Tag string `json:"tag,omitempty" rec:"C;1.15.5.2;once released"`
	// Digests are the released artifacts.
	Digests []DigestSet `json:"digests,omitempty" rec:"C;1.15.5.2;once released"`
	// Window is the change window of the release.
	Window *WindowUse `json:"window,omitempty" rec:"C;1.15.5.2;once released, unless emergency is given"`
	// Emergency is the id of the emergency record.
	Emergency string `json:"emergency,omitempty" rec:"C;1.15.5.2;outside any window"`
	// Closure is how it was closed.
	Closure *BranchClosure `json:"closure,omitempty" rec:"C;1.15.3;once closed"`
	// LongTermSupport is its support, if it lives on.
	LongTermSupport *LongTermSupport `json:"longTermSupport,omitempty" rec:"O;1.15.3"`
}

// Validate implements [Predicate].
func (b *ReleaseBranch) Validate() error { return validate(b) }

func (b *ReleaseBranch) conditions(v *validator, at string) {
	released := b.State == "released" || b.State == "closed"
	v.need(released, at+"/goNoGo", len(b.GoNoGo) > 0, "once released")
	v.need(released, at+"/tag", b.Tag != "", "once released")
	v.need(released, at+"/digests", len(b.Digests) > 0, "once released")
	v.underWindow(released, at, b.Window, b.Emergency)
	v.need(b.State == "closed", at+"/closure", b.Closure != nil, "once closed")
}

// CherryPick is one change on the main line and its copy on a branch.
type CherryPick struct {
	// Original is the pull request on the main line.
	Original ResourceDescriptor `json:"original" rec:"R;1.15.5.2"`
	// Pick is the pull request on the branch.
	Pick ResourceDescriptor `json:"pick" rec:"R;1.15.5.2"`
	// Ticket is the blocker it closes.
	Ticket *ResourceDescriptor `json:"ticket,omitempty" rec:"O;1.15.5.2"`
}

// Criterion is one condition and its state.
type Criterion struct {
	// Text is the condition.
	Text string `json:"text" rec:"R;1.15.3"`
	// State says whether it is met.
	State string `json:"state" rec:"R;1.15.3" enum:"open|met|waived"`
	// Evidence shows it.
	Evidence []ResourceDescriptor `json:"evidence,omitempty" rec:"O;1.15.3"`
}

// BranchOnlyChange is a change that the main line does not have.
type BranchOnlyChange struct {
	// Change is the pull request.
	Change ResourceDescriptor `json:"change" rec:"R;1.15.3"`
	// Rationale is why it is not on the main line.
	Rationale string `json:"rationale" rec:"R;1.15.3"`
	// Approver allowed it.
	Approver Actor `json:"approver" rec:"R;1.15.3"`
	// Reconciliation is how the lines meet again.
	Reconciliation string `json:"reconciliation" rec:"R;1.15.3"`
}

// BranchClosure is how a release branch ended.
type BranchClosure struct {
	// FixesOnMain are the pull requests that brought its fixes to the main line.
	FixesOnMain []ResourceDescriptor `json:"fixesOnMain,omitempty" rec:"O;1.15.3"`
	// Notes are the published release notes.
	Notes ResourceDescriptor `json:"notes" rec:"R;1.15.3"`
	// DeletedAt is when the branch was deleted.
	DeletedAt *Time `json:"deletedAt,omitempty" rec:"C;1.15.3;unless it is supported on"`
}

// LongTermSupport is the support of an old line.
type LongTermSupport struct {
	// Owner is the team or role.
	Owner string `json:"owner" rec:"R;1.15.3"`
	// Until is the end of support.
	Until Time `json:"until" rec:"R;1.15.3"`
	// BackportPolicy says what is brought back to it.
	BackportPolicy string `json:"backportPolicy" rec:"R;1.15.3"`
}
