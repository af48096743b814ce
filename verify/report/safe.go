package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxSafe is the most runes that Safe returns.
	maxSafe = 400
	// maxMarks is how many combining marks may follow one another. Hebrew and
	// Vietnamese need up to three; more only paint over neighbouring lines.
	maxMarks = 3
	// ellipsis ends text that was cut. It is ASCII, so its width is certain.
	ellipsis = "..."
)

// Safe returns text from outside in a form that a terminal shows and does not
// obey: control characters, escape sequences, line breaks, direction overrides,
// invisible characters and bytes that are not UTF-8 become visible escapes such
// as \x1b or \u202e. Text longer than 400 characters ends in "...". Safe text
// is returned as it is, so that Safe(Safe(s)) == Safe(s).
func Safe(s string) string { return escape(s, maxSafe) }

// SafeLine is Safe without a limit of length, for one line of a document that is
// shown in full. A tab becomes four spaces, since text files are full of them.
func SafeLine(s string) string { return escape(strings.ReplaceAll(s, "\t", "    "), 0) }

// escape makes s visible and cuts it after limit runes; 0 is no limit. It stops
// reading at the limit, so that huge input costs no more than small input.
func escape(s string, limit int) string {
	var b strings.Builder
	var runes, cut, marks int
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		// Marks are drawn over what stands before them: at the start of the text
		// that is our own, and many of them reach into other lines.
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		piece := s[:size]
		if hidden(r, size) || marks > 0 && (b.Len() == 0 || marks > maxMarks) {
			piece = escapeRune(r, piece)
		}
		s = s[size:]
		runes += utf8.RuneCountInString(piece)
		if limit > 0 && runes > limit {
			return b.String()[:cut] + ellipsis
		}
		b.WriteString(piece)
		if runes <= limit-len(ellipsis) {
			cut = b.Len()
		}
	}
	return b.String()
}

// hidden reports whether a terminal might obey r or show nothing for it. size
// is the number of bytes that r was decoded from.
func hidden(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return true // a byte that is not UTF-8
	case r < utf8.RuneSelf: // nearly all text, so it is worth a shortcut
		return r < ' ' || r == 0x7f
	}
	const blankBraille = '\u2800' // a symbol without ink
	return !unicode.IsPrint(r) || r == blankBraille ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// escapeRune writes r the way Go source would; raw are the bytes it came from.
func escapeRune(r rune, raw string) string {
	switch {
	case len(raw) == 1:
		return escapeByte(raw[0])
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

func escapeByte(c byte) string {
	switch c {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	return fmt.Sprintf(`\x%02x`, c)
}
