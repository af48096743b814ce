package sigstore

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
)

const (
	// MaxCertificates is the most bytes of a file of certificates.
	MaxCertificates = 1 << 20

	maxCompany = 256 // certificates of all files
	maxName    = 1024
)

// Authorities are certificate authorities beside those of trusted roots: a
// company's own. A certificate by them is for one name, as RFC 5280 has it; it
// lives for months, so that it can be good, revoked or over when its signature
// is looked at.
type Authorities struct {
	anchors, between []*x509.Certificate
	roots, links     *x509.CertPool
	lists            []*revocations
}

// ParseAuthorities reads files of certificates in PEM. Those that issued
// themselves are what is trusted, the others may stand between; in a file
// without any of the first kind its last certificate is the one trusted.
func ParseAuthorities(files ...[]byte) (*Authorities, error) {
	a := &Authorities{roots: x509.NewCertPool(), links: x509.NewCertPool()}
	for _, data := range files {
		list, err := parseCertificates(data)
		if err != nil {
			return nil, err
		}
		if len(a.anchors)+len(a.between)+len(list) > maxCompany {
			return nil, fmt.Errorf("more than %d certificates", maxCompany)
		}
		anchored := slices.ContainsFunc(list, selfSigned)
		for i, c := range list {
			if selfSigned(c) || !anchored && i == len(list)-1 {
				a.anchors = append(a.anchors, c)
				a.roots.AddCert(c)
				continue
			}
			a.between = append(a.between, c)
			a.links.AddCert(c)
		}
	}
	if len(a.anchors) == 0 {
		return nil, errors.New("no certificate is given")
	}
	return a, nil
}

// parseCertificates reads the certificates of authorities in one file.
func parseCertificates(data []byte) ([]*x509.Certificate, error) {
	if len(data) > MaxCertificates {
		return nil, fmt.Errorf("%d bytes of certificates, at most %d are read", len(data), MaxCertificates)
	}
	var list []*x509.Certificate
	for rest := bytes.TrimSpace(data); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "CERTIFICATE" {
			return nil, errors.New("want certificates in PEM, -----BEGIN CERTIFICATE-----, and nothing else")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(list)+1, err)
		}
		if err := acceptable(c.PublicKey); err != nil {
			return nil, fmt.Errorf("certificate %d, %.200s: %w", len(list)+1, c.Subject, err)
		}
		if !c.BasicConstraintsValid || !c.IsCA {
			return nil, fmt.Errorf("certificate %d, %.200s, is not one of an authority", len(list)+1, c.Subject)
		}
		if list = append(list, c); len(list) > maxCompany {
			return nil, fmt.Errorf("more than %d certificates", maxCompany)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("no certificate is given")
	}
	return list, nil
}

// selfSigned reports whether a certificate is the root of a chain, by what it says
// of itself: the digest with which an old root signed itself may be one that is
// accepted no more, and its signature shows nothing to who was given it.
func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && (len(c.AuthorityKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId))
}

// usages are the purposes of certificates that sign statements and tags: a
// certificate for TLS is for neither.
var usages = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageEmailProtection}

// forSigning reports why a certificate is not one to sign with.
func forSigning(c *x509.Certificate) error {
	switch {
	case c.IsCA:
		return problemf(CertUsage, "the certificate is of an authority, not of a signer")
	case c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return problemf(CertUsage, "the certificate is not for digital signatures")
	case !slices.ContainsFunc(usages, func(u x509.ExtKeyUsage) bool { return slices.Contains(c.ExtKeyUsage, u) }): // to Go, one that says nothing is for everything
		return problemf(CertUsage, "the certificate does not say that it is for code signing or for signing mail")
	}
	return nil
}

// chain verifies that an anchor stands above the leaf at a time. Of several
// chains it is the shortest, and of those the one whose anchor has the lowest
// digest, so that a certificate has one identity.
func (a *Authorities) chain(leaf *x509.Certificate, sent []*x509.Certificate, at time.Time) ([]*x509.Certificate, error) {
	links := a.links
	if len(sent) > 0 {
		links = a.links.Clone()
		for _, c := range sent {
			links.AddCert(c)
		}
	}
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: a.roots, Intermediates: links, CurrentTime: at, KeyUsages: usages})
	if err != nil {
		return nil, err
	}
	return slices.MinFunc(chains, func(x, y []*x509.Certificate) int {
		if d := len(x) - len(y); d != 0 {
			return d
		}
		return strings.Compare(anchorOf(x), anchorOf(y))
	}), nil
}

// anchorOf is the SHA-256 of the anchor's SubjectPublicKeyInfo, in hex.
func anchorOf(chain []*x509.Certificate) string {
	s := sha256.Sum256(chain[len(chain)-1].RawSubjectPublicKeyInfo)
	return hex.EncodeToString(s[:])
}

// issued finds the chain at one of the times, or says why there is none at any:
// as the first of them, unless another shows more than a time that is wrong.
func (a *Authorities) issued(leaf *x509.Certificate, sent []*x509.Certificate, times ...time.Time) ([]*x509.Certificate, error) {
	var first error
	for _, at := range append(times, leaf.NotBefore, leaf.NotAfter) {
		chain, err := a.chain(leaf, sent, at)
		if err == nil {
			return chain, nil
		}
		if first == nil || ended(first) && !ended(err) {
			first = err
		}
	}
	return nil, chainProblem(first)
}

// ended reports whether a chain fails by its time alone.
func ended(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

// chainProblem is the reason for a chain that the library refuses.
func chainProblem(err error) error {
	var invalid x509.CertificateInvalidError
	code := CertChain
	if errors.As(err, &invalid) {
		switch invalid.Reason {
		case x509.Expired:
			code = CertTime
		case x509.CANotAuthorizedForThisName, x509.TooManyIntermediates, x509.TooManyConstraints, x509.UnconstrainedName, x509.NameConstraintsWithoutSANs:
			code = CertConstraints
		case x509.CANotAuthorizedForExtKeyUsage, x509.IncompatibleUsage:
			code = CertUsage
		}
	}
	return problemf(code, "%v", err)
}

// nameOf is whom a certificate of a company is for: its e-mail address, else its
// URI, else its DNS name, of which there must be one. Names of other forms, such
// as the login that Windows writes, stand beside it and are not read.
func nameOf(leaf *x509.Certificate) (string, error) {
	var uris []string
	for _, u := range leaf.URIs {
		uris = append(uris, u.String())
	}
	for _, form := range []struct {
		prefix string
		names  []string
	}{{"email:", leaf.EmailAddresses}, {"uri:", uris}, {"dns:", leaf.DNSNames}} {
		switch n := len(form.names); {
		case n == 0:
			continue
		case n > 1:
			return "", problemf(WrongIdentity, "the certificate is for %d names of one form at once", n)
		}
		name := form.names[0]
		if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '|' || r > 0x7e }) {
			return "", problemf(WrongIdentity, "the certificate is for %.80q, which is no name", name)
		}
		return form.prefix + name, nil
	}
	return "", problemf(WrongIdentity, "the certificate has no e-mail address, URI or DNS name as subject alternative name")
}

// byCompany reports whether a certificate is one for [Authorities] to judge: it
// names no OpenID Connect issuer, as those of Fulcio do. One that does counts only
// under a trusted root, whoever issued it.
func (v *Verifier) byCompany(leaf *x509.Certificate) bool {
	if leaf == nil || v.config.Authorities == nil {
		return false
	}
	e, err := certificate.ParseExtensions(leaf.Extensions)
	return err == nil && e.Issuer == ""
}

// company verifies the chain of a certificate of a company, and whether it was
// good when it signed.
func (r *run) company() {
	a, leaf := r.v.config.Authorities, r.b.leaf
	slices.SortStableFunc(r.times, func(x, y Time) int { return x.At.Compare(y.At) })
	r.Times = r.times
	if len(r.times) > 0 {
		r.pass("time", "no later than %s", stamp(r.times[0].At))
		r.logsInForce()
	}
	sent, err := r.b.sent()
	if err != nil {
		r.settle("certificate/chain", err, "")
		return
	}
	if !r.settle("certificate/usage", forSigning(leaf), "for signing") {
		return
	}
	chain, err := a.issued(leaf, sent, r.moments()...)
	if err == nil && !r.b.loose {
		err = r.b.sentOnly(chain)
	}
	if !r.settle("certificate/chain", err, "issued by %s", leaf.Issuer) {
		return
	}
	r.Signer.Anchor = anchorOf(chain)
	r.goodFor(a, chain, sent)
	r.revoked(a, chain)
}

// moments are the times at which the certificate must have been good: those that
// are proven, else that of the judgement.
func (r *run) moments() []time.Time {
	if len(r.times) == 0 {
		return []time.Time{r.at}
	}
	var list []time.Time
	for _, t := range r.times {
		list = append(list, t.At)
	}
	return list
}

// goodFor checks that the chain was valid when the signature was made.
func (r *run) goodFor(a *Authorities, chain, sent []*x509.Certificate) {
	leaf := chain[0]
	if len(r.times) == 0 {
		switch _, err := a.chain(leaf, sent, r.at); {
		case r.at.Before(leaf.NotBefore):
			r.add("certificate/time", Fail, CertTime, "the certificate begins %s, after %s", stamp(leaf.NotBefore), stamp(r.at))
		case err != nil:
			r.add("time", Unknown, NoTime, "the certificate was good until %s, and nothing proves that it signed before", stamp(leaf.NotAfter))
		case !r.v.config.TimeOptional:
			r.add("time", Unknown, NoTime, "nothing in the bundle proves when it was signed")
		default:
			r.add("time", NotApplicable, "", "nothing proves when; the certificate is good at %s", stamp(r.at))
		}
		return
	}
	for _, t := range r.times {
		if _, err := a.chain(leaf, sent, t.At); err != nil {
			r.settle("certificate/time", problemf(CertTime, "the certificate or one above it was not valid at %s (by %s): %v", stamp(t.At), t.Authority, err), "")
			return
		}
	}
	r.pass("certificate/time", "valid at all times that are proven")
}

// sent are the certificates that came with the leaf.
func (b *parsed) sent() ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for i, der := range b.chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, problemf(CertMalformed, "certificate %d that was sent: %v", i+1, err)
		}
		if err := acceptable(c.PublicKey); err != nil { // a key of 200,000 bits takes seconds to refuse
			return nil, problemf(CertChain, "certificate %d that was sent: %v", i+1, err)
		}
		list = append(list, c)
	}
	return list, nil
}

// sentOnly reports certificates that were sent and are not in the chain.
func (b *parsed) sentOnly(chain []*x509.Certificate) error {
	for i, der := range b.chain {
		if !slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return bytes.Equal(c.Raw, der) }) {
			return problemf(CertChain, "certificate %d that was sent is not in the chain", i+1)
		}
	}
	return nil
}
