package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// people returns the people whom trust lists among those who approved, each once.
func (p passage) people() []string {
	var list []string
	for _, a := range p.counted {
		if !slices.Contains(list, a.person) {
			list = append(list, a.person)
		}
	}
	return list
}

// actedOn returns who requested and who carried out a promotion, people only: those
// whom trust lists as people, and others by the record's word unless trust knows
// them as bots.
func (f *Facts) actedOn(p *promoted, who ...*evidence.Actor) []evidence.Actor {
	var list []evidence.Actor
	for _, a := range who {
		if p != nil && a != nil && f.person(*a) {
			list = append(list, *a)
		}
	}
	return list
}

// other reports whether one of some people is somebody else, as far as trust
// shows.
func (f *Facts) other(list []evidence.Actor, person string) bool {
	return slices.ContainsFunc(list, func(a evidence.Actor) bool { return f.listed(a) && f.fold(a) != person })
}

func sodNotAuthorAndReleaser(f *Facts) Result {
	const want = "somebody but the only author approved and released it"
	return eachIndependent(f, want, func(p passage) Result {
		wrote, why, ok := releaseAuthors(f)
		if !ok {
			return why.follows("sod/approver-not-author")
		}
		proof := weakest([]verify.Proof{approvalProof(p.counted), authorsProof(f)}, verify.Proof{})
		if len(wrote.order) > 1 {
			return pass(proof, "written by %s", several(wrote.names())).at(approverPlaces(p.counted)...)
		}
		only := wrote.byKey[wrote.order[0]]
		if !slices.ContainsFunc(p.people(), func(person string) bool { return person != only.key }) {
			return fail("author-is-approver", "", "%s wrote all of it, and nobody else approved", only).at(approverPlaces(p.counted)...).follows("sod/approver-not-author")
		}
		if p.promotion == nil || p.promotion.candidate() {
			return pass(proof, "written by %s, approved by %s", only, several(p.people())).at(approverPlaces(p.counted)...)
		}
		x := p.promotion
		if x.RequestedBy == nil && x.ExecutedBy == nil {
			return missing("", "nothing says who requested or carried out "+x.ID).at(x.place(f, ""))
		}
		if acted := f.actedOn(x, x.RequestedBy, x.ExecutedBy); len(acted) > 0 && !f.other(acted, only.key) {
			return fail("author-is-releaser", "", "%s wrote all of it, and %s alone released it", only, f.actorText(&acted[0])).at(x.place(f, ""))
		}
		return pass(weakest([]verify.Proof{proof, x.proof}, verify.Proof{}), "written by %s, approved by %s", only, several(p.people())).
			at(append(approverPlaces(p.counted), x.place(f, ""))...)
	})
}

func sodReviewerNotSoleApprover(f *Facts) Result {
	const want = "an approval for production by somebody who did not review the code"
	return eachIndependent(f, want, func(p passage) Result {
		all := map[string]bool{}
		for _, x := range f.pulls() {
			these := map[string]bool{}
			for _, r := range x.approvals(f) {
				all[r.party], these[r.party] = true, true
			}
			if f.Params.ReviewerSeparation == perPullRequest && p.within(these) {
				return fail("reviewer-only-approver", "", "%s reviewed %s, and nobody else approved", several(p.people()), x).at(append(approverPlaces(p.counted), x.place(f, "/reviews"))...)
			}
		}
		if f.Params.ReviewerSeparation == perRelease && p.within(all) {
			return fail("reviewer-only-approver", "", "%s reviewed the code, and nobody else approved", several(p.people())).at(append(approverPlaces(p.counted), inRecord(f, "/changes"))...)
		}
		return pass(verify.Weakest(approvalProof(p.counted), f.Stated()), "%s approved", several(p.people())).at(approverPlaces(p.counted)...)
	})
}

// within reports whether everybody who approved is among some people.
func (p passage) within(people map[string]bool) bool {
	return !slices.ContainsFunc(p.people(), func(person string) bool { return !people[person] })
}

func sodNoSoloPath(f *Facts) Result {
	const want = "at least two people between the code and production"
	return eachIndependent(f, want, func(p passage) Result {
		people, approved := p.people(), approvalProof(p.counted)
		if len(people) > 1 {
			return pass(approved, "%s approved", several(people)).at(approverPlaces(p.counted)...)
		}
		if p.promotion != nil {
			if asked := f.actedOn(p.promotion, p.promotion.RequestedBy); f.other(asked, people[0]) {
				return pass(verify.Weakest(approved, p.promotion.proof), "%s requested it, %s approved", f.actorText(&asked[0]), people[0]).at(append(approverPlaces(p.counted), p.promotion.place(f, ""))...)
			}
		}
		if how, place := f.letIn(people[0]); how != "" {
			return fail("solo-path", "", "%s %s, and alone brought it to production", people[0], how).at(append(approverPlaces(p.counted), place)...)
		}
		return pass(verify.Weakest(approved, authorsProof(f)), "%s approved and let no code in alone", people[0]).at(approverPlaces(p.counted)...)
	})
}

// letIn says how one person alone let code into the release; "" if they did not.
func (f *Facts) letIn(person string) (how string, place verify.Place) {
	for _, x := range f.pulls() {
		list := x.approvals(f)
		switch _, wrote := x.wrote[person]; {
		case len(list) == 1 && list[0].party == person:
			return "is the only reviewer of " + x.String(), x.place(f, "/reviews")
		case len(list) == 0 && wrote:
			return "wrote " + x.String() + ", which nobody reviewed", x.place(f, "/reviews")
		}
	}
	authors := f.commitAuthors()
	for _, c := range f.Range.Commits {
		if f.pullOf(string(c.ID)) == nil && slices.ContainsFunc(authors[string(c.ID)], func(a author) bool { return a.key == person }) {
			return "wrote " + short(string(c.ID)) + ", which came without a pull request", inRecord(f, "/changes")
		}
	}
	return "", verify.Place{}
}

func sodRequesterNotApprover(f *Facts) Result {
	const want = "an approval by somebody other than who requested the promotion"
	return eachIndependent(f, want, func(p passage) Result {
		x := p.promotion
		switch {
		case x == nil:
			return missing("", "no promotion to production is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
		case x.RequestedBy == nil:
			return missing("", "nothing says who requested "+x.ID).at(x.place(f, "/requestedBy"))
		}
		proof := weakest([]verify.Proof{approvalProof(p.counted), x.proof}, verify.Proof{})
		places := append(approverPlaces(p.counted), x.place(f, "/requestedBy"))
		if !f.person(*x.RequestedBy) {
			return pass(proof, "%s, which is no person, requested it; %s approved", f.actorText(x.RequestedBy), several(p.people())).at(places...)
		}
		if !slices.ContainsFunc(p.counted, func(a approval) bool { return !f.samePerson(a.by, *x.RequestedBy) }) {
			return fail("requester-is-approver", "", "%s requested it, and nobody else approved", f.actorText(x.RequestedBy)).at(places...)
		}
		return pass(proof, "%s requested it, %s approved", f.actorText(x.RequestedBy), several(p.people())).at(places...)
	})
}

func sodHotfixPreserved(f *Facts) Result {
	const want = "every control of the separation of duties holds for the hotfix"
	var proofs []verify.Proof
	var where []verify.Place
	for r, c := range f.outcomes() {
		id := r.ID
		switch {
		case !strings.HasPrefix(id, "sod/") || id == "sod/enforcement-noted" || id == "sod/hotfix-preserved":
			continue
		case c.Outcome == verify.Fail || c.Outcome == verify.Unknown:
			return fail("not-separated", want, "%s: %s", id, c.Found).at(c.Inputs...).follows(id)
		case c.Outcome == verify.NotApplicable:
			return fail("not-separated", want, "%s does not apply: %s", id, c.Why).at(inRecord(f, "/changes"))
		}
		if c.Proof.Grade != "" {
			proofs = append(proofs, c.Proof)
		}
		where = append(where, c.Inputs...)
	}
	if len(proofs) == 0 {
		return missing(want, "none of them is asked and passes").at(inRecord(f, "/changes"))
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(proofs), "control", "controls")).wants(want).at(where[0])
}

func sodEnforcementNoted(f *Facts) Result {
	const want = "a decision on separation of duties that says what stands in for tooling, approved and with a date of review"
	if f.Params.SeparationEnforced {
		return notApplicable("tooling enforces it (parameter separation-enforced)")
	}
	why := "no decision on separation of duties is recorded"
	for fact, d := range verify.Standing[*evidence.DecisionRecord](f.Facts) {
		if d.Topic != "separation-of-duties" {
			continue
		}
		approved := slices.ContainsFunc(d.Approvals, func(s evidence.Signoff) bool {
			return s.Decision != string(evidence.Rejected) && f.listed(s.Who) && f.vouched(fact, s.Who)
		})
		switch released := f.releaseMoment(); {
		case placeholder(d.Decision) || len(d.Risks)+len(d.Criteria) == 0:
			why = fmt.Sprintf("decision %s does not say what stands in", d.ID)
		case !approved:
			why = fmt.Sprintf("decision %s is approved by nobody whom trust lists", d.ID)
		case d.ReviewAt == nil || released.to.After(d.ReviewAt.Time):
			why = fmt.Sprintf("decision %s has no review ahead", d.ID)
		case f.notAfter(at(d.EffectiveFrom.Time), released) != yes:
			why = fmt.Sprintf("decision %s holds from %s", d.ID, stamp(d.EffectiveFrom.Time))
		default:
			return pass(fact.Proof, "decision %s", d.ID).wants(want).at(fact.Place(""))
		}
	}
	return missing(want, why).at(verify.Place{Statement: &f.Release})
}
