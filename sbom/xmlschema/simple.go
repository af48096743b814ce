package xmlschema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictxml"
)

// simple is a simple type: a type of the standard or a restriction of another,
// or one of several.
type simple struct {
	builtin string
	base    *simple
	union   []*simple

	enum               map[string]bool
	patterns           []*regexp.Regexp // one of them must match
	min, max           *float64
	minLength, maxSize *int
}

// maxPattern is the longest value, in bytes, that is matched with a pattern: some
// patterns take their time.
const maxPattern = 1 << 16

// known reports whether a type of the standard (XML Schema, part 2) is one of
// those that are checked.
func known(builtin string) bool {
	switch builtin {
	case "string", "normalizedString", "token", "anyURI", "boolean", "date", "dateTime", "decimal", "integer", "nonNegativeInteger", "positiveInteger":
		return true
	}
	return false
}

func (c *compiler) simple(e *strictxml.Element) *simple {
	out := &simple{}
	if e.Name.Local != "simpleType" || len(e.Children) != 1 {
		c.fail("%s is no simple type", e.Name.Local)
		return out
	}
	switch by := e.Children[0]; by.Name.Local {
	case "union":
		for _, name := range strings.Fields(by.Attr("memberTypes")) {
			t := c.named(name)
			// A member may be read later in the file: keep the type, not its parts.
			out.union = append(out.union, &simple{base: c.simpleOf(t)})
		}
	case "restriction":
		out.base = c.simpleOf(c.named(by.Attr("base")))
		for _, facet := range by.Children {
			c.facet(out, facet.Name.Local, facet.Attr("value"))
		}
	default:
		c.fail("%s is not known", by.Name.Local)
	}
	return out
}

func (c *compiler) simpleOf(t *typ) *simple {
	if t.simple == nil {
		c.fail("a simple type is made of a complex one, or of itself")
		return &simple{builtin: "string"}
	}
	return t.simple
}

func (c *compiler) facet(out *simple, name, value string) {
	number := func() *float64 {
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			c.fail("%s of %q", name, value)
		}
		return &f
	}
	length := func() *int {
		n, err := strconv.Atoi(value)
		if err != nil {
			c.fail("%s of %q", name, value)
		}
		return &n
	}
	switch name {
	case "enumeration":
		if out.enum == nil {
			out.enum = map[string]bool{}
		}
		out.enum[value] = true
	case "pattern":
		re, err := regexp.Compile(`^(?:` + value + `)$`)
		if err != nil {
			c.fail("%v", err)
		}
		out.patterns = append(out.patterns, re)
	case "minInclusive":
		out.min = number()
	case "maxInclusive":
		out.max = number()
	case "minLength":
		out.minLength = length()
	case "maxLength":
		out.maxSize = length()
	default:
		c.fail("the facet %s is not known", name)
	}
}

// primitive is the type of the standard that s restricts in the end.
func (s *simple) primitive() string {
	for s.base != nil {
		s = s.base
	}
	return s.builtin
}

// check returns what is wrong with a value, or "".
func (s *simple) check(value string) string {
	return s.judge(normalize(s.primitive(), value))
}

func (s *simple) judge(value string) string {
	if s.union != nil {
		for _, member := range s.union {
			if member.check(value) == "" {
				return ""
			}
		}
		return fmt.Sprintf("%.60q is of none of the allowed forms", value)
	}
	if s.base != nil {
		if wrong := s.base.judge(value); wrong != "" {
			return wrong
		}
	} else if !isBuiltin(s.builtin, value) {
		return fmt.Sprintf("%.60q is no %s", value, s.builtin)
	}
	return s.facets(value)
}

func (s *simple) facets(value string) string {
	if s.enum != nil && !s.enum[value] {
		return fmt.Sprintf("%.60q is not one of the %d allowed values", value, len(s.enum))
	}
	if s.patterns != nil && len(value) > maxPattern {
		return fmt.Sprintf("it has more than %d characters, and its form is not judged", maxPattern)
	}
	if s.patterns != nil && !matchesOne(s.patterns, value) {
		return fmt.Sprintf("%.60q does not match the pattern %.100s", value, s.patterns[0])
	}
	n := utf8.RuneCountInString(value)
	if s.minLength != nil && n < *s.minLength || s.maxSize != nil && n > *s.maxSize {
		return fmt.Sprintf("%.60q has %d characters, too few or too many", value, n)
	}
	if s.min == nil && s.max == nil {
		return ""
	}
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || s.min != nil && f < *s.min || s.max != nil && f > *s.max {
		return fmt.Sprintf("%.60q is out of range", value)
	}
	return ""
}

func matchesOne(patterns []*regexp.Regexp, value string) bool {
	for _, p := range patterns {
		if p.MatchString(value) {
			return true
		}
	}
	return false
}

// normalize treats white space as a type of the standard asks (whiteSpace).
func normalize(builtin, value string) string {
	switch builtin {
	case "string", "":
		return value
	case "normalizedString":
		return strings.NewReplacer("\t", " ", "\n", " ", "\r", " ").Replace(value)
	}
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }), " ")
}

var (
	decimalForm = lazyregexp.New(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`)
	integerForm = lazyregexp.New(`^[+-]?[0-9]+$`)
	dateForm    = lazyregexp.New(`^-?([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?$`)
	timeForm    = lazyregexp.New(`^-?([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$`)
)

// isBuiltin reports whether a value is of a type of the standard. Years beyond
// 9999 are not known.
func isBuiltin(builtin, value string) bool {
	switch builtin {
	case "boolean":
		return value == "true" || value == "false" || value == "1" || value == "0"
	case "decimal":
		return decimalForm.MatchString(value)
	case "integer":
		return integerForm.MatchString(value)
	case "nonNegativeInteger":
		return integerForm.MatchString(value) && (value[0] != '-' || strings.Trim(value, "-0") == "")
	case "positiveInteger":
		return integerForm.MatchString(value) && value[0] != '-' && strings.Trim(value, "+0") != ""
	case "date":
		m := dateForm.FindStringSubmatch(value)
		return m != nil && isDate(m[1]) && isZone(m[2])
	case "dateTime":
		m := timeForm.FindStringSubmatch(value)
		return m != nil && isDate(m[1]) && isClock(m[2], m[3]) && isZone(m[4])
	case "anyURI":
		return isURI(value)
	}
	return true
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && !strings.HasPrefix(s, "0000")
}

// isClock allows 24:00:00, the end of the day.
func isClock(s, fraction string) bool {
	if s == "24:00:00" {
		return strings.Trim(fraction, ".0") == ""
	}
	_, err := time.Parse(time.TimeOnly, s)
	return err == nil
}

// isZone allows up to 14 hours.
func isZone(s string) bool {
	if s == "" || s == "Z" {
		return true
	}
	hours, minutes := s[1:3], s[4:6]
	return hours < "14" && minutes < "60" || hours == "14" && minutes == "00"
}

// isURI is lax, as XML Schema 1.0 is: a URI or an IRI, absolute or relative.
func isURI(s string) bool {
	for i := range len(s) {
		if s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			return false
		}
	}
	return strings.Count(s, "#") <= 1
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
