package policy

import "github.com/release-dossier/dossier/verify"

// mergeControls are the controls of how pull requests are merged.
var mergeControls = []Control{{
	ID: "pr/squash-to-main", Level: Must, Sections: "1.11.3.3, 1.21.3.1, 1.21.5.1(2), 1.23.3, 1.24.2", Theme: themeChanges,
	Title: "Pull requests into the main branch are squashed to one commit", Failing: "A pull request into the main branch was not squashed to one commit",
	Logic:   "Each pull request into the main branch was merged by squashing and put exactly one commit there. The embedded commits tell the method again; the record's word holds where they leave it open.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded commits", "record.changes[].mergeMethod", "record.changes[].landed"},
	Fix: verify.Fix{
		Before: "squash and merge; let the forge allow no other method for the main branch",
		Now:    "record an exception for the merge: dossier new exception",
	},
	Check: prSquash,
}, {
	ID: "pr/merge-method-allowed", Level: May, Sections: "1.11.3.3, 1.11.5.1(5)", Theme: themeChanges,
	Title: "Merge commits go into release and hotfix lines only", Failing: "A merge commit went into another line than a release or hotfix branch",
	Logic:   "Each pull request that was merged by a merge commit went into a branch that begins with release/ or hotfix/. Whether the line may have merge commits at all is for branch/linear-history.",
	Applies: "release, H", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].mergeMethod", "record.changes[].baseBranch", "the embedded commits"},
	Fix: verify.Fix{
		Before: "squash the pull request instead",
		Now:    "record an exception for the merge: dossier new exception",
	},
	Check: prMergeMethod,
}, {
	ID: "pr/base-protected", Level: Must, Sections: "1.11.5.1(6)", Theme: themeChanges,
	Title: "The branch that a pull request went into was protected at the merge", Failing: "A pull request went into a branch that was not protected",
	Logic:   "A snapshot of an active rule of the forge that covers the base branch was taken near the merge (snapshot-age). A snapshot from later only is a warning.",
	Applies: "repo", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.protections[]", "record.changes[].baseBranch", "record.changes[].mergedAt"},
	Fix: verify.Fix{
		Before: "protect the branch at the forge",
		Now:    "protect the branch; record an exception for the merge: dossier new exception",
	},
	Check: prBaseProtected,
}, {
	ID: "pr/changelog-fragment", Level: Should, Sections: "1.11.3.2", Theme: themeChanges,
	Title: "A changelog fragment comes with each pull request", Failing: "A pull request brings no changelog fragment",
	Logic:   "If the parameter changelog-fragments names a directory, each pull request touches a file in it.",
	Applies: "*", Waive: "rat",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded trees", "record.changes[].codeOwners.rules[].paths"},
	Fix: verify.Fix{
		Before: "add a fragment to the directory",
		Now:    "add the line to the notes, and record why there is no fragment: dossier new exception",
	},
	Check: prFragment,
}}
