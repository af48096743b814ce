package controlvectors

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

// Build makes the dossier of the case, and what verifies it. The errors name
// the place in the patched document.
func (c *Case) Build() (*bundle.Dossier, verify.Expect, verify.Options, error) {
	b := &builder{maker: c.maker, document: c.document, vars: vars{}, d: bundle.New()}
	if err := b.build(); err != nil {
		return nil, verify.Expect{}, verify.Options{}, fmt.Errorf("%s: %w", cmp.Or(c.File, "the base release"), err)
	}
	options := b.options
	options.Target = cmp.Or(c.Name, "base") + ".dossier"
	version := b.record.Version
	if b.record.Component != "" {
		version = b.record.Component + "/" + version
	}
	e, err := verify.ExpectRelease(b.record.Repository.URI, version)
	if len(b.expected) > 0 {
		e = verify.ExpectArtifacts(b.expected...)
	}
	return b.d, e, options, err
}

// builder makes one dossier. Each step may use the placeholders of those
// before it.
type builder struct {
	*maker
	document map[string]any
	vars     vars
	d        *bundle.Dossier

	keys      map[string]bool
	repo      *repository
	artifacts map[string]bundle.Blob
	materials map[string]namedMaterial
	// attached are the documents of the release by the field of the record.
	attached map[string][]any
	record   *evidence.Record
	release  *bundle.Statement
	// pairs are the signed statements by their names.
	pairs map[string][]bundle.Pair
	seals []evidence.Digest

	expected []verify.Artifact
	options  verify.Options
}

// sections are the members of a document.
var sections = []string{
	"keys", "actors", "git", "artifacts", "sboms", "provenance", "attestations", "materials",
	"release", "statements", "trust", "policy", "as-of", "gate", "expect",
}

func (b *builder) build() error {
	for name := range b.document {
		if !slices.Contains(sections, name) {
			return fmt.Errorf("%s: unknown section, want one of %s", name, strings.Join(sections, ", "))
		}
	}
	for _, step := range []func() error{
		b.addKeys, b.addActors, b.readOptions, b.addCommits, b.addArtifacts, b.addTags,
		b.addDocuments, b.addMaterials, b.addImported, b.addRelease, b.addStatements,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// section returns a member of the document that is an object.
func (b *builder) section(names ...string) (map[string]any, error) {
	at := b.document
	for i, name := range names {
		v, there := at[name]
		if !there {
			return nil, nil
		}
		object, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: want a mapping", strings.Join(names[:i+1], "."))
		}
		at = object
	}
	return at, nil
}

// ordered returns the members of an object whose names begin with numbers.
func (b *builder) ordered(names ...string) ([]item, error) {
	object, err := b.section(names...)
	if err != nil || object == nil {
		return nil, err
	}
	if !numbered(object) {
		return nil, fmt.Errorf("%s: every name begins with the number of its place, as in 10-name", strings.Join(names, "."))
	}
	return items(object), nil
}

// expanded returns the JSON of v with its placeholders filled in.
func (b *builder) expanded(place string, v any) ([]byte, error) {
	v, err := b.vars.expand(place, v)
	if err != nil {
		return nil, err
	}
	return strictjson.Marshal(v)
}

// decode reads v, with its placeholders filled in, into a Go value.
func (b *builder) decode(place string, v, to any) error {
	data, err := b.expanded(place, v)
	if err != nil {
		return err
	}
	if err := strictjson.Unmarshal(data, to, strictjson.RejectUnknown()); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	return nil
}

// addKeys makes the test keys.
func (b *builder) addKeys() error {
	object, err := b.section("keys")
	b.keys = map[string]bool{}
	for name := range object {
		k, err := b.key(name)
		if err != nil {
			return err
		}
		b.keys[name] = true
		b.vars["id."+name] = string(k.Public().Identity())
		b.vars["key."+name] = k.Public().AuthorizedKey()
		b.vars["fingerprint."+name] = k.Public().Fingerprint()
	}
	return err
}

// declared reports a key that the document does not name, so that a slip of the
// pen makes no new one.
func (b *builder) declared(name string) error {
	if !b.keys[name] {
		return fmt.Errorf("signed-by: there is no key %q: keys names %s", name, strings.Join(slices.Sorted(maps.Keys(b.keys)), ", "))
	}
	return nil
}

func (b *builder) addActors() error {
	object, err := b.section("actors")
	for _, name := range slices.Sorted(maps.Keys(object)) {
		place := "actors." + name
		v, err := b.vars.expand(place, object[name])
		if err != nil {
			return err
		}
		var a evidence.Actor
		if err := b.decode(place, v, &a); err != nil {
			return err
		}
		if err := a.Validate(); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		b.vars["actor."+name] = v
	}
	return err
}

func (b *builder) readOptions() (err error) {
	b.options = verify.Options{AsOfGiven: true, SBOMs: sbom.Reader{}}
	asOf, _ := b.document["as-of"].(string)
	if b.options.AsOf, err = time.Parse(time.RFC3339, asOf); err != nil {
		return fmt.Errorf("as-of: %w", err)
	}
	b.vars["as-of"] = asOf
	gate, _ := b.document["gate"].(string)
	if b.options.Gate, err = verify.ParseGate(gate); err != nil {
		return fmt.Errorf("gate: %w", err)
	}
	// JSON is YAML.
	text, err := b.expanded("trust", b.document["trust"])
	if err != nil {
		return err
	}
	b.options.Trust, err = once(b.maker, "trust", "", text, func() (*trust.Trust, error) { return trust.Parse("trust", text) })
	if err != nil {
		return err
	}
	if text, err = b.expanded("policy", b.document["policy"]); err != nil {
		return err
	}
	p, err := once(b.maker, "policy", "", text, func() (*policy.Policy, error) { return policy.Parse("policy", text) })
	b.options.Policy = p
	return err
}

func (b *builder) addCommits() error {
	b.repo = &repository{b: b, objects: map[gitobj.ID]gitobj.Object{}, commits: map[string]made{}}
	list, err := b.ordered("git", "commits")
	if err != nil {
		return err
	}
	return b.repo.addCommits(list)
}

// addArtifacts takes the artifacts' bytes: a text, or an object that is written
// as JSON.
func (b *builder) addArtifacts() error {
	object, err := b.section("artifacts")
	b.artifacts = map[string]bundle.Blob{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		v, err := b.vars.expand("artifacts."+name, object[name])
		if err != nil {
			return err
		}
		data, err := bytesOf(v)
		if err != nil {
			return fmt.Errorf("artifacts.%s: %w", name, err)
		}
		blob := bundle.BytesBlob(data)
		b.artifacts[name] = blob
		b.vars["artifact."+name] = blob.Digest.Hex()
	}
	return err
}

// bytesOf returns a text as it is, and anything else as JSON.
func bytesOf(v any) ([]byte, error) {
	if text, ok := v.(string); ok {
		return []byte(text), nil
	}
	return strictjson.Marshal(v)
}

// put sets a member of an object unless the document sets it.
func put(object map[string]any, name string, value any) {
	if _, there := object[name]; !there {
		object[name] = value
	}
}

func sha256Set(hex any) map[string]any { return map[string]any{"sha256": hex} }

// jsonOf returns v as JSON values.
func jsonOf(v any) (any, error) {
	data, err := strictjson.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out any
	err = json.Unmarshal(data, &out)
	return out, err
}
