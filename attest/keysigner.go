package attest

import (
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
)

// KeySigner signs with one key, which it holds or reaches through an SSH
// agent or a token. It implements [Signer], and may be used by several goroutines
// at once if the key may. The zero value signs nothing: make one with [LoadSigner],
// [NewKeySigner] or [AgentSigner].
type KeySigner struct {
	public PublicKey
	// raw returns the key's signature over message in the form that
	// PublicKey.Verify reads.
	raw func(ctx context.Context, message []byte) ([]byte, error)
}

// NewKeySigner returns a signer for a private key, or for a token (PIV,
// PKCS #11) whose driver is a crypto.Signer.
func NewKeySigner(key crypto.Signer) (*KeySigner, error) {
	if key == nil {
		return nil, errors.New("there is no key")
	}
	public, err := NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	if err := public.ForStatements(); err != nil {
		return nil, err
	}
	sign := func(_ context.Context, message []byte) ([]byte, error) {
		// Each of the four algorithms is what the key's Sign does by default.
		return key.Sign(rand.Reader, public.parts().alg.digest(message), public.parts().alg.hash)
	}
	return &KeySigner{public, sign}, nil
}

// Public is the key that verifies what s signs.
func (s *KeySigner) Public() PublicKey { return s.public }

// Sign implements Signer. The signature is verified before it is returned, so
// a faulty token or an agent that answers with another key is an error here
// and not at the verifier.
func (s *KeySigner) Sign(ctx context.Context, message []byte) (Signed, error) {
	if s == nil || s.raw == nil {
		return Signed{}, errNoSigner
	}
	if err := ctx.Err(); err != nil {
		return Signed{}, err
	}
	sig, err := s.raw(ctx, message)
	if err != nil {
		return Signed{}, fmt.Errorf("key %s: %w", s.public.Fingerprint(), err)
	}
	sig = s.public.canonicalSignature(sig)
	if err := s.public.Verify(message, sig); err != nil {
		return Signed{}, fmt.Errorf("the signature just made is wrong: %w", err)
	}
	return Signed{Signature: sig, Hint: s.public.Hint()}, nil
}

// PublicOnlyError is the refusal of LoadSigner of a file that holds a public
// key. An SSH agent may hold the private part: see [AgentSigner].
type PublicOnlyError struct {
	Key PublicKey
}

func (e *PublicOnlyError) Error() string {
	return fmt.Sprintf("this is the public key %s: give the private key, or load it into the ssh-agent (ssh-add)", e.Key.Fingerprint())
}

// ErrPassphrase is the refusal of a wrong passphrase, or of none where one is
// needed. Some forms cannot tell a wrong passphrase from a damaged file.
var ErrPassphrase = errors.New("wrong passphrase, or the key file is damaged")
