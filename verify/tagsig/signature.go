package tagsig

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

const (
	// maxSignature is the most bytes of an armored signature: RSA of 8192
	// bits needs 2 KiB.
	maxSignature = 64 << 10

	beginSignature = "-----BEGIN PGP SIGNATURE-----"
	endSignature   = "-----END PGP SIGNATURE-----"
	tagSignature   = 2 // RFC 9580, section 5
)

// Inspect returns which key an armored signature says made it: the fingerprint
// or, in old signatures, the 16 digits of the key ID, in upper-case hex. It is
// a hint for people who look for the key, and proves nothing.
func Inspect(armored []byte) (string, error) {
	sig, err := readSignature(armored)
	if err != nil {
		return "", err
	}
	return issuer(sig), nil
}

func issuer(sig *packet.Signature) string {
	switch {
	case len(sig.IssuerFingerprint) > 0:
		return fmt.Sprintf("%X", sig.IssuerFingerprint)
	case sig.IssuerKeyId != nil:
		return fmt.Sprintf("%016X", *sig.IssuerKeyId)
	}
	return "unnamed"
}

// readSignature reads one armored signature packet and nothing else. A second
// packet would be a second answer to who signed; a compressed one is how to
// make a small text large.
func readSignature(armored []byte) (*packet.Signature, error) {
	if len(armored) > maxSignature {
		return nil, fmt.Errorf("the OpenPGP signature has %d bytes, at most %d are read", len(armored), maxSignature)
	}
	text := bytes.TrimSpace(armored)
	if !bytes.HasPrefix(text, []byte(beginSignature)) || !bytes.HasSuffix(text, []byte(endSignature)) ||
		bytes.Count(text, []byte("-----BEGIN")) != 1 {
		return nil, errors.New("not one armored OpenPGP signature")
	}
	block, err := armor.Decode(bytes.NewReader(text))
	if err != nil {
		return nil, errors.New("the armor of the OpenPGP signature is malformed")
	}
	packets := packet.NewOpaqueReader(block.Body)
	p, err := packets.Next()
	if err != nil {
		return nil, errors.New("the OpenPGP signature is malformed or cut short")
	}
	if _, err := packets.Next(); err != io.EOF {
		return nil, errors.New("more than one packet in the OpenPGP signature, want one")
	}
	return parseSignature(p)
}

func parseSignature(p *packet.OpaquePacket) (*packet.Signature, error) {
	if p.Tag != tagSignature {
		return nil, fmt.Errorf("an OpenPGP packet of type %d is not a signature", p.Tag)
	}
	parsed, err := p.Parse()
	if err != nil {
		return nil, fmt.Errorf("the OpenPGP signature is not understood: %w", err)
	}
	sig, ok := parsed.(*packet.Signature)
	if !ok {
		return nil, errors.New("the OpenPGP signature is not understood")
	}
	return sig, nil
}

// checkSignature judges what a signature says of itself, before any key.
func checkSignature(sig *packet.Signature) error {
	if sig.Version != 4 && sig.Version != 6 {
		return fmt.Errorf("an OpenPGP signature of version %d is not standard, want 4 or 6", sig.Version)
	}
	if sig.SigType != packet.SigTypeBinary {
		return fmt.Errorf("an OpenPGP signature of type %#x is not one of a tag, want a binary document (0x00)", int(sig.SigType))
	}
	if !strong(sig.Hash) {
		return fmt.Errorf("%w: the tag is signed with %s: sign it anew with SHA-256", ErrWeak, sig.Hash)
	}
	for _, n := range sig.Notations {
		if n.IsCritical {
			return fmt.Errorf("the OpenPGP signature has the critical notation %.80q, which is not understood", n.Name)
		}
	}
	return nil
}

func strong(h crypto.Hash) bool {
	switch h {
	case crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA3_256, crypto.SHA3_512:
		return true
	}
	return false
}
