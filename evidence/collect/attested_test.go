package collect_test

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// TestAttestedSBOM gives attestations of which an SBOM, or something else, is
// the predicate.
func TestAttestedSBOM(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Artifacts = o.Artifacts[:1]
	hello, err := bundle.FileBlob(t.Context(), w.hello)
	if err != nil {
		t.Fatal(err)
	}
	statement := func(predicateType, predicate string, about evidence.Digest) string {
		payload, err := attest.NewStatement([]evidence.ResourceDescriptor{{Name: "hello", Digest: about.Set()}}, predicateType, jsontext.Value(predicate))
		if err != nil {
			t.Fatal(err)
		}
		return string(payload)
	}
	const silent = `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}`
	other := evidence.Sum([]byte("other"))
	tests := []struct {
		name, predicateType, predicate string
		about                          evidence.Digest
		materials                      []string
		bound                          bool
	}{
		{"SBOM", "https://cyclonedx.org/bom", silent, hello.Digest, []string{"sbom/hello.cdx.json"}, true},
		{"of a version", "https://cyclonedx.org/bom/v1.6", silent, hello.Digest, []string{"sbom/hello.cdx.json"}, true},
		{"about something else", "https://cyclonedx.org/bom", silent, other, []string{"sbom/a.intoto.cdx.json"}, false},
		{"that says it itself", "https://cyclonedx.org/bom", w.sbomFor(w.hello), other, []string{"sbom/hello.cdx.json"}, true},
		{"no SBOM", "https://cyclonedx.org/bom", `{}`, hello.Digest, nil, false},
		{"another type", "https://cyclonedx.org/bomb", silent, hello.Digest, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := o
			o.Attestations = []string{w.file("a.intoto.json", statement(tt.predicateType, tt.predicate, tt.about))}
			d := w.collect(o)
			want := append([]string{"git/objects"}, tt.materials...)
			if diff := cmp.Diff(append(want, "attestations/a.intoto.json"), materials(d)); diff != "" {
				t.Errorf("materials (-want +got):\n%s", diff)
			}
			if got := len(d.Record.SBOMs) == 1 && len(d.Record.SBOMs[0].About) == 1; got != tt.bound {
				t.Errorf("bound %v: %+v", got, d.Record.SBOMs)
			}
		})
	}
}
