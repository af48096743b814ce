package attest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/hiddeco/sshsig"
)

// maxSSHSignature is the most bytes of an armored SSH signature: RSA 8192
// needs 3 KiB.
const maxSSHSignature = 16 << 10

// VerifySSHSignature verifies an armored SSH signature (PROTOCOL.sshsig of
// OpenSSH) over message and returns the key that made it. For Git tags the
// namespace is "git". FIDO keys and RSA from 2048 bits are accepted. Whose the
// key is, the caller has to ask: the signature brings its own key.
func VerifySSHSignature(armored, message []byte, namespace string) (PublicKey, error) {
	if namespace == "" {
		return PublicKey{}, errors.New("an SSH signature needs a namespace")
	}
	sig, err := parseSSHSignature(armored)
	if err != nil {
		return PublicKey{}, err
	}
	key, err := fromSSH(sig.PublicKey)
	if err != nil {
		return PublicKey{}, err
	}
	if sig.Namespace != namespace {
		return PublicKey{}, fmt.Errorf("the SSH signature is for the namespace %.40q, want %q", sig.Namespace, namespace)
	}
	// Only FIDO signatures have something after the signature itself.
	if len(sig.Signature.Rest) > 0 && !key.FIDO() {
		return PublicKey{}, errors.New("the SSH signature has data after its end")
	}
	if err := sig.PublicKey.Verify(sshSigned(sig, message), sig.Signature); err != nil {
		return PublicKey{}, fmt.Errorf("%w with key %s: %s", ErrVerify, key.Fingerprint(), strings.TrimPrefix(err.Error(), "ssh: "))
	}
	return key, nil
}

// sshSigned is what an SSH signature over message signs. (sshsig.Verify would also
// compare the key with itself, by the fingerprints of both.)
func sshSigned(sig *sshsig.Signature, message []byte) []byte {
	h := sig.HashAlgorithm.Hash() // one that is supported: else it would not have been parsed
	h.Write(message)
	b := []byte("SSHSIG")
	for _, s := range []string{sig.Namespace, "", sig.HashAlgorithm.String(), string(h.Sum(nil))} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	return b
}

func parseSSHSignature(armored []byte) (*sshsig.Signature, error) {
	if len(armored) > maxSSHSignature {
		return nil, fmt.Errorf("the SSH signature has %d bytes, at most %d are read", len(armored), maxSSHSignature)
	}
	block, err := onePEM(bytes.TrimSpace(armored))
	if err != nil {
		return nil, fmt.Errorf("SSH signature: %w", err)
	}
	if block.Type != sshsig.PEMType || len(block.Headers) > 0 {
		return nil, fmt.Errorf("a PEM block of type %.40q is not an SSH signature", block.Type)
	}
	sig, err := sshsig.ParseSignature(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the SSH signature is malformed: %s", strings.TrimPrefix(err.Error(), "ssh: "))
	}
	return sig, nil
}
