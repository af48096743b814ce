package testca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

var (
	oidData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSigned     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidType       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidTime       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidToken      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	oidEntry      = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 3, 1}
	oidSHA256     = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSA      = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	tagContext    = 2
	signedMessage = "SIGNED MESSAGE"
)

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue
}

// GitSignature makes X.509 signatures of git objects as gitsign and smimesign do.
type GitSignature struct {
	Certificate *x509.Certificate
	Key         *ecdsa.PrivateKey
	// Sent are further certificates.
	Sent []*x509.Certificate
	// At is the signing time that is stated.
	At time.Time
	// Entry and Token, if set, make a log entry and a timestamp of the signature.
	Entry func(t testing.TB, body []byte) []byte
	Token func(t testing.TB, signature []byte) []byte
	// Extra is an unsigned attribute that no tool writes.
	Extra bool
}

// Sign returns the armored signature.
func (g GitSignature) Sign(t testing.TB, payload []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(payload)
	attributes := set(t, []attribute{
		{oidType, set(t, []asn1.ObjectIdentifier{oidData})},
		{oidTime, set(t, []time.Time{g.At.UTC()})},
		{oidDigest, set(t, [][]byte{digest[:]})},
	})
	message, err := asn1.Marshal(attributes)
	must(t, err)
	sig := signature(t, g.Key, message)
	var unsigned []attribute
	if g.Entry != nil {
		certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.Certificate.Raw})
		unsigned = append(unsigned, attribute{oidEntry, set(t, [][]byte{embedded(t, g.Entry(t, HashedRekordBody(message, sig, certificate)))})})
	}
	if g.Token != nil {
		unsigned = append(unsigned, attribute{oidToken, set(t, []asn1.RawValue{{FullBytes: g.Token(t, sig)}})})
	}
	if g.Extra {
		unsigned = append(unsigned, attribute{asn1.ObjectIdentifier{1, 2, 3}, set(t, []int{1})})
	}
	type algorithm struct{ Algorithm asn1.ObjectIdentifier }
	type signer struct {
		Version int
		Name    struct {
			Issuer asn1.RawValue
			Serial *big.Int
		}
		Digest     algorithm
		Attributes asn1.RawValue
		Algorithm  algorithm
		Signature  []byte
		Unsigned   asn1.RawValue `asn1:"optional"`
	}
	info := signer{Version: 1, Digest: algorithm{oidSHA256}, Algorithm: algorithm{oidECDSA}, Signature: sig}
	info.Name.Issuer, info.Name.Serial = asn1.RawValue{FullBytes: g.Certificate.RawIssuer}, g.Certificate.SerialNumber
	info.Attributes = asn1.RawValue{Class: tagContext, Tag: 0, IsCompound: true, Bytes: attributes.Bytes}
	if len(unsigned) > 0 {
		info.Unsigned = asn1.RawValue{Class: tagContext, Tag: 1, IsCompound: true, Bytes: set(t, unsigned).Bytes}
	}
	certificates := bytes.Clone(g.Certificate.Raw)
	for _, c := range g.Sent {
		certificates = append(certificates, c.Raw...)
	}
	data, err := asn1.Marshal(struct {
		Version      int
		Digests      asn1.RawValue
		Content      struct{ Type asn1.ObjectIdentifier }
		Certificates asn1.RawValue
		Signers      asn1.RawValue
	}{
		1, set(t, []algorithm{{oidSHA256}}), struct{ Type asn1.ObjectIdentifier }{oidData},
		asn1.RawValue{Class: tagContext, Tag: 0, IsCompound: true, Bytes: certificates}, set(t, []signer{info}),
	})
	must(t, err)
	der, err := asn1.Marshal(struct {
		Type asn1.ObjectIdentifier
		Data asn1.RawValue
	}{oidSigned, asn1.RawValue{Class: tagContext, Tag: 0, IsCompound: true, Bytes: data}})
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: signedMessage, Bytes: der})
}

// set is a SET OF in the order of DER.
func set[T any](t testing.TB, list []T) asn1.RawValue {
	t.Helper()
	var elements [][]byte
	for _, v := range list {
		der, err := asn1.Marshal(v)
		must(t, err)
		elements = append(elements, der)
	}
	slices.SortFunc(elements, bytes.Compare)
	return asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: bytes.Join(elements, nil)}
}

// embedded is a log entry as gitsign writes it: protobuf without the body.
func embedded(t testing.TB, entry []byte) []byte {
	t.Helper()
	var pb protorekor.TransparencyLogEntry
	must(t, protojson.Unmarshal(entry, &pb))
	pb.CanonicalizedBody = nil
	raw, err := proto.Marshal(&pb)
	must(t, err)
	return raw
}

// Gitsign makes signatures of git objects like gitsign: with a fresh key and a
// certificate for the holder.
func (s *Signer) Gitsign(log, stamp bool) GitSignature {
	s.t.Helper()
	key := newKey(s.t)
	c, err := x509.ParseCertificate(s.Certificate(key.Public()))
	must(s.t, err)
	g := GitSignature{Certificate: c, Key: key, At: s.at}
	if log {
		g.Entry = func(t testing.TB, body []byte) []byte { return s.instance.Entry(t, body, s.at) }
	}
	if stamp {
		g.Token = func(t testing.TB, signature []byte) []byte { return s.instance.Token(t, signature, s.at) }
	}
	return g
}
