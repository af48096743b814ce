package report

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// tally counts how checks ended.
type tally struct {
	asked   int // everything that applies
	held    int // passed
	failed  int // keeps the release from being accepted
	unknown int // the same, because it cannot be judged
	warned  int
	waived  int
	pending int
	later   int // fails, and is not enforced yet
	skipped int // does not apply
}

// count tallies the checks for which want holds.
func count(checks []verify.Check, want func(verify.Check) bool) tally {
	var t tally
	for _, c := range checks {
		if want(c) {
			t.add(c)
		}
	}
	t.asked -= t.skipped
	return t
}

// add counts c in asked and, except for a check that does not apply, in exactly
// one of the others.
func (t *tally) add(c verify.Check) {
	t.asked++
	switch {
	case c.Outcome == verify.Pass:
		t.held++
	case c.Outcome == verify.NotApplicable:
		t.skipped++
	case c.Outcome == verify.Waived:
		t.waived++
	case c.Outcome == verify.Pending:
		t.pending++
	case c.Blocks() && c.Outcome == verify.Unknown:
		t.unknown++
	case c.Blocks():
		t.failed++
	case c.EnforcedFrom != nil:
		t.later++
	default:
		t.warned++
	}
}

// inLayer holds for the checks of one layer.
func inLayer(l verify.Layer) func(verify.Check) bool {
	return func(c verify.Check) bool { return c.Layer == l }
}

// ofFile holds for the checks of layers 1 to 4.
func ofFile(c verify.Check) bool { return c.Layer != verify.Controls }

// blocked says "2 failed, 1 unknown of 292 asked".
func (t tally) blocked() string {
	parts := []string{fmt.Sprintf("%d failed", t.failed)}
	if t.unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", t.unknown))
	}
	return fmt.Sprintf("%s of %d asked", strings.Join(parts, ", "), t.asked)
}

// plural returns "1 file" or "2 files".
func plural[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
