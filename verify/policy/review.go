package policy

import "github.com/release-dossier/dossier/verify"

// reviewControls are the controls of how pull requests are reviewed.
var reviewControls = []Control{{
	ID: "pr/required", Level: Must, Sections: "1.3.2, 1.10.3.1, 1.10.5.3(1), 1.11.3.2, 1.23.3", Theme: themeChanges,
	Title: "Every commit came by a pull request", Failing: "A commit reached a protected branch without a pull request",
	Logic:   "Each commit of the release is one that a recorded pull request brought, or one that the release job made and a decision of the release record justifies.",
	Applies: "*", Waive: "no (emg with break-glass record)",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded commits", "record.changes[].mergedAs", "record.changes[].landed", "record.releaseRecord.decisions"},
	Fix: verify.Fix{
		Before: "open a pull request; let the forge refuse pushes to protected branches",
		Now:    "have the commit reviewed after the fact and release again; in an emergency record it with its break-glass use",
	},
	Check: prRequired,
}, {
	ID: "pr/owner-assigned", Level: Must, Sections: "1.11.3.1", Theme: themeChanges,
	Title: "Each pull request is assigned to a person", Failing: "A pull request is assigned to no person",
	Logic:   "Each pull request has an assignee who is a person; its author may be.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].assignees"},
	Fix: verify.Fix{
		Before: "assign the pull request to who answers for it",
		Now:    "assign it and collect the release again",
	},
	Check: prAssigned,
}, {
	ID: "pr/ownership-metadata", Level: Must, Sections: "1.11.3.1", Theme: themeChanges,
	Title: "Every changed path has a code owner", Failing: "A changed path has no code owner",
	Logic:   "By the CODEOWNERS file at the base of each pull request every path that it touches has an owner, or is among unowned-paths. The embedded trees tell paths and rules again.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded trees", "record.changes[].codeOwners"},
	Fix: verify.Fix{
		Before: "add a rule for the path to CODEOWNERS, or the path to the parameter unowned-paths",
		Now:    "add the rule; record an exception for the change that was merged: dossier new exception",
	},
	Check: prOwnership,
}, {
	ID: "pr/codeowners-approved", Level: Must, Sections: "1.11.3.2, 1.13.3.4, 1.16.3.3, 1.24.2, 1.30.3.3, 2.9.2", Theme: themeChanges,
	Title: "Owners of all touched code approved", Failing: "Owners of touched code did not approve",
	Logic:   "For each rule of CODEOWNERS that holds for a pull request, as many of its owners as its section wants, at least one, approved before the merge: by their accounts, or as members of a team by a snapshot taken near the merge (snapshot-age). Optional sections are left out.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded trees", "record.changes[].codeOwners", "record.changes[].reviews", "record.teams"},
	Fix: verify.Fix{
		Before: "ask the owners for their review before the merge",
		Now:    "have the owners review what was merged; record an exception: dossier new exception",
	},
	Check: prOwnersApproved,
}, {
	ID: "pr/min-approvals", Level: Must, Sections: "1.21.3.1", Theme: themeChanges,
	Title: "Enough people approved each pull request", Failing: "Too few people approved a pull request",
	Logic:   "At least as many different people as the parameter reviews says (hotfix-reviews for a hotfix), or as a section of CODEOWNERS wants if that is more, approved before the merge. People are those whom trust lists, authors and bots do not count.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].reviews", "review.state", "record.changes[].authors", "the embedded commits"},
	Fix: verify.Fix{
		Before: "wait for the approvals of two people who wrote none of it",
		Now:    "have another person review what was merged; record an exception: dossier new exception",
	},
	Check: prMinApprovals,
}, {
	ID: "pr/approved-before-merge", Level: Must, Sections: "1.11.3.2, 1.24.2", Theme: themeChanges,
	Title: "Approvals came before the merge and none was open or withdrawn", Failing: "A pull request was merged without an approval that stood",
	Logic:   "When each pull request was merged, an approval by a person who is no author stood, nobody whom trust lists had asked for changes since their last approval, and nobody had withdrawn theirs.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].reviews", "review.state", "record.changes[].mergedAt"},
	Fix: verify.Fix{
		Before: "resolve the review before the merge",
		Now:    "have the reviewer look at what was merged; record an exception: dossier new exception",
	},
	Check: prApprovedBeforeMerge,
}, {
	ID: "pr/approval-on-merged-head", Level: Must, Sections: "d: 1.24.3.1 pitfall, 1.11.3.2", Theme: themeChanges,
	Title: "Approvals are of the content that was merged", Failing: "What was merged is not what was approved",
	Logic:   "As many of the approvals that count as are needed were given on the head that was merged, or on an older one with the same tree. With the parameter stale-approvals all count.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].reviews[].commit", "record.changes[].headCommit", "the embedded commits"},
	Fix: verify.Fix{
		Before: "ask for approval again after a push; let the forge dismiss stale approvals",
		Now:    "have the reviewers look at the last push; record an exception: dossier new exception",
	},
	Check: prApprovalOnHead,
}, {
	ID: "pr/checks-pass-before-merge", Level: Must, Sections: "1.10.3.1, 1.11.3.2, 1.13.3.4, 1.21.3.1", Theme: themeChanges,
	Title: "Required checks passed on the head of each pull request before its merge", Failing: "A required check had not passed on the head when a pull request was merged",
	Logic:   "Each check that is required by the merge (required-checks) has a last run on the head, or on the commit of the merge queue, that ended by the merge and passed. Neutral and skipped are not passed.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.checks[]", "record.changes[].headCommit", "record.changes[].mergedAt"},
	Fix: verify.Fix{
		Before: "wait for the checks; let the forge require them",
		Now:    "run the check on what was merged; record an exception: dossier new exception",
	},
	Check: prChecksPassed,
}, {
	ID: "pr/checks-before-review-request", Level: Must, Sections: "1.10.5.3(2)", Theme: themeChanges,
	Title: "Checks are green before approval is asked for", Failing: "Approval was asked for before the checks were green",
	Logic:   "When a pull request was first ready for review, or a review was first asked for after it was opened, each check required by the merge had passed on one of its commits. Otherwise it is a warning, or a failure if the parameter review-before-checks says so; a warning if neither event is recorded.",
	Applies: "*", Waive: "rat",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].events", "record.checks[]"},
	Fix: verify.Fix{
		Before: "open the pull request as a draft until its checks are green",
		Now:    "ask for review after the checks from now on",
	},
	Check: prChecksFirst,
}, {
	ID: "pr/secrets-check", Level: Must, Sections: "2.5.3, 1.19.5.1(4)", Theme: themeChanges,
	Title: "A scan for secrets passed on each pull request or is justified not to apply", Failing: "A pull request was merged without a scan for secrets that passed",
	Logic:   "The last scan for secrets on the head that ended by the merge passed, or does not apply with a reason, given by the scan or in the pull request's description.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.checks[]", "record.changes[].details.testing"},
	Fix: verify.Fix{
		Before: "run the scan on every pull request",
		Now:    "scan what was merged, rotate what was found; record an exception: dossier new exception",
	},
	Check: prSecrets,
}, {
	ID: "pr/qa-signoff", Level: May, Sections: "1.11.3.2, 1.11.6", Theme: themeChanges,
	Title: "QA signed off where the repository's own rule asks for it", Failing: "A QA sign-off is missing",
	Logic:   "If a decision of the topic qa-sign-off holds: always asks every pull request, risk-based those with a label that its criterion \"routing\" names, for an approval by somebody in one of the roles qa-roles.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"decision.topic", "decision.decision", "decision.criteria", "record.changes[].labels", "record.changes[].reviews"},
	Fix: verify.Fix{
		Before: "ask QA for their approval before the merge",
		Now:    "have QA look at what was merged; record an exception: dossier new exception",
	},
	Check: prQASignoff,
}, {
	ID: "pr/qa-variant-recorded", Level: Must, Sections: "1.11.6", Theme: themeChanges,
	Title: "The rule for QA sign-off is recorded with its criteria", Failing: "The rule for QA sign-off lacks its criteria",
	Logic:   "A decision of the topic qa-sign-off is risk-based, with the criteria \"label scheme\" and \"routing\", or always, with the criteria \"role\", \"evidence\" and \"review SLA\".",
	Applies: "repo", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"decision.topic", "decision.decision", "decision.criteria"},
	Fix: verify.Fix{
		Before: "state the criteria in the decision: dossier new decision",
		Now:    "correct the decision and add it to the release: dossier add",
	},
	Check: prQAVariant,
}, {
	ID: "pr/exception-linked", Level: Must, Sections: "1.32.3.1, 1.32.5.1(6)", Theme: themeChanges,
	Title: "A pull request that relies on an exception names it", Failing: "A pull request relies on an exception that it does not name",
	Logic:   "Where an exception waives a control of pull requests, branches or commits, each pull request concerned names the exception among those that its description lists.",
	Applies: "*", Waive: "no",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"exception.id", "record.changes[].details.exceptions"},
	Fix: verify.Fix{
		Before: "name the exception in the pull request's description",
		Now:    "name it in the description and collect the release again",
	},
	Last:  true,
	Check: prExceptionLinked,
}}

// mainControls are the controls of the main branch over time.
var mainControls = []Control{{
	ID: "main/green", Level: Should, Sections: "1.10.3.1", Theme: themeChanges,
	Title: "The main branch stays green", Failing: "The main branch was red too often",
	Logic:   "The share of commits on the main branch on which all required checks passed is not below what the policy asks. Only an archive of several releases shows it.",
	Applies: "arch", Waive: "rat",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"archive: record.checks[] of the main branch"},
	Fix: verify.Fix{
		Before: "run the required checks on the newest base before the merge (a merge queue)",
		Now:    "find out what broke the main branch, and record why",
	},
}, {
	ID: "main/red-only-critical", Level: Must, Sections: "1.10.3.1", Theme: themeChanges,
	Title: "While the main branch is red, only repairs are merged", Failing: "Something else than a repair was merged while the main branch was red",
	Logic:   "Each pull request that was merged while the main branch was red repairs it, reverts something or is marked as critical. Only an archive of several releases shows it.",
	Applies: "arch", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"archive: record.checks[] of the main branch", "archive: record.changes[].labels"},
	Fix: verify.Fix{
		Before: "repair the main branch first",
		Now:    "record an exception for what was merged: dossier new exception",
	},
}}
