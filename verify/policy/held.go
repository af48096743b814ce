package policy

import "github.com/release-dossier/dossier/verify"

// heldControls wait for what they need.
var heldControls = []Control{{
	ID: "check/stage-order", Level: Must, Sections: "d: 1.13.3.1, 1.31.3.7", Theme: themeChecks,
	Title: "The stages ran in an order that keeps the gates meaningful", Failing: "The stages ran in an order that makes a gate meaningless",
	Logic:   "The checks required by the tag had passed when each artifact was published, publication came before every deployment, a deployment before what was looked at after it, the looks at staging before the approval of production, and that before production. In which order lint, build and security ran is free.",
	Applies: "prod", Waive: "exc",
	Question: 4, Gate: verify.GateFinal, Last: true,
	Evidence: []string{"record.checks[].finishedAt", "record.artifacts[].publication.publishedAt", "promotion.at", "promotion.verification[].at", "verification.at", "approval.at"},
	Fix: verify.Fix{
		Before: "let each stage of the pipeline wait for the one before",
		Now:    "let each stage of the pipeline wait for the one before, and record the gap as an exception",
	},
	Check: checkStageOrder,
}, {
	ID: "check/policy-as-code-compensation", Level: Must, Sections: "1.31.3.3 exception", Theme: themeChecks,
	Title: "Where machines cannot enforce the rules, RELEASE.md says what is done instead, and somebody looks regularly", Failing: "Where machines cannot enforce the rules, nothing stands in for them",
	Logic:   "If an exception names check/policy-as-code, it lists compensating controls, a decision about automation that was in force points to RELEASE.md by digest, and the last compliance review ended within the parameter compensation-review before the moment of judgement. Without such an exception there is nothing to judge.",
	Applies: "repo", Waive: "n/a",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"exception.controls", "exception.compensatingControls", "decision.topic", "decision.document", "complianceReview.period"},
	Fix: verify.Fix{
		Before: "write the compensating controls into RELEASE.md, record the decision (dossier new decision) and a review (dossier new compliance-review)",
		Now:    "write the compensating controls into RELEASE.md, and review them: dossier new compliance-review",
	},
	Check: checkCompensation,
}}
