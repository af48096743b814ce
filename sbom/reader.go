package sbom

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/sbom/schema"
)

// maxValues is the most JSON values that are decoded into memory at once. The
// largest inventories of others have some hundred values per top-level
// element; a decoded value costs up to 100 bytes, and an error of the schema
// about it a thousand.
const maxValues = 1 << 19

const (
	// maxElements is the most elements of a top-level array that are examined.
	maxElements = 4 << 20
	// maxSought is the number of problems after which the schema is not asked
	// any more: a document that is wrong everywhere costs time for nothing.
	maxSought = 10_000
)

// reader reads one document. A large SBOM is a few top-level arrays of many
// small elements, so the elements are decoded, judged by the schema and taken
// over into the model one at a time: the whole decoded tree would need ten
// times the memory of the text.
type reader struct {
	doc      *Document
	format   model
	refs     refs
	values   decoder
	quiet    bool           // what is found is reported elsewhere
	edges    int            // in doc.Dependencies
	schema   *schema.Schema // nil if the version has none
	places   []place        // of doc.Components
	links    links
	licenses licenses
	lineOf   func(pointer string) int // nil in JSON
	// again reads the elements of a list once more.
	again func(list string, do func(i int, v any)) error
	// skeleton is the document with each top-level array cut after its first
	// element. The schemas ask nothing of these arrays that the skeleton and
	// the elements alone could not answer, except uniqueItems.
	skeleton map[string]any
}

// model takes over the parts of a document of one format. What has the wrong
// type is passed over: the schema names it.
type model interface {
	// member takes a top-level member that is not an array.
	member(name string, v any)
	// element takes an element of a top-level array.
	element(list string, i int, v any)
	// finish is called when all parts have been taken.
	finish() error
}

func newReader(doc *Document) (*reader, error) {
	r := &reader{doc: doc, skeleton: map[string]any{}}
	r.refs.report = r.problem
	doc.Dependencies = map[string][]string{}
	find, at := schema.CycloneDX, "/specVersion"
	r.format = &cycloneDX{reader: r}
	switch {
	case doc.Format == SPDX && strings.HasPrefix(doc.SpecVersion, "3."):
		find, at = schema.SPDX, "/@context"
		r.format = &spdx3{reader: r}
	case doc.Format == SPDX:
		find, at = schema.SPDX, "/spdxVersion"
		r.format = &spdx{reader: r}
	}
	if doc.Encoding == XML { // judged by another kind of schema
		return r, nil
	}
	s, err := find(doc.SpecVersion)
	if err != nil {
		return nil, err
	}
	if s == nil {
		r.problem(CodeVersion, at, fmt.Sprintf("%s %.20q is read but not judged by a schema: use CycloneDX 1.2 to 1.7 or SPDX 2.2, 2.3 or 3.0.1", doc.Format, doc.SpecVersion))
	}
	r.schema = s
	return r, nil
}

func (r *reader) problem(code, pointer, message string) {
	if r.quiet {
		return
	}
	r.doc.ProblemCount++
	if len(r.doc.Problems) < MaxProblems {
		r.doc.Problems = append(r.doc.Problems, Problem{Code: code, Pointer: pointer, Line: r.line(pointer), Message: message})
	}
}

// warn notes a warning. where is called only if it is kept.
func (r *reader) warn(code string, where func() string, message string) {
	if r.quiet {
		return
	}
	r.doc.WarningCount++
	if len(r.doc.Warnings) < MaxProblems {
		at := where()
		r.doc.Warnings = append(r.doc.Warnings, Problem{Code: code, Pointer: at, Line: r.line(at), Message: message})
	}
}

func (r *reader) line(pointer string) int {
	if r.lineOf == nil {
		return 0
	}
	return r.lineOf(pointer)
}

func (r *reader) read(text []byte) error {
	r.values.begin(text)
	defer r.values.done()
	r.again = func(list string, do func(int, any)) error { return readAgain(text, list, do) }
	err := r.values.eachMember(func(name string) error {
		if r.values.next() == '[' {
			return r.list(name)
		}
		v, ok, err := r.decode()
		if err != nil {
			return err
		}
		if !ok {
			r.tooManyValues(pointer(name))
			return nil
		}
		r.skeleton[name] = v
		r.format.member(name, v)
		return nil
	})
	if err != nil {
		return err
	}
	return r.finish()
}

// readAgain reads the elements of a top-level array that was read before.
func readAgain(text []byte, list string, do func(i int, v any)) error {
	var r reader
	r.values.begin(text)
	defer r.values.done()
	return r.values.eachMember(func(name string) error {
		if name != list || r.values.next() != '[' {
			r.values.raw()
			return nil
		}
		return r.values.eachElement(func(i int) error {
			v, ok, err := r.decode()
			if ok && err == nil {
				do(i, v)
			}
			return err
		})
	})
}

// readWhole reads an SPDX 3 document that is a single element.
func (r *reader) readWhole(text []byte) error {
	r.values.begin(text)
	defer r.values.done()
	v, ok, err := r.decode()
	if err != nil {
		return err
	}
	if !ok {
		r.tooManyValues("")
		return nil
	}
	r.skeleton = object(v)
	if one, ok := r.format.(*spdx3); ok {
		one.whole = true
	}
	r.format.element(graphList, 0, v)
	return r.finish()
}

// finish judges the whole of what was read.
func (r *reader) finish() error {
	r.judge(r.schema, r.skeleton, func() string { return "" })
	if err := r.format.finish(); err != nil {
		return err
	}
	r.refs.finish()
	r.checkLicenses()
	r.walkGraph()
	return nil
}

// list reads a top-level array.
func (r *reader) list(name string) error {
	item, unique := r.listSchema(name)
	var seen uniqueItems
	err := r.values.eachElement(func(i int) error {
		if i >= maxElements {
			if i == maxElements {
				r.problem(CodeLimit, pointer(name), fmt.Sprintf("more than %d elements: the rest are not examined", maxElements))
			}
			r.values.raw()
			return nil
		}
		v, ok, err := r.decode()
		if err != nil {
			return err
		}
		if !ok {
			r.tooManyValues(pointer(name, strconv.Itoa(i)))
			return nil
		}
		r.judgeElement(name, i, v, item)
		if unique && r.doc.ProblemCount <= maxSought && seen.has(v) {
			r.problem(CodeSchema, pointer(name, strconv.Itoa(i)), "the element is in the list twice")
		}
		r.format.element(name, i, v)
		return nil
	})
	if _, ok := r.skeleton[name]; !ok {
		r.skeleton[name] = []any{}
	}
	return err
}

// judgeElement judges an element of a top-level array: the first as a part of
// the skeleton, the others by the array's schema for them.
func (r *reader) judgeElement(name string, i int, v any, item *schema.Schema) {
	if i == 0 {
		r.skeleton[name] = []any{v}
		return
	}
	r.judge(item, v, func() string { return pointer(name, strconv.Itoa(i)) })
}

// listSchema returns the schema, if any, of the elements of a top-level array
// and whether these must differ.
func (r *reader) listSchema(name string) (item *schema.Schema, unique bool) {
	if r.schema == nil {
		return nil, false
	}
	return r.schema.List(name)
}

// decode decodes the value at hand, unless that would take too much memory: then
// it moves past it, and ok is false.
func (r *reader) decode() (v any, ok bool, err error) {
	d := &r.values
	if len(d.text)-d.at > maxValues { // else there cannot be as many
		start := d.at
		raw := d.raw()
		// Every value but the first follows a comma or opens a container, so this
		// counts too many (those in strings) and never too few.
		if bytes.Count(raw, []byte(","))+bytes.Count(raw, []byte("{"))+bytes.Count(raw, []byte("[")) > maxValues {
			return nil, false, nil
		}
		d.at = start
	}
	v, err = d.value()
	return v, true, err
}

func (r *reader) tooManyValues(at string) {
	r.problem(CodeLimit, at, fmt.Sprintf("more than %d values in one element are not examined: split the document", maxValues))
}

// addComponent keeps a component and returns its index, or noComponent if
// there are too many.
func (r *reader) addComponent(c Component, at place) int {
	r.doc.ComponentCount++
	if r.doc.ComponentCount > MaxComponents {
		if r.doc.ComponentCount == MaxComponents+1 {
			r.problem(CodeLimit, "", "more than "+strconv.Itoa(MaxComponents)+" components: the rest are counted only")
		}
		return noComponent
	}
	r.doc.Components = append(r.doc.Components, c)
	r.places = append(r.places, at)
	return len(r.doc.Components) - 1
}

// makeSubject makes component i a subject.
func (r *reader) makeSubject(i int) {
	c := &r.doc.Components[i]
	c.Subject = true
	sub := Subject{Ref: c.Ref, Name: c.Name, Version: c.Version, PURL: c.PURL, Digests: c.Digests, Licenses: c.Licenses, Supplier: c.Supplier, Identified: c.Identified}
	if sub.Digests == nil {
		sub.Digests = imageDigest(c.Version, c.PURL)
	}
	r.doc.Subjects = append(r.doc.Subjects, sub)
	for _, ref := range r.doc.Dependencies[c.Ref] {
		if k, ok := r.refs.component(ref); ok {
			r.doc.Components[k].Direct = true
		}
	}
}

// depend adds dependencies.
func (r *reader) depend(ref string, on ...string) {
	if r.edges += len(on) + 1; r.edges > maxRefs {
		r.refs.overflow()
		return
	}
	if ref != "" {
		r.doc.Dependencies[ref] = append(r.doc.Dependencies[ref], on...)
	}
}

// judge reports what the schema s, if any, has against the value v at a place.
func (r *reader) judge(s *schema.Schema, v any, at func() string) {
	if s == nil || r.doc.ProblemCount > maxSought {
		return
	}
	for _, p := range s.Validate(v) {
		r.problem(CodeSchema, at()+p.Pointer, p.Message)
	}
}

// sorted makes walks over maps deterministic.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
