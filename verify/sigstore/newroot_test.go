package sigstore_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// chainOf makes a root and a certificate by it.
func chainOf(t *testing.T, ca bool, usage x509.ExtKeyUsage) []*x509.Certificate {
	t.Helper()
	newKey := func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	rootKey, leafKey := newKey(), newKey()
	issue := func(name string, ca bool, usages []x509.ExtKeyUsage, key *ecdsa.PrivateKey, parent *x509.Certificate) *x509.Certificate {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: start, NotAfter: start.AddDate(10, 0, 0),
			IsCA: ca, BasicConstraintsValid: true, ExtKeyUsage: usages, KeyUsage: x509.KeyUsageDigitalSignature,
		}
		if ca {
			template.KeyUsage |= x509.KeyUsageCertSign
		}
		if parent == nil {
			parent = template
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), rootKey)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	root := issue("root", true, nil, rootKey, nil)
	return []*x509.Certificate{issue("leaf", ca, []x509.ExtKeyUsage{usage}, leafKey, root), root}
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestNewRoot(t *testing.T) {
	issuer, stamps := chainOf(t, true, x509.ExtKeyUsageCodeSigning), chainOf(t, false, x509.ExtKeyUsageTimeStamping)
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := func() sigstore.Services {
		return sigstore.Services{
			Authorities:          []sigstore.AuthorityService{{URL: "https://fulcio.example", Chain: issuer}},
			TimestampAuthorities: []sigstore.AuthorityService{{URL: "https://tsa.example", Chain: stamps, Start: start.AddDate(0, 1, 0)}},
			Logs: []sigstore.LogService{
				{URL: "https://rekor.example", Key: public, Origin: "rekor.example", Start: start},
				{URL: "https://old.example", Key: key.Public(), Start: start, End: start.AddDate(1, 0, 0)},
			},
			CertificateLogs: []sigstore.LogService{{URL: "https://ct.example", Key: key.Public(), Start: start}},
		}
	}
	data, err := sigstore.NewRoot(good())
	if err != nil {
		t.Fatal(err)
	}
	roots, err := sigstore.ParseRoots(data)
	if err != nil {
		t.Fatal(err)
	}
	c := roots.Contents()[0]
	if len(c.Authorities) != 1 || len(c.TimestampAuthorities) != 1 || len(c.Logs) != 2 || len(c.CertificateLogs) != 1 || !c.Newest().Equal(start.AddDate(0, 1, 0)) {
		t.Errorf("contents %+v", c)
	}
	if a := c.Authorities[0]; !a.Start.Equal(start) || !a.End.IsZero() || len(a.Certificates) != 2 {
		t.Errorf("authority %+v", a)
	}
	again, err := sigstore.NewRoot(good())
	if err != nil || string(again) != string(data) {
		t.Errorf("the same services give other bytes (%v)", err)
	}

	for _, tt := range []struct {
		name   string
		change func(s *sigstore.Services)
		want   string
	}{
		{"nothing", func(s *sigstore.Services) { *s = sigstore.Services{} }, "names nothing"},
		{"no chain", func(s *sigstore.Services) { s.Authorities[0].Chain = nil }, "no certificate"},
		{"root first", func(s *sigstore.Services) { s.Authorities[0].Chain = []*x509.Certificate{issuer[1], issuer[0]} }, "not signed by the one after it"},
		{"no root", func(s *sigstore.Services) { s.Authorities[0].Chain = issuer[:1] }, "not signed by the one after it"},
		{"two chains mixed", func(s *sigstore.Services) { s.Authorities[0].Chain = []*x509.Certificate{issuer[0], stamps[1]} }, "not signed by the one after it"},
		{"a timestamp authority issues", func(s *sigstore.Services) { s.Authorities[0].Chain = stamps }, "is no authority"},
		{"an issuer stamps", func(s *sigstore.Services) { s.TimestampAuthorities[0].Chain = issuer }, "not for timestamps"},
		{"no URL", func(s *sigstore.Services) { s.Logs[0].URL = "rekor.example" }, "not the URL"},
		{"no start", func(s *sigstore.Services) { s.Logs[1].Start = time.Time{} }, "from when on"},
		{"ends first", func(s *sigstore.Services) { s.Logs[1].End = start.AddDate(-1, 0, 0) }, "ends before it starts"},
		{"an authority ends first", func(s *sigstore.Services) { s.Authorities[0].End = start.AddDate(-1, 0, 0) }, "ends before it starts"},
		{"another origin", func(s *sigstore.Services) { s.Logs[0].Origin = "elsewhere.example" }, "not the host of its URL"},
		{"no origin", func(s *sigstore.Services) { s.Logs[0].Origin = "" }, "its origin is missing"},
		{"twice", func(s *sigstore.Services) { s.Logs[0] = s.Logs[1] }, "twice"},
		{"no key", func(s *sigstore.Services) { s.Logs[0].Key = nil }, "key"},
	} {
		s := good()
		tt.change(&s)
		if data, err := sigstore.NewRoot(s); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %d bytes, %v, want %q", tt.name, len(data), err, tt.want)
		}
	}
}
