package sigstore

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// oidSCTList is the extension with the list of embedded SCTs (RFC 6962,
// section 3.3).
var oidSCTList = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}

// maxSCTs bounds the SCTs of a certificate.
const maxSCTs = 16

// embeddedSCT is a signed certificate timestamp (RFC 6962, section 3.2).
type embeddedSCT struct {
	logID      []byte
	millis     uint64
	extensions []byte
	hash       uint8 // RFC 5246, section 7.4.1.4.1
	signature  []byte
}

func (s *embeddedSCT) time() time.Time { return time.UnixMilli(int64(s.millis)).UTC() }

// sct checks that certificate-transparency logs of the root vouch for the leaf
// of a chain: one at least, and each one that the root names.
func (t *trusted) sct(chain []*x509.Certificate) error {
	list, err := embeddedSCTs(chain[0])
	if err != nil {
		return problemf(SCT, "%v", err)
	}
	precertificate, err := withoutSCTs(chain[0].RawTBSCertificate)
	if err != nil {
		return problemf(SCT, "%v", err)
	}
	vouched := 0
	for i := range list {
		s := &list[i]
		l, ok := t.material.CTLogs()[hex.EncodeToString(s.logID)]
		if !ok {
			continue
		}
		if !within(s.time(), l.ValidityPeriodStart, l.ValidityPeriodEnd) {
			return problemf(SCT, "the trusted root does not trust the certificate-transparency log at %s", stamp(s.time()))
		}
		message := s.message(chain[1], precertificate)
		if s.hash != 4 || !verifySCT(l.PublicKey, message, s.signature) { // 4 is SHA-256
			return problemf(SCT, "the signature of a certificate-transparency log does not verify")
		}
		vouched++
	}
	if vouched == 0 {
		return problemf(SCT, "the certificate has %d SCTs, and none of a log that the trusted root names", len(list))
	}
	return nil
}

// verifySCT verifies with SHA-256, which is what RFC 6962 has for keys of any
// size.
func verifySCT(key crypto.PublicKey, message, sig []byte) bool {
	return verifyDigest(key, crypto.SHA256, sum(crypto.SHA256, message), sig)
}

// embeddedSCTs reads the SCTs of a certificate.
func embeddedSCTs(c *x509.Certificate) ([]embeddedSCT, error) {
	bad := errors.New("the certificate's list of SCTs is malformed")
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidSCTList) {
			continue
		}
		outer := cryptobyte.String(e.Value)
		var text, list cryptobyte.String
		if !outer.ReadASN1(&text, cbasn1.OCTET_STRING) || !outer.Empty() || !text.ReadUint16LengthPrefixed(&list) || !text.Empty() {
			return nil, bad
		}
		var all []embeddedSCT
		for !list.Empty() {
			var one, extensions, signature cryptobyte.String
			var s embeddedSCT
			var version, algorithm uint8
			if !list.ReadUint16LengthPrefixed(&one) || !one.ReadUint8(&version) || version != 0 ||
				!one.ReadBytes(&s.logID, sha256.Size) || !one.ReadUint64(&s.millis) ||
				!one.ReadUint16LengthPrefixed(&extensions) || !one.ReadUint8(&s.hash) || !one.ReadUint8(&algorithm) ||
				!one.ReadUint16LengthPrefixed(&signature) || !one.Empty() || len(all) == maxSCTs {
				return nil, bad
			}
			s.extensions, s.signature = extensions, signature
			all = append(all, s)
		}
		return all, nil
	}
	return nil, nil
}

// withoutSCTs is a TBSCertificate as the log has signed it: without the list of
// SCTs (RFC 6962, section 3.2). Fulcio issues precertificates with the key that
// it issues certificates with.
func withoutSCTs(tbs []byte) ([]byte, error) {
	bad := errors.New("the certificate's extensions are malformed")
	input := cryptobyte.String(tbs)
	var body cryptobyte.String
	if !input.ReadASN1(&body, cbasn1.SEQUENCE) || !input.Empty() {
		return nil, bad
	}
	var out cryptobyte.Builder
	extensions := cbasn1.Tag(3).ContextSpecific().Constructed()
	var failed bool
	out.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for !body.Empty() {
			var element cryptobyte.String
			var tag cbasn1.Tag
			if !body.ReadAnyASN1Element(&element, &tag) {
				failed = true
				return
			}
			if tag != extensions {
				b.AddBytes(element)
				continue
			}
			var wrapped, list cryptobyte.String
			if !element.ReadASN1(&wrapped, extensions) || !wrapped.ReadASN1(&list, cbasn1.SEQUENCE) || !wrapped.Empty() {
				failed = true
				return
			}
			b.AddASN1(extensions, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { failed = !others(b, list) })
			})
		}
	})
	raw, err := out.Bytes()
	if failed || err != nil {
		return nil, bad
	}
	return raw, nil
}

// others writes the extensions that are not the list of SCTs.
func others(b *cryptobyte.Builder, list cryptobyte.String) bool {
	for !list.Empty() {
		var element, extension cryptobyte.String
		if !list.ReadASN1Element(&element, cbasn1.SEQUENCE) {
			return false
		}
		var id asn1.ObjectIdentifier
		whole := element
		if !element.ReadASN1(&extension, cbasn1.SEQUENCE) || !extension.ReadASN1ObjectIdentifier(&id) {
			return false
		}
		if !id.Equal(oidSCTList) {
			b.AddBytes(whole)
		}
	}
	return true
}

// message is what the log has signed (RFC 6962, section 3.2): the timestamp of a
// precertificate of this issuer.
func (s *embeddedSCT) message(issuer *x509.Certificate, precertificate []byte) []byte {
	keyHash := sha256.Sum256(issuer.RawSubjectPublicKeyInfo)
	var b cryptobyte.Builder
	b.AddUint8(0) // v1
	b.AddUint8(0) // certificate_timestamp
	b.AddUint64(s.millis)
	b.AddUint16(1) // precert_entry
	b.AddBytes(keyHash[:])
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(precertificate) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(s.extensions) })
	return b.BytesOrPanic() // what was read with such lengths fits into them
}
