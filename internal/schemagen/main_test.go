package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

var update = flag.Bool("update", false, "write the schemas instead of comparing them")

var (
	source = filepath.Join("..", "..", "evidence")
	target = filepath.Join("..", "..", "docs", "predicates")
)

// TestSchemasAreCurrent fails if the types or their comments changed and the
// schemas were not written again.
func TestSchemasAreCurrent(t *testing.T) {
	if *update {
		if err := run(source, target); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "predicates")
	if err := run(source, dir); err != nil {
		t.Fatal(err)
	}
	files := []string{filepath.Join("..", filepath.FromSlash(reportFile)), filepath.Join("..", filepath.FromSlash(resultFile))}
	for _, p := range predicates {
		files = append(files, p.file)
	}
	for _, file := range files {
		want, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(target, file))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is stale (%v): run go generate ./evidence", file, err)
		}
	}
}

func TestRunNamesAMissingDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(source, file); err == nil {
		t.Error("wrote below a file")
	}
}

func compile(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	s, err := c.Compile(filepath.Join(target, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// agree checks that schema and decoder accept or refuse a predicate alike.
func agree(t *testing.T, s *jsonschema.Schema, decode func([]byte) error, raw string, valid bool) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); (err == nil) != valid {
		t.Errorf("the schema says %v, want valid: %v", err, valid)
	}
	if err := decode([]byte(raw)); (err == nil) != valid {
		t.Errorf("the decoder says %v, want valid: %v", err, valid)
	}
}

var (
	oid = strings.Repeat("c", 40)
	id  = evidence.Sum([]byte("x"))
	at  = evidence.At(time.Date(2026, 11, 19, 14, 5, 0, 0, time.UTC))
	ana = evidence.Actor{ID: "mailto:ana@acme.example", Kind: evidence.Human}
)

func sampleRecord(t *testing.T) string {
	t.Helper()
	raw, err := strictjson.Marshal(evidence.Record{
		Version:      "1.0.0",
		Repository:   evidence.Repository{URI: "https://example.com/acme/hello"},
		Kind:         evidence.KindService,
		CreatedAt:    at,
		Sequence:     1,
		Predecessor:  evidence.Predecessor{None: "first"},
		ObjectFormat: "sha1",
		Tag:          evidence.Tag{Name: "v1.0.0", Object: oid, Type: "tag"},
		Commit:       oid,
		Base:         evidence.Base{None: "first"},
		Artifacts:    []evidence.Artifact{{Name: "hello", Digest: id, Size: 5}},
		SBOMs:        []evidence.Attachment{{Material: id}},
		Changes:      []evidence.Change{{ID: "7", Opener: &ana, MergedAt: &at, Reviews: []evidence.ChangeReview{{ID: "1", By: ana, State: "approved", At: &at, Commit: evidence.ObjectID(oid)}}}},
		Checks:       []evidence.Check{{Name: "unit", Outcome: "pass", Subject: evidence.ResourceDescriptor{Name: "hello", Digest: id.Set()}}},
		Materials:    []evidence.Material{{Name: "a", MediaType: "text/plain", Digest: id, Size: 4}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestRecordSchema(t *testing.T) {
	s := compile(t, "record/v1.schema.json")
	decode := func(raw []byte) error { _, err := evidence.DecodeRecord(raw); return err }
	sample := sampleRecord(t)
	tests := []struct {
		name, from, to string
		valid          bool
	}{
		{"as it is", "{", "{", true},
		{"unknown field", "{", `{"later":1,`, true},
		{"inner unknown field", `"uri":`, `"later":1,"uri":`, true},
		{"no version", `"version":"1.0.0",`, "", false},
		{"version of another type", `"1.0.0"`, "1", false},
		{"kind", `"svc"`, `"service"`, false},
		{"object format", `"sha1"`, `"md5"`, false},
		{"commit", `"commit":"c`, `"commit":"C`, false},
		{"time", "2026-11-19T14:05:00Z", "yesterday", false},
		{"no artifacts", `"artifacts":[`, `"artifacts":[],"x":[`, false},
		{"digest as text", `"material":{"sha256":"` + id.Hex() + `"}`, `"material":"` + id.Hex() + `"`, false},
		{"digest in upper case", id.Hex(), strings.ToUpper(id.Hex()), false},
		{"unknown algorithm", `"sha256"`, `"md5"`, false},
		{"identity", `"mailto:ana@`, `"ana@`, false},
		{"identity not normal", "@acme", "@Acme", false},
		{"actor", `"human"`, `"robot"`, false},
		{"outcome", `"pass"`, `"ok"`, false},
		{"review state", `"state":"approved"`, `"state":"lgtm"`, false},
		{"reviewed commit", `"commit":"` + oid + `"}]`, `"commit":"main"}]`, false},
		{"tag type", `"type":"tag"`, `"type":"branch"`, false},
		{"base", `"base":{"none":"first"}`, `"base":{"none":"lost"}`, false},
		{"predecessor", `"predecessor":{"none":"first"}`, `"predecessor":{"none":"lost"}`, false},
		{"null size", `"size":5`, `"size":null`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			agree(t, s, decode, strings.Replace(sample, tt.from, tt.to, 1), tt.valid)
		})
	}
}

func TestApprovalSchema(t *testing.T) {
	s := compile(t, "approval/v1.schema.json")
	decode := func(raw []byte) error { _, err := evidence.DecodeApproval(raw); return err }
	digest := `{"sha256":"` + id.Hex() + `"}`
	common := `"id":"a","approver":{"id":"mailto:a@b","kind":"human"},"decision":"approved","at":"2026-11-19T14:05:00Z"`
	release := `"release":{"digest":` + digest + `},"parents":[{"statement":` + digest + `,"signature":` + digest + `}]`
	scope := `"scope":{"repository":"https://example.com/a/b","commits":["` + oid + `"]}`
	tests := []struct {
		name, raw string
		valid     bool
	}{
		{"of a release", "{" + common + "," + release + "}", true},
		{"of a commit", "{" + common + "," + scope + "}", true},
		{"of both", "{" + common + "," + release + "," + scope + "}", false},
		{"of nothing", "{" + common + "}", false},
		{"without parents", "{" + common + `,"release":{"digest":` + digest + `}}`, false},
		{"release without digest", "{" + common + `,"release":{}}`, false},
		{"decision", strings.Replace("{"+common+","+scope+"}", `"approved"`, `"yes"`, 1), false},
		{"nobody", strings.Replace("{"+common+","+scope+"}", `"id":"mailto:a@b",`, "", 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { agree(t, s, decode, tt.raw, tt.valid) })
	}
}
