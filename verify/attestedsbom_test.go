package verify_test

import (
	"slices"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// TestAttestedSBOM has an SBOM that does not say what it is about, and an
// attestation of which it is the predicate.
func TestAttestedSBOM(t *testing.T) {
	c := newCast(t)
	const silent = `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}`
	about := func(d evidence.Digest) evidence.ResourceDescriptor {
		return evidence.ResourceDescriptor{Name: "hello", Digest: d.Set()}
	}
	other := evidence.Sum([]byte("something else"))
	elsewhere := `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"file","name":"x","hashes":[{"alg":"SHA-256","content":"` + other.Hex() + `"}]}},"components":[]}`
	tests := []struct {
		name, sbom, predicate string
		signer                *attest.KeySigner
		subject               func(*evidence.Record) evidence.Digest
		want                  string // the code of the check of the SBOM; "" passes
		grade                 verify.Grade
	}{
		{"signed by one who may", silent, silent, c.recorder, ours, "", verify.Proven},
		{"signed by a stranger", silent, silent, c.stranger, ours, "", verify.Claimed},
		{"not signed", silent, silent, nil, ours, "", verify.Claimed},
		{"signed by one who may not", silent, silent, c.Signer, ours, "", verify.Claimed},
		{"about something else", silent, silent, c.recorder, func(*evidence.Record) evidence.Digest { return other }, "sbom-subject-mismatch", verify.Proven},
		{"of another document", silent, `{"bomFormat":"CycloneDX"}`, c.recorder, ours, "sbom-names-nothing", verify.Proven},
		{"SBOM says otherwise", elsewhere, elsewhere, c.recorder, ours, "sbom-subject-mismatch", verify.Proven},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := testrelease.Restate(t, c.release, c.Signer, func(d *bundle.Dossier, r *evidence.Record) {
				payload, err := attest.NewStatement([]evidence.ResourceDescriptor{about(tt.subject(r))}, "https://cyclonedx.org/bom", jsontext.Value(tt.predicate))
				if err != nil {
					t.Fatal(err)
				}
				mediaType := "application/vnd.in-toto+json"
				if tt.signer != nil {
					payload, mediaType = signed(t, tt.signer, payload), evidence.MediaTypeSigstoreBundle
				}
				testrelease.Attach(d, r, &r.Attestations, "attestations/sbom", mediaType, payload)
				r.SBOMs = nil
				testrelease.Attach(d, r, &r.SBOMs, "sbom/attested.cdx.json", evidence.MediaTypeCycloneDX, []byte(tt.sbom))
			})
			r := judge(t, d, c.expect(t), c.options(t, "solo"))
			i := slices.IndexFunc(r.Checks, func(k verify.Check) bool { return k.ID == "linkage/sbom" })
			if k := r.Checks[i]; k.Code != tt.want || tt.want == "" && k.Proof.Grade != tt.grade {
				t.Errorf("got %s %s (%s): %s", k.Outcome, k.Code, k.Proof.Grade, k.Found)
			}
		})
	}
}

// ours is the digest of the release's artifact.
func ours(r *evidence.Record) evidence.Digest { return r.Artifacts[0].Digest }
