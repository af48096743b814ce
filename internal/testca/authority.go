package testca

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
)

// Authority is a certificate authority.
type Authority struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serial      int64
	leaf        *x509.Certificate
	own         *ecdsa.PrivateKey
}

// NewAuthority makes a root, valid for ten years; edit may change what it says.
func NewAuthority(t testing.TB, name string, begin time.Time, edit func(*x509.Certificate)) *Authority {
	t.Helper()
	return issueAuthority(t, nil, name, begin, edit)
}

// Below makes an authority that this one issues.
func (a *Authority) Below(t testing.TB, name string, edit func(*x509.Certificate)) *Authority {
	t.Helper()
	return issueAuthority(t, a, name, a.Certificate.NotBefore, edit)
}

func issueAuthority(t testing.TB, by *Authority, name string, begin time.Time, edit func(*x509.Certificate)) *Authority {
	t.Helper()
	a := &Authority{key: newKey(t)}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name, Organization: []string{"Acme"}}, NotBefore: begin, NotAfter: begin.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if edit != nil {
		edit(template)
	}
	if by == nil {
		by = &Authority{Certificate: template, key: a.key}
	}
	a.Certificate = by.Issue(t, template, a.key.Public())
	a.serial = 1 // which a root has itself
	return a
}

// Issue issues a certificate.
func (a *Authority) Issue(t testing.TB, template *x509.Certificate, key crypto.PublicKey) *x509.Certificate {
	t.Helper()
	a.serial++
	template.SerialNumber = big.NewInt(a.serial)
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key, a.key)
	must(t, err)
	c, err := x509.ParseCertificate(der)
	must(t, err)
	return c
}

func (a *Authority) leafKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	if a.own == nil {
		a.own = newKey(t)
	}
	return a.own
}

// PEM is the authority's certificate, and those of others, in PEM.
func (a *Authority) PEM(more ...*Authority) []byte {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw})
	for _, o := range more {
		text = append(text, o.PEM()...)
	}
	return text
}

// Identity is that of the holder of a certificate for a name under this root:
// "email:ana@acme.example".
func (a *Authority) Identity(name string) string {
	sum := sha256.Sum256(a.Certificate.RawSubjectPublicKeyInfo)
	return "x509:" + hex.EncodeToString(sum[:]) + "|" + name
}

// Employee is somebody with a certificate of a company.
type Employee struct {
	Certificate *x509.Certificate
	Key         *ecdsa.PrivateKey
}

// Employee issues a certificate for an e-mail address, for a year; edit may
// change what it says.
func (a *Authority) Employee(t testing.TB, email string, begin time.Time, edit func(*x509.Certificate)) *Employee {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: email}, EmailAddresses: []string{email}, NotBefore: begin, NotAfter: begin.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	if edit != nil {
		edit(template)
	}
	e := &Employee{Key: newKey(t)}
	e.Certificate = a.Issue(t, template, e.Key.Public())
	return e
}

// PEM is the certificate in PEM.
func (e *Employee) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.Certificate.Raw})
}

// KeyPEM is the private key in PEM (PKCS #8).
func (e *Employee) KeyPEM(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(e.Key)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// Sign implements attest.Signer.
func (e *Employee) Sign(ctx context.Context, message []byte) (attest.Signed, error) {
	s, err := attest.NewKeySigner(e.Key)
	if err != nil {
		return attest.Signed{}, err
	}
	signed, err := s.Sign(ctx, message)
	signed.Certificate = e.Certificate.Raw
	return signed, err
}

// CRL is a revocation list, in PEM, that names certificates with the time of
// their revocation.
func (a *Authority) CRL(t testing.TB, from, until time.Time, revoked map[*x509.Certificate]time.Time) []byte {
	t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: until}
	for c, at := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: at})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.Certificate, a.key)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}
