package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

const (
	// maxCauses is how many failures a page tells of before it only counts.
	maxCauses = 20
	// maxCauseLines is how many lines a failure takes, with what follows from
	// it; all but what was found takes at most ten of them.
	maxCauseLines = 12
	// causeIndent is where the text of a failure's lines begins.
	causeIndent = 13
)

// failures tells of the failed checks for which want holds, a block a cause.
func (v *view) failures(want func(verify.Check) bool) []section {
	var out []section
	left := 0
	for i, c := range v.causes {
		switch {
		case !want(*c.check):
		case len(out) >= maxCauses && !v.all:
			left++
		default:
			out = append(out, section{head: v.failure(i+1, c)})
		}
	}
	if left > 0 {
		out = append(out, section{head: plain(fmt.Sprintf("and %d more failed: --all", left))})
	}
	return out
}

// failure is one block: what failed, what was expected and found, what mends
// it. What was found gets the room that the rest leaves.
func (v *view) failure(n int, c cause) []line {
	before := append(v.failureTitle(n, c.check), v.failureLine("expected", c.check.Expected, 2)...)
	after := v.failureLine("known", known(c.check.Proof, "", v.width), 1)
	label := "fix"
	for _, text := range fixes(c.check.Fix) {
		after = append(after, v.failureLine(label, text, 2)...)
		label = ""
	}
	after = append(after, v.failureLine("also", v.also(c), 1)...)
	room := maxCauseLines - len(before) - len(after)
	return slices.Concat(before, v.failureLine("found", v.found(c.check), room), after)
}

// failureLine is one labelled text of a block, in at most most lines.
func (v *view) failureLine(label, text string, most int) []line {
	if text == "" {
		return nil
	}
	return v.paragraph("  "+pad(label, causeIndent-2), causeIndent, text, most)
}

// failureTitle is a block's first line.
func (v *view) failureTitle(n int, c *verify.Check) []line {
	word := failureWord(c)
	number := pad(fmt.Sprintf(" %d", n), 11-len(word))
	prefix := pad(word+number, 11) + pad(cut(Safe(c.ID), 48), 27) + "  "
	lines := v.paragraph(prefix, causeIndent, c.Title, 2)
	lines[0] = line{mark: word, text: lines[0].text[len(word):]}
	return lines
}

// failureWord tells what cannot be judged from what was judged and failed.
func failureWord(c *verify.Check) string {
	if c.Outcome == verify.Unknown {
		return "UNKNOWN"
	}
	return "FAILED"
}

// found is the finding, with the exhibits it was made on.
func (v *view) found(c *verify.Check) string {
	return withRefs(v.finding(c), v.exhibits(c.Inputs))
}

// finding says what was found, or why it could not be judged.
func (v *view) finding(c *verify.Check) string {
	text := tidy(c.Found)
	if c.Outcome == verify.Unknown && c.Why != "" {
		text = strings.TrimSuffix("not known ("+tidy(c.Why)+"): "+text, ": ")
	}
	if c.Clock != "" {
		text = strings.TrimPrefix(text+"; clock: "+tidy(c.Clock), "; ")
	}
	if text == "" {
		text = tidy(c.Code)
	}
	return text
}

// fixes labels what to do before the act and now, if both are given.
func fixes(f verify.Fix) []string {
	switch {
	case f.Before == "":
		return []string{f.Now}
	case f.Now == "":
		return []string{f.Before}
	}
	return []string{"before the act: " + f.Before, "now: " + f.Now}
}

// also names what follows from a cause, each check once, with how often.
func (v *view) also(c cause) string {
	times := map[string]int{}
	var ids []string
	for _, a := range c.also {
		if times[a.ID]++; times[a.ID] == 1 {
			ids = append(ids, a.ID)
		}
	}
	var parts []string
	for _, id := range ids {
		text := tidy(id)
		if times[id] > 1 || id == c.check.ID {
			text = fmt.Sprintf("%s (%d more)", text, times[id])
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}
