package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

const (
	// minTagRSA is what NIST SP 800-131A allows at all; tags are signed by
	// other people's tools and are read down to it.
	minTagRSA = 2048
	// minRSA gives 128 bits of security (NIST SP 800-57, part 1, table 2).
	minRSA = 3072
	// maxRSA is the largest key that crypto/ssh reads; the cost of one
	// verification grows with the square of it.
	maxRSA = 8192
)

// An algorithm says how one kind of key signs a message. Exactly one belongs
// to each key (rules of format, R20).
type algorithm struct {
	name string
	// hash is applied to the message before signing; 0 signs the message
	// itself.
	hash   crypto.Hash
	verify func(key crypto.PublicKey, digest, sig []byte) bool
}

// digest returns what the bare key operation is over.
func (a *algorithm) digest(message []byte) []byte {
	if a.hash == 0 {
		return message
	}
	h := a.hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// algorithmOf returns the algorithm of a public key, or why it is not
// supported and what to use.
func algorithmOf(key crypto.PublicKey) (*algorithm, error) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsaAlgorithm(key)
	case ed25519.PublicKey:
		if err := checkEd25519(key); err != nil {
			return nil, err
		}
		return &algorithm{"ed25519", 0, verifyEd25519}, nil
	case *rsa.PublicKey:
		if err := checkRSA(key); err != nil {
			return nil, err
		}
		return &algorithm{"rsa-pkcs1v15-sha256", crypto.SHA256, verifyRSA}, nil
	}
	return nil, fmt.Errorf("a key of type %T is not supported: use ECDSA P-256, P-384, Ed25519 or RSA", key)
}

func ecdsaAlgorithm(key *ecdsa.PublicKey) (*algorithm, error) {
	var a *algorithm
	switch key.Curve {
	case elliptic.P256():
		a = &algorithm{"ecdsa-p256-sha256", crypto.SHA256, verifyECDSA}
	case elliptic.P384():
		a = &algorithm{"ecdsa-p384-sha384", crypto.SHA384, verifyECDSA}
	default:
		return nil, errors.New("the elliptic curve is not supported: use P-256 or P-384")
	}
	if _, err := key.Bytes(); err != nil {
		return nil, errors.New("the ECDSA key is not a point of its curve")
	}
	return a, nil
}

func verifyECDSA(key crypto.PublicKey, digest, sig []byte) bool {
	return ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), digest, sig)
}

func verifyEd25519(key crypto.PublicKey, message, sig []byte) bool {
	return ed25519.Verify(key.(ed25519.PublicKey), message, sig)
}

func verifyRSA(key crypto.PublicKey, digest, sig []byte) bool {
	return rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, digest, sig) == nil
}

func checkRSA(key *rsa.PublicKey) error {
	if key.N == nil {
		return errors.New("the RSA key has no modulus")
	}
	switch bits := key.N.BitLen(); {
	case bits < minTagRSA:
		return fmt.Errorf("the RSA key has %d bits, which is not secure: use ECDSA P-256 or RSA of %d bits", bits, minRSA)
	case bits > maxRSA:
		return fmt.Errorf("the RSA key has %d bits, at most %d are read", bits, maxRSA)
	case key.E < 65537 || key.E%2 == 0 || key.N.Bit(0) == 0:
		return errors.New("the RSA key is malformed: want an odd modulus and an odd exponent from 65537")
	}
	return nil
}

// checkEd25519 refuses keys that are not the one encoding of their point, and
// the points of small order, under which one signature verifies for many
// messages. RFC 8032 leaves both to the caller.
func checkEd25519(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("the Ed25519 key has %d bytes, want %d", len(key), ed25519.PublicKeySize)
	}
	var y [ed25519.PublicKeySize]byte
	copy(y[:], key)
	y[31] &= 0x7f // the sign of x
	switch {
	case !below25519(y):
		return errors.New("the Ed25519 key is not in its canonical encoding")
	case slices.Contains(smallOrder25519[:], y):
		return errors.New("the Ed25519 key is a point of small order: anybody can sign for it")
	}
	return nil
}

// below25519 reports whether y, little endian, is less than p = 2^255 - 19.
func below25519(y [32]byte) bool {
	for _, c := range y[1:31] {
		if c != 0xff {
			return true
		}
	}
	return y[31] != 0x7f || y[0] < 0xed
}

// smallOrder25519 are the coordinates y of the eight points of edwards25519 whose
// order divides 8, little endian: 0, 1, -1, and the two of order 8, for which
// d*y^4 + 2*y^2 - 1 = 0. (A point of order 8 doubles to one with y = 0, so it
// has x^2 = -y^2; put that into the curve's -x^2 + y^2 = 1 + d*x^2*y^2.)
var smallOrder25519 = [...][32]byte{
	{},
	{0: 1},
	hex25519("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
	hex25519("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
	hex25519("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
}

func hex25519(s string) (y [32]byte) {
	if n, err := hex.Decode(y[:], []byte(s)); err != nil || n != len(y) {
		panic("attest: a coordinate of 32 bytes is misspelt")
	}
	return y
}
