package verify_test

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// A release statement that cannot be read is the first failure, as the cause: what
// it lists then belongs to nothing, and no release statement is there.
func TestUnreadableRelease(t *testing.T) {
	c := newCast(t)
	raw := testrelease.Bytes(t, signatureOf(t, c.release, true).Blob())
	for name, tc := range map[string]struct{ old, now, says string }{
		"payload":      {`"payload":"`, `"payload":"%`, "base64"},
		"payload type": {"application/vnd.in-toto+json", "application/json", `the payload type is "application/json"`},
		"signatures":   {`"signatures":[`, `"signatures":[{"sig":"AAAA"},`, "2 signatures, exactly one is allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := bytes.Replace(raw, []byte(tc.old), []byte(tc.now), 1)
			r, err := verify.Bundle(t.Context(), file(t, c.release, func([]byte) []byte { return unsigned(t, c.release, broken) }), c.expect(t), c.options(t, policy.Minimal))
			if err != nil {
				t.Fatal(err)
			}
			var failed []verify.Check
			for _, k := range r.Checks {
				if k.Outcome == verify.Fail {
					failed = append(failed, k)
				}
			}
			if r.Verdict != verify.NotGenuine || len(failed) < 3 {
				t.Fatalf("verdict %s, failed: %+v", r.Verdict, failed)
			}
			first, last := failed[0], failed[len(failed)-1]
			if entry := bundle.BlobName(evidence.Sum(broken)); !strings.Contains(first.Found, entry) || !strings.Contains(first.Found, tc.says) {
				t.Errorf("the first failure is %q, want one of %s that says %q", first.Found, entry, tc.says)
			}
			if last.Code != "release-missing" || last.FollowsFrom != first.ID {
				t.Errorf("%s (%s) follows from %q, want release-missing from %s", last.ID, last.Code, last.FollowsFrom, first.ID)
			}
			for _, reason := range r.Reasons {
				if reason.Code == "signer-not-trusted" {
					t.Errorf("a reason is that nobody trusted signed a statement that is not there: %q", reason.Text)
				}
			}
		})
	}
}

// unsigned is a file of the blobs of d and one more, without any signature.
func unsigned(t *testing.T, d *bundle.Dossier, more []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	add := func(name string, data []byte) {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(data)), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	add("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	add(bundle.BlobName(evidence.Sum(more)), more)
	for _, b := range d.Blobs() {
		add(bundle.BlobName(b.Digest), testrelease.Bytes(t, b))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
