package bundle

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// The packaging as types that an encoder writes.
type (
	descriptorJSON struct {
		MediaType    string            `json:"mediaType"`
		ArtifactType string            `json:"artifactType,omitempty"`
		Digest       string            `json:"digest"`
		Size         int64             `json:"size"`
		Annotations  map[string]string `json:"annotations,omitempty"`
	}
	manifestJSON struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     string            `json:"mediaType"`
		ArtifactType  string            `json:"artifactType"`
		Config        descriptorJSON    `json:"config"`
		Layers        []descriptorJSON  `json:"layers"`
		Subject       *descriptorJSON   `json:"subject,omitempty"`
		Annotations   map[string]string `json:"annotations,omitempty"`
	}
	indexJSON struct {
		SchemaVersion int              `json:"schemaVersion"`
		MediaType     string           `json:"mediaType"`
		Manifests     []descriptorJSON `json:"manifests"`
	}
)

func (d *descriptor) json() descriptorJSON {
	j := descriptorJSON{MediaType: d.mediaType, ArtifactType: d.artifactType, Digest: d.digest.String(), Size: d.size}
	if d.title != "" {
		j.Annotations = map[string]string{annotationTitle: d.title}
	}
	return j
}

func allJSON(list []descriptor) (all []descriptorJSON) {
	for _, d := range list {
		all = append(all, d.json())
	}
	return all
}

func (m *manifest) json() manifestJSON {
	j := manifestJSON{
		SchemaVersion: 2, MediaType: mediaTypeManifest, ArtifactType: m.artifactType,
		Config: m.config.json(), Layers: allJSON(m.layers), Annotations: map[string]string{},
	}
	if m.subject != nil {
		s := m.subject.json()
		j.Subject = &s
	}
	for _, a := range m.annotations {
		j.Annotations[a.key] = a.value
	}
	return j
}

// TestManifestJSON writes any manifest and index as an encoder does, or refuses
// it as well.
func TestManifestJSON(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`), rapid.SampledFrom([]string{`"\/<>&`, "\u2028\x00\x1f\x7f", "\xff", "a\xc3"}))
	digest := rapid.Custom(func(t *rapid.T) evidence.Digest { return evidence.Sum([]byte(text.Draw(t, "digest of"))) })
	any := rapid.Custom(func(t *rapid.T) descriptor {
		return descriptor{text.Draw(t, "type"), text.Draw(t, "artifact"), digest.Draw(t, "digest"), rapid.Int64().Draw(t, "size"), text.Draw(t, "title")}
	})
	rapid.Check(t, func(t *rapid.T) {
		m := manifest{artifactType: text.Draw(t, "type"), config: any.Draw(t, "config"), layers: rapid.SliceOf(any).Draw(t, "layers")}
		if rapid.Bool().Draw(t, "of an image") {
			s := any.Draw(t, "subject")
			m.subject = &s
		}
		for _, key := range []string{annotationContent, annotationPredicate, annotationStatement} {
			if rapid.Bool().Draw(t, key) {
				m.annotations = append(m.annotations, annotation{key, text.Draw(t, "value")})
			}
		}
		var j jsonText
		j.manifest(&m)
		same(t, j, m.json())
		j = jsonText{}
		j.index(m.layers) // which it sorts
		same(t, j, indexJSON{2, mediaTypeIndex, allJSON(m.layers)})
	})
}

func same(t *rapid.T, got jsonText, v any) {
	want, err := strictjson.Marshal(v)
	if (err != nil) != (got.err != nil) || err == nil && string(got.b) != string(want) {
		t.Fatalf("%s, %v\nwant %s, %v", got.b, got.err, want, err)
	}
}
