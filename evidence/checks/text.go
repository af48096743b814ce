package checks

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxText = 300

// clean makes a text from a file fit to be shown: cut to maxText bytes, with
// U+FFFD for what steers a terminal or the direction of writing.
func clean(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxText {
		cut := maxText
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return utf8.RuneError
		}
		return r
	}, s)
}
