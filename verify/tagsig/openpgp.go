package tagsig

import (
	"errors"
	"fmt"
	"slices"
	"time"

	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

var (
	// ErrUnknownKey is the refusal of a signature whose key is not among the
	// keys given. The error that wraps it names the key.
	ErrUnknownKey = verify.ErrUnknownTagKey
	// ErrVerify is the refusal of a signature that its key did not make over
	// the payload.
	ErrVerify = verify.ErrTagRefuted
	// ErrWeak is the refusal of an algorithm that no longer proves anything.
	ErrWeak = errors.New("the algorithm is too weak")
	// ErrRevoked is the refusal of a key that its owner revoked.
	ErrRevoked = errors.New("the key was revoked")
	// ErrExpired is the refusal of a key or signature outside its lifetime.
	ErrExpired = errors.New("not valid at that time")
)

// Result is what a good signature says.
type Result struct {
	// Fingerprint is that of the primary key, upper-case hex: 40 digits for
	// version 4 keys, 64 for version 6.
	Fingerprint string
	// Subkey is the fingerprint of the key that signed if it is a subkey of
	// the primary key, else empty.
	Subkey string
	// UserIDs are the names that the key gives itself, sorted. They are
	// claims: nobody but the owner checked them.
	UserIDs []string
	// SignedAt is when the signer says it signed.
	SignedAt time.Time
}

// OpenPGP verifies the tag signatures that gpg makes.
type OpenPGP struct{}

var _ verify.TagVerifier = OpenPGP{}

// Scheme returns "openpgp".
func (OpenPGP) Scheme() string { return "openpgp" }

// VerifyTag verifies an armored signature over payload with keys, each as
// VerifyOpenPGP takes it, and returns the identity of the primary key. The
// keys' validity is judged at the signature's time and, unless zero, at the one
// that the tag states, never now.
func (OpenPGP) VerifyTag(payload, signature []byte, keys [][]byte, at verify.Moments) (verify.Authenticated, error) {
	var none verify.Authenticated
	var ring openpgp.EntityList
	for i, k := range keys {
		r, err := readKeyring(k)
		if err != nil {
			return none, fmt.Errorf("OpenPGP key %d: %w", i, err)
		}
		ring = append(ring, r...)
	}
	result, err := check(ring, payload, signature, at.Stated)
	if err != nil {
		return none, err
	}
	id, err := evidence.ParseIdentity("pgp:" + result.Fingerprint)
	return verify.Authenticated{Identity: id, Proof: "signed"}, err
}

// VerifyOpenPGP verifies an armored signature over payload with the public
// keys in keyring, which is binary or any number of armored blocks. For at see
// [OpenPGP.VerifyTag]; here it is a time. The error wraps one of the errors of this package if
// signature and keys could be read.
func VerifyOpenPGP(keyring, payload, armored []byte, at time.Time) (Result, error) {
	ring, err := readKeyring(keyring)
	if err != nil {
		return Result{}, fmt.Errorf("OpenPGP keys: %w", err)
	}
	return check(ring, payload, armored, at)
}

func check(ring openpgp.EntityList, payload, armored []byte, at time.Time) (Result, error) {
	sig, err := readSignature(armored)
	if err != nil {
		return Result{}, err
	}
	if err := checkSignature(sig); err != nil {
		return Result{}, err
	}
	span := newSpan(sig.CreationTime, at)
	var found *candidate
	var refused error
	for _, c := range candidates(ring, sig) {
		err := c.judge(sig, payload, span)
		switch {
		case err == nil:
			found = &c
		case errors.Is(err, ErrRevoked):
			// One copy of a key may lack the revocation that another has.
			return Result{}, fmt.Errorf("OpenPGP key %s: %w", c.name(), err)
		case refused == nil:
			refused = fmt.Errorf("OpenPGP key %s: %w", c.name(), err)
		}
	}
	switch {
	case found != nil:
		return found.result(sig.CreationTime), nil
	case refused != nil:
		return Result{}, refused
	}
	return Result{}, fmt.Errorf("%w: key %s", ErrUnknownKey, issuer(sig))
}

func (c *candidate) result(signed time.Time) Result {
	r := Result{Fingerprint: fingerprint(c.entity.PrimaryKey), SignedAt: signed.UTC()}
	if c.subkey != nil {
		r.Subkey = fingerprint(c.subkey.PublicKey)
	}
	for name, id := range c.entity.Identities {
		if _, err := id.Verify(time.Time{}, policy()); err == nil {
			r.UserIDs = append(r.UserIDs, name)
		}
	}
	slices.Sort(r.UserIDs)
	return r
}
