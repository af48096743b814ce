package github

import (
	"strconv"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

// webFlow is the account that GitHub commits with for changes made in the
// browser. It is known by its number, not its name.
const webFlow = 19864447

// kindOf reads the type of an account. An organisation acts only through
// programs; a type that GitHub does not document counts as no person.
func kindOf(u *github.User) evidence.ActorKind {
	switch u.GetType() {
	case "User", "Mannequin":
		return evidence.Human
	case "Bot":
		return evidence.Bot
	}
	return evidence.Service
}

// actor returns the actor behind an account; false if GitHub names none.
func (c *collector) actor(u *github.User) (evidence.Actor, bool) {
	if u == nil {
		return evidence.Actor{}, false
	}
	return c.Account(u.GetID(), kindOf(u), u.GetLogin())
}

// actorRef is actor for fields that may be absent.
func (c *collector) actorRef(u *github.User) *evidence.Actor {
	a, ok := c.actor(u)
	if !ok {
		return nil
	}
	return &a
}

// app is the actor behind an app, whose numbers are not those of accounts.
func (c *collector) app(a *github.App) *evidence.Actor {
	if a.GetID() == 0 {
		return nil
	}
	actor, _ := c.Account(a.GetID(), evidence.Service, a.GetSlug())
	actor.ID = evidence.Identity(c.appID(a.GetID()))
	return &actor
}

func (c *collector) appID(id int64) string {
	return "account:" + c.Host + ":app/" + strconv.FormatInt(id, 10)
}

// when turns a time of the interface into one of ours; nil stays nil.
func when(t *github.Timestamp) *evidence.Time {
	if t == nil {
		return nil
	}
	return forge.When(&t.Time)
}
