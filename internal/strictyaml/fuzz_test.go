package strictyaml

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// walk calls every method that leads through a document.
func walk(t *testing.T, n *Node, depth int) {
	if depth > MaxDepth {
		t.Fatalf("%s is deeper than the limit", n.Path())
	}
	if p := n.Pos(); p.Line < 1 || p.Column < 1 {
		t.Fatalf("%s has no place: %v", n.Path(), p)
	}
	seen := map[string]bool{}
	for _, m := range n.Members() {
		if seen[m.Name] {
			t.Fatalf("key %q twice", m.Name)
		}
		seen[m.Name] = true
		walk(t, m.Value, depth+1)
	}
	for _, item := range n.Items() {
		walk(t, item, depth+1)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"id: a\n", "id: [a, {b: c}]\n", "? a\n: b\n", "a: &x b\nc: *x\n", "<<: {a: b}", "a: |\n  b\n", "%YAML 1.2\n---\na",
		"id: a\nsince: 2026-01-31T00:00:00Z\n", "id: a\ncount: 0x7f\n", "- - - a\n# b\n", "\"\\ud800\": a", "id: a\nordered: {a: 1}\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var e *Error
		n, err := Parse("f", data)
		if err != nil {
			if !errors.As(err, &e) || e.File != "f" {
				t.Fatalf("not an *Error with a file: %v", err)
			}
			return
		}
		walk(t, n, 0)
		var c config
		if err := n.Decode(&c); err != nil && (!errors.As(err, &e) || e.Line < 1) {
			t.Fatalf("an error without a place: %v", err)
		}
	})
}

// TestSuggestNear: what differs by one letter from the only known word is
// always recognised.
func TestSuggestNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z]{3,20}`).Draw(t, "word")
		i := rapid.IntRange(0, len(word)-1).Draw(t, "place")
		for _, typo := range []string{word[:i] + word[i+1:], word[:i] + "-" + word[i:], word[:i] + "-" + word[i+1:]} {
			if got := Suggest(typo, []string{word}); got != word {
				t.Fatalf("Suggest(%q, %q) = %q", typo, word, got)
			}
		}
	})
}
