package policy

import "github.com/release-dossier/dossier/verify"

// templateControls are the controls of what pull requests say of themselves.
var templateControls = []Control{{
	ID: "pr/description-trail", Level: Must, Sections: "1.11.3.2", Theme: themeChanges,
	Title: "Descriptions name the ticket, the risk and the way back", Failing: "A description lacks the ticket, the risk or the way back",
	Logic:   "Each pull request names a ticket in its description and fills in its user impact and primary rollback, none of them with what forms are left with.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].tickets", "record.changes[].details.risk", "record.changes[].details.rollback"},
	Fix: verify.Fix{
		Before: "fill in the ticket, the risk and the rollback of the description",
		Now:    "complete the description and collect the release again",
	},
	Check: prTrail,
}, {
	ID: "pr/template-complete", Level: Must, Sections: "2.3, 2.4 guardrail, 2.5.2", Theme: themeChanges,
	Title: "All required fields of the description are filled in", Failing: "A required field of a description is empty or a placeholder",
	Logic:   "Each field of the template (3.9) is there and says something: summary, rationale, risk, rollout, rollback, tests, scans, owned paths and a line for the notes; with details where the answer is yes, and a rationale for a test or scan that does not apply.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].details"},
	Fix: verify.Fix{
		Before: "fill in every field of the template, or say why it does not apply",
		Now:    "complete the description and collect the release again",
	},
	Check: prTemplate,
}, {
	ID: "pr/rollout-rollback", Level: Must, Sections: "2.5.2", Theme: themeChanges,
	Title: "Each pull request says how it goes out and how to go back", Failing: "A pull request does not say how it goes out or how to go back",
	Logic:   "The description of each pull request has rollout steps, and a primary rollback that names a version or a digest, or says that there is no safe way back and why.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].details.rollout.steps", "record.changes[].details.rollback"},
	Fix: verify.Fix{
		Before: "name the version to go back to: redeploy 4.1.0",
		Now:    "complete the description and collect the release again",
	},
	Check: prRollout,
}, {
	ID: "pr/test-evidence", Level: Must, Sections: "2.5.2, 1.24.3.1(4)", Theme: themeChanges,
	Title: "Each pull request shows its test runs, and they passed", Failing: "A test run that a pull request shows did not pass or is not there",
	Logic:   "The unit, integration and end-to-end (or dynamic) tests of each description lead, by address, digest or run id, to results of checks of the pull request's own commits in the record that passed. End-to-end tests may not apply, with a rationale.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].details.testing", "record.checks[]"},
	Fix: verify.Fix{
		Before: "link the runs of the pull request's head",
		Now:    "correct the links and collect the release again; record an exception if a test did not run: dossier new exception",
	},
	Check: prTests,
}, {
	ID: "pr/security-testing-declared", Level: Must, Sections: "2.5.2", Theme: themeChanges,
	Title: "Security tests are shown, or it is said why they do not apply", Failing: "A security test is neither shown nor said not to apply",
	Logic:   "Static analysis, dependency and licence scan, SBOM and secrets scan of each description lead to a run, or state a rationale. A run that is in the record passed.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].details.testing", "record.checks[]"},
	Fix: verify.Fix{
		Before: "link the scans, or say why they do not apply",
		Now:    "complete the description and collect the release again",
	},
	Check: prSecurityTests,
}, {
	ID: "pr/db-declared", Level: Must, Sections: "2.5.2", Theme: themeChanges,
	Title: "Each pull request says whether it changes the database and how", Failing: "A pull request does not say whether it changes the database, or says it wrongly",
	Logic:   "The description of each pull request says none, expand, contract, expand-contract, or other with a text. It is not none where the pull request touches one of migration-paths.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].details.risk.dataMigration", "the embedded trees", "record.changes[].codeOwners.rules[].paths"},
	Fix: verify.Fix{
		Before: "say which step of expand and contract the migration is",
		Now:    "correct the description and collect the release again",
	},
	Check: prDatabase,
}, {
	ID: "pr/change-type-declared", Level: Must, Sections: "2.5.3", Theme: themeChanges,
	Title: "Each pull request says what type of change it is", Failing: "A pull request does not say what type of change it is",
	Logic:   "The description of each pull request says feature, fix, refactor, infra or security. Where the types of its commits stand for another one (change-types), it is a warning.",
	Applies: "*", Waive: "exc",
	Question: 3, Gate: verify.GateTag,
	Evidence: []string{"record.changes[].details.risk.type", "the embedded commits"},
	Fix: verify.Fix{
		Before: "choose the type in the description, the same as that of the commit message",
		Now:    "complete the description and collect the release again",
	},
	Check: prChangeType,
}}
