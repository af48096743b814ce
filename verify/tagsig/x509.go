package tagsig

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/release-dossier/dossier/internal/cms"
	"github.com/release-dossier/dossier/verify"
)

// maxX509 is the most bytes of an armored X.509 signature that are read.
const maxX509 = 128 << 10

// Unsigned attributes that are read.
var (
	oidTimeStampToken = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14} // RFC 3161, appendix A
	oidLogEntry       = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 3, 1}      // gitsign: a TransparencyLogEntry without its body
)

// X509 verifies the tag signatures that gitsign, smimesign, gpgsm and OpenSSL make
// (git's gpg.format x509): CMS over the tag, with the signer's certificate in it.
// That the certificate's key made the signature is found out here; whose it is,
// and whether it was good at a time that is proven, Certificates says.
type X509 struct {
	// Certificates judges certificates; package verify/sigstore has one.
	Certificates verify.CertificateVerifier
}

var _ verify.TagVerifier = X509{}

// Scheme returns "x509".
func (X509) Scheme() string { return "x509" }

// VerifyTag verifies an armored CMS signature over payload. The error wraps
// [ErrVerify] if the certificate in it did not make it, and is that of
// Certificates if the certificate does not count.
func (x X509) VerifyTag(payload, signature []byte, _ [][]byte, at verify.Moments) (verify.Authenticated, error) {
	c, err := x509Signature(payload, signature)
	if err != nil {
		return verify.Authenticated{}, fmt.Errorf("X.509 signature: %w", err)
	}
	return x.Certificates.VerifyCertificate(c, at.AsOf)
}

// x509Signature reads a signature, and verifies that the key of the certificate
// in it made it over payload.
func x509Signature(payload, armored []byte) (verify.CertificateSignature, error) {
	var c verify.CertificateSignature
	if len(armored) > maxX509 {
		return c, fmt.Errorf("%d bytes, at most %d are read", len(armored), maxX509)
	}
	block, rest := pem.Decode(armored)
	if block == nil || block.Type != "SIGNED MESSAGE" || len(block.Headers) > 0 || len(bytes.TrimSpace(rest)) > 0 || !bytes.HasPrefix(armored, []byte("-----BEGIN")) {
		return c, errors.New("the armor is malformed, or something stands beside it")
	}
	s, err := cms.Parse(block.Bytes)
	switch {
	case err != nil:
		return c, err
	case !s.ContentType.Equal(cms.Data) || s.Version != 1:
		return c, errors.New("it is not over plain data")
	case s.Content != nil:
		return c, errors.New("it holds a text of its own beside the tag")
	case !s.Covers(payload):
		return c, fmt.Errorf("%w: it is over another text", ErrVerify)
	}
	var signer *x509.Certificate
	for _, cert := range s.Certificates {
		if s.Names(cert) {
			signer = cert
			continue
		}
		c.Sent = append(c.Sent, cert.Raw)
	}
	if signer == nil {
		return c, errors.New("the signer's certificate is not in it")
	}
	if err := s.SignedBy(signer); err != nil {
		return c, fmt.Errorf("%w: %w", ErrVerify, err)
	}
	c.Certificate, c.Message, c.Signature = signer.Raw, s.Attributes, s.Signature
	for _, a := range s.Unsigned {
		value := cms.DER{String: a.Value}
		switch {
		case a.Type.Equal(oidTimeStampToken):
			c.Timestamps = append(c.Timestamps, a.Value)
		case a.Type.Equal(oidLogEntry):
			entry, ok := value.Seq(cbasn1.OCTET_STRING)
			if !ok || !value.Empty() {
				return c, errors.New("the log entry in it is malformed")
			}
			c.LogEntry = entry.String
		default:
			return c, fmt.Errorf("it has the unsigned attribute %s, which is not read", a.Type)
		}
	}
	return c, nil
}
