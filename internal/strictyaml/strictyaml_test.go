package strictyaml

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// config has a field of every supported kind.
type config struct {
	ID      string            `yaml:"id,required"`
	Count   int8              `yaml:"count"`
	Size    uint16            `yaml:"size"`
	On      bool              `yaml:"on-duty"`
	Tags    []string          `yaml:"tags"`
	Labels  map[string]int    `yaml:"labels"`
	Nested  *nested           `yaml:"nested"`
	Since   time.Time         `yaml:"since"`
	Who     OneOrMany[string] `yaml:"who"`
	Level   level             `yaml:"level"`
	Where   Located[string]   `yaml:"where"`
	Ordered Map[int]          `yaml:"ordered"`
	common
	Unread string
}

type nested struct {
	Name string `yaml:"name,required"`
}

type common struct {
	Note string `yaml:"note"`
}

// level is read as text.
type level int

func (l *level) UnmarshalText(text []byte) error {
	if string(text) != "high" {
		return errors.New("want high")
	}
	*l = 3
	return nil
}

func TestDecode(t *testing.T) {
	const in = `# a comment
id: "1.10"
count: -7
size: 65535
on-duty: true
tags: [a, 'b c']
labels: { x: 1, y: 2 }
nested:
  name: |
    two
    lines
since: 2026-01-31
who: ana
level: high
where: here
ordered: { z: 1, a: 2 }
note: embedded
`
	var got config
	if err := Decode("f.yaml", []byte(in), &got); err != nil {
		t.Fatal(err)
	}
	want := config{
		ID: "1.10", Count: -7, Size: 65535, On: true, Tags: []string{"a", "b c"},
		Labels: map[string]int{"x": 1, "y": 2}, Nested: &nested{"two\nlines\n"},
		Since: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), Who: OneOrMany[string]{"ana"}, Level: 3,
		Where: Located[string]{Value: "here", Pos: Pos{15, 8}},
		Ordered: Map[int]{
			{Key: Located[string]{Value: "z", Pos: Pos{16, 12}}, Value: 1},
			{Key: Located[string]{Value: "a", Pos: Pos{16, 18}}, Value: 2},
		},
		common: common{"embedded"},
	}
	opts := cmp.Options{cmp.AllowUnexported(config{}), cmpopts.IgnoreUnexported(Located[string]{})}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Error(diff)
	}
}

// TestErrors has the whole text of each error: people see nothing else.
func TestErrors(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "f.yaml: the file is empty"},
		{"comment only", "# nothing\n", "f.yaml: the file is empty"},
		{"no value", "id:\n", "f.yaml:1:4: id: has no value: give one or leave the key out"},
		{"null", "id: ~\n", "f.yaml:1:5: id: has no value: give one or leave the key out"},
		{"not a mapping", "- a\n", "f.yaml:1:1: want a mapping, got a list"},
		{"missing", "count: 1\n", `f.yaml:1:1: the key "id" is missing`},
		{"nested missing", "id: a\nnested: {}\n", `f.yaml:2:9: nested: the key "name" is missing`},
		{"unknown, near", "id: a\nnestde: {}\n", `f.yaml:2:1: nestde: unknown key: did you mean "nested"?`},
		{"unknown, far", "id: a\nnested: { zzzzzz: 1 }\n", `f.yaml:2:11: nested.zzzzzz: unknown key: want one of name`},
		{"upper case", "ID: a\n", `f.yaml:1:1: ID: unknown key: did you mean "id"?`},
		{"untagged field", "id: a\nUnread: a\n", `f.yaml:2:1: Unread: unknown key: want one of id, count, size, on-duty, tags, labels, nested, since, who, level, where, ordered, note`},
		{"duplicate", "id: a\ntags: []\nid: b\n", `f.yaml:3:1: id: the key "id" is given twice, first in line 1`},
		{"duplicate by escape", "id: a\n\"i\\x64\": b\n", `f.yaml:2:1: id: the key "id" is given twice, first in line 1`},
		{"duplicate below", "id: a\nlabels: {x: 1, x: 1}\n", `f.yaml:2:16: labels.x: the key "x" is given twice, first in line 2`},
		{"number for text", "id: 1.10\n", `f.yaml:1:5: id: want text, got the number "1.10": put it in quotes`},
		{"date for text", "id: 2026-01-31\n", `f.yaml:1:5: id: want text, got the date "2026-01-31": put it in quotes`},
		{"bool for text", "id: true\n", `f.yaml:1:5: id: want text, got true: put it in quotes`},
		{"list for text", "id: [a]\n", `f.yaml:1:5: id: want text, got a list`},
		{"yes for true", "id: a\non-duty: yes\n", `f.yaml:2:10: on-duty: want true or false, got the text "yes"`},
		{"True for true", "id: a\non-duty: True\n", `f.yaml:2:10: on-duty: want true or false, got True`},
		{"quoted number", "id: a\ncount: '7'\n", `f.yaml:2:8: count: want a whole number in decimal digits, got the text "7"`},
		{"octal", "id: a\ncount: 010\n", `f.yaml:2:8: count: want a whole number in decimal digits, got the number "010"`},
		{"underscores", "id: a\nsize: 1_0\n", `f.yaml:2:7: size: want a whole number in decimal digits, got the number "1_0"`},
		{"too large", "id: a\ncount: 128\n", `f.yaml:2:8: count: the number 128 is out of range`},
		{"negative", "id: a\nsize: -1\n", `f.yaml:2:7: size: the number -1 is out of range`},
		{"one for a list", "id: a\ntags: a\n", `f.yaml:2:7: tags: want a list, got the text "a"`},
		{"item", "id: a\ntags: [a, 1]\n", `f.yaml:2:11: tags[1]: want text, got the number "1": put it in quotes`},
		{"no such day", "id: a\nsince: 2026-02-30\n", `f.yaml:2:8: since: want a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00Z, got the text "2026-02-30"`},
		{"time without zone", "id: a\nsince: 2026-02-03 10:00:00\n", `f.yaml:2:8: since: want a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00Z, got the date "2026-02-03 10:00:00"`},
		{"text method", "id: a\nlevel: low\n", `f.yaml:2:8: level: want high`},
		{"text method, list", "id: a\nlevel: []\n", `f.yaml:2:8: level: want one value, got a list`},
		{"odd key", "id: a\nlabels: {\"a.b\\e\": x}\n", `f.yaml:2:19: labels."a.b\x1b": want a whole number in decimal digits, got the text "x"`},
		{"number as key", "id: a\nlabels: {1: 1}\n", `f.yaml:2:10: labels: a key is text: put "1" in quotes`},
		{"list as key", "id: a\n? [a]\n: b\n", `f.yaml:2:3: a key is plain text, without tag, anchor or alias`},
		{"anchor", "id: &x a\nwho: *x\n", `f.yaml:1:5: id: anchors (&name) are not allowed: write the value out where it is needed`},
		{"unknown alias", "id: a\nwho: *x\n", `f.yaml:2:6: not valid YAML: aliases (*name) are not allowed: write the value out`},
		{"merge", "id: a\nnested: {<<: {name: x}}\n", `f.yaml:2:10: nested: merge keys (<<) are not allowed: write the keys out`},
		{"tag", "id: !!str 12\n", `f.yaml:1:5: id: tags (!name) are not allowed: leave "!!str" out`},
		{"own tag", "id: !env HOME\n", `f.yaml:1:5: id: tags (!name) are not allowed: leave "!env" out`},
		{"two documents", "id: a\n---\nid: b\n", `f.yaml:2:1: a second document starts here: keep one document in a file`},
		{"tab", "id: a\nnested:\n\tname: x\n", `f.yaml:3:1: not valid YAML: a tab in the indentation: indent with spaces`},
		{"open list", "id: a\ntags: [a,\nwho: b\n", `f.yaml:2:1: not valid YAML: did not find expected ',' or ']': close every bracket and quote up to here, and quote texts with a : # [ ] { } or another sign of YAML`},
		{"bracket in a text", "id: a\ntags: [image: x:{version}]\n", `f.yaml:2:17: not valid YAML: a bracket within a text that is itself in brackets: quote the text`},
		{"bracket in a text, by lines", "id: \"[\"\ntags: [ # {\n  a, 'b{',\n  é{tag}]\nwho: b\n", `f.yaml:4:4: not valid YAML: a bracket within a text that is itself in brackets: quote the text`},
		{"open at the end", "id: a\n  \ntags: \"x\n\n", `f.yaml:3:1: not valid YAML: found unexpected end of stream: close every bracket and quote up to here, and quote texts with a : # [ ] { } or another sign of YAML`},
		{"two colons", "id: a: b\n", `f.yaml:1:1: not valid YAML: mapping values are not allowed in this context: close every bracket and quote up to here, and quote texts with a : # [ ] { } or another sign of YAML`},
		{"control character", "id: a\x00\n", `f.yaml:1:6: the character U+0000 is not visible and not allowed: write it as an escape in double quotes`},
		{"reversed text", "id: a\nwho: \"\u202eana\"\n", `f.yaml:2:7: the character U+202E is not visible and not allowed: write it as an escape in double quotes`},
		{"not UTF-8", "id: é\xff\n", `f.yaml:1:6: not valid UTF-8`},
		{"UTF-16", "\xff\xfei\x00", `f.yaml:1:1: not valid UTF-8`},
		{"lone carriage return", "id: a\rwho: b", `f.yaml:1:6: a carriage return without line feed: save the file with line feeds`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := config{ID: "before"}
			got := before
			err := Decode("f.yaml", []byte(tt.in), &got)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if e.Error() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", e, tt.want)
			}
			if !cmp.Equal(got, before, cmp.AllowUnexported(config{}, Located[string]{})) {
				t.Error("a failed Decode changed its target")
			}
		})
	}
}

func TestAccepted(t *testing.T) {
	for _, in := range []string{
		"\uFEFFid: a\n", "id: a\r\nwho: b\r\n", "---\nid: a\n...\n", "{id: a}", `{"id": "a", "tags": []}`, "id: \"\\0\"\n", "id: no\n",
	} {
		var c config
		if err := Decode("f", []byte(in), &c); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// TestHostile has inputs that are small or cheap to make and dear to read.
func TestHostile(t *testing.T) {
	laughs := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+", ", 9), ", "))
	}
	tests := []struct{ name, in, want string }{
		{"billion laughs", laughs, "anchors"},
		{"two megabytes", "id: " + strings.Repeat("a", 2<<20), "2097156 bytes, at most 1048576 are read"},
		{"flow depth", strings.Repeat("[", 33) + strings.Repeat("]", 33), "deeper than 32 levels"},
		{"block depth", strings.Repeat("- ", 9000) + "a", "deeper than 32 levels"},
		{"parser depth", strings.Repeat("[", 500_000), "exceeded max depth"},
		{"open quote", `"` + strings.Repeat("a", MaxBytes-1), "unexpected end"},
		{"self reference", "&a [*a]", "anchors"},
		{"many documents", strings.Repeat("---\n", 200_000), "second document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f", []byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestDepthLimit(t *testing.T) {
	if _, err := Parse("f", []byte(strings.Repeat("[", MaxDepth)+strings.Repeat("]", MaxDepth))); err != nil {
		t.Error(err)
	}
}

func TestNode(t *testing.T) {
	n, err := Parse("f.yaml", []byte("a:\n  b.c: [x, {d: y}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	list := n.Lookup("a").Lookup("b.c")
	leaf := list.Items()[1].Members()[0]
	if got, want := leaf.Value.Path(), `a."b.c"[1].d`; got != want {
		t.Errorf("path %s, want %s", got, want)
	}
	if leaf.Value.Pos() != (Pos{2, 16}) || leaf.Value.Text() != "y" || leaf.Key.Pos() != (Pos{2, 13}) {
		t.Errorf("got %v %q, key at %v", leaf.Value.Pos(), leaf.Value.Text(), leaf.Key.Pos())
	}
	if n.Lookup("b") != nil || list.Members() != nil || n.Items() != nil || leaf.Value.Kind() != Scalar {
		t.Error("a node answered for what it is not")
	}
	cause := errors.New("cause")
	if err := list.Errorf("why: %w", cause); !errors.Is(err, cause) || err.Error() != `f.yaml:2:8: a."b.c": why: cause` {
		t.Errorf("got %v", err)
	}
	if err := n.Decode(config{}); err == nil {
		t.Error("decoded into a value that cannot change")
	}
	var unreadable struct {
		A chan int `yaml:"a"`
	}
	if err := n.Decode(&unreadable); err == nil {
		t.Error("decoded into a channel")
	}
}

func TestLocatedWithoutPlace(t *testing.T) {
	if got := (Located[int]{Value: 1}).Errorf("too %s", "small").Error(); got != "too small" {
		t.Errorf("got %q", got)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"record", "approval", "who"}
	for word, want := range map[string]string{
		"aproval": "approval", "recrod": "record", "Record": "record", "hwo": "who", "seal": "",
		"x": "", strings.Repeat("record", 20): "",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestValue(t *testing.T) {
	n, err := Parse("x.yaml", []byte("a: [1, -2, 1.5, true, null, 2026-01-31, 1.2.3, \"7\"]\nb: { c: {}, d: [] }\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.Value()
	want := any(map[string]any{
		"a": []any{int64(1), int64(-2), 1.5, true, nil, "2026-01-31", "1.2.3", "7"},
		"b": map[string]any{"c": map[string]any{}, "d": []any{}},
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, text := range []string{"a: 0x1f\n", "a: TRUE\n", "a: .inf\n", "a: 017\n"} {
		n, err := Parse("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := n.Value(); err == nil {
			t.Errorf("%q is %v", text, v)
		}
	}
}
