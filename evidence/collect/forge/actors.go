package forge

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// Account is the actor behind an account of the forge: known by its number,
// the login is display. The zero number, which forges give for deleted
// accounts, is no identity and gives false.
func (c *Collection) Account(id int64, kind evidence.ActorKind, login string) (evidence.Actor, bool) {
	return evidence.Actor{
		ID:   evidence.Identity("account:" + c.Host + ":" + strconv.FormatInt(id, 10)),
		Kind: kind, Display: printable(login, 100),
	}, id > 0
}

// Add adds an actor to a list that is sorted by id, keeping the order. An id
// that is there already stays as it is.
func Add(list []evidence.Actor, a evidence.Actor) []evidence.Actor {
	i, found := find(list, a.ID)
	if found {
		return list
	}
	return slices.Insert(list, i, a)
}

// Has reports whether an actor is in a list that is sorted by id.
func Has(list []evidence.Actor, id evidence.Identity) bool {
	_, found := find(list, id)
	return found
}

func find(list []evidence.Actor, id evidence.Identity) (int, bool) {
	return slices.BinarySearchFunc(list, id, func(x evidence.Actor, id evidence.Identity) int { return cmp.Compare(x.ID, id) })
}

// Participants are all who reviewed a change, sorted by id.
func (r *Result) Participants() []evidence.Actor {
	var all []evidence.Actor
	for _, ch := range r.Changes {
		for _, review := range ch.Reviews {
			all = Add(all, review.By)
		}
	}
	return all
}

// When turns a time of the forge into one of ours; nil stays nil, and a time
// that evidence cannot carry is none.
func When(t *time.Time) *evidence.Time {
	if t == nil || t.Year() < 1970 || t.Year() > 9999 {
		return nil
	}
	return &evidence.Time{Time: t.UTC()}
}

// CommitSubject describes a commit as the subject of a check.
func CommitSubject(id string) evidence.ResourceDescriptor {
	if len(id) == 64 {
		return evidence.ResourceDescriptor{Name: evidence.SubjectCommit, Digest: evidence.DigestSet{"sha256": id}}
	}
	return evidence.ResourceDescriptor{Name: evidence.SubjectCommit, Digest: evidence.DigestSet{"gitCommit": id}}
}

// NumberAttempts counts the attempts of each check from 1, oldest first. key
// says which checks are attempts of one.
func NumberAttempts(checks []evidence.Check, key func(evidence.Check) string) {
	slices.SortStableFunc(checks, func(a, b evidence.Check) int { return CompareTimes(a.StartedAt, b.StartedAt) })
	seen := map[string]int64{}
	for i := range checks {
		k := key(checks[i])
		seen[k]++
		checks[i].Attempt = seen[k]
	}
}

// CoAuthors returns the account numbers that a commit message names in
// "Co-authored-by" trailers by the forge's no-reply address. Anyone can write
// such a line; it can add authors, never remove one.
func CoAuthors(message, host, separator string) []int64 {
	var ids []int64
	for line := range strings.Lines(message) {
		key, value, ok := strings.Cut(line, ":")
		if !ok || !strings.EqualFold(strings.TrimSpace(key), "co-authored-by") {
			continue
		}
		_, address, _ := strings.Cut(value, "<")
		address, _, _ = strings.Cut(address, ">")
		if id, ok := NoReply(address, host, separator); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// NoReply returns the account number in a no-reply address of a forge, which
// is NUMBER, the separator and the login at users.noreply.HOST.
func NoReply(address, host, separator string) (int64, bool) {
	user, domain, _ := strings.Cut(address, "@")
	number, _, ok := strings.Cut(user, separator)
	id, err := strconv.ParseInt(number, 10, 64)
	return id, ok && err == nil && id > 0 && strings.EqualFold(domain, "users.noreply."+host)
}
