package description

import (
	"strings"
	"unicode/utf8"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// Bounds of what is read of one description. A forge bounds the text itself, and
// what is beyond is as if it were not there.
const (
	maxText  = 256 << 10 // bytes
	maxLines = 5000
)

// line is one line of a description.
type line struct {
	text string
	// code reports that it stands in a fenced block, so that it is no Markdown.
	code bool
}

var (
	fence = lazyregexp.New("^ {0,3}(`{3,}|~{3,})")
	tag   = lazyregexp.New(`(?i)</?(a|b|blockquote|code|dd|details|div|dl|dt|em|h[1-6]|hr|i|img|kbd|li|ol|p|pre|s|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)(\s[^<>]*)?/?>`)
	br    = lazyregexp.New(`(?i)<br\s*/?>`)
	// struck is text that its author took back.
	struck = lazyregexp.New(`~~[^~]*~~`)
)

// split returns the lines of a description without comments, tags and invisible
// characters.
func split(text string) []line {
	if len(text) > maxText {
		text = text[:maxText]
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", "    ").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	var list []line
	comment, open := false, ""
	for s := range strings.SplitSeq(text, "\n") {
		if len(list) == maxLines {
			break
		}
		if open != "" {
			if m := fence.FindStringSubmatch(s); m != nil && strings.HasPrefix(m[1], open) && strings.Trim(s, " `~") == "" {
				open = ""
				continue
			}
			list = append(list, line{text: visible(s), code: true})
			continue
		}
		had := strings.TrimSpace(s) != ""
		s, comment = uncomment(s, comment)
		if m := fence.FindStringSubmatch(s); m != nil {
			open = m[1]
			continue
		}
		s = struck.ReplaceAllString(tag.ReplaceAllString(br.ReplaceAllString(s, " "), ""), "")
		if s = visible(s); had && strings.TrimSpace(s) == "" {
			continue // nothing but a comment: no empty line
		}
		list = append(list, line{text: s})
	}
	return list
}

// uncomment takes the comments out of a line; within reports whether one goes on
// from the line before, and then into the next one.
func uncomment(s string, within bool) (string, bool) {
	var b strings.Builder
	for {
		mark := "<!--"
		if within {
			mark = "-->"
		}
		before, after, found := strings.Cut(s, mark)
		if !within {
			b.WriteString(before)
		}
		if !found {
			return b.String(), within
		}
		s, within = after, !within
	}
}

// visible drops control and format characters, which show nothing or another
// order than that in which they stand.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xad, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e,
			r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xe0000 && r <= 0xe007f:
			return -1
		}
		return r
	}, s)
}

// cut bounds a text, and shows that it did.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + " ..."
}
