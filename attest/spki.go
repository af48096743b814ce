package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
)

// What the SubjectPublicKeyInfo of a key on a curve begins with; the point
// follows (RFC 5480, section 2; RFC 8410, section 4).
const (
	spkiP256    = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"
	spkiP384    = "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"
	spkiEd25519 = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
)

// marshalSPKI is x509.MarshalPKIXPublicKey, for most keys without reflection.
func marshalSPKI(key crypto.PublicKey) ([]byte, error) {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return append([]byte(spkiEd25519), key...), nil
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		switch {
		case err == nil && key.Curve == elliptic.P256():
			return append([]byte(spkiP256), point...), nil
		case err == nil && key.Curve == elliptic.P384():
			return append([]byte(spkiP384), point...), nil
		}
	}
	return x509.MarshalPKIXPublicKey(key)
}
