package strictjson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func TestCheck(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	tests := []struct {
		name, in, pointer, want string
	}{
		{"object", `{"a":1}`, "", ""},
		{"largest integer", `9007199254740991`, "", ""},
		{"just deep enough", strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), "", ""},
		{"duplicate", `{"a":{"b":1,"b":2}}`, "/a/b", "duplicate"},
		{"duplicate by escape", `{"a":1,"\u0061":2}`, "/a", "duplicate"},
		{"bad utf-8", "{\"a\":\"\xff\"}", "/a", "UTF-8"},
		{"lone surrogate", `{"a":"\ud800"}`, "/a", "surrogate"},
		{"unsafe integer", `{"a":[9007199254740993]}`, "/a/0", "2^53"},
		{"unsafe exponent", `{"a":1e17}`, "/a", "2^53"},
		{"overflow", `1e999`, "", "out of range"},
		{"trailing", `{} {}`, "", "after"},
		{"empty", ``, "", "no JSON value"},
		{"too deep", deep, strings.Repeat("/0", MaxDepth), "deeper"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Check([]byte(tt.in))
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if e.Pointer != tt.pointer || !strings.Contains(e.Error(), tt.want) {
				t.Errorf("got %q at %q, want %q at %q", e.Error(), e.Pointer, tt.want, tt.pointer)
			}
		})
	}
}

func TestUnmarshalNamesThePlace(t *testing.T) {
	type inner struct {
		N int `json:"n"`
	}
	type outer struct {
		List []inner `json:"list"`
	}
	tests := []struct {
		name, in, pointer string
		opts              []Option
	}{
		{"wrong type", `{"list":[{"n":1},{"n":"x"}]}`, "/list/1/n", nil},
		{"unknown", `{"list":[{"m":1}]}`, "/list/0/m", []Option{RejectUnknown()}},
		{"null", `{"list":null}`, "/list", []Option{RejectNull()}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var v outer
			var e *Error
			if err := Unmarshal([]byte(tt.in), &v, tt.opts...); !errors.As(err, &e) || e.Pointer != tt.pointer {
				t.Errorf("got %v, want an error at %s", err, tt.pointer)
			}
		})
	}
}

func TestCanonical(t *testing.T) {
	got, err := Canonical([]byte("{ \"b\": 1.0, \"a\": [true, \"\\u00e9\"] }"))
	if err != nil || string(got) != `{"a":[true,"é"],"b":1}` {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestCorpus runs the JSONTestSuite: what every reader must accept or refuse.
func TestCorpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party JSON corpus is not read")
	}
	files, err := filepath.Glob(filepath.Join(root, "json", "*.json"))
	if err != nil || len(files) == 0 {
		files, _ = filepath.Glob(filepath.Join(root, "json", "*", "*.json"))
	}
	if len(files) == 0 {
		t.Fatalf("no JSON cases under %s", root)
	}
	// Duplicate names and whole numbers beyond 2^53 are legal JSON that we
	// refuse on purpose.
	ours := map[string]bool{
		"y_object_duplicated_key.json": true, "y_object_duplicated_key_and_value.json": true,
		"y_number.json": true, "y_number_real_capital_e.json": true, "y_number_real_exponent.json": true,
		"y_number_real_fraction_exponent.json": true, "y_object_extreme_numbers.json": true,
	}
	for _, f := range files {
		name := filepath.Base(f)
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		err = Check(data, Depth(1000))
		switch {
		case strings.HasPrefix(name, "y_") && err != nil && !ours[name]:
			t.Errorf("%s: refused: %v", name, err)
		case strings.HasPrefix(name, "n_") && err == nil:
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,2,{"b":null}]}`, `1e999`, `{"a":1,"a":2}`, "\"\xff\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Check(data) != nil {
			return
		}
		c, err := Canonical(data)
		if err != nil {
			t.Fatalf("checked but not canonicalised: %v", err)
		}
		again, err := Canonical(c)
		if err != nil || string(again) != string(c) {
			t.Fatalf("canonical form is not a fixed point: %q, %q, %v", c, again, err)
		}
	})
}

// TestPlain pins what is let through without a walk: never what a walk refuses.
func TestPlain(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want bool
	}{
		{`{"a":[1,-2,{"b":true}],"c":"null 1e9 [[[ \\"}`, true},
		{`{"a\"":"\\\" 1e9"}`, true},
		{`999999999999999`, true},
		{`-999999999999999`, true},
		{` 0 `, true},
		{`null`, false},
		{`9999999999999999`, false},
		{`-9999999999999999`, false},
		{`1.0`, false},
		{`1e1`, false},
		{`"open`, false},
		{`"open\"`, false},
		{strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), true},
		{strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), false},
	} {
		if got := newConfig([]Option{RejectNull()}).plain([]byte(tt.in)); got != tt.want {
			t.Errorf("%.40s: %v, want %v", tt.in, got, tt.want)
		}
	}
}

// FuzzAgree holds the short cuts against the walk: all ways to read a text
// accept the same, with the same error.
func FuzzAgree(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":[1,2,{"b":null}]}`, `1e999`, `{"a":1,"a":2}`, `{"x":{"a":1,"\u0061":2}}`, "{\"x\":\"\xff\"}", `{"n":9007199254740993}`,
		`{"n":1.5}`, `{"n":"\\"} {}`, `{"l":[{"n":1,"n":2}]}`, `{"a":"\ud800"}`, ``, ` `, `{"n":1,"x":12345678901234567890}`, `nul`, `-`, `"\"`, `[[`, `{"a":nan}`,
		strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
	} {
		f.Add([]byte(s))
	}
	type part struct {
		N int            `json:"n"`
		X jsontext.Value `json:"x"`
		L []part         `json:"l"`
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, opts := range [][]Option{nil, {RejectNull()}, {Depth(3)}, {RejectUnknown()}} {
			c := newConfig(opts)
			want := c.walk(data)
			if got := Check(data, opts...); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("Check: %v, want %v", got, want)
			}
			for _, v := range [][2]any{{new(part), new(part)}, {new(any), new(any)}, {new(jsontext.Value), new(jsontext.Value)}} {
				err := want
				if err == nil {
					err = wrap(json.Unmarshal(data, v[0], json.RejectUnknownMembers(c.rejectUnknown)))
				}
				got := Unmarshal(data, v[1], opts...)
				if fmt.Sprint(got) != fmt.Sprint(err) || err == nil && !reflect.DeepEqual(v[0], v[1]) {
					t.Fatalf("Unmarshal into %T: %v, %v, want %v, %v", v[1], v[1], got, v[0], err)
				}
			}
		}
	})
}
