package sigstore_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/testca"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// Times of the company's certificates and of who looks at them.
var (
	founded = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	hired   = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) // and gone a year later
	signing = time.Date(2026, 11, 19, 14, 0, 0, 0, time.UTC)
	looked  = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	later   = time.Date(2027, 11, 20, 9, 0, 0, 0, time.UTC)
)

const companyPayload = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"hello","digest":{"sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}}],"predicateType":"https://example.com/test/v1","predicate":{"n":1}}`

// company is a root, an authority below it that issues, and what goes with them.
type company struct {
	root, issuing *testca.Authority
	instance      *testca.Instance
}

func newCompany(t testing.TB) *company {
	root := testca.NewAuthority(t, "root", founded, nil)
	return &company{root: root, issuing: root.Below(t, "issuing", nil), instance: testca.NewInstance(t, founded)}
}

func (c *company) sign(t testing.TB, by attest.Signer) []byte {
	t.Helper()
	raw, err := attest.Sign(context.Background(), by, []byte(companyPayload))
	must(t, err)
	return raw
}

// stamped has a timestamp of when it was signed.
func (c *company) stamped(t testing.TB, by attest.Signer) []byte {
	return c.sign(t, c.instance.Stamped(t, by, signing))
}

// chained sends certificates along, as version 0.2 of bundles does.
func chained(t testing.TB, raw []byte, more ...[]byte) []byte {
	t.Helper()
	var b map[string]any
	must(t, json.Unmarshal(raw, &b))
	material := b["verificationMaterial"].(map[string]any)
	list := []any{material["certificate"]}
	for _, der := range more {
		list = append(list, map[string]any{"rawBytes": der})
	}
	delete(material, "certificate")
	material["x509CertificateChain"] = map[string]any{"certificates": list}
	b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2"
	out, err := json.Marshal(b)
	must(t, err)
	return out
}

func TestCompany(t *testing.T) {
	c := newCompany(t)
	ana := c.issuing.Employee(t, "ana@acme.example", hired, nil)
	with := func(edit func(*x509.Certificate)) *testca.Employee {
		return c.issuing.Employee(t, "ana@acme.example", hired, edit)
	}
	below := func(name string, edit func(*x509.Certificate)) *testca.Authority { return c.root.Below(t, name, edit) }
	only := below("mail of beta", func(x *x509.Certificate) { x.PermittedEmailAddresses = []string{"beta.example"} })
	short := below("short", func(x *x509.Certificate) { x.MaxPathLenZero = true })
	deep := short.Below(t, "deep", nil)
	tls := below("web servers", func(x *x509.Certificate) { x.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	stranger := testca.NewAuthority(t, "root", founded, nil)
	authorities := c.root.PEM(c.issuing)
	all := c.root.PEM(c.issuing, only, short, deep, tls)
	roots := c.instance.TrustedRoot(t, false)
	gone := map[*x509.Certificate]time.Time{ana.Certificate: signing.Add(-time.Hour)}
	leaves := map[*x509.Certificate]time.Time{ana.Certificate: signing.Add(time.Hour)}
	week := 7 * 24 * time.Hour

	tests := []struct {
		name        string
		bundle      []byte
		authorities []byte
		crls        [][]byte
		root        []byte
		at          time.Time
		want        sigstore.Code
		verdict     sigstore.Verdict
	}{
		{name: "timestamped", bundle: c.stamped(t, ana), root: roots},
		{name: "timestamped, after expiry", bundle: c.stamped(t, ana), root: roots, at: later},
		{name: "good now, no time asked", bundle: c.sign(t, ana)},
		{name: "chain sent", bundle: chained(t, c.stamped(t, ana), c.issuing.Certificate.Raw), authorities: c.root.PEM(), root: roots},
		{name: "nothing proves when", bundle: c.sign(t, ana), at: later, want: sigstore.NoTime, verdict: sigstore.Unproven},
		{name: "not yet valid", bundle: c.sign(t, ana), at: hired.Add(-time.Hour), want: sigstore.CertTime},
		{name: "signed before it began", bundle: c.sign(t, c.instance.Stamped(t, ana, hired.Add(-time.Hour))), root: roots, want: sigstore.CertTime},
		{name: "signed after it ended", bundle: c.sign(t, c.instance.Stamped(t, ana, later.Add(-time.Hour))), root: roots, at: later, want: sigstore.CertTime},
		{name: "timestamp of another signature", bundle: c.sign(t, c.otherStamp(t, ana)), root: roots, want: sigstore.TSAMismatch},
		{name: "timestamp by a stranger", bundle: c.stamped(t, ana), root: testca.NewInstance(t, founded).TrustedRoot(t, false), want: sigstore.TSAUntrusted},
		{name: "unknown authority", bundle: c.stamped(t, stranger.Employee(t, "ana@acme.example", hired, nil)), root: roots, want: sigstore.CertChain},
		{name: "authority between not given", bundle: c.stamped(t, ana), authorities: c.root.PEM(), root: roots, want: sigstore.CertChain},
		{name: "root sent along", bundle: chained(t, c.stamped(t, ana), c.issuing.Certificate.Raw, stranger.Certificate.Raw), root: roots, want: sigstore.CertChain},
		{name: "for TLS", bundle: c.stamped(t, with(func(x *x509.Certificate) { x.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })), root: roots, want: sigstore.CertUsage},
		{name: "for no stated purpose", bundle: c.stamped(t, with(func(x *x509.Certificate) { x.ExtKeyUsage = nil })), root: roots, want: sigstore.CertUsage},
		{name: "for key agreement", bundle: c.stamped(t, with(func(x *x509.Certificate) { x.KeyUsage = x509.KeyUsageKeyAgreement })), root: roots, want: sigstore.CertUsage},
		{name: "of an authority", bundle: c.stamped(t, with(func(x *x509.Certificate) { x.IsCA, x.BasicConstraintsValid = true, true })), root: roots, want: sigstore.CertUsage},
		{name: "issued below one for TLS", bundle: c.stamped(t, tls.Employee(t, "ana@acme.example", hired, nil)), authorities: all, root: roots, want: sigstore.CertUsage},
		{name: "name not permitted", bundle: c.stamped(t, only.Employee(t, "ana@acme.example", hired, nil)), authorities: all, root: roots, want: sigstore.CertConstraints},
		{name: "name permitted", bundle: c.stamped(t, only.Employee(t, "ana@beta.example", hired, nil)), authorities: all, root: roots, want: sigstore.WrongIdentity},
		{name: "too deep", bundle: c.stamped(t, deep.Employee(t, "ana@acme.example", hired, nil)), authorities: all, root: roots, want: sigstore.CertConstraints},
		{name: "two names", bundle: c.stamped(t, with(func(x *x509.Certificate) { x.EmailAddresses = append(x.EmailAddresses, "ben@acme.example") })), root: roots, want: sigstore.WrongIdentity},
		{name: "no name", bundle: c.stamped(t, with(func(x *x509.Certificate) { x.EmailAddresses = nil })), root: roots, want: sigstore.WrongIdentity},
		{name: "payload changed", bundle: changed(t, c.stamped(t, ana)), root: roots, want: sigstore.BadSignature},

		{name: "not on the list", bundle: c.stamped(t, ana), root: roots, crls: [][]byte{c.issuing.CRL(t, signing, looked.Add(week), nil)}},
		{name: "revoked before", bundle: c.stamped(t, ana), root: roots, crls: [][]byte{c.issuing.CRL(t, looked, looked.Add(week), gone)}, want: sigstore.CertRevoked},
		{name: "revoked after", bundle: c.stamped(t, ana), root: roots, crls: [][]byte{c.issuing.CRL(t, looked, looked.Add(week), leaves)}},
		{name: "revoked after, by an old list too", bundle: c.stamped(t, ana), root: roots, at: later, crls: [][]byte{c.issuing.CRL(t, looked, looked.Add(week), leaves)}},
		{name: "revoked, no time", bundle: c.sign(t, ana), crls: [][]byte{c.issuing.CRL(t, looked, looked.Add(week), leaves)}, want: sigstore.CertRevoked},
		{name: "authority revoked", bundle: c.stamped(t, ana), root: roots, crls: [][]byte{c.root.CRL(t, looked, looked.Add(week), map[*x509.Certificate]time.Time{c.issuing.Certificate: hired})}, want: sigstore.CertRevoked},
		{name: "stale list", bundle: c.sign(t, ana), crls: [][]byte{c.issuing.CRL(t, signing, signing.Add(time.Hour), nil)}, want: sigstore.CRLStale, verdict: sigstore.Unproven},
		{name: "stale list beside the newest", bundle: c.sign(t, ana), crls: [][]byte{c.issuing.CRL(t, signing, looked.Add(time.Hour), nil), c.issuing.CRL(t, hired, signing, nil)}, verdict: sigstore.Verified},
		{name: "revoked by a stale list alone", bundle: c.sign(t, ana), crls: [][]byte{c.issuing.CRL(t, signing, looked.Add(time.Hour), nil), c.issuing.CRL(t, hired, signing, map[*x509.Certificate]time.Time{ana.Certificate: hired})}, want: sigstore.CertRevoked, verdict: sigstore.Rejected},
		{name: "list older than the signature", bundle: c.stamped(t, ana), root: roots, crls: [][]byte{c.issuing.CRL(t, hired, hired.Add(week), nil)}, want: sigstore.CRLStale, verdict: sigstore.Unproven},
		{name: "list signed by somebody else", bundle: c.stamped(t, ana), root: roots, crls: [][]byte{forgedCRL(t, c)}, want: sigstore.CRLInvalid},
		{name: "list of another authority", bundle: c.stamped(t, ana), root: roots, crls: [][]byte{stranger.Below(t, "elsewhere", nil).CRL(t, looked, looked.Add(week), gone)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			given := tt.authorities
			if given == nil {
				given = authorities
			}
			a, err := sigstore.ParseAuthorities(given)
			must(t, err)
			must(t, a.AddCRLs(tt.crls...))
			config := sigstore.Config{Authorities: a, TimeOptional: true}
			if tt.root != nil {
				config.Roots, err = sigstore.ParseRoots(tt.root)
				must(t, err)
			}
			at := tt.at
			if at.IsZero() {
				at = looked
			}
			r := verifier(t, config).Verify(tt.bundle, sigstore.AnyArtifactUnsafe(), sigstore.ByName(sigstore.Exactly("ana@acme.example")), at)
			want := tt.verdict
			switch {
			case tt.want == "":
				want = sigstore.Verified
			case want == "":
				want = sigstore.Rejected
			}
			if r.Verdict != want || r.Code != tt.want {
				showChecks(t, r)
				t.Errorf("%s %s, want %s %s", r.Verdict, r.Code, want, tt.want)
			}
			if r.Verdict == sigstore.Verified && "x509:"+r.Signer.Anchor+"|"+r.Signer.Name != c.root.Identity("email:ana@acme.example") {
				t.Errorf("signer %+v", r.Signer)
			}
		})
	}
}

// otherStamp adds a timestamp of something else.
func (c *company) otherStamp(t testing.TB, by attest.Signer) attest.Signer {
	token := c.instance.Timestamp(t, []byte("something else"), signing)
	return addToken{by, token}
}

type addToken struct {
	attest.Signer
	token []byte
}

func (s addToken) Sign(ctx context.Context, message []byte) (attest.Signed, error) {
	signed, err := s.Signer.Sign(ctx, message)
	signed.Timestamps = append(signed.Timestamps, s.token)
	return signed, err
}

// changed is a bundle whose payload is another one.
func changed(t testing.TB, raw []byte) []byte {
	t.Helper()
	var b map[string]any
	must(t, json.Unmarshal(raw, &b))
	b["dsseEnvelope"].(map[string]any)["payload"] = []byte(strings.Replace(companyPayload, `"n":1`, `"n":2`, 1))
	out, err := json.Marshal(b)
	must(t, err)
	return out
}

// forgedCRL has the name of the issuing authority and is signed by another key.
func forgedCRL(t testing.TB, c *company) []byte {
	other := c.root.Below(t, "issuing", nil)
	return other.CRL(t, signing, looked.Add(time.Hour), nil)
}

// TestCompanyIsNotSigstore checks that a company's authority cannot vouch for an
// OpenID Connect subject, and that a trusted root's cannot for a company's name.
func TestCompanyIsNotSigstore(t *testing.T) {
	c := newCompany(t)
	a, err := sigstore.ParseAuthorities(c.root.PEM(c.issuing))
	must(t, err)
	roots, err := sigstore.ParseRoots(c.instance.TrustedRoot(t, true))
	must(t, err)
	v := verifier(t, sigstore.Config{Authorities: a, Roots: roots})
	holder := testca.Holder{Issuer: "https://login.acme.example", Subject: "ana@acme.example"}
	raw := c.sign(t, c.instance.Keyless(t, holder, signing))
	by := sigstore.ByName(sigstore.Exactly("ana@acme.example"))
	if r := v.Verify(raw, sigstore.AnyArtifactUnsafe(), by, looked); r.Code != sigstore.WrongIdentity {
		t.Errorf("a keyless signature by the company's name: %s %s", r.Verdict, r.Code)
	}
	both := by.And(sigstore.ByIdentity(sigstore.Identity{Subject: sigstore.Exactly(holder.Subject), Issuer: sigstore.Exactly(holder.Issuer)}))
	if r := v.Verify(raw, sigstore.AnyArtifactUnsafe(), both, looked); r.Verdict != sigstore.Verified {
		showChecks(t, r)
		t.Error("a keyless signature is not verified beside a company's authorities")
	}
	spoof := testca.NewInstance(t, founded)
	raw = c.sign(t, spoof.Keyless(t, holder, signing))
	if r := v.Verify(raw, sigstore.AnyArtifactUnsafe(), both, looked); r.Code != sigstore.CertChain {
		t.Errorf("a keyless signature by another instance: %s %s", r.Verdict, r.Code)
	}
}

// TestAnchorIsOne checks which anchor a certificate has if several stand above it.
func TestAnchorIsOne(t *testing.T) {
	c := newCompany(t)
	raw := c.sign(t, c.issuing.Employee(t, "ana@acme.example", hired, nil))
	anchors := map[string]bool{}
	for _, files := range [][][]byte{{c.root.PEM(), c.issuing.PEM()}, {c.issuing.PEM(), c.root.PEM()}, {c.issuing.PEM()}} {
		a, err := sigstore.ParseAuthorities(files...)
		must(t, err)
		r := verifier(t, sigstore.Config{Authorities: a, TimeOptional: true}).Verify(raw, sigstore.AnyArtifactUnsafe(), sigstore.ByAnyoneUnsafe(), looked)
		anchors[r.Signer.Anchor] = true
	}
	if len(anchors) != 1 {
		t.Errorf("one certificate has the identities of %v", anchors)
	}
}

func TestParseAuthorities(t *testing.T) {
	c := newCompany(t)
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	must(t, err)
	small := c.root.Issue(t, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, NotBefore: founded, NotAfter: later}, weak.Public())
	for name, data := range map[string][]byte{
		"empty":           nil,
		"not PEM":         []byte("hello"),
		"a key":           []byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
		"text after":      append(c.root.PEM(), "hello"...),
		"of a signer":     c.issuing.Employee(t, "ana@acme.example", hired, nil).PEM(),
		"a weak key":      pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: small.Raw}),
		"cut short":       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.root.Certificate.Raw[:100]}),
		"1,000 at once":   bytes.Repeat(c.root.PEM(), 1000),
		"more than a MiB": bytes.Repeat([]byte(" "), sigstore.MaxCertificates+1),
	} {
		if _, err := sigstore.ParseAuthorities(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	a, err := sigstore.ParseAuthorities(c.root.PEM())
	must(t, err)
	for name, data := range map[string][]byte{
		"empty":        nil,
		"not a list":   []byte("hello"),
		"certificates": c.root.PEM(),
		"text after":   append(c.root.CRL(t, founded, later, nil), "hello"...),
		"too many":     bytes.Repeat(c.root.CRL(t, founded, later, nil), 65),
	} {
		if err := a.AddCRLs(data); err == nil {
			t.Errorf("revocation lists: %s: no error", name)
		}
	}
}

// TestManyCertificates: a bundle with 1,000 certificates, and one with a key that
// takes long to use, are refused at once.
func TestManyCertificates(t *testing.T) {
	c := newCompany(t)
	a, err := sigstore.ParseAuthorities(c.root.PEM(c.issuing))
	must(t, err)
	v := verifier(t, sigstore.Config{Authorities: a, TimeOptional: true})
	ana := c.issuing.Employee(t, "ana@acme.example", hired, nil)
	var many [][]byte
	for i := range 1000 {
		many = append(many, fmt.Appendf(bytes.Clone(c.issuing.Certificate.Raw), "%d", i))
	}
	r := v.Verify(chained(t, c.sign(t, ana), many...), sigstore.AnyArtifactUnsafe(), sigstore.ByAnyoneUnsafe(), looked)
	if r.Code != sigstore.BundleMalformed {
		t.Errorf("1,000 certificates: %s %s", r.Verdict, r.Code)
	}
	r = v.Verify(chained(t, c.sign(t, ana), many[0]), sigstore.AnyArtifactUnsafe(), sigstore.ByAnyoneUnsafe(), looked)
	if r.Code != sigstore.CertMalformed {
		t.Errorf("a certificate with a tail: %s %s", r.Verdict, r.Code)
	}
}

func FuzzCRL(f *testing.F) {
	c := newCompany(f)
	block, _ := pem.Decode(c.issuing.CRL(f, signing, later, map[*x509.Certificate]time.Time{c.root.Certificate: hired}))
	f.Add(block.Bytes)
	a, err := sigstore.ParseAuthorities(c.root.PEM(c.issuing))
	must(f, err)
	raw := c.sign(f, c.issuing.Employee(f, "ana@acme.example", hired, nil))
	f.Fuzz(func(t *testing.T, der []byte) {
		list := *a
		if list.AddCRLs(der) != nil || bytes.Equal(der, block.Bytes) {
			return
		}
		v := verifier(t, sigstore.Config{Authorities: &list, TimeOptional: true})
		v.Verify(raw, sigstore.AnyArtifactUnsafe(), sigstore.ByAnyoneUnsafe(), looked)
	})
}
