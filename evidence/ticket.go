package evidence

// Ticket is a change record as its system had it, or its id alone. Summary,
// description and comments are in no statement but in the material of the
// answers (rules of format, R2).
type Ticket struct {
	// ID is the ticket's key: "PAY-812", "CHG0030052".
	ID string `json:"id" rec:"R;1.3.2"`
	// Basis says whether the system was asked. Of a ticket that is only referred
	// to nothing is known but that somebody wrote its id.
	Basis string `json:"basis" rec:"R;1.3.2" enum:"fetched|referenced-only"`
	// System is the kind of system, or its mapping: "jira-cloud".
	System string `json:"system,omitempty" rec:"O;1.3.2"`
	// URI is its page.
	URI string `json:"uri,omitempty" rec:"O;1.3.2"`
	// AskedAs is the key it was asked for, if it has moved since.
	AskedAs string `json:"askedAs,omitempty" rec:"O;1.3.2"`
	// Type is its type in the system's own word: "Change".
	Type string `json:"type,omitempty" rec:"O;1.11.3"`
	// State is its state in the system's own word.
	State string `json:"state,omitempty" rec:"O;1.11.3"`
	// StateCategory is what that means.
	StateCategory string `json:"stateCategory,omitempty" rec:"O;1.11.3" enum:"open|in-progress|closed"`
	// Resolution is how it was closed.
	Resolution string `json:"resolution,omitempty" rec:"O;1.11.3"`
	// Priority is its priority in the system's own word.
	Priority string `json:"priority,omitempty" rec:"O;1.11.3"`
	// Risk is its risk in the system's own word.
	Risk string `json:"risk,omitempty" rec:"O;1.11.3"`
	// Owner is who it is assigned to.
	Owner *Actor `json:"owner,omitempty" rec:"O;1.11.3"`
	// RequestedBy asked for it.
	RequestedBy *Actor `json:"requestedBy,omitempty" rec:"O;1.13.3.3"`
	// CreatedAt is when it was opened.
	CreatedAt *Time `json:"createdAt,omitempty" rec:"O;1.11.3"`
	// UpdatedAt is when it was changed last.
	UpdatedAt *Time `json:"updatedAt,omitempty" rec:"O;1.11.3"`
	// ResolvedAt is when it was closed.
	ResolvedAt *Time `json:"resolvedAt,omitempty" rec:"O;1.11.3"`
	// Planned is from when to when the change is planned.
	Planned *Interval `json:"planned,omitempty" rec:"O;1.21.3.5"`
	// Transitions are the changes of its state, as the system's log has them.
	Transitions []TicketTransition `json:"transitions,omitempty" rec:"O;1.11.3"`
	// Approvals are the decisions of its approvers, as the system states them.
	// An approver's own [Approval] prevails over it (R18).
	Approvals []Signoff `json:"approvals,omitempty" rec:"O;1.13.3.3"`
	// TakenAt is when it was read; absent if nobody asked.
	TakenAt *Time `json:"takenAt,omitempty" rec:"C;1.21.3.4;when fetched"`
}

func (t *Ticket) conditions(v *validator, at string) {
	v.need(t.Basis == "fetched", at+"/takenAt", t.TakenAt != nil, "when fetched")
}

// TicketTransition is one entry in a ticket's log.
type TicketTransition struct {
	// ID is the system's own id of it.
	ID string `json:"id" rec:"R;1.11.3"`
	// At is when.
	At *Time `json:"at,omitempty" rec:"O;1.11.3"`
	// By did it.
	By *Actor `json:"by,omitempty" rec:"O;1.11.3"`
	// Field is what changed.
	Field string `json:"field" rec:"R;1.11.3" enum:"status|resolution|approval"`
	// From is the value before.
	From string `json:"from,omitempty" rec:"O;1.11.3"`
	// To is the value after.
	To string `json:"to,omitempty" rec:"O;1.11.3"`
}

// Workload is something that runs, as the platform it runs on reports it.
type Workload struct {
	// ID is the platform's own id of it.
	ID string `json:"id" rec:"R;1.21.3.3"`
	// System is what it was read from: "kubernetes", "argocd".
	System string `json:"system" rec:"R;1.21.3.3"`
	// Environment is the environment's own name.
	Environment string `json:"environment" rec:"R;1.21.3.3"`
	// Name is its name there.
	Name string `json:"name,omitempty" rec:"O;1.21.3.3"`
	// Namespace is where it runs.
	Namespace string `json:"namespace,omitempty" rec:"O;1.21.3.3"`
	// State is its state or health in the platform's own word.
	State string `json:"state,omitempty" rec:"O;1.21.3.3"`
	// ConfigVersion is the version of its configuration.
	ConfigVersion string `json:"configVersion,omitempty" rec:"O;1.19.3"`
	// StartedAt is since when it runs.
	StartedAt *Time `json:"startedAt,omitempty" rec:"O;1.21.3.3"`
	// Images are what runs in it. An image without a digest is a mere name.
	Images []ResourceDescriptor `json:"images,omitempty" rec:"O;1.21.3.3"`
	// TakenAt is when it was read.
	TakenAt Time `json:"takenAt" rec:"R;1.21.3.3"`
}
