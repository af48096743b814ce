package trust

import (
	"bytes"
	"slices"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// Trust is a trust document, checked and ready for questions, in one version or
// in several ([Join]). It is made by [Parse], [Reader] or [ForSigner] and
// not changed afterwards, so that any number of goroutines may use it.
type Trust struct {
	// ID and Version name the document among its kind; of several versions, the
	// newest.
	ID      string
	Version int
	// Effective is when the document is in force.
	Effective Interval
	// Digest is the SHA-256 of the RFC 8785 form of what the document means:
	// defaults written out, keys by identity, lists of identities sorted, times
	// in UTC. Comments and layout do not change it; anything that could change
	// an answer, and names and reasons, do. That of several versions is the
	// SHA-256 of the JSON list of theirs, the newest first.
	Digest evidence.Digest

	doc      *document
	keys     []attest.PublicKey
	atHand   keyTable // those of all versions
	pgp      []byte
	resolver resolver
	owners   claims
	people   map[string]*Person
	roles    roleTable
	grants   []grant
	revoked  map[evidence.Identity]revocation
	forges   []Forge
	// versions are all of them, the newest first; nil if there is one.
	versions []*Trust
}

// Interval is the time from From until just before Until. A zero end is open.
type Interval struct{ From, Until time.Time }

// Contains reports whether t lies in i.
func (i Interval) Contains(t time.Time) bool {
	return !t.Before(i.From) && (i.Until.IsZero() || t.Before(i.Until))
}

// String returns "from 2026-01-01 until 2028-01-01", with times of day where
// they are not midnight UTC.
func (i Interval) String() string {
	var s string
	for _, end := range []struct {
		word string
		t    time.Time
	}{{"from ", i.From}, {"until ", i.Until}} {
		if end.t.IsZero() {
			continue
		}
		if s != "" {
			s += " "
		}
		s += end.word + stamp(end.t)
	}
	return s
}

// stamp writes a time for people and for the digest.
func stamp(t time.Time) string {
	if t = t.UTC(); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// Parse reads a trust document. The name stands in error texts only; errors
// about the document are of type *strictyaml.Error and name line and column.
func Parse(name string, data []byte) (*Trust, error) {
	return Reader{}.Parse(name, data)
}

// Resolve returns trust that also knows the given public keys, which were
// found in the evidence. Trust may name a key by its fingerprint alone, and
// only the key itself tells which identity that is. The answers of t about
// such a key are "not trusted" before; a key that trust does not name becomes
// no more trusted by being known. It is an error if a key shows that one
// identity belongs to two people. The Digest stays the same.
func (t *Trust) Resolve(keys ...attest.PublicKey) (*Trust, error) {
	if t.versions != nil {
		return join(t.versions, t.Digest, keys)
	}
	r, err := build(t.doc, slices.Concat(t.resolver.extra, keys))
	if err != nil {
		return nil, err
	}
	r.Digest, r.Effective = t.Digest, t.Effective
	return r, nil
}

// Unresolved reports whether the document names a key by its fingerprint alone
// which neither it nor the evidence shown to [Trust.Resolve] holds. Of a
// signature by an unknown key it cannot be told then whether it is that one's.
func (t *Trust) Unresolved() bool {
	return slices.ContainsFunc(t.Versions(), func(v *Trust) bool { return v.resolver.unresolved })
}

// KeyCreated returns when a key was made, if the document says so.
func (t *Trust) KeyCreated(id evidence.Identity) (time.Time, bool) {
	for _, v := range t.Versions() {
		if at, ok := v.resolver.created[id]; ok {
			return at, true
		}
	}
	return time.Time{}, false
}

// Keys returns all public keys that the document holds, in its order, each once.
func (t *Trust) Keys() []attest.PublicKey { return slices.Clone(t.atHand.keys) }

// Holds reports whether the document holds the key itself.
func (t *Trust) Holds(key attest.PublicKey) bool {
	return slices.ContainsFunc(t.atHand.keys, key.Equal)
}

// KeyByHint returns the public key that the document holds and that bundles name
// by that hint, see [attest.PublicKey.Hint]; the first of them if a FIDO key and
// the key inside are both there.
func (t *Trust) KeyByHint(hint string) (attest.PublicKey, bool) {
	i, ok := t.atHand.byHint[hint]
	if !ok {
		return attest.PublicKey{}, false
	}
	return t.atHand.keys[i], true
}

// HoldsPEM reports whether the document holds the public key whose PEM form, as
// [attest.PublicKey.PEM] writes it, has that digest: whoever finds it in evidence
// need not read it to know which key it is.
func (t *Trust) HoldsPEM(id evidence.Digest) bool { return t.atHand.pems[id] }

// PGPKeys returns the armored OpenPGP public keys for signatures of tags, nil
// if there are none.
func (t *Trust) PGPKeys() []byte {
	keys := bytes.Clone(t.pgp)
	for _, v := range t.Versions()[1:] {
		if !bytes.Equal(v.pgp, t.pgp) {
			keys = append(append(keys, '\n'), v.pgp...)
		}
	}
	return keys
}

// Pin reports whether trust names the key, by its bytes, its fingerprint or
// its identity, and returns its identity. What trust says of it is answered
// after [Trust.Resolve].
func (t *Trust) Pin(key attest.PublicKey) (evidence.Identity, bool) {
	id := key.Identity()
	return id, t.Knows(id) || t.Knows(fingerprintIdentity(key.Fingerprint()))
}

// Knows reports whether trust gives id to anybody or lets it state anything, in
// any version.
func (t *Trust) Knows(id evidence.Identity) bool {
	return slices.ContainsFunc(t.Versions(), func(v *Trust) bool { return v.names(id) })
}

func (t *Trust) names(id evidence.Identity) bool {
	if _, ok := t.owners.find(id); ok {
		return true
	}
	if t.resolver.names[id] != "" || len(t.roles.members[id]) > 0 {
		return true
	}
	if t.roles.namesKeyless(id) {
		return true
	}
	for i := range t.grants {
		if who := t.grants[i].identity; who != "" && matchIdentity(who, string(id)) {
			return true
		}
	}
	return false
}
