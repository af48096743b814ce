package policy

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/verify"
)

// codesData says which controls have a reason code. A code that ends in "-" is
// completed by what was recorded: "check-skipped". The test of this package writes
// it from the cases and the source.
//
//go:embed codes.json
var codesData []byte

var codes = sync.OnceValue(func() map[string][]string {
	var m map[string][]string
	if err := json.Unmarshal(codesData, &m); err != nil {
		panic(err) // the program's own data
	}
	return m
})

// Codes returns the reason codes of controls, sorted. Those that nearly all controls
// have are in [verify.Codes], as are some that they share with checks of the file.
//
// [verify.Codes]: https://pkg.go.dev/github.com/release-dossier/dossier/verify#Codes
func Codes() []string { return slices.Sorted(maps.Keys(codes())) }

// WithCode returns the ids of the controls that have a reason code, sorted: what it
// means, each of them says by what it wants and by what a failure means.
func WithCode(code string) []string {
	if ids, ok := codes()[code]; ok {
		return slices.Clone(ids)
	}
	if _, ok := verify.LookupCode(code); ok {
		return nil
	}
	for prefix, ids := range codes() {
		if strings.HasSuffix(prefix, "-") && strings.HasPrefix(code, prefix) && code != prefix {
			return slices.Clone(ids)
		}
	}
	return nil
}
