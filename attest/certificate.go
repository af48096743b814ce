package attest

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// maxCertificate is the most bytes of a file with a signing certificate.
const maxCertificate = 64 << 10

// CertificateSigner signs with a key and sends a certificate for it along, as a
// company's authority issues one. It implements [Signer], and may be used as its
// [KeySigner] may. The zero value signs nothing: make one with [WithCertificate].
type CertificateSigner struct {
	*KeySigner
	certificate []byte // DER
}

// WithCertificate returns a signer that sends a certificate along. The file is PEM,
// and its first certificate the signer's: those that follow, the chain, are for
// verifiers to have, because a Sigstore bundle of version 0.3 holds one only. The
// certificate must be for the signer's key; who issued it is not looked at.
func WithCertificate(s *KeySigner, file []byte) (*CertificateSigner, error) {
	if s == nil {
		return nil, errNoSigner
	}
	if len(file) > maxCertificate {
		return nil, fmt.Errorf("%d bytes, at most %d are read", len(file), maxCertificate)
	}
	block, _ := pem.Decode(file)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("not a certificate in PEM: expected -----BEGIN CERTIFICATE-----")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, err := NewPublicKey(c.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("the key of the certificate: %w", err)
	}
	if !key.Equal(s.public) {
		return nil, fmt.Errorf("the certificate is for another key, %s, than the one that signs, %s", key.Fingerprint(), s.public.Fingerprint())
	}
	return &CertificateSigner{s, c.Raw}, nil
}

// Certificate is the certificate (DER).
func (s *CertificateSigner) Certificate() []byte { return s.certificate }

// Sign implements [Signer].
func (s *CertificateSigner) Sign(ctx context.Context, message []byte) (Signed, error) {
	signed, err := s.KeySigner.Sign(ctx, message)
	signed.Certificate = s.certificate
	return signed, err
}
