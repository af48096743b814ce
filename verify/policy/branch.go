package policy

import "github.com/release-dossier/dossier/verify"

const themeChanges = "Branch names, commits, PRs & review"

// branchControls are the controls of branches.
var branchControls = []Control{{
	ID: "branch/name-approved", Level: Must, Sections: "2.8.2, 1.10.1", Theme: themeChanges,
	Title: "The branch of every pull request has an approved name", Failing: "A pull request came from a branch without an approved name",
	Logic:   "The head branch of each pull request is the main branch (main-branches), or of the form of a feature, chore, release, hotfix or backport branch, or one that bots may use (bot-branches).",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].headBranch"},
	Fix: verify.Fix{
		Before: "rename the branch: git branch -m feature/PAY-812-swiss-francs",
		Now:    "name branches as agreed from now on; record an exception for the one that was merged: dossier new exception",
	},
	Check: branchNameApproved,
}, {
	ID: "branch/name-feature", Level: Must, Sections: "1.10.3.2, 1.24.2, 2.8.3.1", Theme: themeChanges,
	Title: "Feature branches are named with ticket and slug", Failing: "The name of a feature branch lacks its ticket or slug",
	Logic:   "Each head branch that begins with feature/ is feature/TICKET-slug, the slug of a-z, 0-9 and dashes, the ticket as in the parameter branch-ticket-pattern.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].headBranch"},
	Fix: verify.Fix{
		Before: "rename the branch: git branch -m feature/PAY-812-swiss-francs",
		Now:    "name branches as agreed from now on; record an exception for the one that was merged: dossier new exception",
	},
	Check: branchNameFeature,
}, {
	ID: "branch/name-release", Level: Must, Sections: "1.10.3.3, 2.8.3.1", Theme: themeChanges,
	Title: "Release branches carry major and minor version only", Failing: "The name of a release branch is not release/MAJOR.MINOR",
	Logic:   "The branch of the release and each base branch that begins with release/ is release/MAJOR.MINOR.",
	Applies: "release branch", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.branches.source", "record.changes[].baseBranch"},
	Fix: verify.Fix{
		Before: "cut the branch as release/1.8, not as release/1.8.0",
		Now:    "go on with a branch of the right name; record an exception for this release: dossier new exception",
	},
	Check: branchNameRelease,
}, {
	ID: "branch/name-hotfix", Level: Must, Sections: "1.10.3.4, 1.16.3.2, 2.8.3.1", Theme: themeChanges,
	Title: "Hotfix branches carry a full version and a ticket", Failing: "The name of a hotfix branch lacks the full version or the ticket",
	Logic:   "There is a branch hotfix/MAJOR.MINOR.PATCH-TICKET among the branch of the release, the branches of its pull requests and its hotfix record, and none that begins with hotfix/ has another form. The ticket's dash may be missing unless the parameter hotfix-ticket-strict says otherwise.",
	Applies: "H", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.branches.source", "record.changes[].headBranch", "record.changes[].baseBranch", "hotfix.branch"},
	Fix: verify.Fix{
		Before: "name the branch by version and ticket: hotfix/1.4.3-INC-12345",
		Now:    "record an exception for this release: dossier new exception",
	},
	Check: branchNameHotfix,
}, {
	ID: "branch/name-chore", Level: May, Sections: "2.8.3.1", Theme: themeChanges,
	Title: "Chore branches are named with ticket and slug", Failing: "The name of a chore branch lacks its ticket or slug",
	Logic:   "Each head branch that begins with chore/ is chore/TICKET-slug. All other rules on pull requests hold for it as well.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].headBranch"},
	Fix: verify.Fix{
		Before: "rename the branch: git branch -m chore/PAY-820-release-notes",
		Now:    "name branches as agreed from now on; record an exception for the one that was merged: dossier new exception",
	},
	Check: branchNameChore,
}, {
	ID: "branch/name-backport", Level: Must, Sections: "1.27.3.1, 1.30.3.1", Theme: themeChanges,
	Title: "Backport branches name ticket and target line", Failing: "The name of a backport's branch lacks its ticket or names another line than it goes to",
	Logic:   "The head branch of each backport (by its branch, its label backport or its description) is backport/TICKET-to-MAJOR.MINOR, and its base is release/MAJOR.MINOR of that line.",
	Applies: "backport PRs", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].headBranch", "record.changes[].baseBranch", "record.changes[].labels", "record.changes[].details.related"},
	Fix: verify.Fix{
		Before: "name the branch by ticket and line: backport/PAY-812-to-1.4, and open the pull request against release/1.4",
		Now:    "record an exception for the backport that was merged: dossier new exception",
	},
	Check: branchNameBackport,
}, {
	ID: "branch/ticket-agrees", Level: Must, Sections: "d: 2.8.2, 1.10.1", Theme: themeChanges,
	Title: "The ticket in a branch's name is one that its pull request names", Failing: "A branch is named by another ticket than its pull request",
	Logic:   "The ticket in the name of a feature, chore, hotfix or backport branch is among the tickets that the pull request names in its title, description or commits. A dash is not told (INC12345).",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].headBranch", "record.changes[].tickets"},
	Fix: verify.Fix{
		Before: "name the ticket of the branch in the pull request's title or description",
		Now:    "add the ticket to the pull request's description and collect the release again",
	},
	Check: branchTicketAgrees,
}, {
	ID: "branch/ticket-scheme-recorded", Level: Should, Sections: "2.8.3.1 exception", Theme: themeChanges,
	Title: "Another format of tickets is recorded as a decision and tells tickets apart", Failing: "Another format of tickets is in use without a record, or tells no tickets apart",
	Logic:   "If the parameter branch-ticket-pattern or ticket-pattern is not the default, a decision of the topic ticket-scheme holds when the release is made, and neither expression takes a text without a number for a ticket.",
	Applies: "*", Waive: "rat",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"policy: branch-ticket-pattern, ticket-pattern", "decision.topic", "decision.effectiveFrom"},
	Fix: verify.Fix{
		Before: "record the decision: dossier new decision, topic ticket-scheme",
		Now:    "record the decision and add it to the release: dossier add",
	},
	Check: branchTicketScheme,
}, {
	ID: "branch/feature-from-main", Level: Must, Sections: "1.24.2, 1.30.3.1", Theme: themeChanges,
	Title: "Feature branches start at the main branch", Failing: "A feature branch does not start at the main branch",
	Logic:   "Each pull request from a feature branch goes into the main branch, and the commit that it was compared with is on the main line, as far as the release's commits show that, and no head of a release branch.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].baseBranch", "record.changes[].baseCommit", "record.branches.activeReleases", "the embedded commits"},
	Fix: verify.Fix{
		Before: "start the branch anew: git switch -c feature/PAY-812-swiss-francs origin/main",
		Now:    "record an exception for the branch that was merged: dossier new exception",
	},
	Check: branchFeatureFromMain,
}, {
	ID: "branch/short-lived", Level: Must, Sections: "1.6.3(1), 1.10.3.2", Theme: themeChanges,
	Title: "Feature branches are merged soon after they are made", Failing: "A feature branch lived too long before it was merged",
	Logic:   "From the creation of a feature branch to its merge it takes no longer than the parameter branch-max-age; from branch-warn-percent of that on it is a warning.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].branchCreatedAt", "record.changes[].events", "record.changes[].mergedAt"},
	Fix: verify.Fix{
		Before: "merge in smaller steps, behind a flag where the work is not finished",
		Now:    "record an exception for the branch that was merged: dossier new exception",
	},
	Check: branchShortLived,
}, {
	ID: "branch/deleted-after-merge", Level: Should, Sections: "1.10.3.2, 1.10.5.3(4)", Theme: themeChanges,
	Title: "Feature and hotfix branches are deleted after the merge", Failing: "A merged branch was not deleted in time",
	Logic:   "Each feature and hotfix branch was deleted within branch-grace of its merge, for hotfixes of the tag if that is later, and not restored.",
	Applies: "post repo", Waive: "rat",
	Question: 3, Gate: verify.GateFinal,
	Evidence: []string{"record.changes[].events", "record.changes[].mergedAt"},
	Fix: verify.Fix{
		Before: "delete the branch with the merge: set the forge to do so",
		Now:    "delete the branch: git push origin --delete BRANCH",
	},
	Check: branchDeleted,
}, {
	ID: "branch/linear-history", Level: Must, Sections: "1.21.3.1, 1.21.5.1(2)", Theme: themeChanges,
	Title: "Protected branches keep a linear history", Failing: "A merge commit reached a protected branch",
	Logic:   "Every commit of the release has one parent. A merge commit on a release or hotfix line is allowed if the parameter merge-commits-on names the line, never on the main branch.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded commits", "record.changes[].baseBranch", "record.branches.source"},
	Fix: verify.Fix{
		Before: "squash the pull request; let the forge refuse merge commits (required linear history)",
		Now:    "record an exception for the merge commit: dossier new exception",
	},
	Check: branchLinear,
}, {
	ID: "branch/shared-not-rebased", Level: Must, Sections: "1.11.3.3, 1.15.3.3, 1.21.3.1, 1.24.3.1", Theme: themeChanges,
	Title: "Shared branches are never rebased or force-pushed", Failing: "A shared branch could be, or was, rewritten by a forced push",
	Logic:   "An active rule of the forge refuses forced pushes to the branch of the release and to each protected branch that its pull requests went into, and no pull request was pushed to by force after its first review. After a check of the replaced commit and before any review it is a warning.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.protections[].blocksForcePush", "record.changes[].events", "record.changes[].reviews"},
	Fix: verify.Fix{
		Before: "add commits instead of rewriting them, or close the pull request and open another",
		Now:    "have forced pushes refused by the forge; record an exception for what happened: dossier new exception",
	},
	Check: branchNotRebased,
}}
