package schema

import (
	"fmt"
	"testing"

	diff "github.com/google/go-cmp/cmp"
)

func TestMessages(t *testing.T) {
	tests := []struct{ schema, value, pointer, message string }{
		{`{"type":"string"}`, `1`, "", "got number, want string"},
		{`{"type":["string","null"]}`, `[]`, "", "got array, want null or string"},
		{`{"type":"integer"}`, `1.5`, "", "got number, want integer"},
		{`{"enum":["a","b"]}`, `"c"`, "", `"c" is not one of the 2 allowed values`},
		{`{"enum":["a"]}`, `{}`, "", `an object is not "a", the only allowed value`},
		{`{"const":false}`, `null`, "", "null is not false, the only allowed value"},
		{`{"required":["a","b","c"]}`, `{"b":1}`, "", "missing: a, c"},
		{`{"properties":{"a":{}},"additionalProperties":false}`, `{"b":1,"a":1,"c":1}`, "", `members that the schema does not have: ["b" "c"]`},
		{`{"properties":{"a/b":{"items":{"type":"null"}}}}`, `{"a/b":[null,1]}`, "/a~1b/1", "got number, want null"},
		{`{"minItems":1}`, `[]`, "", "has 0 elements, at least 1 are required"},
		{`{"maxItems":1}`, `[1,2]`, "", "has 2 elements, at most 1 are allowed"},
		{`{"items":[{}],"additionalItems":false}`, `[1,2]`, "", "has 2 elements, at most 1 are allowed"},
		{`{"items":[{"type":"null"}]}`, `[1,2]`, "/0", "got number, want null"},
		{`{"uniqueItems":true}`, `[1,2,1]`, "", "the elements 0 and 2 are equal"},
		{`{"minLength":2}`, `"é"`, "", "has 1 characters, at least 2 are required"},
		{`{"maxLength":1}`, `"ab"`, "", "has 2 characters, at most 1 are allowed"},
		{`{"pattern":"^a$"}`, `"b"`, "", `"b" does not match the pattern ^a$`},
		{`{"format":"date"}`, `"b"`, "", `"b" is not a valid date`},
		{`{"minimum":1}`, `0.5`, "", "0.5 is less than the minimum 1"},
		{`{"maximum":1}`, `2`, "", "2 is more than the maximum 1"},
		{`{"not":{"required":["a"]}}`, `{"a":1}`, "", "has a form that is not allowed"},
		{`{"allOf":[{},{"type":"null"}]}`, `1`, "", "got number, want null"},
		{`{"if":{"type":"number"},"then":{"minimum":2},"else":false}`, `1`, "", "1 is less than the minimum 2"},
		{`{"if":{"type":"number"},"then":{"minimum":2},"else":false}`, `""`, "", "no value is allowed here"},
		{`{"oneOf":[{},true]}`, `1`, "", "fits more than one of the allowed forms, of which it must be exactly one"},
		{`{"anyOf":[{"type":"string"},{"properties":{"a":{"type":"string"}}}]}`, `{"a":1}`, "", `fits none of the allowed forms; the closest fails at "/a": got number, want string`},
	}
	for _, tt := range tests {
		s, err := folder(map[string]string{"a": tt.schema}).load("a")
		if err != nil {
			t.Fatal(err)
		}
		v, _ := decode([]byte(tt.value))
		if d := diff.Diff([]Violation{{tt.pointer, tt.message}}, s.Validate(v)); d != "" {
			t.Errorf("%s of %s (-want +got):\n%s", tt.schema, tt.value, d)
		}
	}
}

func ExampleSchema_Validate() {
	s, err := CycloneDX("1.6")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range s.Validate(map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 0.0}) {
		fmt.Println(v.Pointer, v.Message)
	}
	// Output: /version 0 is less than the minimum 1
}
