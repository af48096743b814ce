package http

import (
	"errors"
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

const maxTemplate = 2048

// template is text with variables in braces: "/issue/{ticket}".
type template struct {
	text  string
	parts []part
}

// part is literal text or, if variable is set, the name of a variable.
type part struct{ literal, variable string }

func parseTemplate(s string) (template, error) {
	if len(s) > maxTemplate {
		return template{}, fmt.Errorf("the template has %d bytes, at most %d are read", len(s), maxTemplate)
	}
	t := template{text: s}
	for s != "" {
		literal, rest, open := strings.Cut(s, "{")
		if strings.Contains(literal, "}") {
			return template{}, errors.New(`a "}" without "{"`)
		}
		if literal != "" {
			t.parts = append(t.parts, part{literal: literal})
		}
		if !open {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !plainName(name) {
			return template{}, fmt.Errorf("%.40q is not a variable: write {name} with a-z and -", "{"+name)
		}
		t.parts = append(t.parts, part{variable: name})
		s = after
	}
	return t, nil
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (t *template) UnmarshalStrict(n *strictyaml.Node) error {
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	var err error
	*t, err = parseTemplate(text)
	return err
}

func (t template) variables() []string {
	var names []string
	for _, p := range t.parts {
		if p.variable != "" {
			names = append(names, p.variable)
		}
	}
	return names
}

// expand puts the values in, each passed through encode.
func (t template) expand(values map[string]string, encode func(string) string) string {
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.literal)
		if p.variable != "" {
			b.WriteString(encode(values[p.variable]))
		}
	}
	return b.String()
}

// path expands a template as the path of a URL. No value can leave its path
// segment: everything but unreserved characters is percent-encoded (RFC 3986,
// section 2), a slash or backslash is refused, because servers decode them
// before they split the path, and so is a segment of dots only.
func (t template) path(values map[string]string) (string, error) {
	for _, name := range t.variables() {
		if strings.ContainsAny(values[name], `/\`) {
			return "", fmt.Errorf("%s %.80q holds a slash, which cannot stand in a path", name, values[name])
		}
	}
	path := t.expand(values, percentEncode)
	if climbs(path) {
		return "", fmt.Errorf("the path %.200q has a segment of dots only", path)
	}
	return path, nil
}

// checkPath refuses literals that are not a plain, absolute path.
func (t template) checkPath() error {
	if !strings.HasPrefix(t.text, "/") || strings.HasPrefix(t.text, "//") {
		return errors.New("a path begins with one slash and is below the base address")
	}
	for _, p := range t.parts {
		for _, c := range []byte(p.literal) {
			if !unreserved(c) && !strings.ContainsRune("/:@!$&'()*+,;=", rune(c)) {
				return fmt.Errorf("%q cannot stand in a path: put parameters under query", rune(c))
			}
		}
	}
	// A variable of no length leaves the literals alone.
	_, err := t.path(nil)
	return err
}

func percentEncode(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if unreserved(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// plainName reports whether s is a name of variables, requests and mappings.
func plainName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && s[0] != '-'
}
