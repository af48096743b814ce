package verify

import (
	"errors"
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/trust"
)

const (
	maxEmbeddedKeys = 256
	maxKeySize      = 64 << 10
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
	byHint map[string]candidate
	list   []candidate // pinned ones first
}

func newKeyring(found []attest.PublicKey, t *trust.Trust) *keyring {
	k := &keyring{byHint: map[string]candidate{}}
	if t != nil {
		for _, key := range t.Keys() {
			k.add(candidate{key, key.Identity(), true})
		}
	}
	for _, key := range found {
		c := candidate{key: key, identity: key.Identity()}
		if t != nil {
			_, c.pinned = t.Pin(key)
		}
		k.add(c)
	}
	slices.SortStableFunc(k.list, func(a, b candidate) int {
		switch {
		case a.pinned == b.pinned:
			return 0
		case a.pinned:
			return -1
		}
		return 1
	})
	return k
}

func (k *keyring) add(c candidate) {
	hint := c.key.Hint()
	if _, ok := k.byHint[hint]; ok {
		return
	}
	k.byHint[hint] = c
	k.list = append(k.list, c)
}

// embeddedKeys reads the public keys among the materials that statements list.
func embeddedKeys(d *bundle.Dossier) []attest.PublicKey {
	var keys []attest.PublicKey
	for _, st := range d.Statements() {
		for _, m := range st.Links.Materials {
			if m.MediaType != evidence.MediaTypePublicKey || len(keys) == maxEmbeddedKeys {
				continue
			}
			b, ok := d.Blob(m.Digest)
			if !ok {
				continue
			}
			data, err := b.Read(maxKeySize)
			if err != nil {
				continue // the digest is checked in layer 1
			}
			if key, err := attest.ParsePublicKey(data); err == nil {
				keys = append(keys, key)
			}
		}
	}
	return keys
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
	for _, c := range k.list {
		if c.key.Verify(message, b.Signature) == nil {
			return c, nil
		}
	}
	return candidate{}, errNoKey
}
