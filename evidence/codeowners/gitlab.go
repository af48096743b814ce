package codeowners

import (
	"strconv"
	"strings"
)

// gitlab reads a line of GitLab's dialect: a section's head, or a pattern and
// its owners.
func (p *parser) gitlab(line string) {
	if h, ok := parseHead(line); ok {
		p.begin(h)
		return
	}
	if line[0] == '[' || strings.HasPrefix(line, "^[") {
		p.problem("the head of a section cannot be read: GitLab takes the line for a rule")
	}
	n := wordLen(line)
	word, rest := line[:n], line[n:]
	if excluded, ok := strings.CutPrefix(word, "!"); ok {
		if excluded == "" {
			p.problem("an exclusion without a pattern is not followed")
			return
		}
		s := p.current()
		s.excluded = append(s.excluded, compile(complete(excluded)))
		return
	}
	owners := p.gitlabOwners(rest)
	if len(owners) == 0 {
		owners = p.owners
	}
	if len(owners) == 0 {
		p.problem("the rule for %.80q has no owner: GitLab asks nobody", word)
	}
	completed := complete(word)
	p.add(completed, Rule{Line: p.line, Pattern: word, Owners: owners, pattern: compile(completed)})
}

// add adds a rule to the section. A pattern that the section has already keeps
// its place and gets the new owners.
func (p *parser) add(completed string, r Rule) {
	s, key := p.current(), ruleKey{p.section, completed}
	if i, ok := p.seen[key]; ok {
		s.Rules[i] = r
		return
	}
	p.seen[key] = len(s.Rules)
	s.Rules = append(s.Rules, r)
}

// head is the head of a section: ^[Name][2] @owner.
type head struct {
	name      string
	optional  bool
	approvals string // between the second brackets
	numbered  bool   // there are second brackets
	rest      string
}

func parseHead(line string) (h head, ok bool) {
	line, h.optional = strings.CutPrefix(line, "^")
	rest, ok := strings.CutPrefix(line, "[")
	if !ok {
		return h, false
	}
	if h.name, h.rest, ok = strings.Cut(rest, "]"); !ok {
		return h, false
	}
	if rest, ok := strings.CutPrefix(h.rest, "["); ok {
		if n, after, ok := strings.Cut(rest, "]"); ok {
			h.approvals, h.numbered, h.rest = n, true, after
		}
	}
	return h, true
}

// begin begins a section, or goes on with the one of that name. Of two heads of
// one section, the stricter holds.
func (p *parser) begin(h head) {
	name := strings.TrimSpace(h.name)
	approvals := p.approvals(h)
	switch {
	case name == "":
		p.problem("the section has no name")
	case h.rest != "" && h.rest[0] != ' ' && h.rest[0] != '\t':
		p.problem("%.80q follows the head of a section", h.rest)
	}
	p.owners = p.gitlabOwners(h.rest)
	if i, ok := p.byName[strings.ToLower(name)]; ok {
		p.section = i
		have := p.current()
		have.Optional = have.Optional && h.optional
		have.Approvals = max(have.Approvals, approvals)
		return
	}
	p.section = len(p.file.Sections)
	p.byName[strings.ToLower(name)] = p.section
	p.file.Sections = append(p.file.Sections, Section{Name: name, Optional: h.optional, Approvals: approvals})
}

// maxApprovals is more than any group has members who would approve one change.
const maxApprovals = 1000

// approvals reads the number of approvals; what is none is 1.
func (p *parser) approvals(h head) int {
	if !h.numbered {
		return 1
	}
	n, err := strconv.Atoi(h.approvals)
	switch {
	case err != nil || n < 1 || n > maxApprovals:
		p.problem("%.20q is no number of approvals: GitLab takes 1", h.approvals)
		return 1
	case h.optional:
		p.problem("an optional section needs no approvals, and %d are asked for", n)
	}
	return n
}

// gitlabOwners returns the owners in a text. What is no owner is skipped; GitLab
// knows no comments behind a pattern, so owners in one count.
func (p *parser) gitlabOwners(text string) []string {
	var list []string
	comment := false
	for word := range strings.FieldsSeq(text) {
		comment = comment || word[0] == '#'
		switch {
		case gitlabOwner(word):
			list = append(list, word)
		case !comment:
			p.problem("%.80q is no owner: GitLab skips it", word)
		}
	}
	return list
}

// gitlabOwner reports whether s is a user, a group, a role or an e-mail address.
func gitlabOwner(s string) bool {
	name, ok := strings.CutPrefix(s, "@")
	if !ok {
		return isEmail(s)
	}
	if role, ok := strings.CutPrefix(name, "@"); ok {
		switch strings.TrimSuffix(role, "s") {
		case "developer", "maintainer", "owner":
			return true
		}
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if !isName(strings.ReplaceAll(part, ".", "")) {
			return false
		}
	}
	return true
}

// complete writes a pattern out as GitLab does before it compares.
func complete(s string) string {
	s = strings.NewReplacer(`\ `, " ", "\\\t", " ").Replace(s)
	if rest, ok := strings.CutPrefix(s, `\#`); ok {
		s = "#" + rest
	}
	switch {
	case s == "*":
		s = "/**/*"
	case !strings.HasPrefix(s, "/"):
		s = "/**/" + s
	}
	if strings.HasSuffix(s, "/") {
		s += "**/*"
	}
	return s
}

// compile compiles a completed pattern.
func compile(s string) pattern {
	var out pattern
	parts := strings.Split(s[1:], "/")
	for i, part := range parts {
		if part == "**" && i < len(parts)-1 {
			out = append(out, anyDirs)
		} else {
			out = append(out, segmentOf(part, true))
		}
	}
	return out
}
