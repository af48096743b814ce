package sigstore

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/options"

	"github.com/release-dossier/dossier/attest"
)

const (
	minRSA = 2048 // bits
	maxRSA = 8192 // bits; a longer one only costs time
)

// ParsePublicKey reads one public key in PEM (PUBLIC KEY or RSA PUBLIC KEY), with
// nothing beside it, or as OpenSSH writes it: "ssh-ed25519 AAAA...". It takes keys
// of more algorithms in PEM: those that [attest.ParsePublicKey] takes as OpenSSH
// writes them.
func ParsePublicKey(data []byte) (crypto.PublicKey, error) {
	block, rest := pem.Decode(data)
	switch {
	case block == nil:
		return parseSSHKey(data)
	case !bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN ")):
		return nil, errors.New("there is something before the PEM block: give the key alone")
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, errors.New("more than one PEM block: give one key")
	}
	var key crypto.PublicKey
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		return nil, fmt.Errorf("a PEM block of type %.40q is not a public key", block.Type)
	}
	if err != nil {
		return nil, err
	}
	return key, acceptable(key)
}

// parseSSHKey reads a line of OpenSSH. A FIDO key signs its authenticator's data,
// never what is verified here: the key in it must not pass for one that does.
func parseSSHKey(data []byte) (crypto.PublicKey, error) {
	k, err := attest.ParsePublicKey(data)
	switch {
	case err != nil:
		return nil, err
	case k.FIDO():
		return nil, k.ForStatements()
	}
	return ParsePublicKey(k.PEM())
}

// acceptable returns why signatures of a key are not accepted; nil if they are.
func acceptable(key crypto.PublicKey) error {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
			return nil
		}
		return errors.New("an ECDSA key on a curve other than P-256, P-384 and P-521 is not accepted")
	case ed25519.PublicKey:
		return nil
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSA || n > maxRSA {
			return fmt.Errorf("an RSA key of %d bits is not accepted: %d to %d are", n, minRSA, maxRSA)
		}
		return nil
	}
	return fmt.Errorf("a key of type %T is not accepted", key)
}

// hashesOf are the digests that signatures of a key are over: its own first,
// then SHA-256 for large ECDSA keys, as old clients signed.
func hashesOf(key crypto.PublicKey) []crypto.Hash {
	k, ok := key.(*ecdsa.PublicKey)
	switch {
	case ok && k.Curve == elliptic.P384():
		return []crypto.Hash{crypto.SHA384, crypto.SHA256}
	case ok && k.Curve == elliptic.P521():
		return []crypto.Hash{crypto.SHA512, crypto.SHA256}
	}
	if _, ok := key.(ed25519.PublicKey); ok {
		return []crypto.Hash{crypto.SHA512} // Ed25519ph
	}
	return []crypto.Hash{crypto.SHA256}
}

// verifyDigest reports whether sig is key's signature over a digest. An
// Ed25519 key signs digests as Ed25519ph (RFC 8032, section 5.1).
func verifyDigest(key crypto.PublicKey, hash crypto.Hash, digest, sig []byte) bool {
	if acceptable(key) != nil || len(digest) != hash.Size() {
		return false
	}
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, digest, sig)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, hash, digest, sig) == nil
	case ed25519.PublicKey:
		return hash == crypto.SHA512 && ed25519.VerifyWithOptions(k, digest, sig, &ed25519.Options{Hash: hash}) == nil
	}
	return false
}

// verifyMessage reports whether sig is key's signature over a message. An
// Ed25519 key signs messages as pure Ed25519.
func verifyMessage(key crypto.PublicKey, message, sig []byte) bool {
	if k, ok := key.(ed25519.PublicKey); ok {
		return ed25519.Verify(k, message, sig)
	}
	for _, hash := range hashesOf(key) {
		if verifyDigest(key, hash, sum(hash, message), sig) {
			return true
		}
	}
	return false
}

func sum(hash crypto.Hash, data []byte) []byte {
	if hash == crypto.SHA256 {
		s := sha256.Sum256(data)
		return s[:]
	}
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

// loggedAs returns how a Rekor v2 log names the key's algorithm (keyDetails),
// and the digest that such an entry holds.
func loggedAs(key crypto.PublicKey) (details string, hash crypto.Hash, err error) {
	a, err := signature.GetDefaultAlgorithmDetails(key, options.WithED25519ph())
	if err != nil {
		return "", 0, err
	}
	return a.GetSignatureAlgorithm().String(), a.GetHashType(), nil
}
