package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

// TestKindSchemas checks that schema and decoder accept the sample of each
// kind, and refuse it alike without any one of its members.
func TestKindSchemas(t *testing.T) {
	for _, k := range evidence.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(source, "testdata", "kinds", k.Name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			s := compile(t, k.Name+"/v1.schema.json")
			decode := func(raw []byte) error { _, err := evidence.DecodeKind(k.Type, raw); return err }
			agree(t, s, decode, string(raw), true)
			var sample map[string]any
			if err := json.Unmarshal(raw, &sample); err != nil {
				t.Fatal(err)
			}
			for _, f := range evidence.Fields(k.Name) {
				without := maps.Clone(sample)
				delete(without, f.Pointer[1:])
				if f.Need != evidence.Required || len(without) == len(sample) {
					continue
				}
				raw, err := json.Marshal(without)
				if err != nil {
					t.Fatal(err)
				}
				agree(t, s, decode, string(raw), false)
			}
		})
	}
}

func TestPagesAreCurrent(t *testing.T) {
	c, err := readComments(source)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range pages(c) {
		got, err := os.ReadFile(filepath.Join(target, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is stale (%v): run go generate ./evidence", name, err)
		}
	}
	want, err := fieldComments(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(commentsFile(source))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is stale (%v): run go generate ./evidence", commentsFile(source), err)
	}
}

// TestEveryFieldIsDescribed finds fields of records without a comment.
func TestEveryFieldIsDescribed(t *testing.T) {
	c, err := readComments(source)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range append(slices.Clone(evidence.Kinds()), evidence.KindInfo{Name: "record"}) {
		for _, f := range evidence.Fields(k.Name) {
			if len(f.Sections) > 0 && c[f.Source] == "" && !seen[f.Source] {
				t.Errorf("%s has no comment", f.Source)
			}
			seen[f.Source] = true
		}
	}
}

// TestPagesAreLinked checks that the list of predicates names every page.
func TestPagesAreLinked(t *testing.T) {
	list, err := os.ReadFile(filepath.Join(target, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range evidence.Kinds() {
		if !bytes.Contains(list, []byte("`"+k.Name+"/v1`")) || !bytes.Contains(list, []byte("("+k.Name+".md)")) {
			t.Errorf("docs/predicates/README.md does not list %s", k.Name)
		}
	}
}
