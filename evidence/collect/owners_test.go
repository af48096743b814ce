package collect

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

func TestNameOwners(t *testing.T) {
	account := func(id, login string) evidence.Actor {
		return evidence.Actor{ID: evidence.Identity("account:github.com:" + id), Kind: evidence.Human, Display: login}
	}
	opener := account("1", "Ana")
	r := &evidence.Record{
		Teams: []evidence.Team{{Name: "acme/payments"}},
		Changes: []evidence.Change{{
			Opener:  &opener,
			Reviews: []evidence.ChangeReview{{By: account("2", "bo")}, {By: account("2", "bo")}, {By: account("3", "cy")}, {By: account("4", "cy")}},
			CodeOwners: &evidence.CodeOwners{Rules: []evidence.OwnerRule{{Owners: []evidence.CodeOwner{
				{Name: "@ana"}, {Name: "@bo"}, {Name: "@cy"}, {Name: "@nobody"}, {Name: "@Acme/Payments"}, {Name: "bo@acme.example"}, {Name: "@@maintainers"},
			}}}},
		}, {}},
	}
	nameOwners(r)
	want := []string{"account:github.com:1", "account:github.com:2", "", "", "acme/payments", "", ""}
	for i, o := range r.Changes[0].CodeOwners.Rules[0].Owners {
		got := o.Team
		if o.Account != nil {
			got = string(o.Account.ID)
		}
		if got != want[i] {
			t.Errorf("%s stands for %q, want %q", o.Name, got, want[i])
		}
	}
}
