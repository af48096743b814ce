package xmlschema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/strictxml"
)

// MaxViolations is the most violations that are returned for a document.
const MaxViolations = 10_000

// Violation is something that a schema has against a document.
type Violation struct {
	Line    int
	Element string // the local name of the element
	Message string
}

// Validate returns what s has against a document, in its order: nothing if it
// fits.
func (s *Schema) Validate(root *strictxml.Element) []Violation {
	w := &walk{schema: s}
	e, ok := s.elements[root.Name.Local]
	if !ok || root.Name.Space != s.target {
		w.fail(root, "the root element is not one of %s", s.target)
		return w.found
	}
	w.element(e, root)
	return w.found
}

type walk struct {
	schema *Schema
	found  []Violation
}

func (w *walk) fail(at *strictxml.Element, format string, args ...any) {
	if len(w.found) < MaxViolations {
		w.found = append(w.found, Violation{at.Line, at.Name.Local, fmt.Sprintf(format, args...)})
	}
}

func (w *walk) element(declared *element, e *strictxml.Element) {
	t := declared.typ
	if t.simple == nil && t.complex == nil {
		return
	}
	if t.simple != nil {
		w.attributes(nil, "", e)
		if len(e.Children) > 0 {
			w.fail(e.Children[0], "an element is not allowed here")
			return
		}
		if wrong := t.simple.check(e.Text); wrong != "" {
			w.fail(e, "%s", wrong)
		}
		return
	}
	c := t.complex
	w.attributes(c.attrs, c.any, e)
	switch {
	case c.text != nil:
		if len(e.Children) > 0 {
			w.fail(e.Children[0], "an element is not allowed here")
		} else if wrong := c.text.check(e.Text); wrong != "" {
			w.fail(e, "%s", wrong)
		}
		return
	case !c.mixed && strings.Trim(e.Text, " \t\r\n") != "":
		w.fail(e, "text is not allowed here")
	}
	at := 0
	if c.content != nil {
		at = w.particle(c.content, e, 0)
	}
	if at < len(e.Children) {
		w.fail(e.Children[at], "the element is not expected here")
	}
}

func (w *walk) attributes(attrs map[string]attribute, any string, e *strictxml.Element) {
	for _, a := range e.Attrs {
		declared, ok := attrs[a.Name.Local]
		switch {
		case ok && a.Name.Space == "":
			if wrong := declared.typ.check(a.Value); wrong != "" {
				w.fail(e, "attribute %s: %s", a.Name.Local, wrong)
			}
		case a.Name.Space == instanceName && (a.Name.Local == "schemaLocation" || a.Name.Local == "noNamespaceSchemaLocation"):
		case a.Name.Space == instanceName: // xsi:type and xsi:nil would change what is judged
			w.fail(e, "the attribute xsi:%.60s is not allowed", a.Name.Local)
		case any == "##any", any == "##other" && a.Name.Space != "" && a.Name.Space != w.schema.target:
		default:
			w.fail(e, "the attribute %.60s is not allowed", a.Name.Local)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if attrs[name].required && !has(e, name) {
			w.fail(e, "missing: the attribute %s", name)
		}
	}
}

func has(e *strictxml.Element, name string) bool {
	for _, a := range e.Attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return true
		}
	}
	return false
}

// particle matches children of e from at on and returns where it stops. XML
// Schema demands content models in which the next child always tells which
// particle it belongs to (Unique Particle Attribution), so nothing is tried
// twice.
func (w *walk) particle(p *particle, e *strictxml.Element, at int) int {
	n := 0
	for ; p.max < 0 || n < p.max; n++ {
		if at == len(e.Children) || !w.starts(p, e.Children[at]) {
			break
		}
		at = w.once(p, e, at)
	}
	if n < p.min && !nullable(p) {
		w.fail(e, "missing: %s", shown(p))
	}
	return at
}

func (w *walk) once(p *particle, e *strictxml.Element, at int) int {
	switch {
	case p.element != nil:
		w.element(p.element, e.Children[at])
		return at + 1
	case p.any:
		return at + 1
	case !p.choice:
		for _, part := range p.parts {
			at = w.particle(part, e, at)
		}
		return at
	}
	for _, part := range p.parts {
		if w.starts(part, e.Children[at]) {
			return w.particle(part, e, at)
		}
	}
	return at
}

// starts reports whether p can begin with a child.
func (w *walk) starts(p *particle, child *strictxml.Element) bool {
	switch {
	case p.element != nil:
		return child.Name.Local == p.element.name && child.Name.Space == w.schema.target
	case p.any:
		return child.Name.Space != "" && child.Name.Space != w.schema.target
	}
	for _, part := range p.parts {
		if w.starts(part, child) {
			return true
		}
		if !p.choice && part.min > 0 && !nullable(part) {
			return false
		}
	}
	return false
}

// nullable reports whether p's one occurrence can be empty.
func nullable(p *particle) bool {
	if p.element != nil || p.any {
		return false
	}
	for _, part := range p.parts {
		empty := part.min == 0 || nullable(part)
		if empty == p.choice {
			return empty
		}
	}
	return !p.choice
}

// shown names what a particle asks for.
func shown(p *particle) string {
	switch {
	case p.element != nil:
		return p.element.name
	case p.any:
		return "an element of another namespace"
	}
	var names []string
	for _, part := range p.parts {
		names = append(names, shown(part))
	}
	if p.choice {
		return strings.Join(names, " or ")
	}
	return strings.Join(names, ", ")
}
