package xmlschema

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/internal/strictxml"
)

//go:generate go test -run TestPruned -update

//go:embed pruned/*.xsd
var pruned embed.FS

// Namespaces.
const (
	// Namespace is how CycloneDX's namespaces begin; the version follows.
	Namespace    = "http://cyclonedx.org/schema/bom/"
	schemaSpace  = "http://www.w3.org/2001/XMLSchema"
	instanceName = "http://www.w3.org/2001/XMLSchema-instance"
)

// Schema is a schema for a whole document. It is safe for concurrent use.
type Schema struct {
	target   string
	elements map[string]*element
}

// versions are the schemas by version, each read once per process.
var versions = func() map[string]func() (*Schema, error) {
	m := map[string]func() (*Schema, error){}
	for _, v := range []string{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"} {
		m[v] = sync.OnceValues(func() (*Schema, error) { return load(v) })
	}
	return m
}()

// CycloneDX returns the schema of a version, such as "1.6". It is nil if there
// is none.
func CycloneDX(version string) (*Schema, error) {
	find, ok := versions[version]
	if !ok {
		return nil, nil
	}
	s, err := find()
	if err != nil {
		return nil, fmt.Errorf("embedded schema of CycloneDX %s: %w", version, err)
	}
	return s, nil
}

func load(version string) (*Schema, error) {
	c := &compiler{types: map[string]*typ{}, sources: map[string]*strictxml.Element{}, groups: map[string]*strictxml.Element{}}
	spdx, err := parse("spdx.xsd")
	if err != nil {
		return nil, err
	}
	bom, err := parse("bom-" + version + ".xsd")
	if err != nil {
		return nil, err
	}
	c.collect("spdx:", spdx)
	c.collect("bom:", bom)
	s := &Schema{target: bom.Attr("targetNamespace"), elements: map[string]*element{}}
	for _, e := range bom.Children {
		if e.Name.Local == "element" {
			s.elements[e.Attr("name")] = c.element(e)
		}
	}
	// All types, so that a part that is not known is found at once.
	for _, name := range c.order {
		c.named(name)
	}
	return s, c.err
}

func parse(name string) (*strictxml.Element, error) {
	text, err := pruned.ReadFile("pruned/" + name)
	if err != nil {
		return nil, err
	}
	return strictxml.Parse(text, strictxml.Limits{})
}

// element is a declaration of an element.
type element struct {
	name string
	typ  *typ
}

// typ is a type: simple, or complex, or neither if everything is allowed.
type typ struct {
	simple  *simple
	complex *complex
}

// complex is a type of elements with attributes or children.
type complex struct {
	content *particle // of children; nil is none
	text    *simple   // of the text, if there are no children
	mixed   bool
	attrs   map[string]attribute
	any     string // the namespaces of other attributes, "" is none
}

type attribute struct {
	typ      *simple
	required bool
}

// particle is a part of a content model.
type particle struct {
	min, max int // max is -1 for unbounded
	element  *element
	any      bool // an element of another namespace
	parts    []*particle
	choice   bool // one of the parts instead of all in turn
}

// compiler reads a schema.
type compiler struct {
	types   map[string]*typ
	sources map[string]*strictxml.Element // of named types
	groups  map[string]*strictxml.Element // of attributes
	order   []string
	err     error
}

func (c *compiler) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// collect notes the named parts of a file under the prefix by which both files
// call its namespace.
func (c *compiler) collect(prefix string, file *strictxml.Element) {
	for _, e := range file.Children {
		name := prefix + e.Attr("name")
		switch e.Name.Local {
		case "simpleType", "complexType":
			c.sources[name] = e
			c.order = append(c.order, name)
		case "attributeGroup":
			c.groups[name] = e
		case "element", "import":
		default:
			c.fail("%s is not known", e.Name.Local)
		}
	}
}

// named returns the type with a qualified name.
func (c *compiler) named(name string) *typ {
	if t, ok := c.types[name]; ok {
		return t
	}
	t := &typ{}
	c.types[name] = t // before it is read: types lead back to themselves
	if builtin, ok := strings.CutPrefix(name, "xs:"); ok {
		t.simple = &simple{builtin: builtin}
		if !known(builtin) {
			c.fail("the type %s is not known", name)
		}
		return t
	}
	source, ok := c.sources[name]
	if !ok {
		c.fail("the type %s is not there", name)
		t.simple = &simple{builtin: "string"}
		return t
	}
	*t = *c.typ(source)
	return t
}

func (c *compiler) typ(e *strictxml.Element) *typ {
	if e.Name.Local == "simpleType" {
		return &typ{simple: c.simple(e)}
	}
	return &typ{complex: c.complex(e)}
}

func (c *compiler) element(e *strictxml.Element) *element {
	out := &element{name: e.Attr("name")}
	switch {
	case e.Attr("type") != "":
		out.typ = c.named(e.Attr("type"))
	case len(e.Children) == 1:
		out.typ = c.typ(e.Children[0])
	default: // xs:anyType
		out.typ = &typ{}
	}
	return out
}

func (c *compiler) complex(e *strictxml.Element) *complex {
	out := &complex{mixed: e.Attr("mixed") == "true", attrs: map[string]attribute{}}
	c.members(out, e)
	return out
}

// members reads what a complex type or an extension holds.
func (c *compiler) members(out *complex, e *strictxml.Element) {
	for _, m := range e.Children {
		switch m.Name.Local {
		case "sequence", "choice":
			out.content = c.particle(m)
		case "simpleContent":
			extension := m.Children[0]
			if extension.Name.Local != "extension" {
				c.fail("%s is not known", extension.Name.Local)
			}
			base := c.named(extension.Attr("base"))
			if out.text = base.simple; base.complex != nil {
				c.fail("an extension of a complex type is not known")
			}
			c.members(out, extension)
		case "attribute":
			c.attribute(out, m)
		case "anyAttribute":
			out.any = m.Attr("namespace")
		case "attributeGroup":
			group, ok := c.groups[m.Attr("ref")]
			if !ok {
				c.fail("the group %s is not there", m.Attr("ref"))
				continue
			}
			c.members(out, group)
		default:
			c.fail("%s is not known", m.Name.Local)
		}
	}
}

func (c *compiler) attribute(out *complex, m *strictxml.Element) {
	a := attribute{required: m.Attr("use") == "required"}
	switch {
	case m.Attr("type") != "":
		a.typ = c.named(m.Attr("type")).simple
	case len(m.Children) == 1:
		a.typ = c.simple(m.Children[0])
	}
	if a.typ == nil {
		c.fail("the attribute %s has no simple type", m.Attr("name"))
	}
	out.attrs[m.Attr("name")] = a
}

func (c *compiler) particle(e *strictxml.Element) *particle {
	p := &particle{min: c.occurs(e, "minOccurs"), max: c.occurs(e, "maxOccurs")}
	switch e.Name.Local {
	case "element":
		p.element = c.element(e)
	case "any":
		if p.any = true; e.Attr("namespace") != "##other" || e.Attr("processContents") != "lax" {
			c.fail("this form of any is not known")
		}
	case "sequence", "choice":
		p.choice = e.Name.Local == "choice"
		for _, part := range e.Children {
			p.parts = append(p.parts, c.particle(part))
		}
	default:
		c.fail("%s is not known", e.Name.Local)
	}
	return p
}

func (c *compiler) occurs(e *strictxml.Element, name string) int {
	switch s := e.Attr(name); s {
	case "":
		return 1
	case "unbounded":
		return -1
	default:
		n, err := strconv.Atoi(s)
		if err != nil {
			c.fail("%s of %q", name, s)
		}
		return n
	}
}
