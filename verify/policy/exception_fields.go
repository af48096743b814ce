package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/verify"
)

// about says for which exception a control failed, so that it cannot waive what
// is wrong with itself, and when it was granted.
func (r Result) aboutException(e exempt) Result {
	r.exceptions = append(r.exceptions, e.ID)
	if len(r.Inputs) == 0 {
		r = r.at(e.fact.Place(""))
	}
	return r.onRecord(e.Exception)
}

// eachException applies judge to the exceptions that is tells and returns the
// worst result that is not ok. Where there is none, the rule does not apply,
// because of none.
func (f *Facts) eachException(is func(exempt) bool, none, want string, judge func(exempt) (Result, bool)) Result {
	var worst Result
	var proofs []verify.Proof
	var where []verify.Place
	others := 0
	for _, e := range f.exceptions() {
		if !is(e) {
			continue
		}
		proofs, where = append(proofs, e.fact.Proof), append(where, e.fact.Place(""))
		r, ok := judge(e)
		if ok {
			continue
		}
		r.Found = "exception " + e.ID + ": " + r.Found
		r = r.wants(either(r.Expected, want)).aboutException(e)
		switch {
		case severity(r.Outcome) > severity(worst.Outcome):
			worst, others = r, 0
		case r.Outcome == worst.Outcome:
			worst.exceptions, worst.occasions = append(worst.exceptions, r.exceptions...), append(worst.occasions, r.occasions...)
			others++
		}
	}
	switch {
	case worst.Outcome != "" && others > 0:
		worst.Found += fmt.Sprintf("; and %s more", plural(others, "exception", "exceptions"))
		return worst
	case worst.Outcome != "":
		return worst
	case len(where) == 0:
		return notApplicable(none)
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "exception", "exceptions")).wants(want).at(where...)
}

const noException = "no exception is recorded"

func anyException(exempt) bool    { return true }
func isTemporary(e exempt) bool   { return e.Type != permanent }
func isPermanent(e exempt) bool   { return e.Type == permanent }
func endsWithEvent(e exempt) bool { return e.ExpiryCondition != "" }
func reachesProduction(f *Facts, e exempt) bool {
	return e.Scope == nil || e.Scope.Environment == "" || e.Scope.Environment == "*" || f.environment(e.Scope.Environment) == envProduction
}

func exceptionIDUnique(f *Facts) Result {
	const want = "one exception for each id"
	type core struct{ Type, Reference, Controls, Scope string }
	known := map[string]core{}
	var proofs []verify.Proof
	var where []verify.Place
	for i := range f.Records {
		fact := &f.Records[i]
		e, is := fact.Predicate.(*evidence.Exception)
		if !is {
			continue
		}
		scope := ""
		if e.Scope != nil {
			scope = fmt.Sprintf("%s %s %v %v %v", e.Scope.Repository, e.Scope.Environment, e.Scope.Branches, e.Scope.Pipelines, e.Scope.Commits)
		}
		c := core{e.Type, e.PolicyReference, strings.Join(slices.Sorted(slices.Values(e.Controls)), " "), scope}
		if old, used := known[e.ID]; used && old != c {
			return fail("id-used-twice", want, "two different exceptions are called %s", e.ID).at(fact.Place("/id")).aboutException(exempt{e, fact})
		}
		known[e.ID] = c
		proofs, where = append(proofs, fact.Proof), append(where, fact.Place("/id"))
	}
	if len(where) == 0 {
		return notApplicable(noException)
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(known), "id", "ids")).wants(want).at(where...)
}

func exceptionOwnerRole(f *Facts) Result {
	roles := slices.Clone(f.Params.ExceptionOwners)
	for _, d := range verify.Standing[*evidence.RoleDirectory](f.Facts) {
		for _, r := range d.Roles {
			roles = append(roles, r.Role)
		}
	}
	return f.eachException(anyException, noException, "a role as owner of each exception", func(e exempt) (Result, bool) {
		switch {
		case placeholder(e.Owner):
			return missing("", "nobody owns it").at(e.fact.Place("/owner")), false
		case !holdsFold(roles, e.Owner):
			return fail("owner-not-a-role", "", "%s is no role that is known here", e.Owner).at(e.fact.Place("/owner")), false
		}
		return Result{}, true
	})
}

func exceptionType(f *Facts) Result {
	return f.eachException(anyException, noException, "temporary or permanent, and reasons for what is permanent only", func(e exempt) (Result, bool) {
		switch {
		case e.Type != temporary && e.Type != permanent:
			return fail("type-unknown", "", "its type is %q", e.Type).at(e.fact.Place("/type")), false
		case e.Type == temporary && e.Permanent != nil:
			return fail("type-contradicted", "", "it is temporary, and says why it is permanent").at(e.fact.Place("/permanent")), false
		}
		return Result{}, true
	})
}

// sectionNumber is a section of the release policy: "1.20.3.4".
var sectionNumber = lazyregexp.New(`^[0-9]+(\.[0-9]+)+$`)

func exceptionPolicyRef(f *Facts) Result {
	return f.eachException(anyException, noException, "a section, and controls of this policy", func(e exempt) (Result, bool) {
		cited := e.cited()
		switch {
		case strings.Contains(e.PolicyReference+strings.Join(e.Controls, ""), "*"):
			return fail("wildcard", "", "it is for %s", strings.TrimSpace(e.PolicyReference+" "+strings.Join(e.Controls, " "))).at(e.fact.Place("/policyReference")), false
		case !slices.ContainsFunc(e.reference(), func(w string) bool { return sectionNumber.MatchString(strings.Trim(w, "§.")) }):
			return missing("", "no section in "+e.PolicyReference).at(e.fact.Place("/policyReference")), false
		case len(cited) == 0:
			return missing("", "it names no control").at(e.fact.Place("/controls")), false
		}
		for _, id := range cited {
			if !f.known(id) {
				return fail("control-unknown", "", "%s is no control of this policy", id).at(e.fact.Place("/controls")), false
			}
		}
		return Result{}, true
	})
}

func exceptionScope(f *Facts) Result {
	return f.eachException(anyException, noException, "repository, branches, pipelines and environment, or none", func(e exempt) (Result, bool) {
		s := e.Scope
		if s == nil {
			return missing("", "it has no scope"), false
		}
		lists := []struct {
			field  string
			values []string
		}{{"repository", []string{s.Repository}}, {"branches", s.Branches}, {"pipelines", s.Pipelines}, {"environment", []string{s.Environment}}}
		for _, l := range lists {
			if len(l.values) == 0 || slices.ContainsFunc(l.values, placeholder) {
				return missing("", l.field+" not stated").at(e.fact.Place("/scope")), false
			}
		}
		return Result{}, true
	})
}

// nothingInPlace are words that say that nothing stands in.
var nothingInPlace = []string{"none", "nothing", "no", "not applicable"}

// saysNothing reports whether one of several answers says nothing, or that there
// is nothing; so does no answer at all.
func saysNothing(answers []string) bool {
	return len(answers) == 0 || slices.ContainsFunc(answers, func(s string) bool { return placeholder(s) || holdsFold(nothingInPlace, s) })
}

func exceptionCompensating(f *Facts) Result {
	return f.eachException(anyException, noException, "at least one compensating control", func(e exempt) (Result, bool) {
		if saysNothing(e.CompensatingControls) {
			return missing("", "compensating controls: "+either(strings.Join(e.CompensatingControls, ", "), "none stated")).at(e.fact.Place("/compensatingControls")), false
		}
		return Result{}, true
	})
}

func exceptionApproved(f *Facts) Result {
	return f.eachException(anyException, noException, "an approval by a person whom trust lists", func(e exempt) (Result, bool) {
		if e.State == "requested" || e.State == "rejected" {
			return fail("not-approved", "", "it is %s", e.State).at(e.fact.Place("/state")), false
		}
		for i, a := range e.Approvals {
			if a.Decision == string(evidence.Rejected) {
				return fail("rejected", "", "%s rejected it", f.actorText(&a.Who)).at(e.fact.Place(fmt.Sprintf("/approvals/%d", i))), false
			}
		}
		why := "nobody approved it"
		for _, a := range e.Approvals {
			switch who := f.actorText(&a.Who); {
			case !f.listed(a.Who):
				why = who + " is nobody whom trust lists as a person"
			case !f.vouched(e.fact, a.Who):
				why = who + " did not sign it, and no recorder vouches for it"
			default:
				return Result{}, true
			}
		}
		return fail("not-approved", "", "%s", why).at(e.fact.Place("/approvals")), false
	})
}

func exceptionApproverSod(f *Facts) Result {
	return f.eachException(anyException, noException, "an approval by somebody else than who asked for it", func(e exempt) (Result, bool) {
		for _, a := range e.Approvals {
			if a.Decision != string(evidence.Rejected) && f.listed(a.Who) && !f.samePerson(a.Who, e.RequestedBy) {
				return Result{}, true
			}
		}
		return fail("own-approval", "", "%s asked for it, and nobody else whom trust lists approved it", f.actorText(&e.RequestedBy)).at(e.fact.Place("/approvals"), e.fact.Place("/requestedBy")), false
	})
}

func exceptionExpiryPresent(f *Facts) Result {
	return f.eachException(isTemporary, "no exception is temporary", "an end, and when it is looked at again", func(e exempt) (Result, bool) {
		switch {
		case e.ExpiresAt == nil && placeholder(e.ExpiryCondition):
			return missing("", "nothing says when it ends").at(e.fact.Place("/expiresAt")), false
		case e.ReviewAt == nil:
			return missing("", "nothing says when it is looked at again").at(e.fact.Place("/reviewAt")), false
		}
		return Result{}, true
	})
}

func exceptionConditionState(f *Facts) Result {
	return f.eachException(endsWithEvent, "no exception ends with an event", "whether the event has happened, looked at in time", func(e exempt) (Result, bool) {
		switch {
		case e.ConditionState == "":
			return missing("", "nothing says whether this has happened: "+e.ExpiryCondition).at(e.fact.Place("/conditionState")), false
		case e.ConditionState == "open" && e.ReviewAt == nil:
			return missing("", "nothing says when it is looked at again").at(e.fact.Place("/reviewAt")), false
		case e.ConditionState == "open" && !f.AsOf.Before(e.ReviewAt.Time):
			return fail("review-overdue", "", "it was to be looked at again %s, and is still open", stamp(e.ReviewAt.Time)).at(e.fact.Place("/reviewAt")), false
		case e.ConditionState != "open" && e.ConditionState != "met":
			return fail("state-unknown", "", "the state is %q", e.ConditionState).at(e.fact.Place("/conditionState")), false
		}
		return Result{}, true
	})
}

func exceptionRemediation(f *Facts) Result {
	return f.eachException(isTemporary, "no exception is temporary", "tasks, each with a ticket and an owner", func(e exempt) (Result, bool) {
		if len(e.Remediation) == 0 {
			return missing("", "it has no task").at(e.fact.Place("/remediation")), false
		}
		for i, t := range e.Remediation {
			switch {
			case t.Owner == nil && placeholder(t.OwnerRole):
				return missing("", fmt.Sprintf("nobody owns task %d", i+1)).at(e.fact.Place(fmt.Sprintf("/remediation/%d", i))), false
			case placeholder(either(t.Ticket.URI, t.Ticket.Name)):
				return missing("", fmt.Sprintf("task %d has no ticket", i+1)).at(e.fact.Place(fmt.Sprintf("/remediation/%d/ticket", i))), false
			}
		}
		return Result{}, true
	})
}

// permanentPart applies judge to what each permanent exception says as one.
func (f *Facts) permanentPart(want string, judge func(exempt, *evidence.PermanentException) (Result, bool)) Result {
	return f.eachException(isPermanent, "no exception is permanent", want, func(e exempt) (Result, bool) {
		if e.Permanent == nil {
			return missing("", "it does not say why it is permanent").at(e.fact.Place("/permanent")), false
		}
		return judge(e, e.Permanent)
	})
}

func exceptionPermanentWhy(f *Facts) Result {
	return f.permanentPart("why compliance is infeasible, and what stands in", func(e exempt, p *evidence.PermanentException) (Result, bool) {
		switch {
		case placeholder(p.Infeasibility):
			return missing("", "nothing says why compliance is infeasible").at(e.fact.Place("/permanent/infeasibility")), false
		case saysNothing(p.AlternativeControls):
			return missing("", "no alternative control is stated").at(e.fact.Place("/permanent/alternativeControls")), false
		case saysNothing(e.CompensatingControls):
			return missing("", "no compensating control is stated").at(e.fact.Place("/compensatingControls")), false
		}
		return Result{}, true
	})
}

func exceptionPermanentReview(f *Facts) Result {
	return f.permanentPart("a point of reconsideration that has not passed", func(e exempt, _ *evidence.PermanentException) (Result, bool) {
		switch {
		case e.ReviewAt == nil:
			return missing("", "nothing says when it is reconsidered").at(e.fact.Place("/reviewAt")), false
		case !f.AsOf.Before(e.ReviewAt.Time):
			return fail("review-overdue", "", "it was to be reconsidered %s", stamp(e.ReviewAt.Time)).at(e.fact.Place("/reviewAt")), false
		}
		return Result{}, true
	})
}

func exceptionPermanentCriteria(f *Facts) Result {
	return f.permanentPart("the facts on which it is reconsidered", func(e exempt, p *evidence.PermanentException) (Result, bool) {
		if saysNothing(p.Reconsideration) {
			return missing("", "nothing says what would reopen it").at(e.fact.Place("/permanent/reconsideration")), false
		}
		return Result{}, true
	})
}

func exceptionContainment(f *Facts) Result {
	atRisk := func(e exempt) bool { return e.ProductionAtRisk || reachesProduction(f, e) }
	return f.eachException(atRisk, "no exception reaches production", "how to roll back or contain", func(e exempt) (Result, bool) {
		if saysNothing([]string{e.Containment}) {
			return missing("", "nothing says how to roll back or contain").at(e.fact.Place("/containment")), false
		}
		return Result{}, true
	})
}

func exceptionEvidenceLinks(f *Facts) Result {
	return f.eachException(anyException, noException, "a link or a reason for each of "+strings.Join(f.Params.ExceptionLinks, ", "), func(e exempt) (Result, bool) {
		for _, kind := range f.Params.ExceptionLinks {
			i := slices.IndexFunc(e.Links, func(l evidence.ExceptionLink) bool { return l.Kind == kind })
			switch {
			case i < 0:
				return missing("", "no link to any "+kind+", and no reason why it is not relevant").at(e.fact.Place("/links")), false
			case e.Links[i].Ref == nil && placeholder(e.Links[i].NotRelevant):
				return missing("", "nothing says why "+kind+" is not relevant").at(e.fact.Place(fmt.Sprintf("/links/%d", i))), false
			}
		}
		return Result{}, true
	})
}

// exceptionTitle is the naming form of exceptions (1.32.5.1).
var exceptionTitle = lazyregexp.New(`^Exception: (.+) for (\S+)$`)

func exceptionTitleForm(f *Facts) Result {
	return f.eachException(anyException, noException, "Exception: REFERENCE for REPOSITORY", func(e exempt) (Result, bool) {
		form := exceptionTitle.FindStringSubmatch(e.Title)
		switch {
		case form == nil:
			return fail("title-form", "", "its title is %q", e.Title).at(e.fact.Place("/title")), false
		case !slices.ContainsFunc(append(e.cited(), e.reference()...), func(w string) bool { return namesID(form[1], w) }):
			return fail("title-reference", "", "its title names %s, and it departs from %s", form[1], e.PolicyReference).at(e.fact.Place("/title")), false
		case !strings.HasSuffix("/"+f.Record.Repository.URI, "/"+form[2]):
			return fail("title-repository", "", "its title names the repository %s", form[2]).at(e.fact.Place("/title")), false
		}
		return Result{}, true
	})
}
