package evidence

// RoleDirectory says who holds which role in a repository, and from when to
// when (3.20). Its scope says which repository. At is when the directory was
// read or written.
type RoleDirectory struct {
	Entry
	// Source is the system it was read from.
	Source ResourceDescriptor `json:"source" rec:"R;1.5.3,2.11.2"`
	// Roles are who holds which.
	Roles []RoleHolders `json:"roles" rec:"R;1.5.3"`
	// Actions are who is responsible and accountable for what.
	Actions []RoleAction `json:"actions,omitempty" rec:"O;1.5.3,2.11.2"`
}

// Validate implements [Predicate].
func (r *RoleDirectory) Validate() error { return validate(r) }

// RoleHolders are the holders of one role.
type RoleHolders struct {
	// Role is the role's name: "release-manager".
	Role string `json:"role" rec:"R;1.5.3"`
	// Holders hold it.
	Holders []Actor `json:"holders" rec:"R;1.5.3"`
	// Valid is from when to when; absent is as long as the directory holds.
	Valid *Interval `json:"valid,omitempty" rec:"O;1.5.3"`
}

// RoleAction is one row of the matrix of actions and roles.
type RoleAction struct {
	// Action is what is done.
	Action string `json:"action" rec:"R;1.5.3,2.11.2" enum:"implement|approve-change|create-tag|promote-staging|go-no-go|deploy-production|approve-emergency|post-change-review|backport|coordinate-train|other"`
	// Responsible are the roles that do it.
	Responsible []string `json:"responsible" rec:"R;1.5.3"`
	// Accountable is the role that answers for it.
	Accountable string `json:"accountable" rec:"R;1.5.3"`
}

// Retention says how long which evidence is kept and where (3.19). At is when
// it was stated.
type Retention struct {
	Entry
	// Items are the kinds of evidence.
	Items []RetentionItem `json:"items" rec:"R;1.21.3.4"`
	// Approval is who stated it.
	Approval *Signoff `json:"approval,omitempty" rec:"O;1.21.3.4"`
}

// Validate implements [Predicate].
func (r *Retention) Validate() error { return validate(r) }

// RetentionItem is one row of the retention table.
type RetentionItem struct {
	// Item is what is kept.
	Item string `json:"item" rec:"R;1.21.3.4,1.20.3.4,1.17.3.1" enum:"pull-requests|ci-logs|tag-verification|provenance|sbom|deployments|monitoring|artifacts|flag-history|other"`
	// System is the system of record.
	System string `json:"system" rec:"R;1.21.3.4"`
	// RetainDays is how long, in days.
	RetainDays *int64 `json:"retainDays" rec:"R;1.21.3.4"`
	// Immutable says whether the system forbids changes.
	Immutable bool `json:"immutable,omitempty" rec:"O;1.20.3.4"`
	// LinkKeys are what it is found by: "commit", "digest".
	LinkKeys []string `json:"linkKeys" rec:"R;1.21.3.4"`
}
