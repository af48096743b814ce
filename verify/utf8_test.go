package verify

import (
	"reflect"
	"testing"
	"unicode/utf8"
)

// TestMakeValid fills every text of a report, in every list and behind every
// pointer, with what is not UTF-8.
func TestMakeValid(t *testing.T) {
	r := new(Report)
	filled := 0
	each(reflect.ValueOf(r).Elem(), "", func(_ string, v reflect.Value) {
		v.SetString("a\xffb")
		filled++
	})
	r.makeValid()
	each(reflect.ValueOf(r).Elem(), "", func(path string, v reflect.Value) {
		if s := v.String(); !utf8.ValidString(s) || s != "a\ufffdb" {
			t.Errorf("%s is %q", path, s)
		}
	})
	if filled < 100 {
		t.Errorf("%d texts were filled", filled)
	}
}

// each calls f with every exported text below v, and makes what v lacks.
func each(v reflect.Value, path string, f func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		f(path, v)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		each(v.Elem(), path, f)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		}
		for i := range v.Len() {
			each(v.Index(i), path, f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				each(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
		}
	}
}
