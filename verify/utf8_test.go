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
	each := func(v reflect.Value, path string, f func(string, reflect.Value)) { eachText(t, v, path, f) }
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

// eachText calls f with every exported text below v, and makes what v lacks.
func eachText(t *testing.T, v reflect.Value, path string, f func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		f(path, v)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		eachText(t, v.Elem(), path, f)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		}
		for i := range v.Len() {
			eachText(t, v.Index(i), path, f)
		}
	case reflect.Array: // of bytes, as in a digest
		if v.Type().Elem().Kind() != reflect.Uint8 {
			t.Errorf("%s: whether a %s holds texts, nobody looks", path, v.Type())
		}
	case reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
		t.Errorf("%s: whether a %s holds texts, nobody looks", path, v.Type())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				eachText(t, v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
		}
	}
}
