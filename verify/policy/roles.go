package policy

import (
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// identities returns all identities of an actor.
func identities(a evidence.Actor) []evidence.Identity {
	return append([]evidence.Identity{a.ID}, a.Aliases...)
}

// fold returns the person behind an actor as trust knows them; "" for somebody
// whom it does not list. An alias that only the record knows adds no person.
func (f *Facts) fold(a evidence.Actor) string { return f.Trust.Fold(a.ID) }

// partyOf is the same for all accounts of one person whom trust lists, and
// otherwise one for each identity.
func (f *Facts) partyOf(a evidence.Actor) string {
	if p := f.fold(a); p != "" {
		return p
	}
	return "unlisted " + string(a.ID)
}

// samePerson reports whether two actors are or may be one person: by trust, by
// identity, or by an alias that either record gives.
func (f *Facts) samePerson(a, b evidence.Actor) bool {
	if f.partyOf(a) == f.partyOf(b) {
		return true
	}
	for _, x := range identities(a) {
		for _, y := range identities(b) {
			if x == y || f.Trust.Fold(x) != "" && f.Trust.Fold(x) == f.Trust.Fold(y) {
				return true
			}
		}
	}
	return false
}

// person reports whether an actor is a person: one whom trust lists, or a human
// by the record who is no bot by trust. Kind alone is somebody's word, so who
// trust knows as a bot never is.
func (f *Facts) person(a evidence.Actor) bool {
	return !f.Trust.IsBot(a.ID) && (f.fold(a) != "" || a.Kind == evidence.Human)
}

// listed reports whether an actor is a person whom trust lists. Only such count
// as distinct people (rules of format, R11).
func (f *Facts) listed(a evidence.Actor) bool { return f.fold(a) != "" && !f.Trust.IsBot(a.ID) }

// trustedRoles returns the roles that trust gives to an identity in all of an
// interval; at an unknown time, by its newest version.
func (f *Facts) trustedRoles(id evidence.Identity, when span) []string {
	if !when.known() {
		return f.Trust.Roles(id)
	}
	var roles []string
	for i, v := range f.Trust.Between(when.from, when.to) {
		held := v.Roles(id)
		if i == 0 {
			roles = held
		}
		roles = slices.DeleteFunc(roles, func(role string) bool { return !slices.Contains(held, role) })
	}
	return roles
}

// rolesAt returns the roles that an actor held at a time: those of trust, which
// the verifier brings, and those of role directories in the dossier that cover
// all of it.
func (f *Facts) rolesAt(a evidence.Actor, when span) []string {
	var roles []string
	for _, id := range identities(a) {
		roles = append(roles, f.trustedRoles(id, when)...)
	}
	for _, d := range verify.Standing[*evidence.RoleDirectory](f.Facts) {
		for _, r := range d.Roles {
			if r.Valid != nil {
				valid := spanOf(evidence.TimeOrInterval{Interval: r.Valid})
				if when.within(valid.from, valid.to) != yes {
					continue
				}
			}
			if slices.ContainsFunc(r.Holders, func(h evidence.Actor) bool { return f.partyOf(h) == f.partyOf(a) }) {
				roles = append(roles, r.Role)
			}
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// holds reports whether an actor held one of the roles at a time.
func (f *Facts) holds(a evidence.Actor, when span, roles ...string) bool {
	return slices.ContainsFunc(f.rolesAt(a, when), func(r string) bool { return slices.Contains(roles, r) })
}

// actorText is how people call an actor.
func (f *Facts) actorText(a *evidence.Actor) string {
	switch {
	case a == nil:
		return "nobody"
	case f.fold(*a) != "":
		return f.fold(*a)
	}
	return either(a.Display, string(a.ID))
}
