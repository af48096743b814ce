package sigstore_test

import (
	"testing"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// FuzzVerify looks for a bundle that we accept and the library does not, for a
// refusal without a reason, and for a panic.
func FuzzVerify(f *testing.F) {
	rootJSON := virtual(f, "trusted_root.json")
	roots, err := sigstore.ParseRoots(rootJSON)
	must(f, err)
	for _, name := range []string{"dsse-v1.json", "dsse-v2.json", "message-v01.json", "timestamp-only.json", "no-proof.json", "key.json"} {
		f.Add(virtual(f, name))
	}
	f.Add([]byte("{}"))
	v := verifier(f, sigstore.Config{Roots: roots})
	p := virtualPolicy(f, "")
	artifact, now := artifactOf(f, p.artifact), virtualAt(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := v.Verify(raw, artifact, p.signers(), now)
		if r.Verdict != sigstore.Verified {
			if sigstore.Explain(r.Code).Meaning == "" {
				t.Errorf("%s without a reason", r.Verdict)
			}
			return
		}
		if err := libraryVerify(t, raw, rootJSON, p); err != nil {
			t.Errorf("accepted, and the library refuses: %v", err)
		}
	})
}

// FuzzRoots looks for a panic.
func FuzzRoots(f *testing.F) {
	f.Add(virtual(f, "trusted_root.json"))
	f.Add(virtual(f, "trusted_root-ct.json"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := sigstore.ParseRoots(data); err == nil && r.Len() == 0 {
			t.Error("no root and no error")
		}
	})
}
