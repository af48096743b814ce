package collect

import (
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// nameOwners says which accounts and teams the owners in CODEOWNERS files stand
// for. A login is a name and no identity: it is looked up among the accounts that
// took part in the very change, as their forge named them when it was asked.
func nameOwners(r *evidence.Record) {
	for i := range r.Changes {
		ch := &r.Changes[i]
		if ch.CodeOwners == nil {
			continue
		}
		accounts := participants(ch)
		for k := range ch.CodeOwners.Rules {
			for n := range ch.CodeOwners.Rules[k].Owners {
				nameOwner(&ch.CodeOwners.Rules[k].Owners[n], accounts, r.Teams)
			}
		}
	}
}

func nameOwner(o *evidence.CodeOwner, accounts map[string]*evidence.Actor, teams []evidence.Team) {
	name, ok := strings.CutPrefix(o.Name, "@")
	if !ok || strings.HasPrefix(name, "@") { // an address, or a role of GitLab's
		return
	}
	for _, t := range teams {
		if strings.EqualFold(t.Name, name) {
			o.Team = t.Name
			return
		}
	}
	o.Account = accounts[strings.ToLower(name)]
}

// participants are who took part in a change, by login. A login that two
// accounts had names neither.
func participants(ch *evidence.Change) map[string]*evidence.Actor {
	by := map[string]*evidence.Actor{}
	add := func(a *evidence.Actor) {
		if a == nil || a.Display == "" {
			return
		}
		login := strings.ToLower(a.Display)
		if have, ok := by[login]; ok && (have == nil || have.ID != a.ID) {
			by[login] = nil
			return
		}
		by[login] = a
	}
	add(ch.Opener)
	add(ch.MergedBy)
	for i := range ch.Authors {
		add(&ch.Authors[i])
	}
	for i := range ch.Reviews {
		add(&ch.Reviews[i].By)
	}
	return by
}
