package trust

import (
	"cmp"
	"fmt"
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
// version, the newest first. Each version ends when the next one begins.
//
// It is an error if there is none, if their ids differ, or if two have one
// version and different content or begin in another order than that of their
// numbers.
func Join(list ...*Trust) (*Trust, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no trust document is given")
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
	return &t, nil
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

// owner returns who has an identity by the newest version that says so, and that
// version.
func (t *Trust) owner(id evidence.Identity) (claim, *Trust, bool) {
	for _, v := range t.Versions() {
		if c, ok := v.owners.find(id); ok {
			return c, v, true
		}
	}
	return claim{}, t, false
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
	proven := q.NotBefore != nil && q.NotAfter != nil
	if proven {
		list = append(list, asked{then, q})
		for _, end := range []time.Time{*q.NotBefore, *q.NotAfter} {
			if v := t.At(end); v != then {
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
