// Package strictxml reads XML the way evidence must be read.
//
// A document is read into a tree, within limits that are checked before memory
// is used. What readers understand differently, or what lets a document reach
// beyond itself, is refused: document type declarations and with them all
// entities but the five of XML, encodings other than UTF-8, duplicate
// attributes, undeclared prefixes, characters that XML does not allow.
package strictxml

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a document; the zero value of a field is its default.
type Limits struct {
	// Depth is the most elements within each other; the default is 512.
	Depth int
	// Elements is the most elements; the default is 2 million.
	Elements int
	// Attributes is the most attributes of one element, declarations of
	// namespaces among them; the default is 64.
	Attributes int
	// Text is the most bytes of text of one element between two of its
	// children; the default is 16 MiB.
	Text int
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field *int
		value int
	}{{&l.Depth, 512}, {&l.Elements, 2 << 20}, {&l.Attributes, 64}, {&l.Text, 16 << 20}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return l
}

// Name is a name with the namespace that its prefix stands for.
type Name struct{ Space, Local string }

// Attr is an attribute. One without a prefix is in no namespace.
type Attr struct {
	Name  Name
	Value string
}

// Element is an element. Comments and processing instructions are left out.
type Element struct {
	Name     Name
	Attrs    []Attr // without declarations of namespaces
	Children []*Element
	// Text is the text directly in the element, without that of its children.
	// It is empty if it is white space around children.
	Text string
	Line int // of its beginning, from 1
}

// Attr returns the value of an attribute in no namespace, or "".
func (e *Element) Attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// Error says where a document cannot be read, and why.
type Error struct {
	Line   int
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// The namespaces that need no declaration (Namespaces in XML 1.0, section 3).
const (
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
)

// Parse reads a document. The tree holds parts of a copy of data.
func Parse(data []byte, l Limits) (*Element, error) {
	p := parser{limits: l.withDefaults()}
	if i := invalid(data); i >= 0 {
		return nil, &Error{1 + bytes.Count(data[:i], []byte("\n")), "a character that XML does not allow, or no UTF-8"}
	}
	p.text = string(data)
	root, err := p.document()
	if err != nil {
		return nil, &Error{p.line(), err.Error()}
	}
	return root, nil
}

// invalid returns the index of what is no character of XML (section 2.2), or -1.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		c := data[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n < 2 || r == 0xFFFE || r == 0xFFFF {
			return i
		}
		i += n
	}
	return -1
}

type parser struct {
	limits   Limits
	text     string
	at       int
	elements int
	spaces   []binding
	// lines counts the line breaks up to counted, which only grows.
	lines, counted int
}

// binding is a prefix and the namespace it stands for.
type binding struct{ prefix, space string }

func (p *parser) line() int {
	at := min(p.at, len(p.text))
	p.lines += strings.Count(p.text[p.counted:at], "\n")
	p.counted = at
	return p.lines + 1
}

func (p *parser) rest() string { return p.text[p.at:] }

func (p *parser) skip(s string) bool {
	if !strings.HasPrefix(p.rest(), s) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *parser) space() bool {
	start := p.at
	for p.at < len(p.text) && isSpace(p.text[p.at]) {
		p.at++
	}
	return p.at > start
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// document reads the prolog, the root element and what may follow it.
func (p *parser) document() (*Element, error) {
	if strings.HasPrefix(p.text, "<?xml") && len(p.text) > 5 && isSpace(p.text[5]) {
		if err := p.declaration(); err != nil {
			return nil, err
		}
	}
	if err := p.misc(); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(p.rest(), "<") {
		return nil, errors.New("there is no element")
	}
	root, err := p.element(1)
	if err != nil {
		return nil, err
	}
	if err := p.misc(); err != nil {
		return nil, err
	}
	if p.at < len(p.text) {
		return nil, errors.New("something follows the root element")
	}
	return root, nil
}

// declaration reads <?xml ... ?>.
func (p *parser) declaration() error {
	body, _, ok := strings.Cut(p.rest()[len("<?xml"):], "?>")
	if !ok {
		return errors.New("the XML declaration does not end")
	}
	end := p.at + len("<?xml") + len(body) + len("?>")
	q := parser{text: body, limits: p.limits}
	for q.space(); q.at < len(q.text); q.space() {
		name, value, err := q.attribute()
		if err != nil {
			return fmt.Errorf("XML declaration: %w", err)
		}
		switch {
		case name == "version" && value == "1.0", name == "standalone":
		case name == "encoding" && (strings.EqualFold(value, "UTF-8") || strings.EqualFold(value, "US-ASCII")):
		default:
			return fmt.Errorf("XML declaration: %s %.40q is not read, write XML 1.0 in UTF-8", name, value)
		}
	}
	p.at = end
	return nil
}

// misc reads comments, processing instructions and white space.
func (p *parser) misc() error {
	for {
		p.space()
		is, err := p.aside()
		if err != nil || !is {
			return err
		}
	}
}

// aside reads a comment or a processing instruction.
func (p *parser) aside() (bool, error) {
	switch {
	case p.skip("<!--"):
		i := strings.Index(p.rest(), "--")
		if i < 0 || !strings.HasPrefix(p.rest()[i:], "-->") {
			return false, errors.New("a comment does not end, or holds two hyphens")
		}
		p.at += i + len("-->")
		return true, nil
	case p.skip("<?"):
		i := strings.Index(p.rest(), "?>")
		if i < 0 {
			return false, errors.New("a processing instruction does not end")
		}
		target := p.rest()[:i]
		if n := nameLen(target); n == 0 || strings.EqualFold(target[:n], "xml") {
			return false, errors.New("a processing instruction without a target, or an XML declaration that is not at the beginning")
		}
		p.at += i + len("?>")
		return true, nil
	case strings.HasPrefix(p.rest(), "<!DOCTYPE"):
		return false, errors.New("a document type declaration is not read: it can define entities that reach beyond the document")
	}
	return false, nil
}

// element reads an element, of which "<" is at hand.
func (p *parser) element(depth int) (*Element, error) {
	if depth > p.limits.Depth {
		return nil, fmt.Errorf("elements are nested deeper than %d", p.limits.Depth)
	}
	if p.elements++; p.elements > p.limits.Elements {
		return nil, fmt.Errorf("more than %d elements", p.limits.Elements)
	}
	e := &Element{Line: p.line()}
	p.at++
	tag, err := p.name()
	if err != nil {
		return nil, err
	}
	outer := len(p.spaces)
	defer func() { p.spaces = p.spaces[:outer] }()
	closed, err := p.startTag(e, tag)
	if err != nil || closed {
		return e, err
	}
	if err := p.content(e, depth); err != nil {
		return nil, err
	}
	end, err := p.name()
	if err != nil {
		return nil, err
	}
	p.space()
	if end != tag || !p.skip(">") {
		return nil, fmt.Errorf("the element %.60q is not closed by its own end tag", tag)
	}
	return e, nil
}

// startTag reads the attributes of a start tag. closed is true for "/>".
func (p *parser) startTag(e *Element, tag string) (closed bool, err error) {
	var attrs []Attr // with the name as written in Local
	for {
		spaced := p.space()
		switch {
		case p.skip("/>"):
			closed = true
		case p.skip(">"):
		case !spaced:
			return false, fmt.Errorf("in the tag %.60q", tag)
		default:
			if len(attrs) == p.limits.Attributes {
				return false, fmt.Errorf("more than %d attributes of one element", p.limits.Attributes)
			}
			name, value, err := p.attribute()
			if err != nil {
				return false, err
			}
			attrs = append(attrs, Attr{Name{"", name}, value})
			continue
		}
		break
	}
	if attrs, err = p.bind(attrs); err != nil {
		return false, err
	}
	if e.Name, err = p.resolve(tag, true); err != nil {
		return false, err
	}
	for i := range attrs {
		if attrs[i].Name, err = p.resolve(attrs[i].Name.Local, false); err != nil {
			return false, err
		}
		for _, before := range attrs[:i] {
			if before.Name == attrs[i].Name {
				return false, fmt.Errorf("the attribute %.60q is there twice", before.Name.Local)
			}
		}
	}
	e.Attrs = attrs
	return closed, nil
}

// bind takes the declarations of namespaces out of attrs.
func (p *parser) bind(attrs []Attr) ([]Attr, error) {
	first := len(p.spaces)
	rest := attrs[:0]
	for _, a := range attrs {
		prefix, ok := strings.CutPrefix(a.Name.Local, "xmlns:")
		if !ok && a.Name.Local != "xmlns" {
			rest = append(rest, a)
			continue
		}
		if !ok {
			prefix = "" // the default namespace
		}
		switch {
		case ok && (prefix == "" || prefix == "xmlns" || a.Value == ""), a.Value == xmlnsSpace,
			(prefix == "xml") != (a.Value == xmlSpace):
			return nil, fmt.Errorf("the declaration %.60q of a namespace is not allowed", a.Name.Local)
		case len(p.spaces) >= p.limits.Attributes:
			return nil, fmt.Errorf("more than %d declarations of namespaces within each other", p.limits.Attributes)
		}
		for _, b := range p.spaces[first:] {
			if b.prefix == prefix {
				return nil, fmt.Errorf("the attribute %.60q is there twice", a.Name.Local)
			}
		}
		p.spaces = append(p.spaces, binding{prefix, a.Value})
	}
	if len(rest) == 0 {
		return nil, nil
	}
	return rest, nil
}

// resolve gives a name its namespace. A name without a prefix is in the default
// namespace if it is an element's.
func (p *parser) resolve(name string, isElement bool) (Name, error) {
	prefix, local, ok := strings.Cut(name, ":")
	switch {
	case !ok && !isElement:
		return Name{"", name}, nil
	case !ok:
		prefix, local = "", name
	case prefix == "" || local == "" || strings.Contains(local, ":") || !isNameStart(local):
		return Name{}, fmt.Errorf("%.60q is no name", name)
	case prefix == "xml":
		return Name{xmlSpace, local}, nil
	}
	for i := len(p.spaces) - 1; i >= 0; i-- {
		if p.spaces[i].prefix == prefix {
			return Name{p.spaces[i].space, local}, nil
		}
	}
	if prefix != "" {
		return Name{}, fmt.Errorf("the prefix %.60q is not declared", prefix)
	}
	return Name{"", local}, nil
}

// content reads what is between the tags of e, up to "</", which it takes.
func (p *parser) content(e *Element, depth int) error {
	var text strings.Builder
	add := func(s string) error {
		if text.Len()+len(s) > p.limits.Text {
			return fmt.Errorf("more than %d bytes of text in one element", p.limits.Text)
		}
		text.WriteString(s)
		return nil
	}
	for {
		i := strings.IndexByte(p.rest(), '<')
		if i < 0 {
			p.at = len(p.text)
			return errors.New("an element is not closed")
		}
		raw := p.rest()[:i]
		if strings.Contains(raw, "]]>") {
			return errors.New("]]> stands outside of a CDATA section")
		}
		s, err := unescape(lineBreaks(raw))
		if err != nil {
			return err
		}
		if err := add(s); err != nil {
			return err
		}
		p.at += i
		is, err := p.aside()
		switch {
		case err != nil:
			return err
		case is:
		case p.skip("<![CDATA["):
			end := strings.Index(p.rest(), "]]>")
			if end < 0 {
				return errors.New("a CDATA section does not end")
			}
			if err := add(lineBreaks(p.rest()[:end])); err != nil {
				return err
			}
			p.at += end + len("]]>")
		case p.skip("</"):
			e.Text = text.String()
			if len(e.Children) > 0 && strings.Trim(e.Text, " \t\r\n") == "" {
				e.Text = ""
			}
			return nil
		case strings.HasPrefix(p.rest(), "<!"):
			return errors.New("a declaration stands within an element")
		default:
			child, err := p.element(depth + 1)
			if err != nil {
				return err
			}
			e.Children = append(e.Children, child)
		}
	}
}

// lineBreaks makes every line break a line feed (XML 1.0, section 2.11).
func lineBreaks(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// attribute reads name="value".
func (p *parser) attribute() (name, value string, err error) {
	if name, err = p.name(); err != nil {
		return "", "", err
	}
	p.space()
	if !p.skip("=") {
		return "", "", fmt.Errorf("the attribute %.60q has no value", name)
	}
	p.space()
	if p.at == len(p.text) || p.text[p.at] != '"' && p.text[p.at] != '\'' {
		return "", "", fmt.Errorf("the value of %.60q is not in quotes", name)
	}
	quote := p.text[p.at]
	p.at++
	end := strings.IndexByte(p.rest(), quote)
	if end < 0 {
		return "", "", fmt.Errorf("the value of %.60q does not end", name)
	}
	raw := p.rest()[:end]
	if strings.IndexByte(raw, '<') >= 0 || len(raw) > p.limits.Text {
		return "", "", fmt.Errorf("the value of %.60q holds a \"<\" or is too long", name)
	}
	if value, err = unescape(whiteSpace(raw)); err != nil {
		return "", "", err
	}
	p.at += end + 1
	return name, value, nil
}

// whiteSpace makes each white space of an attribute a blank (section 3.3.3).
func whiteSpace(s string) string {
	if !strings.ContainsAny(s, "\t\r\n") {
		return s
	}
	return strings.NewReplacer("\r\n", " ", "\t", " ", "\r", " ", "\n", " ").Replace(s)
}

// name reads a name.
func (p *parser) name() (string, error) {
	const most = 1000
	n := nameLen(p.rest())
	if n == 0 || n > most {
		return "", errors.New("a name is expected")
	}
	s := p.rest()[:n]
	p.at += n
	return s, nil
}

// nameLen is the length of the name that s begins with (section 2.3).
func nameLen(s string) int {
	if !isNameStart(s) {
		return 0
	}
	for i, r := range s {
		if !isNameRune(r) {
			return i
		}
	}
	return len(s)
}

func isNameStart(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && isNameRune(r) && r != '-' && r != '.' && (r < '0' || r > '9') && r != 0xB7 &&
		(r < 0x300 || r > 0x36F) && r != 0x203F && r != 0x2040
}

// nameRunes are the ranges of NameChar beyond ASCII.
var nameRunes = [][2]rune{
	{0xB7, 0xB7}, {0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x37D}, {0x37F, 0x1FFF}, {0x200C, 0x200D}, {0x203F, 0x2040},
	{0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
}

func isNameRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == ':' || r == '-' || r == '.'
	}
	for _, in := range nameRunes {
		if r >= in[0] && r <= in[1] {
			return true
		}
	}
	return false
}

// unescape replaces references: to characters, and to the five entities of XML.
func unescape(s string) (string, error) {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s, nil
	}
	var b strings.Builder
	for ; i >= 0; i = strings.IndexByte(s, '&') {
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:min(len(s), i+12)], ';')
		if end < 0 {
			return "", errors.New("an & begins no reference")
		}
		r, err := reference(s[i+1 : i+end])
		if err != nil {
			return "", err
		}
		b.WriteRune(r)
		s = s[i+end+1:]
	}
	b.WriteString(s)
	return b.String(), nil
}

func reference(name string) (rune, error) {
	switch name {
	case "lt":
		return '<', nil
	case "gt":
		return '>', nil
	case "amp":
		return '&', nil
	case "apos":
		return '\'', nil
	case "quot":
		return '"', nil
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, fmt.Errorf("the entity %.20q is not known: only lt, gt, amp, apos and quot are", name)
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	r := rune(n)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(r) || invalid(utf8.AppendRune(nil, r)) >= 0 {
		return 0, fmt.Errorf("&%.20s; is no character of XML", name)
	}
	return r, nil
}
