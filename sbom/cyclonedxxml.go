package sbom

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/internal/strictxml"
	"github.com/release-dossier/dossier/sbom/xmlschema"
)

// MaxXML is the largest XML document, in bytes: its tree takes several times
// its size.
const MaxXML = 64 << 20

// readXML reads a CycloneDX document in XML. It is judged by the XML schema of
// its version; what it says is taken over from the form that it would have as
// JSON.
func (d *Document) readXML(text []byte) error {
	if len(text) > MaxXML {
		return fmt.Errorf("sbom is XML larger than %d bytes: have the tool write JSON", MaxXML)
	}
	root, err := strictxml.Parse(text, strictxml.Limits{Depth: MaxDepth})
	if err != nil {
		return fmt.Errorf("sbom is not readable XML: %w", err)
	}
	version, ok := strings.CutPrefix(root.Name.Space, xmlschema.Namespace)
	if !ok || root.Name.Local != "bom" {
		return fmt.Errorf("sbom is XML and not CycloneDX: its root is %.60q in the namespace %.100q", root.Name.Local, root.Name.Space)
	}
	d.Format, d.SpecVersion = CycloneDX, version[:min(len(version), 100)]
	r, err := newReader(d)
	if err != nil {
		return err
	}
	x := &xmlReader{reader: r, root: root}
	r.lineOf = x.lineOfPointer
	return x.read()
}

// xmlReader takes over a document in XML.
type xmlReader struct {
	*reader
	root *strictxml.Element
	here int // the line of what is reported, if it is known better
}

func (x *xmlReader) read() error {
	s, err := xmlschema.CycloneDX(x.doc.SpecVersion)
	if err != nil {
		return err
	}
	if s == nil {
		x.problem(CodeVersion, "", fmt.Sprintf("CycloneDX %.20q is read but not judged by a schema: use CycloneDX 1.0 to 1.7", x.doc.SpecVersion))
	} else {
		for _, v := range s.Validate(x.root) {
			x.here = v.Line
			x.problem(CodeSchema, "", fmt.Sprintf("element %.60s: %s", v.Element, v.Message))
		}
	}
	x.define(x.root)
	c, ok := x.format.(*cycloneDX)
	if !ok {
		return fmt.Errorf("sbom is XML of a format that has none")
	}
	c.defined = true
	if serial := x.root.Attr("serialNumber"); serial != "" {
		c.member("serialNumber", serial)
	}
	for _, e := range x.root.Children {
		x.part(c, e)
	}
	return x.finish()
}

// part takes over a child of the root.
func (x *xmlReader) part(c *cycloneDX, e *strictxml.Element) {
	if e.Name.Space != x.root.Name.Space {
		return
	}
	switch name := e.Name.Local; name {
	case "metadata":
		c.member(name, metadataOf(e))
	case "components":
		for i, item := range own(e) {
			c.element(name, i, componentOf(item))
		}
	case "dependencies":
		for i, item := range own(e) {
			c.element(name, i, map[string]any{
				"ref": item.Attr("ref"), "dependsOn": refsOf(item, "dependency"), "provides": refsOf(item, "provides"),
			})
		}
	case "compositions":
		for i, item := range own(e) {
			c.element(name, i, map[string]any{
				"assemblies": refsOf(inner(item, "assemblies"), "assembly"), "dependencies": refsOf(inner(item, "dependencies"), "dependency"),
			})
		}
	}
}

// define notes every bom-ref of the document.
func (x *xmlReader) define(e *strictxml.Element) {
	if id := e.Attr("bom-ref"); id != "" {
		x.refs.define(id, noComponent, func() string {
			x.here = e.Line
			return ""
		})
	}
	for _, c := range e.Children {
		x.define(c)
	}
}

// lineOfPointer returns the line of the element that a pointer of the JSON form
// leads to, or of the last one on the way that has a counterpart.
func (x *xmlReader) lineOfPointer(pointer string) int {
	if line := x.here; line != 0 {
		x.here = 0
		return line
	}
	e := x.root
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		next := inner(e, token)
		if i, err := strconv.Atoi(token); err == nil {
			if list := own(e); i >= 0 && i < len(list) {
				next = list[i]
			}
		}
		if next == nil {
			break
		}
		e = next
	}
	return e.Line
}

// The functions here read elements without asking first whether they are there.

// own are the children of e in its namespace. The schema allows others beside
// them.
func own(e *strictxml.Element) []*strictxml.Element {
	for i, c := range e.Children {
		if c.Name.Space != e.Name.Space {
			list := e.Children[:i:i]
			for _, c := range e.Children[i:] {
				if c.Name.Space == e.Name.Space {
					list = append(list, c)
				}
			}
			return list
		}
	}
	return e.Children
}

func inner(e *strictxml.Element, name string) *strictxml.Element {
	if e == nil {
		return nil
	}
	for _, c := range e.Children {
		if c.Name.Local == name && c.Name.Space == e.Name.Space {
			return c
		}
	}
	return nil
}

func innerText(e *strictxml.Element, name string) string {
	if c := inner(e, name); c != nil {
		return strings.TrimSpace(c.Text)
	}
	return ""
}

// texts are the children of e with the given names that hold text, as members.
func texts(e *strictxml.Element, names ...string) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		if s := innerText(e, name); s != "" {
			out[name] = s
		}
	}
	return out
}

// each applies make to the children of a child of e.
func each(e *strictxml.Element, name string, make func(*strictxml.Element) any) []any {
	list := []any{}
	if parent := inner(e, name); parent != nil {
		for _, c := range own(parent) {
			list = append(list, make(c))
		}
	}
	return list
}

func refsOf(e *strictxml.Element, name string) []any {
	list := []any{}
	if e == nil {
		return list
	}
	for _, c := range own(e) {
		if c.Name.Local == name {
			list = append(list, c.Attr("ref"))
		}
	}
	return list
}

// namedOf is an organization, a person or a tool.
func namedOf(e *strictxml.Element) any { return texts(e, "name", "version") }

func metadataOf(e *strictxml.Element) map[string]any {
	out := texts(e, "timestamp")
	out["authors"] = each(e, "authors", namedOf)
	out["lifecycles"] = each(e, "lifecycles", func(l *strictxml.Element) any { return texts(l, "phase", "name") })
	for _, name := range []string{"manufacturer", "manufacture", "supplier"} {
		if org := inner(e, name); org != nil {
			out[name] = namedOf(org)
		}
	}
	tools := inner(e, "tools")
	if inner(tools, "components") != nil || inner(tools, "services") != nil {
		out["tools"] = map[string]any{"components": each(tools, "components", namedOf), "services": each(tools, "services", namedOf)}
	} else {
		out["tools"] = each(e, "tools", namedOf)
	}
	if subject := inner(e, "component"); subject != nil {
		out["component"] = componentOf(subject)
	}
	return out
}

func componentOf(e *strictxml.Element) map[string]any {
	out := texts(e, "publisher", "group", "name", "version", "purl", "cpe")
	if ref := e.Attr("bom-ref"); ref != "" {
		out["bom-ref"] = ref
	}
	for _, name := range []string{"supplier", "manufacturer"} {
		if org := inner(e, name); org != nil {
			out[name] = namedOf(org)
		}
	}
	if swid := inner(e, "swid"); swid != nil {
		out["swid"] = map[string]any{"tagId": swid.Attr("tagId")}
	}
	for _, name := range []string{"omniborId", "swhid"} {
		if innerText(e, name) != "" {
			out[name] = []any{innerText(e, name)}
		}
	}
	out["hashes"] = each(e, "hashes", func(h *strictxml.Element) any {
		return map[string]any{"alg": h.Attr("alg"), "content": strings.TrimSpace(h.Text)}
	})
	out["licenses"] = each(e, "licenses", func(l *strictxml.Element) any {
		if l.Name.Local == "expression" {
			return map[string]any{"expression": strings.TrimSpace(l.Text)}
		}
		return map[string]any{"license": texts(l, "id", "name")}
	})
	out["components"] = each(e, "components", func(c *strictxml.Element) any { return componentOf(c) })
	return out
}
