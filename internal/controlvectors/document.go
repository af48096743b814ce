package controlvectors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// names is one name or a list.
type names []string

// UnmarshalJSON implements json.Unmarshaler.
func (n *names) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*n = names{""}
		return json.Unmarshal(data, &(*n)[0])
	}
	return json.Unmarshal(data, (*[]string)(n))
}

// attachment is an SBOM, provenance or another attestation as it is written.
type attachment struct {
	About     []string `json:"about"`
	Tool      string   `json:"tool"`
	RunID     string   `json:"run-id"`
	Location  string   `json:"location"`
	MediaType string   `json:"media-type"`
	// Document is the SBOM. Predicate is what an attestation states, by
	// PredicateType, of Subjects or else of the artifacts in About.
	Document      any    `json:"document"`
	PredicateType string `json:"predicate-type"`
	Predicate     any    `json:"predicate"`
	Subjects      []any  `json:"subjects"`
	// SignedBy are the keys that sign an attestation; none leaves it unsigned.
	SignedBy names `json:"signed-by"`
	// Omit lists it and leaves its bytes out.
	Omit bool `json:"omit"`
}

// namedMaterial is a material of some statement.
type namedMaterial struct {
	evidence.Material
	blob bundle.Blob
	omit bool
	// by is the statement that brings it; "" is the release statement.
	by string
}

// addDocuments makes SBOMs, provenance and attestations.
func (b *builder) addDocuments() error {
	b.materials, b.attached = map[string]namedMaterial{}, map[string][]any{}
	archive, err := b.repo.archive()
	if err != nil {
		return err
	}
	if err := b.addMaterial("objects", evidence.MediaTypeGitObjects, bundle.BytesBlob(archive), "", false); err != nil {
		return err
	}
	for _, section := range []string{"sboms", "provenance", "attestations"} {
		object, err := b.section(section)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			place := section + "." + name
			var a attachment
			if err := b.decode(place, object[name], &a); err != nil {
				return err
			}
			data, mediaType, err := b.payloadOf(section, a)
			if err != nil {
				return fmt.Errorf("%s: %w", place, err)
			}
			if err := b.attach(section, name, cmp.Or(a.MediaType, mediaType), data, a); err != nil {
				return fmt.Errorf("%s: %w", place, err)
			}
		}
	}
	return nil
}

// payloadOf returns the bytes of an attachment and their media type.
func (b *builder) payloadOf(section string, a attachment) ([]byte, string, error) {
	if section == "sboms" || a.Document != nil {
		data, err := bytesOf(a.Document)
		mediaType := evidence.MediaTypeInToto
		if section == "sboms" {
			mediaType = evidence.MediaTypeCycloneDX
		}
		return data, mediaType, err
	}
	statement := map[string]any{
		"_type": attest.StatementType, "predicateType": a.PredicateType, "predicate": a.Predicate, "subject": a.Subjects,
	}
	if a.PredicateType == "" {
		statement["predicateType"] = provenance.TypeV1
	}
	if a.Subjects == nil {
		subjects := []any{}
		for _, name := range a.About {
			digest, err := b.artifactDigest(name)
			if err != nil {
				return nil, "", err
			}
			subjects = append(subjects, map[string]any{"name": name, "digest": sha256Set(digest.Hex())})
		}
		statement["subject"] = subjects
	}
	payload, err := strictjson.Marshal(statement)
	if err != nil || len(a.SignedBy) == 0 {
		return payload, evidence.MediaTypeInToto, err
	}
	raw, err := b.signAll(a.SignedBy, payload)
	if err != nil {
		return nil, "", err
	}
	return bytes.Join(raw, []byte("\n")), evidence.MediaTypeSigstoreBundle, nil
}

// signAll returns a Sigstore bundle for each key.
func (b *builder) signAll(keys names, payload []byte) ([][]byte, error) {
	var list [][]byte
	for _, k := range keys {
		if err := b.declared(k); err != nil {
			return nil, err
		}
		raw, err := b.sign(k, payload)
		if err != nil {
			return nil, err
		}
		list = append(list, raw)
	}
	return list, nil
}

func (b *builder) artifactDigest(name string) (evidence.Digest, error) {
	blob, ok := b.artifacts[name]
	if !ok {
		return evidence.Digest{}, fmt.Errorf("there is no artifact %q", name)
	}
	return blob.Digest, nil
}

// singular is how placeholders call the attached materials.
var singular = map[string]string{"sboms": "sbom", "provenance": "provenance", "attestations": "attestation"}

// suffixes are how the names of attached materials end.
var suffixes = map[string]string{
	evidence.MediaTypeCycloneDX: ".cdx.json", evidence.MediaTypeSPDX: ".spdx.json",
	evidence.MediaTypeSigstoreBundle: ".sigstore.json", evidence.MediaTypeInToto: ".intoto.json",
}

// attach makes a document a material of the release and states what it is about.
func (b *builder) attach(section, name, mediaType string, data []byte, a attachment) error {
	file := section + "/" + name + suffixes[mediaType]
	if err := b.addMaterial(file, mediaType, bundle.BytesBlob(data), "", a.Omit); err != nil {
		return err
	}
	b.vars[singular[section]+"."+name] = b.vars["material."+file]
	entry := map[string]any{"material": sha256Set(b.vars["material."+file])}
	var about []any
	for _, name := range a.About {
		digest, err := b.artifactDigest(name)
		if err != nil {
			return err
		}
		about = append(about, sha256Set(digest.Hex()))
	}
	if about != nil {
		entry["about"] = about
	}
	if a.Tool != "" {
		entry["tool"] = a.Tool
	}
	if a.RunID != "" {
		entry["runId"] = a.RunID
	}
	if a.Location != "" {
		entry["location"] = a.Location
	}
	b.attached[section] = append(b.attached[section], entry)
	return nil
}

func (b *builder) addMaterial(name, mediaType string, blob bundle.Blob, by string, omit bool) error {
	m := evidence.Material{Name: name, MediaType: mediaType, Digest: blob.Digest, Size: blob.Size}
	if err := m.Validate(); err != nil {
		return err
	}
	b.materials[name] = namedMaterial{m, blob, omit, by}
	b.vars["material."+name] = blob.Digest.Hex()
	return nil
}

// material is a material as it is written: a text, a document or an artifact.
type material struct {
	MediaType string `json:"media-type"`
	Text      string `json:"text"`
	Document  any    `json:"document"`
	Artifact  string `json:"artifact"`
	// By is the statement that brings it along; absent is the release statement.
	By   string `json:"by"`
	Omit bool   `json:"omit"`
}

func (b *builder) addMaterials() error {
	object, err := b.section("materials")
	for _, name := range slices.Sorted(maps.Keys(object)) {
		place := "materials." + name
		var m material
		if err := b.decode(place, object[name], &m); err != nil {
			return err
		}
		blob := bundle.BytesBlob([]byte(m.Text))
		switch {
		case m.Document != nil:
			data, err := strictjson.Marshal(m.Document)
			if err != nil {
				return err
			}
			blob = bundle.BytesBlob(data)
		case m.Artifact != "":
			var ok bool
			if blob, ok = b.artifacts[m.Artifact]; !ok {
				return fmt.Errorf("%s: there is no artifact %q", place, m.Artifact)
			}
		}
		if err := b.addMaterial(name, m.MediaType, blob, m.By, m.Omit); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	return err
}
