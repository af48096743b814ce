package verify_test

import (
	"context"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// rewrap changes a bundle without the signer's key.
type rewrap func(t testing.TB, raw []byte) []byte

func spaced(_ testing.TB, raw []byte) []byte { return append(slices.Clone(raw), ' ') }

// edited changes the JSON of a bundle.
func edited(change func(b map[string]any)) rewrap {
	return func(t testing.TB, raw []byte) []byte {
		t.Helper()
		var b map[string]any
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatal(err)
		}
		change(b)
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
}

func hint(s string) rewrap {
	return edited(func(b map[string]any) {
		b["verificationMaterial"] = map[string]any{"publicKey": map[string]any{"hint": s}}
	})
}

var (
	otherHint    = hint("the key of somebody else")
	otherVersion = edited(func(b map[string]any) { b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2" })
)

// malleated has the other value of s of an ECDSA signature, written as the
// format writes bundles.
func malleated(t testing.TB, raw []byte) []byte {
	t.Helper()
	b, err := attest.ParseBundle(raw)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(b.Signature, &rs); err != nil {
		t.Fatal(err)
	}
	rs.S.Sub(elliptic.P256().Params().N, rs.S)
	sig, err := asn1.Marshal(rs)
	if err != nil {
		t.Fatal(err)
	}
	return edited(func(b map[string]any) {
		b["dsseEnvelope"].(map[string]any)["signatures"] = []any{map[string]any{"sig": sig}}
	})(t, raw)
}

// rewrapped adds a copy of the signature of the release statement or of the
// approval, which is the newest.
func rewrapped(release bool, again rewrap) func(*testing.T, *cast) *bundle.Dossier {
	return func(t *testing.T, c *cast) *bundle.Dossier {
		d := testrelease.Copy(t, c.approved)
		testrelease.AddRaw(t, d, again(t, testrelease.Bytes(t, signatureOf(t, d, release).Blob())))
		return d
	}
}

// TestRewrappedSignature checks that a signature wrapped anew by somebody
// without its key changes neither state nor heads nor verdict, whether a parent
// pins the original or nobody does, and that one can still build upon the file.
func TestRewrappedSignature(t *testing.T) {
	c := newCast(t)
	again := map[string]rewrap{
		"white space": spaced, "no hint": hint(""), "other hint": otherHint, "other version": otherVersion, "other value of s": malleated,
		"other value of s, and no hint": func(t testing.TB, raw []byte) []byte { return hint("")(t, malleated(t, raw)) },
	}
	for name, change := range again {
		for _, original := range []*bundle.Dossier{c.approved, c.release} {
			newest := original == c.approved
			if !newest && (name == "other value of s" || name == "other value of s, and no hint") {
				continue // the release signer's key has one signature for each message
			}
			d := testrelease.Copy(t, original)
			testrelease.AddRaw(t, d, change(t, testrelease.Bytes(t, signatureOf(t, d, !newest).Blob())))
			r, want := judge(t, d, c.expect(t), c.options(t, "solo")), judge(t, original, c.expect(t), c.options(t, "solo"))
			if *r.State != *want.State || !slices.Equal(r.Heads, want.Heads) || r.Verdict != want.Verdict {
				explain(t, r)
				t.Errorf("%s (newest %v): state %s, heads %v: want %s, %v", name, newest, r.State, r.Heads, want.State, want.Heads)
			}
			if !slices.Contains(codes(r), "signature-duplicate") || len(r.Signers) != len(want.Signers)+1 {
				t.Errorf("%s: the copy is not listed: %v", name, codes(r))
			}
			if err := r.Appendable(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestPinnedCopyCounts checks that what a later statement pins is there to
// stay, also if it is a copy.
func TestPinnedCopyCounts(t *testing.T) {
	c := newCast(t)
	d := testrelease.Copy(t, c.release)
	testrelease.AddRaw(t, d, spaced(t, testrelease.Bytes(t, signatureOf(t, d, true).Blob())))
	d = c.approve(t, d, c.tom, nil) // names both
	r := judge(t, d, c.expect(t), c.options(t, "solo"))
	if r.Verdict != verify.Accepted || slices.Contains(codes(r), "signature-duplicate") || len(r.Heads) != 1 {
		explain(t, r)
		t.Errorf("verdict %s, heads %v", r.Verdict, r.Heads)
	}
	if _, err := d.State(r.Heads); err != nil {
		t.Error(err)
	}
}

// clocks verifies certificates by a table.
type clocks map[string]verify.Authenticated

func (c clocks) VerifySignature(_ context.Context, b *attest.Bundle, _ time.Time) (verify.Authenticated, error) {
	return c[string(b.Chain[0])], nil
}

func (c clocks) VerifyTime(context.Context, *attest.Bundle, attest.PublicKey, time.Time) (verify.Authenticated, error) {
	return verify.Authenticated{}, errors.New("not asked")
}

// TestMoreProofCounts checks that a copy with more proof of time than the
// original is no duplicate of it, and that one with less is.
func TestMoreProofCounts(t *testing.T) {
	c := newCast(t)
	early, late := evidence.At(testrelease.Signed), evidence.At(testrelease.Signed.Add(time.Hour))
	for _, tt := range []struct {
		name        string
		first, copy verify.Authenticated
		duplicates  int
	}{
		{"equal", verify.Authenticated{NotAfter: &early}, verify.Authenticated{NotAfter: &early}, 1},
		{"later", verify.Authenticated{NotAfter: &early}, verify.Authenticated{NotAfter: &late}, 1},
		{"none", verify.Authenticated{NotAfter: &early}, verify.Authenticated{}, 1},
		{"earlier", verify.Authenticated{}, verify.Authenticated{NotAfter: &early}, 1},
		{"either end", verify.Authenticated{NotBefore: &early}, verify.Authenticated{NotAfter: &late}, 0},
		{"inner interval", verify.Authenticated{NotBefore: &early, NotAfter: &late}, verify.Authenticated{NotAfter: &late}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := bundle.New()
			raw := testrelease.Bytes(t, signatureOf(t, c.release, true).Blob())
			for _, b := range c.release.Blobs() {
				d.AddBlob(b)
			}
			proofs := clocks{}
			for i, a := range []verify.Authenticated{tt.first, tt.copy} {
				serial := string(rune('a' + i))
				testrelease.AddRaw(t, d, edited(func(b map[string]any) {
					b["verificationMaterial"] = map[string]any{"certificate": map[string]any{"rawBytes": []byte(serial)}}
				})(t, raw))
				a.Identity, a.Proof = c.Signer.Public().Identity(), "signed"
				proofs[serial] = a
			}
			o := c.options(t, "solo")
			o.Signatures = proofs
			r := judge(t, d, c.expect(t), o)
			n := 0
			for _, s := range r.Signers {
				if s.Code == "signature-duplicate" {
					n++
				}
			}
			if n != tt.duplicates || len(r.Heads) != 2-n {
				explain(t, r)
				t.Errorf("%d duplicates, %d heads: want %d", n, len(r.Heads), tt.duplicates)
			}
		})
	}
}

// TestCopyOffersNoSecondFlag checks that a reader who trusts nobody yet is
// shown one flag for one signer.
func TestCopyOffersNoSecondFlag(t *testing.T) {
	c := newCast(t)
	d := rewrapped(true, spaced)(t, c)
	var b strings.Builder
	if err := report.Text(&b, judge(t, d, verify.Expect{}, verify.Options{AsOf: testrelease.AsOf}), report.Options{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "--signer "); n != 1 {
		t.Errorf("%d flags:\n%s", n, b.String())
	}
	if !strings.Contains(b.String(), "a copy that shows no more") {
		t.Errorf("the copy is not named:\n%s", b.String())
	}
}
