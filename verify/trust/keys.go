package trust

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
)

// A key that is known by its SSH fingerprint alone stands in all tables as
// ssh:SHA256:<base64>, which is no identity that evidence can hold.
const fingerprintScheme = "ssh:"

// keyTable finds the public keys that documents hold in full.
type keyTable struct {
	keys   []attest.PublicKey
	byHint map[string]int // into keys
	pems   map[evidence.Digest]bool
}

func newKeyTable(lists ...[]attest.PublicKey) keyTable {
	t := keyTable{byHint: map[string]int{}, pems: map[evidence.Digest]bool{}}
	for _, list := range lists {
		for _, key := range list {
			if slices.ContainsFunc(t.keys, key.Equal) {
				continue // of another version
			}
			if _, taken := t.byHint[key.Hint()]; !taken {
				t.byHint[key.Hint()] = len(t.keys)
			}
			if !key.FIDO() { // the PEM form of which is that of the key inside
				t.pems[evidence.Sum(key.PEM())] = true
			}
			t.keys = append(t.keys, key)
		}
	}
	return t
}

// resolver turns the ways to write a key into the identity it has.
type resolver struct {
	// written holds each public key of the document by the text it is written
	// as.
	written map[string]attest.PublicKey
	// prints holds the identity of each known public key by its fingerprint.
	prints map[evidence.Identity]evidence.Identity
	// known are the identities of the public keys that are at hand.
	known map[evidence.Identity]bool
	// named and names translate between names of keys and identities.
	named map[string]evidence.Identity
	names map[evidence.Identity]string
	// created is when a key of the section keys was made, if it says so.
	created map[evidence.Identity]time.Time
	// extra are the keys that came with the evidence.
	extra []attest.PublicKey
	// unresolved reports that a key is named which is not at hand.
	unresolved bool
}

// addKeys reads every public key in the document.
func (t *Trust) addKeys(extra []attest.PublicKey) error {
	t.resolver = resolver{
		written: map[string]attest.PublicKey{}, prints: map[evidence.Identity]evidence.Identity{},
		known: map[evidence.Identity]bool{}, named: map[string]evidence.Identity{},
		names: map[evidence.Identity]string{}, created: map[evidence.Identity]time.Time{}, extra: extra,
	}
	for _, ref := range t.doc.keyRefs() {
		if !isPublicKey(ref.Value) {
			continue
		}
		key, err := attest.ParsePublicKey([]byte(ref.Value))
		if err != nil {
			return ref.Errorf("%w", err)
		}
		t.resolver.written[ref.Value] = key
		if t.resolver.add(key) {
			t.keys = append(t.keys, key)
		}
	}
	t.atHand = newKeyTable(t.keys)
	for _, key := range extra {
		t.resolver.add(key)
	}
	return t.nameKeys()
}

// add makes the key known and reports whether it was new.
func (r *resolver) add(key attest.PublicKey) bool {
	mark := fingerprintIdentity(key.Fingerprint())
	_, known := r.prints[mark]
	r.prints[mark] = key.Identity()
	r.known[key.Identity()] = true
	return !known
}

// nameKeys reads the section keys.
func (t *Trust) nameKeys() error {
	for _, e := range t.doc.Keys {
		if err := checkName(e.Key, "key"); err != nil {
			return err
		}
		key, ok := t.resolver.written[e.Value.Public.Value]
		if !ok {
			return e.Value.Public.Errorf("want a public key: a line such as ssh-ed25519 AAAA... or a PEM block")
		}
		id := key.Identity()
		if other := t.resolver.names[id]; other != "" {
			return e.Value.Public.Errorf("this is the key %q once more: a key has one name", other)
		}
		// Exactly one algorithm belongs to a key (R20); to write it down is to
		// notice a key of another kind than was meant.
		if want := e.Value.Algorithm; want.Pos.Line > 0 && want.Value != key.Algorithm() {
			return want.Errorf("the key's algorithm is %q, not %.40q", key.Algorithm(), want.Value)
		}
		t.resolver.named[e.Key.Value], t.resolver.names[id] = id, e.Key.Value
		if !e.Value.Created.IsZero() {
			t.resolver.created[id] = e.Value.Created.Time
		}
	}
	return nil
}

// keyRefs returns every place where a key is or may be written.
func (d *document) keyRefs() []text {
	var refs []text
	for _, e := range d.Keys {
		refs = append(refs, e.Value.Public)
	}
	for _, e := range d.People {
		refs = slices.Concat(refs, e.Value.Keys, e.Value.SSH)
	}
	refs = slices.Concat(refs, d.Bots.Keys, d.Bots.SSH)
	for _, e := range d.Roles {
		refs = append(refs, e.Value.Keys...)
	}
	for _, e := range d.Revoked {
		refs = append(refs, e.Identity)
	}
	return refs
}

// isPublicKey reports whether s is meant to be a public key, not a name or an
// identity: several words, of which the first is a type without a colon.
func isPublicKey(s string) bool {
	s = strings.TrimSpace(s)
	word, _, more := strings.Cut(s, " ")
	return strings.HasPrefix(s, "-----") || more && !strings.Contains(word, ":")
}

// key returns the identity of a key that is written as a public key, a
// fingerprint, an identity or a name in keys.
func (r *resolver) key(ref text) (evidence.Identity, error) {
	s := ref.Value
	if key, ok := r.written[s]; ok {
		return key.Identity(), nil
	}
	if strings.Contains(s, ":") {
		id, err := parseFingerprint(s)
		if err != nil {
			return "", ref.Errorf("%w", err)
		}
		return r.normal(id), nil
	}
	if id := r.named[s]; id != "" {
		return id, nil
	}
	return "", ref.Errorf("unknown key %.80q: want a public key, SHA256:..., key:sha256:... or a name in keys%s",
		s, suggestion(s, r.named))
}

// identity returns the identity that is written as such or as a key.
func (r *resolver) identity(ref text) (evidence.Identity, error) {
	scheme, _, colon := strings.Cut(ref.Value, ":")
	if !colon || scheme == "SHA256" || scheme == "ssh" || isPublicKey(ref.Value) {
		return r.key(ref)
	}
	id, err := evidence.ParseIdentity(ref.Value)
	if err != nil {
		return "", ref.Errorf("%w", err)
	}
	if s := id.Scheme(); (s == "oidc" || s == "x509") && strings.Contains(string(id), "*") {
		// It would be nobody's identity, and a revocation of nobody.
		return "", ref.Errorf("names one identity, without *: only the who of a grant may hold a pattern")
	}
	return id, nil
}

// normal returns the identity of a key that is known by its fingerprint, as
// soon as the key is at hand.
func (r *resolver) normal(id evidence.Identity) evidence.Identity {
	if key, ok := r.prints[id]; ok {
		return key
	}
	r.unresolved = r.unresolved || !r.known[id]
	return id
}

// parseFingerprint reads SHA256:<base64>, with or without "ssh:" before it, or
// key:sha256:<hex>.
func parseFingerprint(s string) (evidence.Identity, error) {
	if strings.HasPrefix(s, "key:") {
		return evidence.ParseIdentity(s)
	}
	sum, ok := strings.CutPrefix(strings.TrimPrefix(s, fingerprintScheme), "SHA256:")
	if !ok {
		return "", errors.New("want a fingerprint SHA256:<base64> as ssh-keygen -l prints it, or key:sha256:<64 hex>")
	}
	raw, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(sum, "="))
	if err != nil || len(raw) != 32 || strings.ContainsAny(sum, "\r\n") {
		return "", errors.New("the fingerprint after SHA256: is not 43 characters of base64: copy it in full from ssh-keygen -l")
	}
	return fingerprintIdentity("SHA256:" + base64.RawStdEncoding.EncodeToString(raw)), nil
}

func fingerprintIdentity(fingerprint string) evidence.Identity {
	return evidence.Identity(fingerprintScheme + fingerprint)
}

// displayKey writes a key for people.
func displayKey(id evidence.Identity) string {
	return strings.TrimPrefix(string(id), fingerprintScheme)
}
