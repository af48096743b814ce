package evidence

// Collected is one system of record that was asked while a record was
// assembled. It says where facts of the record come from and, above all, what
// could not be read: a control that needs that is unknown, not passed.
type Collected struct {
	// Source is its name in the configuration: "github", "jira".
	Source string `json:"source" rec:"R;R11"`
	// URI is where it was asked, or what was read instead.
	URI string `json:"uri,omitempty" rec:"O;R11"`
	// Retriever names the program that asked.
	Retriever string `json:"retriever,omitempty" rec:"O;1.21.3.4"`
	// At is from when to when its answers came.
	At *Interval `json:"at,omitempty" rec:"O;1.21.3.4"`
	// Materials are its answers, among the materials of this statement.
	Materials []Digest `json:"materials,omitempty" rec:"O;R19"`
	// Notes are observations that a person may mind: clocks that differ, a
	// repository that has moved.
	Notes []string `json:"notes,omitempty" rec:"O;1.21.3.4"`
	// Unread is what it did not give.
	Unread []Unread `json:"unread,omitempty" rec:"C;R11;when something could not be read"`
}

// Unread is evidence that exists or may exist and could not be read.
type Unread struct {
	// What is what was asked for: an endpoint, a file; "everything" if the
	// source as a whole gave nothing.
	What string `json:"what" rec:"R;R11"`
	// Subject is the first thing that was asked about: "pull request 12".
	Subject string `json:"subject,omitempty" rec:"O;R11"`
	// Count is how often the same happened, if more than once.
	Count int64 `json:"count,omitzero" rec:"O;R11"`
	// Status is the HTTP status of the answer, if that was the reason.
	Status int64 `json:"status,omitzero" rec:"O;R11"`
	// Why is why it could not be read.
	Why string `json:"why" rec:"R;R11"`
	// Needs is the least permission that would have sufficed, if a permission was
	// the reason.
	Needs string `json:"needs,omitempty" rec:"O;R11"`
	// Remedy is what to do about it before a record is made again.
	Remedy string `json:"remedy,omitempty" rec:"O;R11"`
	// AllowedBy says how it came that the record was made without it, if it
	// would otherwise have stopped: "--allow-incomplete github".
	AllowedBy string `json:"allowedBy,omitempty" rec:"O;R11"`
	// Unknown are the controls that cannot be decided without it, as patterns
	// of control ids: "access/*".
	Unknown []string `json:"unknown" rec:"R;R11"`
}

// Fix is the remedy, else to give the permission that is missing; "" if neither
// is known.
func (u Unread) Fix() string {
	if u.Remedy == "" && u.Needs != "" {
		return "give the token the permission " + u.Needs
	}
	return u.Remedy
}
