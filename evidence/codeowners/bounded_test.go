package codeowners

import (
	"errors"
	"strings"
	"testing"
)

// Rules and paths that would take years are given up.
func TestEvaluateIsBounded(t *testing.T) {
	for name, tt := range map[string]struct{ rules, path string }{
		"rules":    {strings.Repeat("/x @o\n", 20_000), "a"},
		"sections": {strings.Repeat("[a]\n", 20_000), "a"},
		"globs":    {"/" + strings.Repeat("a*", 2000) + "b @o\n", strings.Repeat("a", 4000)},
		"dirs":     {strings.Repeat("**/a/", 2000) + "b @o\n", strings.Repeat("a/", 2000) + "c"},
	} {
		d := GitLab
		if name == "rules" {
			d = GitHub // GitLab keeps one of equal patterns
		}
		f, err := Parse(d, []byte(tt.rules))
		if err != nil {
			t.Fatal(err)
		}
		paths := make([]string, 10_000)
		for i := range paths {
			paths[i] = tt.path
		}
		if name == "sections" { // one section, however often it begins
			if _, err := f.evaluate(paths, 10*budget(len(paths))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if _, err := f.evaluate(paths, 1_000_000); !errors.Is(err, errTooMuch) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two lengths of one kind take no more than their product.
func TestMatchIsQuadraticAtMost(t *testing.T) {
	for pattern, path := range map[string]string{
		"/" + strings.Repeat("a*", 500) + "b":    strings.Repeat("a", 1000),
		"/" + strings.Repeat("**/a/", 500) + "b": strings.Repeat("a/", 1000) + "c",
	} {
		left := budget(2 * len(pattern) * len(path))
		if compile(complete(pattern)).match(strings.Split(path, "/"), &left) || left < 0 {
			t.Errorf("%.20q on %.20q: %d steps left", pattern, path, left)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	var rules strings.Builder
	for i := range 500 {
		rules.WriteString("/src/d" + string(rune('a'+i%26)) + "*/x" + strings.Repeat("y", i%7) + "/ @acme/team\n")
	}
	f, err := Parse(GitHub, []byte(rules.String()))
	if err != nil {
		b.Fatal(err)
	}
	paths := make([]string, 1000)
	for i := range paths {
		paths[i] = "src/dz/xyy/main.go"
	}
	for b.Loop() {
		if _, err := f.Evaluate(paths); err != nil {
			b.Fatal(err)
		}
	}
}
