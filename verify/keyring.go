package verify

import (
	"errors"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify/trust"
)

const (
	// maxStrangerKeys bounds the embedded keys that trust does not name. They
	// only tell a reader whose signature it is; those that trust names are all
	// taken, so that no number of others can crowd them out.
	maxStrangerKeys = 256
	maxKeySize      = 64 << 10
	// maxGuesses bounds how often strangers' keys are tried on signatures that
	// name no key at hand.
	maxGuesses = 4096
)

// candidate is a public key that may have made a signature: given with trust,
// or found among the materials. A key that was found proves nothing by being
// there; it counts only if trust pins it.
type candidate struct {
	key      attest.PublicKey
	identity evidence.Identity
	pinned   bool
}

// keyring finds the key that made a signature, among those that trust holds and
// those that were found beside them.
type keyring struct {
	trust *trust.Trust // nil if nobody is trusted
	// byHint are keys that were found. Keys of trust come before them.
	byHint    map[string]candidate
	pinned    []candidate
	strangers []candidate
	guesses   int
}

func newKeyring(found []attest.PublicKey, t *trust.Trust) *keyring {
	k := &keyring{trust: t, guesses: maxGuesses}
	for _, key := range found {
		k.add(candidate{key, key.Identity(), pins(t, key)})
	}
	return k
}

// pins reports whether trust, which may be nil, names the key.
func pins(t *trust.Trust, key attest.PublicKey) bool {
	if t == nil {
		return false
	}
	_, ok := t.Pin(key)
	return ok
}

func (k *keyring) add(c candidate) {
	hint := c.key.Hint()
	if _, ok := k.named(hint); ok {
		return
	}
	if k.byHint == nil {
		k.byHint = map[string]candidate{}
	}
	k.byHint[hint] = c
	if c.pinned {
		k.pinned = append(k.pinned, c)
	} else {
		k.strangers = append(k.strangers, c)
	}
}

// named returns the key that a hint names, if it is at hand.
func (k *keyring) named(hint string) (candidate, bool) {
	if k.trust != nil {
		if key, ok := k.trust.KeyByHint(hint); ok {
			return candidate{key, key.Identity(), true}, true
		}
	}
	c, ok := k.byHint[hint]
	return c, ok
}

// of returns the key with an identity, if it is at hand.
func (k *keyring) of(id evidence.Identity) (attest.PublicKey, bool) {
	for _, key := range k.held() {
		if key.Identity() == id {
			return key, true
		}
	}
	for _, c := range k.byHint {
		if c.identity == id {
			return c.key, true
		}
	}
	return attest.PublicKey{}, false
}

// held are the keys that trust holds.
func (k *keyring) held() []attest.PublicKey {
	if k.trust == nil {
		return nil
	}
	return k.trust.Keys()
}

// embeddedKeys reads the public keys among the materials that statements list:
// all that trust names and does not hold itself, and some of the others.
func (r *run) embeddedKeys() []attest.PublicKey {
	t := r.o.Trust
	var keys []attest.PublicKey
	seen, strangers := map[evidence.Digest]bool{}, 0
	for _, st := range r.all {
		for _, m := range st.Links.Materials {
			if m.MediaType != evidence.MediaTypePublicKey || seen[m.Digest] {
				continue
			}
			seen[m.Digest] = true
			if t != nil && t.HoldsPEM(m.Digest) {
				continue // the very bytes of a key that is at hand already
			}
			key, ok := r.embeddedKey(m.Digest)
			if !ok {
				continue
			}
			if !pins(t, key) {
				if strangers == maxStrangerKeys {
					continue
				}
				strangers++
			}
			keys = append(keys, key)
		}
	}
	return keys
}

// embeddedKey reads one material as a public key. What is wrong with its bytes
// is for layer 1 to say.
func (r *run) embeddedKey(id evidence.Digest) (attest.PublicKey, bool) {
	b, ok := r.d.Blob(id)
	if !ok {
		return attest.PublicKey{}, false
	}
	data, err := r.read(b, maxKeySize)
	if err != nil {
		return attest.PublicKey{}, false
	}
	key, err := attest.ParsePublicKey(data)
	return key, err == nil
}

var (
	errRefuted  = errors.New("the signature does not verify under the key it names")
	errNoKey    = errors.New("no key at hand verifies the signature")
	errNoVerify = errors.New("the bundle is signed with a certificate, and no verifier for certificates was given")
)

// find returns the candidate that made the signature of b. If the hint names a
// key and that key refutes the signature, the candidate comes with errRefuted.
func (k *keyring) find(b *attest.Bundle) (candidate, error) {
	message := b.SignedBytes()
	if c, ok := k.named(b.Hint); ok {
		if c.key.Verify(message, b.Signature) == nil {
			return c, nil
		}
		return c, errRefuted
	}
	for _, key := range k.held() {
		// Of a FIDO key and the key inside, which have one hint, the first counts.
		if first, _ := k.trust.KeyByHint(key.Hint()); first.Equal(key) && key.Verify(message, b.Signature) == nil {
			return candidate{key, key.Identity(), true}, nil
		}
	}
	for _, c := range k.pinned {
		if c.key.Verify(message, b.Signature) == nil {
			return c, nil
		}
	}
	for _, c := range k.strangers {
		if k.guesses == 0 {
			break
		}
		k.guesses--
		if c.key.Verify(message, b.Signature) == nil {
			return c, nil
		}
	}
	return candidate{}, errNoKey
}
