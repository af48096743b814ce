package description

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// Read returns what a description says. It is never nil: a description that was
// read and says nothing has no fields.
func (f *Form) Read(text string) *evidence.ChangeDetails {
	r := &reader{form: f, answers: map[string]*answer{}}
	lines := split(text)
	for i := 0; i < len(lines); {
		i = r.next(lines, i)
	}
	return r.details()
}

// reader goes through a description line by line.
type reader struct {
	form    *Form
	open    []opened
	answers map[string]*answer
	// at is the field that the next text belongs to, heading the one that it
	// belongs to once what a label began is over. "" is none.
	at, heading place
	// blank reports that the line before was empty.
	blank bool
}

// opened is a group whose heading stands above.
type opened struct {
	level int
	*group
}

// place is a field; direct text below the heading of a group is that group's own
// field only where nothing names that.
type place struct {
	key    string
	direct bool
	// label reports that a label began it, so that an empty line ends it once it
	// is begun.
	label, begun bool
}

// answer is what was given for a field.
type answer struct {
	items  []item
	direct bool
}

// item is a line or an item of a list, as its author wrote it.
type item struct {
	text string
	// box is 'x' for a ticked one, ' ' for another, 0 for no box.
	box byte
	// listed reports that it is an item of a list.
	listed bool
}

// maxItems and maxItem bound what is kept of one field.
const (
	maxItems = 100
	maxItem  = 2000 // bytes
)

// labelLevel is the level of a group that a label opens: below any heading.
const labelLevel = 7

var (
	atx     = lazyregexp.New(`^ {0,3}(#{1,6})(?:[ ]+(.*?))?(?:[ ]+#+)?[ ]*$`)
	setext  = lazyregexp.New(`^ {0,3}(=+|-+)[ ]*$`)
	rule    = lazyregexp.New(`^ {0,3}([-*_])(?:[ ]*[-*_]){2,}[ ]*$`)
	bullet  = lazyregexp.New(`^(?:[-*+]|[0-9]{1,4}[.)])[ ]+`)
	boxed   = lazyregexp.New(`^\[([ xX])\][ ]*`)
	inBox   = lazyregexp.New(`\[([ xX])\][ ]+`)
	bold    = lazyregexp.New(`^(?:\*\*|__)(.{1,120}?)(?:\*\*|__)([ ]*[:?]?)[ ]*(.*)$`)
	trailer = lazyregexp.New(`^[A-Za-z]+(-[A-Za-z]+)*-[Bb]y: `)
)

// next reads the line at i, or the table that begins there, and returns the line
// after it.
func (r *reader) next(lines []line, i int) int {
	l := lines[i]
	trimmed := strings.TrimSpace(l.text)
	switch {
	case l.code:
		r.add(r.at, item{text: l.text})
		return i + 1
	case trimmed == "":
		r.blank = true
		return i + 1
	case strings.HasPrefix(trimmed, "|"):
		end := i
		for end < len(lines) && !lines[end].code && strings.HasPrefix(strings.TrimSpace(lines[end].text), "|") {
			end++
		}
		r.table(lines[i:end])
		r.blank = false
		return end
	}
	if m := atx.FindStringSubmatch(l.text); m != nil {
		r.under(len(m[1]), m[2])
		return i + 1
	}
	if i+1 < len(lines) && r.names(trimmed) && (i == 0 || r.blank) && !lines[i+1].code {
		if m := setext.FindStringSubmatch(lines[i+1].text); m != nil {
			level := 1
			if m[1][0] == '-' {
				level = 2
			}
			r.under(level, trimmed)
			return i + 2
		}
	}
	switch {
	case rule.MatchString(l.text):
		r.at, r.heading = place{}, place{}
	case !trailer.MatchString(trimmed):
		r.text(l.text, trimmed)
	}
	r.blank = false
	return i + 1
}

// names reports whether a label names a field or a group here.
func (r *reader) names(label string) bool {
	name, g := r.form.find(label, r.groups())
	return name != "" || g != nil
}

func (r *reader) groups() []*group {
	var list []*group
	for _, o := range r.open {
		list = append(list, o.group)
	}
	return list
}

// under goes on below a heading.
func (r *reader) under(level int, label string) {
	r.close(level)
	value := ""
	if !r.names(label) {
		if before, after, ok := strings.Cut(label, ": "); ok && r.names(before) {
			label, value = before, after
		}
	}
	name, g := r.form.find(label, r.groups())
	r.at = r.begin(level, name, g, value != "")
	r.heading, r.blank = r.at, false
	r.add(r.at, item{text: value})
}

// close ends the groups of that level and below.
func (r *reader) close(level int) {
	r.open = slices.DeleteFunc(r.open, func(o opened) bool { return o.level >= level })
}

// begin opens a group and returns the place that a label stands for.
func (r *reader) begin(level int, name string, g *group, valued bool) place {
	if g == nil {
		return r.place(name)
	}
	r.close(level)
	r.open = append(r.open, opened{level, g})
	p := r.place(g.own)
	p.direct = !valued
	return p
}

// place is where a field's answer is kept: those of a related change by its kind.
func (r *reader) place(name string) place {
	if !strings.HasPrefix(name, "related.") {
		return place{key: name}
	}
	for _, o := range slices.Backward(r.open) {
		if o.kind != "" {
			return place{key: o.kind + "/" + name}
		}
	}
	return place{}
}

// text reads a line of a paragraph or a list.
func (r *reader) text(raw, s string) {
	quoted := strings.HasPrefix(s, ">")
	s = strings.TrimSpace(strings.TrimLeft(s, "> "))
	var it item
	mark := bullet.FindString(s)
	s, it.listed = s[len(mark):], mark != ""
	if m := boxed.FindStringSubmatch(s); m != nil && !strings.HasPrefix(s[3:], "(") {
		s, it.box = s[len(m[0]):], strings.ToLower(m[1])[0]
	}
	it.text = s
	numbered := mark != "" && mark[0] >= '0' && mark[0] <= '9'
	if !quoted && !numbered && (it.box == 0 || !r.choosing(s)) && r.label(it) {
		return
	}
	indented := strings.HasPrefix(raw, "  ")
	if r.at.label && r.at.begun && r.blank && !it.listed && !indented {
		r.at = r.heading
	}
	r.add(r.at, it)
	r.at.begun = true
}

// choosing reports whether the text of a box is an answer that the field asks
// for.
func (r *reader) choosing(s string) bool {
	words, ok := choices[r.at.key]
	if !ok {
		return false
	}
	answer, _ := words.choose(s)
	return answer != ""
}

// label reads a line that begins with a label, if it does.
func (r *reader) label(it item) bool {
	label, value, whole, ok := cutLabel(it.text)
	if !ok {
		return false
	}
	name, g := r.form.find(label, r.groups())
	if name == "" && g == nil {
		if whole && !it.listed && it.box == 0 {
			r.close(labelLevel)
			r.at, r.heading = place{}, place{}
			return true // another heading
		}
		return false
	}
	if it.box != 0 && value == "" && name == "rollback.no-safe-rollback" {
		value = "yes"
	}
	r.at = r.begin(labelLevel, name, g, value != "")
	r.at.label, r.at.begun = true, value != ""
	if r.heading.direct {
		r.heading = place{}
	}
	if it.box == ' ' {
		r.at = place{label: true, begun: true}
		return true
	}
	r.add(r.at, item{text: value})
	return true
}

// cutLabel takes a label off a line; whole reports that the line is nothing but a
// label in bold. A box may have a bare label.
func cutLabel(s string) (label, value string, whole, ok bool) {
	if m := bold.FindStringSubmatch(s); m != nil {
		asks := strings.HasSuffix(m[1], ":") || strings.HasSuffix(m[1], "?") || strings.TrimSpace(m[2]) != ""
		return m[1], m[3], m[3] == "", asks || m[3] == ""
	}
	for i := 0; i < len(s) && i <= maxLabel; i++ {
		if (s[i] == ':' || s[i] == '?') && (i+1 == len(s) || s[i+1] == ' ') {
			return s[:i], strings.TrimSpace(s[i+1:]), false, true
		}
	}
	if len(s) <= maxLabel && normal(s) == "no safe rollback" {
		return s, "", false, true
	}
	return "", "", false, false
}

// add keeps a line of a field's answer. Boxes within a line are items of their
// own.
func (r *reader) add(p place, it item) {
	if p.key == "" || strings.TrimSpace(it.text) == "" {
		return
	}
	a := r.answers[p.key]
	switch {
	case a == nil, a.direct && !p.direct:
		a = &answer{direct: p.direct}
		r.answers[p.key] = a
	case p.direct && !a.direct:
		return
	}
	if boxes := inBox.FindAllStringSubmatchIndex(it.text, maxItems); boxes != nil && it.box == 0 {
		a.append(item{text: it.text[:boxes[0][0]]})
		for k, b := range boxes {
			end := len(it.text)
			if k+1 < len(boxes) {
				end = boxes[k+1][0]
			}
			a.append(item{text: it.text[b[1]:end], box: strings.ToLower(it.text[b[2]:b[3]])[0]})
		}
		return
	}
	if n := len(a.items); n > 0 && a.items[n-1].listed && !it.listed && it.box == 0 && !r.blank {
		last := &a.items[n-1]
		last.text = cut(last.text+" "+strings.TrimSpace(it.text), maxItem)
		return
	}
	a.append(it)
}

func (a *answer) append(it item) {
	it.text = cut(strings.TrimSpace(it.text), maxItem)
	if it.text != "" && len(a.items) < maxItems {
		a.items = append(a.items, it)
	}
}
