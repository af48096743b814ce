package controlvectors

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
)

// addRelease makes the release statement.
func (b *builder) addRelease() error {
	v, err := b.vars.expand("release", b.document["release"])
	if err != nil {
		return err
	}
	record := v.(map[string]any)
	signers, err := takeNames(record, "signed-by")
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	var subjects []evidence.ResourceDescriptor
	if v, there := record["subjects"]; there {
		if err := b.decode("release.subjects", v, &subjects); err != nil {
			return err
		}
		delete(record, "subjects")
	}
	if err := b.fillArtifacts(record); err != nil {
		return err
	}
	for _, section := range []string{"sboms", "provenance", "attestations"} {
		if list := b.attached[section]; list != nil {
			put(record, section, list)
		}
	}
	if err := b.bring(record, ""); err != nil {
		return err
	}
	data, err := strictjson.Marshal(record)
	if err != nil {
		return err
	}
	made, err := once(b.maker, "release", "", data, func() (madeRelease, error) { return makeRelease(data) })
	if err == nil && subjects != nil {
		made.payload, err = attest.NewStatement(subjects, evidence.RecordType, jsontext.Value(data))
	}
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	b.record = made.record
	if err := b.addExpected(); err != nil {
		return err
	}
	b.pairs = map[string][]bundle.Pair{}
	if b.release, err = b.state("release", signers, made.payload); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	b.vars["release"] = b.release.ID.Hex()
	return nil
}

// addExpected says which artifacts are at hand: those that the document names,
// else those of the release.
func (b *builder) addExpected() error {
	v, there := b.document["expect"]
	if !there {
		for _, a := range b.record.Artifacts {
			b.expected = append(b.expected, verify.Artifact{Name: a.Name, Digest: a.Digest, Hashed: true})
		}
		return nil
	}
	var list []string
	if err := b.decode("expect", v, &list); err != nil {
		return err
	}
	for _, name := range list {
		blob, ok := b.artifacts[name]
		if !ok {
			return fmt.Errorf("expect: there is no artifact %q", name)
		}
		b.expected = append(b.expected, verify.Artifact{Name: name, Digest: blob.Digest, Hashed: true})
	}
	return nil
}

// madeRelease is a release statement.
type madeRelease struct {
	record  *evidence.Record
	payload []byte
}

func makeRelease(predicate []byte) (m madeRelease, err error) {
	// Readers pass over members that they do not know. Here they are slips.
	if err := strictjson.Unmarshal(predicate, new(evidence.Record), strictjson.RejectUnknown()); err != nil {
		return m, err
	}
	if m.record, err = evidence.DecodeRecord(predicate); err != nil {
		return m, err
	}
	m.payload, err = attest.NewStatement(m.record.Subjects(), evidence.RecordType, jsontext.Value(predicate))
	return m, err
}

// takeNames removes a member that is one name or a list of names.
func takeNames(object map[string]any, name string) (names, error) {
	v := object[name]
	delete(object, name)
	data, err := strictjson.Marshal(v)
	if err != nil {
		return nil, err
	}
	var list names
	if err := json.Unmarshal(data, &list); err != nil || len(list) == 0 {
		return nil, fmt.Errorf("%s: want the name of a key, or a list of them", name)
	}
	return list, nil
}

// fillArtifacts adds digest and size to the artifacts that the record names.
func (b *builder) fillArtifacts(record map[string]any) error {
	list, _ := record["artifacts"].([]any)
	for i, v := range list {
		a, _ := v.(map[string]any)
		name, _ := a["name"].(string)
		if _, there := a["digest"]; a == nil || there {
			continue
		}
		blob, ok := b.artifacts[name]
		if !ok {
			return fmt.Errorf("release.artifacts.%d: there is no artifact %q: add its bytes under artifacts, or its digest here", i, name)
		}
		a["digest"] = sha256Set(blob.Digest.Hex())
		put(a, "size", blob.Size)
	}
	return nil
}

// bring adds the materials that a statement brings along.
func (b *builder) bring(predicate map[string]any, by string) error {
	var list []any
	for _, name := range slices.Sorted(maps.Keys(b.materials)) {
		m := b.materials[name]
		if m.by != by {
			continue
		}
		v, err := jsonOf(m.Material)
		if err != nil {
			return err
		}
		if list = append(list, v); !m.omit {
			b.d.AddBlob(m.blob)
		}
	}
	if list != nil {
		put(predicate, "materials", list)
	}
	return nil
}

// state signs a payload and adds it to the dossier under a name.
func (b *builder) state(name string, signers names, payload []byte) (*bundle.Statement, error) {
	bundles, err := b.signAll(signers, payload)
	if err != nil {
		return nil, err
	}
	var st *bundle.Statement
	for _, raw := range bundles {
		if st, err = b.d.AddSignature(raw); err != nil {
			return nil, err
		}
		b.pairs[name] = append(b.pairs[name], bundle.Pair{Statement: st.ID, Signature: evidence.Sum(raw)})
	}
	b.vars["statement."+name] = st.ID.Hex()
	return st, nil
}
