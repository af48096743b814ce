package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// columns returns how many terminal columns s takes: two for a wide East Asian
// character (UAX #11), none for a combining mark, one for anything else.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// runeColumns is columns for one rune.
func runeColumns(r rune) int {
	if r < utf8.RuneSelf {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// pad fills s with spaces up to n columns and never cuts it.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-columns(s)))
}

// split divides s after the last rune that ends within n columns. The first
// part is never empty unless s is, so that callers make progress.
func split(s string, n int) (head, tail string) {
	used := 0
	for i, r := range s {
		used += runeColumns(r)
		if used > n && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// cut shortens s to at most n columns, with an ellipsis if anything is lost.
func cut(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	head, _ := split(s, n-len(ellipsis))
	return strings.TrimRight(head, " ") + ellipsis
}

// middle shortens s to at most n columns by an ellipsis between its begin and its
// end: of two names in one folder, the ends differ.
func middle(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	keep := max(n-len(ellipsis), 2)
	head, tail := split(s, (keep+1)/2)
	for columns(tail) > keep/2 {
		_, tail = split(tail, 1)
	}
	return head + ellipsis + tail
}

// wrap breaks s at spaces into lines of at most rest columns, the first of at
// most first. A word longer than a line is broken after its slashes, so that the
// parts of a path stay whole, and else where the line ends.
func wrap(s string, first, rest int) []string {
	var lines []string
	room, line := first, ""
	flush := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		room, line = rest, ""
	}
	for word := range strings.SplitSeq(s, " ") {
		parts, space := []string{word}, " "
		if columns(word) > rest {
			parts = strings.SplitAfter(word, "/")
		}
		for _, part := range parts {
			if line != "" && columns(line)+len(space)+columns(part) > room {
				flush()
			}
			if line != "" {
				line += space
			}
			line += part
			for columns(line) > room {
				tail := line
				line, tail = split(tail, room)
				flush()
				line = tail
			}
			space = ""
		}
	}
	if line != "" || len(lines) == 0 {
		flush()
	}
	return lines
}
