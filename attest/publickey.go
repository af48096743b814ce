package attest

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/release-dossier/dossier/evidence"
)

// ErrVerify is the refusal of a signature that its key did not make over the
// message.
var ErrVerify = errors.New("the signature does not verify")

// PublicKey is a key that signatures are verified with. Its value is made by
// [ParsePublicKey] or [NewPublicKey] and not changed; the zero value verifies
// nothing.
type PublicKey struct {
	_    [0]func()  // not comparable: see Equal
	made *publicKey // nil in the zero value
}

type publicKey struct {
	alg  *algorithm
	key  crypto.PublicKey
	spki []byte        // SubjectPublicKeyInfo, DER
	wire ssh.PublicKey // the key as SSH writes it
	// What verification asks of each key at hand, again and again.
	identity          evidence.Identity
	hint, fingerprint string
}

// NewPublicKey returns the public key of an ECDSA (P-256, P-384), Ed25519 or
// RSA key in the types of the standard library.
func NewPublicKey(key crypto.PublicKey) (PublicKey, error) {
	alg, err := algorithmOf(key)
	if err != nil {
		return PublicKey{}, err
	}
	wire, err := ssh.NewPublicKey(key)
	if err != nil {
		return PublicKey{}, fmt.Errorf("encode the key for ssh: %w", err)
	}
	return newPublicKey(alg, key, wire)
}

func newPublicKey(alg *algorithm, key crypto.PublicKey, wire ssh.PublicKey) (PublicKey, error) {
	spki, err := marshalSPKI(key)
	if err != nil {
		return PublicKey{}, fmt.Errorf("encode the key: %w", err)
	}
	sum := sha256.Sum256(spki)
	return PublicKey{made: &publicKey{
		alg: alg, key: key, spki: spki, wire: wire, identity: evidence.KeyIdentity(spki),
		hint: base64.StdEncoding.EncodeToString(sum[:]), fingerprint: ssh.FingerprintSHA256(wire),
	}}, nil
}

// noKey is what the zero value is made of.
var noKey publicKey

func (k PublicKey) parts() *publicKey { return cmp.Or(k.made, &noKey) }

// fromSSH returns the public key that an SSH key is or, for a FIDO key, holds.
func fromSSH(key ssh.PublicKey) (PublicKey, error) {
	if _, ok := key.(*ssh.Certificate); ok {
		return PublicKey{}, errors.New("an SSH certificate is not a key: give the key it was issued for")
	}
	inner, ok := key.(ssh.CryptoPublicKey)
	if !ok || key.Type() == "ssh-dss" {
		return PublicKey{}, fmt.Errorf("an SSH key of type %.40q is not supported: use ssh-ed25519 or ecdsa-sha2-nistp256", key.Type())
	}
	public := inner.CryptoPublicKey()
	alg, err := algorithmOf(public)
	if err != nil {
		return PublicKey{}, err
	}
	return newPublicKey(alg, public, key)
}

// Identity is who the key is in evidence: key:sha256:<64 hex of the SPKI>
// (rules of format, R12). A FIDO key has the identity of the key inside.
func (k PublicKey) Identity() evidence.Identity { return k.parts().identity }

// Fingerprint is the key as ssh-keygen -l prints it, SHA256:<base64>: for
// people and flags, not for evidence.
func (k PublicKey) Fingerprint() string { return k.parts().fingerprint }

// Algorithm names the one algorithm of the key, see the package comment; for
// a FIDO key it has the prefix "sk-".
func (k PublicKey) Algorithm() string {
	switch {
	case k.parts().alg == nil:
		return ""
	case k.FIDO():
		return "sk-" + k.parts().alg.name
	}
	return k.parts().alg.name
}

// FIDO reports whether the key is bound to a FIDO authenticator (sk-ssh-...).
func (k PublicKey) FIDO() bool {
	return k.parts().wire != nil && strings.HasPrefix(k.parts().wire.Type(), "sk-")
}

// ForStatements returns nil if the key may sign statements, else the reason
// why it may sign Git tags only, and what to use.
func (k PublicKey) ForStatements() error {
	if k.parts().alg == nil {
		return errors.New("no key")
	}
	if k.FIDO() {
		return errors.New("a FIDO key (sk-ssh-...) signs its authenticator's data, not statements: use a key without sk-, or a token over PIV or PKCS #11; for Git tags the FIDO key is fine")
	}
	if r, ok := k.parts().key.(*rsa.PublicKey); ok && r.N.BitLen() < minRSA {
		return fmt.Errorf("an RSA key of %d bits is too short for statements that are kept for years: use ECDSA P-256 or RSA of %d bits", r.N.BitLen(), minRSA)
	}
	return nil
}

// Verify reports whether sig is the key's signature over message, for which
// a bundle has SignedBytes. The error wraps ErrVerify if it is not, and is
// that of ForStatements if the key signs no statements.
func (k PublicKey) Verify(message, sig []byte) error {
	if err := k.ForStatements(); err != nil {
		return err
	}
	if !k.parts().alg.verify(k.parts().key, k.parts().alg.digest(message), sig) {
		return fmt.Errorf("%w with key %s (%s)", ErrVerify, k.Fingerprint(), k.Algorithm())
	}
	return nil
}

// PEM is the SubjectPublicKeyInfo in PEM, as openssl and cosign read it. It
// does not say FIDO; AuthorizedKey does.
func (k PublicKey) PEM() []byte {
	if k.parts().spki == nil {
		return nil // the zero value
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.parts().spki})
}

// AuthorizedKey is the key as one line of an authorized_keys file, without a
// comment or line end.
func (k PublicKey) AuthorizedKey() string {
	if k.parts().wire == nil {
		return ""
	}
	return strings.TrimSuffix(string(ssh.MarshalAuthorizedKey(k.parts().wire)), "\n")
}

// Hint is what cosign writes in a bundle to find the key again: the SHA-256 of
// the SubjectPublicKeyInfo in base64. It proves nothing.
func (k PublicKey) Hint() string { return k.parts().hint }

// Equal reports whether k and other are the same key, in the same place: a
// FIDO key is not equal to the bare key with the same Identity.
func (k PublicKey) Equal(other PublicKey) bool {
	return k.parts().wire != nil && k.parts().fingerprint == other.parts().fingerprint
}
