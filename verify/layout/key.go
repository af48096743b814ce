package layout

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/in-toto/in-toto-golang/in_toto"
)

const (
	minRSA = 2048 // bits
	maxRSA = 8192
)

// publicKey reads a key of a layout: a PEM block or, for Ed25519, 32 bytes in
// hex (securesystemslib).
func publicKey(k in_toto.Key) (crypto.PublicKey, error) {
	if raw, err := hex.DecodeString(k.KeyVal.Public); err == nil && k.KeyType == "ed25519" && len(raw) == ed25519.PublicKeySize {
		return ed25519.PublicKey(raw), nil
	}
	block, _ := pem.Decode([]byte(k.KeyVal.Public))
	if block == nil {
		return nil, errors.New("the key is neither PEM nor Ed25519 in hex")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	return key, acceptable(key)
}

func acceptable(key crypto.PublicKey) error {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return nil
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() || k.Curve == elliptic.P384() || k.Curve == elliptic.P521() {
			return nil
		}
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n >= minRSA && n <= maxRSA {
			return nil
		}
	}
	return fmt.Errorf("a key of this kind (%T) is not accepted", key)
}

// verifies reports whether sig is key's signature over message, as in-toto
// signs: Ed25519, ECDSA with the hash of its curve, RSA-PSS with SHA-256.
func verifies(key crypto.PublicKey, message, sig []byte) bool {
	if acceptable(key) != nil {
		return false
	}
	switch k := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(k, message, sig)
	case *rsa.PublicKey:
		d := sha256.Sum256(message)
		return rsa.VerifyPSS(k, crypto.SHA256, d[:], sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P384():
			d := sha512.Sum384(message)
			return ecdsa.VerifyASN1(k, d[:], sig)
		case elliptic.P521():
			d := sha512.Sum512(message)
			return ecdsa.VerifyASN1(k, d[:], sig)
		}
		d := sha256.Sum256(message)
		return ecdsa.VerifyASN1(k, d[:], sig)
	}
	return false
}

// signedBy reports whether key made one of the signatures.
func (m *metadata) signedBy(key crypto.PublicKey) bool {
	for _, s := range m.signatures {
		if verifies(key, m.message, s.sig) {
			return true
		}
	}
	return false
}

// fingerprint names a key: SHA-256 of its SubjectPublicKeyInfo.
func fingerprint(key crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return "key:sha256:" + hex.EncodeToString(sum[:])
}
