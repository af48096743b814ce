package report

import (
	"io"
	"strconv"
	"strings"
)

// line is one line of a page: lead, mark and text in this order. Only the mark,
// a verdict or another word of ours, is ever coloured.
type line struct {
	lead string
	mark string
	text string
}

// section is a block that an empty line sets off from the next one.
type section struct {
	head []line
	// entries are left out from the end, whole, when a page is short of space.
	entries [][]line
	// kinds name what each entry is, so that what is left out is counted by
	// kind; nil if all are alike.
	kinds []string
	// chain marks the section that shows the release from its tag to where it
	// runs: it is the last to be left out from.
	chain bool
}

// plain makes lines without a mark.
func plain(texts ...string) []line {
	lines := make([]line, len(texts))
	for i, t := range texts {
		lines[i].text = t
	}
	return lines
}

// fold returns the head and at most n lines of entries; n < 0 is no limit.
func (s section) fold(n int) []line {
	lines := s.head
	total := 0
	for _, e := range s.entries {
		total += len(e)
	}
	used := 0
	for i, e := range s.entries {
		if n >= 0 && total > n && used+len(e) > n-1 {
			return append(lines, line{text: "  and " + strconv.Itoa(len(s.entries)-i) + " more" + s.left(i) + ": --all"})
		}
		lines = append(lines, e...)
		used += len(e)
	}
	return lines
}

// left counts the entries from the one at i on by kind: " (2 warning, 1 pending)".
func (s section) left(i int) string {
	if len(s.kinds) == 0 {
		return ""
	}
	var order []string
	times := map[string]int{}
	for _, k := range s.kinds[i:] {
		if times[k]++; times[k] == 1 {
			order = append(order, k)
		}
	}
	for i, k := range order {
		order[i] = strconv.Itoa(times[k]) + " " + k
	}
	return " (" + strings.Join(order, ", ") + ")"
}

// layout joins sections with empty lines between them, folded to n lines of
// entries, and the chain to at least the given number.
func layout(sections []section, n, chain int) []line {
	var lines []line
	for _, s := range sections {
		most := n
		if s.chain && n >= 0 {
			most = max(n, chain)
		}
		part := s.fold(most)
		if len(part) == 0 {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, line{})
		}
		lines = append(lines, part...)
	}
	return lines
}

const (
	maxLines   = 45 // most lines of an accepted report
	mostFolded = 12 // most lines of one section's entries
	leastShown = 3  // fewest lines a section is folded to
)

// fit lays sections out in at most maxLines lines if that can be had by folding
// the longest sections, the chain last of all.
func fit(sections []section) []line {
	for _, chain := range []int{mostFolded, leastShown} {
		for n := mostFolded; n >= leastShown; n-- {
			if lines := layout(sections, n, chain); len(lines) <= maxLines {
				return lines
			}
		}
	}
	return layout(sections, leastShown, leastShown)
}

// write prints the lines. This is the one place through which text gets out,
// so it makes every line safe once more, whatever was done before.
func write(w io.Writer, lines []line, color bool) error {
	var b strings.Builder
	for _, l := range lines {
		mark, text := escape(l.mark, 0), escape(l.text, 0)
		if color {
			mark = paint(mark)
		}
		b.WriteString(strings.TrimRight(escape(l.lead, 0)+mark+text, " "))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// paint colours the words of a verdict or failure (ECMA-48 SGR).
func paint(mark string) string {
	code := ""
	switch mark {
	case "ACCEPTED":
		code = "32"
	case "WARNING", "UNKNOWN":
		code = "33"
	case "FAILED", "NOT ACCEPTED", "NOT GENUINE", "CANNOT READ":
		code = "31"
	default:
		return mark
	}
	return "\x1b[1;" + code + "m" + mark + "\x1b[0m"
}
