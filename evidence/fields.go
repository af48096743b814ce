package evidence

import (
	"reflect"
	"slices"
	"strings"
)

// Need says whether a field must be there.
type Need string

// The needs, in the notation of the records' field lists: required, required
// under a condition, optional, and needed by the tool itself. Asked is a part
// of the release statement that controls ask for: what nobody said is missing
// there, and that is theirs to judge, because a statement that cannot be made
// says nothing at all.
const (
	Asked       Need = "A"
	Required    Need = "R"
	Conditional Need = "C"
	Optional    Need = "O"
	ForTool     Need = "d"
)

// Field describes one field of a record. It is derived from the Go type, whose
// struct tags are read by the validation as well.
type Field struct {
	// Name is the member's name in JSON.
	Name string
	// Pointer leads to it as RFC 6901 does, with "*" for every item of a list.
	Pointer string
	// Need says whether it must be there, Condition when ("" is always).
	Need      Need
	Condition string
	// Sections are the sections of the release policy, or the rules of format
	// (R2, R8, ...), that ask for it.
	Sections []string
	// Type is its type in words: "text", "list of actor", "object", ...
	Type string
	// Values are the only values allowed, if there are such.
	Values []string
	// Source is the Go type and field whose comment describes it.
	Source string
}

// Fields returns the fields of a kind of record (by name or type URI, see
// [LookupKind]; or "record"), in the order of the type, each object's members
// after the object. It is nil for an unknown kind.
func Fields(kind string) []Field {
	if kind == "record" || kind == RecordType {
		return fieldsOf(nil, "", reflect.TypeFor[Record](), nil)
	}
	info, ok := LookupKind(kind)
	if !ok {
		return nil
	}
	list := fieldsOf(nil, "", reflect.TypeOf(info.New()).Elem(), nil)
	list = slices.DeleteFunc(list, func(f Field) bool {
		return !info.Scoped && (f.Pointer == "/scope" || strings.HasPrefix(f.Pointer, "/scope/"))
	})
	for i, f := range list {
		if f.Source == "Entry.Scope" {
			list[i].Need, list[i].Sections = Required, []string{"R9"}
		}
	}
	return list
}

func fieldsOf(list []Field, at string, t reflect.Type, above []reflect.Type) []Field {
	if slices.Contains(above, t) {
		return list
	}
	above = append(slices.Clone(above), t)
	for f := range t.Fields() {
		if f.Anonymous {
			list = fieldsOf(list, at, f.Type, above)
			continue
		}
		name := jsonName(f)
		if name == "" {
			continue
		}
		tag, _ := parseTag(f)
		field := Field{
			Name: name, Pointer: at + "/" + name, Need: tag.need, Condition: tag.condition,
			Sections: tag.sections, Values: tag.values, Type: typeName(f.Type), Source: t.Name() + "." + f.Name,
		}
		list = append(list, field)
		if inner, suffix := element(f.Type); isPart(inner) {
			list = fieldsOf(list, field.Pointer+suffix, inner, above)
		}
	}
	return list
}

// element strips pointers and lists from t; suffix leads to its items.
func element(t reflect.Type) (inner reflect.Type, suffix string) {
	for {
		switch t.Kind() {
		case reflect.Pointer:
			t = t.Elem()
		case reflect.Slice:
			t, suffix = t.Elem(), suffix+"/*"
		default:
			return t, suffix
		}
	}
}

// isPart reports whether t is a struct of ours whose fields are described one
// by one, not a value with a form of its own.
func isPart(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && valueName(t) == ""
}

// valueName names the types that have a form of their own.
func valueName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Time]():
		return "time"
	case reflect.TypeFor[Interval]():
		return "interval"
	case reflect.TypeFor[TimeOrInterval]():
		return "time or interval"
	case reflect.TypeFor[Digest]():
		return "digest"
	case reflect.TypeFor[DigestSet]():
		return "digest set"
	case reflect.TypeFor[Identity]():
		return "identity"
	case reflect.TypeFor[ObjectID]():
		return "object id"
	case reflect.TypeFor[Actor]():
		return "actor"
	case reflect.TypeFor[ResourceDescriptor]():
		return "descriptor"
	case reflect.TypeFor[Material]():
		return "material"
	case reflect.TypeFor[Parent]():
		return "parent"
	case reflect.TypeFor[Reference]():
		return "reference"
	}
	return ""
}

func typeName(t reflect.Type) string {
	if name := valueName(t); name != "" {
		return name
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.Slice:
		return "list of " + typeName(t.Elem())
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int64:
		return "whole number"
	}
	return "object"
}

// recTag is what a field's tags say of it:
//
//	rec:"C;1.32.3.1;when production is at risk" enum:"temporary|permanent"
type recTag struct {
	need      Need
	condition string
	sections  []string
	values    []string
}

// parseTag reads the tags of f. Without a tag rec, a field of a type that is
// older than the tag is required unless it may be left out; ok is false then.
func parseTag(f reflect.StructField) (tag recTag, ok bool) {
	text, ok := f.Tag.Lookup("rec")
	need, rest, _ := strings.Cut(text, ";")
	sections, condition, _ := strings.Cut(rest, ";")
	tag = recTag{need: Need(need), condition: condition}
	if sections != "" {
		tag.sections = strings.Split(sections, ",")
	}
	if values := f.Tag.Get("enum"); values != "" {
		tag.values = strings.Split(values, "|")
	}
	if !ok {
		tag.need = Required
		if strings.Contains(f.Tag.Get("json"), ",omit") {
			tag.need = Optional
		}
	}
	return tag, ok
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
