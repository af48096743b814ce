package sigstore

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// Contents are what one trusted root names, for people who decide whether to
// trust it.
type Contents struct {
	Authorities          []AuthorityContents `json:"authorities,omitempty"`
	TimestampAuthorities []AuthorityContents `json:"timestampAuthorities,omitempty"`
	Logs                 []LogContents       `json:"logs,omitempty"`
	CertificateLogs      []LogContents       `json:"certificateLogs,omitempty"`
}

// AuthorityContents is an authority of a trusted root.
type AuthorityContents struct {
	URL          string                `json:"url"`
	Certificates []CertificateContents `json:"certificates"`
	// Start and End are when the trusted root trusts it; a zero end is open.
	Start time.Time `json:"start"`
	End   time.Time `json:"end,omitzero"`
}

// CertificateContents is a certificate of an authority.
type CertificateContents struct {
	Subject   string    `json:"subject"`
	SHA256    string    `json:"sha256"` // of the certificate (DER), hex
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
}

// LogContents is a log of a trusted root.
type LogContents struct {
	URL       string `json:"url"`
	ID        string `json:"id"`        // hex
	KeySHA256 string `json:"keySha256"` // of the SubjectPublicKeyInfo (DER), hex
	Algorithm string `json:"algorithm"`
	// Start and End are when the trusted root trusts it; a zero end is open.
	Start time.Time `json:"start"`
	End   time.Time `json:"end,omitzero"`
}

// Contents says what each root names, in their order, the newest first.
func (r *Roots) Contents() []Contents {
	var list []Contents
	for _, t := range r.list {
		var c Contents
		for _, a := range t.material.FulcioCertificateAuthorities() {
			f := a.(*root.FulcioCertificateAuthority) // parseRoot has seen to it
			c.Authorities = append(c.Authorities, authorityContents(f.URI, append(slices.Clone(f.Intermediates), f.Root), f.ValidityPeriodStart, f.ValidityPeriodEnd))
		}
		for _, a := range t.material.TimestampingAuthorities() {
			s := a.(*root.SigstoreTimestampingAuthority) // parseRoot has seen to it
			chain := append(slices.Clone(s.Intermediates), s.Root)
			if s.Leaf != nil {
				chain = append([]*x509.Certificate{s.Leaf}, chain...)
			}
			c.TimestampAuthorities = append(c.TimestampAuthorities, authorityContents(s.URI, chain, s.ValidityPeriodStart, s.ValidityPeriodEnd))
		}
		c.Logs, c.CertificateLogs = logContents(t.material.RekorLogs()), logContents(t.material.CTLogs())
		newestFirst := func(a, b AuthorityContents) int { return b.Start.Compare(a.Start) }
		slices.SortStableFunc(c.Authorities, newestFirst)
		slices.SortStableFunc(c.TimestampAuthorities, newestFirst)
		list = append(list, c)
	}
	return list
}

// Newest is when the newest entry begins. A trusted root has no date of its own.
func (c Contents) Newest() (newest time.Time) {
	for _, list := range [][]AuthorityContents{c.Authorities, c.TimestampAuthorities} {
		for _, a := range list {
			if a.Start.After(newest) {
				newest = a.Start
			}
		}
	}
	for _, list := range [][]LogContents{c.Logs, c.CertificateLogs} {
		for _, l := range list {
			if l.Start.After(newest) {
				newest = l.Start
			}
		}
	}
	return newest
}

func authorityContents(url string, chain []*x509.Certificate, start, end time.Time) AuthorityContents {
	a := AuthorityContents{URL: url, Start: start.UTC(), End: utc(end)}
	for _, c := range chain {
		if c == nil {
			continue
		}
		digest := sha256.Sum256(c.Raw)
		a.Certificates = append(a.Certificates, CertificateContents{c.Subject.String(), hex.EncodeToString(digest[:]), c.NotBefore.UTC(), c.NotAfter.UTC()})
	}
	return a
}

func logContents(logs map[string]*root.TransparencyLog) []LogContents {
	var list []LogContents
	for id, l := range logs {
		list = append(list, LogContents{l.BaseURL, id, keyID(l.PublicKey), algorithmOf(l.PublicKey), l.ValidityPeriodStart.UTC(), utc(l.ValidityPeriodEnd)})
	}
	slices.SortFunc(list, func(a, b LogContents) int {
		if c := b.Start.Compare(a.Start); c != 0 {
			return c
		}
		return bytes.Compare([]byte(a.ID), []byte(b.ID))
	})
	return list
}

// utc keeps the zero time what it is.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

func algorithmOf(key crypto.PublicKey) string {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return fmt.Sprintf("%T", key)
}
