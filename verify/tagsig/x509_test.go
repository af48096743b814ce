package tagsig_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/release-dossier/dossier/internal/testca"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/tagsig"
	"github.com/release-dossier/dossier/verify/trust"
)

var (
	begun  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	signed = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	judged = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	after  = time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC) // when the company's certificates are over
)

func certificates(t testing.TB, a trust.Anchors) tagsig.X509 {
	t.Helper()
	s, err := sigstore.ForAnchors(a, sigstore.Config{LogOptional: true, TimeOptional: true})
	if err != nil {
		t.Fatal(err)
	}
	return tagsig.X509{Certificates: s}
}

func TestX509(t *testing.T) {
	instance := testca.NewInstance(t, begun)
	company := testca.NewAuthority(t, "Acme", begun, nil)
	issuing := company.Below(t, "issuing", nil)
	ben := issuing.Employee(t, "ben@acme.example", begun, nil)
	anchors := trust.Anchors{Roots: [][]byte{instance.TrustedRoot(t, true)}, Authorities: [][]byte{company.PEM()}}
	holder := testca.Holder{Issuer: "https://login.acme.example", Subject: "ana@acme.example"}
	ana := instance.Keyless(t, holder, signed)
	stranger := testca.NewInstance(t, begun).Keyless(t, holder, signed)
	company1 := testca.GitSignature{Certificate: ben.Certificate, Key: ben.Key, Sent: []*x509.Certificate{issuing.Certificate}, At: signed}
	with := func(g testca.GitSignature, edit func(*testca.GitSignature)) testca.GitSignature { edit(&g); return g }
	stamp := func(t testing.TB, sig []byte) []byte { return instance.Token(t, sig, signed) }
	keyless := "oidc:https://login.acme.example|ana@acme.example"

	for _, tt := range []struct {
		name     string
		by       testca.GitSignature
		at       time.Time
		identity string
		proof    string
		code     string
		unproven bool
	}{
		{name: "gitsign with its log entry", by: ana.Gitsign(true, false), identity: keyless, proof: "logged"},
		{name: "gitsign with a timestamp", by: ana.Gitsign(false, true), identity: keyless, proof: "timestamped"},
		{name: "gitsign with both", by: ana.Gitsign(true, true), identity: keyless, proof: "logged"},
		{name: "gitsign with neither", by: ana.Gitsign(false, false), code: "no-time", unproven: true},
		{name: "gitsign by a stranger", by: stranger.Gitsign(true, true), code: "cert-chain"},
		{name: "entry of another signature", by: with(ana.Gitsign(true, false), func(g *testca.GitSignature) {
			g.Entry = func(t testing.TB, body []byte) []byte { return instance.Entry(t, append(body, ' '), signed) }
		}), code: "log-set"},
		{name: "entry logged later", by: with(ana.Gitsign(true, false), func(g *testca.GitSignature) {
			g.Entry = func(t testing.TB, body []byte) []byte { return instance.Entry(t, body, signed.Add(time.Hour)) }
		}), code: "log-time"},
		{name: "timestamp of another signature", by: with(ana.Gitsign(false, true), func(g *testca.GitSignature) {
			g.Token = func(t testing.TB, _ []byte) []byte { return stamp(t, []byte("another")) }
		}), code: "tsa-mismatch"},
		{name: "a company's certificate", by: company1, identity: company.Identity("email:ben@acme.example"), proof: "signed"},
		{name: "a company's certificate, over", by: company1, at: after, code: "no-time", unproven: true},
		{name: "a company's certificate, over, with a timestamp", by: with(company1, func(g *testca.GitSignature) { g.Token = stamp }), at: after,
			identity: company.Identity("email:ben@acme.example"), proof: "timestamped"},
		{name: "with a certificate that is not needed", by: with(company1, func(g *testca.GitSignature) { g.Sent = append(g.Sent, company.Certificate) }),
			identity: company.Identity("email:ben@acme.example"), proof: "signed"},
		{name: "without the one between", by: with(company1, func(g *testca.GitSignature) { g.Sent = nil }), code: "cert-chain"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := tt.at
			if at.IsZero() {
				at = judged
			}
			sig := tt.by.Sign(t, []byte(text))
			a, err := certificates(t, anchors).VerifyTag([]byte(text), sig, nil, verify.Moments{Stated: signed, AsOf: at})
			var why *verify.ProofError
			switch {
			case tt.code == "" && (err != nil || string(a.Identity) != tt.identity || a.Proof != tt.proof):
				t.Errorf("%+v, %v", a, err)
			case tt.code != "" && (!errors.As(err, &why) || why.Code != tt.code || why.Unproven != tt.unproven):
				t.Errorf("%+v, %v, want %s", a, err, tt.code)
			}
			if _, err := certificates(t, anchors).VerifyTag([]byte(text+" "), sig, nil, verify.Moments{AsOf: at}); !errors.Is(err, tagsig.ErrVerify) {
				t.Errorf("over another text: %v", err)
			}
		})
	}
}

// TestX509Form has signatures that are not in the one form that is read.
func TestX509Form(t *testing.T) {
	instance := testca.NewInstance(t, begun)
	g := instance.Keyless(t, testca.Holder{Issuer: "https://login.acme.example", Subject: "ana@acme.example"}, signed).Gitsign(true, true)
	good := g.Sign(t, []byte(text))
	x := certificates(t, trust.Anchors{Roots: [][]byte{instance.TrustedRoot(t, true)}})
	extra := g
	extra.Extra = true
	block, _ := pem.Decode(good)
	armored := func(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "SIGNED MESSAGE", Bytes: der}) }
	for name, sig := range map[string][]byte{
		"empty":                     nil,
		"text before":               append([]byte("hello\n"), good...),
		"text after":                append(bytes.Clone(good), "hello\n"...),
		"twice":                     append(bytes.Clone(good), good...),
		"cut short":                 armored(block.Bytes[:len(block.Bytes)-1]),
		"a tail":                    armored(append(bytes.Clone(block.Bytes), 0)),
		"an attribute nobody reads": extra.Sign(t, []byte(text)),
		"a header in the armor":     pem.EncodeToMemory(&pem.Block{Type: "SIGNED MESSAGE", Headers: map[string]string{"a": "b"}, Bytes: block.Bytes}),
		"of another kind":           pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: block.Bytes}),
		"too long":                  armored(make([]byte, 1<<20)),
	} {
		var why *verify.ProofError
		if _, err := x.VerifyTag([]byte(text), sig, nil, verify.Moments{AsOf: judged}); err == nil || errors.As(err, &why) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Only the name of the log may be changed: an entry by one that nobody knows
	// proves nothing, and the timestamp remains.
	for i := range block.Bytes {
		der := bytes.Clone(block.Bytes)
		der[i] ^= 1
		if a, err := x.VerifyTag([]byte(text), armored(der), nil, verify.Moments{AsOf: judged}); err == nil && a.Proof != "timestamped" {
			t.Errorf("byte %d changed: %+v", i, a)
		}
	}
}

// TestX509Corpus reads the tags of real repositories, which gitsign signed. One
// has its log entry in it.
func TestX509Corpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("SKIPPED, NOT PASSED: set DOSSIER_CORPUS to the labelled corpus")
	}
	roots, err := os.ReadFile(filepath.Join(root, "roots", "prod.json"))
	if err != nil {
		t.Fatal(err)
	}
	x := certificates(t, trust.Anchors{Roots: [][]byte{roots}})
	logged, unproven := 0, 0
	for _, file := range corpusTags(t, root, "x509") {
		tag, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		i := bytes.Index(tag, []byte("-----BEGIN SIGNED MESSAGE-----"))
		payload, sig := tag[:i], tag[i:]
		at := verify.Moments{Stated: tagger(t, payload), AsOf: tagger(t, payload).AddDate(1, 0, 0)}
		a, err := x.VerifyTag(payload, sig, nil, at)
		var why *verify.ProofError
		switch {
		case err == nil && a.Proof == "logged" && a.Identity.Scheme() == "oidc":
			logged++
		case errors.As(err, &why) && why.Code == "no-time" && why.Unproven:
			unproven++
		default:
			t.Errorf("%s: %+v, %v", file, a, err)
		}
		payload = bytes.Clone(payload)
		payload[len(payload)/2] ^= 1
		if _, err := x.VerifyTag(payload, sig, nil, at); !errors.Is(err, tagsig.ErrVerify) {
			t.Errorf("%s with a byte changed: %v", file, err)
		}
	}
	t.Logf("%d tags have a proven time, %d are authentic without one", logged, unproven)
	if logged == 0 || unproven == 0 {
		t.Error("the corpus has tags of both kinds")
	}
}

// TestX509OpenSSL verifies a tag that git signed through OpenSSL.
func TestX509OpenSSL(t *testing.T) {
	for _, name := range []string{"git", "openssl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("SKIPPED, NOT TESTED: %s is not installed", name)
		}
	}
	dir := t.TempDir()
	company := testca.NewAuthority(t, "Acme", begun, nil)
	issuing := company.Below(t, "issuing", nil)
	ben := issuing.Employee(t, "ben@acme.example", begun, nil)
	write := func(name string, data []byte, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("ben.pem", ben.PEM(), 0o644)
	write("ben.key", ben.KeyPEM(t), 0o600)
	write("issuing.pem", issuing.PEM(), 0o644)
	program := write("sign", []byte(`#!/bin/sh
cd "$(dirname "$0")" &&
openssl cms -sign -binary -md sha256 -outform DER -signer ben.pem -inkey ben.key -certfile issuing.pem -out sig.der &&
echo "[GNUPG:] SIG_CREATED " >&2 &&
echo "-----BEGIN SIGNED MESSAGE-----" && openssl base64 -in sig.der && echo "-----END SIGNED MESSAGE-----"
`), 0o755)
	git := func(args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(context.Background(), "git", append([]string{"-C", dir, "-c", "gpg.format=x509", "-c", "gpg.x509.program=" + program, "-c", "user.signingkey=ben"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
			"GIT_AUTHOR_NAME=Ben", "GIT_AUTHOR_EMAIL=ben@acme.example", "GIT_COMMITTER_NAME=Ben", "GIT_COMMITTER_EMAIL=ben@acme.example")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git %v: %v", args, err)
		}
		return out
	}
	git("init", "-q", ".")
	git("commit", "-q", "--allow-empty", "-m", "c")
	git("tag", "-s", "-m", "release", "v1")
	tag := git("cat-file", "tag", "v1")
	i := bytes.Index(tag, []byte("-----BEGIN SIGNED MESSAGE-----"))
	if i < 0 {
		t.Fatalf("the tag is not signed:\n%s", tag)
	}
	x := certificates(t, trust.Anchors{Authorities: [][]byte{company.PEM()}})
	a, err := x.VerifyTag(tag[:i], tag[i:], nil, verify.Moments{AsOf: judged})
	if err != nil || string(a.Identity) != company.Identity("email:ben@acme.example") {
		t.Errorf("%+v, %v", a, err)
	}
}

func FuzzX509(f *testing.F) {
	instance := testca.NewInstance(f, begun)
	g := instance.Keyless(f, testca.Holder{Issuer: "https://login.acme.example", Subject: "ana@acme.example"}, signed).Gitsign(true, true)
	block, _ := pem.Decode(g.Sign(f, []byte(text)))
	f.Add(block.Bytes)
	x := certificates(f, trust.Anchors{Roots: [][]byte{instance.TrustedRoot(f, true)}})
	f.Fuzz(func(t *testing.T, der []byte) {
		sig := pem.EncodeToMemory(&pem.Block{Type: "SIGNED MESSAGE", Bytes: der})
		if _, err := x.VerifyTag([]byte("another text"), sig, nil, verify.Moments{AsOf: judged}); err == nil {
			t.Error("verifies over another text")
		}
	})
}
