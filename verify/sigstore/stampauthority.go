package sigstore

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"sync"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// stampAuthority is a timestamp authority of the root. The chain of a
// certificate that makes its timestamps is verified once.
type stampAuthority struct {
	*root.SigstoreTimestampingAuthority
	chains     sync.Map // string of the certificate, DER -> []*x509.Certificate
	remembered counter
}

func newStampAuthority(s *root.SigstoreTimestampingAuthority) *stampAuthority {
	return &stampAuthority{SigstoreTimestampingAuthority: s}
}

// signer is the certificate that the token says made it: the authority's, or,
// if the root does not name that, one sent along; nil if neither.
func (a *stampAuthority) signer(t *token) *x509.Certificate {
	candidates := t.Certificates
	if a.Leaf != nil {
		candidates = []*x509.Certificate{a.Leaf}
	}
	for _, c := range candidates {
		if t.Names(c) && (a.Leaf != nil || a.issued(c, t.Certificates)) {
			return c
		}
	}
	return nil
}

// issued reports whether the authority's root stands above a certificate.
func (a *stampAuthority) issued(c *x509.Certificate, sent []*x509.Certificate) bool {
	_, err := a.verify(c, sent)
	return err == nil
}

// chain returns the certificates from the signer to the root, verified for
// timestamping when all of them have begun to be valid. What was sent along is
// only looked at if the root does not lead to the signer by itself.
func (a *stampAuthority) chain(signer *x509.Certificate, sent []*x509.Certificate) ([]*x509.Certificate, error) {
	if c, ok := a.chains.Load(string(signer.Raw)); ok {
		return c.([]*x509.Certificate), nil
	}
	chain, err := a.verify(signer, nil)
	switch {
	case err == nil && a.remembered.room():
		a.chains.Store(string(signer.Raw), chain)
	case err != nil && len(sent) > 0:
		return a.verify(signer, sent)
	}
	return chain, err
}

func (a *stampAuthority) verify(signer *x509.Certificate, sent []*x509.Certificate) ([]*x509.Certificate, error) {
	if a.Root == nil {
		return nil, errors.New("the trusted root has no root certificate of the authority")
	}
	if err := stamps(signer); err != nil {
		return nil, err
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(a.Root)
	for _, c := range slices.Concat(a.Intermediates, sent) {
		between.AddCert(c)
	}
	chains, err := signer.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: begin(append(slices.Concat(a.Intermediates, sent), signer, a.Root)...),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	if err != nil {
		return nil, err
	}
	return chains[0], nil
}

// stamps reports why a certificate is not one of a timestamp authority, which
// does nothing else (RFC 3161, section 2.3).
func stamps(c *x509.Certificate) error {
	if c.IsCA {
		return errors.New("the certificate of the timestamp authority is of a certificate authority")
	}
	if len(c.ExtKeyUsage) != 1 || len(c.UnknownExtKeyUsage) > 0 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping {
		return errors.New("the certificate of the timestamp authority is not for timestamping alone")
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37}) && e.Critical {
			return nil
		}
	}
	return errors.New("the certificate of the timestamp authority does not mark its purpose critical")
}
