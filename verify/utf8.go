package verify

import (
	"reflect"
	"strings"
	"unicode/utf8"
)

// makeValid replaces bytes that are not UTF-8 in every text below v with
// U+FFFD. Git objects and file names may hold such bytes and JSON may not: a
// report that is read back from its JSON form is the same report.
func makeValid(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		// What is valid is not written, since others may be reading it.
		if s := v.String(); !utf8.ValidString(s) {
			v.SetString(strings.ToValidUTF8(s, "\ufffd"))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			makeValid(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			makeValid(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() { // exported
				makeValid(f)
			}
		}
	}
}
