package evidence_test

import (
	"errors"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
)

// A freeze that does not say when it begins is refused, and the place is named.
func ExampleDecodeKind() {
	_, err := evidence.DecodeKind(evidence.PredicateBase+"freeze/v1", []byte(`{
  "id": "freeze-7",
  "at": "2026-11-20T09:00:00Z",
  "scope": {"repository": "https://example.com/acme/hello", "branches": ["main"]},
  "approval": {"who": {"id": "mailto:tom@acme.example", "kind": "human"}, "at": "2026-11-20T09:00:00Z"},
  "actions": ["merge"],
  "rationale": "end of the year",
  "exitCriteria": ["the books are closed"],
  "reEnablePlan": "open main again"
}`))
	var field *evidence.FieldError
	fmt.Println(errors.As(err, &field), err)
	// Output: true at /scope/interval: missing: required by a freeze: when does it begin
}

func ExampleFields() {
	for _, f := range evidence.Fields("delegation")[4:7] {
		fmt.Println(f.Pointer, f.Need, f.Type, f.Sections)
	}
	// Output:
	// /at R time or interval [R3]
	// /supersedes O text [R18]
	// /materials O list of material []
}
