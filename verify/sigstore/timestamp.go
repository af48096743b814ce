package sigstore

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/release-dossier/dossier/internal/cms"
)

// oidTSTInfo is the content of timestamps (RFC 3161, section 2.4.2).
var oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// token is a timestamp whose form is right; nothing in it is authenticated. What
// nobody has signed is refused, as other readers skip it.
type token struct {
	*cms.SignedData
	time    time.Time
	hash    crypto.Hash // of what was stamped
	imprint []byte
}

var errToken = errors.New("not an RFC 3161 response in DER")

// parseToken reads a TimeStampResp (RFC 3161, section 2.4.2).
func parseToken(raw []byte) (*token, error) {
	all := cms.DER{String: raw}
	resp, ok := all.Seq(cbasn1.SEQUENCE)
	if !ok || !all.Empty() {
		return nil, errToken
	}
	info, ok := resp.Seq(cbasn1.SEQUENCE)
	status, ok2 := info.Number()
	switch {
	case !ok || !ok2:
		return nil, errToken
	case status != 0 || !info.Empty():
		return nil, fmt.Errorf("the response has the status %d and reasons, or is not simply granted", status)
	}
	return parseStamp(resp.String)
}

// parseStamp reads a TimeStampToken by itself.
func parseStamp(der []byte) (*token, error) {
	signed, err := cms.Parse(der)
	switch {
	case err != nil:
		return nil, err
	case signed.Version != 3: // as RFC 5652, section 5.1, has it for content that is no plain data
		return nil, errors.New("SignedData is not of version 3")
	case !signed.ContentType.Equal(oidTSTInfo) || signed.Content == nil:
		return nil, errors.New("SignedData holds no TSTInfo")
	case len(signed.Unsigned) > 0:
		return nil, errors.New("SignerInfo has unsigned attributes, which are not read")
	case !signed.Covers(signed.Content):
		return nil, errors.New("the signed attributes are of other content")
	}
	for _, c := range signed.Certificates {
		if err := acceptable(c.PublicKey); err != nil {
			return nil, err
		}
	}
	t := &token{SignedData: signed}
	return t, t.tstInfo()
}

// tstInfo reads what is signed (RFC 3161, section 2.4.2), as far as it matters.
func (t *token) tstInfo() error {
	bad := errors.New("not a TSTInfo of version 1")
	all := cms.DER{String: t.Content}
	d, ok := all.Seq(cbasn1.SEQUENCE)
	if !ok || !all.Empty() {
		return bad
	}
	version, ok := d.Number()
	if _, ok2 := d.OID(); !ok || !ok2 || version != 1 {
		return bad
	}
	imprint, ok := d.Seq(cbasn1.SEQUENCE)
	algorithm, ok2 := imprint.Algorithm()
	digest, ok3 := imprint.Seq(cbasn1.OCTET_STRING)
	if !ok || !ok2 || !ok3 || !imprint.Empty() {
		return bad
	}
	if t.hash, ok = cms.HashOf(algorithm); !ok {
		return errors.New("the digest of the timestamp is not SHA-256, SHA-384 or SHA-512")
	}
	t.imprint = digest.String
	if !d.ReadASN1Integer(new(big.Int)) {
		return bad
	}
	var at cryptobyte.String
	if !d.ReadASN1(&at, cbasn1.GeneralizedTime) {
		return bad
	}
	// Fractions of a second are allowed (RFC 3161), which cryptobyte refuses.
	parsed, err := time.Parse("20060102150405Z", string(at))
	if err != nil {
		if parsed, err = time.Parse("20060102150405.999999999Z", string(at)); err != nil {
			return bad
		}
	}
	t.time = parsed.UTC()
	return nil
}

// stamped verifies one timestamp: its form, that it is over the signature, and
// that an authority of the root made it.
func (r *run) stamped(i int, raw []byte) {
	id := fmt.Sprintf("timestamp/%d", i)
	t, err := parseToken(raw)
	if err != nil {
		r.settle(id, problemf(TSAMalformed, "%v", err), "")
		return
	}
	if !bytes.Equal(t.imprint, sum(t.hash, r.b.signature)) {
		r.settle(id, problemf(TSAMismatch, "the timestamp of %s is over another signature", stamp(t.time)), "")
		return
	}
	err = problemf(TSAUntrusted, "no authority of the trusted root made the timestamp")
	for _, a := range r.t.stamps {
		signer := a.signer(t)
		if signer == nil {
			continue
		}
		if err = r.by(a, signer, t); err == nil {
			r.times = append(r.times, Time{"timestamp", a.URI, t.time})
			r.pass(id, "%s by %s", stamp(t.time), a.URI)
			return
		}
	}
	r.settle(id, err, "")
}

// by verifies a token that says it is by the authority.
func (r *run) by(a *stampAuthority, signer *x509.Certificate, t *token) error {
	switch {
	case t.time.After(r.at.Add(clockSkew)):
		return problemf(TSATime, "%s is in the future", stamp(t.time))
	case !within(t.time, a.ValidityPeriodStart, a.ValidityPeriodEnd):
		return problemf(TSATime, "the trusted root does not trust the authority at %s", stamp(t.time))
	}
	chain, err := a.chain(signer, t.Certificates)
	if err != nil {
		return problemf(TSASignature, "%v", err)
	}
	for _, c := range chain {
		if !within(t.time, c.NotBefore, c.NotAfter) {
			return problemf(TSATime, "a certificate of the authority was valid from %s to %s, not at %s", stamp(c.NotBefore), stamp(c.NotAfter), stamp(t.time))
		}
	}
	for _, c := range t.Certificates {
		if !slices.ContainsFunc(chain, c.Equal) {
			return problemf(TSASignature, "the timestamp holds a certificate that is not of the authority: %.80s", c.Subject)
		}
	}
	if err := t.SignedBy(signer); err != nil {
		return problemf(TSASignature, "%v", err)
	}
	return nil
}
