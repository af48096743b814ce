// Package github collects the evidence of a release from GitHub: github.com,
// GitHub Enterprise Cloud and GitHub Enterprise Server, by the REST interface
// of version 2022-11-28.
//
// # What is asked, and the least permission for it
//
// Permissions are those of fine-grained tokens and GitHub Apps; all are "read".
// A public repository needs a token only for what is marked with a star, and
// for a usable rate limit.
//
//	GET /repos/{owner}/{repo}                                 Metadata; merge methods: Contents (write) *
//	GET /repos/{owner}/{repo}/commits/{sha}/pulls             Pull requests
//	GET /repos/{owner}/{repo}/pulls/{number}                  Pull requests
//	GET /repos/{owner}/{repo}/pulls/{number}/reviews          Pull requests
//	GET /repos/{owner}/{repo}/pulls/{number}/commits          Pull requests
//	GET /repos/{owner}/{repo}/issues/{number}/timeline        Pull requests
//	GET /repos/{owner}/{repo}/activity                        Contents
//	GET /repos/{owner}/{repo}/git/commits/{sha}               Contents
//	GET /repos/{owner}/{repo}/commits/{sha}/check-runs        Checks
//	GET /repos/{owner}/{repo}/commits/{sha}/statuses          Commit statuses
//	GET /repos/{owner}/{repo}/rulesets                        Metadata
//	GET /repos/{owner}/{repo}/rulesets/{id}                   Metadata; bypass actors: Administration (write) *
//	GET /repos/{owner}/{repo}/branches/{branch}               Contents
//	GET /repos/{owner}/{repo}/branches/{branch}/protection    Administration *
//	GET /repos/{owner}/{repo}/environments                    Actions
//	GET /repos/{owner}/{repo}/deployments                     Deployments
//	GET /repos/{owner}/{repo}/deployments/{id}/statuses       Deployments
//	GET /repos/{owner}/{repo}/actions/runs                    Actions
//	GET /repos/{owner}/{repo}/actions/runs/{id}/approvals     Actions
//	GET /repos/{owner}/{repo}/releases/tags/{tag}             Contents
//	GET /{owners}/{owner}/packages/container/{name}/versions  Packages, of a classic token; {owners}: orgs or users
//	GET /repos/{owner}/{repo}/collaborators                   Metadata, by an account that may write *
//	GET /orgs/{org}/teams/{slug}/members                      Members (organisation) *
//
// # What GitHub does not say
//
// The reviews' list gives a dismissed review the state "dismissed" only; what
// it was, and until when it stood, is read from the timeline. The decisions of
// an environment's reviewers carry no time: each lies between the run's creation
// and the deployment's first progress. When a branch was made and pushed to is
// in the repository's activity, for branches of the repository itself and as
// long as GitHub keeps it (not on GitHub Enterprise Server before 3.12); of a
// fork's branch there are forced pushes only. A pull request's list of commits
// ends at 250: beyond, it is incomplete. The merge method is read from the
// commits; for one commit whose message was changed, squash and rebase look
// alike. A team's members count as they are now.
//
// Accounts are bots if the interface gives their type as "Bot", whatever they
// are called. GitHub's own committer for changes made in the browser (account
// 19864447 of github.com) is no author.
package github
