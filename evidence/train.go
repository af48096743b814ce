package evidence

// Train is one departure of a release train (3.11). At is its cut-off.
type Train struct {
	Entry
	// Name is the train's name.
	Name string `json:"name" rec:"R;1.14.3"`
	// Captain leads it.
	Captain Actor `json:"captain" rec:"R;1.14.3"`
	// Schedule is what was published.
	Schedule TrainSchedule `json:"schedule" rec:"R;1.14.3"`
	// CutOff is the commit where it was cut.
	CutOff ObjectID `json:"cutOff" rec:"R;1.14.3"`
	// Branch is the branch it was stabilised on.
	Branch string `json:"branch,omitempty" rec:"C;1.14.3;unless skipBranchRationale is given"`
	// SkipBranchRationale is why there is no release branch.
	SkipBranchRationale string `json:"skipBranchRationale,omitempty" rec:"C;1.14.3;without a release branch"`
	// Included are the pull requests on board.
	Included []ResourceDescriptor `json:"included" rec:"R;1.14.3"`
	// Excluded are the pull requests left behind.
	Excluded []ResourceDescriptor `json:"excluded,omitempty" rec:"C;1.14.3;when there are any"`
	// Decisions are the log of decisions.
	Decisions []LogEntry `json:"decisions" rec:"R;1.14.3"`
	// GoNoGo is the id of the go/no-go record.
	GoNoGo string `json:"goNoGo,omitempty" rec:"C;1.14.3;once decided"`
	// Window is the id of the production window.
	Window string `json:"window,omitempty" rec:"C;1.14.3;once planned"`
	// Retrospective is what was learned.
	Retrospective *ResourceDescriptor `json:"retrospective,omitempty" rec:"O;1.14.6"`
	// FollowUps come out of it.
	FollowUps []FollowUp `json:"followUps,omitempty" rec:"O;1.14.6"`
}

// Validate implements [Predicate].
func (t *Train) Validate() error { return validate(t) }

func (t *Train) conditions(v *validator, at string) {
	v.need(t.Branch == "", at+"/skipBranchRationale", t.SkipBranchRationale != "", "without a release branch")
}

// TrainSchedule are a train's times.
type TrainSchedule struct {
	// PublishedAt is when they were announced.
	PublishedAt Time `json:"publishedAt" rec:"R;1.14.3"`
	// CutOffAt is the planned cut-off.
	CutOffAt Time `json:"cutOffAt" rec:"R;1.14.3"`
	// Stabilisation is the planned time for repairs only.
	Stabilisation Interval `json:"stabilisation" rec:"R;1.14.3"`
	// GoNoGoAt is when it is decided.
	GoNoGoAt Time `json:"goNoGoAt" rec:"R;1.14.3"`
	// Production is the planned time of the production deployment.
	Production Interval `json:"production" rec:"R;1.14.3"`
}

// TrainRules are the standing rules of a train, part of a decision (3.11).
type TrainRules struct {
	// Cadence is how often it leaves.
	Cadence string `json:"cadence" rec:"R;1.8.5,1.25.3.1"`
	// CutOff defines the cut-off.
	CutOff string `json:"cutOff" rec:"R;1.14.3"`
	// Stabilisation are the rules and the length of the time after it.
	Stabilisation string `json:"stabilisation" rec:"R;1.14.3"`
	// GoNoGo says who attends and who approves.
	GoNoGo string `json:"goNoGo" rec:"R;1.14.3"`
	// Windows is how it fits the change windows.
	Windows string `json:"windows" rec:"R;1.14.3"`
	// Rollback is what is expected of a way back.
	Rollback string `json:"rollback" rec:"R;1.14.3"`
	// Exceptions is how hotfixes and backports are handled.
	Exceptions string `json:"exceptions" rec:"R;1.14.3"`
	// Channel is where it is announced.
	Channel string `json:"channel,omitempty" rec:"O;1.14.6"`
	// Effect is the expected effect on lead time and failure rate.
	Effect string `json:"effect" rec:"R;1.32.3.5"`
	// ManifestOwner owns the release manifest of several repositories.
	ManifestOwner string `json:"manifestOwner,omitempty" rec:"C;1.18.3.3;with several repositories"`
	// Repositories say which repositories ride on which of several trains, as
	// "repository: train".
	Repositories []string `json:"repositories,omitempty" rec:"C;1.25.3.1;with several trains"`
}
