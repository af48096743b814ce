package schema

import (
	"strings"
	"testing"
)

// TestHostileValuesEnd judges values that are made to cost time: the work must
// grow no faster than the value.
func TestHostileValuesEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("judges large values")
	}
	const n = 30_000
	component := map[string]any{"type": "x", "name": 1.0, "licenses": []any{map[string]any{"license": map[string]any{"id": "x"}}, map[string]any{"expression": 1.0}}}
	deep := map[string]any{"type": "library", "name": "a", "components": repeated(n, nil)}
	for range 500 {
		deep = map[string]any{"type": "library", "name": "a", "components": []any{deep}}
	}
	bottom := repeated(n, nil)
	for i := range bottom {
		bottom[i] = []any{float64(i)}
	}
	twos := map[string]any{"type": "library", "name": "a", "components": bottom}
	for i := range 500 {
		twos = map[string]any{"type": "library", "name": "a", "components": []any{float64(i), twos}}
	}
	different := repeated(n, nil)
	for i := range different {
		different[i] = map[string]any{"ref": "a", "dependsOn": []any{strings.Repeat("a", i%50), float64(i)}}
	}
	for name, v := range map[string]map[string]any{
		"wrong components":              {"components": repeated(n, component)},
		"wrong components of a choice":  {"metadata": map[string]any{"tools": map[string]any{"components": repeated(n, component)}}},
		"deep":                          {"components": []any{deep}},
		"deep lists":                    {"components": []any{twos}},
		"different elements":            {"dependencies": different},
		"unknown members":               {"components": repeated(n, map[string]any{strings.Repeat("a", 1000): nil})},
		"equal elements that are large": {"components": []any{map[string]any{"components": repeated(n, nil)}, map[string]any{"components": repeated(n, nil)}}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := CycloneDX("1.6")
			if err != nil {
				t.Fatal(err)
			}
			if found := s.Validate(v); len(found) == 0 || len(found) > MaxViolations {
				t.Errorf("%d violations", len(found))
			}
		})
	}
}

// TestDeepSPDX3Ends judges elements within elements, each of which is asked
// again what it has judged.
func TestDeepSPDX3Ends(t *testing.T) {
	s, err := SPDX("3.0.1")
	if err != nil {
		t.Fatal(err)
	}
	element := func(within any) map[string]any {
		return map[string]any{"type": "Person", "spdxId": "http://a/b", "creationInfo": map[string]any{
			"type": "CreationInfo", "specVersion": "3.0.1", "created": "2026-01-02T03:04:05Z", "createdBy": []any{within},
		}}
	}
	for bottom, valid := range map[string]bool{"http://a/b": true, "nothing": false} {
		var v any = bottom
		for range 200 {
			v = element(v)
		}
		doc := map[string]any{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []any{v}}
		if found := s.Validate(doc); (len(found) == 0) != valid {
			t.Errorf("%s: %v", bottom, found)
		}
	}
}

func repeated(n int, v any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = v
	}
	return list
}
