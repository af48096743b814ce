package http

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/internal/strictjson"
)

const document = `{"a":{"b":[{"c":1},{"c":2}],"m~n":{"x/y":"z"},"n":null,"*":"star"},"list":[],"s":"t"}`

func TestSelector(t *testing.T) {
	tests := []struct {
		selector string
		want     []any
		there    bool
	}{
		{"/s", []any{"t"}, true},
		{"/a/b/*/c", []any{1.0, 2.0}, true},
		{"/a/b/1/c", []any{2.0}, true},
		{"/a/b/01/c", nil, false},
		{"/a/b/2/c", nil, false},
		{"/a/m~0n/x~1y", []any{"z"}, true},
		{"/a/n", []any{nil}, true},
		{"/a/n/deeper", []any{nil}, true},
		{"/a/n/*", nil, false},
		{"/a/*", nil, false},
		{"/list/*", nil, true},
		{"/missing/*", nil, false},
		{"/s/x", nil, false},
		{"1/s", nil, false},
	}
	var value any
	if err := strictjson.Unmarshal([]byte(document), &value); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.selector, func(t *testing.T) {
			s, err := parseSelector(tt.selector)
			if err != nil {
				t.Fatal(err)
			}
			found, there, err := s.find(&node{value: value})
			var got []any
			for _, n := range found {
				got = append(got, n.value)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || there != tt.there || err != nil {
				t.Errorf("there %t, %v (-want +got):\n%s", there, err, diff)
			}
		})
	}
}

// TestSelectorUp goes from an item back to what is around it.
func TestSelectorUp(t *testing.T) {
	var value any
	if err := strictjson.Unmarshal([]byte(document), &value); err != nil {
		t.Fatal(err)
	}
	items, _, err := selector{tokens: []string{"a", "b", "*"}}.find(&node{value: value})
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	s, err := parseSelector("3/s")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := s.one(items[1]); v != "t" || err != nil {
		t.Errorf("3/s leads to %v, %v, want t", v, err)
	}
}

func TestSelectorBounded(t *testing.T) {
	list := make([]any, maxMatches+1)
	s := selector{tokens: []string{"*"}}
	if _, _, err := s.find(&node{value: list}); err == nil {
		t.Errorf("%d values were selected", len(list))
	}
	nested := make([]any, 200)
	for i := range nested {
		nested[i] = make([]any, 200)
	}
	if _, _, err := (selector{tokens: []string{"*", "*"}}).find(&node{value: nested}); err == nil {
		t.Error("40,000 values were selected")
	}
}

func TestConversions(t *testing.T) {
	hex40, hex64 := strings.Repeat("a", 40), strings.Repeat("b", 64)
	tests := []struct {
		as, text string
		want     any // nil is an error
	}{
		{"integer", "12", int64(12)},
		{"integer", "1.0", nil},
		{"integer", "9007199254740993", nil},
		{"boolean", "true", true},
		{"boolean", "yes", nil},
		{"uri", "https://a.example/x", "https://a.example/x"},
		{"uri", "javascript:alert(1)", nil},
		{"uri", "https://u:p@a.example/", nil},
		{"account", "557058:f1", "account:host.example:557058:f1"},
		{"digest", "docker-pullable://r.example/app@sha256:" + hex64, map[string]any{"sha256": hex64}},
		{"digest", "main@sha1:" + hex40, map[string]any{"gitCommit": hex40}},
		{"digest", "sha256:" + hex64, map[string]any{"sha256": hex64}},
		{"digest", "sha256:" + strings.ToUpper(hex64), nil},
		{"digest", "r.example/app:v1", nil},
		{"digest", "r.example/app@sha256:" + hex64[:63], nil},
		{"commit", hex40, map[string]any{"gitCommit": hex40}},
		{"commit", hex64, map[string]any{"sha256": hex64}},
		{"commit", "main", nil},
		{"time-rfc3339", "2026-11-20T10:00:00+01:00", "2026-11-20T09:00:00Z"},
		{"time-rfc3339", "2026-11-20", nil},
		{"time-rfc3339", "1969-12-31T23:59:59Z", nil},
		{"time-offset", "2026-11-20T10:00:00.123+0100", "2026-11-20T09:00:00.123Z"},
		{"time-offset", "2026-11-20T10:00:00+0100", "2026-11-20T09:00:00Z"},
		{"time-offset", "2026-11-20T10:00:00", nil},
		{"time-utc", "2026-11-20 09:00:00", "2026-11-20T09:00:00Z"},
		{"time-utc", "20-11-2026 09:00:00", nil},
		{"time-unix", "1794992401", "2026-11-18T09:00:01Z"},
		{"time-unix-ms", "1794992401500", "2026-11-18T09:00:01.5Z"},
		{"time-unix", "99999999999999", nil},
		{"time-unix", "-1", nil},
	}
	for _, tt := range tests {
		t.Run(tt.as+" "+tt.text, func(t *testing.T) {
			got, err := conversions()[tt.as](tt.text, "host.example")
			if (err != nil) != (tt.want == nil) {
				t.Fatalf("got %v, %v, want %v", got, err, tt.want)
			}
			if diff := cmp.Diff(tt.want, got); err == nil && diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzEvaluate maps any JSON by all the mappings that come with the package.
func FuzzEvaluate(f *testing.F) {
	ids, err := BuiltinIDs()
	if err != nil {
		f.Fatal(err)
	}
	var mappings []*Mapping
	for _, id := range ids {
		m, err := Builtin(id)
		if err != nil {
			f.Fatal(err)
		}
		mappings = append(mappings, m)
	}
	b, err := parseBase("https://host.example")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"key":"PAY-1","fields":{"status":{"name":"Done"}},"values":[{"id":1,"items":[{"field":"status"}]}]}`))
	f.Add([]byte(`{"result":[{"number":{"value":"CHG1"},"state":{"value":"approved"}}]}`))
	f.Add([]byte(`{"status":{"history":[{"id":1}],"summary":{"images":["a@sha256:b"]}},"items":[{"metadata":{"uid":"x"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var value any
		if strictjson.Unmarshal(data, &value) != nil {
			return
		}
		for _, m := range mappings {
			checkMapped(t, m, b, value)
		}
	})
}

func checkMapped(t *testing.T, m *Mapping, b base, value any) {
	r := &Result{index: map[[2]string][]int{}}
	e := evaluation{result: r, base: b, values: map[string]string{"ticket": "T-1", "environment": "production"}}
	for _, request := range m.definition.Requests {
		for _, rule := range request.Value.Records {
			if err := e.run(rule.Value, &node{value: value}); err != nil && strings.ContainsAny(err.Error(), "\x00\x1b\n") {
				t.Errorf("%s: error %q", m.ID, err)
			}
		}
	}
	for _, record := range r.Records {
		data, err := record.JSON()
		if err != nil || record.ID == "" || !json.Valid(data) {
			t.Errorf("%s: record %+v, %v", m.ID, record, err)
		}
		for _, c := range record.ID {
			if c < 0x20 || c == 0x7f {
				t.Errorf("%s: id %q", m.ID, record.ID)
			}
		}
	}
}
