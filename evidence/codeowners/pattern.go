package codeowners

import (
	"strings"
	"unicode/utf8"
)

// pattern matches a whole path, one segment by the next.
type pattern []segment

// budget is how many more steps of comparison are allowed.
type budget int

// spend takes one step and reports whether there was one.
func (b *budget) spend() bool {
	*b--
	return *b >= 0
}

// segment matches one element of a path, or any number of directories.
type segment struct {
	literal string // if glob is empty
	glob    string // with "*", "?", "\" and, if sets, "[...]"
	sets    bool
	dirs    bool // any number of elements, also none
}

var (
	anyDirs = segment{dirs: true}
	anyName = segment{glob: "*"}
)

// segmentOf compiles one element of a pattern.
func segmentOf(s string, sets bool) segment {
	special := `*?\`
	if sets {
		special += "["
	}
	if !strings.ContainsAny(s, special) {
		return segment{literal: s}
	}
	return segment{glob: s, sets: sets}
}

// match compares with the elements of a path. On a mismatch it goes back to the
// last segment for any number of directories and lets that one take one more;
// an earlier one could not help. So the work is at most the product of the
// lengths. It is false when the budget ends.
func (p pattern) match(path []string, b *budget) bool {
	at, back, taken := 0, -1, 0
	for i := 0; i < len(path); {
		switch {
		case !b.spend():
			return false
		case at < len(p) && p[at].dirs:
			back, taken = at, i
			at++
		case at < len(p) && p[at].match(path[i], b):
			at, i = at+1, i+1
		case back >= 0:
			taken++
			at, i = back+1, taken
		default:
			return false
		}
	}
	for at < len(p) && p[at].dirs {
		at++
	}
	return at == len(p)
}

func (s segment) match(name string, b *budget) bool {
	if s.glob == "" {
		return s.literal == name
	}
	return s.matchGlob(name, b)
}

// matchGlob goes back to the last asterisk on a mismatch, as match does. A name
// is not empty, so an asterisk alone matches it.
func (s segment) matchGlob(name string, b *budget) bool {
	g, at, back, taken := s.glob, 0, -1, 0
	for i := 0; i < len(name); {
		if !b.spend() {
			return false
		}
		if at < len(g) && g[at] == '*' {
			at++
			back, taken = at, i
			continue
		}
		_, width := utf8.DecodeRuneInString(name[i:])
		if n, ok := s.one(g[at:], name[i:i+width]); ok {
			at, i = at+n, i+width
			continue
		}
		if back < 0 {
			return false
		}
		_, width = utf8.DecodeRuneInString(name[taken:])
		taken += width
		at, i = back, taken
	}
	return strings.Trim(g[at:], "*") == ""
}

// one matches one character with the beginning of a glob, and says how much of
// that it took.
func (s segment) one(glob, char string) (int, bool) {
	switch {
	case glob == "":
		return 0, false
	case glob[0] == '?':
		return 1, true
	case glob[0] == '[' && s.sets:
		return set(glob, char)
	}
	escape := 0
	if glob[0] == '\\' && len(glob) > 1 {
		escape = 1
	}
	return escape + len(char), strings.HasPrefix(glob[escape:], char)
}

// set matches a character with a set: "[abc]", "[a-z]", "[!a]" or "[^a]". A set
// without end matches nothing.
func set(glob, char string) (int, bool) {
	rest := glob[1:]
	not := rest != "" && (rest[0] == '!' || rest[0] == '^')
	if not {
		rest = rest[1:]
	}
	want, _ := utf8.DecodeRuneInString(char)
	found := false
	for first := true; rest != "" && (first || rest[0] != ']'); first = false {
		var low, high rune
		if low, rest = setChar(rest); rest == "" {
			return 0, false
		}
		high = low
		if len(rest) > 1 && rest[0] == '-' && rest[1] != ']' {
			high, rest = setChar(rest[1:])
		}
		found = found || low <= want && want <= high
	}
	if rest == "" {
		return 0, false
	}
	return len(glob) - len(rest) + 1, found != not
}

// setChar returns the first character of a set and what follows it.
func setChar(s string) (rune, string) {
	if s[0] == '\\' && len(s) > 1 {
		s = s[1:]
	}
	r, width := utf8.DecodeRuneInString(s)
	return r, s[width:]
}
