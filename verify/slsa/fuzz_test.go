package slsa_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/slsa"
)

// FuzzVerify gives documents of any form to a verifier whom nobody has signed
// anything for.
func FuzzVerify(f *testing.F) {
	f.Add([]byte(`{"provenance_summary":{"provenance":[{"build":{},"envelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"","sig":""}]},"kind":"BUILD"}]}}`))
	f.Add([]byte(`{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AA==","cert":"-----BEGIN CERTIFICATE-----"}]}`))
	f.Add([]byte(`{"attestations":[{"bundle":{}}]}`))
	if dir := os.Getenv("DOSSIER_CORPUS"); dir != "" {
		for _, name := range []string{"gha_generic/v1.4.0/binary-linux-amd64-push-v14.intoto.jsonl", "npm/gha/supreme-googles-cli-v02-tag.tgz.json"} {
			raw, err := os.ReadFile(filepath.Join(dir, "provenance", name))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
	_, key := signer(f)
	v, err := slsa.New(slsa.Config{Keys: key})
	if err != nil {
		f.Fatal(err)
	}
	a := sigstore.ArtifactOf([32]byte{1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := v.Verify(raw, a, slsa.Expect{Expect: provenance.Expect{Repository: "https://github.com/org/repo"}}, at)
		if r.Verdict != sigstore.Rejected || r.Code == "" {
			t.Errorf("%s %q", r.Verdict, r.Code)
		}
	})
}

func FuzzNPMKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"keyId":"SHA256:a","keyUsage":"npm:attestations","publicKey":{"rawBytes":"AA==","validFor":{"start":"2022-12-01T00:00:00.000Z"}}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if keys, err := slsa.ParseNPMKeys(raw); err == nil && len(keys) == 0 {
			t.Error("no keys and no error")
		}
	})
}
