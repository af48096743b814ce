package sigstore_test

import (
	"testing"

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
