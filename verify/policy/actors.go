package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

func traceActors(f *Facts) Result {
	const want = "a name for everybody who acted, and no shared account"
	list := slices.Concat(actors(f), f.unattributed())
	for _, a := range list {
		if strings.TrimSpace(a.value) == "" {
			return missing(want, a.name+" is not named").at(a.place)
		}
		if f.shared(a.value) {
			return fail("shared-account", want, "%s is %q", a.name, a.value).at(a.place)
		}
	}
	others := f.mentions().actors
	for _, m := range others {
		switch a := m.value; {
		case actorName(*a) == "":
			return missing(want, m.field+" is not named").at(m.place())
		case !f.listed(*a) && !slices.Contains([]evidence.ActorKind{evidence.Human, evidence.Bot, evidence.Service}, a.Kind):
			return fail("actor-kind", want, "%s is of the kind %q", m.field, a.Kind).at(m.place())
		case !f.Trust.IsBot(a.ID) && f.shared(actorName(*a)):
			return fail("shared-account", want, "%s is %q", m.field, actorName(*a)).at(m.place())
		}
	}
	proof := f.Stated()
	if f.Tag.Signature.Valid {
		proof = verify.Proof{Grade: verify.Proven, By: "the signatures"}
	}
	return pass(proof, "%s", plural(len(list)+len(others), "actor", "actors")).wants(want).at(inRecord(f, "/tag"))
}

// shared reports whether a name or address is that of an account which people
// share.
func (f *Facts) shared(name string) bool {
	local, _, _ := strings.Cut(name, "@")
	return holdsFold(f.Params.SharedAccounts, name) || holdsFold(f.Params.SharedAccounts, local)
}

// actors lists by what name the signers of the release and the tagger are known.
func actors(f *Facts) []named {
	var list []named
	for _, s := range f.Signers {
		list = append(list, named{"the signer of the release", either(s.Person, string(s.Identity)), verify.Place{Statement: &f.Release}})
	}
	if t := f.Tag; t.Embedded {
		place := inRecord(f, "/tag/object")
		list = append(list, named{"the tagger", either(t.Object.Tagger.Name, t.Object.Tagger.Email), place})
		if t.Object.Tagger.Email != "" {
			list = append(list, named{"the tagger's address", t.Object.Tagger.Email, place})
		}
	}
	return list
}

// unattributed lists the merges and promotions of which nobody says who made
// them. Who signed a promotion's own statement says so.
func (f *Facts) unattributed() []named {
	var list []named
	for i, c := range f.Record.Changes {
		if c.MergedAt != nil && c.MergedBy == nil {
			list = append(list, named{"who merged change " + c.ID, "", inRecord(f, "/changes/%d", i)})
		}
	}
	for _, p := range f.promotions() {
		signed := !p.candidate() && p.fact.Source == verify.SourceOwn && len(p.fact.Signers) > 0
		if !p.candidate() && !signed && p.ExecutedBy == nil && p.RequestedBy == nil {
			list = append(list, named{fmt.Sprintf("who made promotion %s", p.ID), "", p.place(f, "")})
		}
	}
	return list
}

// actorName is the display name of somebody who has an identity, "" without
// one: a display name alone identifies nobody.
func actorName(a evidence.Actor) string {
	if a.ID == "" {
		return ""
	}
	return either(a.Display, string(a.ID))
}
