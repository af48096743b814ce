package policy

import (
	"reflect"
	"strconv"
	"sync"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// mention is a value of the evidence with the place it stands in.
type mention[T any] struct {
	value T
	// field is the JSON name of the field that holds it, or the list it is in.
	field string
	// pointer leads to it in the record that in finds.
	pointer string
	in      func(pointer string) verify.Place
}

// place is where it stands. There are many mentions, and few are asked.
func (m mention[T]) place() verify.Place { return m.in(m.pointer) }

// mentions are all values of some types that the release statement and the
// later records hold: what rules about "every id" or "every link" go through.
type mentions struct {
	// ids are object ids of git.
	ids []mention[string]
	// references are what records refer to by name, address and digest.
	references []mention[*evidence.ResourceDescriptor]
	// actors are who did something.
	actors []mention[*evidence.Actor]
	// addresses are URIs that stand by themselves.
	addresses []mention[string]
}

// mentions gathers them once.
func (f *Facts) mentions() *mentions {
	return f.mentioned.get(func() *mentions {
		m := new(mentions)
		m.gather(reflect.ValueOf(f.Record), func(pointer string) verify.Place { return inRecord(f, "%s", pointer) })
		for i := range f.Records {
			// What stands in the release statement is among its parts, and approvals
			// follow by themselves.
			r := &f.Records[i]
			if _, approval := r.Predicate.(*evidence.Approval); !approval && r.Replaced == nil && r.Source != verify.SourceRelease {
				m.gather(reflect.ValueOf(r.Predicate), r.Place)
			}
		}
		for _, a := range f.Approvals {
			if a.Approval != nil {
				m.gather(reflect.ValueOf(a.Approval), func(pointer string) verify.Place { return inStatement(a.Statement, pointer) })
			}
		}
		return m
	})
}

func (m *mentions) gather(v reflect.Value, place func(string) verify.Place) {
	w := gatherer{into: m, place: place}
	w.value(v, "")
}

// gatherer walks through one record.
type gatherer struct {
	into *mentions
	// path is the pointer to the value it is at.
	path  []byte
	place func(string) verify.Place
}

var (
	typeReference = reflect.TypeFor[evidence.ResourceDescriptor]()
	typeActor     = reflect.TypeFor[evidence.Actor]()
	typeObjectID  = reflect.TypeFor[evidence.ObjectID]()
)

// value gathers what v holds; field is the name of the field it stands in.
func (w *gatherer) value(v reflect.Value, field string) {
	switch v.Type() {
	case typeReference:
		w.into.references = append(w.into.references, mention[*evidence.ResourceDescriptor]{v.Addr().Interface().(*evidence.ResourceDescriptor), field, string(w.path), w.place})
		return
	case typeActor:
		w.into.actors = append(w.into.actors, mention[*evidence.Actor]{v.Addr().Interface().(*evidence.Actor), field, string(w.path), w.place})
		return
	case typeObjectID:
		if v.String() != "" {
			w.into.ids = append(w.into.ids, mention[string]{v.String(), field, string(w.path), w.place})
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			w.value(v.Elem(), field)
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.step(strconv.Itoa(i), v.Index(i), field)
		}
	case reflect.Struct:
		for _, x := range gatheredFields(v.Type()) {
			if x.name == "" { // embedded
				w.value(v.Field(x.index), field)
				continue
			}
			w.step(x.name, v.Field(x.index), x.name)
		}
	case reflect.String:
		if v.String() != "" {
			w.into.addresses = append(w.into.addresses, mention[string]{v.String(), field, string(w.path), w.place})
		}
	}
}

func (w *gatherer) step(part string, v reflect.Value, field string) {
	n := len(w.path)
	w.path = append(append(w.path, '/'), part...)
	w.value(v, field)
	w.path = w.path[:n]
}

// gatheredField is a field that may hold something to gather.
type gatheredField struct {
	index int
	// name is its JSON name; "" for an embedded struct.
	name string
}

var gathered sync.Map // reflect.Type to []gatheredField

// gatheredFields returns the fields of a struct that may hold something to
// gather. Types have no cycles.
func gatheredFields(t reflect.Type) []gatheredField {
	if list, ok := gathered.Load(t); ok {
		return list.([]gatheredField)
	}
	var list []gatheredField
	for i := range t.NumField() {
		f := t.Field(i)
		name := jsonNameOf(f)
		address := f.Type.Kind() == reflect.String && name == "uri"
		if f.IsExported() && (address || holdsGathered(f.Type)) {
			list = append(list, gatheredField{i, name})
		}
	}
	gathered.Store(t, list)
	return list
}

// jsonNameOf is a field's JSON name, "" if it is embedded.
func jsonNameOf(f reflect.StructField) string {
	if f.Anonymous {
		return ""
	}
	name := f.Tag.Get("json")
	for i := range len(name) {
		if name[i] == ',' {
			return name[:i]
		}
	}
	return name
}

func holdsGathered(t reflect.Type) bool {
	switch t {
	case typeReference, typeActor, typeObjectID:
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return holdsGathered(t.Elem())
	case reflect.Struct:
		return len(gatheredFields(t)) > 0
	}
	return false
}
