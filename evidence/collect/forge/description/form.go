package description

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// Form says by which names the fields of the template are known.
type Form struct {
	own map[string]string // an organisation's own labels, to fields
}

// New returns the form of the template with the usual names.
func New() *Form { return &Form{own: map[string]string{}} }

// Fields are the names of all fields: "risk.user-impact".
func Fields() []string {
	var list []string
	for _, f := range fields {
		list = append(list, f.name)
	}
	return list
}

// maxLabel bounds a heading or label, in bytes.
const maxLabel = 100

// Name adds a heading or label by which a field is known besides. It prevails
// over what the same words usually mean.
func (f *Form) Name(name, heading string) error {
	key := normal(heading)
	switch have := f.own[key]; {
	case !slices.Contains(Fields(), name):
		return fmt.Errorf("%.60q is no field of the template: want one of %s", name, strings.Join(Fields(), ", "))
	case key == "" || len(heading) > maxLabel:
		return fmt.Errorf("want the words of the heading, at most %d bytes", maxLabel)
	case have != "" && have != name:
		return fmt.Errorf("the heading %.100q is that of %s already", heading, have)
	case strings.HasPrefix(name, "related.") && slices.ContainsFunc(groups, func(g group) bool { return slices.Contains(g.labels, key) }):
		return errors.New("the heading is that of a whole group: take another one")
	}
	f.own[key] = name
	return nil
}

// find returns the field or the group that a label names within open groups, the
// innermost last; both are empty if it names none.
func (f *Form) find(label string, open []*group) (name string, g *group) {
	key := normal(label)
	related := slices.ContainsFunc(open, func(g *group) bool { return g.kind != "" })
	if name := f.own[key]; name != "" && (related || !strings.HasPrefix(name, "related.")) {
		return name, nil
	}
	for _, g := range slices.Backward(open) {
		for _, x := range fields {
			if x.group == g.name && slices.Contains(x.short, key) {
				return x.name, nil
			}
		}
	}
	for _, x := range fields {
		if slices.Contains(x.labels, key) {
			return x.name, nil
		}
	}
	for i := range groups {
		if slices.Contains(groups[i].labels, key) {
			return "", &groups[i]
		}
	}
	return "", nil
}

// aside is what stands beside the words of a label: a number, a hint in brackets.
var aside = lazyregexp.New(`^[0-9]+[.)]\s*|\s*[(\[][^()\[\]]*[)\]]\s*$`)

// normal is a label without what does not matter: case, emphasis, emoji, numbers
// in front, hints in brackets, punctuation at its ends.
func normal(label string) string {
	label = strings.NewReplacer("*", "", "`", "", "_", " ", "&", "and").Replace(label)
	label = aside.ReplaceAllString(strings.TrimSpace(label), "")
	label = strings.TrimFunc(label, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	label = aside.ReplaceAllString(label, "")
	return strings.ToLower(strings.Join(strings.Fields(label), " "))
}
