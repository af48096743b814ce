package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
)

// entryControls are the controls of what stands before an environment.
var entryControls = []Control{{
	ID: "check/stage-order", Level: Must, Sections: "d: 1.13.3.1, 1.31.3.7", Theme: themeChecks,
	Title: "The stages ran in an order that keeps the gates meaningful", Failing: "The stages ran in an order that makes a gate meaningless",
	Logic:   "The checks required by the tag had passed when each artifact was published, or, of an image that was only found in its registry, or found there before it is said to have been published, when its build began; publication came before every deployment, a deployment before what was looked at after it, the looks at staging before the approval of production, and that before production. In which order lint, build and security ran is free.",
	Applies: "prod", Waive: "exc",
	Question: 4, Gate: verify.GateFinal, Last: true,
	Evidence: []string{"record.checks[].finishedAt", "record.artifacts[].publication.publishedAt", "record.artifacts[].image.resolvedAt", "provenance: start of the build", "promotion.at", "promotion.verification[].at", "verification.at", "approval.at"},
	Fix: verify.Fix{
		Before: "let each stage of the pipeline wait for the one before",
		Now:    "let each stage of the pipeline wait for the one before, and record the gap as an exception",
	},
	Check: checkStageOrder,
}, {
	ID: "check/dev-gate", Level: Must, Sections: "1.13.3.3, 1.31.5.3", Theme: themeChecks,
	Title: "Deployments to dev follow checks that passed", Failing: "A deployment to dev did not wait for the required checks",
	Logic:   "When each promotion to dev began, the checks that are required by the tag had passed on the released commit. A hotfix need not go to dev if the parameter hotfix-skips-dev says so.",
	Applies: "svc iac", Waive: "exc",
	Question: 4, Gate: verify.GateStaging, Last: true,
	Evidence: []string{"promotion.environment", "promotion.at", "record.checks[].finishedAt"},
	Fix: verify.Fix{
		Before: "let the deployment to dev wait for the checks",
		Now:    "let the next deployment to dev wait for the checks, and record the gap as an exception",
	},
	Check: checkDevGate,
}, {
	ID: "check/staging-gate", Level: Must, Sections: "1.31.5.3, 1.31.3.5", Theme: themeChecks,
	Title: "Entry to staging verified signatures and evidence", Failing: "Entry to staging did not verify signatures and evidence",
	Logic:   "Before each promotion to staging began, signatures and evidence were verified, and both passed.",
	Applies: "svc iac", Waive: "exc",
	Question: 4, Gate: verify.GateProduction,
	Evidence: []string{"promotion.verification[].kind", "verification.kind", "verification.at", "promotion.at"},
	Fix: verify.Fix{
		Before: "verify at the gate (dossier verify --gate staging) and record it with the promotion",
		Now:    "verify now, and record the gap as an exception",
	},
	Check: func(f *Facts) Result {
		const want = "signatures and evidence were verified before staging got the release"
		return f.eachInto(envStaging, want, func(p promoted) (Result, bool) { return f.verifiedOnEntry(p, want, "signature", "evidence") })
	},
}, {
	ID: "check/prod-gate", Level: Must, Sections: "1.31.5.3, 1.13.3.3", Theme: themeChecks,
	Title: "Entry to production had a manual approval, a check of the window, and verified signatures and evidence", Failing: "Entry to production lacks one of its four gates",
	Logic:   "Before each promotion to production began, a person approved it, signatures and evidence were verified and passed, and its time was checked against the window and lay inside. For the window alone, an emergency record may stand in.",
	Applies: "prod", Waive: "exc (window part: emg)",
	Question: 4, Gate: verify.GateFinal,
	Evidence: []string{"promotion.approvals[]", "approval", "promotion.window", "promotion.verification[].kind", "verification.kind", "promotion.at"},
	Fix: verify.Fix{
		Before: "let the gate of production ask for all four, and record them with the promotion",
		Now:    "let the gate of production ask for all four, and record the gap as an exception",
	},
	Check: checkProdGate,
}}

// verifiedOnEntry judges that looks of some kinds at what a promotion is about to
// bring passed before it began.
func (f *Facts) verifiedOnEntry(p promoted, want string, kinds ...string) (Result, bool) {
	proofs, res := []verify.Proof{p.proof}, Result{}
	for _, kind := range kinds {
		l, ok := f.lastLook(p, kind, p.start)
		switch {
		case p.start.from.IsZero():
			return f.untimed(want, "when promotion %s began is not known", p.ID), false
		case !ok:
			found := fmt.Sprintf("promotion %s has no %s before it began", p.ID, lookNames[kind])
			return missing(want, found).at(p.place(f, "/verification")), false
		case l.result != "pass":
			return fail("verification-"+l.result, want, "promotion %s: %s, %s", p.ID, lookNames[kind], l.result).at(l.place), false
		}
		proofs, res = append(proofs, l.proof), res.at(l.place)
	}
	res.Proof = weakest(proofs, p.proof)
	return res, true
}

func checkDevGate(f *Facts) Result {
	const want = "the required checks had passed before dev got the release"
	if f.skippedDev() {
		return notApplicable("a hotfix that did not go to dev")
	}
	return f.eachInto(envDev, want, func(p promoted) (Result, bool) {
		if p.start.from.IsZero() {
			return f.untimed(want, "when promotion %s began is not known", p.ID), false
		}
		r := f.requiredPassed(atTag, "the released commit "+short(f.Record.Commit), f.onReleasedCommit(), p.start)
		return r, r.Outcome == verify.Pass
	})
}

// skippedDev reports whether the release is a hotfix that did not go to dev and
// need not (A54).
func (f *Facts) skippedDev() bool {
	return f.Params.HotfixSkipsDev && f.is(kindHotfix) && len(f.into(envDev)) == 0
}

// approvedBy returns when and where somebody approved the promotion: by a
// statement of their own, or in the deploy system by its word.
func (f *Facts) approvedBy(p promoted) (list []approvedAt) {
	for _, a := range approvalsOf(f).present {
		if a.statement != nil {
			list = append(list, approvedAt{a.at, a.proof, a.place("")})
		}
	}
	for i, s := range p.Approvals {
		if s.Decision != string(evidence.Rejected) && f.person(s.Who) {
			list = append(list, approvedAt{spanOf(s.At), p.proof, p.place(f, fmt.Sprintf("/approvals/%d", i))})
		}
	}
	return list
}

// approvedAt is one approval of a promotion.
type approvedAt struct {
	at    span
	proof verify.Proof
	place verify.Place
}

// codeWindowGate says that the gate of production did not check the window.
const codeWindowGate = "window-not-checked"

func checkProdGate(f *Facts) Result {
	const want = "approval, window, signatures and evidence were checked before production got the release"
	return f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		r, ok := f.verifiedOnEntry(p, want, "signature", "evidence")
		if !ok {
			return r, false
		}
		given := f.approvedBy(p)
		cause := "approval/production-present"
		if len(given) > 0 {
			cause = "approval/before-deploy"
		}
		before := slices.DeleteFunc(given, func(a approvedAt) bool { return f.notAfter(a.at, p.start) != yes })
		if len(before) == 0 {
			return missing(want, "no approval by a person before promotion "+p.ID+" began").at(p.place(f, "/approvals")).follows(cause), false
		}
		if w := p.Window; w == nil || w.Result != "inside" || f.notAfter(atTime(w.CheckedAt), p.start) != yes {
			return fail(codeWindowGate, want, "promotion %s: %s", p.ID, windowCheck(w)).at(p.place(f, "/window")).follows("window/enforced-by-ci"), false
		}
		r.Proof = verify.Weakest(r.Proof, before[0].proof)
		return r.at(before[0].place), true
	})
}

// windowCheck tells what is recorded of the check of a window.
func windowCheck(w *evidence.WindowUse) string {
	switch {
	case w == nil:
		return "no window is recorded"
	case w.Result == "":
		return "nobody says that the window " + w.Window + " was checked"
	}
	return fmt.Sprintf("the window %s was checked at %s: %s", w.Window, atTime(w.CheckedAt), w.Result)
}

// edge is a pair of stages of which the first must not be after the second.
type edge struct {
	first, second string
	a, b          span
	place         verify.Place
	env           string
	owner         string // the control that judges this order by itself; "" if none does
}

func checkStageOrder(f *Facts) Result {
	const want = "checks, publication, deployment, its verification, approval and production in this order"
	proofs := []verify.Proof{f.Stated()}
	for i, a := range f.Record.Artifacts {
		published, ok := f.publicationOf(i)
		if ok && published.at.from.IsZero() && !published.at.to.IsZero() {
			var proof verify.Proof
			published.at.from, proof = f.buildBegan(i)
			proofs = append(proofs, proof)
		}
		if !ok || published.at.from.IsZero() {
			return missing(want, "when "+a.Name+" was published is not recorded").at(published.place)
		}
		r := f.requiredPassed(atTag, "the released commit "+short(f.Record.Commit), f.onReleasedCommit(), published.at)
		if r.Outcome != verify.Pass {
			return r
		}
	}
	if len(f.into(envProduction)) == 0 {
		return missing(want, "no promotion to production is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	where := []verify.Place{inRecord(f, "/artifacts")}
	edges := f.stageEdges()
	for _, e := range edges {
		switch f.notAfter(e.a, e.b) {
		case no:
			return fail("stage-order", want, "%s at %s, %s at %s", e.first, e.a, e.second, e.b).at(e.place).on(e.b, e.env).follows(e.owner)
		case open:
			return f.untimed(want, "%s at %s, %s at %s", e.first, e.a, e.second, e.b).at(e.place).follows(e.owner)
		}
	}
	for _, p := range f.promotions() {
		proofs, where = append(proofs, p.proof), append(where, p.place(f, ""))
	}
	return pass(weakest(proofs, f.Stated()), "%s in order", plural(len(edges), "step", "steps")).wants(want).at(where...)
}

// buildBegan is when the first build of an artifact began, by all provenance of
// it: before that nobody can have published it. It is zero if provenance is
// missing, does not say, or is not by a builder whom trust allows.
func (f *Facts) buildBegan(n int) (began time.Time, proof verify.Proof) {
	var proofs []verify.Proof
	for _, v := range f.Provenance {
		if !slices.ContainsFunc(v.Names, func(d evidence.Digest) bool { return f.ofArtifact(n)(evidence.ResourceDescriptor{Digest: d.Set()}) }) {
			continue
		}
		if v.Summary == nil || v.Summary.StartedAt.IsZero() || v.Signer == nil || !v.Signer.Allowed || v.Summary.BuilderID == provenance.LocalBuilder {
			return time.Time{}, f.Stated()
		}
		if start := v.Summary.StartedAt.Time; began.IsZero() || start.Before(began) {
			began = start
		}
		proofs = append(proofs, v.Proof)
	}
	return began, weakest(proofs, f.Stated())
}

// stageEdges are the orders that keep the gates meaningful (A44).
func (f *Facts) stageEdges() (list []edge) {
	for _, p := range f.promotions() {
		began := edge{second: "promotion " + p.ID, b: p.start, place: p.place(f, "/at"), env: p.env}
		for i, a := range f.Record.Artifacts {
			published, _ := f.publicationOf(i)
			e := began
			e.first, e.a, e.owner = "publication of "+a.Name, published.at, "promotion/uses-published"
			list = append(list, e)
		}
		for _, l := range f.looks(p) {
			if l.kind == "smoke" || l.kind == "monitoring" {
				list = append(list, edge{first: "promotion " + p.ID, second: lookNames[l.kind], a: p.start, b: l.at, place: l.place, env: p.env})
			}
		}
		if p.env != envProduction {
			continue
		}
		e := began
		if first, ok := earliestApproval(f.approvedBy(p)); ok {
			e.first, e.a, e.owner = "approval", first.at, "approval/before-deploy"
			list = append(list, e)
			for _, s := range f.into(envStaging) {
				for _, l := range f.looks(s) {
					if l.kind == "smoke" || l.kind == "monitoring" {
						list = append(list, edge{lookNames[l.kind] + " in staging", "approval of production", l.at, first.at, l.place, envProduction, "approval/after-verification"})
					}
				}
			}
		}
	}
	return list
}

// earliestApproval returns the first of the approvals.
func earliestApproval(list []approvedAt) (first approvedAt, ok bool) {
	for _, a := range list {
		if !ok || earliest(a.at).Before(earliest(first.at)) {
			first, ok = a, true
		}
	}
	return first, ok
}
