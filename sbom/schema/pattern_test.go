package schema

import (
	"regexp"
	"strings"
	"testing"
)

// TestHashPattern compares the one pattern that is matched without a regular
// expression with that expression.
func TestHashPattern(t *testing.T) {
	ours, err := compilePattern(hashPattern)
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(hashPattern)
	for n := range 140 {
		for _, s := range []string{
			strings.Repeat("aF9", n)[:n], strings.Repeat("0", n), strings.Repeat("0", n) + "\n", strings.Repeat("0", n) + "g",
			strings.Repeat("0", n) + "é", "G" + strings.Repeat("f", n), "/" + strings.Repeat("A", n), ":" + strings.Repeat("A", n),
			"@" + strings.Repeat("9", n), "`" + strings.Repeat("9", n),
		} {
			if got := ours.MatchString(s); got != want.MatchString(s) {
				t.Errorf("%q: %v", s, got)
			}
		}
	}
}

// TestHashPatternOccurs fails if the schemas have another pattern for hashes.
func TestHashPatternOccurs(t *testing.T) {
	for _, version := range []string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"} {
		root, err := CycloneDX(version)
		if err != nil {
			t.Fatal(err)
		}
		content := root.read().Definitions["hash-content"]
		if content == nil || content.read().Pattern != hashPattern {
			t.Errorf("%s: hash-content has another pattern", version)
		}
	}
}
