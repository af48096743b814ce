package github

import "github.com/release-dossier/dossier/evidence/collect/forge"

// The endpoints, as package doc lists them.
const repo = "GET /repos/{owner}/{repo}"

func repository() forge.Endpoint {
	return forge.Endpoint{Name: repo, Scope: "Metadata: read", Controls: []string{"*"}}
}

func settings() forge.Endpoint {
	return forge.Endpoint{Name: repo, Scope: "Metadata: read; for merge methods Contents: write", Controls: []string{"access/squash-rule"}}
}

func collaborators() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/collaborators", Scope: "Metadata: read, by an account that may write", Controls: []string{"access/least-privilege"}}
}

func activity() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/activity", Scope: "Contents: read",
		Controls: []string{"branch/short-lived", "branch/shared-not-rebased", "trace/chronology"}}
}

func commitPulls() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/commits/{sha}/pulls", Scope: "Pull requests: read",
		Controls: []string{"trace/range-complete", "trace/prs-contained", "pr/*", "sod/*"}}
}

func pull() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/pulls/{number}", Scope: "Pull requests: read",
		Controls: []string{"trace/*", "pr/*", "sod/*", "branch/*"}}
}

func pullReviews() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/pulls/{number}/reviews", Scope: "Pull requests: read",
		Controls: []string{"trace/reviewers-on-record", "pr/min-approvals", "pr/approved-before-merge", "pr/approval-on-merged-head", "pr/codeowners-approved", "sod/reviewer-not-author"}}
}

func pullCommits() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/pulls/{number}/commits", Scope: "Pull requests: read",
		Controls: []string{"trace/range-complete", "pr/squash-to-main", "sod/*"}}
}

func timeline() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/issues/{number}/timeline", Scope: "Pull requests: read",
		Controls: []string{"branch/shared-not-rebased", "pr/checks-before-review-request", "pr/approved-before-merge"}}
}

func gitCommit() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/git/commits/{sha}", Scope: "Contents: read",
		Controls: []string{"pr/squash-to-main", "pr/merge-method-allowed"}}
}

func checkRuns() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/commits/{sha}/check-runs", Scope: "Checks: read", Controls: checkControls()}
}

func statuses() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/commits/{sha}/statuses", Scope: "Commit statuses: read", Controls: checkControls()}
}

func checkControls() []string {
	return []string{"check/*", "pr/checks-pass-before-merge", "pr/secrets-check", "tag/commit-passed-checks"}
}

func rulesets() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/rulesets", Scope: "Metadata: read", Controls: forge.ProtectionControls()}
}

func ruleset() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/rulesets/{id}", Scope: "Metadata: read; for bypass actors Administration: write", Controls: forge.ProtectionControls()}
}

func branch() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/branches/{branch}", Scope: "Contents: read", Controls: forge.ProtectionControls()}
}

func protection() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/branches/{branch}/protection", Scope: "Administration: read", Controls: forge.ProtectionControls()}
}

func environments() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/environments", Scope: "Actions: read",
		Controls: []string{"access/deploy-gate-rule", "approval/manual", "sod/enforcement-noted"}}
}

func deployments() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/deployments", Scope: "Deployments: read", Controls: deploymentControls()}
}

func deploymentStatuses() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/deployments/{id}/statuses", Scope: "Deployments: read", Controls: deploymentControls()}
}

func deploymentControls() []string { return []string{"promotion/*", "approval/*", "sod/*"} }

func runs() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/actions/runs", Scope: "Actions: read", Controls: append(approvalControls(), "artifact/no-build-after-publish")}
}

func runApprovals() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/actions/runs/{id}/approvals", Scope: "Actions: read", Controls: approvalControls()}
}

func approvalControls() []string { return []string{"approval/*", "sod/*"} }

func releasePage() forge.Endpoint {
	return forge.Endpoint{Name: repo + "/releases/tags/{tag}", Scope: "Contents: read", Controls: append(forge.PublicationControls(), "notes/*")}
}

func packageVersions() forge.Endpoint {
	return forge.Endpoint{Name: "GET /{owners}/{owner}/packages/container/{name}/versions", Scope: "Packages: read (classic: read:packages)",
		Controls: []string{"artifact/no-build-after-publish", "check/stage-order", "promotion/uses-published"}}
}

func teamMembers() forge.Endpoint {
	return forge.Endpoint{Name: "GET /orgs/{org}/teams/{slug}/members", Scope: "Members (organisation): read",
		Controls: []string{"pr/codeowners-approved"}}
}

// Endpoints returns every endpoint that [Collect] asks, with the least
// permission it needs and the controls that need it.
func Endpoints() []forge.Endpoint {
	return []forge.Endpoint{
		repository(), commitPulls(), pull(), pullReviews(), pullCommits(), timeline(), gitCommit(),
		checkRuns(), statuses(), rulesets(), ruleset(), branch(), protection(), environments(),
		deployments(), deploymentStatuses(), runs(), runApprovals(), releasePage(), packageVersions(), teamMembers(), settings(), collaborators(), activity(),
	}
}
