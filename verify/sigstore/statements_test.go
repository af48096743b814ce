package sigstore_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/testca"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/trust"
)

// TestStatements verifies what package attest has read of a bundle, as verify
// does with the statements of a dossier.
func TestStatements(t *testing.T) {
	statements := func(root string) verify.SignatureVerifier {
		return sigstore.Statements{Verifier: verifier(t, sigstore.Config{Roots: virtualRoots(t, root)})}
	}
	for _, tt := range []struct {
		file, root string
		edit       func(*attest.Bundle)
		proof      string
		code       sigstore.Code
	}{
		{file: "dsse-v1.json", root: "trusted_root.json", proof: "logged"},
		{file: "dsse-v2.json", root: "trusted_root.json", proof: "logged"},
		{file: "timestamp-only.json", root: "trusted_root-nolog.json", proof: "timestamped"},
		{file: "timestamp-only.json", root: "trusted_root.json", code: sigstore.UnprovenOffline},
		{file: "no-proof.json", root: "trusted_root-nolog.json", code: sigstore.NoTime},
		{file: "dsse-v1.json", root: "trusted_root-other.json", code: sigstore.CertChain},
		{file: "dsse-v1.json", root: "trusted_root.json", code: sigstore.BadSignature,
			edit: func(b *attest.Bundle) { b.Payload = append(slices.Clone(b.Payload), ' ') }},
		{file: "dsse-v1.json", root: "trusted_root.json", code: sigstore.BundleMalformed,
			edit: func(b *attest.Bundle) { b.LogEntries[0] = []byte(`{"x":1}`) }},
		{file: "dsse-v1.json", root: "trusted_root.json", code: sigstore.KeyMissing,
			edit: func(b *attest.Bundle) { b.Chain = nil }},
	} {
		t.Run(tt.file+" "+or(string(tt.code), tt.proof), func(t *testing.T) {
			b, err := attest.ParseBundle(virtual(t, tt.file))
			must(t, err)
			if tt.edit != nil {
				tt.edit(&b)
			}
			a, err := statements(tt.root).VerifySignature(context.Background(), &b, virtualAt(t))
			if tt.code != "" {
				if err == nil || !strings.HasPrefix(err.Error(), string(tt.code)+": ") {
					t.Errorf("error %v, want %s", err, tt.code)
				}
				return
			}
			must(t, err)
			if a.Identity != "oidc:"+virtualIssuer+"|"+virtualIdentity || a.Proof != tt.proof {
				t.Errorf("identity %s, proof %s", a.Identity, a.Proof)
			}
			if a.NotBefore == nil || a.NotAfter == nil || a.NotAfter.Before(a.NotBefore.Time) {
				t.Errorf("signed from %v to %v", a.NotBefore, a.NotAfter)
			}
		})
	}
}

// TestVerifyTime bounds when a bare key signed, by all trusted roots (rules of
// format, R3).
func TestVerifyTime(t *testing.T) {
	one, two := testca.NewInstance(t, founded), testca.NewInstance(t, founded)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	key, err := attest.NewKeySigner(private)
	must(t, err)
	signed := func(by attest.Signer) []byte {
		raw, err := attest.Sign(context.Background(), by, []byte(companyPayload))
		must(t, err)
		return raw
	}
	other := addToken{key, one.Timestamp(t, []byte("something else"), signing)}
	early, late := signing, signing.Add(time.Hour)
	for _, tt := range []struct {
		name     string
		raw      []byte
		roots    [][]byte
		proof    string
		notAfter time.Time
		code     sigstore.Code
		unproven bool
	}{
		{name: "timestamp", raw: signed(one.Stamped(t, key, early)), roots: [][]byte{one.TrustedRoot(t, false)}, proof: "timestamped", notAfter: early},
		{name: "no log entry is needed", raw: signed(one.Stamped(t, key, early)), roots: [][]byte{one.TrustedRoot(t, true)}, proof: "timestamped", notAfter: early},
		{name: "log entry", raw: signed(one.Logged(t, key, early)), roots: [][]byte{one.TrustedRoot(t, true)}, proof: "logged", notAfter: early},
		{name: "earliest of two, in either order", raw: signed(one.Stamped(t, two.Stamped(t, key, late), early)), roots: [][]byte{two.TrustedRoot(t, false), one.TrustedRoot(t, false)}, proof: "timestamped", notAfter: early},
		{name: "one of two is by a stranger", raw: signed(one.Stamped(t, two.Stamped(t, key, early), late)), roots: [][]byte{one.TrustedRoot(t, false)}, proof: "timestamped", notAfter: late},
		{name: "by a stranger", raw: signed(two.Stamped(t, key, early)), roots: [][]byte{one.TrustedRoot(t, false)}, code: sigstore.TSAUntrusted, unproven: true},
		{name: "log of a stranger", raw: signed(two.Logged(t, key, early)), roots: [][]byte{one.TrustedRoot(t, true)}, code: sigstore.NoTime, unproven: true},
		{name: "no root", raw: signed(one.Stamped(t, key, early)), code: sigstore.NoTime, unproven: true},
		{name: "of another signature", raw: signed(other), roots: [][]byte{one.TrustedRoot(t, false)}, code: sigstore.TSAMismatch},
		{name: "of another signature, beside a good one", raw: signed(one.Stamped(t, other, early)), roots: [][]byte{one.TrustedRoot(t, false), two.TrustedRoot(t, false)}, code: sigstore.TSAMismatch},
		{name: "in the future", raw: signed(one.Stamped(t, key, later)), roots: [][]byte{one.TrustedRoot(t, false)}, code: sigstore.TSATime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := sigstore.ForAnchors(trust.Anchors{Roots: tt.roots}, sigstore.Config{LogOptional: true, TimeOptional: true})
			must(t, err)
			b, err := attest.ParseBundle(tt.raw)
			must(t, err)
			a, err := s.VerifyTime(context.Background(), &b, key.Public(), looked)
			if tt.code != "" {
				var why *verify.ProofError
				if !errors.As(err, &why) || why.Code != string(tt.code) || why.Unproven != tt.unproven || why.Detail == "" {
					t.Errorf("error %+v, want %s, unproven %v", err, tt.code, tt.unproven)
				}
				return
			}
			must(t, err)
			if a.Proof != tt.proof || a.NotAfter == nil || !a.NotAfter.Equal(tt.notAfter) || a.NotBefore != nil {
				t.Errorf("%+v, want %s by %s", a, tt.proof, tt.notAfter)
			}
		})
	}
}

// TestAnchorErrors: a mistake in a file is named before anything is verified.
func TestAnchorErrors(t *testing.T) {
	c := newCompany(t)
	noStart := regexp.MustCompile(`"validFor": ?\{"start":[^}]*\}`).ReplaceAll(c.instance.TrustedRoot(t, true), []byte(`"validFor":{}`))
	for name, a := range map[string]trust.Anchors{
		"a root without a start":       {Roots: [][]byte{noStart}},
		"a root that is none":          {Roots: [][]byte{[]byte("{}x")}},
		"a certificate of nobody":      {Authorities: [][]byte{[]byte("x")}},
		"a list without its authority": {CRLs: [][]byte{c.root.CRL(t, founded, later, nil)}},
		"a list that is none":          {Authorities: [][]byte{c.root.PEM()}, CRLs: [][]byte{[]byte("x")}},
	} {
		if _, err := sigstore.ForAnchors(a, sigstore.Config{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
