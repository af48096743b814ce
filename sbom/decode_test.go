package sbom

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// decodeBoth decodes checked JSON with the decoder of SBOMs and with
// encoding/json.
func decodeBoth(t interface{ Fatalf(string, ...any) }, d *decoder, text []byte) {
	if strictjson.Check(text, strictjson.Depth(MaxDepth)) != nil {
		return
	}
	got, err := d.decode(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var want any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: got %#v, want %#v", text, got, want)
	}
}

func TestDecode(t *testing.T) {
	var d decoder
	for _, text := range []string{
		`null`, `true`, `false`, `0`, `-0`, `-1.5e-7`, `1E3`, `""`, `"a"`, `{}`, `[]`, ` [ ] `, "\t{ }\r\n",
		`{"a":{"b":[1,2,{"c":null}],"":""}, "d" : [ true , false ] }`, `"\u00e9\n\"\\\/\ud83d\ude00"`, `"a\\"`, `{"\u0061":1}`,
		`"0123456789012345678901234567890123456789"`, `[[[[]]],{"x":[{}]}]`, `{"a":"\"","b":"}"}`, `["]","}",","]`, `[1,2.5,-3e2]`,
	} {
		decodeBoth(t, &d, []byte(text))
	}
}

func TestDecodeProperty(t *testing.T) {
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaf := []*rapid.Generator[any]{
			rapid.Map(rapid.String(), func(s string) any { return s }), rapid.Map(rapid.Int32(), func(n int32) any { return n }),
			rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Just[any](nil),
		}
		if depth == 0 {
			return rapid.OneOf(leaf...)
		}
		return rapid.OneOf(append(leaf,
			rapid.Map(rapid.MapOf(rapid.String(), value(depth-1)), func(m map[string]any) any { return m }),
			rapid.Map(rapid.SliceOf(value(depth-1)), func(l []any) any { return l }))...)
	}
	var d decoder
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.Marshal(value(3).Draw(t, "value"))
		if err != nil {
			t.Fatal(err)
		}
		decodeBoth(t, &d, text)
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"a":[1,"\u00e9",{"b":null}],"c":true}`))
	f.Add([]byte(` [ "\\" , -0.5e1 ] `))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d decoder
		decodeBoth(t, &d, text)
	})
}
