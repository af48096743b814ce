package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

func exceptionRequiredForMust(f *Facts) Result {
	const want = "an exception, approved before and in scope, for each MUST that is not met"
	var unmet []string
	for r, c := range f.outcomes() {
		if r.phase() == 0 && c.Level != Should && c.Outcome == verify.Fail && c.EnforcedFrom == nil && r.waiver.exception {
			unmet = append(unmet, r.ID)
		}
	}
	if len(unmet) > 0 {
		r := fail("no-exception", want, "none covers %s", several(unmet)).at(verify.Place{Statement: &f.Release})
		return r.at(f.result(unmet[0]).Inputs...).follows(unmet[0])
	}
	var covered []string
	var proofs []verify.Proof
	var where []verify.Place
	for _, a := range f.tried {
		if a.waived && f.result(a.control).Level != Should {
			covered = append(covered, a.control+" by "+a.ID)
			proofs, where = append(proofs, a.fact.Proof), append(where, a.fact.Place(""))
		}
	}
	if len(covered) == 0 {
		return notApplicable("every MUST that an exception may waive is met")
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", several(covered)).wants(want).at(where...)
}

func exceptionShouldRationale(f *Facts) Result {
	const want = "a reason for each recommendation that is not followed"
	var bare, reasoned []string
	var where []verify.Place
	for r, c := range f.outcomes() {
		theme, _, _ := strings.Cut(r.ID, "/")
		switch {
		case r.phase() > 0:
		case c.Level != Should || !slices.Contains(f.Params.RationaleThemes, theme):
		case c.Outcome == verify.Warn && c.Code != codeNotSealed && c.Code != codeTimeClaimed:
			bare = append(bare, r.ID)
		case c.Outcome == verify.Waived:
			reasoned, where = append(reasoned, r.ID), append(where, c.Inputs...)
		}
	}
	switch {
	case len(bare) > 0:
		return fail("no-rationale", want, "nothing says why: %s", several(bare)).at(inRecord(f, "/releaseRecord/decisions")).at(f.result(bare[0]).Inputs...).follows(bare[0])
	case len(reasoned) > 0:
		return pass(f.Stated(), "%s", several(reasoned)).wants(want).at(where...)
	}
	return notApplicable("every recommendation of these themes is followed")
}

// attempts applies judge to each occasion for which an exception is claimed and
// returns the first result that is not ok.
func (f *Facts) attempts(want string, judge func(attempt, occasion) (Result, bool)) Result {
	var proofs []verify.Proof
	var where []verify.Place
	for _, a := range f.tried {
		for _, o := range a.occasions {
			if r, ok := judge(a, o); !ok {
				r.Found = fmt.Sprintf("exception %s for %s: %s", a.ID, a.control, r.Found)
				r.Clock = "the stated times of the approval, of its end and of what happened"
				r.exceptions = append(r.exceptions, a.ID)
				r.occasions = append(r.occasions, o)
				return r.wants(want).at(a.fact.Place("")).follows(a.control)
			}
		}
		proofs, where = append(proofs, a.fact.Proof), append(where, a.fact.Place(""))
	}
	if len(where) == 0 {
		return notApplicable("no exception is relied upon")
	}
	r := pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "use", "uses")).wants(want).at(where...)
	r.Clock = "the stated times of the approval, of its end and of what happened"
	return r
}

func exceptionApprovedBeforeUse(f *Facts) Result {
	const want = "approved before what it is claimed for"
	return f.attempts(want, func(a attempt, o occasion) (Result, bool) {
		s, why := a.granted(f)
		if why != "" {
			return fail("not-approved", "", "%s", why), false
		}
		when := spanOf(s.At)
		switch in := a.approvedBy(f, o); {
		case in == yes:
			return Result{}, true
		case in == no && f.is(kindEmergency):
			return warn(a.fact.Proof, "late-approved", "approved %s in an emergency, and this happened %s", when, o.at), false
		case in == no:
			return fail("late-approved", "", "approved %s, and this happened %s", when, o.at), false
		}
		return f.untimed("", "approved %s, and this happened %s", when, o.at), false
	})
}

func exceptionNotExpired(f *Facts) Result {
	return f.attempts("in force when what it is claimed for happened", func(a attempt, o occasion) (Result, bool) {
		until, what := a.ends()
		switch in := a.inForce(o); {
		case in == yes:
			return Result{}, true
		case until.IsZero():
			return missing("", "nothing says when it ends"), false
		case in == no:
			return fail("expired", "", "%s %s, and this happened %s", what, stamp(until), o.at), false
		}
		return f.untimed("", "%s %s, and this happened %s", what, stamp(until), o.at), false
	})
}

func exceptionUnused(f *Facts) Result {
	const want = "a control that did not hold for each exception"
	var unused []string
	var proofs []verify.Proof
	var where []verify.Place
	for _, e := range f.exceptions() {
		proofs, where = append(proofs, e.fact.Proof), append(where, e.fact.Place(""))
		if !slices.ContainsFunc(f.tried, func(a attempt) bool { return a.ID == e.ID }) {
			unused = append(unused, e.ID)
		}
	}
	switch {
	case len(where) == 0:
		return notApplicable(noException)
	case len(unused) > 0:
		return warn(weakest(proofs, verify.Proof{}), "unused", "nothing that they are for failed: %s", several(unused)).wants(want).at(where...)
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "exception", "exceptions")).wants(want).at(where...)
}

func exceptionLinked(f *Facts) Result {
	const want = "each exception in use named by the release, and naming it and its change request"
	listed := f.namedExceptions()
	for _, l := range listed {
		if !slices.ContainsFunc(f.exceptions(), func(e exempt) bool { return e.ID == l.id }) {
			return missing(want, "the release names exception "+l.id+", which is not recorded").at(l.place).follows("trace/no-dangling-refs")
		}
	}
	used := slices.Clone(f.uses)
	slices.SortFunc(used, func(a, b use) int {
		return cmp.Or(cmp.Compare(a.exception, b.exception), cmp.Compare(a.control, b.control))
	})
	used = slices.CompactFunc(used, func(a, b use) bool { return a.exception == b.exception })
	isUsed := func(e exempt) bool { return slices.ContainsFunc(used, func(u use) bool { return u.exception == e.ID }) }
	return f.eachException(isUsed, "no exception waives anything", want, func(e exempt) (Result, bool) {
		switch {
		case !slices.ContainsFunc(listed, func(l namedException) bool { return l.id == e.ID }):
			return fail("not-named", "", "neither the release record nor a pull request names it").at(inRecord(f, "/releaseRecord/exceptions"), e.fact.Place("/id")), false
		case e.ChangeRequest == nil:
			return missing("", "it names no change request").at(e.fact.Place("/changeRequest")), false
		case !f.pointsHere(e):
			return fail("not-linked", "", "it names nothing of this release").at(e.fact.Place("/evidence")), false
		}
		return Result{}, true
	})
}

// namedException is an exception that the release names, and where.
type namedException struct {
	id    string
	place verify.Place
}

// namedExceptions returns the exceptions that the release record and the pull
// requests name.
func (f *Facts) namedExceptions() []namedException {
	var list []namedException
	if r := f.Record.ReleaseRecord; r != nil {
		for i, id := range r.Exceptions {
			list = append(list, namedException{id, inRecord(f, "/releaseRecord/exceptions/%d", i)})
		}
	}
	for _, p := range f.pulls() {
		if p.Details == nil {
			continue
		}
		for i, id := range p.Details.Exceptions {
			list = append(list, namedException{id, p.place(f, fmt.Sprintf("/details/exceptions/%d", i))})
		}
	}
	return list
}

// pointsHere reports whether an exception names the release, or something of it
// by its full name, address or digest.
func (f *Facts) pointsHere(e exempt) bool {
	if e.Release != nil || e.Scope != nil && len(e.Scope.Commits)+len(e.Scope.Artifacts) > 0 {
		return true // verification has seen that it is this release
	}
	refs := slices.Clone(e.Evidence)
	if e.ChangeRequest != nil {
		refs = append(refs, *e.ChangeRequest)
	}
	for _, l := range e.Links {
		if l.Ref != nil {
			refs = append(refs, *l.Ref)
		}
	}
	here := f.namesOfRelease()
	return slices.ContainsFunc(refs, func(r evidence.ResourceDescriptor) bool {
		for _, name := range []string{r.Name, r.URI, r.Digest["gitCommit"], r.Digest["gitTag"], r.Digest["sha256"]} {
			if name != "" && here[name] {
				return true
			}
		}
		return false
	})
}

// namesOfRelease are names of the release and of what belongs to it: commit, tag,
// artifacts, pull requests, tickets, promotions.
func (f *Facts) namesOfRelease() map[string]bool {
	r := f.Record
	here := map[string]bool{r.Commit: true, r.Tag.Name: true, r.Tag.Object: true}
	for _, a := range r.Artifacts {
		here[a.Digest.Hex()] = true
	}
	for _, c := range r.Changes {
		here[c.URI] = true
	}
	for _, t := range r.Tickets {
		here[t.ID] = true
	}
	add := func(list []evidence.ResourceDescriptor) {
		for _, d := range list {
			here[d.Name], here[d.URI] = true, true
		}
	}
	if r.ReleaseRecord != nil {
		add(r.ReleaseRecord.ChangeRequests)
	}
	for _, p := range f.promotions() {
		here[p.ID], here[p.DeploymentID] = true, true
		add(p.ChangeRequests)
	}
	delete(here, "")
	return here
}

func exceptionInNotes(f *Facts) Result {
	inProduction := func(e exempt) bool { return reachesProduction(f, e) }
	text := strings.Join(notesText(f.Record.Notes), "\n")
	return f.eachException(inProduction, "no exception reaches production", "its id in the release notes", func(e exempt) (Result, bool) {
		switch {
		case f.Record.Notes == nil:
			return missing("", "there are no release notes").at(inRecord(f, "/notes")), false
		case !namesID(text, e.ID):
			return fail("not-in-notes", "", "the notes do not mention it").at(inRecord(f, "/notes")), false
		}
		return Result{}, true
	})
}

// notesText returns the texts of release notes.
func notesText(n *evidence.ReleaseNotes) []string {
	if n == nil {
		return nil
	}
	return slices.Concat([]string{n.Summary, n.Status, n.Rollback}, n.Highlights, n.CustomerImpact, n.Features, n.Fixes, n.Security, n.Breaking, n.Operations, n.Flags, n.KnownIssues, n.Risks)
}

func exceptionMainNeedsFreeze(f *Facts) Result {
	relaxes := func(e exempt) bool {
		return slices.ContainsFunc(e.cited(), func(id string) bool { return globbed(f.Params.ReleasableControls, id) })
	}
	return f.eachException(relaxes, "no exception lets main be unreleasable", "an approved freeze of main for that time, with a plan to lift it", func(e exempt) (Result, bool) {
		until, _ := e.ends()
		when := span{from: spanOf(e.At).to, to: until}
		if e.Scope != nil && e.Scope.Interval != nil {
			when = spanOf(evidence.TimeOrInterval{Interval: e.Scope.Interval})
		}
		if !when.known() || !slices.ContainsFunc(f.Params.MainBranches, func(main string) bool { return f.frozenBy(when, main) }) {
			return missing("", "no such freeze for "+when.String()).at(e.fact.Place("/controls")), false
		}
		return Result{}, true
	})
}
