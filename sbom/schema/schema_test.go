package schema

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestSchemasCompile(t *testing.T) {
	tests := []struct {
		get     func(string) (*jsonschema.Schema, error)
		version string
		good    string
	}{
		{CycloneDX, "1.5", `{"bomFormat":"CycloneDX","specVersion":"1.5"}`},
		{CycloneDX, "1.6", `{"bomFormat":"CycloneDX","specVersion":"1.6"}`},
		{CycloneDX, "1.7", `{"$schema":"http://cyclonedx.org/schema/bom-1.7.schema.json","bomFormat":"CycloneDX","specVersion":"1.7"}`},
		{SPDX, "2.3", `{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","creationInfo":{"created":"2026-01-02T03:04:05Z","creators":["Tool: x"]},"dataLicense":"CC0-1.0","name":"n"}`},
	}
	for _, tt := range tests {
		s, err := tt.get(tt.version)
		if err != nil || s == nil {
			t.Fatalf("%s: %v, %v", tt.version, s, err)
		}
		again, _ := tt.get(tt.version)
		if again != s {
			t.Errorf("%s: compiled twice", tt.version)
		}
		good, _ := jsonschema.UnmarshalJSON(strings.NewReader(tt.good))
		if err := s.Validate(good); err != nil {
			t.Errorf("%s: %v", tt.version, err)
		}
		if s.Validate(map[string]any{}) == nil {
			t.Errorf("%s: an empty object is valid", tt.version)
		}
	}
}

func TestUnknownVersion(t *testing.T) {
	for _, v := range []string{"", "1.4", "2.0", "1.60"} {
		if s, err := CycloneDX(v); s != nil || err != nil {
			t.Errorf("CycloneDX(%q) = %v, %v", v, s, err)
		}
	}
	if s, err := SPDX("2.2"); s != nil || err != nil {
		t.Errorf("SPDX(2.2) = %v, %v", s, err)
	}
}

func TestNothingIsFetched(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.UseLoader(closed{})
	if _, err := c.Compile("file:///etc/hosts"); err == nil || !strings.Contains(err.Error(), "nothing is fetched") {
		t.Errorf("got %v, want a refusal", err)
	}
}
