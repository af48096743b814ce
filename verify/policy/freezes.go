package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const noFreeze = "no freeze is recorded"

// frozen is a freeze that stands.
type frozen struct {
	*evidence.Freeze
	fact *verify.RecordFact
	// from and until are when it holds: to its planned end, or until it was lifted
	// before. A zero until is open.
	from, until time.Time
}

// freezes returns the freezes that stand, by the times they were decided. One
// record is both a leave for main to be unreleasable and a stop of merges or
// promotions (A55).
func (f *Facts) freezes() []frozen {
	var list []frozen
	for fact, z := range verify.Standing[*evidence.Freeze](f.Facts) {
		x := frozen{Freeze: z, fact: fact, from: spanOf(z.At).from}
		if z.Scope != nil && z.Scope.Interval != nil {
			i := spanOf(evidence.TimeOrInterval{Interval: z.Scope.Interval})
			x.from, x.until = i.from, i.to
		}
		if z.LiftedAt != nil && (x.until.IsZero() || z.LiftedAt.Before(x.until)) {
			x.until = z.LiftedAt.Time
		}
		list = append(list, x)
	}
	return list
}

// refused says why nobody who may approved the freeze; "" if somebody did.
func (z frozen) refused(f *Facts) (code, why string) {
	a := z.Approval
	switch who := f.actorText(&a.Who); {
	case a.Decision == string(evidence.Rejected):
		return "rejected", who + " rejected it"
	case !f.listed(a.Who):
		return "approver-not-listed", who + " is nobody whom trust lists as a person"
	case !f.vouched(z.fact, a.Who):
		return "not-signed", who + " did not sign it, and no recorder vouches for it"
	case !f.holds(a.Who, spanOf(a.At), f.Params.FreezeApprovers...):
		return "approver-role", who + " was no " + strings.Join(f.Params.FreezeApprovers, " or ") + " at " + spanOf(a.At).String()
	}
	return "", ""
}

// blocks reports whether it stops an action: merge or promote.
func (z frozen) blocks(action string) bool {
	return slices.Contains(z.Actions, action) && z.Approval.Decision != string(evidence.Rejected)
}

// holdsOn reports whether it holds for a branch.
func (z frozen) holdsOn(branch string) bool {
	return z.Scope == nil || len(z.Scope.Branches) == 0 || matchedBy(z.Scope.Branches, branch)
}

// allows reports whether one of several classes of change goes on.
func (z frozen) allows(classes []string) bool {
	return slices.ContainsFunc(classes, func(c string) bool { return holdsFold(z.AllowedClasses, c) })
}

// frozenBy reports whether an approved freeze of a branch, with an end and a plan
// to lift it, covers all of a time.
func (f *Facts) frozenBy(when span, branch string) bool {
	return slices.ContainsFunc(f.freezes(), func(z frozen) bool {
		code, _ := z.refused(f)
		return code == "" && !z.until.IsZero() && !placeholder(z.ReEnablePlan) && z.holdsOn(branch) &&
			when.known() && !when.from.Before(z.from) && !when.to.After(z.until)
	})
}

// eachFreeze applies judge to the freezes and returns the first result that is
// not ok.
func (f *Facts) eachFreeze(want string, judge func(frozen) (Result, bool)) Result {
	var proofs []verify.Proof
	var where []verify.Place
	for _, z := range f.freezes() {
		if r, ok := judge(z); !ok {
			r.Found = "freeze " + z.ID + ": " + r.Found
			if len(r.Inputs) == 0 {
				r = r.at(z.fact.Place(""))
			}
			if len(r.occasions) == 0 {
				r = r.on(at(z.from), "")
			}
			return r.wants(either(r.Expected, want))
		}
		proofs, where = append(proofs, z.fact.Proof), append(where, z.fact.Place(""))
	}
	if len(where) == 0 {
		return notApplicable(noFreeze)
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "freeze", "freezes")).wants(want).at(where...)
}
