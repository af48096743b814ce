package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const themeChecks = "Checks, gates and pipeline"

// passingControls are the controls of required checks: that each passed on the
// release by the time that production got it. What was required of a pull
// request by its merge is for pr/checks-pass-before-merge, and by the tag for
// tag/commit-passed-checks.
var passingControls = []Control{{
	ID: "check/lint", Level: Must, Sections: "1.13.3.1, 1.13.3.4, 1.13.5.2, 2.9.2", Theme: themeChecks,
	Title: "Lint passed on the released commit", Failing: "Lint did not pass on the released commit",
	Logic:   "The last lint run on the released commit that had ended when production got the release passed. A run on the head of a pull request is one of another commit, and a run that was skipped, cancelled or neutral did not pass. Names of checks are folded by the parameter check-aliases.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].category", "record.checks[].outcome", "record.checks[].subject", "record.checks[].finishedAt"},
	Fix:      fixRun("lint"),
	Check:    func(f *Facts) Result { return f.commitChecked("lint") },
}, {
	ID: "check/unit-test", Level: Must, Sections: "1.13.3.1, 1.13.5.2, 2.9.2", Theme: themeChecks,
	Title: "Unit tests passed on the released commit", Failing: "Unit tests did not pass on the released commit",
	Logic:   "The last run on the released commit by the time that production got it passed, says how many tests it ran, ran at least one that was not skipped, and keeps a file of its results by digest.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].outcome", "record.checks[].subject", "record.checks[].tests", "record.checks[].evidence[].digest"},
	Fix:      fixRun("the unit tests"),
	Check:    checkUnitTest,
}, {
	ID: "check/build", Level: Must, Sections: "1.13.3.4, 2.9.2", Theme: themeChecks,
	Title: "The build of the released commit succeeded", Failing: "The build of the released commit did not succeed",
	Logic:   "The last build run on the released commit by the time that production got it passed, and each build provenance names the run of such a build.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].outcome", "record.checks[].subject", "record.checks[].runId", "provenance: run id"},
	Fix: verify.Fix{
		Before: "record the result of the very run that builds the release",
		Now:    "build the released commit again and release under a new version",
	},
	Check: checkBuild,
}, {
	ID: "check/integration-test", Level: Must, Sections: "1.13.3.1, 1.13.3.4, 1.11.3.2", Theme: themeChecks,
	Title: "The integration, contract or end-to-end tests passed", Failing: "The integration tests did not pass",
	Logic:   "The last run on the released commit by the time that production got it passed and ran a test. It may only then not apply if the repository's metadata has a trait of the parameter untested-traits and the result says why. Of a release of several repositories, a run on its manifest passed as well.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].outcome", "record.checks[].subject", "record.checks[].tests", "record.metadata.traits", "record.manifest.location"},
	Fix:      fixRun("the integration tests"),
	Check:    checkIntegrationTest,
}, {
	ID: "check/sast", Level: Must, Sections: "1.11.3.2, 1.13.3.1, 1.13.5.2, 1.16.3.3", Theme: themeChecks,
	Title: "Static security analysis passed on the release", Failing: "Static security analysis did not pass on the release",
	Logic:   "The last run on the released commit or artifact by the time that production got it passed. Skipped and neutral are not passed.",
	Applies: "*", Waive: "exc (H: emg + compensating controls)",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.checks[].outcome", "record.checks[].subject", "record.checks[].finishedAt"},
	Fix:      fixRun("the static analysis"),
	Check:    func(f *Facts) Result { return f.releaseChecked("sast", false) },
}, {
	ID: "check/dependency-license", Level: Must, Sections: "1.11.3.2, 1.13.3.1, 1.13.5.2", Theme: themeChecks,
	Title: "The scan of dependencies and licences passed on the release", Failing: "The scan of dependencies and licences did not pass on the release",
	Logic:   "As check/sast. A check whose name speaks of licences only, or of vulnerabilities only, is half of the scan: the other half must have passed as well.",
	Applies: "*", Waive: "exc (H: emg + compensating controls)",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.checks[].name", "record.checks[].outcome", "record.checks[].subject"},
	Fix:      fixRun("the scan of dependencies and licences"),
	Check:    checkDependencyLicense,
}, {
	ID: "check/sbom-generate", Level: Must, Sections: "1.11.3.2, 1.13.3.4, 1.13.5.2", Theme: themeChecks,
	Title: "An SBOM was generated and is kept", Failing: "No SBOM was generated, or none is kept",
	Logic:   "The last generation on the release passed, and an SBOM is listed and there. With the parameter sbom-on-pull-requests, one was generated on the head of each pull request as well.",
	Applies: "*", Waive: "exc (H: emg)",
	Question: 4, Gate: verify.GateStaging,
	Evidence: []string{"record.checks[].outcome", "record.checks[].subject", "record.sboms[]"},
	Fix:      fixRun("the generation of the SBOM"),
	Check:    checkSBOMGenerate,
}, {
	ID: "check/dast", Level: Must, Sections: "1.11.3.2, 1.13.3.1, 1.30.3.3, 2.9.2", Theme: themeChecks,
	Title: "Dynamic security tests passed, or do not apply and somebody says why", Failing: "Dynamic security tests did not pass",
	Logic:   "Of a component that users or the network reach, the last run by the time that production got it passed. Of another, it may say that it does not apply, with a reason. Who does not say how the component is reached is taken to have exposed it.",
	Applies: "svc app iac", Waive: "exc",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.checks[].outcome", "record.checks[].rationale", "record.metadata.exposure"},
	Fix: verify.Fix{
		Before: "run the dynamic tests on the candidate, or record that they do not apply and why",
		Now:    "run the dynamic tests on the released artifact, and record what was missed as an exception",
	},
	Check: func(f *Facts) Result { return f.releaseChecked("dast", !slices.Contains(exposed, f.exposure())) },
}, {
	ID: "check/dast-na-rationale", Level: Must, Sections: "1.13.3.1, 1.13.5.2, 1.30.3.3, 2.5.3", Theme: themeChecks,
	Title: "That dynamic tests do not apply has a reason that fits", Failing: "That dynamic tests do not apply has no reason that fits",
	Logic:   "Each result of dynamic tests on the release that says they do not apply gives a reason that is no stock phrase and has at least the length of the parameter rationale-length, and the component's exposure does not contradict it. Without such a result there is nothing to judge.",
	Applies: "*", Waive: "rat",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"record.checks[].rationale", "record.metadata.exposure"},
	Fix: verify.Fix{
		Before: "write in the result why nothing can reach the component",
		Now:    "run the dynamic tests, or say in the next release why they do not apply",
	},
	Check: checkDASTRationale,
}, {
	ID: "check/secrets-scan", Level: Must, Sections: "2.5.3, 1.19.3.3, 1.19.5.1(4)", Theme: themeChecks,
	Title: "A scan for secrets covered the released source", Failing: "No scan for secrets covered the released source",
	Logic:   "The last scan of the released commit by the time that production got it passed, or one of the head of each pull request of the release did before its merge. Where the pull request's template says why none applies, that does for the pull request.",
	Applies: "*", Waive: "exc",
	Question: 4, Gate: verify.GateTag,
	Evidence: []string{"record.checks[].outcome", "record.checks[].subject", "record.changes[].headCommit", "record.changes[].details.testing[]"},
	Fix:      fixRun("the scan for secrets"),
	Check:    checkSecretsScan,
}}

// fixRun is what mends a check that did not pass.
func fixRun(what string) verify.Fix {
	return verify.Fix{
		Before: "run " + what + " on the released commit before production gets it, and give the result to create",
		Now:    "run " + what + " on the released commit, mend what is found in a new release, and record the gap as an exception",
	}
}

// broughtToProduction is when production first got the release: by then what it
// rests on must have been there, and a later green run heals nothing (G4). The
// zero span is never; ok is false if it is not known when.
func (f *Facts) broughtToProduction() (first span, ok bool) {
	list := f.into(envProduction)
	if len(list) == 0 {
		return span{}, true
	}
	return list[0].start, !list[0].start.from.IsZero()
}

// releaseChecked judges a required check on the released commit, artifact or
// manifest, commitChecked one on the released commit alone.
func (f *Facts) releaseChecked(category string, naAllowed bool) Result {
	return f.checkedOn(category, "the release", f.onRelease, naAllowed)
}

func (f *Facts) commitChecked(category string) Result {
	return f.checkedOn(category, "the released commit "+short(f.Record.Commit), f.onReleasedCommit(), false)
}

func (f *Facts) checkedOn(category, subject string, on func(checked) bool, naAllowed bool) Result {
	by, ok := f.broughtToProduction()
	if !ok {
		want := fmt.Sprintf("%s passed on %s before production got it", category, subject)
		return f.untimed(want, "when production got the release is not known").at(inRecord(f, "/checks")).follows("promotion/deploy-record")
	}
	return f.passed(category, subject, on, by, naAllowed)
}

// runsOf returns the runs that releaseChecked judges.
func (f *Facts) runsOf(category string) []checked {
	by, _ := f.broughtToProduction()
	return f.latest(category, f.onRelease, by)
}

func checkUnitTest(f *Facts) Result {
	res := f.commitChecked("unit-test")
	if res.Outcome != verify.Pass {
		return res
	}
	var total int64
	for _, c := range f.runsOf("unit-test") {
		switch {
		case c.Outcome != "pass":
		case c.Tests == nil || c.Tests.Total == nil:
			return missing(res.Expected, c.Name+" does not say how many tests it ran").at(c.place(f, "/tests"))
		case !slices.ContainsFunc(c.Evidence, func(d evidence.ResourceDescriptor) bool { return len(d.Digest) > 0 }):
			return missing(res.Expected, c.Name+" keeps no file of its results by digest").at(c.place(f, "/evidence"))
		default:
			total += *c.Tests.Total
		}
	}
	res.Found = fmt.Sprintf("%s: %s", res.Found, plural(int(total), "test", "tests"))
	return res
}

func checkBuild(f *Facts) Result {
	res := f.commitChecked("build")
	if res.Outcome != verify.Pass {
		return res
	}
	const want = "the release was built by a run that passed"
	if len(f.Provenance) == 0 {
		return missing(want, "no provenance says which run built it").at(inRecord(f, "/provenance")).follows("provenance/present")
	}
	proofs := []verify.Proof{res.Proof}
	for _, v := range f.Provenance {
		if v.Summary == nil {
			return unreadProvenance(v).wants(want)
		}
		if !slices.ContainsFunc(f.runsOf("build"), func(c checked) bool { return namesRun(v.Summary.RunID, c.RunID) }) {
			return fail("another-run", want, "provenance names the run %s, the build %s", either(v.Summary.RunID, "none"), several(runIDs(f.runsOf("build")))).
				at(inMaterial(v.Material.Digest)).at(res.Inputs...)
		}
		proofs = append(proofs, v.Proof)
		res = res.at(inMaterial(v.Material.Digest))
	}
	res.Proof = weakest(proofs, res.Proof)
	return res.wants(want)
}

func runIDs(list []checked) []string {
	var ids []string
	for _, c := range list {
		ids = append(ids, either(c.RunID, "none"))
	}
	return ids
}

// namesRun reports whether the address or id of a run in a provenance is that of
// a check. A check may have the id of a job within the run: actions/RUN/JOB.
func namesRun(address, id string) bool {
	if address == "" || id == "" {
		return false
	}
	parts := strings.Split(id, "/")
	if len(parts) > 1 && !strings.Contains(id, "://") {
		id = parts[1]
	}
	return address == id || slices.Contains(strings.Split(address, "/"), id)
}

func checkIntegrationTest(f *Facts) Result {
	res := f.checkedOn("integration-test", "the released commit "+short(f.Record.Commit), f.onReleasedCommit(), f.untested())
	if res.Outcome != verify.Pass || f.Record.Manifest == nil {
		return res
	}
	return f.checkedOn("integration-test", "the release manifest", f.onManifest, false)
}

// halves of the scan of dependencies, by what its name speaks of.
const (
	halfVulnerabilities = "vulnerabilities"
	halfLicences        = "licences"
)

// halfOf returns which half of the scan of dependencies a check is; "" if it is
// all of it.
func halfOf(name string) string {
	name = strings.ToLower(name)
	licences := strings.Contains(name, "license") || strings.Contains(name, "licence")
	others := strings.Contains(name, "dependenc") || strings.Contains(name, "vuln")
	switch {
	case licences && !others:
		return halfLicences
	case others && !licences:
		return halfVulnerabilities
	}
	return ""
}

func checkDependencyLicense(f *Facts) Result {
	res := f.releaseChecked("dependency-license-scan", false)
	if res.Outcome != verify.Pass {
		return res
	}
	seen := map[string]bool{}
	for _, c := range f.runsOf("dependency-license-scan") {
		seen[halfOf(c.Name)] = true
	}
	for _, half := range []string{halfVulnerabilities, halfLicences} {
		if !seen[""] && !seen[half] {
			return missing("both dependencies and licences were scanned", res.Found+"; no scan for "+half).at(res.Inputs...)
		}
	}
	return res
}

func checkSBOMGenerate(f *Facts) Result {
	res := f.releaseChecked("sbom-generate", false)
	if res.Outcome != verify.Pass {
		return res
	}
	if len(f.SBOMs) == 0 {
		return missing(res.Expected, "an SBOM was generated, and none is kept").at(inRecord(f, "/sboms")).follows("sbom/present")
	}
	for _, s := range f.SBOMs {
		if !s.Present {
			return unknown(absent(s.Code), "%s is listed and not there", s.Material.Name).wants(res.Expected).at(inMaterial(s.Material.Digest)).follows("sbom/present")
		}
	}
	if !f.Params.SBOMOnPullRequests {
		return res.at(inRecord(f, "/sboms"))
	}
	of := f.eachPull("an SBOM was generated on the head of each pull request", func(p *pull) (Result, bool) {
		r := f.passedBeforeMerge(p, "sbom-generate", false)
		return r, r.Outcome == verify.Pass
	})
	if of.Outcome != verify.Pass && of.Outcome != verify.NotApplicable {
		return of
	}
	return res.at(inRecord(f, "/sboms"))
}

// passedBeforeMerge judges a check on the head of a pull request by its merge.
func (f *Facts) passedBeforeMerge(p *pull, category string, naAllowed bool) Result {
	if p.merged == (span{}) {
		return f.untimed(category+" passed before the merge", "when %s was merged is not known", p).at(p.place(f, "/mergedAt"))
	}
	if category == checkSecrets {
		switch r, ok := f.secretsPassed(p); {
		case ok && r.Outcome == verify.Pass:
			return r
		case ok:
			return pass(f.Stated(), "%s: the template says why no scan applies", p).at(p.place(f, "/details/testing"))
		}
	}
	r := f.passed(category, "the head of "+p.String(), f.headOf(p), p.merged, naAllowed)
	if r.Outcome != verify.Pass {
		r = r.at(p.place(f, ""))
	}
	return r
}

// dastNotApplicable are the results of dynamic tests on the release that say
// they do not apply.
func dastNotApplicable(f *Facts) []checked {
	return slices.DeleteFunc(slices.Clone(f.checks()), func(c checked) bool {
		return c.category != "dast" || c.Outcome != "na" || !f.onRelease(c)
	})
}

func checkDASTRationale(f *Facts) Result {
	const want = "a reason that fits how the component is reached"
	list := dastNotApplicable(f)
	if len(list) == 0 {
		return notApplicable("no result says that dynamic tests do not apply")
	}
	var where []verify.Place
	for _, c := range list {
		switch {
		case slices.Contains(exposed, f.exposure()):
			return fail("contradicts-exposure", want, "%s does not apply, and the component is %s", c.Name, f.exposure()).
				at(c.place(f, "/outcome"), inRecord(f, "/metadata/exposure"))
		case f.boilerplate(c.Rationale):
			return fail("no-reason", want, "the reason is %q", c.Rationale).at(c.place(f, "/rationale"))
		}
		where = append(where, c.place(f, "/rationale"))
	}
	return pass(f.Stated(), "%s", list[0].Rationale).wants(want).at(where...)
}

// boilerplate reports whether a reason is none: a placeholder, a stock phrase, or
// too short to say anything.
func (f *Facts) boilerplate(reason string) bool {
	return placeholder(reason) || holdsFold(f.Params.StockRationales, reason) || len([]rune(strings.TrimSpace(reason))) < f.Params.RationaleLength
}

func checkSecretsScan(f *Facts) Result {
	res := f.releaseChecked(checkSecrets, false)
	if res.Outcome == verify.Pass || res.Code != codeMissing {
		return res
	}
	const want = "a scan for secrets of the released commit, or of the head of each pull request before its merge"
	of := f.eachPull(want, func(p *pull) (Result, bool) {
		r := f.passedBeforeMerge(p, checkSecrets, false).wants(want)
		return r, r.Outcome == verify.Pass
	})
	if of.Outcome == verify.NotApplicable {
		return res
	}
	return of
}
