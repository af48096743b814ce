package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestExplainEverything: whatever a report names has an explanation that says what
// is meant and what mends it. That nothing is left out of the tables, the tests of
// the packages that have them check.
func TestExplainEverything(t *testing.T) {
	ids := explained()
	if len(ids) < 800 {
		t.Errorf("%d ids and codes", len(ids))
	}
	for _, id := range append(ids, "signatures/weather", "check-timed-out") {
		about, text, err := explanation(id)
		if err != nil || about == nil || !strings.Contains(text, "\n  ") {
			t.Errorf("%s: %v\n%s", id, err, text)
		}
		for line := range strings.Lines(text) {
			if len(line) > 160 {
				t.Errorf("%s: a line of %d columns", id, len(line))
			}
		}
		if c, ok := about.(codeJSON); ok {
			for _, r := range c.Reasons {
				if r.Meaning == "" || r.Fix == "" {
					t.Errorf("%s: %+v", id, r)
				}
			}
		}
	}
	for _, id := range []string{"", "no-such-code", "signatures/", "order/", "/", "order/sael", "signatures/a/b"} {
		if _, _, err := explanation(id); err == nil {
			t.Errorf("%q is explained", id)
		}
	}
}

// TestExplainIsCompleted: the shell completes all of them.
func TestExplainIsCompleted(t *testing.T) {
	c := &Cmd{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}
	found, _ := c.explainCommand().ValidArgsFunction(nil, nil, "")
	for _, id := range []string{"tag/annotated", "order/seal", "signatures/record", "not-sealed", "cert-chain", "layout-expired", "builder-unknown", "lightweight-tag"} {
		if !strings.Contains("\n"+strings.Join(found, "\n")+"\n", "\n"+id+"\n") {
			t.Errorf("%s is not completed", id)
		}
	}
}
