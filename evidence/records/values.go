package records

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Values are texts of a record that are known, by the pointers of
// [evidence.Fields]: "/id", "/scope/repository", "/remediation/*/ticket". Only
// a list of single values takes several; of a list of objects the first item
// can be given.
type Values map[string][]string

// check reports the first value that no field can take.
func (v Values) check(fields []evidence.Field) error {
	lists := map[string]bool{}
	for _, f := range fields {
		lists[f.Pointer] = strings.HasPrefix(f.Type, "list of ")
		if f.Type == "interval" {
			lists[f.Pointer+"/notBefore"], lists[f.Pointer+"/notAfter"] = false, false
		}
	}
	for _, pointer := range slices.Sorted(maps.Keys(v)) {
		key := PointerKey(pointer)
		list, known := lists[pointer]
		switch {
		case !known:
			return fmt.Errorf("%s: there is no such field", key)
		case !list && len(v[pointer]) > 1:
			return fmt.Errorf("%s: is given twice", key)
		case !utf8.ValidString(strings.Join(v[pointer], "")):
			return fmt.Errorf("%s: is not valid UTF-8", key)
		}
	}
	return nil
}

// Build returns the record that the values make, as if they stood in a file.
// Errors name the key, as [PointerKey] does.
func Build(kind string, values Values) (evidence.Predicate, error) {
	data, err := Template(kind, values)
	if err != nil {
		return nil, err
	}
	p, err := ParseYAML("", data, kind)
	var e *strictyaml.Error
	switch {
	case !errors.As(err, &e):
		return p, err
	case e.Path == "":
		return nil, e.Err
	case !values.under(e.Path):
		return nil, fmt.Errorf("%s: missing", item.ReplaceAllString(e.Path, ""))
	}
	return nil, fmt.Errorf("%s: %w", item.ReplaceAllString(e.Path, ""), e.Err)
}

// item is the place in a list that stands in a path.
var item = lazyregexp.New(`\[\d+\]`)

// under reports whether the value at a path in YAML, or one below it, is known.
func (v Values) under(path string) bool {
	path = item.ReplaceAllString(path, "")
	for pointer, list := range v {
		key := PointerKey(pointer)
		if len(list) > 0 && (key == path || strings.HasPrefix(key, path+".")) {
			return true
		}
	}
	return false
}

// Flag is a field of a record as flags name it.
type Flag struct {
	// Name is the key with the keys it stands under: "scope.repository".
	Name string
	// Pointer is the field's pointer, for [Values].
	Pointer string
	// List reports whether it may be given more than once.
	List bool
	// Note says what to write.
	Note string
	// Values are the only values allowed, if there are such.
	Values []string
}

// Flags returns the fields of a kind that can be given one by one.
func Flags(kind string) ([]Flag, error) {
	fields, err := fieldsOf(kind)
	if err != nil {
		return nil, err
	}
	docs, err := comments()
	if err != nil {
		return nil, err
	}
	var flags []Flag
	for _, f := range fields {
		typ := strings.TrimPrefix(f.Type, "list of ")
		switch typ {
		case "object":
		case "interval":
			for _, end := range []string{"/notBefore", "/notAfter"} {
				flags = append(flags, Flag{Name: PointerKey(f.Pointer + end), Pointer: f.Pointer + end, Note: note(docs, f)})
			}
		default:
			flags = append(flags, Flag{PointerKey(f.Pointer), f.Pointer, typ != f.Type, note(docs, f), f.Values})
		}
	}
	return flags, nil
}

// PointerKey returns the keys that a pointer leads through: "/remediation/*/ownerRole"
// is "remediation.owner-role".
func PointerKey(pointer string) string {
	var names []string
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if token != "*" {
			names = append(names, Key(token))
		}
	}
	return strings.Join(names, ".")
}
