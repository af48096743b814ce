package sigstore

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	// MaxCRL is the most bytes of a certificate revocation list.
	MaxCRL = 16 << 20

	maxCRLs = 64
)

// Extensions of revocation lists and their entries (RFC 5280, sections 5.2, 5.3).
var (
	oidCRLNumber    = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidDelta        = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidDistribution = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidReason       = asn1.ObjectIdentifier{2, 5, 29, 21}
	oidInvalidity   = asn1.ObjectIdentifier{2, 5, 29, 24}
)

// revocations is a certificate revocation list that parses.
type revocations struct {
	*x509.RevocationList
	since map[string]time.Time // by serial number
	// Which certificates the list speaks of: all of the issuer, those of
	// authorities or of others, and those that name one of the addresses.
	onlyUsers, onlyCAs bool
	addresses          []string
	signed             sync.Map // string of an issuer, DER -> error or nil
}

// AddCRLs reads certificate revocation lists, PEM or DER. The certificates of
// their issuers are asked; those of others are not.
func (a *Authorities) AddCRLs(files ...[]byte) error {
	for _, data := range files {
		ders, err := derCRLs(data)
		if err != nil {
			return err
		}
		for _, der := range ders {
			l, err := parseCRL(der)
			if err != nil {
				return fmt.Errorf("revocation list: %w", err)
			}
			if a.lists = append(a.lists, l); len(a.lists) > maxCRLs {
				return fmt.Errorf("more than %d revocation lists", maxCRLs)
			}
		}
	}
	return nil
}

// derCRLs returns the lists of one file.
func derCRLs(data []byte) ([][]byte, error) {
	if len(data) > MaxCRL {
		return nil, fmt.Errorf("the revocation list has %d bytes, at most %d are read", len(data), MaxCRL)
	}
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")) {
		return [][]byte{data}, nil
	}
	var list [][]byte
	for rest := bytes.TrimSpace(data); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "X509 CRL" {
			return nil, errors.New("want revocation lists in PEM, -----BEGIN X509 CRL-----, and nothing else")
		}
		if list = append(list, block.Bytes); len(list) > maxCRLs {
			return nil, fmt.Errorf("more than %d revocation lists", maxCRLs)
		}
	}
	return list, nil
}

// parseCRL reads a list of all reasons by the issuer of the certificates. What it
// says with a critical extension that is not read here could be anything.
func parseCRL(der []byte) (*revocations, error) {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, errors.New("not a certificate revocation list in PEM or DER")
	}
	l := &revocations{RevocationList: list, since: make(map[string]time.Time, len(list.RevokedCertificateEntries))}
	for _, e := range list.Extensions {
		switch {
		case e.Id.Equal(oidDistribution):
			if err := l.distribution(e.Value); err != nil {
				return nil, err
			}
		case e.Id.Equal(oidDelta):
			return nil, errors.New("it is a delta: give the whole list")
		case e.Critical && !e.Id.Equal(oidCRLNumber):
			return nil, fmt.Errorf("its critical extension %s is not known here", e.Id)
		}
	}
	for i := range list.RevokedCertificateEntries {
		e := &list.RevokedCertificateEntries[i]
		since := e.RevocationTime
		for _, x := range e.Extensions {
			switch {
			case x.Id.Equal(oidInvalidity): // when the key is known to have been lost: no later than the entry
				var lost time.Time
				if rest, err := asn1.UnmarshalWithParams(x.Value, &lost, "generalized"); err != nil || len(rest) > 0 {
					return nil, errors.New("the invalidity date of an entry is malformed")
				}
				if lost.Before(since) {
					since = lost
				}
			case x.Critical && !x.Id.Equal(oidReason):
				return nil, fmt.Errorf("the critical extension %s of an entry is not known here", x.Id)
			}
		}
		serial := string(e.SerialNumber.Bytes())
		if before, twice := l.since[serial]; !twice || since.Before(before) {
			l.since[serial] = since
		}
	}
	return l, nil
}

// distribution reads which certificates a list is of (RFC 5280, section 5.2.5).
func (l *revocations) distribution(value []byte) error {
	bad := errors.New("its issuing distribution point is malformed")
	all := cryptobyte.String(value)
	var d cryptobyte.String
	if !all.ReadASN1(&d, cbasn1.SEQUENCE) || !all.Empty() {
		return bad
	}
	context := func(n uint8) cbasn1.Tag { return cbasn1.Tag(n).ContextSpecific() }
	for !d.Empty() {
		var v cryptobyte.String
		var tag cbasn1.Tag
		if !d.ReadAnyASN1(&v, &tag) {
			return bad
		}
		truth := len(v) == 1 && v[0] == 0xff // DEFAULT FALSE is not encoded
		switch tag {
		case context(0).Constructed():
			var names cryptobyte.String
			if !v.ReadASN1(&names, context(0).Constructed()) || !v.Empty() {
				return errors.New("its issuing distribution point has a name of a form that is not read")
			}
			for !names.Empty() {
				var name cryptobyte.String
				if !names.ReadAnyASN1(&name, &tag) {
					return bad
				}
				if tag == context(6) {
					l.addresses = append(l.addresses, string(name))
				}
			}
			if len(l.addresses) == 0 {
				return errors.New("its issuing distribution point has no address")
			}
		case context(1):
			l.onlyUsers = truth
		case context(2):
			l.onlyCAs = truth
		default:
			return errors.New("it is indirect, or of some reasons or attribute certificates only, which is not read")
		}
	}
	return nil
}

// of reports whether the list speaks of a certificate.
func (l *revocations) of(c *x509.Certificate) bool {
	switch {
	case !bytes.Equal(l.RawIssuer, c.RawIssuer), l.onlyUsers && c.IsCA, l.onlyCAs && !c.IsCA:
		return false
	}
	return len(l.addresses) == 0 || slices.ContainsFunc(l.addresses, func(a string) bool { return slices.Contains(c.CRLDistributionPoints, a) })
}

// by verifies, once, that the list is of an issuer.
func (l *revocations) by(issuer *x509.Certificate) error {
	if err, ok := l.signed.Load(string(issuer.Raw)); ok {
		err, _ := err.(error)
		return err
	}
	err := l.CheckSignatureFrom(issuer)
	l.signed.Store(string(issuer.Raw), err)
	return err
}

// revoked asks the revocation lists about each certificate below the anchor. What
// any of them revokes is revoked; that nothing is, one of them has to know that is
// new enough, so that a newer list can be given beside an old one.
func (r *run) revoked(a *Authorities, chain []*x509.Certificate) {
	const id = "certificate/revocation"
	asked := 0
	for i, c := range chain[:len(chain)-1] {
		var newest *revocations
		for _, l := range a.lists {
			if !l.of(c) {
				continue
			}
			asked++
			if !r.standing(l, c, chain[i+1]) {
				return
			}
			if newest == nil || l.ThisUpdate.After(newest.ThisUpdate) {
				newest = l
			}
		}
		if newest != nil && !r.current(newest) {
			r.add(id, Unknown, CRLStale, "the revocation list of %.200s is of %s and was to be replaced by %s", newest.Issuer, stamp(newest.ThisUpdate), stamp(newest.NextUpdate))
			return
		}
	}
	switch {
	case asked > 0:
		r.pass(id, "not revoked when it signed, by %d lists", asked)
	default:
		r.add(id, NotApplicable, "", "no revocation list of its authorities is given")
	}
}

// standing asks one list about one certificate, and says what is wrong.
func (r *run) standing(l *revocations, c, issuer *x509.Certificate) bool {
	const id = "certificate/revocation"
	if err := l.by(issuer); err != nil {
		return r.settle(id, problemf(CRLInvalid, "the revocation list of %.200s is not signed by it: %v", l.Issuer, err), "")
	}
	if since, revoked := l.since[string(c.SerialNumber.Bytes())]; revoked {
		switch {
		case len(r.times) == 0:
			return r.settle(id, problemf(CertRevoked, "the certificate %.200s is revoked since %s, and nothing proves that it signed before", c.Subject, stamp(since)), "")
		case !r.times[0].At.Before(since):
			return r.settle(id, problemf(CertRevoked, "the certificate %.200s was revoked %s, and is proven to have signed no later than %s", c.Subject, stamp(since), stamp(r.times[0].At)), "")
		}
	}
	return true
}

// current reports whether a list is new enough to know. One that is over still
// tells of the time before it was made.
func (r *run) current(l *revocations) bool {
	if !l.NextUpdate.IsZero() && !r.at.After(l.NextUpdate) {
		return true
	}
	return len(r.times) > 0 && !r.times[0].At.After(l.ThisUpdate)
}
