package strictxml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// shape writes a tree, so that trees can be compared.
func shape(e *Element) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<{%s}%s", e.Name.Space, e.Name.Local)
	for _, a := range e.Attrs {
		fmt.Fprintf(&b, " {%s}%s=%q", a.Name.Space, a.Name.Local, a.Value)
	}
	fmt.Fprintf(&b, ">%q", e.Text)
	for _, c := range e.Children {
		b.WriteString(shape(c))
	}
	return b.String() + "</>"
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		`<a/>`: `<{}a>""</>`,
		"<?xml version=\"1.0\" encoding='utf-8'?>\n<!-- c --><?p q?><a b = 'c&lt;\n'>d</a>\n<!-- e -->": `<{}a {}b="c< ">"d"</>`,
		`<x:a xmlns:x="u" x:b="1" b="2"><c xmlns="v"><d xmlns=""/></c></x:a>`:                           `<{u}a {u}b="1" {}b="2">""<{v}c>""<{}d>""</></></>`,
		"<a>1\r\n2&#13;<![CDATA[<&>]]>&amp;&#x41;</a>":                                                  `<{}a>"1\n2\r<&>&A"</>`,
		`<a xml:lang="en"> <b/> </a>`:                                                                   `<{}a {http://www.w3.org/XML/1998/namespace}lang="en">""<{}b>""</></>`,
	} {
		e, err := Parse([]byte(in), Limits{})
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
		} else if shape(e) != want {
			t.Errorf("Parse(%q) = %s, want %s", in, shape(e), want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("<a>", 600) + strings.Repeat("</a>", 600)
	manyAttrs, manySpaces := "<a", "<a"
	for i := range 70 {
		manyAttrs += fmt.Sprintf(" b%d='c'", i)
		manySpaces += fmt.Sprintf("><a xmlns:b%d='c'", i)
	}
	for _, tt := range []struct{ in, want string }{
		{"", "no element"},
		{"text", "no element"},
		{"<a>", "not closed"},
		{"<a></b>", "end tag"},
		{"<a/><b/>", "follows"},
		{"<a/>x", "follows"},
		{"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"},
		{"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type"},
		{"<a>&b;</a>", "entity"},
		{"<a>&#0;</a>", "no character"},
		{"<a>&#xD800;</a>", "no character"},
		{"<a>& b</a>", "reference"},
		{"<a b='1' b='2'/>", "twice"},
		{"<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", "twice"},
		{"<a xmlns:x='u' xmlns:x='v'/>", "twice"},
		{"<x:a/>", "not declared"},
		{"<a b/>", "no value"},
		{"<a b=c/>", "quotes"},
		{"<a b='<'/>", "holds"},
		{"<a b='1'c='2'/>", "in the tag"},
		{"<a>\x01</a>", "does not allow"},
		{"<a>\xff</a>", "does not allow"},
		{"<a>]]></a>", "CDATA"},
		{"<a><!-- b -- c --></a>", "comment"},
		{"<a><!ELEMENT b></a>", "declaration"},
		{"<a><?xml version='1.0'?></a>", "XML declaration"},
		{"<?xml version='1.1'?><a/>", "XML 1.0"},
		{"<?xml version='1.0' encoding='UTF-7'?><a/>", "UTF-8"},
		{deep, "nested deeper"},
		{manyAttrs + "/>", "attributes"},
		{manySpaces + "/>", "declarations"},
	} {
		e, err := Parse([]byte(tt.in), Limits{})
		var is *Error
		if err == nil || !strings.Contains(err.Error(), tt.want) || !errors.As(err, &is) {
			t.Errorf("Parse(%.60q) = %v, %v, want an error with %q", tt.in, e, err, tt.want)
		}
	}
	if _, err := Parse([]byte("<a><b/><b/></a>"), Limits{Elements: 2}); err == nil {
		t.Error("more elements than the limit are read")
	}
	if _, err := Parse([]byte("<a>12345</a>"), Limits{Text: 4}); err == nil {
		t.Error("more text than the limit is read")
	}
}

func TestLines(t *testing.T) {
	e, err := Parse([]byte("<!--\n-->\n<a>\n<b/>\n\n<c\n d='e'/></a>"), Limits{})
	if err != nil || e.Line != 3 || e.Children[0].Line != 4 || e.Children[1].Line != 6 {
		t.Errorf("%+v, %v", e, err)
	}
	var is *Error
	if _, err := Parse([]byte("<a>\n<b>\n&c;</b></a>"), Limits{}); !errors.As(err, &is) || is.Line < 2 {
		t.Errorf("got %v", err)
	}
}

// library reads a document with encoding/xml, which is laxer.
func library(data []byte) (*Element, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	root := &Element{}
	open := []*Element{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return root.Children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &Element{Name: Name(token.Name)}
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
					a.Value = strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(a.Value)
					e.Attrs = append(e.Attrs, Attr{Name(a.Name), a.Value})
				}
			}
			top.Children = append(top.Children, e)
			open = append(open, e)
		case xml.EndElement:
			if len(top.Children) > 0 && strings.Trim(top.Text, " \t\r\n") == "" {
				top.Text = ""
			}
			open = open[:len(open)-1]
		case xml.CharData:
			top.Text += string(token)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`<a/>`, `<?xml version="1.0"?><x:a xmlns:x="u" x:b="1"><!-- c --><![CDATA[d]]>&lt;</x:a>`, "<!DOCTYPE a><a/>", "<a b='&#65;'>\r\n</a>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Parse(data, Limits{Depth: 50})
		if err != nil {
			return
		}
		// References to white space in attributes are not told apart here.
		if bytes.Contains(data, []byte("&#")) {
			return
		}
		want, err := library(data)
		if err != nil {
			t.Fatalf("we read %q, encoding/xml says %v", data, err)
		}
		if shape(e) != shape(want) {
			t.Fatalf("%q\nours   %s\ntheirs %s", data, shape(e), shape(want))
		}
	})
}
