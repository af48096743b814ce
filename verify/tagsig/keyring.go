package tagsig

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

const (
	// maxKeyring is the most bytes of keys that are read. A key from a key
	// server with thousands of other people's signatures exceeds it.
	maxKeyring = 1 << 20
	maxKeys    = 1000

	beginKey = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
)

// readKeyring reads public keys: binary, or armored blocks one after another.
func readKeyring(data []byte) (openpgp.EntityList, error) {
	if len(data) > maxKeyring {
		return nil, fmt.Errorf("%d bytes of keys, at most %d are read: export them with gpg --export-options export-minimal", len(data), maxKeyring)
	}
	binary, err := dearmor(data)
	if err != nil {
		return nil, err
	}
	public, err := publicPackets(binary)
	if err != nil {
		return nil, err
	}
	ring, err := openpgp.ReadKeyRing(bytes.NewReader(public))
	if err != nil {
		return nil, fmt.Errorf("not a readable public key: %w", err)
	}
	if len(ring) == 0 || len(ring) > maxKeys {
		return nil, fmt.Errorf("%d public keys, want 1 to %d", len(ring), maxKeys)
	}
	for _, e := range ring {
		dropWeak(e)
	}
	return ring, nil
}

// dearmor returns the packets of all armored blocks in data, or data itself.
func dearmor(data []byte) ([]byte, error) {
	parts := bytes.Split(data, []byte(beginKey))
	if len(parts) == 1 {
		if bytes.Contains(data, []byte("-----BEGIN")) {
			return nil, errors.New("not a public key: give what gpg --armor --export writes")
		}
		return data, nil
	}
	if len(bytes.TrimSpace(parts[0])) > 0 {
		return nil, errors.New("text before the public key: give what gpg --armor --export writes")
	}
	var all []byte
	for _, part := range parts[1:] {
		block, err := armor.Decode(io.MultiReader(bytes.NewReader([]byte(beginKey)), bytes.NewReader(part)))
		if err != nil {
			return nil, errors.New("the armor of the public key is malformed")
		}
		// No more than data: base64 shrinks.
		binary, err := io.ReadAll(io.LimitReader(block.Body, int64(len(data))))
		if err != nil {
			return nil, errors.New("the armor of the public key is malformed")
		}
		all = append(all, binary...)
	}
	return all, nil
}

// Packet types (RFC 9580, section 5).
const (
	tagSecretKey     = 5
	tagPublicKey     = 6
	tagSecretSubkey  = 7
	tagMarker        = 10
	tagTrust         = 12
	tagUserID        = 13
	tagPublicSubkey  = 14
	tagUserAttribute = 17
)

// publicPackets returns the packets of data that belong to public keys, and
// refuses what has no place among them, compressed packets above all.
func publicPackets(data []byte) ([]byte, error) {
	var out bytes.Buffer
	packets := packet.NewOpaqueReader(bytes.NewReader(data))
	for {
		p, err := packets.Next()
		if err == io.EOF {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, errors.New("the public key is malformed or cut short")
		}
		switch p.Tag {
		case tagPublicKey, tagPublicSubkey, tagUserID, tagUserAttribute, tagSignature:
			if err := p.Serialize(&out); err != nil {
				return nil, err
			}
		case tagMarker, tagTrust: // say nothing to us
		case tagSecretKey, tagSecretSubkey:
			return nil, errors.New("this is a private key: give what gpg --export writes")
		default:
			return nil, fmt.Errorf("a packet of type %d has no place in a public key", p.Tag)
		}
	}
}

// sha1Limit is the last moment at which GnuPG took SHA-1 in signatures over
// keys, 2019-01-19 (weak-key-signatures).
const sha1Limit = 1547856000

// dropWeak takes the self-signatures out of e that nothing should rest on.
// Revocations stay: for safety any reading of "revoked" counts.
func dropWeak(e *openpgp.Entity) {
	e.DirectSignatures = slices.DeleteFunc(e.DirectSignatures, weak)
	for _, id := range e.Identities {
		id.SelfCertifications = slices.DeleteFunc(id.SelfCertifications, weak)
	}
	for i := range e.Subkeys {
		e.Subkeys[i].Bindings = slices.DeleteFunc(e.Subkeys[i].Bindings, weak)
	}
}

func weak(v *packet.VerifiableSignature) bool {
	return weakSignature(v.Packet) || v.Packet.EmbeddedSignature != nil && weakSignature(v.Packet.EmbeddedSignature)
}

func weakSignature(sig *packet.Signature) bool {
	old := sig.Hash == crypto.SHA1 && sig.CreationTime.Before(time.Unix(sha1Limit, 0))
	return !strong(sig.Hash) && sig.Hash != crypto.SHA224 && !old
}

// policy is what the OpenPGP library judges by; it reads no clock as long as
// it is given times.
func policy() *packet.Config {
	return &packet.Config{
		Time:                 func() time.Time { return time.Time{} },
		RejectHashAlgorithms: map[crypto.Hash]bool{crypto.MD5: true, crypto.RIPEMD160: true},
	}
}
