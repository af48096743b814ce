package tagsig

import (
	"errors"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

const (
	minRSA = 2047 // some tools draw 2048 bits whose first is 0
	maxRSA = 8192
)

// candidate is a key that a signature names.
type candidate struct {
	entity *openpgp.Entity
	subkey *openpgp.Subkey // nil if it is the primary key
}

// candidates returns the keys in ring that sig names. A key ID of 64 bits may
// name several.
func candidates(ring openpgp.EntityList, sig *packet.Signature) []candidate {
	var found []candidate
	for _, e := range ring {
		if sig.CheckKeyIdOrFingerprint(e.PrimaryKey) {
			found = append(found, candidate{entity: e})
		}
		for i := range e.Subkeys {
			if sig.CheckKeyIdOrFingerprint(e.Subkeys[i].PublicKey) {
				found = append(found, candidate{e, &e.Subkeys[i]})
			}
		}
	}
	return found
}

func (c *candidate) key() *packet.PublicKey {
	if c.subkey != nil {
		return c.subkey.PublicKey
	}
	return c.entity.PrimaryKey
}

func (c *candidate) name() string { return fingerprint(c.key()) }

func fingerprint(pk *packet.PublicKey) string { return fmt.Sprintf("%X", pk.Fingerprint) }

// span is the time at which a key has to be valid: from the earlier to the
// later of the signature's time and the tag's.
type span struct{ from, to time.Time }

func newSpan(signed, at time.Time) span {
	switch {
	case at.IsZero():
		return span{signed, signed}
	case at.Before(signed):
		return span{at, signed}
	}
	return span{signed, at}
}

// judge reports why c's signature over payload does not count, if so. What is
// cheap and needs no trust in the key comes first.
func (c *candidate) judge(sig *packet.Signature, payload []byte, s span) error {
	for _, pk := range []*packet.PublicKey{c.entity.PrimaryKey, c.key()} {
		if err := checkKey(pk); err != nil {
			return err
		}
	}
	if err := c.verify(sig, payload); err != nil {
		return err
	}
	if lapsed(sig, s.to) {
		return fmt.Errorf("the signature is %w", ErrExpired)
	}
	self, err := c.checkPrimary(s)
	if err != nil {
		return err
	}
	if c.subkey != nil {
		return c.checkSubkey(s)
	}
	if !self.FlagsValid || !self.FlagSign {
		return errors.New("the primary key is not marked for signing")
	}
	return nil
}

func (c *candidate) verify(sig *packet.Signature, payload []byte) error {
	h, err := sig.PrepareVerify()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrVerify, err)
	}
	h.Write(payload)
	if err := c.key().VerifySignature(h, sig); err != nil {
		return ErrVerify
	}
	return nil
}

// checkPrimary judges the primary key by its newest self-signature, which it
// returns.
func (c *candidate) checkPrimary(s span) (*packet.Signature, error) {
	e := c.entity
	if e.Revoked(s.to) {
		return nil, ErrRevoked
	}
	// The zero time asks for the newest, whenever it was made.
	self, err := e.PrimarySelfSignature(time.Time{}, policy())
	if err != nil {
		return nil, errors.New("the key has no valid self-signature: it names nobody, or only with weak algorithms")
	}
	if err := alive(e.PrimaryKey, self, s); err != nil {
		return nil, err
	}
	if direct, err := e.LatestValidDirectSignature(time.Time{}, policy()); err == nil {
		return self, alive(e.PrimaryKey, direct, s)
	}
	return self, nil
}

// checkSubkey judges the subkey by its newest binding; the library verifies
// that the subkey signed it back.
func (c *candidate) checkSubkey(s span) error {
	binding, err := c.subkey.LatestValidBindingSignature(time.Time{}, policy())
	if err != nil {
		return errors.New("the primary key did not bind the subkey, or only with weak algorithms")
	}
	if c.subkey.Revoked(binding, s.to) {
		return fmt.Errorf("subkey: %w", ErrRevoked)
	}
	if !binding.FlagsValid || !binding.FlagSign || binding.EmbeddedSignature == nil {
		return errors.New("the subkey is not bound for signing")
	}
	if lapsed(binding.EmbeddedSignature, s.to) {
		return fmt.Errorf("the subkey's own binding is %w", ErrExpired)
	}
	return alive(c.subkey.PublicKey, binding, s)
}

// alive reports a key whose lifetime by self does not cover s.
func alive(pk *packet.PublicKey, self *packet.Signature, s span) error {
	if pk.KeyExpired(self, s.from) || pk.KeyExpired(self, s.to) || lapsed(self, s.to) {
		return fmt.Errorf("the key is %w: %s", ErrExpired, s.to.UTC().Format(time.RFC3339))
	}
	return nil
}

// lapsed reports whether sig has an end of its own that is before t. That it
// may be newer than t is no fault: see the package comment on expiry.
func lapsed(sig *packet.Signature, t time.Time) bool {
	if sig.SigLifetimeSecs == nil || *sig.SigLifetimeSecs == 0 {
		return false
	}
	return sig.CreationTime.Add(time.Duration(*sig.SigLifetimeSecs) * time.Second).Before(t)
}

// checkKey refuses key types and sizes that are too weak, or so large that
// verifying is a burden.
func checkKey(pk *packet.PublicKey) error {
	switch pk.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly:
		bits, err := pk.BitLength()
		if err != nil || bits < minRSA || bits > maxRSA {
			return fmt.Errorf("%w: RSA of %d bits, want 2048 to %d", ErrWeak, bits, maxRSA)
		}
		return nil
	case packet.PubKeyAlgoEdDSA, packet.PubKeyAlgoECDSA:
		curve, err := pk.Curve()
		if err != nil || curve == packet.CurveSecP256k1 {
			return fmt.Errorf("%w: elliptic curve %s", ErrWeak, curve)
		}
		return nil
	case packet.PubKeyAlgoEd25519, packet.PubKeyAlgoEd448:
		return nil
	}
	return fmt.Errorf("%w: public key algorithm %d: use Ed25519, ECDSA or RSA", ErrWeak, pk.PubKeyAlgo)
}
