package policy

import (
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const themeFreezes = "Freezes"

// freezeControls are the controls of freezes.
var freezeControls = []Control{{
	ID: "freeze/required-fields", Level: Must, Sections: "1.6.3, 1.11.3.1 guardrail, 1.14.3, 1.16.3.1", Theme: themeFreezes,
	Title: "A freeze records approver, scope, begin, end, reason and exit criteria", Failing: "A freeze leaves out what must be recorded",
	Logic:   "Approver, repository, begin, end, rationale and exit criteria are stated.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"freeze.approval", "freeze.scope", "freeze.scope.interval", "freeze.rationale", "freeze.exitCriteria"},
	Fix: verify.Fix{
		Before: "fill in the record: dossier new freeze",
		Now:    "correct the freeze",
	},
	Check: recorded[*evidence.Freeze]("/approval/who/id", "/scope/repository", "/scope/interval/notBefore", "/scope/interval/notAfter", "/rationale", "/exitCriteria"),
}, {
	ID: "freeze/approved", Level: Must, Sections: "1.6.3 guardrail, 1.10.3.1, 1.15.3.1", Theme: themeFreezes,
	Title: "A freeze is approved", Failing: "A freeze is not approved by somebody who may",
	Logic:   "A person whom trust lists approved it, in a role of freeze-approvers at that time, and signed it or is vouched for by a recorder.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"freeze.approval", "role directory: roles[].holders"},
	Fix: verify.Fix{
		Before: "have it approved by a release manager, incident commander or service owner",
		Now:    "have it approved by somebody who may",
	},
	Check: freezeApproved,
}, {
	ID: "freeze/approved-before-start", Level: Must, Sections: "d: 1.6.3, 1.14.3", Theme: themeFreezes,
	Title: "Approval precedes the start", Failing: "A freeze began before it was approved",
	Logic:   "It was approved by its begin. One that names an incident may be approved as much later as freeze-incident-lag says.",
	Applies: "*", Waive: "exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"freeze.approval.at", "freeze.scope.interval.notBefore", "freeze.links"},
	Fix: verify.Fix{
		Before: "have it approved before it begins",
		Now:    "record an exception: dossier new exception",
	},
	Check: freezeApprovedBeforeStart,
}, {
	ID: "freeze/time-bounded", Level: Must, Sections: "1.3.3 guardrail, 1.32.3.1 guardrail", Theme: themeFreezes,
	Title: "A freeze ends, and there is a plan to lift it", Failing: "A freeze has no end, or no plan to lift it",
	Logic:   "It ends after it begins, and the plan to lift it is stated. One that lasts longer than freeze-max is a warning.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"freeze.scope.interval", "freeze.reEnablePlan"},
	Fix: verify.Fix{
		Before: "say when it ends and how work goes on then",
		Now:    "correct the freeze",
	},
	Check: freezeTimeBounded,
}, {
	ID: "freeze/scope-explicit", Level: Must, Sections: "1.22.3.1 guardrail", Theme: themeFreezes,
	Title: "A freeze says what is blocked, what still goes on, and why", Failing: "A freeze leaves open what is blocked",
	Logic:   "What stops merges states the branches and the classes of change that go on (\"none\" is an answer); what stops promotions states the environment; each states the reason.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"freeze.actions", "freeze.scope.branches", "freeze.scope.environment", "freeze.allowedClasses", "freeze.rationale"},
	Fix: verify.Fix{
		Before: "state branches and allowedClasses, or the environment, and why",
		Now:    "correct the freeze",
	},
	Check: freezeScopeExplicit,
}, {
	ID: "freeze/exit-met", Level: Must, Sections: "d: 1.6.3, 1.14.3", Theme: themeFreezes,
	Title: "The freeze was lifted because the exit criteria were met", Failing: "A freeze was not lifted, or not for its exit criteria",
	Logic:   "It was lifted with evidence that the exit criteria were met, by its end. Only an archive of several releases shows it.",
	Applies: "arch", Waive: "exc",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"archive: freeze.liftedAt", "archive: freeze.exitEvidence"},
	Fix: verify.Fix{
		Before: "lift it with evidence, or have a new end approved",
		Now:    "lift it with evidence",
	},
}, {
	ID: "freeze/main-releasable", Level: Must, Sections: "1.3.3, 1.6.3, 1.10.3.1, 1.23.3", Theme: themeFreezes,
	Title: "If main was not releasable at any time in the range, an approved freeze covers it", Failing: "Main was not releasable, and no freeze covers it",
	Logic:   "Each time in which required checks failed on main for longer than the policy allows lies within an approved freeze. Only an archive of several releases shows it.",
	Applies: "arch", Waive: "exc + freeze",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"archive: record.checks[] of the main branch", "archive: freeze"},
	Fix: verify.Fix{
		Before: "repair main, or declare a freeze: dossier new freeze",
		Now:    "repair main, and record what happened",
	},
}, {
	ID: "freeze/merges-respect", Level: Must, Sections: "d: 1.22.3.1", Theme: themeFreezes,
	Title: "No blocked merge happened during the freeze", Failing: "A blocked change was merged during a freeze",
	Logic:   "No pull request into a branch of a freeze that stops merges was merged between its begin and its end, unless one of its classes is allowed: its type, its labels, hotfix. A freeze that was rejected blocks nothing. That there is no other freeze is a fact only under a seal.",
	Applies: "*", Waive: "exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"freeze.actions", "freeze.scope", "freeze.allowedClasses", "freeze.liftedAt", "record.changes[].mergedAt", "record.changes[].labels"},
	Fix: verify.Fix{
		Before: "wait for the end of the freeze, or have an exception approved: dossier new exception",
		Now:    "have the change looked at again, and record why it was merged",
	},
	Check: freezeMergesRespect,
}, {
	ID: "freeze/promotions-respect", Level: Must, Sections: "d: 1.22.3.1, 1.32.3.5", Theme: themeFreezes,
	Title: "If the freeze covers promotions, none happened in the covered environment", Failing: "The release was promoted during a freeze of the environment",
	Logic:   "No promotion into the environment of a freeze that stops promotions began between its begin and its end, unless the kind of the release is allowed. A freeze that was rejected blocks nothing. That there is no other freeze is a fact only under a seal.",
	Applies: "prod", Waive: "emg",
	Question: 7, Gate: verify.GateStaging,
	Evidence: []string{"freeze.actions", "freeze.scope.environment", "freeze.allowedClasses", "freeze.liftedAt", "promotion.environment", "promotion.at"},
	Fix: verify.Fix{
		Before: "wait for the end of the freeze; in an emergency record it: dossier new emergency",
		Now:    "record the emergency if it was one, and have it reviewed",
	},
	Check: freezePromotionsRespect,
}, {
	ID: "freeze/no-stabilise-on-main", Level: Must, Sections: "1.14.3 guardrail", Theme: themeFreezes,
	Title: "Main is not quietly halted to stabilise a train", Failing: "Main was halted to stabilise a train",
	Logic:   "While a train is stabilised changes go on into main, or a freeze of it is declared. Only an archive of several releases shows it.",
	Applies: "T arch", Waive: "exc",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"archive: record.changes[].mergedAt", "train.schedule.stabilisation", "archive: freeze"},
	Fix: verify.Fix{
		Before: "stabilise on a release branch, or declare a freeze",
		Now:    "stabilise the next train on a release branch",
	},
}, {
	ID: "freeze/train-declared", Level: Must, Sections: "1.32.3.5", Theme: themeFreezes,
	Title: "Train cut-offs and freezes are declared", Failing: "The cut-off or a freeze of a train was not declared",
	Logic:   "The schedule of the train was published before its cut-off, and each freeze in the time from cut-off to production names the train and was approved before it began.",
	Applies: "T", Waive: "exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"train.schedule", "freeze.links", "freeze.scope.interval", "freeze.approval.at"},
	Fix: verify.Fix{
		Before: "publish the cut-off in time, and name the train in its freezes",
		Now:    "record an exception: dossier new exception",
	},
	Check: freezeTrainDeclared,
}, {
	ID: "freeze/incident-main", Level: Must, Sections: "1.22.3.1 guardrail", Theme: themeFreezes,
	Title: "Main stays releasable during incidents unless a freeze is recorded", Failing: "Main was not releasable during an incident, and no freeze is recorded",
	Logic:   "Each time in which main was not releasable during an incident has a freeze that names the incident. Only an archive of several releases shows it.",
	Applies: "arch", Waive: "exc",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"archive: incident", "archive: freeze.links"},
	Fix: verify.Fix{
		Before: "repair main first, or declare a freeze that names the incident",
		Now:    "record what happened in the incident",
	},
}, {
	ID: "freeze/process-documented", Level: Must, Sections: "2.10.3", Theme: themeFreezes,
	Title: "How freezes are approved and recorded is written in the release strategy", Failing: "Nothing says how freezes are approved and recorded",
	Logic:   "A decision about the release strategy or branching that was in force says how freezes are handled: in its decision, or as a criterion named freeze.",
	Applies: "repo", Waive: "exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"decision.topic", "decision.decision", "decision.criteria", "decision.effectiveFrom"},
	Fix: verify.Fix{
		Before: "decide it and write it down: dossier new decision",
		Now:    "decide it now and write it down",
	},
	Check: freezeProcessDocumented,
}}
