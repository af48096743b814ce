package controlvectors

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// statement is an own statement as it is written.
type statement struct {
	Kind     string         `json:"kind"`
	SignedBy names          `json:"signed-by"`
	Record   map[string]any `json:"record"`
	// About are the artifacts among its subjects; absent are those that the
	// record names, and all if its kind names none.
	About *[]string `json:"about"`
	// After are the statements that its signer saw, by name; absent is all that
	// was stated before.
	After []string `json:"after"`
	// Imported says that it stands by its scope and was signed before the
	// release.
	Imported bool `json:"imported"`
}

// read reads one statement and completes its record by what every kind has.
func (b *builder) read(i item) (statement, evidence.KindInfo, error) {
	place := "statements." + i.key
	var s statement
	if err := b.decode(place, i.value, &s); err != nil {
		return s, evidence.KindInfo{}, err
	}
	kind, ok := evidence.LookupKind(s.Kind)
	if !ok {
		return s, kind, fmt.Errorf("%s.kind: there is no kind %q", place, s.Kind)
	}
	if len(s.SignedBy) == 0 {
		return s, kind, fmt.Errorf("%s.signed-by: want the name of a key, or a list of them", place)
	}
	if s.Record == nil {
		s.Record = map[string]any{}
	}
	put(s.Record, "id", i.name)
	return s, kind, nil
}

// imported reports whether a statement is signed before the release.
func imported(i item) bool {
	object, _ := i.value.(map[string]any)
	return object["imported"] == true
}

// addImported makes the records that were signed before the release and came
// along as its materials.
func (b *builder) addImported() error {
	list, err := b.ordered("statements")
	if err != nil {
		return err
	}
	for _, i := range list {
		if !imported(i) {
			continue
		}
		s, kind, err := b.read(i)
		if err != nil {
			return err
		}
		place := "statements." + i.key + ".record"
		p, data, err := b.predicate(kind, s.Record)
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		if p.Head().Scope == nil {
			return fmt.Errorf("%s: a record that was signed before the release stands by its scope", place)
		}
		subjects, err := p.Head().Scope.Subjects()
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		payload, err := attest.NewStatement(subjects, kind.Type, jsontext.Value(data))
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		raws, err := b.signAll(s.SignedBy, payload)
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		for n, raw := range raws {
			name := i.name
			if n > 0 {
				name = fmt.Sprintf("%s-%d", i.name, n+1)
			}
			if err := b.attach("attestations", name, evidence.MediaTypeSigstoreBundle, raw, attachment{}); err != nil {
				return fmt.Errorf("%s: %w", place, err)
			}
		}
		b.vars["statement."+i.name] = evidence.Sum(payload).Hex()
	}
	return nil
}

// predicate reads a record as whoever verifies it does, so that a slip of the
// pen is found here.
func (b *builder) predicate(kind evidence.KindInfo, record map[string]any) (evidence.Predicate, []byte, error) {
	data, err := strictjson.Marshal(record)
	if err != nil {
		return nil, nil, err
	}
	p, err := once(b.maker, "predicate", kind.Type, data, func() (evidence.Predicate, error) {
		// Readers pass over members that they do not know. Here they are slips.
		if err := strictjson.Unmarshal(data, kind.New(), strictjson.RejectUnknown()); err != nil {
			return nil, err
		}
		return evidence.DecodeKind(kind.Type, data)
	})
	return p, data, err
}

// addStatements makes what was stated after the release, in order.
func (b *builder) addStatements() error {
	list, err := b.ordered("statements")
	if err != nil {
		return err
	}
	for _, i := range list {
		if imported(i) {
			continue
		}
		if err := b.addStatement(i); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) addStatement(i item) error {
	s, kind, err := b.read(i)
	if err != nil {
		return err
	}
	place := "statements." + i.key
	if _, twice := b.pairs[i.name]; twice {
		return fmt.Errorf("%s: a second statement of this name", place)
	}
	parents, err := b.parents(s.After)
	if err != nil {
		return fmt.Errorf("%s.after: %w", place, err)
	}
	put(s.Record, "release", map[string]any{"digest": sha256Set(b.release.ID.Hex())})
	v, err := jsonOf(parents)
	if err != nil {
		return err
	}
	put(s.Record, "parents", v)
	if err := b.bring(s.Record, i.name); err != nil {
		return err
	}
	if kind.Name == "seal" {
		if err := b.fillSeal(s.Record, parents); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	p, data, err := b.predicate(kind, s.Record)
	if err != nil {
		return fmt.Errorf("%s.record: %w", place, err)
	}
	about, err := b.about(s, p)
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	subjects := evidence.OwnSubjects(b.release.ID, about)
	payload, err := once(b.maker, "payload", fmt.Sprint(kind.Type, subjects), data, func() ([]byte, error) {
		return attest.NewStatement(subjects, kind.Type, jsontext.Value(data))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	st, err := b.state(i.name, s.SignedBy, payload)
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	if kind.Name == "seal" {
		b.seals = append(b.seals, st.ID)
	}
	return nil
}

// parents are what the signer of a statement saw.
func (b *builder) parents(after []string) ([]bundle.Pair, error) {
	if after == nil {
		return b.d.Heads(func(bundle.Pair) bool { return true }), nil
	}
	var list []bundle.Pair
	for _, name := range after {
		pairs, ok := b.pairs[name]
		if !ok {
			return nil, fmt.Errorf("there is no statement %q before it", name)
		}
		list = append(list, pairs...)
	}
	return list, nil
}

// fillSeal completes a seal: it is over all that was stated before, made and
// speaking up to the moment of judgement.
func (b *builder) fillSeal(record map[string]any, parents []bundle.Pair) error {
	state, err := b.d.State(parents)
	if err != nil {
		return err
	}
	put(record, "state", sha256Set(state.Hex()))
	put(record, "sequence", len(b.seals)+1)
	if n := len(b.seals); n > 0 {
		put(record, "previous", sha256Set(b.seals[n-1].Hex()))
	}
	put(record, "at", b.vars["as-of"])
	put(record, "coversUntil", b.vars["as-of"])
	return nil
}

// about are the artifacts that a statement is about.
func (b *builder) about(s statement, p evidence.Predicate) ([]evidence.Artifact, error) {
	want := b.record.About(p)
	if s.About != nil {
		want = []evidence.Digest{}
		for _, name := range *s.About {
			d, err := b.artifactDigest(name)
			if err != nil {
				return nil, fmt.Errorf("about: %w", err)
			}
			want = append(want, d)
		}
	}
	if want == nil {
		return b.record.Artifacts, nil
	}
	var list []evidence.Artifact
	for _, a := range b.record.Artifacts {
		if slices.Contains(want, a.Digest) {
			list = append(list, a)
		}
	}
	return list, nil
}
