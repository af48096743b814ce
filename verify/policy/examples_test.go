package policy_test

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"

	"encoding/json"

	"github.com/release-dossier/dossier/internal/controlvectors"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
)

// TestExamples compares the examples that "explain" shows with the cases.
func TestExamples(t *testing.T) {
	if sampling > 1 {
		t.Skip("runs without the race detector")
	}
	s, _ := loadSuite(t)
	slices.SortFunc(s.Cases, func(a, b *controlvectors.Case) int { return cmp.Compare(a.Name, b.Name) })
	found := map[string][]policy.Example{}
	for _, want := range []func(*controlvectors.Case) bool{
		func(c *controlvectors.Case) bool { return c.Outcome == verify.Pass },
		func(c *controlvectors.Case) bool { return c.Outcome == verify.Fail || c.Outcome == verify.Warn },
	} {
		seen := map[string]bool{}
		for _, c := range s.Cases {
			if seen[c.Control] || !want(c) {
				continue
			}
			seen[c.Control] = true
			got, err := c.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			k := got.Controls[c.Control]
			found[c.Control] = append(found[c.Control], policy.Example{
				Case: c.Name, Why: strings.Join(strings.Fields(c.Comment), " "), Outcome: k.Outcome, Code: k.Code, Expected: k.Expected, Found: k.Found,
			})
		}
	}
	data, err := json.MarshalIndent(found, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "examples.json", append(data, '\n'))
}

// golden compares a generated file with what is there, or writes it.
func golden(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the code says: run go test ./verify/policy -update (%v)", file, err)
	}
}
