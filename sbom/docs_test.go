package sbom

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestCodesAreDocumented compares the codes that the sources of this package
// define with the table of docs/sbom.md.
func TestCodesAreDocumented(t *testing.T) {
	codes := func(file, pattern string) []string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			out = append(out, m[1])
		}
		slices.Sort(out)
		return out
	}
	defined := codes("document.go", `\tCode\w+ += "([a-z-]+)"`)
	documented := codes("../docs/sbom.md", "(?m)^\\| `([a-z-]+)` \\| (?:problem|warning) \\|")
	if len(defined) < 10 || !slices.Equal(defined, documented) {
		t.Errorf("defined:    %v\ndocumented: %v", defined, documented)
	}
}
