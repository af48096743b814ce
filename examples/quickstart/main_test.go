package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestQuickstart runs what the README tells a newcomer to run.
func TestQuickstart(t *testing.T) {
	if testing.Short() {
		t.Skip("makes and builds a repository: left out with -short")
	}
	dir := t.TempDir() + "/demo"
	out, err := exec.CommandContext(t.Context(), "go", "run", ".", "-keep", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := string(out)
	rest := text
	for _, want := range []string{
		"\n$ git tag -s -m \"hello 1.0.1\" v1.0.1\n",
		"\nACCEPTED   hello 1.0.1 meets solo",
		"\nNOT GENUINE ",
		"integrity/digests",
	} {
		var ok bool
		if _, rest, ok = strings.Cut(rest, want); !ok {
			t.Fatalf("the output lacks %q, or shows it too early:\n%s", want, out)
		}
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 90 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
}
