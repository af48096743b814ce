package policy

import (
	_ "embed"
	"strings"
	"testing"
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
