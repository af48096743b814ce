package sigstore_test

import (
	"bytes"
	"testing"

	"github.com/release-dossier/dossier/verify/sigstore"
)

func verifier(t testing.TB, c sigstore.Config) *sigstore.Verifier {
	t.Helper()
	v, err := sigstore.New(c)
	must(t, err)
	return v
}

func (p policy) signers() sigstore.Signers {
	if p.key != nil {
		return sigstore.ByKey(p.key)
	}
	return sigstore.ByIdentity(sigstore.Identity{Subject: sigstore.Exactly(p.identity), Issuer: sigstore.Exactly(p.issuer)})
}

func artifactOf(t testing.TB, data []byte) sigstore.Artifact {
	t.Helper()
	a, err := sigstore.ReadArtifact(bytes.NewReader(data))
	must(t, err)
	return a
}

func showChecks(t testing.TB, r *sigstore.Result) {
	t.Helper()
	t.Logf("%s %s", r.Verdict, r.Code)
	for _, k := range r.Checks {
		t.Logf("%-22s %-5s %-16s %s", k.ID, k.Outcome, k.Code, k.Found)
	}
}

func TestVerify(t *testing.T) {
	for _, name := range []string{"dsse-v1.json", "dsse-v2.json", "message-v01.json", "timestamp-only.json", "key.json"} {
		t.Run(name, func(t *testing.T) {
			p := virtualPolicy(t, name)
			v := verifier(t, sigstore.Config{Roots: virtualRoots(t, "trusted_root.json"), LogOptional: !p.log})
			r := v.Verify(virtual(t, name), artifactOf(t, p.artifact), p.signers(), virtualAt(t))
			if r.Verdict != sigstore.Verified {
				showChecks(t, r)
				t.Errorf("verdict %s", r.Verdict)
			}
		})
	}
}
