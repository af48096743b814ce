package sigstore_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestCertificatesInTimestamps has timestamps with certificates that would each
// be tried as the signer's and in each place of its chain.
func TestCertificatesInTimestamps(t *testing.T) {
	i := newInstance(t)
	certificates := func(n int, serial func(n int) int64) []byte {
		var all []byte
		for k := range n {
			c := i.issue(t, i.root, i.key.Public(), func(c *x509.Certificate) { c.SerialNumber = big.NewInt(serial(k)) })
			all = append(all, c.Raw...)
		}
		return all
	}
	huge := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 200000, 1), E: 1<<31 - 1}
	v := verifier(t, sigstore.Config{Roots: virtualRoots(t, "trusted_root.json")})
	for _, tt := range []struct {
		name string
		sent []byte
		text string
	}{
		{"many", certificates(100, func(n int) int64 { return int64(n + 1) }), "at most 8"},
		{"two with one name", certificates(2, func(int) int64 { return 1 }), "twice"},
		{"one with a huge key", i.issue(t, i.root, huge, nil).Raw, "an RSA key of 200001 bits"},
		{"two", certificates(2, func(n int) int64 { return int64(n + 1) }), "not of the authority"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := edited(t, "dsse-v1.json", func(b object) {
				bytesAt(token(b), "signedTimestamp", func(der []byte) []byte { return withCertificates(t, der, tt.sent) })
			})
			r := v.Verify(raw, artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "").signers(), virtualAt(t))
			if !slices.ContainsFunc(r.Checks, func(c sigstore.Check) bool {
				return c.ID == "timestamp/0" && c.Outcome == sigstore.Fail && strings.Contains(c.Found, tt.text)
			}) {
				showChecks(t, r)
				t.Errorf("%s %q, want %q", r.Verdict, r.Code, tt.text)
			}
		})
	}
}

// withCertificates puts certificates into a timestamp, instead of its own.
func withCertificates(t testing.TB, raw, sent []byte) []byte {
	t.Helper()
	var response struct {
		Status asn1.RawValue
		CMS    struct {
			Kind   asn1.ObjectIdentifier
			Signed struct {
				Version      int
				Digests      asn1.RawValue
				Content      asn1.RawValue
				Certificates asn1.RawValue `asn1:"optional,tag:0"`
				Signers      asn1.RawValue
			} `asn1:"explicit,tag:0"`
		}
	}
	_, err := asn1.Unmarshal(raw, &response)
	must(t, err)
	s := response.CMS.Signed
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, f func(b *cryptobyte.Builder)) { b.AddASN1(cbasn1.SEQUENCE, f) }
	context := cbasn1.Tag(0).ContextSpecific().Constructed()
	sequence(&b, func(b *cryptobyte.Builder) {
		b.AddBytes(response.Status.FullBytes)
		sequence(b, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(response.CMS.Kind)
			b.AddASN1(context, func(b *cryptobyte.Builder) {
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1Int64(int64(s.Version))
					b.AddBytes(s.Digests.FullBytes)
					b.AddBytes(s.Content.FullBytes)
					b.AddASN1(context, func(b *cryptobyte.Builder) { b.AddBytes(sent) })
					b.AddBytes(s.Signers.FullBytes)
				})
			})
		})
	})
	out, err := b.Bytes()
	must(t, err)
	return out
}
