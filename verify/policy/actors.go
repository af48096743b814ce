package policy

import (
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

func traceActors(f *Facts) Result {
	const want = "a name for everybody who acted, and no shared account"
	for _, a := range actors(f) {
		if strings.TrimSpace(a.value) == "" {
			return missing(want, a.name+" is not named").at(a.place)
		}
		local, _, _ := strings.Cut(a.value, "@")
		if holdsFold(f.Params.SharedAccounts, a.value) || holdsFold(f.Params.SharedAccounts, local) {
			return fail("shared-account", want, "%s is %q", a.name, a.value).at(a.place)
		}
	}
	proof := f.Stated()
	if f.Tag.Signature.Valid {
		proof = verify.Proof{Grade: verify.Proven, By: "the signatures"}
	}
	return pass(proof, "%d actors", len(actors(f))).wants(want).at(inRecord(f, "/tag"))
}

// actors lists by what name everybody who acted is known.
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
	for i, c := range f.Record.Changes {
		for _, a := range []struct {
			what  string
			actor *evidence.Actor
		}{{"opener", c.Opener}, {"mergedBy", c.MergedBy}} {
			if a.actor != nil {
				list = append(list, named{a.what + " of change " + c.ID, actorName(*a.actor), inRecord(f, "/changes/%d/%s", i, a.what)})
			}
		}
	}
	for _, a := range f.Approvals {
		if a.Approval != nil {
			list = append(list, named{"an approver", actorName(a.Approver), inStatement(a.Statement, "/approver")})
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
