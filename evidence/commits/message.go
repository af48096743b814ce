package commits

import (
	"strconv"
	"strings"
)

// Person is somebody whom a message names.
type Person struct{ Name, Email string }

// CoAuthors returns everybody whom a message names behind "Co-authored-by:" or
// "Co-developed-by:". They are looked for in the whole message, not only where
// trailers belong, and however the line is written: whoever is named shared the
// work, and a reader who overlooks one would take an author for a reviewer.
func CoAuthors(message string) []Person {
	var list []Person
	for _, value := range coAuthorLines(message) {
		list = append(list, people(value)...)
	}
	return list
}

// coAuthorLines returns the values of co-author lines. Git takes blanks around
// the key and a value that goes on in lines that begin with a blank.
func coAuthorLines(message string) []string {
	var values []string
	var open []string // the lines of a value that may go on
	shut := func() {
		if open != nil {
			values, open = append(values, strings.Join(open, " ")), nil
		}
	}
	for line := range strings.Lines(message) {
		key, value, ok := strings.Cut(line, ":")
		switch key = strings.ToLower(strings.TrimSpace(key)); {
		case ok && (key == "co-authored-by" || key == "co-developed-by"):
			shut()
			open = []string{strings.TrimSpace(value)}
		case open != nil && strings.TrimSpace(line) != "" && (line[0] == ' ' || line[0] == '\t'):
			open = append(open, strings.TrimSpace(line))
		default:
			shut()
		}
	}
	shut()
	return values
}

// people returns everybody whom a co-author line names: each address in angle
// brackets with the text before it, or the whole text if there is none.
func people(value string) []Person {
	var list []Person
	for {
		name, rest, ok := strings.Cut(value, "<")
		if !ok {
			break
		}
		email, after, _ := strings.Cut(rest, ">")
		list = append(list, Person{strings.Trim(name, ", \t"), strings.TrimSpace(email)})
		value = after
	}
	switch value = strings.Trim(value, ", \t"); {
	case value == "":
	case strings.Contains(value, "@"):
		list = append(list, Person{Email: value})
	default:
		list = append(list, Person{Name: value})
	}
	return list
}

// PickedFrom returns the commits that a message says it was picked from, as
// "git cherry-pick -x" writes it: "(cherry picked from commit ID)" in a line of
// its own. The ids are as written; only package gitobj says whether one is a
// full object id. A squash keeps the lines of its commits, so there may be
// several, anywhere in the message.
func PickedFrom(message string) []string {
	var list []string
	for line := range strings.Lines(message) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "(cherry picked from commit ")
		id, closed := strings.CutSuffix(rest, ")")
		if ok && closed && isID(id) {
			list = append(list, id)
		}
	}
	return list
}

// Revert is what a message takes back.
type Revert struct {
	// Commits are the ids as written: full, or abbreviated by "git revert
	// --reference".
	Commits []string
	// Changes are the numbers of the changes, if a forge wrote the message.
	Changes []int64
	// Subject is the subject of the reverted commit, from `Revert "..."`.
	Subject string
}

// ReadRevert reads the messages that "git revert", GitHub and GitLab write: the
// subject `Revert "..."`, or a line that begins with "This reverts commit",
// "This reverts merge request" or "Reverts OWNER/REPOSITORY#". It reports false
// if there is none of these.
func ReadRevert(message string) (Revert, bool) {
	var r Revert
	subject := Subject(message)
	_, quoted, found := strings.Cut(subject, `Revert "`)
	if found = found && strings.HasPrefix(subject, `Revert "`); found {
		if end := strings.LastIndexByte(quoted, '"'); end >= 0 {
			quoted = quoted[:end]
		}
		r.Subject = quoted
	}
	for line := range strings.Lines(message) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "This reverts commit "); ok {
			if id := rest[:prefix(rest, isHex)]; isID(id) {
				r.Commits = append(r.Commits, id)
			}
		} else if rest, ok := strings.CutPrefix(line, "This reverts merge request "); ok {
			r.addChange(rest, '!')
		} else if rest, ok := strings.CutPrefix(line, "Reverts "); ok {
			r.addChange(rest, '#')
		}
	}
	return r, found || len(r.Commits) > 0 || len(r.Changes) > 0
}

// addChange adds the number in "OWNER/REPOSITORY#12".
func (r *Revert) addChange(text string, sign byte) {
	name, _, _ := strings.Cut(text, " ")
	if at := strings.LastIndexByte(name, sign); at >= 0 {
		if n, ok := number(strings.TrimRight(name[at+1:], ".")); ok {
			r.Changes = append(r.Changes, n)
		}
	}
}

// Subject returns the first paragraph of a message in one line, as git does.
func Subject(message string) string {
	var parts []string
	for line := range strings.Lines(message) {
		line = strings.TrimSpace(line)
		if line == "" && len(parts) > 0 {
			break
		}
		if line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, " ")
}

// ChangeNumber returns the number of the pull or merge request that a message
// names in the form of its forge: "(#12)" at the end of the subject, "Merge pull
// request #12 from", or a line "See merge request GROUP/PROJECT!12". Anybody can
// type that: it is a hint where the forge's record cannot be had (controls
// catalogue, G3).
func ChangeNumber(message string) (int64, bool) {
	subject := Subject(message)
	if rest, ok := strings.CutPrefix(subject, "Merge pull request #"); ok {
		digits, _, _ := strings.Cut(rest, " ")
		return number(digits)
	}
	if body, ok := strings.CutSuffix(subject, ")"); ok {
		if at := strings.LastIndex(body, "(#"); at >= 0 {
			if n, ok := number(body[at+2:]); ok {
				return n, true
			}
		}
	}
	for line := range strings.Lines(message) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "See merge request ")
		if at := strings.LastIndexByte(rest, '!'); ok && at >= 0 {
			return number(rest[at+1:])
		}
	}
	return 0, false
}

// number reads a positive number as forges write it.
func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n > 0 && s == strconv.FormatInt(n, 10)
}

// isID reports whether s can be an object id, full or abbreviated.
func isID(s string) bool { return len(s) >= 7 && len(s) <= 64 && prefix(s, isHex) == len(s) }

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

// prefix returns how many bytes at the beginning of s are of a kind.
func prefix(s string, kind func(byte) bool) int {
	for i := range len(s) {
		if !kind(s[i]) {
			return i
		}
	}
	return len(s)
}
