// Package purl reads and writes package URLs (purl, ECMA-427), by which SBOMs
// name packages across ecosystems: pkg:type/namespace/name@version?qualifiers#subpath.
//
// [Parse] obeys the specification and the rules of the registered types as far
// as these change what a purl means or forbid it: names that the ecosystem
// compares without case are made lower-case, and parts that a type requires or
// prohibits are checked. It is tested with the official test suite.
package purl

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLength is the longest purl that is read, in bytes.
const maxLength = 8 << 10

// PURL is a package URL in its parts, percent-decoded and normalized. The zero
// value is no purl.
type PURL struct {
	Type      string
	Namespace string // may be empty; segments are divided by a slash
	Name      string
	Version   string // may be empty
	// Qualifiers are sorted by key; none has an empty value.
	Qualifiers []Qualifier
	Subpath    string // may be empty
}

// Qualifier is extra data that qualifies a package, such as arch=amd64.
type Qualifier struct{ Key, Value string }

// Qualifier returns the value of a qualifier, or "".
func (p PURL) Qualifier(key string) string {
	for _, q := range p.Qualifiers {
		if q.Key == key {
			return q.Value
		}
	}
	return ""
}

// Package is p without its version, qualifiers and subpath: what stays the same
// from one version of a package to the next.
func (p PURL) Package() PURL { return PURL{Type: p.Type, Namespace: p.Namespace, Name: p.Name} }

// Parse reads a purl.
func Parse(s string) (PURL, error) {
	if len(s) > maxLength {
		return PURL{}, fmt.Errorf("purl is longer than %d bytes", maxLength)
	}
	p, err := parse(s)
	if err == nil {
		err = p.Normalize()
	}
	if err != nil {
		return PURL{}, fmt.Errorf("purl %.200q: %w", s, err)
	}
	return p, nil
}

// parse takes a purl apart, from its end as the specification does.
func parse(s string) (p PURL, err error) {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || !strings.EqualFold(scheme, "pkg") {
		return p, errors.New("it does not begin with the scheme pkg")
	}
	rest, subpath := cutLast(rest, "#")
	if p.Subpath, err = segments(subpath, true); err != nil {
		return p, fmt.Errorf("subpath: %w", err)
	}
	rest, query := cutLast(rest, "?")
	if p.Qualifiers, err = qualifiers(query); err != nil {
		return p, err
	}
	kind, rest, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	p.Type = strings.ToLower(kind)
	rest = strings.Trim(rest, "/")
	// The version follows the last @ of the last segment: a namespace such as
	// that of npm may hold one, too.
	last := rest[strings.LastIndexByte(rest, '/')+1:]
	if at := strings.LastIndexByte(last, '@'); at >= 0 {
		if p.Version, err = unescape(last[at+1:]); err != nil {
			return p, fmt.Errorf("version: %w", err)
		}
		rest = rest[:len(rest)-len(last)+at]
	} else if at := strings.LastIndexByte(rest, '@'); at > 0 && rest[at-1] != '/' {
		if p.Version, err = unescape(rest[at+1:]); err != nil {
			return p, fmt.Errorf("version: %w", err)
		}
		rest = rest[:at]
	}
	namespace, name := "", rest
	i := strings.LastIndexByte(rest, '/')
	if p.Type == "git" { // the namespace is the host
		i = strings.IndexByte(rest, '/')
	}
	if i >= 0 {
		namespace, name = rest[:i], rest[i+1:]
	}
	if p.Name, err = unescape(name); err != nil {
		return p, fmt.Errorf("name: %w", err)
	}
	if p.Namespace, err = segments(namespace, false); err != nil {
		return p, fmt.Errorf("namespace: %w", err)
	}
	return p, nil
}

func cutLast(s, sep string) (before, after string) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):]
	}
	return s, ""
}

// segments decodes a path: empty segments are left out, and those that are dots
// from a subpath.
func segments(s string, dots bool) (string, error) {
	var out []string
	for part := range strings.SplitSeq(s, "/") {
		part, err := unescape(part)
		switch {
		case err != nil:
			return "", err
		case part == "" || dots && (part == "." || part == ".."):
			continue
		case strings.Contains(part, "/"):
			return "", errors.New("a segment with an escaped slash")
		}
		out = append(out, part)
	}
	return strings.Join(out, "/"), nil
}

func qualifiers(s string) ([]Qualifier, error) {
	var list []Qualifier
	if s == "" {
		return nil, nil
	}
	for pair := range strings.SplitSeq(s, "&") {
		key, value, _ := strings.Cut(pair, "=")
		value, err := unescape(value)
		if err != nil {
			return nil, fmt.Errorf("qualifier %.40q: %w", key, err)
		}
		list = append(list, Qualifier{key, value})
	}
	return list, nil
}

// unescape decodes percent-encoding; what it makes must be UTF-8.
func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		if !utf8.ValidString(s) {
			return "", errors.New("not UTF-8")
		}
		return s, nil
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0 {
			return "", errors.New("a percent sign without two hexadecimal digits")
		}
		b = append(b, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
		i += 2
	}
	if !utf8.Valid(b) {
		return "", errors.New("not UTF-8")
	}
	return string(b), nil
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// Normalize brings p into the one form that equal purls share, and says what is
// wrong with it.
func (p *PURL) Normalize() error {
	p.Type = strings.ToLower(p.Type)
	switch {
	case p.Type == "":
		return errors.New("it has no type")
	case !isWord(p.Type, ".+-"):
		return fmt.Errorf("the type %.40q is not a letter and then letters, digits, '.', '+' or '-'", p.Type)
	case p.Name == "":
		return errors.New("it has no name")
	}
	p.Qualifiers = slices.DeleteFunc(slices.Clone(p.Qualifiers), func(q Qualifier) bool { return q.Value == "" })
	for i := range p.Qualifiers {
		p.Qualifiers[i].Key = strings.ToLower(p.Qualifiers[i].Key)
	}
	slices.SortFunc(p.Qualifiers, func(a, b Qualifier) int { return cmp.Compare(a.Key, b.Key) })
	for i, q := range p.Qualifiers {
		if !isWord(q.Key, ".-_") {
			return fmt.Errorf("the qualifier %.40q is not a letter and then letters, digits, '.', '-' or '_'", q.Key)
		}
		if i > 0 && p.Qualifiers[i-1].Key == q.Key {
			return fmt.Errorf("the qualifier %.40q is there twice", q.Key)
		}
	}
	return p.applyType()
}

// isWord reports whether s is an ASCII letter followed by letters, digits and
// the characters in more.
func isWord(s, more string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || (c < '0' || c > '9') && strings.IndexByte(more, c) < 0) {
			return false
		}
	}
	return s != ""
}

// String returns the canonical form.
func (p PURL) String() string {
	var b strings.Builder
	b.WriteString("pkg:" + p.Type + "/")
	if p.Namespace != "" {
		escape(&b, p.Namespace, "/")
		b.WriteByte('/')
	}
	keep := ""
	if p.Type == "git" {
		keep = "/"
	}
	escape(&b, p.Name, keep)
	if p.Version != "" {
		b.WriteByte('@')
		escape(&b, p.Version, "")
	}
	for i, q := range p.Qualifiers {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(q.Key + "=")
		escape(&b, q.Value, "")
	}
	if p.Subpath != "" {
		b.WriteByte('#')
		escape(&b, p.Subpath, "/")
	}
	return b.String()
}

// escape percent-encodes all but the unreserved characters, the colon and what
// is in keep.
func escape(b *strings.Builder, s, keep string) {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:"
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if strings.IndexByte(plain, c) >= 0 || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
}
