package policy

import "time"

// FreezeParams are the values that the controls of freezes take.
type FreezeParams struct {
	// FreezeApprovers are the roles that may approve a freeze.
	FreezeApprovers []string `json:"freezeApprovers"`
	// FreezeIncidentLag is how much later than its begin a freeze that names an
	// incident may be approved.
	FreezeIncidentLag Span `json:"freezeIncidentLag"`
	// FreezeMax is how long a freeze should last at most.
	FreezeMax Span `json:"freezeMax"`
}

var freezeParameters = []Parameter{
	words("freeze-approvers", "roles that may approve a freeze", "A12", []string{"incident-commander", "release-manager", "service-owner"}, func(p *Params) *[]string { return &p.FreezeApprovers }),
	length("freeze-incident-lag", "how much later than its begin a freeze for an incident may be approved", "1.22.3.1", 30*time.Minute, day, func(p *Params) *Span { return &p.FreezeIncidentLag }),
	length("freeze-max", "how long a freeze should last at most", "1.32.3.1", 14*day, 365*day, func(p *Params) *Span { return &p.FreezeMax }),
}
