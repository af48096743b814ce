package policy

import "github.com/release-dossier/dossier/verify"

// commitControls are the controls of commits.
var commitControls = []Control{{
	ID: "commit/conventional", Level: Must, Sections: "1.11.3.1, 1.20.3.3", Theme: themeChanges,
	Title: "Commits on protected branches follow Conventional Commits", Failing: "A commit message does not follow Conventional Commits",
	Logic:   "Each commit of the release has a message of the form type(scope)!: text with one of the types in the parameter commit-types. Messages of merge commits and of reverts as tools write them are not judged unless check-merge-messages or check-revert-messages says so. Of a squashed pull request this is the squash commit.",
	Applies: "*", Waive: "exc+ (commit/alt-standard)",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded commits"},
	Fix: verify.Fix{
		Before: "correct the message before the merge: it is the title of the squash commit",
		Now:    "if another scheme is agreed, record the decision (topic commit-scheme) and an exception with its plan: dossier new decision, dossier new exception",
	},
	Check: commitConventional,
}, {
	ID: "commit/alt-standard", Level: Must, Sections: "1.11.3.1, 1.20.3.3 exception", Theme: themeChanges,
	Title: "Another scheme of commit messages is documented and keeps the chain of evidence closed", Failing: "Another scheme of commit messages is in use without a document, or breaks the chain of evidence",
	Logic:   "Another scheme is in use if a decision of the topic commit-scheme holds when the release is made, or an exception for commit/conventional stands, or the changelog says so. Then that decision names its document by digest, and the chain from tickets to production is closed, as trace/chain-closed judges it.",
	Applies: "*", Waive: "no",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"decision.topic", "decision.document", "exception.controls", "record.changelog.scheme"},
	Fix: verify.Fix{
		Before: "record the decision with the document of the scheme: dossier new decision",
		Now:    "record the decision and add it to the release: dossier add",
	},
	Check: commitAltStandard,
}, {
	ID: "commit/ticket-ref", Level: Must, Sections: "1.11.3.1", Theme: themeChanges,
	Title: "Each change carries its ticket in a commit message or in the title of its pull request", Failing: "A change names no ticket in its commits or title",
	Logic:   "Each pull request names a ticket in its title, or a commit that it brought names one in its message. A ticket in the description or in the name of the branch alone is not enough.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded commits", "record.changes[].tickets"},
	Fix: verify.Fix{
		Before: "put the ticket into the pull request's title, or as the trailer Ticket: PAY-812 into the commit message",
		Now:    "add the ticket to the pull request's title and collect the release again",
	},
	Check: commitTicketRef,
}, {
	ID: "commit/risk-trailer", Level: Must, Sections: "1.11.3.1, 1.11.5.2", Theme: themeChanges,
	Title: "Each change states its risk in one agreed word", Failing: "A change states no risk, or two different ones",
	Logic:   "The risk in the description of each pull request, its labels risk:... and the trailers Risk: of its commits name one risk, which is one of risk-levels. A word of risk-extras, such as data-migration, may stand beside it.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].details.risk.label", "record.changes[].labels", "the embedded commits"},
	Fix: verify.Fix{
		Before: "label the pull request risk:low, risk:medium or risk:high, and say the same in its description and commits",
		Now:    "correct the label or description that is wrong and collect the release again",
	},
	Check: commitRisk,
}, {
	ID: "commit/signed", Level: Should, Sections: "1.21.3.1, 1.11.3.2 guardrail", Theme: themeChanges,
	Title: "Commits are signed", Failing: "A commit is not signed, or its signature does not verify",
	Logic:   "Each commit of the release holds a signature, and SSH signatures verify. Squash commits that the forge signed count and are told apart. Whose key it is, is not asked.",
	Applies: "*", Waive: "rat",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded commits"},
	Fix: verify.Fix{
		Before: "sign commits: git config commit.gpgsign true",
		Now:    "sign commits from now on, and record why these are not: dossier new exception",
	},
	Check: commitSigned,
}, {
	ID: "commit/scoped", Level: Should, Sections: "1.11.3.1, 1.6.3(3)", Theme: themeChanges,
	Title: "Changes are small", Failing: "A change is larger than agreed",
	Logic:   "Each pull request touches at most change-max-files files, by the embedded trees or the forge's count, and at most change-max-lines lines, where the forge counted them.",
	Applies: "*", Waive: "rat",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"the embedded trees", "record.changes[].size"},
	Fix: verify.Fix{
		Before: "split the change: refactor in a pull request of its own",
		Now:    "record why it could not be smaller: dossier new exception",
	},
	Check: commitScoped,
}}
