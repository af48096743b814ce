package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// author is somebody who had a hand in the release's commits.
type author struct {
	// key is the same for all accounts of one person, as far as trust knows.
	key string
	// person is the name in trust; "" for somebody it does not list.
	person string
	// name and email are what the commit says.
	name, email string
	// commit is the first commit they had a hand in.
	commit string
}

func (a author) String() string {
	switch {
	case a.person != "":
		return a.person
	case a.name != "":
		return a.name
	}
	return a.key
}

// folder finds the people behind addresses. It remembers them, because a
// release of thousands of commits has few authors.
type folder struct {
	trust  *trust.Trust
	people map[string]string
	bots   map[string]bool
}

func newFolder(f *Facts) folder { return folder{f.Trust, map[string]string{}, map[string]bool{}} }

// person returns the person whom trust lists with an address, "" for none.
func (x folder) person(email string) string {
	p, ok := x.people[email]
	if !ok {
		for _, id := range identitiesOf(email) {
			if p = x.trust.Fold(id); p != "" {
				break
			}
		}
		x.people[email] = p
	}
	return p
}

// bot reports whether trust lists an address as a bot's. What an address calls
// itself does not count.
func (x folder) bot(email string) bool {
	bot, ok := x.bots[email]
	if !ok {
		bot = slices.ContainsFunc(identitiesOf(email), x.trust.IsBot)
		x.bots[email] = bot
	}
	return bot
}

// author makes an author of a name and address that a commit states. Both are
// what somebody typed: they can add an author and never remove one (rules of
// format, R11).
func (x folder) author(name, email, commit string) author {
	a := author{name: strings.TrimSpace(name), email: strings.ToLower(strings.TrimSpace(email)), commit: commit}
	if a.person = x.person(email); a.person != "" {
		a.key = a.person
		return a
	}
	// The space keeps such a key apart from every person's name.
	a.key = "unlisted " + a.email
	if a.email == "" {
		a.key = "unlisted " + a.name
	}
	return a
}

// noReply are the domains under which forges write an account's number and
// login as an address.
var noReply = []struct{ domain, host, separator string }{
	{"users.noreply.github.com", "github.com", "+"},
	{"users.noreply.gitlab.com", "gitlab.com", "-"},
}

// identitiesOf returns the identities that an address may stand for: the
// address as written and in lower case, and the forge account in a no-reply
// address.
func identitiesOf(email string) []evidence.Identity {
	var ids []evidence.Identity
	add := func(s string) {
		if id, err := evidence.ParseIdentity(s); err == nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	email = strings.TrimSpace(email)
	lower := strings.ToLower(email)
	add("mailto:" + email)
	add("mailto:" + lower)
	for _, n := range noReply {
		local, ok := strings.CutSuffix(lower, "@"+n.domain)
		number, _, _ := strings.Cut(local, n.separator)
		if ok && number != "" && strings.Trim(number, "0123456789") == "" {
			add("account:" + n.host + ":" + number)
		}
	}
	return ids
}

// commitAuthors returns everybody who had a hand in each commit of the release,
// by its id: author, committer, co-authors, and whom trust lists with the key
// that signed it (rules of format, R11).
func (f *Facts) commitAuthors() map[string][]author {
	return f.wrote.get(func() map[string][]author {
		people, by := newFolder(f), make(map[string][]author, len(f.Range.Commits))
		for _, c := range f.Range.Commits {
			list := people.commitAuthors(c)
			if p := f.Trust.Fold(f.commitSignature(string(c.ID)).Identity); p != "" {
				list = append(list, author{key: p, person: p, commit: string(c.ID)})
			}
			by[string(c.ID)] = append(by[string(c.ID)], list...)
		}
		return by
	})
}

// commitSignature returns what verification found of a commit's signature.
func (f *Facts) commitSignature(id string) verify.CommitSignature {
	by := f.signatures.get(func() map[string]verify.CommitSignature {
		m := make(map[string]verify.CommitSignature, len(f.Range.Commits))
		for i, c := range f.Range.Commits {
			if i < len(f.Range.Signatures) {
				m[string(c.ID)] = f.Range.Signatures[i]
			}
		}
		return m
	})
	return by[id]
}

// forgeCommitters are the addresses under which forges commit what a person
// merged there. Who it was is for the record of the pull request to say.
var forgeCommitters = []string{"noreply@github.com"}

// commitAuthors returns author, committer and co-authors of a commit. Bots by
// trust are nobody.
func (x folder) commitAuthors(c gitobj.CommitWithID) []author {
	id := string(c.ID)
	var list []author
	if !x.bot(c.Author.Email) {
		list = append(list, x.author(c.Author.Name, c.Author.Email, id))
	}
	if !x.bot(c.Committer.Email) && !holdsFold(forgeCommitters, c.Committer.Email) {
		list = append(list, x.author(c.Committer.Name, c.Committer.Email, id))
	}
	// Co-authors are looked for in the whole message, not only where trailers
	// belong: whoever is named shared the work.
	for _, p := range commits.CoAuthors(c.Message) {
		if !x.bot(p.Email) {
			list = append(list, x.author(p.Name, p.Email, id))
		}
	}
	return list
}

// authors is everybody who wrote part of a release, by key.
type authors struct {
	byKey map[string]author
	order []string
}

func (s *authors) add(list ...author) {
	for _, a := range list {
		if _, ok := s.byKey[a.key]; !ok {
			s.byKey[a.key] = a
			s.order = append(s.order, a.key)
		}
	}
}

// releaseAuthors returns the authors of all commits of the release, and those
// whom the forge names as openers and authors of its changes; of a release by bots
// only, whoever merged its changes (G6). If the commits are not all there, ok is
// false and why says so: somebody might be missing.
func releaseAuthors(f *Facts) (s authors, why Result, ok bool) {
	found := f.authors.get(func() authorsFound {
		s, why, ok := findAuthors(f)
		return authorsFound{s, why, ok}
	})
	return found.authors, found.why, found.ok
}

// authorsFound is what releaseAuthors returns.
type authorsFound struct {
	authors authors
	why     Result
	ok      bool
}

func findAuthors(f *Facts) (s authors, why Result, ok bool) {
	place := inRecord(f, "/base")
	if !f.Range.Complete {
		return s, unknown("range-incomplete", "not all commits of the release are there, so an author may be missing: %s", f.Range.Why).at(place), false
	}
	s.byKey = map[string]author{}
	wrote := f.commitAuthors()
	for _, c := range f.Range.Commits {
		s.add(wrote[string(c.ID)]...)
	}
	for _, c := range f.Record.Changes {
		s.add(changeAuthors(f, c)...)
	}
	if len(s.order) == 0 {
		for _, c := range f.Record.Changes {
			if c.MergedBy != nil {
				s.add(actorAuthors(f, *c.MergedBy, string(c.MergedAs))...)
			}
		}
	}
	if len(s.order) == 0 {
		return s, unknown("no-authors", "nobody is known to have written it: it has no commit of its own, or bots made it and nobody is known to have merged it").at(place), false
	}
	return s, Result{}, true
}

// changeAuthors returns who opened and wrote a change by the forge's word, once
// for each account: the recorder says which accounts are one actor, which can
// add authors and not remove one.
func changeAuthors(f *Facts, c evidence.Change) []author {
	actors := c.Authors
	if c.Opener != nil {
		actors = append([]evidence.Actor{*c.Opener}, actors...)
	}
	var list []author
	for _, actor := range actors {
		list = append(list, actorAuthors(f, actor, string(c.MergedAs))...)
	}
	return list
}

// actorAuthors makes authors of the accounts of one actor. A bot by trust is
// nobody, whatever other accounts the record gives it.
func actorAuthors(f *Facts, actor evidence.Actor, commit string) []author {
	var list []author
	for _, id := range identities(actor) {
		a := author{key: "unlisted " + string(id), name: actor.Display, commit: commit}
		if a.person = f.Trust.Fold(id); a.person != "" {
			a.key = a.person
		}
		if !f.Trust.IsBot(id) {
			list = append(list, a)
		}
	}
	return list
}

// names lists the authors for people.
func (s authors) names() []string {
	list := make([]string, 0, len(s.order))
	for _, key := range s.order {
		list = append(list, s.byKey[key].String())
	}
	return list
}

// authorsProof is how authors are known: by the forge's word, if each commit came
// with a pull request of which a recorder read there who wrote it, every commit
// with its account; otherwise a commit states who wrote it, and nobody else
// vouches for that (rules of format, R11).
func authorsProof(f *Facts) verify.Proof {
	for _, c := range f.Range.Commits {
		p := f.pullOf(string(c.ID))
		if p == nil || len(p.UnlinkedCommits) > 0 || len(p.Authors) == 0 {
			return verify.Proof{Grade: verify.Claimed, By: "the commits' own words"}
		}
	}
	return f.Stated()
}
