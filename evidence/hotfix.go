package evidence

// Hotfix is the evidence of one urgent repair of production (3.5). At is when
// it was classified.
type Hotfix struct {
	Entry
	// Incident is the incident or ticket.
	Incident ResourceDescriptor `json:"incident" rec:"R;1.16.6.2" gate:"same"`
	// Severity is the incident's severity in the organisation's own scale.
	Severity string `json:"severity" rec:"R;1.16.6.2" gate:"same"`
	// Classification says by which process it went out.
	Classification string `json:"classification" rec:"R;1.16.6.2" enum:"hotfix|emergency" gate:"same"`
	// Base is the production release that it repairs.
	Base HotfixBase `json:"base" rec:"R;1.16.3"`
	// Branch is the branch it was made on.
	Branch string `json:"branch,omitempty" rec:"d;1.16.6.1"`
	// TargetVersion is the version it becomes.
	TargetVersion string `json:"targetVersion,omitempty" rec:"d;1.16.6.1"`
	// PullRequests are the hotfix's own, approved by code owners.
	PullRequests []ResourceDescriptor `json:"pullRequests" rec:"R;1.16.6.2"`
	// ForwardPorts are the pull requests that bring it to the main line.
	ForwardPorts []ResourceDescriptor `json:"forwardPorts,omitempty" rec:"C;1.16.6.2;once they are open"`
	// Runs are the CI runs with the state of their gates.
	Runs []ResourceDescriptor `json:"runs" rec:"R;1.16.6.2"`
	// Tag is the tag of the repaired release.
	Tag string `json:"tag" rec:"R;1.16.6.2"`
	// Commit is the commit of the repaired release.
	Commit ObjectID `json:"commit" rec:"R;1.16.6.2" gate:"same"`
	// Artifacts are its artifacts: name, registry and digest.
	Artifacts []ResourceDescriptor `json:"artifacts" rec:"R;1.16.6.2" gate:"same"`
	// Approvals are the decisions of its promotions, the production one by name.
	Approvals []Signoff `json:"approvals" rec:"R;1.16.6.2"`
	// RollbackPlan is how to go back.
	RollbackPlan string `json:"rollbackPlan" rec:"R;1.16.6.2"`
	// RollbackUsed says whether it was needed.
	RollbackUsed bool `json:"rollbackUsed,omitempty" rec:"O;1.16.6.2"`
	// SecurityReview is the review, or the exception that replaces it.
	SecurityReview SecurityReview `json:"securityReview" rec:"R;1.16.3.3"`
	// Waivers are the ids of exceptions it used.
	Waivers []string `json:"waivers,omitempty" rec:"d;1.16.3" gate:"same"`
	// Deferral is why it waits for a train instead.
	Deferral *Deferral `json:"deferral,omitempty" rec:"C;1.26.3;when it waits for a train"`
	// Summary is what was learned from the incident.
	Summary *PostIncident `json:"summary,omitempty" rec:"C;1.16.6.2,2.7.3.2;after the incident"`
}

// Validate implements [Predicate].
func (h *Hotfix) Validate() error { return validate(h) }

// HotfixBase is what a hotfix starts from: the release in production.
type HotfixBase struct {
	// Tag is its tag.
	Tag string `json:"tag" rec:"R;1.16.3"`
	// Commit is its commit.
	Commit ObjectID `json:"commit" rec:"R;1.16.3" gate:"same"`
	// Digests are its artifacts.
	Digests []DigestSet `json:"digests,omitempty" rec:"O;1.16.3"`
}

// SecurityReview says whether a security review was needed and who made it.
type SecurityReview struct {
	// Needed is the answer to that question.
	Needed string `json:"needed" rec:"R;1.16.3.3" enum:"yes|no" gate:"same"`
	// By made the review.
	By *Actor `json:"by,omitempty" rec:"C;1.16.3.3;when needed, unless exception is given"`
	// At is when.
	At *Time `json:"at,omitempty" rec:"C;1.16.3.3;when by is given"`
	// Exception is the id of the exception that replaces it.
	Exception string `json:"exception,omitempty" rec:"C;1.16.3.3;when needed and not made" gate:"same"`
}

func (s *SecurityReview) conditions(v *validator, at string) {
	v.need(s.Needed == "yes", at+"/by", s.By != nil || s.Exception != "", "when a review is needed, or an exception")
	v.need(s.By != nil, at+"/at", s.At != nil, "when by is given")
}

// Deferral is the decision to let a repair wait for a train.
type Deferral struct {
	// Risk is the risk of waiting.
	Risk string `json:"risk" rec:"R;1.26.3"`
	// Mitigations are what is done meanwhile.
	Mitigations []string `json:"mitigations" rec:"R;1.26.3"`
	// Train is the train it waits for.
	Train string `json:"train" rec:"R;1.26.3"`
	// Approval is who agreed.
	Approval Signoff `json:"approval" rec:"R;1.26.3"`
}

// PostIncident is the checklist after an incident (2.7.3.2).
type PostIncident struct {
	// RootCause points at the analysis.
	RootCause ResourceDescriptor `json:"rootCause" rec:"R;2.7.3.2"`
	// FollowUps are the preventive tasks.
	FollowUps []FollowUp `json:"followUps" rec:"R;2.7.3.2"`
	// MetricsUpdatedAt is when time to restore, failure rate and lead time were
	// brought up to date.
	MetricsUpdatedAt Time `json:"metricsUpdatedAt" rec:"R;2.7.3.2"`
	// Guards are the tests, alerts or controls added.
	Guards []string `json:"guards" rec:"R;2.7.3.2"`
	// ForwardPort is the verified way of the repair to the main line.
	ForwardPort ResourceDescriptor `json:"forwardPort" rec:"R;2.7.3.2"`
}
