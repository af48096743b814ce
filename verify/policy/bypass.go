package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// bypass is a record that says who let a gate be passed by, why, how far that
// goes and by when it is put right.
type bypass struct {
	id string
	// lacks names what it does not say; "" if it says all.
	lacks string
	// by is when it is to be put right, the zero time if it does not say; done
	// says that it is.
	by    evidence.Time
	done  bool
	proof verify.Proof
	place verify.Place
	// dated is the control of that date, if there is one.
	dated string
}

// overdue reports whether the date of the remedy is past and nothing was done.
func (b bypass) overdue(f *Facts) bool { return !b.done && !f.AsOf.Before(b.by.Time) }

// worked reports whether all work that a record promises is over.
func worked(list []evidence.FollowUp) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(w evidence.FollowUp) bool { return w.State == "open" })
}

// latestDue is the last date of a list of work.
func latestDue(list []evidence.FollowUp) (due evidence.Time) {
	for _, w := range list {
		if w.Due.After(due.Time) {
			due = w.Due
		}
	}
	return due
}

// bypassOfException returns an exception as a bypass.
func (f *Facts) bypassOfException(e exempt) bypass {
	b := bypass{
		id: "exception " + e.ID, by: latestDue(e.Remediation), done: e.State == "closed" || worked(e.Remediation),
		proof: e.fact.Proof, place: e.fact.Place(""),
	}
	if e.ExpiresAt != nil {
		b.by = *e.ExpiresAt
	} else if e.ReviewAt != nil && b.by.IsZero() {
		b.by = *e.ReviewAt
	}
	if isPermanent(e) {
		b.dated = "exception/permanent-review"
	}
	switch _, why := e.granted(f); {
	case why != "":
		b.lacks = "an approver other than who asked for it"
	case placeholder(e.RiskAssessment.Consequences) && placeholder(e.RiskAssessment.Impact):
		b.lacks = "a reason"
	}
	return b
}

// bypassOfGate returns the record of a gate bypass as a bypass.
func (f *Facts) bypassOfGate(fact *verify.RecordFact, g *evidence.GateBypass) bypass {
	b := bypass{id: "gate bypass " + g.ID, by: g.RemediateBy, proof: fact.Proof, place: fact.Place("")}
	for _, e := range f.exceptions() {
		b.done = b.done || e.ID == g.Exception && f.bypassOfException(e).done
	}
	switch {
	case g.Approval.Decision == string(evidence.Rejected) || !f.person(g.Approval.Who):
		b.lacks = "an approver"
	case placeholder(g.Rationale) || holdsFold(f.Params.StockRationales, g.Rationale):
		b.lacks = "a reason"
	case placeholder(g.Extent):
		b.lacks = "an extent"
	}
	return b
}

// bypassesOf returns the records of the bypass of a required check: by its
// category, or by the exceptions that a pull request names.
func (f *Facts) bypassesOf(category, control string, exceptions []string) []bypass {
	var list []bypass
	for fact, g := range verify.Standing[*evidence.GateBypass](f.Facts) {
		if f.categoryOf(&evidence.Check{Name: g.Gate}) == category || slices.Contains(exceptions, g.Exception) {
			list = append(list, f.bypassOfGate(fact, g))
		}
	}
	for _, e := range f.exceptions() {
		if control != "" && e.names(Control{ID: control}) || slices.Contains(exceptions, e.ID) {
			list = append(list, f.bypassOfException(e))
		}
	}
	for fact, m := range verify.Standing[*evidence.Emergency](f.Facts) {
		for i, w := range m.WaivedChecks {
			if f.categoryOf(&evidence.Check{Name: w.Name}) != category {
				continue
			}
			b := bypass{
				id: "emergency " + m.ID, by: latestDue(m.FollowUps), done: worked(m.FollowUps),
				proof: fact.Proof, place: fact.Place(fmt.Sprintf("/waivedChecks/%d", i)),
			}
			if w.Approval.Decision == string(evidence.Rejected) || !f.person(w.Approval.Who) {
				b.lacks = "an approver"
			}
			list = append(list, b)
		}
	}
	return list
}

// waivesCheck reports whether an emergency lists the check that a control judges
// among those that it waives, with an approver and what is done instead: to be a
// hotfix waives nothing (A14).
func (f *Facts) waivesCheck(fact *verify.RecordFact, e *evidence.Emergency, control string) bool {
	return slices.ContainsFunc(e.WaivedChecks, func(w evidence.WaivedCheck) bool {
		return checkControl(f.categoryOf(&evidence.Check{Name: w.Name})) == control && f.listed(w.Approval.Who) && f.vouched(fact, w.Approval.Who) &&
			w.Approval.Decision != string(evidence.Rejected) &&
			len(w.CompensatingControls) > 0 && !slices.ContainsFunc(w.CompensatingControls, placeholder)
	})
}

// passedBy is a gate that was passed by.
type passedBy struct {
	what, category string
	// control judges the gate itself.
	control    string
	exceptions []string
	place      verify.Place
	when       span
	branch     string
}

// gatesPassedBy returns the required checks that did not pass, of the release and
// of its pull requests, and the pull requests that were merged past the rules of
// their branch.
func (f *Facts) gatesPassedBy() []passedBy {
	var list []passedBy
	for _, moment := range []string{atTag, atPublish, atProduction} {
		for _, r := range f.requiredChecks(moment) {
			g := passedBy{what: r.Check, category: r.Check, control: checkControl(r.Check), place: inRecord(f, "/checks"), when: f.releaseMoment()}
			if f.requirementMet(moment, r).Outcome != verify.Pass && !slices.ContainsFunc(list, func(x passedBy) bool { return x.category == r.Check }) {
				list = append(list, g)
			}
		}
	}
	for _, p := range f.pulls() {
		var named []string
		if p.Details != nil {
			named = p.Details.Exceptions
		}
		of := passedBy{control: "pr/checks-pass-before-merge", exceptions: named, place: p.place(f, ""), when: p.merged, branch: p.BaseBranch}
		for _, r := range f.requiredChecks(atMerge) {
			if f.passedBeforeMerge(p, r.Check, r.NotApplicable).Outcome != verify.Pass {
				of.what, of.category = r.Check+" on the head of "+p.String(), r.Check
				list = append(list, of)
			}
		}
		if slices.ContainsFunc(p.Events, func(e evidence.ChangeEvent) bool { return e.Kind == "rules-bypassed" }) {
			of.what, of.category = "the rules of the branch by the merge of "+p.String(), ""
			list = append(list, of)
		}
	}
	return list
}

// requirementMet judges one check that was required of the release by a moment.
func (f *Facts) requirementMet(moment string, r Requirement) Result {
	switch {
	case r.Check == "integration-test":
		return checkIntegrationTest(f)
	case moment == atTag:
		return f.commitChecked(r.Check)
	}
	return f.releaseChecked(r.Check, r.NotApplicable)
}

func checkBypassRecorded(f *Facts) Result {
	const want = "a record of each bypass, with approver, reason, extent and a date that is not past"
	proofs := []verify.Proof{f.Stated()}
	where := []verify.Place{inRecord(f, "/checks")}
	var recorded []string
	for _, g := range f.gatesPassedBy() {
		found := f.bypassesOf(g.category, g.control, g.exceptions)
		fails := func(r Result) Result { return r.at(g.place).onBranch(g.when, g.branch).follows(g.control) }
		if len(found) == 0 {
			return fails(missing(want, g.what+" was passed by, and nothing records it"))
		}
		i := slices.IndexFunc(found, func(b bypass) bool { return b.lacks == "" && !b.overdue(f) })
		if i < 0 {
			switch b := found[0]; {
			case b.lacks != "":
				return fails(missing(want, b.id+" lacks "+b.lacks).at(b.place))
			default:
				r := fails(fail("remedy-overdue", want, "%s was to be put right by %s: %s", g.what, stamp(b.by.Time), b.id).at(b.place))
				return r.follows(either(b.dated, r.FollowsFrom))
			}
		}
		proofs, where, recorded = append(proofs, found[i].proof), append(where, found[i].place), append(recorded, g.what+": "+found[i].id)
	}
	for fact, g := range verify.Standing[*evidence.GateBypass](f.Facts) {
		if b := f.bypassOfGate(fact, g); b.overdue(f) {
			return fail("remedy-overdue", want, "the bypass of %s was to be put right by %s", g.Gate, stamp(b.by.Time)).at(b.place).onRecord(g)
		}
	}
	if len(recorded) == 0 {
		return pass(f.Stated(), "no required check was passed by").wants(want).at(where...)
	}
	return pass(weakest(proofs, f.Stated()), "%s", several(recorded)).wants(want).at(where...)
}
