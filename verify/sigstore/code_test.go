package sigstore_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify/sigstore"
)

// The table in docs/sigstore.md is that of the code, in its order.
func TestReasonsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/sigstore.md")
	must(t, err)
	rows := regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (.*) \\| (.*) \\|$").FindAllStringSubmatch(string(doc), -1)
	if len(rows) != len(sigstore.Reasons()) {
		t.Fatalf("docs/sigstore.md has %d reasons, the code %d", len(rows), len(sigstore.Reasons()))
	}
	for i, r := range sigstore.Reasons() {
		if row := rows[i]; row[1] != string(r.Code) || row[2] != r.Meaning || row[3] != r.Fix {
			t.Errorf("docs/sigstore.md has\n%s\nwant\n| `%s` | %s | %s |", row[0], r.Code, r.Meaning, r.Fix)
		}
		if sigstore.Explain(r.Code) != r {
			t.Errorf("%s is not explained", r.Code)
		}
	}
}

// Every code of the table is a constant, and every constant is in the table.
func TestCodesAreInTheTable(t *testing.T) {
	source, err := os.ReadFile("code.go")
	must(t, err)
	constants := regexp.MustCompile(`(?m)^\t\w+ +Code = "([a-z-]+)"$`).FindAllStringSubmatch(string(source), -1)
	if len(constants) != len(sigstore.Reasons()) {
		t.Errorf("%d constants, %d reasons", len(constants), len(sigstore.Reasons()))
	}
	for _, c := range constants {
		if r := sigstore.Explain(sigstore.Code(c[1])); r.Meaning == "" || r.Fix == "" || !strings.HasSuffix(r.Fix, ".") {
			t.Errorf("%s is not explained", c[1])
		}
	}
}
