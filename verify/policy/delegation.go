package policy

import (
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// delegated is a delegation that stands.
type delegated struct {
	*evidence.Delegation
	fact *verify.RecordFact
}

// delegationTo returns the delegation by which somebody decided at a time in one
// of some roles: it names them and the role, and covers the time.
func (f *Facts) delegationTo(who evidence.Actor, when span, roles ...string) (delegated, bool) {
	for fact, d := range verify.Standing[*evidence.Delegation](f.Facts) {
		valid := spanOf(evidence.TimeOrInterval{Interval: &d.Valid})
		if slices.Contains(roles, d.Role) && f.partyOf(d.To) == f.partyOf(who) && when.within(valid.from, valid.to) == yes {
			return delegated{d, fact}, true
		}
	}
	return delegated{}, false
}

// actsAs reports whether somebody held one of some roles at a time, or decided for
// one who did, and how that is known.
func (f *Facts) actsAs(who evidence.Actor, when span, roles ...string) (by *delegated, ok bool) {
	if f.holds(who, when, roles...) {
		return nil, true
	}
	if d, found := f.delegationTo(who, when, roles...); found && f.holds(d.From, when, d.Role) {
		return &d, true
	}
	return nil, false
}
