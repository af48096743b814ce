package checks

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of one start or end tag. Failure messages stand in attributes, so a
// tag may be long, but it does not need many attributes.
const (
	maxTag        = 1 << 20
	maxAttributes = 64
)

// xmlReader is encoding/xml's decoder with what it leaves out: limits,
// no definitions of entities, no repeated attributes, one root element.
type xmlReader struct {
	dec   *xml.Decoder
	in    *xmlInput
	max   int // deepest nesting
	depth int
	root  xml.Name
	typed bool // there was a document type
	done  bool // the root element has ended
}

// newXMLReader keeps the decoder strict: entities and unclosed tags are errors.
func newXMLReader(in *input) *xmlReader {
	x := &xmlReader{in: &xmlInput{input: in, buf: make([]byte, 64<<10)}, max: in.limits.Depth}
	x.dec = xml.NewDecoder(x.in)
	x.dec.CharsetReader = asciiOnly
	return x
}

// asciiOnly lets through the one other encoding that is also UTF-8.
func asciiOnly(charset string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "us-ascii", "ascii":
		return r, nil
	}
	return nil, fmt.Errorf("the file is in %s: have the tool write UTF-8", clean(charset))
}

// next returns the next start tag, end tag or text; io.EOF after the root.
func (x *xmlReader) next() (xml.Token, error) {
	for {
		x.in.beginToken(x.dec.InputOffset())
		tok, err := x.dec.Token()
		if err == io.EOF && !x.done {
			err = errors.New("there is no root element")
		}
		if err == io.EOF {
			return nil, err
		}
		keep := false
		if err == nil {
			keep, err = x.check(tok)
		}
		if err != nil {
			return nil, x.at(x.in.cause(err))
		}
		if keep {
			return tok, nil
		}
	}
}

// check refuses what is hostile and reports whether a token is of interest.
func (x *xmlReader) check(tok xml.Token) (bool, error) {
	switch t := tok.(type) {
	case xml.StartElement:
		return true, x.open(t)
	case xml.EndElement:
		x.depth--
		x.done = x.depth == 0
		return true, nil
	case xml.CharData:
		if x.depth == 0 && len(strings.TrimSpace(string(t))) > 0 {
			return false, errors.New("text outside of the root element")
		}
		return x.depth > 0, nil
	case xml.Directive:
		return false, x.directive(t)
	}
	return false, nil
}

// directive lets through a document type that only names a root element and
// where its definition is, as Cobertura files have one; it is never fetched.
// What stands between square brackets could define entities.
func (x *xmlReader) directive(d xml.Directive) error {
	if !bytes.HasPrefix(d, []byte("DOCTYPE")) || bytes.ContainsAny(d, "[]<>") {
		return errors.New("a document type with definitions is not allowed, for they can be entities: have the tool leave it out")
	}
	if x.depth > 0 || x.done || x.typed {
		return errors.New("a document type is allowed once, before the root element")
	}
	x.typed = true
	return nil
}

// open checks a start tag. Repeated attributes are found by comparing all pairs,
// which is why their number is bounded first.
func (x *xmlReader) open(t xml.StartElement) error {
	if x.done {
		return errors.New("a second root element: the file was appended to")
	}
	if x.depth == 0 {
		x.root = t.Name
	}
	if x.depth++; x.depth > x.max {
		return fmt.Errorf("nested deeper than %d elements", x.max)
	}
	if len(t.Attr) > maxAttributes {
		return fmt.Errorf("an element has %d attributes, at most %d are read", len(t.Attr), maxAttributes)
	}
	for i, a := range t.Attr {
		for _, b := range t.Attr[:i] {
			if a.Name == b.Name {
				return fmt.Errorf("the attribute %s is given twice", clean(a.Name.Local))
			}
		}
	}
	return nil
}

// at adds the place of an error, where encoding/xml does not.
func (x *xmlReader) at(err error) error {
	var syn *xml.SyntaxError
	if errors.As(err, &syn) {
		return fmt.Errorf("line %d: not valid XML: %s", syn.Line, clean(syn.Msg))
	}
	line, column := x.dec.InputPos()
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

// rootElement reads up to the root element, which must have one of the names.
func (x *xmlReader) rootElement(names ...string) (xml.StartElement, error) {
	tok, err := x.next()
	if err != nil {
		return xml.StartElement{}, err
	}
	start, _ := tok.(xml.StartElement) // nothing else comes before it
	for _, n := range names {
		if start.Name.Local == n {
			return start.Copy(), nil
		}
	}
	return start, x.at(fmt.Errorf("the root element is %s, want %s", clean(start.Name.Local), strings.Join(names, " or ")))
}

// children calls fn for each child of the element just opened, up to its end
// tag. If fn leaves a child unread, children skips it.
func (x *xmlReader) children(fn func(xml.StartElement) error) error {
	depth := x.depth
	for {
		tok, err := x.next()
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.EndElement:
			if x.depth < depth {
				return nil
			}
		case xml.StartElement:
			if x.depth > depth+1 || t.Name.Space != x.root.Space {
				continue
			}
			if err := fn(t); err != nil {
				return err
			}
		}
	}
}

// end makes sure that nothing follows the root element.
func (x *xmlReader) end() error {
	tok, err := x.next()
	if err == io.EOF {
		return nil
	}
	if err == nil {
		err = x.at(fmt.Errorf("unexpected %T after the root element", tok))
	}
	return err
}

// attr returns the value of an attribute without namespace, or "".
func attr(e xml.StartElement, name string) string {
	for i := range e.Attr {
		if e.Attr[i].Name.Local == name && e.Attr[i].Name.Space == "" {
			return e.Attr[i].Value
		}
	}
	return ""
}
