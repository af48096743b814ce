package policy

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/commits"
)

// catalogueTable holds, for each control of the catalogue's first twelve
// themes, id, level, sections, applicability and waiver rule as it gives them.
//
//go:embed testdata/catalogue.tsv
var catalogueTable string

// readCatalogue returns the lines of the table by id.
func readCatalogue(t *testing.T) map[string]string {
	t.Helper()
	lines := map[string]string{}
	for line := range strings.Lines(catalogueTable) {
		id, _, _ := strings.Cut(line, "\t")
		lines[id] = strings.TrimSuffix(line, "\n")
	}
	return lines
}

// TestKindsDeclared: what "create" lets the trailer say is what is judged.
func TestKindsDeclared(t *testing.T) {
	for _, word := range commits.ReleaseKinds() {
		if kindDeclared[word] == "" {
			t.Errorf("%s declares nothing", word)
		}
	}
	if len(kindDeclared) != len(commits.ReleaseKinds()) {
		t.Errorf("%d words declare a kind, %d may be written", len(kindDeclared), len(commits.ReleaseKinds()))
	}
}
