package sigstore

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers of timestamps.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}         // RFC 5652, section 5.1
	oidTSTInfo       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}  // RFC 3161, section 2.4.2
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}         // RFC 5652, section 11.1
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}         // section 11.2
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5035, section 3
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}     // RFC 5754, section 2
	oidSHA384        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1} // RFC 3370, section 3.2
	oidEd25519       = asn1.ObjectIdentifier{1, 3, 101, 112}             // RFC 8419, section 3
)

// digestAlgorithms are the digests of timestamps. SHA-1 is none of them.
var digestAlgorithms = []struct {
	oid        asn1.ObjectIdentifier
	hash       crypto.Hash
	ecdsa, rsa asn1.ObjectIdentifier // signature algorithms with the digest
}{
	{oidSHA256, crypto.SHA256, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}},
	{oidSHA384, crypto.SHA384, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}},
	{oidSHA512, crypto.SHA512, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}},
}

func hashOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
	for _, d := range digestAlgorithms {
		if d.oid.Equal(oid) {
			return d.hash, true
		}
	}
	return 0, false
}

// token is a timestamp whose form is right; nothing in it is authenticated.
// Each part of it is known: what nobody has signed, and what stands at the end
// of a sequence beyond what belongs there, is refused, as other readers skip it.
type token struct {
	content []byte // TSTInfo, DER
	time    time.Time
	hash    crypto.Hash // of what was stamped
	imprint []byte

	sent      []*x509.Certificate
	issuer    []byte // of the signer's certificate, DER
	serial    *big.Int
	digest    crypto.Hash // of content and of attributes
	algorithm asn1.ObjectIdentifier
	signed    []byte // the signed attributes as they are signed: a SET OF, DER
	certHash  func(crypto.Hash) []byte
	signature []byte
}

// der reads DER: every read is exact, or nothing is.
type der struct{ cryptobyte.String }

func (d *der) seq(tag cbasn1.Tag) (der, bool) {
	var inner cryptobyte.String
	ok := d.ReadASN1(&inner, tag)
	return der{inner}, ok
}

func (d *der) number() (int64, bool) {
	var n int64
	ok := d.ReadASN1Int64WithTag(&n, cbasn1.INTEGER)
	return n, ok
}

func (d *der) oid() (asn1.ObjectIdentifier, bool) {
	var o asn1.ObjectIdentifier
	ok := d.ReadASN1ObjectIdentifier(&o)
	return o, ok
}

// algorithm reads an AlgorithmIdentifier with no parameters, or NULL.
func (d *der) algorithm() (asn1.ObjectIdentifier, bool) {
	a, ok := d.seq(cbasn1.SEQUENCE)
	if !ok {
		return nil, false
	}
	o, ok := a.oid()
	if ok && !a.Empty() {
		var null cryptobyte.String
		ok = a.ReadASN1(&null, cbasn1.NULL) && null.Empty() && a.Empty()
	}
	return o, ok
}

var errToken = errors.New("not an RFC 3161 response in DER")

// parseToken reads a TimeStampResp (RFC 3161, section 2.4.2).
func parseToken(raw []byte) (*token, error) {
	all := der{raw}
	resp, ok := all.seq(cbasn1.SEQUENCE)
	if !ok || !all.Empty() {
		return nil, errToken
	}
	info, ok := resp.seq(cbasn1.SEQUENCE)
	status, ok2 := info.number()
	switch {
	case !ok || !ok2:
		return nil, errToken
	case status != 0 || !info.Empty():
		return nil, fmt.Errorf("the response has the status %d and reasons, or is not simply granted", status)
	}
	cms, ok := resp.seq(cbasn1.SEQUENCE)
	if !ok || !resp.Empty() {
		return nil, errToken
	}
	kind, ok := cms.oid()
	wrapped, ok2 := cms.seq(cbasn1.Tag(0).ContextSpecific().Constructed())
	if !ok || !ok2 || !cms.Empty() || !kind.Equal(oidSignedData) {
		return nil, errors.New("the response holds no CMS SignedData")
	}
	signed, ok := wrapped.seq(cbasn1.SEQUENCE)
	if !ok || !wrapped.Empty() {
		return nil, errToken
	}
	t := &token{}
	if err := t.signedData(&signed); err != nil {
		return nil, err
	}
	return t, t.tstInfo()
}

// maxSent bounds the certificates in a timestamp: chains are shorter, and each
// one more is one to try wherever it could stand in the chain.
const maxSent = 8

// sameName reports whether two certificates have one name, which is issuer and
// serial number (RFC 5280, section 4.1.2.2).
func sameName(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawIssuer, b.RawIssuer) && a.SerialNumber.Cmp(b.SerialNumber) == 0
}

// signedData reads CMS SignedData (RFC 5652, section 5.1).
func (t *token) signedData(d *der) error {
	version, ok := d.number()
	set, ok2 := d.seq(cbasn1.SET)
	if !ok || !ok2 || version != 3 { // as the section has it for content that is no plain data
		return errors.New("SignedData is not of version 3")
	}
	digest, ok := set.algorithm()
	if !ok || !set.Empty() {
		return errors.New("SignedData does not name exactly one digest")
	}
	encapsulated, ok := d.seq(cbasn1.SEQUENCE)
	kind, ok2 := encapsulated.oid()
	wrapped, ok3 := encapsulated.seq(cbasn1.Tag(0).ContextSpecific().Constructed())
	content, ok4 := wrapped.seq(cbasn1.OCTET_STRING)
	if !ok || !ok2 || !ok3 || !ok4 || !encapsulated.Empty() || !wrapped.Empty() || !kind.Equal(oidTSTInfo) {
		return errors.New("SignedData holds no TSTInfo")
	}
	t.content = content.String
	if d.PeekASN1Tag(cbasn1.Tag(0).ContextSpecific().Constructed()) {
		certificates, ok := d.seq(cbasn1.Tag(0).ContextSpecific().Constructed())
		if !ok {
			return errToken
		}
		var err error
		if t.sent, err = x509.ParseCertificates(certificates.String); err != nil {
			return fmt.Errorf("certificates: %w", err)
		}
		if n := len(t.sent); n > maxSent {
			return fmt.Errorf("%d certificates, at most %d are read", n, maxSent)
		}
		for i, c := range t.sent {
			if slices.ContainsFunc(t.sent[:i], func(o *x509.Certificate) bool { return sameName(o, c) }) {
				return errors.New("a certificate stands in the timestamp twice")
			}
			if err := acceptable(c.PublicKey); err != nil { // a key of 200,000 bits takes seconds to refuse
				return err
			}
		}
	}
	signers, ok := d.seq(cbasn1.SET)
	if !ok || !d.Empty() { // revocation lists among others
		return errors.New("SignedData holds something that is not read")
	}
	signer, ok := signers.seq(cbasn1.SEQUENCE)
	if !ok || !signers.Empty() {
		return errors.New("want exactly one signer")
	}
	return t.signerInfo(&signer, digest)
}

// signerInfo reads CMS SignerInfo (RFC 5652, section 5.3), without unsigned
// attributes.
func (t *token) signerInfo(d *der, digest asn1.ObjectIdentifier) error {
	version, ok := d.number()
	who, ok2 := d.seq(cbasn1.SEQUENCE)
	if !ok || !ok2 || version != 1 {
		return errors.New("SignerInfo is not of version 1")
	}
	var issuer cryptobyte.String
	t.serial = new(big.Int)
	if !who.ReadASN1Element(&issuer, cbasn1.SEQUENCE) || !who.ReadASN1Integer(t.serial) || !who.Empty() {
		return errors.New("SignerInfo does not name issuer and serial number")
	}
	t.issuer = issuer
	own, ok := d.algorithm()
	if t.digest, ok2 = hashOf(own); !ok || !ok2 || !own.Equal(digest) {
		return errors.New("SignedData and its signer name different digests, or one that is not accepted")
	}
	var attributes cryptobyte.String
	if !d.ReadASN1Element(&attributes, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return errors.New("SignerInfo has no signed attributes")
	}
	t.signed = slices.Clone([]byte(attributes))
	t.signed[0] = byte(cbasn1.SET) // as it is signed, RFC 5652, section 5.4
	if err := t.attributes(); err != nil {
		return err
	}
	if t.algorithm, ok = d.algorithm(); !ok {
		return errors.New("SignerInfo names no signature algorithm")
	}
	signature, ok := d.seq(cbasn1.OCTET_STRING)
	if !ok || !d.Empty() {
		return errors.New("SignerInfo has unsigned attributes, which are not read")
	}
	t.signature = signature.String
	return nil
}

// attributes reads the signed attributes: each once, with one value, in the
// order of DER; the type and the digest of the content are among them.
func (t *token) attributes() error {
	bad := errors.New("the signed attributes are not those of a timestamp")
	all := der{t.signed}
	set, ok := all.seq(cbasn1.SET)
	if !ok {
		return bad
	}
	var seen []asn1.ObjectIdentifier
	var last []byte
	typed, digested := false, false
	for !set.Empty() {
		var raw cryptobyte.String
		if !set.ReadASN1Element(&raw, cbasn1.SEQUENCE) || bytes.Compare(last, raw) >= 0 {
			return bad
		}
		last = raw
		element := der{raw}
		attribute, _ := element.seq(cbasn1.SEQUENCE)
		kind, ok := attribute.oid()
		values, ok2 := attribute.seq(cbasn1.SET)
		var value cryptobyte.String
		var tag cbasn1.Tag
		if !ok || !ok2 || !attribute.Empty() || !values.ReadAnyASN1Element(&value, &tag) || !values.Empty() || slices.ContainsFunc(seen, kind.Equal) {
			return bad
		}
		seen = append(seen, kind)
		v := der{value}
		switch {
		case kind.Equal(oidContentType):
			o, ok := v.oid()
			typed = ok && o.Equal(oidTSTInfo)
		case kind.Equal(oidMessageDigest):
			digest, ok := v.seq(cbasn1.OCTET_STRING)
			digested = ok && bytes.Equal(digest.String, sum(t.digest, t.content))
		case kind.Equal(oidSigningCertV2):
			hash, want, ok := v.signingCertificate()
			if !ok {
				return bad
			}
			t.certHash = func(h crypto.Hash) []byte {
				if h != hash {
					return nil
				}
				return want
			}
		}
	}
	if !typed || !digested {
		return errors.New("the signed attributes are of other content")
	}
	return nil
}

// signingCertificate reads which certificate the signer says is its own: the
// first ESSCertIDv2 (RFC 5035, section 3).
func (d *der) signingCertificate() (crypto.Hash, []byte, bool) {
	outer, ok := d.seq(cbasn1.SEQUENCE)
	list, ok2 := outer.seq(cbasn1.SEQUENCE)
	id, ok3 := list.seq(cbasn1.SEQUENCE)
	if !ok || !ok2 || !ok3 {
		return 0, nil, false
	}
	hash := crypto.SHA256
	if id.PeekASN1Tag(cbasn1.SEQUENCE) {
		o, ok := id.algorithm()
		if hash, ok2 = hashOf(o); !ok || !ok2 {
			return 0, nil, false
		}
	}
	digest, ok := id.seq(cbasn1.OCTET_STRING)
	return hash, digest.String, ok
}

// tstInfo reads what is signed (RFC 3161, section 2.4.2), as far as it matters.
func (t *token) tstInfo() error {
	bad := errors.New("not a TSTInfo of version 1")
	all := der{t.content}
	d, ok := all.seq(cbasn1.SEQUENCE)
	if !ok || !all.Empty() {
		return bad
	}
	version, ok := d.number()
	if _, ok2 := d.oid(); !ok || !ok2 || version != 1 {
		return bad
	}
	imprint, ok := d.seq(cbasn1.SEQUENCE)
	algorithm, ok2 := imprint.algorithm()
	digest, ok3 := imprint.seq(cbasn1.OCTET_STRING)
	if !ok || !ok2 || !ok3 || !imprint.Empty() {
		return bad
	}
	if t.hash, ok = hashOf(algorithm); !ok {
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

// signedBy reports whether a certificate's key made the token.
func (t *token) signedBy(c *x509.Certificate) error {
	known := false
	for _, d := range digestAlgorithms {
		if d.hash != t.digest {
			continue
		}
		switch c.PublicKey.(type) {
		case *ecdsa.PublicKey:
			known = t.algorithm.Equal(d.ecdsa)
		case *rsa.PublicKey:
			known = t.algorithm.Equal(d.rsa) || t.algorithm.Equal(oidRSA)
		case ed25519.PublicKey:
			known = t.algorithm.Equal(oidEd25519)
		}
	}
	switch {
	case !known:
		return errors.New("the signature algorithm is not that of the key and the digest, or not accepted")
	case t.certHash != nil && !t.names(c):
		return errors.New("the signer says that its certificate is another one")
	}
	if k, ok := c.PublicKey.(ed25519.PublicKey); ok {
		if ed25519.Verify(k, t.signed, t.signature) {
			return nil
		}
	} else if verifyDigest(c.PublicKey, t.digest, sum(t.digest, t.signed), t.signature) {
		return nil
	}
	return errors.New("the signature does not verify under the authority's certificate")
}

// names reports whether the signer's own word for its certificate is c.
func (t *token) names(c *x509.Certificate) bool {
	for _, d := range digestAlgorithms {
		if want := t.certHash(d.hash); want != nil {
			return bytes.Equal(want, sum(d.hash, c.Raw))
		}
	}
	return false
}

func (t *token) by(c *x509.Certificate) bool {
	return bytes.Equal(t.issuer, c.RawIssuer) && t.serial.Cmp(c.SerialNumber) == 0
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
	chain, err := a.chain(signer, t.sent)
	if err != nil {
		return problemf(TSASignature, "%v", err)
	}
	for _, c := range chain {
		if !within(t.time, c.NotBefore, c.NotAfter) {
			return problemf(TSATime, "a certificate of the authority was valid from %s to %s, not at %s", stamp(c.NotBefore), stamp(c.NotAfter), stamp(t.time))
		}
	}
	for _, c := range t.sent {
		if !slices.ContainsFunc(chain, c.Equal) {
			return problemf(TSASignature, "the timestamp holds a certificate that is not of the authority: %.80s", c.Subject)
		}
	}
	if err := t.signedBy(signer); err != nil {
		return problemf(TSASignature, "%v", err)
	}
	return nil
}
