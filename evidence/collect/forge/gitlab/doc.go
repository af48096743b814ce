// Package gitlab collects the evidence of a release from GitLab: gitlab.com
// and self-managed instances, by the REST interface of version 4.
//
// # What is asked, and the least permission for it
//
// The token needs the scope "read_api" for everything; the role is that of its
// owner in the project. A job token is not enough. Endpoints marked with a star
// exist in paid tiers only.
//
//	GET /projects/:id                                        Reporter
//	GET /projects/:id/repository/commits/:sha/merge_requests Reporter
//	GET /projects/:id/merge_requests/:iid                    Reporter
//	GET /projects/:id/merge_requests/:iid/commits            Reporter
//	GET /projects/:id/merge_requests/:iid/versions           Reporter
//	GET /projects/:id/merge_requests/:iid/approvals          Reporter
//	GET /projects/:id/merge_requests/:iid/notes              Reporter
//	GET /projects/:id/repository/commits/:sha/statuses       Reporter
//	GET /projects/:id/protected_branches                     Maintainer
//	GET /projects/:id/protected_tags                         Maintainer
//	GET /projects/:id/approvals                              Maintainer
//	GET /projects/:id/approval_rules                         Maintainer *
//	GET /projects/:id/push_rule                              Maintainer *
//	GET /projects/:id/environments                           Reporter
//	GET /projects/:id/protected_environments                 Maintainer *
//	GET /projects/:id/deployments                            Reporter
//	GET /projects/:id/deployments/:deployment_id             Reporter
//	GET /projects/:id/releases/:tag_name                     Reporter
//	GET /projects/:id/packages                               Reporter
//	GET /projects/:id/packages/:package_id/package_files     Reporter
//	GET /projects/:id/members/all                            Reporter
//	GET /groups/:id/members/all                              Guest in the group
//	GET /users/:id                                           any account
//
// # What GitLab does not say
//
// The history of approvals is only in the system's notes, which GitLab writes
// in fixed English words; the notes' answers hold people's comments too. Which
// approvals stand is in a list of its own, and that decides: one that the notes
// have and the list lacks was dismissed, at a time that nobody says. The
// commit an approval was given on is the head of the newest version of the
// merge request at that time. Commits name no accounts, so authors beyond the
// opener are known by GitLab's no-reply addresses only; the rest is counted and
// left to the git objects. Deployments cannot be searched by commit: those
// updated since Options.Since are read and filtered.
//
// Accounts are bots if /users/:id says so, whatever they are called. Where it
// does not say, or was not asked (for the list of members), the kind is
// unspecified, and the account no person.
//
// Files of a release page are links without digests, and when an image was pushed
// is not said: files are published where the project's packages have their digest.
//
// Whether a push was forced, and when a branch was made, is not said either.
//
// Protected branches cannot be deleted by a push, nor pushed to by
// administrators against the rule.
package gitlab
