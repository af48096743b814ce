package sigstore_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net/url"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestCosignaturesCannotBeLeftOut has bundles without a checkpoint, which
// nobody can have cosigned: it is not for the bundle to decide whether
// witnesses are asked for.
func TestCosignaturesCannotBeLeftOut(t *testing.T) {
	witnesses := sigstore.Config{Witnesses: []sigstore.Witness{witness(t)}, Cosignatures: 1}
	for _, tt := range []struct {
		name, file, root string
		edit             func(b object)
		optional         bool
		code             sigstore.Code
		verdict          sigstore.Verdict
	}{
		{"a promise alone, in 0.1", "message-v01.json", "trusted_root.json", func(b object) { delete(entry(b), "inclusionProof") }, false, sigstore.LogWitness, sigstore.Rejected},
		{"no entry, and none asked for", "timestamp-only.json", "trusted_root.json", nil, true, sigstore.UnprovenOffline, sigstore.Unproven},
		{"no log in the root", "timestamp-only.json", "trusted_root-nolog.json", nil, false, sigstore.UnprovenOffline, sigstore.Unproven},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := witnesses
			c.Roots, c.LogOptional = virtualRoots(t, tt.root), tt.optional
			r := verifier(t, c).Verify(edited(t, tt.file, tt.edit), artifactOf(t, []byte(virtualArtifact)), virtualPolicy(t, "").signers(), virtualAt(t))
			if r.Code != tt.code || r.Verdict != tt.verdict {
				showChecks(t, r)
				t.Errorf("%s %q, want %s %q", r.Verdict, r.Code, tt.verdict, tt.code)
			}
		})
	}
	if _, err := sigstore.New(witnesses); err == nil {
		t.Error("cosignatures are asked for without a trusted root, whose logs could have checkpoints")
	}
}

// TestNothingMatchesNothing asks for what is not in the certificate by what
// could be an empty variable, and by a pattern that the empty text matches.
func TestNothingMatchesNothing(t *testing.T) {
	good := sigstore.Identity{Subject: sigstore.Exactly(virtualIdentity), Issuer: sigstore.Exactly(virtualIssuer)}
	v := verifier(t, sigstore.Config{Roots: virtualRoots(t, "trusted_root.json")})
	for name, ask := range map[string]func(i *sigstore.Identity){
		"empty commit":       func(i *sigstore.Identity) { i.Commit = sigstore.Exactly("") },
		"empty subject":      func(i *sigstore.Identity) { i.Subject = sigstore.Exactly("") },
		"any commit, if any": func(i *sigstore.Identity) { i.Commit = pattern(t, ".*") },
	} {
		t.Run(name, func(t *testing.T) {
			i := good
			ask(&i)
			r := v.Verify(virtual(t, "dsse-v1.json"), artifactOf(t, []byte(virtualArtifact)), sigstore.ByIdentity(i), virtualAt(t))
			if r.Code != sigstore.WrongIdentity {
				t.Errorf("%s %q, want %s", r.Verdict, r.Code, sigstore.WrongIdentity)
			}
		})
	}
}

// instance is a Sigstore instance of one authority and one timestamp authority,
// whose certificates may be anything.
type instance struct {
	vs   *ca.VirtualSigstore
	key  *ecdsa.PrivateKey
	root *x509.Certificate
	json []byte
	from time.Time
}

func newInstance(t testing.TB) *instance {
	t.Helper()
	vs, err := ca.NewVirtualSigstore()
	must(t, err)
	i := &instance{vs: vs, from: time.Now().Add(-time.Hour).Truncate(time.Second)}
	i.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	i.root = i.issue(t, nil, i.key.Public(), func(c *x509.Certificate) {
		asAuthority(c, "root")
	})
	i.json = i.trusted(t, &root.FulcioCertificateAuthority{Root: i.root, ValidityPeriodStart: i.from, ValidityPeriodEnd: i.from.Add(24 * time.Hour)})
	return i
}

// trusted is a trusted root that names authorities.
func (i *instance) trusted(t testing.TB, authorities ...root.CertificateAuthority) []byte {
	t.Helper()
	tr, err := root.NewTrustedRoot(root.TrustedRootMediaType01, authorities, nil, i.vs.TimestampingAuthorities(), nil)
	must(t, err)
	raw, err := tr.MarshalJSON()
	must(t, err)
	return raw
}

func asAuthority(c *x509.Certificate, name string) {
	c.Subject, c.IsCA, c.BasicConstraintsValid, c.KeyUsage = pkix.Name{CommonName: name}, true, true, x509.KeyUsageCertSign
	c.ExtKeyUsage, c.URIs = nil, nil
}

// issue makes a certificate of a signer, with a change.
func (i *instance) issue(t testing.TB, parent *x509.Certificate, key crypto.PublicKey, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: i.from, NotAfter: i.from.Add(12 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		URIs:            []*url.URL{{Scheme: "https", Host: "example.com", Path: "/signer"}},
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 1}, Value: []byte(virtualIssuer)}},
	}
	if change != nil {
		change(c)
	}
	if parent == nil {
		parent = c
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, key, i.key)
	must(t, err)
	c, err = x509.ParseCertificate(raw)
	must(t, err)
	return c
}

// sign is a bundle over the usual artifact, by a certificate with a change.
func (i *instance) sign(t testing.TB, change func(*x509.Certificate)) []byte {
	t.Helper()
	return i.signUnder(t, i.root, change)
}

// signUnder is sign, by a certificate that another one than the root issued.
func (i *instance) signUnder(t testing.TB, issuer *x509.Certificate, change func(*x509.Certificate)) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	digest := sha256.Sum256([]byte(virtualArtifact))
	sig, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	must(t, err)
	stamp, err := i.vs.TimestampResponse(sig)
	must(t, err)
	return encode(t, &protobundle.Bundle{
		MediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
		VerificationMaterial: &protobundle.VerificationMaterial{
			Content:                   &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: i.issue(t, issuer, key.Public(), change).Raw}},
			TimestampVerificationData: stamps(stamp),
		},
		Content: messageOf(digest[:], sig),
	})
}

// TestCertificatesOfOtherKinds has certificates that an authority could issue,
// and that are not those of one signer of code.
func TestCertificatesOfOtherKinds(t *testing.T) {
	i := newInstance(t)
	roots, err := sigstore.ParseRoots(i.json)
	must(t, err)
	v := verifier(t, sigstore.Config{Roots: roots})
	san := func(tags ...byte) func(*x509.Certificate) {
		var list []byte
		for _, tag := range tags {
			value := []byte("https://example.com/signer")
			switch tag {
			case 0xa0: // otherName, as Fulcio writes user names
				value, err = asn1.Marshal(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 7})
				must(t, err)
				value = append(value, 0xa0, 7, 0x0c, 5, 'a', 'l', 'i', 'c', 'e')
			case 0x88: // registeredID
				value = []byte{42, 3}
			}
			list = append(append(list, tag, byte(len(value))), value...)
		}
		return func(c *x509.Certificate) {
			c.URIs = nil
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: append([]byte{0x30, byte(len(list))}, list...)})
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*x509.Certificate)
		code   sigstore.Code
	}{
		{"a signer", nil, ""},
		{"a name of its own form", san(0x86), ""},
		{"a user name beside it", san(0x86, 0xa0), sigstore.WrongIdentity},
		{"two user names", san(0xa0, 0xa0), sigstore.WrongIdentity},
		{"an object beside it", san(0x86, 0x88), sigstore.WrongIdentity},
		{"no purpose", func(c *x509.Certificate) { c.ExtKeyUsage = nil }, sigstore.CertUsage},
		{"any purpose", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }, sigstore.CertUsage},
		{"another purpose", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, sigstore.CertUsage},
		{"not for signatures", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyAgreement }, sigstore.CertUsage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := v.Verify(i.sign(t, tt.change), artifactOf(t, []byte(virtualArtifact)), sigstore.ByAnyoneUnsafe(), time.Now())
			if r.Code != tt.code {
				showChecks(t, r)
				t.Errorf("%s %q, want %q", r.Verdict, r.Code, tt.code)
			}
		})
	}
}

// TestAuthorityIsNotHidden has two authorities with one key, as when a root was
// issued anew: the one that was not trusted at the time does not hide the other.
func TestAuthorityIsNotHidden(t *testing.T) {
	i := newInstance(t)
	past := &root.FulcioCertificateAuthority{Root: i.root, ValidityPeriodStart: i.from.Add(-48 * time.Hour), ValidityPeriodEnd: i.from.Add(-24 * time.Hour)}
	again := i.issue(t, i.root, i.key.Public(), func(c *x509.Certificate) { asAuthority(c, "root"); c.SerialNumber = big.NewInt(2) })
	now := &root.FulcioCertificateAuthority{Root: again, ValidityPeriodStart: i.from, ValidityPeriodEnd: i.from.Add(24 * time.Hour)}
	bundle := i.sign(t, nil)
	for name, authorities := range map[string][]root.CertificateAuthority{"first": {past, now}, "last": {now, past}} {
		t.Run(name, func(t *testing.T) {
			roots, err := sigstore.ParseRoots(i.trusted(t, authorities...))
			must(t, err)
			r := verifier(t, sigstore.Config{Roots: roots}).Verify(bundle, artifactOf(t, []byte(virtualArtifact)), sigstore.ByAnyoneUnsafe(), time.Now())
			if r.Verdict != sigstore.Verified {
				showChecks(t, r)
				t.Errorf("%s %q", r.Verdict, r.Code)
			}
		})
	}
}
