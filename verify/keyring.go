package verify

import (
	"errors"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
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

// keyring finds the key that made a signature.
type keyring struct {
	byHint    map[string]candidate
	pinned    []candidate
	strangers []candidate
	guesses   int
}

func newKeyring(found []attest.PublicKey, t *trust.Trust) *keyring {
	k := &keyring{byHint: map[string]candidate{}, guesses: maxGuesses}
	if t != nil {
		for _, key := range t.Keys() {
			k.add(candidate{key, key.Identity(), true})
		}
	}
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
	if _, ok := k.byHint[hint]; ok {
		return
	}
	k.byHint[hint] = c
	if c.pinned {
		k.pinned = append(k.pinned, c)
	} else {
		k.strangers = append(k.strangers, c)
	}
}

// of returns the key with an identity, if it is at hand.
func (k *keyring) of(id evidence.Identity) (attest.PublicKey, bool) {
	for _, c := range k.byHint {
		if c.identity == id {
			return c.key, true
		}
	}
	return attest.PublicKey{}, false
}

// embeddedKeys reads the public keys among the materials that statements list:
// all that trust names, and some of the others.
func embeddedKeys(d *bundle.Dossier, all []*bundle.Statement, t *trust.Trust) []attest.PublicKey {
	var keys []attest.PublicKey
	seen, strangers := map[evidence.Digest]bool{}, 0
	for _, st := range all {
		for _, m := range st.Links.Materials {
			if m.MediaType != evidence.MediaTypePublicKey || seen[m.Digest] {
				continue
			}
			seen[m.Digest] = true
			key, ok := embeddedKey(d, m.Digest)
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
func embeddedKey(d *bundle.Dossier, id evidence.Digest) (attest.PublicKey, bool) {
	b, ok := d.Blob(id)
	if !ok {
		return attest.PublicKey{}, false
	}
	data, err := b.Read(maxKeySize)
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
	if c, ok := k.byHint[b.Hint]; ok {
		if c.key.Verify(message, b.Signature) == nil {
			return c, nil
		}
		return c, errRefuted
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
