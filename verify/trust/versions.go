package trust

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Join returns the trust that several versions of one document make (rules
// of format, R5). A signature counts by the version in force when it was made,
// and roles are those of then, while revocations are the newest version's
// alone. Where the time of signing is not proven, the version in force at the
// moment of judgement must let it count as well, so that nobody whom it left
// out signs for the past. Accounts are folded, and bots known, by every
// version, the newest first: whoever an older version names by an account that
// a newer one gives to somebody is that person, whatever their name was. Each
// version ends when the next one begins.
//
// It is an error if there is none, if their ids differ, or if two have one
// version and different content or begin in another order than that of their
// numbers.
func Join(list ...*Trust) (*Trust, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no trust document is given")
	}
	if slices.Contains(list, nil) {
		return nil, fmt.Errorf("one of the trust documents is nil")
	}
	var all []*Trust
	for _, t := range slices.SortedStableFunc(slices.Values(list), func(a, b *Trust) int { return cmp.Compare(b.Version, a.Version) }) {
		if len(all) == 0 {
			all = append(all, t)
			continue
		}
		switch newer := all[len(all)-1]; {
		case t.ID != newer.ID:
			return nil, fmt.Errorf("two trust documents, %s and %s: give the versions of one", t.ID, newer.ID)
		case t.Version == newer.Version && t.Digest != newer.Digest:
			return nil, fmt.Errorf("two documents say that they are trust %s version %d, and differ", t.ID, t.Version)
		case t.Version == newer.Version:
			continue // twice the same
		case !t.Effective.From.Before(newer.Effective.From):
			return nil, fmt.Errorf("version %d of trust %s begins no later than version %d", newer.Version, t.ID, t.Version)
		default:
			all = append(all, t)
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	var keys []attest.PublicKey
	digests := make([]evidence.Digest, len(all))
	for i, t := range all {
		keys, digests[i] = append(keys, t.keys...), t.Digest
	}
	raw, err := strictjson.Marshal(digests)
	if err != nil {
		return nil, err
	}
	return join(all, evidence.Sum(raw), keys)
}

// join makes one trust of versions, the newest first, that know the keys.
func join(all []*Trust, digest evidence.Digest, keys []attest.PublicKey) (*Trust, error) {
	versions := make([]*Trust, len(all))
	for i, v := range all {
		var err error
		if versions[i], err = v.Resolve(keys...); err != nil {
			return nil, fmt.Errorf("trust %s version %d: %w", v.ID, v.Version, err)
		}
		if i > 0 {
			end, next := &versions[i].Effective.Until, versions[i-1].Effective.From
			if end.IsZero() || next.Before(*end) {
				*end = next
			}
		}
	}
	t := *versions[0]
	t.versions, t.Digest = versions, digest
	t.owners, t.people = maps.Clone(t.owners), maps.Clone(t.people)
	held := make([][]attest.PublicKey, len(versions))
	for i, v := range versions {
		held[i] = v.keys
	}
	t.atHand = newKeyTable(held...)
	for _, older := range versions[1:] {
		t.adopt(older)
	}
	return &t, nil
}

// adopt takes over whose accounts an older version knows and t does not. A person
// whom t knows by another name, by one of their accounts, stays one person.
func (t *Trust) adopt(older *Trust) {
	now := map[string]string{} // names of people in older to those in t
	for name, p := range older.people {
		now[name] = name
		for _, id := range p.Identities {
			if c, ok := t.owners.find(id); ok && !c.bot {
				now[name] = c.person
				break
			}
		}
	}
	for name, p := range older.people {
		if t.people[now[name]] == nil {
			t.people[now[name]] = p
		}
	}
	for key, c := range older.owners {
		if _, ok := t.owners[key]; ok {
			continue
		}
		if !c.bot {
			c.person = now[c.person]
		}
		t.owners[key] = c
	}
}

// Versions returns the versions, the newest first: t alone if it is one.
func (t *Trust) Versions() []*Trust {
	if t.versions == nil {
		return []*Trust{t}
	}
	return t.versions
}

// At returns the version whose word counted at a moment: the newest that had
// begun by then, or else the first. It knows nothing of the others.
func (t *Trust) At(moment time.Time) *Trust {
	all := t.Versions()
	for _, v := range all {
		if !moment.Before(v.Effective.From) {
			return v
		}
	}
	return all[len(all)-1]
}

// inForce returns the version in force at a moment, nil if there is none.
func (t *Trust) inForce(moment time.Time) *Trust {
	if v := t.At(moment); v.Effective.Contains(moment) {
		return v
	}
	return nil
}

// Between returns the versions whose word counted at any moment from one until
// another, both included, the newest first.
func (t *Trust) Between(from, to time.Time) (list []*Trust) {
	all := t.Versions()
	for i, v := range all {
		begun := i == len(all)-1 || !to.Before(v.Effective.From)
		over := i > 0 && !from.Before(all[i-1].Effective.From)
		if begun && !over {
			list = append(list, v)
		}
	}
	return list
}

// RolesFor returns the roles of the signer of whom q asks, sorted: those that every
// version gives them whose word counts on q. Who only states a time gets no role
// of that time that they have lost since.
func (t *Trust) RolesFor(q Question) []string {
	if t.versions == nil {
		return t.rolesOf(q.Signer, q.Build)
	}
	list, ok := t.versionsFor(q)
	if !ok {
		return nil
	}
	roles := list[0].rolesOf(q.Signer, q.Build)
	for _, v := range list[1:] {
		also := v.rolesOf(q.Signer, q.Build)
		roles = slices.DeleteFunc(roles, func(role string) bool { return !slices.Contains(also, role) })
	}
	return roles
}

// asked is a question put to one version.
type asked struct {
	*Trust
	Question
}

// versionsFor returns the versions that must all let a signature count, each
// with the question as it concerns it. If none was in force at the stated time,
// ok is false.
func (t *Trust) versionsFor(q Question) (list []asked, ok bool) {
	then := t.inForce(q.Stated)
	if then == nil {
		return nil, false
	}
	if t.versions == nil {
		return []asked{{then, q}}, true
	}
	if q.NotBefore != nil && q.NotAfter != nil {
		list = append(list, asked{then, q})
		for _, v := range t.Between(*q.NotBefore, *q.NotAfter) {
			if v != then {
				list = append(list, asked{v, q})
			}
		}
		return list, true
	}
	now := t.At(q.AsOf)
	if now == then {
		return []asked{{then, q}}, true
	}
	before, after := q, q
	before.AsOf, after.Stated = q.Stated, q.AsOf // the grants of each in its own time
	return []asked{{then, before}, {now, after}}, true
}
