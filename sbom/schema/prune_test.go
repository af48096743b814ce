package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write pruned/ anew from official/")

// annotations are the keywords that say nothing about validity, besides those
// that name the file and its dialect.
var annotations = map[string]bool{
	"title": true, "description": true, "$comment": true, "examples": true, "default": true, "deprecated": true,
	"meta:enum": true, "$schema": true, "$id": true,
}

// draft07 and draft2020 are the dialects of the official files.
const (
	draft07   = "http://json-schema.org/draft-07/schema#"
	draft2020 = "https://json-schema.org/draft/2020-12/schema"
)

// toDraft07 writes a schema of draft 2020-12 with the words of draft-07, in
// which what is beside a $ref counts only if the $ref stands in an allOf.
func toDraft07(schema any) any {
	switch v := schema.(type) {
	case []any:
		for i := range v {
			v[i] = toDraft07(v[i])
		}
	case map[string]any:
		out := map[string]any{}
		for name, sub := range v {
			out[name] = toDraft07(sub)
		}
		if defs, ok := out["$defs"]; ok {
			delete(out, "$defs")
			out["definitions"] = defs
		}
		ref, ok := out["$ref"].(string)
		if !ok {
			return out
		}
		ref = strings.Replace(ref, "#/$defs/", "#/definitions/", 1)
		out["$ref"] = ref
		if len(out) > 1 {
			delete(out, "$ref")
			if out["allOf"] != nil {
				panic("a $ref beside an allOf")
			}
			out["allOf"] = []any{map[string]any{"$ref": ref}}
		}
		return out
	}
	return schema
}

// prune returns a schema without annotations, and without what is beside a
// $ref, which draft-07 ignores.
func prune(schema any) any {
	members, ok := schema.(map[string]any)
	if !ok {
		return schema
	}
	out := map[string]any{}
	for keyword, v := range members {
		_, ref := members["$ref"]
		if annotations[keyword] || ref && keyword != "$ref" {
			continue
		}
		switch v := v.(type) {
		case []any:
			out[keyword] = pruneList(keyword, v)
		case map[string]any:
			out[keyword] = pruneObject(keyword, v)
		default:
			out[keyword] = v
		}
	}
	return out
}

func pruneList(keyword string, list []any) any {
	if keyword == "enum" || keyword == "const" {
		return list // values, not schemas
	}
	out := []any{}
	for _, s := range list {
		out = append(out, prune(s))
	}
	return out
}

func pruneObject(keyword string, object map[string]any) any {
	if keyword != "properties" && keyword != "definitions" {
		return prune(object)
	}
	out := map[string]any{}
	for name, s := range object { // a property may have the name "title"
		out[name] = prune(s)
	}
	return out
}

func TestPruned(t *testing.T) {
	files, err := filepath.Glob("official/*.schema.json")
	if err != nil || len(files) != len(fileNames) {
		t.Fatalf("%d official schemas, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var official map[string]any
		if err := json.Unmarshal(text, &official); err != nil {
			t.Fatal(err)
		}
		switch official["$schema"] {
		case draft07:
		case draft2020:
			official = toDraft07(official).(map[string]any)
		default:
			t.Errorf("%s is of dialect %v", file, official["$schema"])
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(prune(official)); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join("pruned", filepath.Base(file))
		if *update {
			if err := os.WriteFile(name, want.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is not what is made of the official file (%v): run go generate", name, err)
		}
	}
}
