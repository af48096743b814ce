package slsa_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/slsa"
)

var update = flag.Bool("update", false, "write the table of reason codes into the page")

// TestCodesAreDocumented compares the table in docs/provenance.md with the code.
func TestCodesAreDocumented(t *testing.T) {
	const file = "../../docs/provenance.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(page), "-update -->\n")
	if !ok {
		t.Fatalf("%s has no mark for the table", file)
	}
	var b strings.Builder
	b.WriteString(head + "-update -->\n\n| code | meaning | what to do | slsa-verifier |\n|---|---|---|---|\n")
	for _, r := range provenance.Reasons() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Code, r.Meaning, r.Fix, r.SLSAVerifier)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != string(page) {
		t.Errorf("%s is not what the code says: run go test ./verify/slsa -run TestCodesAreDocumented -update", file)
	}
}

// TestOneTable checks that no code stands for two reasons, and that each has
// all its parts.
func TestOneTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range sigstore.Reasons() {
		seen[string(r.Code)] = true
	}
	for _, r := range provenance.Reasons() {
		if seen[string(r.Code)] {
			t.Errorf("%s stands there twice", r.Code)
		}
		seen[string(r.Code)] = true
		if meaning, fix := slsa.Explain(string(r.Code)); meaning == "" || fix == "" {
			t.Errorf("%s is not explained", r.Code)
		}
	}
}
