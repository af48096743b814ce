package codeowners

import (
	"strings"
)

// github reads a line of GitHub's dialect: a pattern and its owners. A line with
// an error in it is skipped as a whole.
func (p *parser) github(line string) {
	words := splitWords(line)
	for i, word := range words {
		if word[0] == '#' {
			words = words[:i] // a comment
			break
		}
	}
	compiled, why := githubPattern(words[0])
	if why != "" {
		p.problem("pattern %.80q %s: GitHub skips the line", words[0], why)
		return
	}
	for _, owner := range words[1:] {
		if !githubOwner(owner) {
			p.problem("%.80q is no owner: GitHub skips the line", owner)
			return
		}
	}
	s := p.current()
	s.Rules = append(s.Rules, Rule{Line: p.line, Pattern: words[0], Owners: words[1:], pattern: compiled})
}

// splitWords splits a line at blanks without a backslash before them.
func splitWords(line string) []string {
	var words []string
	for {
		line = strings.TrimLeft(line, " \t")
		if line == "" {
			return words
		}
		n := wordLen(line)
		words = append(words, line[:n])
		line = line[n:]
	}
}

// wordLen returns where the first word of line ends.
func wordLen(line string) int {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case ' ', '\t':
			return i
		}
	}
	return len(line)
}

// githubPattern compiles a pattern. It says why it is none.
func githubPattern(s string) (pattern, string) {
	switch {
	case s[0] == '!':
		return pattern{}, "negates, which only gitignore knows"
	case strings.HasPrefix(s, `\#`):
		return pattern{}, "begins with an escaped #"
	case strings.ContainsAny(s, "[]"):
		return pattern{}, "holds brackets"
	case strings.Contains(s, "***"):
		return pattern{}, "holds three asterisks"
	case s == "/":
		return pattern{{literal: "/"}}, "" // which is no part of any path
	}
	anchored := strings.HasPrefix(s, "/")
	parts := strings.Split(strings.TrimPrefix(s, "/"), "/")
	last := len(parts) - 1
	var out pattern
	if !anchored && (last == 0 || last == 1 && parts[1] == "") {
		out = append(out, anyDirs)
	}
	for i, part := range parts {
		switch {
		case i == last && (part == "" || part == "**"): // everything below
			return append(out, anyName, anyDirs), ""
		case part == "**":
			out = append(out, anyDirs)
		default:
			out = append(out, segmentOf(part, false))
		}
	}
	if parts[last] != "*" { // a directory's files are its own, with one asterisk only its direct ones
		out = append(out, anyDirs)
	}
	return out, ""
}

// githubOwner reports whether s is a user, a team or an e-mail address.
func githubOwner(s string) bool {
	if name, ok := strings.CutPrefix(s, "@"); ok {
		owner, team, isTeam := strings.Cut(name, "/")
		return isName(owner) && (!isTeam || isName(team))
	}
	return isEmail(s)
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// isEmail is no check of the standard: it tells addresses from words.
func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(strings.Trim(domain, "."), ".") && !strings.ContainsAny(s, "<>()[],;:\"\\/") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) && !strings.Contains(domain, "@")
}
