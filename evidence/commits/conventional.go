package commits

import (
	"errors"
	"fmt"
	"strings"
)

// Commit is a conventional commit message, taken apart.
type Commit struct {
	// Type is the kind of change in lower case: "feat", "fix", ... (rule 15:
	// case does not matter).
	Type string
	// Scope is the part of the code base, as written; "" if none is given.
	Scope string
	// Breaking is set by "!" or by a BREAKING CHANGE footer (rules 11 to 13).
	Breaking bool
	// Description is the rest of the first line.
	Description string
	// Body is the free text between the first line and the footers.
	Body string
	// Footers are the footers in their order.
	Footers []Footer
}

// Footer is one footer (rules 8 to 10).
type Footer struct {
	// Token is the word before the separator, as written.
	Token string
	// Value is the text after it; it may hold line breaks.
	Value string
}

// maxMessage bounds the message, in bytes, as commits themselves are bounded.
const maxMessage = 1 << 20

// Parse reads a commit message. A first line that is not of the form
// "type(scope)!: description", or text right below it without a blank line, is
// an error.
func Parse(message string) (Commit, error) {
	if len(message) > maxMessage {
		return Commit{}, fmt.Errorf("the message has %d bytes, at most %d are read", len(message), maxMessage)
	}
	message = strings.TrimRight(strings.ReplaceAll(message, "\r\n", "\n"), "\n")
	first, rest, more := strings.Cut(message, "\n")
	c, err := parseFirst(first)
	if err != nil {
		return Commit{}, err
	}
	if !more {
		return c, nil
	}
	rest, ok := strings.CutPrefix(rest, "\n") // rules 6 and 8
	if !ok {
		return Commit{}, errors.New("the second line is not blank: put an empty line below the description")
	}
	lines := strings.Split(rest, "\n")
	start := footersStart(lines)
	c.Body = strings.Trim(strings.Join(lines[:start], "\n"), "\n")
	c.Footers = parseFooters(lines[start:])
	for _, f := range c.Footers {
		c.Breaking = c.Breaking || breakingToken(f.Token)
	}
	return c, nil
}

// parseFirst reads "type[(scope)][!]: description" (rules 1, 4, 5 and 13).
func parseFirst(line string) (Commit, error) {
	prefix, description, ok := strings.Cut(line, ": ")
	description = strings.TrimSpace(description)
	if !ok || description == "" {
		return Commit{}, fmt.Errorf("%.80q is not of the form \"type(scope): description\"", line)
	}
	prefix, breaking := strings.CutSuffix(prefix, "!")
	typ, scope, scoped := strings.Cut(prefix, "(")
	if scoped {
		scope, ok = strings.CutSuffix(scope, ")")
		if !ok || strings.TrimSpace(scope) == "" || strings.ContainsAny(scope, "()") {
			return Commit{}, fmt.Errorf("%.80q has no scope between its parentheses", line)
		}
	}
	if typ == "" || strings.ContainsFunc(typ, notWord) {
		return Commit{}, fmt.Errorf("%.80q does not begin with a type such as feat or fix", line)
	}
	return Commit{Type: strings.ToLower(typ), Scope: scope, Breaking: breaking, Description: description}, nil
}

// footersStart returns the index of the first footer line. Rule 8 leaves open
// where a body ends whose paragraphs look like footers. Footers are taken to
// be the last paragraphs that all begin like one. A BREAKING CHANGE begins the
// footers wherever it stands at the start of a line: to overlook one would be
// worse than to cut a body short.
func footersStart(lines []string) int {
	start, open := len(lines), false
	for i, line := range lines {
		f, ok := parseFooter(line)
		if ok && breakingToken(f.Token) {
			return min(start, i)
		}
		if i > 0 && lines[i-1] != "" || line == "" {
			continue
		}
		if ok && !open {
			start = i
		} else if !ok {
			start = len(lines)
		}
		open = ok
	}
	return start
}

// parseFooters reads footers; a line that begins none continues the value
// before it (rule 10).
func parseFooters(lines []string) []Footer {
	var footers []Footer
	var value []string
	for _, line := range lines {
		f, ok := parseFooter(line)
		if ok {
			footers = closeFooter(footers, value)
			footers, value = append(footers, f), nil
			line = f.Value
		}
		value = append(value, line)
	}
	return closeFooter(footers, value)
}

func closeFooter(footers []Footer, value []string) []Footer {
	if n := len(footers); n > 0 {
		footers[n-1].Value = strings.TrimSpace(strings.Join(value, "\n"))
	}
	return footers
}

// parseFooter reads "token: value" or "token #value". Only the token BREAKING
// CHANGE may hold a space (rule 9).
func parseFooter(line string) (Footer, bool) {
	at := strings.Index(line, ": ")
	skip := 2
	if hash := strings.Index(line, " #"); hash >= 0 && (at < 0 || hash < at) {
		at, skip = hash, 1 // the # belongs to the value: "Refs #12"
	}
	if at <= 0 {
		return Footer{}, false
	}
	token := line[:at]
	if token != "BREAKING CHANGE" && strings.ContainsFunc(token, notWord) {
		return Footer{}, false
	}
	return Footer{Token: token, Value: line[at+skip:]}, true
}

// breakingToken follows rules 15 and 16: upper case, space or hyphen.
func breakingToken(token string) bool {
	return token == "BREAKING CHANGE" || token == "BREAKING-CHANGE"
}

func notWord(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}
