package schema

import (
	"bytes"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var formatNames = []string{"date", "date-time", "uri", "iri-reference", "idn-email"}

// oracleFormats are schemas that ask for nothing but a format.
var oracleFormats = sync.OnceValue(func() map[string]*jsonschema.Schema {
	all := map[string]*jsonschema.Schema{}
	for _, name := range formatNames {
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft7)
		c.AssertFormat()
		doc, _ := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(`{"format":"` + name + `"}`)))
		if err := c.AddResource("x:format", doc); err != nil {
			panic(err)
		}
		all[name] = c.MustCompile("x:format")
	}
	return all
})

func agreeOnFormats(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string) {
	t.Helper()
	for _, name := range formatNames {
		check, err := findFormat(name)
		if err != nil {
			t.Fatalf("%v", err)
		}
		ours := check == nil || check(s)
		if err := oracleFormats()[name].Validate(s); (err == nil) != ours {
			t.Fatalf("%s %q: the oracle says %v, we say %v", name, s, err, ours)
		}
	}
}

func TestFormats(t *testing.T) {
	tests := []struct {
		format, s string
		want      bool
	}{
		{"date", "2026-01-02", true},
		{"date", "2026-02-29", false},
		{"date", "2026-1-2", false},
		{"date-time", "2026-01-02T03:04:05Z", true},
		{"date-time", "2026-01-02t03:04:05.123456789z", true},
		{"date-time", "2026-01-02T03:04:05+23:59", true},
		{"date-time", "2026-01-02T03:04:05", false},
		{"date-time", "2026-01-02T03:04:05.Z", false},
		{"date-time", "2026-01-02 03:04:05Z", false},
		{"date-time", "2026-01-02T24:00:00Z", false},
		{"date-time", "2026-01-02T03:60:05Z", false},
		{"date-time", "2026-01-02T03:04:05+24:00", false},
		{"date-time", "2026-01-02T03:04:05+0100", false},
		{"date-time", "2026-01-02T03:04:05Z ", false},
		{"date-time", "2016-12-31T23:59:60Z", true},
		{"date-time", "2016-12-31T15:59:60-08:00", true},
		{"date-time", "2017-01-01T00:59:60+01:00", true},
		{"date-time", "2016-12-31T22:59:60Z", false},
		{"date-time", "2016-12-31T23:59:61Z", false},
		{"date-time", "", false},
		{"uri", "https://example.com", true},
		{"uri", "example.com", false},
		{"iri-reference", "example.com/é?q=1#f", true},
		{"iri-reference", "", true},
		{"iri-reference", "http://[::1]:80/", true},
		{"iri-reference", "http://[fe80::1%25eth0]/", false},
		{"iri-reference", "http://::1/", false},
		{"iri-reference", `a\b`, false},
		{"iri-reference", "%zz", false},
		{"iri-reference", ":", false},
	}
	for _, tt := range tests {
		check, err := findFormat(tt.format)
		if err != nil {
			t.Fatal(err)
		}
		if check(tt.s) != tt.want {
			t.Errorf("%s %q: got %v", tt.format, tt.s, !tt.want)
		}
		agreeOnFormats(t, tt.s)
	}
	if _, err := findFormat("hostname"); err == nil {
		t.Error("a format that is not known is passed over")
	}
}

func FuzzFormatAgrees(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { agreeOnFormats(t, s) })
}
