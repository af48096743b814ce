package policy

import (
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// flakyControls are the controls of tests in quarantine.
var flakyControls = []Control{{
	ID: "flaky/no-silent-disable", Level: Must, Sections: "1.13.3.5, 1.29.2", Theme: themeExceptions,
	Title: "No gate is switched off without an exception and a plan", Failing: "A gate is switched off and nothing says until when",
	Logic:   "A check of the release that was skipped, or that may fail without stopping the pipeline, is in quarantine, has a gate bypass, or is a job of quarantined tests. Whether single tests disappeared only an archive of several releases shows.",
	Applies: "* arch", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].outcome", "record.checks[].mayFail", "quarantine.check", "gate bypass: gate"},
	Fix: verify.Fix{
		Before: "let it block, or record a quarantine: dossier new quarantine",
		Now:    "run it on the released commit; record the quarantine from now on",
	},
	Check: flakyNoSilentDisable,
}, {
	ID: "flaky/time-bound", Level: Must, Sections: "1.13.3.5, 1.29.2, 1.29.3.1", Theme: themeExceptions,
	Title: "A quarantine has an end date", Failing: "A quarantine had ended and the test was still out of the gate",
	Logic:   "The release went out before the quarantine ended, or the test was back by then.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"quarantine.expiresAt", "quarantine.restoredAt"},
	Fix: verify.Fix{
		Before: "mend the test and take it back, or have a new quarantine approved",
		Now:    "mend the test and take it back into the gate",
	},
	Check: flakyTimeBound,
}, {
	ID: "flaky/ticket", Level: Must, Sections: "1.13.3.5, 1.29.2", Theme: themeExceptions,
	Title: "A quarantine is tracked by a ticket that the pull request names", Failing: "A quarantine is not tracked by a ticket",
	Logic:   "The ticket has an id or address. If the run in which it was seen is one of a pull request of the release, that pull request names the ticket.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"quarantine.ticket", "quarantine.run", "record.checks[].evidence", "record.changes[].tickets"},
	Fix: verify.Fix{
		Before: "open a ticket for the repair and name it in the pull request where the failure was seen",
		Now:    "open the ticket, and correct the quarantine",
	},
	Check: flakyTicket,
}, {
	ID: "flaky/approved", Level: Must, Sections: "1.29.2, 1.29.3.1", Theme: themeExceptions,
	Title: "A quarantine is approved by somebody else, with reason and plan", Failing: "A quarantine is not approved by somebody else, with reason and plan",
	Logic:   "A person whom trust lists approved it who is not the one that asked for it, signed it or is vouched for by a recorder; reason and restoration plan are stated.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"quarantine.requestedBy", "quarantine.approval", "quarantine.rationale", "quarantine.restorationPlan"},
	Fix: verify.Fix{
		Before: "have somebody else approve it, with the reason and how the test comes back",
		Now:    "have it approved now, and say how the test comes back",
	},
	Check: flakyApproved,
}, {
	ID: "flaky/high-risk-coverage", Level: Must, Sections: "1.13.3.5", Theme: themeExceptions,
	Title: "Required coverage of high-risk paths stays", Failing: "A quarantine leaves code of high risk without the tests it needs",
	Logic:   "Other tests cover the risk (coveredBy); or the test covers no path of high-risk-paths or migration-paths, and no change of the release has a risk of high-risk-levels.",
	Applies: "*", Waive: "no",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"quarantine.coveredBy", "quarantine.paths", "record.changes[].files", "record.changes[].labels"},
	Fix: verify.Fix{
		Before: "name the tests that cover the risk meanwhile, or mend the test first",
		Now:    "cover the paths by another test, and correct the quarantine",
	},
	Check: flakyHighRiskCoverage,
}, {
	ID: "flaky/not-security", Level: Must, Sections: "1.29.3.1 exception", Theme: themeExceptions,
	Title: "Security gates are never quarantined", Failing: "A security gate is in quarantine",
	Logic:   "No quarantine is of a check in security-checks. Only an emergency with an approved exception allows it.",
	Applies: "*", Waive: "emg + exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"quarantine.check"},
	Fix: verify.Fix{
		Before: "mend the scan; in an emergency record it with an exception",
		Now:    "run the scan on what was released, and end the quarantine",
	},
	Check: flakyNotSecurity,
}, {
	ID: "flaky/signature", Level: Must, Sections: "d: 1.29.3.1", Theme: themeExceptions,
	Title: "The failure is identified: test, suite, failure mode, run", Failing: "A quarantine does not identify the failure",
	Logic:   "Test, suite, failure mode and the run in which it was seen are stated.",
	Applies: "*", Waive: "exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"quarantine.test", "quarantine.suite", "quarantine.failureMode", "quarantine.run"},
	Fix: verify.Fix{
		Before: "state test, suite, how it fails and the run",
		Now:    "correct the quarantine",
	},
	Check: recorded[*evidence.Quarantine]("/test", "/suite", "/failureMode", "/run/uri|/run/digest|/run/name"),
}, {
	ID: "flaky/bounded-retries", Level: Must, Sections: "1.29.3.1", Theme: themeExceptions,
	Title: "Automatic retries are bounded and measured", Failing: "A check was run again without a bound or a measure",
	Logic:   "A check that was run more than once states how often it may be, and was not run more often; how often tests failed is counted, or a quarantine names where it is watched.",
	Applies: "*", Waive: "exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].attempt", "record.checks[].maxRetries", "record.checks[].tests", "quarantine.metric"},
	Fix: verify.Fix{
		Before: "bound the retries in the pipeline, and count them",
		Now:    "bound the retries in the pipeline, and count them",
	},
	Check: flakyBoundedRetries,
}, {
	ID: "flaky/non-blocking-job", Level: Must, Sections: "d: 1.29.3.1", Theme: themeExceptions,
	Title: "The quarantined test still runs outside the gate", Failing: "A quarantined test does not run any more",
	Logic:   "For each quarantine of the release there is a result of its job, or of a check of the category quarantine, on the released commit or artifact.",
	Applies: "*", Waive: "exc",
	Question: 7, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].category", "record.checks[].name", "record.checks[].outcome", "quarantine.job"},
	Fix: verify.Fix{
		Before: "run quarantined tests in a job that does not block, and record its result",
		Now:    "run them in a job that does not block",
	},
	Check: flakyNonBlockingJob,
}, {
	ID: "flaky/release-risk", Level: Must, Sections: "1.29.3.1 guardrail", Theme: themeExceptions,
	Title: "A quarantine shows up as a risk of the release", Failing: "A quarantine is not named as a risk of the release",
	Logic:   "The id of each quarantine in force stands in the release record's quarantines, or in the risks or known issues of the notes.",
	Applies: "prod", Waive: "exc",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"record.releaseRecord.quarantines", "record.notes.risks", "record.notes.knownIssues"},
	Fix: verify.Fix{
		Before: "list its id under releaseRecord.quarantines",
		Now:    "tell those who approve, and list it in the next release record",
	},
	Check: flakyReleaseRisk,
}, {
	ID: "flaky/restored", Level: Must, Sections: "d: 1.29.2, 1.29.3.1", Theme: themeExceptions,
	Title: "After expiry the test is back in the gate", Failing: "A test is not back in the gate after its quarantine",
	Logic:   "After the end of a quarantine the test runs in the blocking suite again. Only an archive of several releases shows it.",
	Applies: "arch", Waive: "no",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"archive: quarantine.expiresAt", "archive: record.checks[].tests"},
	Fix: verify.Fix{
		Before: "mend the test and take it back",
		Now:    "mend the test and take it back",
	},
}}
