package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// lookControls are the controls of what is looked at after a deployment, and of
// checks that ran later than they should have.
var lookControls = []Control{{
	ID: "check/smoke-tests", Level: Must, Sections: "1.13.3.1(8,10,13), 1.13.5.2", Theme: themeChecks,
	Title: "Smoke tests passed after each deployment", Failing: "Smoke tests did not pass after a deployment",
	Logic:   "After each promotion that succeeded ended, smoke tests of it passed, by the last result. After production they are due within the parameter verification-grace.",
	Applies: "svc iac app; post for production", Waive: "exc",
	Question: 4, Gate: verify.GateFinal,
	Evidence: []string{"promotion.finishedAt", "promotion.verification[]", "verification.kind", "verification.result", "verification.at"},
	Fix:      fixLook("smoke tests", "smoke"),
	Check: func(f *Facts) Result {
		return f.eachDeployment("smoke tests passed after each deployment", func(p promoted) Result { return f.lookedAt(p, "smoke") })
	},
}, {
	ID: "check/monitoring", Level: Must, Sections: "1.13.3.1, 1.13.5.2", Theme: themeChecks,
	Title: "Monitoring stayed within its limits after each deployment", Failing: "Monitoring did not stay within its limits after a deployment",
	Logic:   "After each promotion that succeeded ended, monitoring of it passed, by the last result. One record of it names each measure with its limit, its value and whether it was within, and keeps a snapshot. After production it is due within the parameter verification-grace.",
	Applies: "svc iac app; post for production", Waive: "exc",
	Question: 4, Gate: verify.GateFinal,
	Evidence: []string{"promotion.verification[]", "verification.thresholds[]", "verification.evidence"},
	Fix:      fixLook("monitoring, with limits and values", "monitoring"),
	Check: func(f *Facts) Result {
		return f.eachDeployment("monitoring within limits after each deployment", f.monitored)
	},
}, {
	ID: "check/verify-dev", Level: Must, Sections: "1.13.3.1(8)", Theme: themeChecks,
	Title: "Dev was verified before staging got the release", Failing: "Dev was not verified before staging got the release",
	Logic:   "After the last promotion to dev that had ended when staging first got the release, what the parameter dev-verification names passed before staging got it. A hotfix need not go to dev if the parameter hotfix-skips-dev says so.",
	Applies: "svc iac", Waive: "exc",
	Question: 4, Gate: verify.GateStaging,
	Evidence: []string{"promotion.environment", "promotion.at", "promotion.verification[]", "verification.at"},
	Fix:      fixLook("smoke tests and monitoring in dev before staging", "smoke"),
	Check:    checkVerifyDev,
}, {
	ID: "check/verify-staging", Level: Must, Sections: "1.13.3.1(10)", Theme: themeChecks,
	Title: "Staging was verified before production was approved", Failing: "Staging was not verified before production was approved",
	Logic:   "After the last promotion to staging that had ended when production was first approved (when it got the release, if nobody approved), what the parameter staging-verification names passed before that moment, and nothing else that was looked at failed.",
	Applies: "svc iac app", Waive: "exc",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"promotion.environment", "promotion.verification[]", "verification.at", "approval.at", "promotion.approvals[].at"},
	Fix:      fixLook("smoke tests, monitoring and what candidates need in staging before the approval", "smoke"),
	Check:    checkVerifyStaging,
}, {
	ID: "check/verify-production", Level: Must, Sections: "1.13.3.1(13), 1.13.5.3(4)", Theme: themeChecks,
	Title: "Production was verified: smoke tests, monitoring, the way back", Failing: "Production was not verified",
	Logic:   "After each promotion to production that succeeded ended, what the parameter production-verification names passed; or it failed, and a rollback followed. It is due within the parameter verification-grace.",
	Applies: "prod; post", Waive: "exc",
	Question: 4, Gate: verify.GateFinal,
	Evidence: []string{"promotion.verification[]", "verification.kind", "verification.result", "rollback.at"},
	Fix:      fixLook("smoke tests, monitoring and rollback readiness in production", "rollback-readiness"),
	Check:    checkVerifyProduction,
}, {
	ID: "check/standard-verification-set", Level: Should, Sections: "1.19.3.6", Theme: themeChecks,
	Title: "Each gate watches a common set: health, error rate, latency, key measures", Failing: "A gate does not watch the common set of measures",
	Logic:   "After each promotion that succeeded, the measures of monitoring hold one for each word of the parameter standard-measures, and at least one besides, which is the component's own.",
	Applies: "svc", Waive: "rat",
	Question: 4, Gate: verify.GateFinal,
	Evidence: []string{"verification.thresholds[].metric"},
	Fix:      verify.Fix{Before: "watch health, error rate, latency and the component's own measures after each deployment, and record them: dossier new verification"},
	Check:    checkStandardSet,
}, {
	ID: "check/outage-post-validation", Level: Must, Sections: "1.16.3.3 exception", Theme: themeChecks,
	Title: "A check that an outage prevented ran afterwards and is attached to the incident", Failing: "A check that an outage prevented did not run afterwards",
	Logic:   "Each check that an emergency waived because the platform was down has an approver, an extent and a plan to go back, and ran later on the released commit: it passed, and the incident names that run. It is due within the business days of the parameter outage-validation-days. A run that failed is a failure: what it found needs work of its own.",
	Applies: "E; post", Waive: "no",
	Question: 4, Gate: verify.GateFinal,
	Evidence: []string{"emergency.waivedChecks[].outage", "emergency.waivedChecks[].validation", "emergency.waivedChecks[].validationRun", "incident.validationRuns[]"},
	Fix: verify.Fix{
		Before: "run the check as soon as the platform is back, and name the run in the emergency and in the incident",
		Now:    "run the check on the released commit, and name the run in the emergency and in the incident",
	},
	Check: checkOutage,
}}

// fixLook is what mends that something was not looked at.
func fixLook(what, kind string) verify.Fix {
	record := "record it with the promotion, or by itself: dossier new verification (kind " + kind + ")"
	return verify.Fix{Before: "look at " + what + " after each deployment, and " + record, Now: "look at it now, and " + record}
}

// deploys reports whether a promotion brought artifacts to run, rather than a
// flag or a configuration.
func (p promoted) deploys() bool {
	return p.Result == "success" && !p.candidate() && p.Action != "flag" && p.Action != "config"
}

// eachDeployment applies judge to each deployment that succeeded and returns the
// first result that is no pass; what is pending waits for the others.
func (f *Facts) eachDeployment(want string, judge func(promoted) Result) Result {
	var proofs []verify.Proof
	var where []verify.Place
	var pending *Result
	for _, p := range f.promotions() {
		if !p.deploys() {
			continue
		}
		r := judge(p)
		switch {
		case r.Outcome == verify.Pending:
			pending = &r
		case r.Outcome != verify.Pass:
			return r
		}
		proofs, where = append(proofs, r.Proof), append(where, r.Inputs...)
	}
	switch {
	case pending != nil:
		return *pending
	case len(where) == 0:
		return missing(want, "no deployment is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(proofs), "deployment", "deployments")).wants(want).at(where...)
}

// lookedAt judges a look at a deployment; in production it is due within the
// time that the policy allows.
func (f *Facts) lookedAt(p promoted, kind string) Result {
	r := f.verified(p, kind, span{})
	if p.env != envProduction || p.end.to.IsZero() {
		return r
	}
	due := p.end.to.Add(f.Params.VerificationGrace.Duration())
	l, ok := f.lastLook(p, kind, span{})
	switch {
	case !ok:
		return f.duty(r.Expected, due, span{}, r).at(r.Inputs...).on(p.start, p.env)
	case r.Outcome != verify.Pass:
		return r
	}
	return f.duty(r.Expected, due, l.at, r).on(p.start, p.env)
}

// measured returns the looks of monitoring at a promotion that name measures.
func (f *Facts) measured(p promoted) []look {
	return slices.DeleteFunc(slices.Clone(f.looks(p)), func(l look) bool { return l.kind != "monitoring" || len(l.measured) == 0 })
}

// monitored judges the monitoring of a deployment.
func (f *Facts) monitored(p promoted) Result {
	r := f.lookedAt(p, "monitoring")
	if r.Outcome != verify.Pass {
		return r
	}
	want := "each measure with its limit, its value and whether it was within"
	list := f.measured(p)
	if len(list) == 0 {
		return missing(want, "promotion "+p.ID+" has monitoring without measures").at(r.Inputs...).on(p.start, p.env)
	}
	for _, l := range list {
		for i, m := range l.measured {
			at := l.place
			at.Pointer += fmt.Sprintf("/thresholds/%d", i)
			switch {
			case placeholder(m.Threshold):
				return missing(want, m.Metric+" has no limit").at(at).on(l.at, p.env)
			case placeholder(m.Value), m.Result == "":
				return missing(want, m.Metric+" has no value, or nobody says whether it was within").at(at).on(l.at, p.env)
			case m.Result != "pass":
				return fail("over-limit", want, "%s: %s, and the limit is %s", m.Metric, m.Value, m.Threshold).at(at).on(l.at, p.env)
			}
		}
		if !kept(l.kept) {
			return missing("a snapshot of the monitoring", "promotion "+p.ID+" has monitoring without a snapshot").at(l.place).on(l.at, p.env)
		}
		r = r.at(l.place)
	}
	return r
}

// lastEndedBy returns the last deployment to an environment that had ended by a
// moment; the zero span is any.
func (f *Facts) lastEndedBy(env string, by span) (last promoted, ok bool) {
	for _, p := range f.into(env) {
		if p.deploys() && (by == span{} || f.notAfter(p.end, by) == yes) {
			last, ok = p, true
		}
	}
	return last, ok
}

// deploymentVerified judges that a deployment was looked at in all ways before a
// moment.
func (f *Facts) deploymentVerified(env, want string, kinds []string, by span) (Result, promoted) {
	p, ok := f.lastEndedBy(env, by)
	if !ok {
		where := verify.Place{Statement: &f.Release}
		if list := f.into(env); len(list) > 0 {
			where = list[0].place(f, "")
		}
		return missing(want, "no deployment to "+env+" had succeeded by then").at(where).follows("promotion/order"), p
	}
	var proofs []verify.Proof
	res := Result{}
	for _, kind := range kinds {
		r := f.verified(p, kind, by)
		if r.Outcome != verify.Pass {
			return r, p
		}
		proofs, res = append(proofs, r.Proof), res.at(r.Inputs...)
	}
	return pass(weakest(proofs, p.proof), "promotion %s: %s", p.ID, strings.Join(kinds, ", ")).wants(want).at(p.place(f, "")).at(res.Inputs...), p
}

func checkVerifyDev(f *Facts) Result {
	const want = "dev was verified before staging got the release"
	if f.skippedDev() {
		return notApplicable("a hotfix that did not go to dev")
	}
	by := span{}
	if list := f.into(envStaging); len(list) > 0 {
		if by = list[0].start; by.from.IsZero() {
			return f.untimed(want, "when staging got the release is not known").at(list[0].place(f, ""))
		}
	}
	r, _ := f.deploymentVerified(envDev, want, f.Params.DevVerification, by)
	return r
}

func checkVerifyStaging(f *Facts) Result {
	const want = "staging was verified before production was approved"
	by := span{}
	if list := f.into(envProduction); len(list) > 0 {
		by = list[0].start
		if first, ok := earliestApproval(f.approvedBy(list[0])); ok {
			by = first.at
		}
		if by.from.IsZero() {
			return f.untimed(want, "when production was approved is not known").at(list[0].place(f, ""))
		}
	}
	r, p := f.deploymentVerified(envStaging, want, f.Params.StagingVerification, by)
	if r.Outcome != verify.Pass {
		return r
	}
	for _, kind := range slices.Sorted(maps.Keys(lookNames)) {
		if l, ok := f.lastLook(p, kind, by); ok && l.result == "fail" {
			return fail("verification-fail", want, "promotion %s: %s failed", p.ID, lookNames[kind]).at(l.place).on(l.at, p.env)
		}
	}
	return r
}

func checkVerifyProduction(f *Facts) Result {
	const want = "production was verified after it got the release"
	return f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if !p.deploys() {
			return Result{}, true
		}
		var pending *Result
		proofs, res := []verify.Proof{p.proof}, Result{}
		for _, kind := range f.Params.ProductionVerification {
			r := f.lookedAt(p, kind)
			switch l, _ := f.lastLook(p, kind, span{}); {
			case r.Outcome == verify.Pass, l.result == "fail" && f.rolledBackAfter(p, l.at):
				proofs, res = append(proofs, l.proof), res.at(l.place)
			case r.Outcome == verify.Pending:
				pending = &r
			default:
				return r, false
			}
		}
		if pending != nil {
			return *pending, false
		}
		res.Proof = weakest(proofs, p.proof)
		return res, true
	})
}

// rolledBackAfter reports whether a rollback of production followed a moment.
func (f *Facts) rolledBackAfter(p promoted, when span) bool {
	for _, r := range verify.Standing[*evidence.Rollback](f.Facts) {
		if f.environment(r.Environment) == p.env && f.notAfter(when, spanOf(r.At)) == yes {
			return true
		}
	}
	return slices.ContainsFunc(f.into(p.env), func(x promoted) bool { return x.Action == "rollback" && f.notAfter(when, x.start) == yes })
}

func checkStandardSet(f *Facts) Result {
	want := "measures of " + strings.Join(f.Params.StandardMeasures, ", ") + " and one of the component's own"
	return f.eachDeployment(want, func(p promoted) Result {
		list := f.measured(p)
		seen, own := map[string]bool{}, false
		proofs := []verify.Proof{p.proof}
		where := []verify.Place{p.place(f, "")}
		for _, l := range list {
			for _, m := range l.measured {
				standard := false
				for _, word := range f.Params.StandardMeasures {
					if strings.Contains(strings.ToLower(m.Metric), strings.ToLower(word)) {
						seen[word], standard = true, true
					}
				}
				own = own || !standard
			}
			proofs, where = append(proofs, l.proof), append(where, l.place)
		}
		var lacking []string
		for _, word := range f.Params.StandardMeasures {
			if !seen[word] {
				lacking = append(lacking, word)
			}
		}
		if !own {
			lacking = append(lacking, "a measure of the component's own")
		}
		if len(lacking) > 0 {
			return missing(want, fmt.Sprintf("promotion %s lacks %s", p.ID, strings.Join(lacking, ", "))).at(where...).on(p.start, p.env)
		}
		return pass(weakest(proofs, p.proof), "promotion %s", p.ID).at(where...)
	})
}

func checkOutage(f *Facts) Result {
	const want = "a later run of the check on the released commit that passed and that the incident names"
	var proofs []verify.Proof
	var where []verify.Place
	var pending *Result
	for fact, e := range verify.Standing[*evidence.Emergency](f.Facts) {
		for i, w := range e.WaivedChecks {
			if !w.Outage {
				continue
			}
			r := f.ranAfterOutage(want, e, w).at(fact.Place(fmt.Sprintf("/waivedChecks/%d", i))).onRecord(e)
			switch {
			case r.Outcome == verify.Pending:
				pending = &r
			case r.Outcome != verify.Pass:
				return r
			}
			proofs, where = append(proofs, fact.Proof), append(where, r.Inputs...)
		}
	}
	switch {
	case pending != nil:
		return *pending
	case len(where) == 0:
		return notApplicable("no check was waived because the platform was down")
	}
	return pass(weakest(proofs, f.Stated()), "%s ran afterwards", plural(len(proofs), "check", "checks")).wants(want).at(where...)
}

// ranAfterOutage judges one check that an outage prevented.
func (f *Facts) ranAfterOutage(want string, e *evidence.Emergency, w evidence.WaivedCheck) Result {
	switch {
	case w.Approval.Decision == string(evidence.Rejected) || !f.person(w.Approval.Who):
		return missing(want, "no person approved that "+w.Name+" was left out")
	case len(e.Changes) == 0 || slices.ContainsFunc(e.Changes, placeholder):
		return missing(want, "emergency "+e.ID+" does not say what was changed")
	case placeholder(e.RollbackPlan):
		return missing(want, "emergency "+e.ID+" does not say how to go back")
	}
	began := spanOf(e.At)
	if began.to.IsZero() {
		return f.untimed(want, "when emergency %s began is not known", e.ID)
	}
	due := f.Params.businessDays(began.to, f.Params.OutageValidationDays)
	v := w.Validation
	if v == nil {
		return f.duty(want, due, span{}, Result{})
	}
	run := f.ofCheck(v, 0)
	switch {
	case run.category != f.categoryOf(&evidence.Check{Name: w.Name}):
		return fail("another-check", want, "%s was left out, and %s ran", w.Name, v.Name)
	case !f.onCommit(f.Record.Commit)(run):
		return fail("another-subject", want, "%s ran on %s", v.Name, subjectText(v.Subject))
	case v.Outcome != "pass":
		return fail("validation-"+v.Outcome, want, "%s: %s", v.Name, v.Outcome)
	case f.notAfter(began, run.finished) == no:
		return fail("validated-too-early", want, "%s ran at %s, before the emergency", v.Name, run.finished)
	case w.ValidationRun == nil || !f.incidentNames(*w.ValidationRun):
		return missing(want, "no incident names the run of "+v.Name)
	case run.finished == (span{}):
		return f.untimed(want, "when %s ran is not known", v.Name)
	}
	return f.duty(want, due, run.finished, pass(f.Stated(), "%s passed at %s", v.Name, run.finished))
}

// incidentNames reports whether an incident names a run, by digest or address.
func (f *Facts) incidentNames(run evidence.ResourceDescriptor) bool {
	for _, i := range verify.Standing[*evidence.Incident](f.Facts) {
		for _, r := range i.ValidationRuns {
			if run.URI != "" && r.URI == run.URI || len(run.Digest) > 0 && r.Digest.String() == run.Digest.String() {
				return true
			}
		}
	}
	return false
}
