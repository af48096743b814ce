package gitlab

import "github.com/release-dossier/dossier/evidence/collect/forge"

const (
	project = "GET /projects/:id"
	request = project + "/merge_requests/:iid"

	reporter   = "read_api, role Reporter"
	maintainer = "read_api, role Maintainer"
)

// The endpoints, as package doc lists them.

func projectItself() forge.Endpoint {
	return forge.Endpoint{Name: project, Scope: reporter, Controls: []string{"*"}}
}

func commitRequests() forge.Endpoint {
	return forge.Endpoint{Name: project + "/repository/commits/:sha/merge_requests", Scope: reporter,
		Controls: []string{"trace/range-complete", "trace/prs-contained", "pr/*", "sod/*"}}
}

func mergeRequest() forge.Endpoint {
	return forge.Endpoint{Name: request, Scope: reporter, Controls: []string{"trace/*", "pr/*", "sod/*", "branch/*"}}
}

func requestCommits() forge.Endpoint {
	return forge.Endpoint{Name: request + "/commits", Scope: reporter,
		Controls: []string{"trace/range-complete", "pr/squash-to-main", "sod/*"}}
}

func versions() forge.Endpoint {
	return forge.Endpoint{Name: request + "/versions", Scope: reporter,
		Controls: []string{"pr/approval-on-merged-head", "branch/shared-not-rebased"}}
}

func approvals() forge.Endpoint {
	return forge.Endpoint{Name: request + "/approvals", Scope: reporter, Controls: reviewControls()}
}

func notes() forge.Endpoint {
	return forge.Endpoint{Name: request + "/notes", Scope: reporter,
		Controls: append(reviewControls(), "pr/checks-before-review-request")}
}

func reviewControls() []string {
	return []string{"trace/reviewers-on-record", "pr/min-approvals", "pr/approved-before-merge", "pr/approval-on-merged-head", "pr/codeowners-approved", "sod/reviewer-not-author"}
}

func statuses() forge.Endpoint {
	return forge.Endpoint{Name: project + "/repository/commits/:sha/statuses", Scope: reporter,
		Controls: []string{"check/*", "pr/checks-pass-before-merge", "pr/secrets-check", "tag/commit-passed-checks"}}
}

func protectedBranches() forge.Endpoint {
	return forge.Endpoint{Name: project + "/protected_branches", Scope: maintainer, Controls: forge.ProtectionControls()}
}

func protectedTags() forge.Endpoint {
	return forge.Endpoint{Name: project + "/protected_tags", Scope: maintainer, Controls: []string{"tag/*", "access/*"}}
}

func approvalSettings() forge.Endpoint {
	return forge.Endpoint{Name: project + "/approvals", Scope: maintainer, Controls: []string{"access/review-rule", "sod/enforcement-noted"}}
}

func approvalRules() forge.Endpoint {
	return forge.Endpoint{Name: project + "/approval_rules", Scope: maintainer + ", paid tier", Controls: []string{"access/review-rule"}}
}

func pushRule() forge.Endpoint {
	return forge.Endpoint{Name: project + "/push_rule", Scope: maintainer + ", paid tier", Controls: []string{"access/signed-commits"}}
}

func environments() forge.Endpoint {
	return forge.Endpoint{Name: project + "/environments", Scope: reporter, Controls: environmentControls()}
}

func protectedEnvironments() forge.Endpoint {
	return forge.Endpoint{Name: project + "/protected_environments", Scope: maintainer + ", paid tier", Controls: environmentControls()}
}

func environmentControls() []string {
	return []string{"access/deploy-gate-rule", "approval/manual", "sod/enforcement-noted"}
}

func deployments() forge.Endpoint {
	return forge.Endpoint{Name: project + "/deployments", Scope: reporter, Controls: []string{"promotion/*", "approval/*", "sod/*"}}
}

func deployment() forge.Endpoint {
	return forge.Endpoint{Name: project + "/deployments/:deployment_id", Scope: reporter, Controls: []string{"approval/*", "sod/*"}}
}

func releasePage() forge.Endpoint {
	return forge.Endpoint{Name: project + "/releases/:tag_name", Scope: reporter, Controls: []string{"notes/*"}}
}

func packages() forge.Endpoint {
	return forge.Endpoint{Name: project + "/packages", Scope: reporter, Controls: forge.PublicationControls()}
}

func packageFiles() forge.Endpoint {
	return forge.Endpoint{Name: project + "/packages/:package_id/package_files", Scope: reporter, Controls: forge.PublicationControls()}
}

func groupMembers() forge.Endpoint {
	return forge.Endpoint{Name: "GET /groups/:id/members/all", Scope: "read_api, role Guest in the group", Controls: []string{"pr/codeowners-approved"}}
}

func projectMembers() forge.Endpoint {
	return forge.Endpoint{Name: project + "/members/all", Scope: reporter, Controls: []string{"access/least-privilege"}}
}

func account() forge.Endpoint {
	return forge.Endpoint{Name: "GET /users/:id", Scope: "read_api", Controls: []string{"sod/bots-do-not-count", "pr/min-approvals", "approval/*"}}
}

// Endpoints returns every endpoint that [Collect] asks, with the least
// permission it needs and the controls that need it.
func Endpoints() []forge.Endpoint {
	return []forge.Endpoint{
		projectItself(), commitRequests(), mergeRequest(), requestCommits(), versions(), approvals(), notes(),
		statuses(), protectedBranches(), protectedTags(), approvalSettings(), approvalRules(), pushRule(),
		environments(), protectedEnvironments(), deployments(), deployment(), releasePage(), packages(), packageFiles(), groupMembers(), projectMembers(), account(),
	}
}
