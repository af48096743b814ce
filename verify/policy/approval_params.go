package policy

import "time"

// ApprovalParams are the values that the controls of approvals and the separation of duties take.
type ApprovalParams struct {
	// ReleaseManagers are the roles whose holders decide about releases.
	ReleaseManagers []string `json:"releaseManagers"`
	// ApproverRoles are the roles whose holders may approve for production.
	ApproverRoles []string `json:"approverRoles"`
	// ApprovalMaxAge is how long before the promotion an approval may have been
	// given without a warning.
	ApprovalMaxAge Span `json:"approvalMaxAge"`
	// ApprovalSystems are the systems in which production is approved, as the
	// records of gates name them, and "dossier" for approvals that the approver
	// signed. None is any system that is neither a review nor a ticket.
	ApprovalSystems []string `json:"approvalSystems"`
	// ReviewerSeparation says whether somebody must have approved for production
	// who reviewed no pull request of the release, or for each pull request
	// somebody who did not review that one (A56).
	ReviewerSeparation string `json:"reviewerSeparation"`
	// SeparationEnforced says that tooling enforces the separation of duties (A17).
	SeparationEnforced bool `json:"separationEnforced"`
}

const (
	perRelease     = "release"
	perPullRequest = "pull-request"
)

var approvalParameters = []Parameter{
	words("release-managers", "roles whose holders decide about releases", "A11", []string{"release-manager"}, func(p *Params) *[]string { return &p.ReleaseManagers }),
	words("approver-roles", "roles whose holders may approve for production", "A11", []string{"release-manager", "service-owner", "incident-commander"}, func(p *Params) *[]string { return &p.ApproverRoles }),
	length("approval-max-age", "how long before the promotion an approval may have been given without a warning", "1.13.3.1", 7*24*time.Hour, 366*24*time.Hour, func(p *Params) *Span { return &p.ApprovalMaxAge }),
	words("approval-systems", "systems in which production is approved, dossier for approvals signed by the approver; none means any that is neither a review nor a ticket", "1.21.3.2", []string{}, func(p *Params) *[]string { return &p.ApprovalSystems }),
	choice("reviewer-separation", "whether somebody approved for production who reviewed no pull request of the release, or none of each pull request: release or pull-request", "A56", perRelease, []string{perRelease, perPullRequest}, func(p *Params) *string { return &p.ReviewerSeparation }),
	toggle("separation-enforced", "whether tooling enforces the separation of duties; if not, a decision says what stands in for it", "A17", true, func(p *Params) *bool { return &p.SeparationEnforced }),
}
