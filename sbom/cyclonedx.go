package sbom

import (
	"cmp"
	"strconv"
	"strings"
)

// cycloneDX takes over a CycloneDX document.
type cycloneDX struct {
	*reader
	found   []string // bom-refs, see define
	path    []string // of the walk over bom-refs
	defined bool     // they are known already
}

func (c *cycloneDX) member(name string, v any) {
	c.define(v, name)
	switch name {
	case "serialNumber":
		c.doc.ID, _ = v.(string)
	case "metadata":
		c.metadata(object(v))
	}
}

func (c *cycloneDX) element(list string, i int, v any) {
	c.define(v, list, strconv.Itoa(i))
	switch list {
	case "components":
		c.component(v, place{noComponent, "/components", i}, list, strconv.Itoa(i))
	case "dependencies":
		c.dependency(i, v)
	case "compositions":
		c.useAll(v, list, i, "assemblies")
		c.useAll(v, list, i, "dependencies")
	}
}

// finish marks what the subject depends on.
func (c *cycloneDX) finish() error {
	for _, s := range c.doc.Subjects {
		if s.Part {
			continue
		}
		for _, ref := range c.doc.Dependencies[s.Ref] {
			if i, ok := c.refs.component(ref); ok {
				c.doc.Components[i].Direct = true
			}
		}
	}
	return nil
}

func (c *cycloneDX) metadata(m map[string]any) {
	c.doc.Created = text(m, "timestamp")
	c.doc.Tools = append(toolNames(list(m, "tools")), toolNames(list(m["tools"], "components"))...)
	c.doc.Tools = append(c.doc.Tools, toolNames(list(m["tools"], "services"))...)
	for _, a := range append(list(m, "authors"), any(child(m, "manufacturer")), any(child(m, "manufacture")), any(child(m, "supplier"))) {
		if name := text(a, "name"); name != "" {
			c.doc.Authors = append(c.doc.Authors, name)
		}
	}
	for _, l := range list(m, "lifecycles") {
		if phase := cmp.Or(text(l, "phase"), text(l, "name")); phase != "" {
			c.doc.Context = append(c.doc.Context, phase)
		}
	}
	subject := child(m, "component")
	if subject == nil {
		return
	}
	c.doc.Name = fullName(subject)
	c.subject(subject, false, "metadata", "component")
	for i, part := range list(subject, "components") {
		c.component(part, place{noComponent, "/metadata/component/components", i}, "metadata", "component", "components", strconv.Itoa(i))
	}
}

// toolNames reads the entries of metadata.tools, of the old form (a list of
// vendor, name, version) and the new one (components and services) alike.
func toolNames(tools []any) []string {
	var names []string
	for _, t := range tools {
		if n := strings.TrimSpace(text(t, "name") + " " + text(t, "version")); n != "" {
			names = append(names, n)
		}
	}
	return names
}

// subject adds a subject and the parts it declares.
func (c *cycloneDX) subject(v any, part bool, path ...string) {
	c.quiet = part // it is a component, too
	made := c.describe(v, path)
	c.quiet = false
	s := Subject{
		Ref: made.Ref, Name: made.Name, Version: made.Version, PURL: made.PURL, Digests: made.Digests,
		Licenses: made.Licenses, Supplier: made.Supplier, Identified: made.Identified, Part: part,
	}
	if s.Digests == nil {
		s.Digests = imageDigest(s.Version, s.PURL)
	}
	c.doc.Subjects = append(c.doc.Subjects, s)
	for i, sub := range list(v, "components") {
		if object(sub) != nil {
			c.subject(sub, true, append(path[:len(path):len(path)], "components", strconv.Itoa(i))...)
		}
	}
}

// fullName is the name with its group before it, as the purl has them.
func fullName(v any) string {
	if g := text(v, "group"); g != "" {
		return g + "/" + text(v, "name")
	}
	return text(v, "name")
}

// component adds a component and those within it.
func (c *cycloneDX) component(v any, at place, path ...string) {
	if object(v) == nil {
		return
	}
	made := c.describe(v, path)
	i := c.addComponent(made, at)
	c.refs.setComponent(made.Ref, i)
	for k, sub := range list(v, "components") {
		c.component(sub, place{i, "/components", k}, append(path[:len(path):len(path)], "components", strconv.Itoa(k))...)
	}
}

// describe reads a component, without those within it.
func (c *cycloneDX) describe(v any, path []string) Component {
	where := func(field string) func() string {
		return func() string { return pointer(append(path[:len(path):len(path)], field)...) }
	}
	made := Component{
		Ref: text(v, "bom-ref"), Name: fullName(v), Version: text(v, "version"), PURL: text(v, "purl"), Licenses: c.licensesOf(v, path),
		Digests:  c.digests(list(v, "hashes"), "alg", "content", where("hashes")),
		Supplier: cmp.Or(text(child(v, "supplier"), "name"), text(child(v, "manufacturer"), "name"), text(v, "publisher")),
	}
	made.Identified = c.checkPURL(made.PURL, where("purl")) || text(v, "cpe") != "" || child(v, "swid") != nil ||
		len(list(v, "omniborId")) > 0 || len(list(v, "swhid")) > 0
	return made
}

func (c *cycloneDX) licensesOf(v any, path []string) []string {
	var found []string
	for i, choice := range list(v, "licenses") {
		l := child(choice, "license")
		expression := text(choice, "expression")
		if expression != "" {
			c.expression(expression, func() string {
				return pointer(append(path[:len(path):len(path)], "licenses", strconv.Itoa(i), "expression")...)
			})
		}
		if s := cmp.Or(text(l, "id"), text(l, "name"), expression); s != "" {
			found = append(found, s)
		}
	}
	return found
}

func (c *cycloneDX) dependency(i int, v any) {
	ref := text(v, "ref")
	c.refs.use(reference{ref, "dependencies", i, "ref", -1})
	on := c.useAll(v, "dependencies", i, "dependsOn")
	c.useAll(v, "dependencies", i, "provides")
	c.depend(ref, on...)
}

// useAll notes the references in a list of strings and returns them. A
// BOM-Link points into another document.
func (c *cycloneDX) useAll(v any, in string, i int, field string) []string {
	refs := []string{}
	for j, item := range list(v, field) {
		s, ok := item.(string)
		if !ok {
			continue
		}
		refs = append(refs, s)
		if !strings.HasPrefix(s, "urn:cdx:") {
			c.refs.use(reference{s, in, i, field, j})
		}
	}
	return refs
}

// define notes the bom-refs in v, which is at path: whatever has one, the
// reference is unique in the document. If all are, the order of the members does
// not matter, nor their places.
func (c *cycloneDX) define(v any, path ...string) {
	if c.defined {
		return
	}
	c.found = appendRefs(c.found[:0], v)
	if c.refs.defineNew(c.found) {
		return
	}
	c.path = append(c.path[:0], path...)
	c.walk(v)
}

// appendRefs appends the bom-refs in v, in any order.
func appendRefs(refs []string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if s, ok := member.(string); !ok {
				refs = appendRefs(refs, member)
			} else if name == "bom-ref" && s != "" {
				refs = append(refs, s)
			}
		}
	case []any:
		for _, element := range v {
			refs = appendRefs(refs, element)
		}
	}
	return refs
}

func (c *cycloneDX) walk(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sorted(v) {
			c.path = append(c.path, name)
			if s, ok := v[name].(string); ok && name == "bom-ref" {
				c.refs.define(s, noComponent, func() string { return pointer(c.path...) })
			} else {
				c.walk(v[name])
			}
			c.path = c.path[:len(c.path)-1]
		}
	case []any:
		for i, item := range v {
			c.path = append(c.path, strconv.Itoa(i))
			c.walk(item)
			c.path = c.path[:len(c.path)-1]
		}
	}
}
