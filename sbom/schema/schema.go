// Package schema judges SBOMs by the official JSON schemas of CycloneDX 1.2 to
// 1.7 and of SPDX 2.2, 2.3 and 3.0.1. Nothing is ever fetched: the schemas and
// all that they refer to are embedded.
//
// It knows the keywords of JSON Schema draft-07 that these schemas use, and no
// others: one that it does not know is an error and never passed over. The one
// schema of draft 2020-12, that of SPDX 3, is embedded in the words of draft-07,
// with unevaluatedProperties beside them. What is embedded are the official
// files without their annotations, which are two thirds of the text. A part of
// a schema is read when a value first needs it, so a small document costs less
// than a millisecond.
package schema

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:generate go test -run TestPruned -update

//go:embed pruned/*.schema.json
var pruned embed.FS

// official are the embedded schemas.
var official = set{files: pruned, folder: "pruned"}

// CycloneDX returns the schema of a CycloneDX specVersion, such as "1.6". It
// is nil if the version has no embedded schema.
func CycloneDX(version string) (*Schema, error) {
	switch version {
	case "1.2", "1.3", "1.4", "1.5", "1.6", "1.7":
		return official.load("bom-" + version + ".schema.json")
	}
	return nil, nil
}

// SPDX returns the schema of an SPDX version, such as "2.3". It is nil if the
// version has no embedded schema.
func SPDX(version string) (*Schema, error) {
	switch version {
	case "2.2", "2.3", "3.0.1":
		return official.load("spdx-" + version + ".schema.json")
	}
	return nil, nil
}

// KnownLicense reports whether an id is that of a licence or an exception on
// the SPDX list, as CycloneDX last published it.
func KnownLicense(id string) bool { return licenseIDs()[id] }

var licenseIDs = sync.OnceValue(func() map[string]bool {
	ids := map[string]bool{}
	list, err := official.load("spdx.schema.json")
	if err != nil {
		return ids
	}
	for _, id := range list.read().Enum {
		ids[id] = true
	}
	return ids
})

// set is a folder of schemas that refer to each other by file name. Each is
// read once per process.
type set struct {
	files  fs.FS
	folder string
	mu     sync.Mutex
	roots  map[string]*Schema
}

// load returns the schema of a file, of which the outermost keywords are read.
func (s *set) load(name string) (*Schema, error) {
	root, err := s.open(name)
	if err != nil {
		return nil, err
	}
	return root, root.read().err
}

// open returns the schema of a file without reading its keywords.
func (s *set) open(name string) (*Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if root := s.roots[name]; root != nil {
		return root, nil
	}
	text, err := fs.ReadFile(s.files, s.folder+"/"+name)
	if err != nil {
		return nil, fmt.Errorf("schema %s is not embedded and nothing is fetched: %w", name, err)
	}
	root := &Schema{set: s, text: text}
	root.root = root
	if s.roots == nil {
		s.roots = map[string]*Schema{}
	}
	s.roots[name] = root
	return root, nil
}

// resolve returns what a $ref in the file of root points at: another file, a
// definition in one, or a definition in this one.
func (s *set) resolve(root *Schema, ref string) (*Schema, error) {
	file, fragment, _ := strings.Cut(ref, "#")
	if file != "" {
		var err error
		if root, err = s.open(file); err != nil {
			return nil, err
		}
	}
	if fragment == "" {
		return root, nil
	}
	// The official schemas refer to definitions only, by plain names.
	name, ok := strings.CutPrefix(fragment, "/definitions/")
	target := root.read().Definitions[name]
	if !ok || target == nil {
		return nil, fmt.Errorf("$ref %q: there is no such definition", ref)
	}
	return target, nil
}
