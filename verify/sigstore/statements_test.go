package sigstore_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestStatements verifies what package attest has read of a bundle, as verify
// does with the statements of a dossier.
func TestStatements(t *testing.T) {
	statements := func(root string) verify.SignatureVerifier {
		return sigstore.Statements{Verifier: verifier(t, sigstore.Config{Roots: virtualRoots(t, root)}), AsOf: virtualAt(t)}
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
			a, err := statements(tt.root).VerifySignature(context.Background(), &b, nil)
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
