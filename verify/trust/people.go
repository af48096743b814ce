package trust

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Person is somebody whom trust names.
type Person struct {
	// Name is the person's name in the document, the key under people.
	Name string
	// Display is the person's full name; "" if the document gives none.
	Display string
	// Identities are all the person's identities, sorted. A key of which trust
	// has only the fingerprint is not among them before [Trust.Resolve].
	Identities []evidence.Identity
}

// claims says whose each identity is.
type claims map[evidence.Identity]claim

// claim is a person's name, or bot.
type claim struct {
	person string
	bot    bool
	at     strictyaml.Pos
}

// find looks id up. An e-mail address is one whatever the case of its letters:
// it is only ever claimed, and to see two authors as one is the safe error.
func (c claims) find(id evidence.Identity) (claim, bool) {
	got, ok := c[claimKey(id)]
	return got, ok
}

func claimKey(id evidence.Identity) evidence.Identity {
	if id.Scheme() == "mailto" {
		return evidence.Identity(strings.ToLower(string(id)))
	}
	return id
}

// located is an identity with the place that names it, which is the place's
// Errorf.
type located struct {
	id     evidence.Identity
	at     strictyaml.Pos
	errorf func(format string, args ...any) error
}

// addPeople reads people and bots.
func (t *Trust) addPeople() error {
	t.owners, t.people = claims{}, map[string]*Person{}
	for _, e := range t.doc.People {
		if err := checkName(e.Key, "person"); err != nil {
			return err
		}
		ids, err := t.resolver.accounts(e.Value.accounts)
		if err != nil {
			return err
		}
		p := &Person{Name: e.Key.Value, Display: e.Value.Name}
		for _, id := range ids {
			if err := t.owners.add(id, claim{person: p.Name, at: id.at}); err != nil {
				return err
			}
			p.Identities = append(p.Identities, id.id)
		}
		slices.Sort(p.Identities)
		p.Identities = slices.Compact(p.Identities)
		t.people[p.Name] = p
	}
	ids, err := t.resolver.accounts(t.doc.Bots)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.owners.add(id, claim{bot: true, at: id.at}); err != nil {
			return err
		}
	}
	return nil
}

func (c claims) add(id located, by claim) error {
	before, taken := c.find(id.id)
	if !taken {
		c[claimKey(id.id)] = by
		return nil
	}
	if before.person == by.person && before.bot == by.bot {
		return nil
	}
	return id.errorf("%s belongs to %s already (line %d): an identity is one person's or a bot's",
		displayKey(id.id), before, before.at.Line)
}

// String names the owner, for errors.
func (c claim) String() string {
	if c.bot {
		return "a bot"
	}
	return fmt.Sprintf("%q", c.person)
}

// accounts returns the identities that a names.
func (r *resolver) accounts(a accounts) ([]located, error) {
	var list []located
	for _, group := range []struct {
		refs texts
		read func(text) (evidence.Identity, error)
	}{
		{a.Keys, r.key}, {a.SSH, r.key}, {a.PGP, pgpIdentity}, {a.Email, emailIdentity},
		{a.Jira, jiraIdentity}, {a.Identities, r.identity},
	} {
		for _, ref := range group.refs {
			id, err := group.read(ref)
			if err != nil {
				return nil, err
			}
			list = append(list, located{id, ref.Pos, ref.Errorf})
		}
	}
	for _, n := range a.GitHub {
		list = append(list, located{accountIdentity("github.com", n.Value), n.Pos, n.Errorf})
	}
	for _, n := range a.GitLab {
		list = append(list, located{accountIdentity("gitlab.com", n.Value), n.Pos, n.Errorf})
	}
	return list, nil
}

func accountIdentity(host string, number uint64) evidence.Identity {
	return evidence.Identity(fmt.Sprintf("account:%s:%d", host, number))
}

func jiraIdentity(ref text) (evidence.Identity, error) { return parseAs("account:jira:", ref) }

func emailIdentity(ref text) (evidence.Identity, error) { return parseAs("mailto:", ref) }

// pgpIdentity reads a fingerprint as gpg prints it, in groups or not.
func pgpIdentity(ref text) (evidence.Identity, error) {
	ref.Value = strings.ToUpper(strings.ReplaceAll(ref.Value, " ", ""))
	return parseAs("pgp:", ref)
}

func parseAs(scheme string, ref text) (evidence.Identity, error) {
	id, err := evidence.ParseIdentity(scheme + ref.Value)
	if err != nil {
		return "", ref.Errorf("%w", err)
	}
	return id, nil
}

// Person returns the person whose identity id is.
func (t *Trust) Person(id evidence.Identity) (Person, bool) {
	c, ok := t.owners.find(id)
	if !ok || c.bot {
		return Person{}, false
	}
	p := *t.people[c.person]
	p.Identities = slices.DeleteFunc(slices.Clone(p.Identities), func(id evidence.Identity) bool {
		return id.Scheme() == "ssh"
	})
	return p, true
}

// Fold returns the name of the person whose identity id is, "" if it is
// nobody's. Identities with one name are one person.
func (t *Trust) Fold(id evidence.Identity) string {
	c, _ := t.owners.find(id)
	return c.person
}

// Name returns the best name for id: the person's, else that of the key, else
// "".
func (t *Trust) Name(id evidence.Identity) string {
	if name := t.Fold(id); name != "" {
		return name
	}
	for _, v := range t.Versions() {
		if name := v.resolver.names[id]; name != "" {
			return name
		}
	}
	return ""
}

// IsBot reports whether id is listed under bots. What is listed nowhere is not
// a bot and not a person.
func (t *Trust) IsBot(id evidence.Identity) bool {
	c, ok := t.owners.find(id)
	return ok && c.bot
}
