package verify

import (
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
)

// makeValid replaces bytes that are not UTF-8 in every text of the report with
// U+FFFD. Git objects and file names may hold such bytes and JSON may not: a
// report that is read back from its JSON form is the same report.
func (r *Report) makeValid() { reportTexts().makeValid(reflect.ValueOf(r).Elem()) }

// texts says where the values of a type hold texts. A report is thousands of
// values, of which half can hold none.
type texts struct {
	kind   reflect.Kind
	elem   *texts // of a pointer or slice
	fields []textField
}

// textField is an exported field of a struct that may hold texts.
type textField struct {
	index int
	*texts
}

var reportTexts = sync.OnceValue(func() *texts { return textsOf(reflect.TypeFor[Report]()) })

// textsOf returns nil for a type that holds no text. Types have no cycles.
func textsOf(t reflect.Type) *texts {
	x := &texts{kind: t.Kind()}
	switch x.kind {
	case reflect.String:
		return x
	case reflect.Pointer, reflect.Slice:
		if x.elem = textsOf(t.Elem()); x.elem != nil {
			return x
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				if within := textsOf(f.Type); within != nil {
					x.fields = append(x.fields, textField{i, within})
				}
			}
		}
		if x.fields != nil {
			return x
		}
	}
	return nil
}

func (x *texts) makeValid(v reflect.Value) {
	switch x.kind {
	case reflect.String:
		// What is valid is not written, since others may be reading it.
		if s := v.String(); !utf8.ValidString(s) {
			v.SetString(strings.ToValidUTF8(s, "\ufffd"))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			x.elem.makeValid(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			x.elem.makeValid(v.Index(i))
		}
	case reflect.Struct:
		for _, f := range x.fields {
			if w := v.Field(f.index); f.kind != reflect.String || !utf8.ValidString(w.String()) {
				f.makeValid(w)
			}
		}
	}
}
