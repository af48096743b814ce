package policy

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/release-dossier/dossier/verify"
)

// Example is a case of a control: a release, and what the control says of it.
// The cases themselves are in testdata/controls of the repository.
type Example struct {
	// Case names it: "tag/annotated/fail-lightweight-tag".
	Case string `json:"case"`
	// Why says what the release is like and why that matters.
	Why     string         `json:"why"`
	Outcome verify.Outcome `json:"outcome"`
	Code    string         `json:"code,omitempty"`
	// Expected and Found are those of the finding.
	Expected string `json:"expected,omitempty"`
	Found    string `json:"found,omitempty"`
}

// examplesData holds a passing and a failing example of each control. The test
// of this package writes it from the cases.
//
//go:embed examples.json
var examplesData []byte

var examples = sync.OnceValue(func() map[string][]Example {
	var m map[string][]Example
	if err := json.Unmarshal(examplesData, &m); err != nil {
		panic(err) // the program's own data
	}
	return m
})

// Examples returns a passing and a failing example of a control, if it has
// them.
func Examples(id string) []Example { return examples()[id] }
