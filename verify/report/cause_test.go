package report

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/verify"
)

func failing(id, from string) verify.Check {
	return verify.Check{ID: id, FollowsFrom: from, Outcome: verify.Fail, Layer: verify.Controls}
}

// shape writes causes as "a(b c) d".
func shape(list []cause) string {
	var parts []string
	for _, c := range list {
		var also []string
		for _, a := range c.also {
			also = append(also, a.ID)
		}
		part := c.check.ID
		if len(also) > 0 {
			part += "(" + strings.Join(also, " ") + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

func TestCauses(t *testing.T) {
	held := verify.Check{ID: "held", Outcome: verify.Pass}
	for want, checks := range map[string][]verify.Check{
		"":       {held},
		"a b":    {failing("a", ""), failing("b", "")},
		"a(b c)": {failing("a", ""), failing("b", "a"), failing("c", "b")},
		"b(a)":   {failing("a", "b"), failing("b", "")},
		"c":      {held, failing("c", "held")},
		"d":      {failing("d", "not there")},
		"e":      {failing("e", "e")},
		"f g":    {failing("f", "g"), failing("g", "f")},
		"h i j":  {failing("h", "i"), failing("i", "h"), failing("j", "h")},
		"k(k k)": {failing("k", ""), failing("k", ""), failing("k", "")},
		"l(m m)": {failing("l", ""), failing("m", "l"), failing("m", "")},
	} {
		if got := shape(causes(checks)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestCausesLoseNothing: every failed check is told of exactly once.
func TestCausesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		var checks []verify.Check
		for i := range n {
			id, from := rapid.IntRange(-1, 12).Draw(t, "id"), rapid.IntRange(-1, 12).Draw(t, "from")
			c := failing(name(id), name(from))
			c.Title = fmt.Sprint(i)
			checks = append(checks, c)
		}
		seen := map[string]int{}
		for _, c := range causes(checks) {
			for _, a := range append(c.also, c.check) {
				seen[a.Title]++
			}
		}
		for i := range n {
			if seen[fmt.Sprint(i)] != 1 {
				t.Fatalf("check %d is told of %d times", i, seen[fmt.Sprint(i)])
			}
		}
	})
}

func name(n int) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprintf("id-%d", n)
}
