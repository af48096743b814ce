package sigstore

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
)

// authority is a certificate authority of the root. That its intermediates
// were issued by its root certificate is checked once, not for each bundle:
// those signatures (P-384 at the public instance) cost as much as all the rest.
type authority struct {
	*root.FulcioCertificateAuthority
	issuers []*issuer
}

// issuer is a certificate that leaves are issued with: an intermediate, or the
// root itself.
type issuer struct {
	certificate *x509.Certificate
	pool        *x509.CertPool // of certificate alone
	once        sync.Once
	above       []*x509.Certificate // from the next one to the root, verified
	err         error
}

func newAuthority(f *root.FulcioCertificateAuthority) *authority {
	a := &authority{FulcioCertificateAuthority: f}
	for _, c := range append(slices.Clone(f.Intermediates), f.Root) {
		pool := x509.NewCertPool()
		pool.AddCert(c)
		a.issuers = append(a.issuers, &issuer{certificate: c, pool: pool})
	}
	return a
}

// chain returns the certificates from leaf to root, if a issued the leaf for
// code signing, whenever that was: each link is verified when both its
// certificates have begun; valid says whether they were at another time.
func (a *authority) chain(leaf *x509.Certificate) ([]*x509.Certificate, error) {
	err := errors.New("none of its certificates issued it")
	for _, i := range a.issuers {
		if !bytes.Equal(i.certificate.RawSubject, leaf.RawIssuer) {
			continue
		}
		if len(leaf.AuthorityKeyId) > 0 && len(i.certificate.SubjectKeyId) > 0 && !bytes.Equal(leaf.AuthorityKeyId, i.certificate.SubjectKeyId) {
			continue
		}
		at := begin(leaf, i.certificate)
		if !within(at, leaf.NotBefore, leaf.NotAfter) || !within(at, i.certificate.NotBefore, i.certificate.NotAfter) {
			err = &timeError{"the certificate and that of the authority are never valid together"}
			continue
		}
		var above []*x509.Certificate
		if above, err = i.path(a); err != nil {
			continue
		}
		if _, err = leaf.Verify(x509.VerifyOptions{
			Roots: i.pool, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		}); err != nil {
			continue
		}
		chain := append([]*x509.Certificate{leaf, i.certificate}, above...)
		if err = a.whole(chain); err == nil {
			return chain, nil
		}
	}
	return nil, err
}

// begin is when the last of several certificates begins to be valid.
func begin(all ...*x509.Certificate) time.Time {
	var at time.Time
	for _, c := range all {
		if c.NotBefore.After(at) {
			at = c.NotBefore
		}
	}
	return at
}

// path verifies, once, that the authority's root stands above the issuer.
func (i *issuer) path(a *authority) ([]*x509.Certificate, error) {
	if i.certificate == a.Root {
		return nil, nil
	}
	i.once.Do(func() {
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(a.Root)
		for _, c := range a.Intermediates {
			between.AddCert(c)
		}
		chains, err := i.certificate.Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: between, CurrentTime: begin(slices.Concat(a.Intermediates, []*x509.Certificate{a.Root})...),
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		})
		if err != nil {
			i.err = err
			return
		}
		i.above = chains[0][1:]
	})
	return i.above, i.err
}

// whole checks what concerns the leaf and certificates that were verified
// without it: where they constrain names, or how many stand below, the whole
// chain is verified again, in the usual way.
func (a *authority) whole(chain []*x509.Certificate) error {
	plain := true
	for depth, c := range chain[2:] {
		if constrainsNames(c) || c.MaxPathLen > 0 && c.MaxPathLen < depth+1 || c.MaxPathLen == 0 && c.MaxPathLenZero {
			plain = false
		}
	}
	if plain {
		return nil
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(a.Root)
	for _, c := range a.Intermediates {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: begin(chain...),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	})
	return err
}

func constrainsNames(c *x509.Certificate) bool {
	return len(c.PermittedDNSDomains)+len(c.ExcludedDNSDomains)+len(c.PermittedIPRanges)+len(c.ExcludedIPRanges)+
		len(c.PermittedEmailAddresses)+len(c.ExcludedEmailAddresses)+len(c.PermittedURIDomains)+len(c.ExcludedURIDomains) > 0
}

// valid reports why a chain was not valid at a time.
func (a *authority) valid(chain []*x509.Certificate, at time.Time) error {
	for i, c := range chain {
		if !within(at, c.NotBefore, c.NotAfter) {
			what := "the certificate"
			if i > 0 {
				what = "a certificate of the authority"
			}
			return &timeError{fmt.Sprintf("%s was valid from %s to %s, not at %s", what, stamp(c.NotBefore), stamp(c.NotAfter), stamp(at))}
		}
	}
	if !within(at, a.ValidityPeriodStart, a.ValidityPeriodEnd) {
		return &timeError{fmt.Sprintf("the trusted root does not trust the authority at %s", stamp(at))}
	}
	return nil
}

// timeError is a certificate that was not valid at a time.
type timeError struct{ text string }

func (e *timeError) Error() string { return e.text }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// leafOf prepares a signing certificate for verification. Go does not know the
// otherName form of the subject alternative name, which Fulcio marks critical
// and [certificate.SummarizeCertificate] reads.
func leafOf(c *x509.Certificate) *x509.Certificate {
	leaf := *c
	leaf.UnhandledCriticalExtensions = nil
	for _, oid := range c.UnhandledCriticalExtensions {
		if !oid.Equal(cryptoutils.SANOID) {
			leaf.UnhandledCriticalExtensions = append(leaf.UnhandledCriticalExtensions, oid)
		}
	}
	return &leaf
}

// issued is what the root says of a certificate, whenever it was used.
type issued struct {
	by    *authority
	chain []*x509.Certificate
	sct   error
}

// issued finds out what the root says of a certificate: once for all bundles
// that were signed with it.
func (t *trusted) issued(c *x509.Certificate) (*issued, error) {
	id := sha256.Sum256(c.Raw)
	if i, ok := t.leaves.Load(id); ok {
		return i.(*issued), nil
	}
	by, chain, err := t.find(leafOf(c))
	if err != nil {
		return nil, err
	}
	i := &issued{by: by, chain: chain}
	if len(t.material.CTLogs()) > 0 {
		i.sct = t.sct(chain)
	}
	if t.remembered.room() {
		t.leaves.Store(id, i)
	}
	return i, nil
}

// find returns the authority that issued the leaf, and the chain. If several
// have its key, as when a root was issued anew, it is the one that was trusted
// when the leaf began.
func (t *trusted) find(leaf *x509.Certificate) (*authority, []*x509.Certificate, error) {
	var late *timeError
	var last error
	var other *authority
	var otherChain []*x509.Certificate
	for _, a := range t.authorities {
		chain, err := a.chain(leaf)
		if err == nil && within(leaf.NotBefore, a.ValidityPeriodStart, a.ValidityPeriodEnd) {
			return a, chain, nil
		}
		if err == nil {
			if other == nil {
				other, otherChain = a, chain
			}
			continue
		}
		if !errors.As(err, &late) {
			last = err
		}
	}
	switch {
	case other != nil:
		return other, otherChain, nil
	case late != nil:
		return nil, nil, problemf(CertTime, "%s", late.text)
	case last == nil:
		return nil, nil, problemf(CertChain, "the trusted root names no certificate authority")
	}
	p := asProblem(chainProblem(last))
	return nil, nil, problemf(p.code, "no authority of the trusted root issued the certificate: %v", last)
}

// usable reports a leaf that is no signing certificate, and certificates sent
// with it that are not its chain. A root certificate proves nothing by being
// sent, and a client that took it from there would trust the signer's word.
func usable(leaf *x509.Certificate, sent [][]byte, chain []*x509.Certificate, rootSent bool) error {
	switch {
	case leaf.IsCA:
		return problemf(CertUsage, "the certificate is of an authority, not of a signer")
	case leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return problemf(CertUsage, "the certificate is not for digital signatures")
	case !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageCodeSigning): // to Go, one that says nothing is for everything
		return problemf(CertUsage, "the certificate does not say that it is for code signing")
	}
	for i, der := range sent {
		switch at := i + 1; {
		case at < len(chain) && bytes.Equal(der, chain[at].Raw) && (rootSent || at < len(chain)-1):
		case selfIssued(der):
			return problemf(CertChain, "certificate %d of the chain that was sent is a root certificate", at)
		default:
			return problemf(CertChain, "certificate %d of the chain that was sent is not in the chain to the trusted root", at)
		}
	}
	return nil
}

func selfIssued(der []byte) bool {
	c, err := x509.ParseCertificate(der)
	return err == nil && bytes.Equal(c.RawSubject, c.RawIssuer)
}
