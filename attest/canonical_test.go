package attest_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
)

// TestCanonical checks that what Sign writes is in the one form that nobody
// without the key can write twice, whatever the key.
func TestCanonical(t *testing.T) {
	for name, private := range toolKeys(t) {
		if strings.Contains(name, "encrypted") || name == "pkcs8 many" {
			continue // the same keys, after a while
		}
		s := signer(t, private)
		for range 4 { // half of all ECDSA signatures are of the other form
			raw, err := attest.Sign(t.Context(), s, payload(t, "{}"))
			if err != nil {
				t.Fatal(err)
			}
			b, err := attest.ParseBundle(raw)
			if err != nil {
				t.Fatal(err)
			}
			key := publicKey(t, s.Public().PEM())
			if got := key.Canonical(&b); !bytes.Equal(got, raw) {
				t.Errorf("%s: Sign wrote\n%s, the canonical form is\n%s", name, raw, got)
			}
		}
	}
}

// TestCanonicalMalleated checks that both values of s have one form, which
// verifies.
func TestCanonicalMalleated(t *testing.T) {
	s := signer(t, openssl(t, nil, words("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256")...))
	raw, err := attest.Sign(t.Context(), s, payload(t, "{}"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := attest.ParseBundle(raw)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(b.Signature, &rs); err != nil {
		t.Fatal(err)
	}
	rs.S.Sub(elliptic.P256().Params().N, rs.S)
	if b.Signature, err = asn1.Marshal(rs); err != nil {
		t.Fatal(err)
	}
	if err := s.Public().Verify(b.SignedBytes(), b.Signature); err != nil {
		t.Fatalf("the other value does not verify: %v", err)
	}
	b.Hint = "other"
	if got := s.Public().Canonical(&b); !bytes.Equal(got, raw) {
		t.Errorf("got %s, want %s", got, raw)
	}
	b.Signature = []byte("no signature")
	if s.Public().Canonical(&b) == nil {
		t.Error("no form for what is no signature")
	}
	b.Timestamps = [][]byte{{1}}
	if s.Public().Canonical(&b) != nil {
		t.Error("a form for what has proofs")
	}
}
