package sigstore

import (
	"crypto/x509"
	"errors"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
)

// names returns the issuer and the one subject that a certificate of Fulcio names.
func names(c *x509.Certificate) (issuer, subject string, err error) {
	s, err := certificate.SummarizeCertificate(c)
	switch {
	case err != nil:
		return "", "", err
	case s.Issuer == "" || s.SubjectAlternativeName == "":
		return "", "", errors.New("it names no identity with its issuer")
	}
	return s.Issuer, s.SubjectAlternativeName, nil
}
