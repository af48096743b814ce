package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// The oracle is github.com/santhosh-tekuri/jsonschema, which judges by the
// official files as they are.

// oracleBase is where the CycloneDX schemas say they live.
const oracleBase = "http://cyclonedx.org/schema/"

// fileNames are the embedded schemas, the ones for whole documents first.
var fileNames = []string{
	"bom-1.2.schema.json", "bom-1.3.schema.json", "bom-1.4.schema.json",
	"bom-1.5.schema.json", "bom-1.6.schema.json", "bom-1.7.schema.json", "spdx-2.2.schema.json", "spdx-2.3.schema.json",
	"spdx-3.0.1.schema.json",
	"jsf-0.82.schema.json", "cryptography-defs.schema.json", "spdx.schema.json",
}

// spdx3File is of another dialect, and its reasons differ: see classes.go.
const spdx3File = "spdx-3.0.1.schema.json"

var documentSchemas = fileNames[:9]

var oracleCompiler = sync.OnceValue(func() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(func(pattern string) (jsonschema.Regexp, error) {
		m, err := compilePattern(pattern)
		return oraclePattern{m, pattern}, err
	})
	for _, name := range fileNames {
		text, err := os.ReadFile(filepath.Join("official", name))
		if err != nil {
			panic(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err == nil {
			// Some files have an id with a letter more than their name.
			delete(doc.(map[string]any), "$id")
			err = c.AddResource(oracleBase+name, doc)
		}
		if err != nil {
			panic(err)
		}
	}
	return c
})

// oraclePattern lends the oracle our patterns: it needs an engine for the one
// that Go's regular expressions lack.
type oraclePattern struct {
	matcher
	pattern string
}

func (p oraclePattern) String() string { return p.pattern }

// pair is one schema, or a definition of one, for the two validators.
type pair struct {
	name   string
	ours   *Schema
	oracle *jsonschema.Schema
}

func newPair(t testing.TB, file, definition string) pair {
	t.Helper()
	ours, err := official.load(file)
	if err != nil {
		t.Fatal(err)
	}
	ref := oracleBase + file
	if definition != "" {
		ours = ours.read().Definitions[definition]
		ref += "#/" + map[bool]string{false: "definitions", true: "$defs"}[file == spdx3File] + "/" + definition
	}
	oracle, err := oracleCompiler().Compile(ref)
	if err != nil {
		t.Fatal(err)
	}
	return pair{file + "#" + definition, ours, oracle}
}

// pairs are all schemas and all their definitions.
var pairs = sync.OnceValue(func() []pair {
	t := &testing.T{}
	var all []pair
	for _, file := range fileNames {
		all = append(all, newPair(t, file, ""))
		root, _ := official.load(file)
		for _, name := range sortedNames(root.read().Definitions) {
			all = append(all, newPair(t, file, name))
		}
	}
	return all
})

func sortedNames[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// agree fails the test unless both validators give one verdict on v and find
// fault at the same places. It returns the verdict.
func (p pair) agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, v any) bool {
	t.Helper()
	found := p.ours.Validate(v)
	err := p.oracle.Validate(v)
	if (err == nil) != (len(found) == 0) {
		t.Fatalf("%s: the oracle says %v, we say %+v, of\n%s", p.name, err, found, encoded(v))
	}
	if err == nil || strings.HasPrefix(p.name, spdx3File) {
		return err == nil
	}
	var ours []string
	for _, f := range found {
		ours = append(ours, f.Pointer)
	}
	if d := diff.Diff(oraclePlaces(err), slices.Compact(ours)); d != "" {
		t.Fatalf("%s: places (-oracle +ours):\n%s\nof %s", p.name, d, encoded(v))
	}
	return false
}

func encoded(v any) string {
	text, err := json.Marshal(v)
	return cmp.Or(string(text), fmt.Sprint(err))
}

// oraclePlaces are the sorted pointers of an error's leaves. An alternative
// that nothing fits is one leaf.
func oraclePlaces(err error) []string {
	var top *jsonschema.ValidationError
	if !errors.As(err, &top) {
		return []string{err.Error()}
	}
	var places []string
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		_, anyOf := e.ErrorKind.(*kind.AnyOf)
		_, oneOf := e.ErrorKind.(*kind.OneOf)
		if anyOf || oneOf || len(e.Causes) == 0 {
			places = append(places, place(e.InstanceLocation))
			return
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(top)
	slices.Sort(places)
	return slices.Compact(places)
}

func place(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return b.String()
}

// decode decodes JSON as the reader of SBOMs does. It returns false for what
// the reader refuses before it asks a schema.
func decode(text []byte) (any, bool) {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	return v, d.Decode(&v) == nil
}
