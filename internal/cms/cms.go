// Package cms reads signatures in the Cryptographic Message Syntax (RFC 5652), as
// timestamps (RFC 3161) and X.509 signatures of git objects are: SignedData in DER
// with one digest and one signer, who is named by issuer and serial number and has
// signed attributes. Each part is known, and what is not read is refused: other
// readers would skip it. Nothing that is read is authenticated before
// [SignedData.SignedBy] says so.
package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha256" // digests are by crypto.Hash
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers.
var (
	// Data is the type of plain content (RFC 5652, section 4).
	Data = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}

	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}         // section 5.1
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}         // section 11.1
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}         // section 11.2
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5035, section 3
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}         // RFC 3370, section 3.2
	oidEd25519       = asn1.ObjectIdentifier{1, 3, 101, 112}                     // RFC 8419, section 3
)

// algorithms are the digests (RFC 5754, section 2), and the signature algorithms
// with each. SHA-1 is none of them.
var algorithms = []struct {
	oid        asn1.ObjectIdentifier
	hash       crypto.Hash
	ecdsa, rsa asn1.ObjectIdentifier
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA256, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA384, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, crypto.SHA512, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}},
}

// HashOf returns the digest with an object identifier.
func HashOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
	for _, d := range algorithms {
		if d.oid.Equal(oid) {
			return d.hash, true
		}
	}
	return 0, false
}

// maxCertificates bounds the certificates that are sent along: chains are shorter,
// and each one more is one to try wherever it could stand in the chain.
const maxCertificates = 8

// RSA keys outside of these bounds, in bits, are not used: small ones prove
// nothing, and a key of 200,000 bits takes seconds to refuse.
const (
	minRSA = 2048
	maxRSA = 8192
)

// SignedData is a signature whose form is right.
type SignedData struct {
	// Version is 1 for plain content and 3 for any other.
	Version int64
	// ContentType is the type of what is signed, and Content that itself; nil if
	// it stands elsewhere.
	ContentType asn1.ObjectIdentifier
	Content     []byte
	// Certificates were sent along.
	Certificates []*x509.Certificate
	// Attributes are the signed ones as they are signed: a SET OF in DER.
	Attributes []byte
	// Signature is over Attributes.
	Signature []byte
	// Unsigned are the attributes that nobody has signed.
	Unsigned []Attribute

	issuer    []byte // of the signer's certificate, DER
	serial    *big.Int
	digest    crypto.Hash // of content and of attributes
	algorithm asn1.ObjectIdentifier
	typed     asn1.ObjectIdentifier // what the attributes say of the content
	imprint   []byte
	certHash  crypto.Hash // how the signer names its own certificate; 0 if not at all
	certSum   []byte
}

// Attribute is an attribute with one value.
type Attribute struct {
	Type  asn1.ObjectIdentifier
	Value []byte // DER
}

var errForm = errors.New("not a CMS signature in DER")

// Parse reads a ContentInfo that holds SignedData (RFC 5652, sections 3 and 5.1),
// and nothing after it.
func Parse(der []byte) (*SignedData, error) {
	all := DER{der}
	info, ok := all.Seq(cbasn1.SEQUENCE)
	if !ok || !all.Empty() {
		return nil, errForm
	}
	kind, ok := info.OID()
	wrapped, ok2 := info.Seq(cbasn1.Tag(0).ContextSpecific().Constructed())
	if !ok || !ok2 || !info.Empty() || !kind.Equal(oidSignedData) {
		return nil, errors.New("it holds no CMS SignedData")
	}
	signed, ok := wrapped.Seq(cbasn1.SEQUENCE)
	if !ok || !wrapped.Empty() {
		return nil, errForm
	}
	s := &SignedData{}
	return s, s.read(&signed)
}

func (s *SignedData) read(d *DER) error {
	version, ok := d.Number()
	set, ok2 := d.Seq(cbasn1.SET)
	if !ok || !ok2 || version != 1 && version != 3 {
		return errors.New("SignedData is not of version 1 or 3")
	}
	s.Version = version
	digest, ok := set.Algorithm()
	if !ok || !set.Empty() {
		return errors.New("SignedData does not name exactly one digest")
	}
	if err := s.encapsulated(d); err != nil {
		return err
	}
	if d.PeekASN1Tag(cbasn1.Tag(0).ContextSpecific().Constructed()) {
		list, ok := d.Seq(cbasn1.Tag(0).ContextSpecific().Constructed())
		if !ok {
			return errForm
		}
		if err := s.certificates(list.String); err != nil {
			return err
		}
	}
	signers, ok := d.Seq(cbasn1.SET)
	if !ok || !d.Empty() { // revocation lists among others
		return errors.New("SignedData holds something that is not read")
	}
	signer, ok := signers.Seq(cbasn1.SEQUENCE)
	if !ok || !signers.Empty() {
		return errors.New("want exactly one signer")
	}
	return s.signer(&signer, digest)
}

// encapsulated reads the type of the content and, if it is there, the content.
func (s *SignedData) encapsulated(d *DER) error {
	bad := errors.New("SignedData does not say what it signs")
	inner, ok := d.Seq(cbasn1.SEQUENCE)
	if !ok {
		return bad
	}
	if s.ContentType, ok = inner.OID(); !ok {
		return bad
	}
	if inner.Empty() {
		return nil
	}
	wrapped, ok := inner.Seq(cbasn1.Tag(0).ContextSpecific().Constructed())
	content, ok2 := wrapped.Seq(cbasn1.OCTET_STRING)
	if !ok || !ok2 || !inner.Empty() || !wrapped.Empty() {
		return bad
	}
	s.Content = content.String
	if s.Content == nil {
		s.Content = []byte{}
	}
	return nil
}

func (s *SignedData) certificates(der []byte) error {
	var err error
	if s.Certificates, err = x509.ParseCertificates(der); err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	if n := len(s.Certificates); n > maxCertificates {
		return fmt.Errorf("%d certificates, at most %d are read", n, maxCertificates)
	}
	for i, c := range s.Certificates {
		// Its name is issuer and serial number (RFC 5280, section 4.1.2.2).
		if slices.ContainsFunc(s.Certificates[:i], func(o *x509.Certificate) bool {
			return bytes.Equal(c.RawIssuer, o.RawIssuer) && c.SerialNumber.Cmp(o.SerialNumber) == 0
		}) {
			return errors.New("a certificate stands there twice")
		}
		if k, ok := c.PublicKey.(*rsa.PublicKey); ok && (k.N.BitLen() < minRSA || k.N.BitLen() > maxRSA) {
			return fmt.Errorf("an RSA key of %d bits is not accepted: %d to %d are", k.N.BitLen(), minRSA, maxRSA)
		}
	}
	return nil
}

// signer reads SignerInfo (RFC 5652, section 5.3).
func (s *SignedData) signer(d *DER, digest asn1.ObjectIdentifier) error {
	version, ok := d.Number()
	who, ok2 := d.Seq(cbasn1.SEQUENCE)
	if !ok || !ok2 || version != 1 {
		return errors.New("SignerInfo is not of version 1")
	}
	var issuer cryptobyte.String
	s.serial = new(big.Int)
	if !who.ReadASN1Element(&issuer, cbasn1.SEQUENCE) || !who.ReadASN1Integer(s.serial) || !who.Empty() {
		return errors.New("SignerInfo does not name issuer and serial number")
	}
	s.issuer = issuer
	own, ok := d.Algorithm()
	if s.digest, ok2 = HashOf(own); !ok || !ok2 || !own.Equal(digest) {
		return errors.New("SignedData and its signer name different digests, or one that is not accepted: SHA-256, SHA-384 and SHA-512 are")
	}
	var attributes cryptobyte.String
	if !d.ReadASN1Element(&attributes, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return errors.New("SignerInfo has no signed attributes")
	}
	s.Attributes = slices.Clone([]byte(attributes))
	s.Attributes[0] = byte(cbasn1.SET) // as they are signed, RFC 5652, section 5.4
	if err := s.attributes(); err != nil {
		return err
	}
	if s.algorithm, ok = d.Algorithm(); !ok {
		return errors.New("SignerInfo names no signature algorithm that is read")
	}
	signature, ok := d.Seq(cbasn1.OCTET_STRING)
	if !ok {
		return errForm
	}
	s.Signature = signature.String
	if d.Empty() {
		return nil
	}
	var unsigned cryptobyte.String
	if !d.ReadASN1Element(&unsigned, cbasn1.Tag(1).ContextSpecific().Constructed()) || !d.Empty() {
		return errors.New("SignerInfo holds something that is not read")
	}
	set := slices.Clone([]byte(unsigned))
	set[0] = byte(cbasn1.SET)
	if s.Unsigned, ok = attributeSet(set, false); !ok {
		return errors.New("the unsigned attributes are malformed, or one stands there twice")
	}
	return nil
}

// attributeSet reads a SET OF Attribute: each type once, with one value. Signed
// ones stand in the order of DER, over which the signature is.
func attributeSet(der []byte, ordered bool) ([]Attribute, bool) {
	all := DER{der}
	set, ok := all.Seq(cbasn1.SET)
	if !ok || !all.Empty() {
		return nil, false
	}
	var list []Attribute
	var last []byte
	for !set.Empty() {
		var raw cryptobyte.String
		if !set.ReadASN1Element(&raw, cbasn1.SEQUENCE) || ordered && bytes.Compare(last, raw) >= 0 {
			return nil, false
		}
		last = raw
		element := DER{raw}
		attribute, _ := element.Seq(cbasn1.SEQUENCE)
		kind, ok := attribute.OID()
		values, ok2 := attribute.Seq(cbasn1.SET)
		var value cryptobyte.String
		var tag cbasn1.Tag
		if !ok || !ok2 || !attribute.Empty() || !values.ReadAnyASN1Element(&value, &tag) || !values.Empty() ||
			slices.ContainsFunc(list, func(a Attribute) bool { return a.Type.Equal(kind) }) {
			return nil, false
		}
		list = append(list, Attribute{kind, value})
	}
	return list, true
}

// attributes reads the signed attributes: the type and the digest of the content
// are among them.
func (s *SignedData) attributes() error {
	list, ok := attributeSet(s.Attributes, true)
	if !ok {
		return errors.New("the signed attributes are malformed, not in the order of DER, or one stands there twice")
	}
	for _, a := range list {
		v := DER{a.Value}
		switch {
		case a.Type.Equal(oidContentType):
			s.typed, ok = v.OID()
			ok = ok && v.Empty()
		case a.Type.Equal(oidMessageDigest):
			var digest DER
			digest, ok = v.Seq(cbasn1.OCTET_STRING)
			s.imprint = digest.String
		case a.Type.Equal(oidSigningCertV2):
			s.certHash, s.certSum, ok = v.signingCertificate()
		}
		if !ok {
			return errors.New("a signed attribute is malformed")
		}
	}
	if s.typed == nil || s.imprint == nil {
		return errors.New("the signed attributes do not say what is signed")
	}
	return nil
}

// signingCertificate reads which certificate the signer says is its own: the
// first ESSCertIDv2 (RFC 5035, section 3).
func (d *DER) signingCertificate() (crypto.Hash, []byte, bool) {
	outer, ok := d.Seq(cbasn1.SEQUENCE)
	list, ok2 := outer.Seq(cbasn1.SEQUENCE)
	id, ok3 := list.Seq(cbasn1.SEQUENCE)
	if !ok || !ok2 || !ok3 {
		return 0, nil, false
	}
	hash := crypto.SHA256
	if id.PeekASN1Tag(cbasn1.SEQUENCE) {
		o, ok := id.Algorithm()
		if hash, ok2 = HashOf(o); !ok || !ok2 {
			return 0, nil, false
		}
	}
	digest, ok := id.Seq(cbasn1.OCTET_STRING)
	return hash, digest.String, ok
}

// Covers reports whether the signature is over content of its type.
func (s *SignedData) Covers(content []byte) bool {
	return s.typed.Equal(s.ContentType) && bytes.Equal(s.imprint, sum(s.digest, content))
}

// Names reports whether the signature says that it was made with a certificate:
// by its issuer and serial number.
func (s *SignedData) Names(c *x509.Certificate) bool {
	return bytes.Equal(s.issuer, c.RawIssuer) && s.serial.Cmp(c.SerialNumber) == 0
}

// SignedBy reports why the key of a certificate did not make the signature.
func (s *SignedData) SignedBy(c *x509.Certificate) error {
	known := false
	for _, d := range algorithms {
		if d.hash != s.digest {
			continue
		}
		switch c.PublicKey.(type) {
		case *ecdsa.PublicKey:
			known = s.algorithm.Equal(d.ecdsa)
		case *rsa.PublicKey:
			known = s.algorithm.Equal(d.rsa) || s.algorithm.Equal(oidRSA)
		case ed25519.PublicKey:
			known = s.algorithm.Equal(oidEd25519)
		}
	}
	switch {
	case !known:
		return errors.New("the signature algorithm is not that of the key and the digest, or not accepted")
	case s.certHash != 0 && !bytes.Equal(s.certSum, sum(s.certHash, c.Raw)):
		return errors.New("the signer says that its certificate is another one")
	case !s.made(c.PublicKey):
		return errors.New("the signature does not verify under the certificate")
	}
	return nil
}

func (s *SignedData) made(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, sum(s.digest, s.Attributes), s.Signature)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, s.digest, sum(s.digest, s.Attributes), s.Signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(k, s.Attributes, s.Signature)
	}
	return false
}

func sum(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}
