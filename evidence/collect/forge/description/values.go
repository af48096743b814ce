package description

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// words are the answers that a field asks for, by how people say them.
type words map[string]string

var (
	yesNo   = words{"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no", "none": "no"}
	yesNoNA = words{"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no", "n/a": "na", "na": "na", "not applicable": "na"}
	// choices are the fields with a list of answers.
	choices = map[string]words{
		"risk.label": {"low": "low", "medium": "medium", "high": "high", "critical": "critical",
			"low risk": "low", "medium risk": "medium", "high risk": "high", "critical risk": "critical"},
		"risk.type": {"feature": "feature", "feat": "feature", "new feature": "feature", "fix": "fix", "bugfix": "fix", "bug fix": "fix", "bug": "fix",
			"refactor": "refactor", "refactoring": "refactor", "infra": "infra", "infrastructure": "infra", "security": "security", "security fix": "security"},
		"risk.backward-compatible": yesNoNA,
		"risk.data-migration": {"none": "none", "no": "none", "n/a": "none", "expand": "expand", "contract": "contract", "other": "other",
			"expand/contract": "expand-contract", "expand-contract": "expand-contract", "expand and contract": "expand-contract"},
		"rollout.configuration-change": yesNo,
		"rollout.progressive":          yesNoNA,
		"rollback.no-safe-rollback":    yesNo,
		"owned-paths":                  yesNo,
	}
	// reasoned is where an answer ends and its reason begins.
	reasoned = lazyregexp.New(`[ ]+[-\x{2013}\x{2014}]+[ ]+|[:;,.(][ ]*|[ ]+because[ ]+`)
	either   = lazyregexp.New(`[,/|;]|[ ]or[ ]`)
)

// choose reads an answer with its reason; "" if it is none of w, or several.
func (w words) choose(s string) (answer, rest string) {
	plain := func(s string) string {
		return strings.ToLower(strings.Join(strings.Fields(strings.TrimFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})), " "))
	}
	if a := w[plain(s)]; a != "" {
		return a, ""
	}
	at := reasoned.FindStringIndex(s)
	if at == nil {
		return "", ""
	}
	answer, rest = w[plain(s[:at[0]])], strings.TrimSpace(s[at[1]:])
	if answer == "" {
		return "", ""
	}
	for _, other := range either.Split(rest, maxItems) {
		if a := w[plain(other)]; a != "" && a != answer {
			return "", "" // the list of answers, as the form has it
		}
	}
	if s[at[0]] == '(' {
		rest = strings.TrimSuffix(rest, ")")
	}
	return answer, rest
}

// choice is the answer of a field with a list of answers. Where there are boxes,
// those that are ticked count.
func (r *reader) choice(name string) (answer, rest string) {
	items := r.items(name)
	if slices.ContainsFunc(items, func(it item) bool { return it.box != 0 }) {
		items = slices.DeleteFunc(slices.Clone(items), func(it item) bool { return it.box != 'x' })
	}
	var more []string
	for _, it := range items {
		a, why := choices[name].choose(it.text)
		switch {
		case a == "" && answer != "":
			more = append(more, it.text)
		case a == "":
		case answer != "" && a != answer:
			return "", ""
		default:
			answer = a
			if why != "" {
				more = append(more, why)
			}
		}
	}
	if answer == "" {
		return "", ""
	}
	return answer, joined(more)
}

// items are what was given for a field, placeholders left out.
func (r *reader) items(name string) []item {
	a := r.answers[name]
	if a == nil {
		return nil
	}
	_, choice := choices[name]
	return slices.DeleteFunc(slices.Clone(a.items), func(it item) bool { return !choice && placeholder(it.text) })
}

// maxField bounds one text, in bytes.
const maxField = 4000

// joined joins lines to a text.
func joined(lines []string) string {
	lines = slices.DeleteFunc(lines, placeholder)
	return cut(strings.Join(lines, "\n"), maxField)
}

// said is the answer of a field as a text: what is not ticked is not said.
func (r *reader) said(name string) string {
	var lines []string
	for _, it := range r.items(name) {
		if it.box != ' ' {
			lines = append(lines, it.text)
		}
	}
	return joined(lines)
}

// list are the items of a list, ticked or not.
func (r *reader) list(name string) []string {
	var list []string
	for _, it := range r.items(name) {
		list = append(list, it.text)
	}
	return list
}

// left are words that people leave in forms.
var left = []string{
	"tbd", "tba", "tbc", "todo", "fixme", "xxx", "n/a", "na", "unknown", "placeholder", "fill in", "fill me in", "to be defined", "to be done",
	"to be decided", "no response", "not applicable", "your answer here",
}

var (
	hint  = lazyregexp.New(`^(<[^<>]*>|\[[^\]]*\]|\{[^{}]*\})[.]?$`)
	later = lazyregexp.New(`^(?i)(tbd|todo|tbc|fixme)\b\s*([:(-]|by\b|$)`)
)

// placeholder reports whether a text says nothing.
func placeholder(s string) bool {
	s = strings.Trim(s, " *_`")
	plain := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return plain == "" || slices.Contains(left, strings.ToLower(plain)) || later.MatchString(s) || hint.MatchString(s) && !strings.Contains(s, "://")
}

var (
	link    = lazyregexp.New(`!?\[([^\[\]]*)\]\([ ]*<?(https?://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)?)>?(?:[ ]+"[^"]*")?[ ]*\)`)
	address = lazyregexp.New(`https?://[^\s<>"'|]+`)
	sha256  = lazyregexp.New(`\bsha256:([0-9a-f]{64})\b`)
	number  = lazyregexp.New(`^(?i)(?:(?:run|job|build|pipeline)[ ]*)?#?([0-9]{2,20})$`)
	file    = lazyregexp.New(`^[\w./@+-]+\.(json|xml|spdx|html|sarif|txt|log|jsonl)$`)
	object  = lazyregexp.New(`\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b`)
	request = lazyregexp.New(`(?:^|[\s(])([\w.-]*(?:/[\w.-]+)*[#!][0-9]{1,12})\b`)
	key     = lazyregexp.New(`\b[A-Z][A-Z0-9_]{1,20}-[0-9]{1,12}\b`)
)

// reference returns what a text leads to: an address with its name, a digest, the
// number of a run, a file.
func reference(s string) (evidence.ResourceDescriptor, bool) {
	var d evidence.ResourceDescriptor
	if m := link.FindStringSubmatch(s); m != nil {
		d.Name, d.URI = strings.TrimSpace(strings.Trim(m[1], "*_` ")), m[2]
	} else if uri := address.FindString(s); uri != "" {
		d.URI = strings.TrimRight(uri, ".,;:!?)]*_`")
	}
	if m := sha256.FindStringSubmatch(s); m != nil {
		d.Digest = evidence.DigestSet{"sha256": m[1]}
	}
	if d.URI == "" && d.Digest == nil {
		whole := strings.Trim(s, " *_`.")
		if m := number.FindStringSubmatch(whole); m != nil {
			d.Name = m[1]
		} else if file.MatchString(whole) {
			d.Name = whole
		}
	}
	return d, d.Name != "" || d.URI != "" || d.Digest != nil
}

// references are what the items of a field lead to; ids of tickets and requests
// are references as well.
func (r *reader) references(name string) []evidence.ResourceDescriptor {
	var list []evidence.ResourceDescriptor
	for _, it := range r.items(name) {
		if it.box != ' ' {
			list = append(list, referencesIn(it.text)...)
		}
	}
	return list[:min(len(list), maxItems)]
}

func referencesIn(s string) (list []evidence.ResourceDescriptor) {
	for _, text := range link.FindAllString(s, maxItems) {
		d, _ := reference(text)
		list = append(list, d)
	}
	rest := link.ReplaceAllString(s, " ")
	addresses := address.FindAllString(rest, maxItems)
	plain := address.ReplaceAllString(rest, " ")
	ids := append(key.FindAllString(plain, maxItems), requests(plain)...)
	for _, text := range addresses {
		d, _ := reference(text)
		if len(addresses) == 1 && len(ids) == 1 {
			d.Name, ids = ids[0], nil // "INC-17: https://..."
		}
		list = append(list, d)
	}
	for _, id := range ids {
		list = append(list, evidence.ResourceDescriptor{Name: id})
	}
	if d, ok := reference(plain); list == nil && ok {
		list = append(list, d)
	}
	return list
}

func requests(s string) []string {
	var list []string
	for _, m := range request.FindAllStringSubmatch(s, maxItems) {
		list = append(list, m[1])
	}
	return list
}

// inapplicable begins a reason why a test does not apply.
var inapplicable = lazyregexp.New(`^(?i)(?:n/a|na|not applicable|does not apply|not needed|not required|skipped|rationale|reason|none)\b[ ]*(?:[-\x{2013}\x{2014}:;,.(]+|because)[ ]*`)

// test is a test or scan of that name, if it is given.
func (r *reader) test(name string) (evidence.ChangeTest, bool) {
	t := evidence.ChangeTest{Name: name}
	field := "testing." + name
	text := r.said(field)
	if at := inapplicable.FindStringIndex(text); at != nil {
		why := strings.TrimSpace(text[at[1]:])
		if strings.HasSuffix(strings.TrimSpace(text[:at[1]]), "(") {
			why = strings.TrimSuffix(why, ")")
		}
		t.Rationale = why
		return t, !placeholder(why)
	}
	for _, it := range r.items(field) {
		if d, ok := reference(it.text); ok && it.box != ' ' {
			t.Run = &d
			return t, true
		}
	}
	if name == "reproduction" && text != "" {
		t.Run = &evidence.ResourceDescriptor{Name: "steps in the description"}
		return t, true
	}
	return t, false
}

// tokens splits a list of people, teams or ids, each without white space.
func (r *reader) tokens(name string, is func(string) bool) []string {
	var list []string
	for _, it := range r.items(name) {
		if it.box == ' ' {
			continue
		}
		text := link.ReplaceAllString(it.text, "$1")
		for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return unicode.IsSpace(c) || c == ',' || c == ';' }) {
			word = strings.Trim(word, "()[]*_`.:")
			if is(word) && !slices.Contains(list, word) && len(list) < maxItems {
				list = append(list, word)
			}
		}
	}
	return list
}

// kinds are the kinds of related changes that something is said of.
func (r *reader) kinds() []string {
	found := map[string]bool{}
	for key := range r.answers {
		if kind, _, ok := strings.Cut(key, "/"); ok && len(r.items(key)) > 0 {
			found[kind] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
