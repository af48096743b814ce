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

// hashPattern is CycloneDX's pattern of the value of a hash: hexadecimal digits
// of one of these numbers. Nothing is matched more often, and Go's regular
// expressions go back and forth over the alternatives.
const hashPattern = `^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$`

func compilePattern(pattern string) (matcher, error) {
	if pattern == hashPattern {
		return hashValue{}, nil
	}
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

// hashValue matches what hashPattern does.
type hashValue struct{}

func (hashValue) MatchString(s string) bool {
	switch len(s) {
	case 32, 40, 64, 96, 128:
	default:
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
