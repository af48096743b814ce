package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// resultControls are the controls of what is kept of checks, and of where the
// results come from.
var resultControls = []Control{{
	ID: "check/evidence-retained", Level: Must, Sections: "1.13.5.2, 1.31.5.2", Theme: themeChecks,
	Title: "Each check keeps the evidence that is named for it", Failing: "A check does not keep the evidence that is named for it",
	Logic:   "Of results on the release: lint and build keep a run and a log, unit and integration tests a run and counts, scans a report, dynamic tests a report or the reason why they do not apply, the generation of SBOMs an SBOM, the one of provenance an attestation. Of promotions: smoke tests, monitoring and the verification of signatures keep a run, snapshot or log, and production an approval.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].runId", "record.checks[].evidence", "record.checks[].tests", "promotion.verification[].evidence", "verification.evidence", "approval"},
	Fix: verify.Fix{
		Before: "give the reports, logs and results to create with the checks",
		Now:    "add what is still kept elsewhere as a record, and keep it with the next release",
	},
	Check: checkEvidenceRetained,
}, {
	ID: "check/from-ci", Level: Must, Sections: "d: 1.5.2(2), 1.10.5.3(3)", Theme: themeChecks,
	Title: "Results of checks come from CI, not from a person", Failing: "A result of a check does not come from CI",
	Logic:   "Each result names a run, and was reported by one of the parameter ci-issuers, or by nobody else than the very run that made the record for this commit. A person whom trust lists is no CI. Where it links to its run, that is a run of this repository or of a system of the parameter ci-systems.",
	Applies: "*", Waive: "no",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].issuer", "record.checks[].runId", "record.checks[].evidence[].uri", "record.build"},
	Fix: verify.Fix{
		Before: "let CI report its results, and name its account in the parameter ci-issuers",
		Now:    "run the checks in CI on the released commit, and treat the results of people as none",
	},
	Check: checkFromCI,
}, {
	ID: "check/findings-recorded", Level: Must, Sections: "1.7.3", Theme: themeChecks,
	Title: "Scans record their findings by severity", Failing: "A scan does not record its findings by severity",
	Logic:   "The results of static analysis, of the scan of dependencies and of dynamic tests on the release that production rests on each state counts by severity, even if all are zero.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.checks[].findings"},
	Fix: verify.Fix{
		Before: "give the report (SARIF, or the scanner's JSON) to create, which counts",
		Now:    "scan the released artifact again with a report",
	},
	Check: checkFindingsRecorded,
}, {
	ID: "check/critical-findings-block", Level: Must, Sections: "1.7.3", Theme: themeChecks,
	Title: "No finding of the critical level was open when production got the release", Failing: "Findings of the critical level were open when production got the release",
	Logic:   "The last results of the scans by the time that production got the release have no open finding at the severity of the parameter critical-severity or above it; one whose severity is not stated counts. What later scans find is told and changes nothing.",
	Applies: "prod", Waive: "exc",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.checks[].findings"},
	Fix: verify.Fix{
		Before: "mend what was found, or have an exception approved that names this control",
		Now:    "mend what was found in a new release",
	},
	Check: checkCriticalFindings,
}, {
	ID: "check/coverage-threshold", Level: Should, Sections: "1.7.3", Theme: themeChecks,
	Title: "Test coverage reaches an agreed limit that has a reason", Failing: "Test coverage does not reach an agreed limit that has a reason",
	Logic:   "The last unit tests on the release state how much they covered and the agreed least share, and covered that much. A decision about coverage gives the reason for the limit.",
	Applies: "*", Waive: "rat",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].coverage", "decision.topic", "decision.rationale"},
	Fix:      verify.Fix{Before: "measure coverage with the unit tests, agree on a limit and record the decision: dossier new decision"},
	Check:    checkCoverage,
}, {
	ID: "check/same-pipeline-run-evidence", Level: Must, Sections: "d: 1.13.3.2, 1.12.6.1", Theme: themeChecks,
	Title: "Results of checks belong to this release, not to an older one", Failing: "A result of a check belongs to another commit or artifact",
	Logic:   "The subject of each result is the released commit, the tag, a released artifact or the release manifest, or else a commit of the release or of a pull request in it, whose merge it was for.",
	Applies: "*", Waive: "no",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].subject", "record.changes[].commits"},
	Fix: verify.Fix{
		Before: "give create the results of the released commit only",
		Now:    "run the checks on the released commit",
	},
	Check: checkSubjects,
}, {
	ID: "check/no-green-by-chance", Level: Must, Sections: "1.29.2", Theme: themeChecks,
	Title: "No check was run again until it happened to pass", Failing: "A check was run again until it happened to pass",
	Logic:   "A check that failed and then passed on the same commit did so within as many attempts as the parameter check-attempts says. More need a ticket: a quarantine of the check, or a ticket of the release named in the reason of a failed run; then it is a warning. Runs that ended for a reason of the parameter infrastructure-conclusions do not count. That earlier attempts are not recorded is no proof that they passed.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].attempt", "record.checks[].outcome", "record.checks[].conclusion", "record.checks[].rationale", "quarantine.check", "quarantine.ticket"},
	Fix: verify.Fix{
		Before: "mend the flaky test, or record its quarantine with a ticket: dossier new quarantine",
		Now:    "open a ticket for the flaky test and mend it, and record the gap as an exception",
	},
	Check: checkAttempts,
}, {
	ID: "check/scan-summaries-attached", Level: Must, Sections: "1.31.3.4", Theme: themeChecks,
	Title: "The release record sums up each scan", Failing: "The release record does not sum up each scan",
	Logic:   "The release record has a line for each scan that ran on the release (static analysis, dependencies and licences, dynamic tests, secrets), which begins with the name of the check and a colon.",
	Applies: "prod", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.releaseRecord.scanSummaries", "record.checks[].category"},
	Fix: verify.Fix{
		Before: "write what each scan found under scan-summaries: dossier new release",
		Now:    "sum up the scans in the release record of the next release",
	},
	Check: checkScanSummaries,
}, {
	ID: "check/commit-lint-enforced", Level: Must, Sections: "1.31.5.1", Theme: themeChecks,
	Title: "A check enforces the format of commits", Failing: "No check enforces the format of commits",
	Logic:   "A check of commit messages passed on the head of each pull request before its merge; or commit/conventional, which judges the commits themselves, holds.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag, Last: true,
	Evidence: []string{"record.checks[].category", "record.changes[].headCommit", "commit/conventional"},
	Fix: verify.Fix{
		Before: "require a check of commit messages (commit-lint) on pull requests",
		Now:    "require a check of commit messages for what is merged from now on",
	},
	Check: checkCommitLint,
}, {
	ID: "check/bypass-recorded", Level: Must, Sections: "1.13.3.5 guardrail", Theme: themeChecks,
	Title: "Each gate that was passed by has a record that says who, why, how far and until when", Failing: "A gate was passed by without a record that says who, why, how far and until when",
	Logic:   "Each check that was required of the release and did not pass, and each pull request whose merge went past a required check, has a gate bypass, an exception that names its control, or an entry among the waived checks of an emergency: with an approver, a reason, an extent and a date for its remedy, which is not past unless its work is done.",
	Applies: "*", Waive: "no",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.checks[]", "record.changes[].events[]", "gate-bypass", "exception", "emergency.waivedChecks[]"},
	Fix: verify.Fix{
		Before: "record the bypass with its approval and the date of its remedy: dossier new gate-bypass",
		Now:    "record the bypass with its approval, and meet the gate: dossier new gate-bypass",
	},
	Check: checkBypassRecorded,
}}

// kept are the files and addresses that show a result.
func kept(list []evidence.ResourceDescriptor) bool {
	return slices.ContainsFunc(list, func(d evidence.ResourceDescriptor) bool { return d.URI != "" || len(d.Digest) > 0 })
}

// lacks says what a result does not keep of what is named for it; "" if it keeps
// all.
func (c checked) lacks(f *Facts) string {
	switch c.category {
	case "lint", "build":
		switch {
		case c.RunID == "":
			return "its run"
		case !kept(c.Evidence):
			return "its log"
		}
	case "unit-test", "integration-test":
		switch {
		case c.Outcome == "na":
		case c.RunID == "":
			return "its run"
		case c.Tests == nil || !kept(c.Evidence):
			return "its results"
		}
	case "sast", "dependency-license-scan", "secrets":
		if !kept(c.Evidence) {
			return "its report"
		}
	case "dast":
		if c.Outcome != "na" && !kept(c.Evidence) {
			return "its report"
		}
	case "sbom-generate":
		if len(f.SBOMs) == 0 {
			return "the SBOM"
		}
	case "provenance":
		if len(f.Provenance) == 0 {
			return "the attestation"
		}
	case "signature":
		if !kept(c.Evidence) {
			return "the log of the verification"
		}
	}
	return ""
}

func checkEvidenceRetained(f *Facts) Result {
	const want = "each check keeps the evidence that is named for it"
	proofs := []verify.Proof{f.Stated()}
	var where []verify.Place
	for _, c := range f.checks() {
		if !f.onRelease(c) && c.category != "signature" {
			continue
		}
		if what := c.lacks(f); what != "" {
			return missing(want, c.Name+" does not keep "+what).at(c.place(f, ""))
		}
		where = append(where, c.place(f, ""))
	}
	if len(where) == 0 {
		return missing(want, "no check of the release is recorded").at(inRecord(f, "/checks")).follows("check/lint")
	}
	for _, p := range f.promotions() {
		for _, l := range f.looks(p) {
			if slices.Contains([]string{"smoke", "monitoring", "signature"}, l.kind) && l.result == "pass" && !kept(l.kept) && !f.keptElsewhere(p, l) {
				return missing(want, fmt.Sprintf("promotion %s: %s keeps no run, log or snapshot", p.ID, lookNames[l.kind])).at(l.place).on(p.start, p.env)
			}
			proofs, where = append(proofs, l.proof), append(where, l.place)
		}
		if p.env == envProduction && !p.candidate() && len(p.Approvals) == 0 && len(approvalsOf(f).present) == 0 {
			return missing(want, "no approval of production is kept").at(p.place(f, "/approvals")).on(p.start, p.env).follows("approval/production-present")
		}
	}
	return pass(weakest(proofs, f.Stated()), "%s", plural(len(where), "result", "results")).wants(want).at(where...)
}

// keptElsewhere reports whether another statement of the same look keeps what
// shows it.
func (f *Facts) keptElsewhere(p promoted, l look) bool {
	return slices.ContainsFunc(f.looks(p), func(o look) bool { return o.kind == l.kind && o.at == l.at && kept(o.kept) })
}

func checkFromCI(f *Facts) Result {
	const want = "each result was reported by CI, for a run of this repository"
	list := f.checks()
	if len(list) == 0 {
		return missing(want, "no result is recorded").at(inRecord(f, "/checks")).follows("check/lint")
	}
	var where []verify.Place
	for _, c := range list {
		if c.RunID == "" {
			return missing(want, c.Name+" names no run").at(c.place(f, "/runId"))
		}
		if why := f.notFromCI(c); why != "" {
			return fail("not-from-ci", want, "%s: %s", c.Name, why).at(c.place(f, "/issuer"))
		}
		if uri := f.foreignRun(c); uri != "" {
			return fail("foreign-run", want, "%s links to %s", c.Name, uri).at(c.place(f, "/evidence"))
		}
		where = append(where, c.place(f, ""))
	}
	return pass(f.Stated(), "%s", plural(len(list), "result", "results")).wants(want).at(where...)
}

// notFromCI says why who reported a result is no CI; "" if it is.
func (f *Facts) notFromCI(c checked) string {
	switch b := f.Record.Build; {
	case c.Issuer == nil && b != nil && b.System != "local" && b.RunID == c.RunID && string(b.Commit) == f.Record.Commit:
		return ""
	case c.Issuer == nil:
		return "nobody says who reported it"
	case f.person(*c.Issuer):
		return f.actorText(c.Issuer) + " is a person"
	case !slices.Contains(f.Params.CIIssuers, string(c.Issuer.ID)):
		return f.actorText(c.Issuer) + " (" + string(c.Issuer.ID) + ") is none of the parameter ci-issuers"
	}
	return ""
}

// foreignRun returns the address of a run that is not one of this repository, ""
// if there is none.
func (f *Facts) foreignRun(c checked) string {
	for _, d := range c.Evidence {
		if d.URI == "" || strings.HasPrefix(d.URI, f.Record.Repository.URI+"/") {
			continue
		}
		if !slices.ContainsFunc(f.Params.CISystems, func(prefix string) bool { return strings.HasPrefix(d.URI, strings.TrimSuffix(prefix, "/")+"/") }) {
			return d.URI
		}
	}
	return ""
}

// scans are the checks whose findings are judged.
var scans = []string{"sast", "dependency-license-scan", "dast"}

// scansByProduction returns the scans of the release that production rests on,
// those that do not apply left out.
func (f *Facts) scansByProduction() []checked {
	var list []checked
	for _, category := range scans {
		for _, c := range f.runsOf(category) {
			if c.Outcome != "na" {
				list = append(list, c)
			}
		}
	}
	return list
}

func checkFindingsRecorded(f *Facts) Result {
	const want = "each scan states its findings by severity"
	var where []verify.Place
	for _, c := range f.scansByProduction() {
		if c.Findings == nil || c.Findings.Open == nil {
			return missing(want, c.Name+" states no findings").at(c.place(f, "/findings"))
		}
		where = append(where, c.place(f, "/findings"))
	}
	if len(where) == 0 {
		return missing(want, "no scan of the release is recorded").at(inRecord(f, "/checks")).follows("check/sast")
	}
	return pass(f.Stated(), "%s", plural(len(where), "scan", "scans")).wants(want).at(where...)
}

// severities are those of findings, the worst first.
var severities = []string{"critical", "high", "medium", "low"}

// atLeast counts the open findings of a severity or a worse one, and those whose
// severity is not stated.
func atLeast(c *evidence.CheckFindings, severity string) int64 {
	counts := []*int64{c.Critical, c.High, c.Medium, c.Low}[:slices.Index(severities, severity)+1]
	var n int64
	for _, k := range append(slices.Clone(counts), c.Unknown) {
		if k != nil {
			n += *k
		}
	}
	return n
}

func checkCriticalFindings(f *Facts) Result {
	want := "no open finding of the severity " + f.Params.CriticalSeverity + " or above"
	by, ok := f.broughtToProduction()
	if !ok {
		return f.untimed(want, "when production got the release is not known").at(inRecord(f, "/checks")).follows("promotion/deploy-record")
	}
	list := f.scansByProduction()
	if len(list) == 0 {
		return missing(want, "no scan of the release is recorded").at(inRecord(f, "/checks")).follows("check/sast")
	}
	var open []string
	var where []verify.Place
	for _, c := range list {
		if c.Findings == nil {
			return missing(want, c.Name+" states no findings").at(c.place(f, "/findings")).follows("check/findings-recorded")
		}
		if n := atLeast(c.Findings, f.Params.CriticalSeverity); n > 0 {
			open = append(open, fmt.Sprintf("%s: %d", c.Name, n))
		}
		where = append(where, c.place(f, "/findings"))
	}
	if len(open) > 0 {
		return fail("open-findings", want, "%s", several(open)).at(where...).on(by, envProduction)
	}
	found := plural(len(list), "scan", "scans")
	if later := f.laterFindings(by); later > 0 {
		found += fmt.Sprintf("; later scans found %d", later)
	}
	return pass(f.Stated(), "%s", found).wants(want).at(where...)
}

// laterFindings counts what scans found after production got the release.
func (f *Facts) laterFindings(by span) (n int64) {
	for _, c := range f.checks() {
		if slices.Contains(scans, c.category) && f.onRelease(c) && c.Findings != nil && by != (span{}) && f.notAfter(c.finished, by) == no {
			n += atLeast(c.Findings, f.Params.CriticalSeverity)
		}
	}
	return n
}

func checkCoverage(f *Facts) Result {
	const want = "coverage of at least the agreed share, which a decision gives a reason for"
	for _, c := range f.runsOf("unit-test") {
		v := c.Coverage
		place := c.place(f, "/coverage")
		switch {
		case v == nil || v.Total == nil || v.Covered == nil:
			continue
		case v.Minimum == nil:
			return missing(want, c.Name+" states no agreed share").at(place)
		case *v.Total == 0 || float64(*v.Covered)*100 < float64(*v.Minimum)*float64(*v.Total):
			return fail("coverage-too-low", want, "%s covered %d of %d %s, %d %% are agreed", c.Name, *v.Covered, *v.Total, v.Unit, *v.Minimum).at(place)
		}
		fact, d := f.decision("coverage")
		if d == nil || placeholder(d.Rationale) {
			return missing(want, "no decision about coverage gives a reason for the limit").at(place)
		}
		return pass(verify.Weakest(f.Stated(), fact.Proof), "%d of %d %s, %d %% are agreed", *v.Covered, *v.Total, v.Unit, *v.Minimum).
			wants(want).at(place, fact.Place("/rationale"))
	}
	return missing(want, "no unit tests on the release state what they covered").at(inRecord(f, "/checks"))
}

func checkSubjects(f *Facts) Result {
	const want = "results of this release, or of the pull requests in it"
	known := map[string]bool{f.Record.Commit: true, f.Record.Tag.Object: true}
	for _, c := range f.Range.Commits {
		known[string(c.ID)] = true
	}
	for _, p := range f.pulls() {
		for _, id := range append(slices.Clone(p.Commits), p.HeadCommit, p.MergedAs) {
			known[string(id)] = true
		}
		for _, e := range p.Events {
			known[string(e.Commit)] = true // what was pushed, or put in a merge queue
		}
	}
	delete(known, "")
	digests := map[evidence.Digest]bool{}
	for _, a := range f.Record.Artifacts {
		for _, d := range a.Digests() {
			digests[d] = true
		}
	}
	var where []verify.Place
	for _, c := range f.checks() {
		if !known[objectOf(c.Subject)] && !f.onRelease(c) {
			if sum, ok := c.Subject.Digest.SHA256(); !ok || !digests[sum] {
				return fail("another-subject", want, "%s ran on %s", c.Name, subjectText(c.Subject)).at(c.place(f, "/subject"))
			}
		}
		where = append(where, c.place(f, "/subject"))
	}
	if len(where) == 0 {
		return missing(want, "no result is recorded").at(inRecord(f, "/checks")).follows("check/lint")
	}
	return pass(f.Stated(), "%s", plural(len(where), "result", "results")).wants(want).at(where...)
}

// objectOf is the object id of a subject that is a commit or a tag.
func objectOf(d evidence.ResourceDescriptor) string {
	if d.Name == evidence.SubjectCommit || d.Name == evidence.SubjectTag {
		if id := d.Digest["sha256"]; id != "" {
			return id
		}
	}
	return either(d.Digest["gitCommit"], d.Digest["gitTag"])
}

func subjectText(d evidence.ResourceDescriptor) string {
	return strings.TrimSpace(d.Name + " " + d.Digest.String())
}

func checkScanSummaries(f *Facts) Result {
	const want = "a line of the release record for each scan"
	place := inRecord(f, "/releaseRecord/scanSummaries")
	summed := map[string]bool{}
	if r := f.Record.ReleaseRecord; r != nil {
		for _, line := range r.ScanSummaries {
			if name, text, ok := strings.Cut(line, ":"); ok && !placeholder(text) {
				summed[f.categoryOf(&evidence.Check{Name: name})] = true
			}
		}
	}
	var names, lacking []string
	for _, category := range append(slices.Clone(scans), "secrets") {
		ran := slices.ContainsFunc(f.runsOf(category), func(c checked) bool { return c.Outcome != "na" })
		switch {
		case !ran:
		case summed[category]:
			names = append(names, category)
		default:
			lacking = append(lacking, category)
		}
	}
	switch {
	case len(lacking) > 0:
		return missing(want, "none for "+strings.Join(lacking, ", ")).at(place)
	case len(names) == 0:
		return missing(want, "no scan of the release is recorded").at(place).follows("check/sast")
	}
	return pass(f.Stated(), "%s", strings.Join(names, ", ")).wants(want).at(place)
}

func checkCommitLint(f *Facts) Result {
	const want = "a check of commit messages on the head of each pull request before its merge"
	res := f.eachPull(want, func(p *pull) (Result, bool) {
		r := f.passedBeforeMerge(p, "commit-lint", false).wants(want)
		return r, r.Outcome == verify.Pass
	})
	if res.Outcome == verify.Pass {
		return res
	}
	own := f.result("commit/conventional")
	if own.Outcome != verify.Pass {
		return res
	}
	r := pass(own.Proof, "no check of each pull request, and the commits themselves follow the format").wants(want)
	return r.at(own.Inputs...)
}
