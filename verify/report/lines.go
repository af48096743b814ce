package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const (
	labelColumns = 12 // a label and the space after it
	knownColumns = 13 // the column "how known", counted from the right
	edgeColumns  = 4  // what is kept free at the right
)

// paragraph wraps s after prefix, further lines below it indented by indent
// columns, in at most most lines; 0, or a page with everything, is no limit.
func (v *view) paragraph(prefix string, indent int, s string, most int) []line {
	rest := v.width - indent
	parts := wrap(tidy(s), v.width-columns(prefix), rest)
	// The last line that is kept is shortened even if it fits, since what
	// follows it is lost.
	if most > 0 && len(parts) > most && !v.all {
		parts = parts[:most]
		last := rest
		if most == 1 {
			last = v.width - columns(prefix)
		}
		parts[most-1] = cut(parts[most-1], last-len(ellipsis)-1) + " " + ellipsis
	}
	lines := plain(prefix + parts[0])
	for _, p := range parts[1:] {
		lines = append(lines, line{text: strings.Repeat(" ", indent) + p})
	}
	return lines
}

// row is a labelled line with a word at the right that says how it is known.
func (v *view) row(label, text, right string) []line {
	prefix := "  " + pad(cut(Safe(label), labelColumns-1), labelColumns)
	if right == "" {
		return v.paragraph(prefix, columns(prefix), text, 2)
	}
	start := v.rightStart(right)
	first := start - 2 - columns(prefix)
	parts := wrap(tidy(text), first, v.width-columns(prefix))
	lines := plain(pad(prefix+parts[0], start) + right)
	if len(parts) > 2 && !v.all {
		parts = parts[:2]
		parts[1] = cut(parts[1], v.width-columns(prefix)-len(ellipsis)-1) + " " + ellipsis
	}
	for _, p := range parts[1:] {
		lines = append(lines, line{text: strings.Repeat(" ", columns(prefix)) + p})
	}
	return lines
}

// rightStart is the column at which the text at the right begins.
func (v *view) rightStart(right string) int {
	return min(v.width-knownColumns, v.width-edgeColumns-columns(right))
}

// spread puts right at the right end of the line, or below if there is no room.
func (v *view) spread(left, right string, edge int) []line {
	gap := v.width - edge - columns(left) - columns(right)
	if right == "" || gap < 2 {
		return plain(slices.DeleteFunc([]string{left, right}, func(s string) bool { return s == "" })...)
	}
	return plain(left + strings.Repeat(" ", gap) + right)
}

// heading is the first line of a section, with a word over its right column.
func (v *view) heading(title, right string) []line {
	return plain(pad(title, v.rightStart(right)) + right)
}

// tidy makes text from outside safe and shortens long runs of spaces, with
// which it could otherwise draw columns of its own.
func tidy(s string) string {
	s = Safe(s)
	for strings.Contains(s, "    ") {
		s = strings.ReplaceAll(s, "    ", "   ")
	}
	return s
}

// known says how a fact is known. For a fact from elsewhere it always names
// whose word it is; for any other if that is short, there is room for it beside
// the text, and the text does not say so itself.
func known(p verify.Proof, text string, room int) string {
	word := cut(Safe(string(p.Grade)), 12)
	if p.By == "" || word == "" || p.Grade != verify.Attested && strings.Contains(text, p.By) {
		return word
	}
	const most = 24
	by := tidy(p.By)
	if p.Grade == verify.Attested {
		return word + ", " + cut(by, most)
	}
	if long := word + ", " + by; columns(by) <= most && columns(long) <= room {
		return long
	}
	return word
}

// refs names exhibits: "E3 E4", and how many more there are after four.
func refs(numbers []int) string {
	const most = 4
	var parts []string
	for _, n := range numbers[:min(most, len(numbers))] {
		parts = append(parts, fmt.Sprintf("E%d", n))
	}
	if more := len(numbers) - most; more > 0 {
		parts = append(parts, fmt.Sprintf("+%d", more))
	}
	return strings.Join(parts, " ")
}

// withRefs adds exhibits to a text.
func withRefs(text string, numbers []int) string {
	if len(numbers) == 0 {
		return text
	}
	return cut(text, maxSafe-30) + " (" + refs(numbers) + ")"
}

// exhibits are the numbers of the exhibits at the given places, sorted.
func (v *view) exhibits(places []verify.Place) []int {
	var numbers []int
	for _, p := range places {
		for _, d := range []*evidence.Digest{p.Statement, p.Material} {
			if d == nil {
				continue
			}
			if n, ok := v.exhibit[*d]; ok {
				numbers = append(numbers, n)
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
