package checks

import (
	"encoding/xml"
	"fmt"
	"strconv"
)

// cobertura reads Cobertura XML. The lines of a class are counted; those of
// its methods repeat them, and the rates of the file are only compared.
type cobertura struct {
	*cover
	x *xmlReader
}

func readCobertura(b *builder, in *input) error {
	c := &cobertura{newCover(b, "lines"), newXMLReader(in)}
	root, err := c.x.rootElement("coverage")
	if err != nil {
		return err
	}
	root = root.Copy()
	if attr(root, "line-rate") == "" && attr(root, "lines-valid") == "" {
		return c.x.at(fmt.Errorf("the root element has no line-rate: this is not Cobertura (Clover uses the same name)"))
	}
	if err := c.x.children(c.section); err != nil {
		return err
	}
	if err := c.x.end(); err != nil {
		return err
	}
	c.close()
	c.compare(root)
	return nil
}

// section goes down through packages, package and classes.
func (c *cobertura) section(e xml.StartElement) error {
	switch e.Name.Local {
	case "packages", "package", "classes":
		return c.x.children(c.section)
	case "class":
		return c.class(e)
	}
	return nil
}

// class reads the lines directly below a class. A file may have many classes,
// so lines are told apart by file.
func (c *cobertura) class(e xml.StartElement) error {
	file, err := c.file(nameless(attr(e, "filename"), attr(e, "name")))
	if err != nil {
		return c.x.at(err)
	}
	return c.x.children(func(child xml.StartElement) error {
		if child.Name.Local != "lines" {
			return nil
		}
		return c.x.children(func(l xml.StartElement) error { return c.line(file, l) })
	})
}

// line takes one line. A line without a number or count is an error: leaving it
// out would raise the share that is covered.
func (c *cobertura) line(file uint32, e xml.StartElement) error {
	if e.Name.Local != "line" {
		return nil
	}
	number, err := strconv.ParseUint(attr(e, "number"), 10, 32)
	if err != nil {
		return c.x.at(fmt.Errorf("number is %q, want the number of a line", clean(attr(e, "number"))))
	}
	hits, err := parseHits(attr(e, "hits"))
	if err != nil {
		return c.x.at(err)
	}
	if err := c.add(place{file, number, 0}, 1, hits); err != nil {
		return c.x.at(err)
	}
	return nil
}

// parseHits reports whether a count of executions is above zero. Counts may be
// larger than any integer type: only their form matters.
func parseHits(s string) (bool, error) {
	hit := false
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false, fmt.Errorf("%q is not a number of executions", clean(s))
		}
		hit = hit || s[i] != '0'
	}
	if s == "" {
		return false, fmt.Errorf("a number of executions is missing")
	}
	return hit, nil
}

// compare notes totals that the lines do not bear out.
func (c *cobertura) compare(root xml.StartElement) {
	for name, shown := range map[string]int64{"lines-valid": c.Coverage.Total, "lines-covered": c.Coverage.Covered} {
		if s := attr(root, name); s != "" && s != strconv.FormatInt(shown, 10) {
			c.problem("the attribute %s says %q, the lines show %d", name, clean(s), shown)
		}
	}
}
