package schema

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

func TestVersions(t *testing.T) {
	tests := []struct {
		get     func(string) (*Schema, error)
		version string
		good    string
	}{
		{CycloneDX, "1.5", `{"bomFormat":"CycloneDX","specVersion":"1.5"}`},
		{CycloneDX, "1.6", `{"bomFormat":"CycloneDX","specVersion":"1.6"}`},
		{CycloneDX, "1.7", `{"$schema":"http://cyclonedx.org/schema/bom-1.7.schema.json","bomFormat":"CycloneDX","specVersion":"1.7"}`},
		{SPDX, "2.3", `{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","creationInfo":{"created":"2026-01-02T03:04:05Z","creators":["Tool: x"]},"dataLicense":"CC0-1.0","name":"n"}`},
	}
	for _, tt := range tests {
		s, err := tt.get(tt.version)
		if err != nil || s == nil {
			t.Fatalf("%s: %v, %v", tt.version, s, err)
		}
		if again, _ := tt.get(tt.version); again != s {
			t.Errorf("%s: read twice", tt.version)
		}
		good, _ := decode([]byte(tt.good))
		if found := s.Validate(good); found != nil {
			t.Errorf("%s: %v", tt.version, found)
		}
		if s.Validate(map[string]any{}) == nil {
			t.Errorf("%s: an empty object is valid", tt.version)
		}
	}
}

func TestUnknownVersion(t *testing.T) {
	for _, v := range []string{"", "1.1", "2.0", "1.60", "../official/bom-1.6"} {
		if s, err := CycloneDX(v); s != nil || err != nil {
			t.Errorf("CycloneDX(%q) = %v, %v", v, s, err)
		}
	}
	if s, err := SPDX("2.1"); s != nil || err != nil {
		t.Errorf("SPDX(2.1) = %v, %v", s, err)
	}
}

// branches are the schemas that judge the same value as r.
func (r *rules) branches() []*Schema {
	all := slices.Concat(r.AllOf, r.AnyOf, r.OneOf, []*Schema{r.Not, r.If, r.Then, r.Else, r.target})
	return slices.DeleteFunc(all, func(s *Schema) bool { return s == nil })
}

// parts are all schemas directly within r, and the target of its $ref.
func (r *rules) parts() []*Schema {
	all := slices.Concat(r.branches(), r.Items.tuple, []*Schema{r.Items.each},
		slices.Collect(maps.Values(r.Properties)), slices.Collect(maps.Values(r.Definitions)))
	return slices.DeleteFunc(all, func(s *Schema) bool { return s == nil })
}

// reachable are s and all schemas that it leads to.
func reachable(seen map[*Schema]bool, s *Schema, next func(*rules) []*Schema) map[*Schema]bool {
	if seen[s] {
		return seen
	}
	seen[s] = true
	for _, sub := range next(s.read()) {
		reachable(seen, sub, next)
	}
	return seen
}

// TestEverySchemaIsRead reads all parts of all embedded schemas: each keyword
// must be known and each $ref lead somewhere.
func TestEverySchemaIsRead(t *testing.T) {
	all := map[*Schema]bool{}
	for _, name := range fileNames {
		root, err := official.load(name)
		if err != nil {
			t.Fatal(err)
		}
		reachable(all, root, (*rules).parts)
	}
	for s := range all {
		if err := s.read().err; err != nil {
			t.Error(err)
		}
	}
	if len(all) < 6000 {
		t.Errorf("only %d schemas", len(all))
	}
}

// TestTheWorkIsBounded checks what the time for a value depends on: no schema
// may lead to itself without going deeper into the value, and no alternative
// may lead back to the choice it is part of, or each level of a value would
// double the work for the next. SPDX 3 does the latter, hence the memory of
// check.
func TestTheWorkIsBounded(t *testing.T) {
	for _, name := range documentSchemas {
		root, err := official.load(name)
		if err != nil {
			t.Fatal(err)
		}
		for s := range reachable(map[*Schema]bool{}, root, (*rules).parts) {
			r := s.read()
			for _, b := range r.branches() {
				if reachable(map[*Schema]bool{}, b, (*rules).branches)[s] {
					t.Errorf("%s: a schema leads to itself", name)
				}
			}
			for _, b := range slices.Concat(r.AnyOf, r.OneOf) {
				if name == spdx3File {
					continue
				}
				if reachable(map[*Schema]bool{}, b, (*rules).parts)[s] {
					t.Errorf("%s: an alternative leads back to the choice", name)
				}
			}
		}
	}
}

// folder makes a set of small schemas.
func folder(files map[string]string) *set {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["s/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return &set{files: fsys, folder: "s"}
}

func TestUnusableSchema(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown keyword", `{"dependentSchemas":{}}`, "dependentSchemas"},
		{"keyword of another case", `{"Type":"string"}`, "Type"},
		{"annotation", `{"title":"x"}`, "title"},
		{"beside $ref", `{"$ref":"b#","minProperties":1}`, "minProperties"},
		{"duplicate keyword", `{"type":"string","type":"object"}`, "duplicate"},
		{"unknown type", `{"type":"text"}`, "no type"},
		{"unknown format", `{"format":"hostname"}`, "format"},
		{"bad pattern", `{"pattern":"("}`, "missing closing"},
		{"look-ahead", `{"pattern":"(?=a)"}`, "invalid or unsupported"},
		{"schema for additionalProperties", `{"additionalProperties":{"type":"string"}}`, "additionalProperties"},
		{"number in enum", `{"enum":[1]}`, "enum"},
		{"const object", `{"const":{}}`, "const"},
		{"no such file", `{"properties":{"a":{"$ref":"gone#"}}}`, "nothing is fetched"},
		{"network", `{"properties":{"a":{"$ref":"http://example.com/s.json"}}}`, "nothing is fetched"},
		{"other folder", `{"properties":{"a":{"$ref":"../s/b"}}}`, "nothing is fetched"},
		{"no such definition", `{"properties":{"a":{"$ref":"#/definitions/b"}}}`, "no such definition"},
		{"no definition", `{"properties":{"a":{"$ref":"#/properties/a"}}}`, "no such definition"},
		{"a file of a $ref", `{"$ref":"#/definitions/b"}`, "$ref"},
		{"no JSON", `{"type":`, "EOF"},
		{"no schema", `[]`, "array"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := folder(map[string]string{"a": tt.text, "b": `{}`})
			s, err := f.open("a")
			if err != nil {
				t.Fatal(err)
			}
			// The part that is unusable is the file or its property a.
			found := s.Validate(map[string]any{"a": "x"})
			if len(found) != 1 || !strings.Contains(found[0].Message, tt.want) {
				t.Errorf("got %+v, want one violation with %q", found, tt.want)
			}
		})
	}
}

func TestLoadRefusesUnknownKeyword(t *testing.T) {
	if _, err := folder(map[string]string{"a": `{"contains":{}}`}).load("a"); err == nil || !strings.Contains(err.Error(), "contains") {
		t.Errorf("got %v", err)
	}
	if _, err := folder(nil).load("a"); err == nil {
		t.Error("a file that is not there is loaded")
	}
}

func TestCircularSchemaEnds(t *testing.T) {
	s, err := folder(map[string]string{
		"a": `{"properties":{"a":{"$ref":"#/definitions/b"}},"definitions":{"b":{"$ref":"#/definitions/c"},"c":{"$ref":"#/definitions/b"}}}`,
	}).load("a")
	if err != nil {
		t.Fatal(err)
	}
	if found := s.Validate(map[string]any{"a": "x"}); len(found) != 1 || !strings.Contains(found[0].Message, "too deep") {
		t.Errorf("got %+v", found)
	}
	if element, _ := s.List("a"); element != nil {
		t.Error("a circle is a list")
	}
}

func TestList(t *testing.T) {
	s, err := CycloneDX("1.6")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ list, unique bool }{
		"components": {true, true}, "dependencies": {true, true}, "metadata": {}, "none": {},
	} {
		element, unique := s.List(name)
		if (element != nil) != want.list || unique != want.unique {
			t.Errorf("%s: %v, %v", name, element != nil, unique)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	fresh := &set{files: pruned, folder: "pruned"}
	v, _ := decode([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","licenses":[{"license":{"id":"MIT"}}]}]}`))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s, err := fresh.load("bom-1.6.schema.json")
			if err != nil {
				t.Error(err)
				return
			}
			if found := s.Validate(v); found != nil {
				t.Error(found)
			}
		})
	}
	group.Wait()
}

func TestManyViolationsAreCut(t *testing.T) {
	s, err := folder(map[string]string{"a": `{"items":{"type":"string"}}`}).load("a")
	if err != nil {
		t.Fatal(err)
	}
	v := make([]any, MaxViolations+5)
	if n := len(s.Validate(v)); n != MaxViolations {
		t.Errorf("%d violations", n)
	}
}
