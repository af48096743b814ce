// Command schemagen writes the JSON Schemas (draft 2020-12) of the predicates,
// their pages, and the comments that templates show, from the Go types of
// package evidence, their tags and their comments, and the schemas of reports and
// results from those of packages verify and result.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/release-dossier/dossier/evidence"
)

// predicate is a type that has a schema: its URI and Go type.
type predicate struct {
	uri  string
	file string // below the directory of the schemas
	typ  any
}

// predicates are the release record and all kinds of records.
var predicates = append([]predicate{{evidence.RecordType, "record/v1.schema.json", evidence.Record{}}}, kinds()...)

func main() {
	source := flag.String("source", "evidence", "directory of package evidence, whose comments become descriptions")
	out := flag.String("out", filepath.Join("docs", "predicates"), "directory to write to")
	flag.Parse()
	err := run(*source, *out)
	if err == nil {
		err = writeComments(*source)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func run(source, out string) error {
	files, err := schemas(source)
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := write(filepath.Join(out, filepath.FromSlash(name)), data); err != nil {
			return err
		}
	}
	for _, of := range []struct {
		file   string
		schema func(string) ([]byte, error)
	}{{reportFile, reportSchema}, {resultFile, resultSchema}} {
		data, err := of.schema(source)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(out, "..", filepath.FromSlash(of.file)), data); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// schemas returns the schema files by name.
func schemas(source string) (map[string][]byte, error) {
	comments, err := readComments(source)
	if err != nil {
		return nil, err
	}
	files := pages(comments)
	for _, p := range predicates {
		r := &jsonschema.Reflector{
			// The decoder ignores what it does not know and is not critical.
			AllowAdditionalProperties: true,
			ExpandedStruct:            true,
			Anonymous:                 true,
			Mapper:                    mapper,
			LookupComment:             comments.lookup,
		}
		s := r.Reflect(p.typ)
		s.ID = jsonschema.ID(p.uri + ".schema.json")
		if p.uri == evidence.RecordType || p.uri == evidence.ApprovalType {
			tighten(s)
		} else {
			tightenEntry(s, p.uri)
		}
		structs := structTypes(reflect.TypeOf(p.typ))
		fromTags(s, reflect.TypeOf(p.typ))
		for name, def := range s.Definitions {
			refine(name, def)
			if t, ok := structs[name]; ok {
				fromTags(def, t)
			}
		}
		data, err := encode(s)
		if err != nil {
			return nil, err
		}
		files[p.file] = data
	}
	return files, nil
}

// tighten adds to the predicate itself what its Go type does not say.
func tighten(s *jsonschema.Schema) {
	for name, values := range map[string][]any{
		"kind": {"svc", "lib", "iac", "app", "mono"}, "objectFormat": {"sha1", "sha256"}, "decision": {"approved", "rejected"},
	} {
		if p, ok := s.Properties.Get(name); ok && p.Ref == "" {
			p.Enum = values
		}
	}
	if p, ok := s.Properties.Get("commit"); ok {
		p.Pattern = objectID
	}
	if p, ok := s.Properties.Get("artifacts"); ok {
		p.MinItems = new(uint64(1))
	}
	if p, ok := s.Properties.Get("materials"); ok {
		p.MaxItems = new(uint64(evidence.MaxMaterials))
	}
	if p, ok := s.Properties.Get("parents"); ok {
		p.MaxItems = new(uint64(evidence.MaxParents))
	}
	if _, ok := s.Properties.Get("scope"); ok { // an approval: of a release or of commits
		s.OneOf = []*jsonschema.Schema{{Required: []string{"release", "parents"}}, {Required: []string{"scope"}}}
	}
}

const objectID = "^([0-9a-f]{40}|[0-9a-f]{64})$"

// refine adds the closed lists of values that the decoder checks.
func refine(name string, def *jsonschema.Schema) {
	enums := map[string]map[string][]any{
		"Tag":   {"type": {"tag", "commit"}},
		"Base":  {"none": {"first"}},
		"Actor": {"kind": {"human", "bot", "service", "unspecified"}},
		// The decoder reads "first" and "unknown" only.
		"Predecessor": {"none": {"first", "unknown"}},
	}
	for field, values := range enums[name] {
		if p, ok := def.Properties.Get(field); ok {
			p.Enum = values
		}
	}
}

func encode(s *jsonschema.Schema) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(s)
	return b.Bytes(), err
}
