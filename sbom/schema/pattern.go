package schema

import (
	"regexp"
	"strings"
)

// matcher is a compiled pattern.
type matcher interface{ MatchString(string) bool }

// iriPattern is the one pattern of the official schemas (SPDX 3's IRI) that
// Go's regular expressions cannot hold: it looks ahead.
const iriPattern = `^(?!_:).+:.+`

func compilePattern(pattern string) (matcher, error) {
	if rest, ok := strings.CutPrefix(pattern, `^(?!_:)`); ok && pattern == iriPattern {
		re, err := regexp.Compile("^" + rest)
		return notBlank{re}, err
	}
	return regexp.Compile(pattern)
}

// notBlank matches what re matches and is no blank node of RDF ("_:x").
type notBlank struct{ re *regexp.Regexp }

func (n notBlank) MatchString(s string) bool {
	return !strings.HasPrefix(s, "_:") && n.re.MatchString(s)
}
