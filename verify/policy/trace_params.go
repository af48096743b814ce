package policy

// TraceParams are the values that the controls of traceability take.
type TraceParams struct {
	// TicketPattern is the regular expression (RE2) that the whole id of a ticket
	// must match.
	TicketPattern string `json:"ticketPattern"`
}

var traceParameters = []Parameter{
	pattern("ticket-pattern", "regular expression for the whole id of a ticket; PAY-812 and CHG0030052 both match the default, and so does the issue #12", "A3", `[A-Z][A-Z0-9]*-?[0-9]+|#[0-9]+`, func(p *Params) *string { return &p.TicketPattern }),
}
