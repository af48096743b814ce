package http

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// fields are the members of a record or of a list's item, in their order.
type fields []field

// field is one member: where it goes, and from where and how it is filled.
type field struct {
	// target is where the value goes in the record; text is its pointer.
	target []string
	text   string
	fieldRule
}

// fieldRule is a field as it is written. Exactly one of From, Join, Const,
// Variable, Link, Each and Unknown says where the value comes from.
type fieldRule struct {
	// From are tried in turn until one leads somewhere.
	From strictyaml.OneOrMany[selector] `yaml:"from"`
	// Join puts all values together with "/" between them, for ids that only
	// several values make unique.
	Join     []selector `yaml:"join"`
	Const    string     `yaml:"const"`
	Variable string     `yaml:"variable"`
	// Link is a path below the base address, for people.
	Link *template `yaml:"link"`
	// Each makes a list, with an item of Fields for each value.
	Each   strictyaml.OneOrMany[selector] `yaml:"each"`
	Where  condition                      `yaml:"where"`
	Fields fields                         `yaml:"fields"`
	// Unknown says why nobody can know the field from this system.
	Unknown string `yaml:"unknown"`

	// As is the form of the value; see the table in conversions.
	As strictyaml.Located[string] `yaml:"as"`
	// Map turns the system's words into ours. Others are unknown.
	Map strictyaml.Map[string] `yaml:"map"`
	// Prefix is put before the text, with variables as they are.
	Prefix *template `yaml:"prefix"`
	// Required makes the whole record depend on the field.
	Required bool `yaml:"required"`
	// Optional says that the system leaves the value out if there is none.
	Optional bool `yaml:"optional"`
	// EmptyIsNone says that null or "" means that there is none. A value that
	// is left out, perhaps because the credential may not see it, stays unknown.
	EmptyIsNone bool `yaml:"empty-is-none"`
}

const maxFields = 200

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (f *fields) UnmarshalStrict(n *strictyaml.Node) error {
	var entries strictyaml.Map[strictyaml.Located[fieldRule]]
	if err := n.Decode(&entries); err != nil {
		return err
	}
	if len(entries) == 0 || len(entries) > maxFields {
		return fmt.Errorf("%d fields, want 1 to %d", len(entries), maxFields)
	}
	for _, e := range entries {
		target, err := parseTarget(e.Key.Value)
		if err == nil {
			err = f.clash(target)
		}
		if err != nil {
			return e.Key.Errorf("%w", err)
		}
		if err := e.Value.Value.check(); err != nil {
			return placed(e.Value, err)
		}
		*f = append(*f, field{target, e.Key.Value, e.Value.Value})
	}
	return nil
}

// parseTarget reads the place of a field: members only, at most four deep.
func parseTarget(s string) ([]string, error) {
	const deepest = 4
	if !strings.HasPrefix(s, "/") || len(s) > maxPointer {
		return nil, fmt.Errorf(`%.80q is not the pointer of a field: want "/name"`, s)
	}
	tokens, err := pointerTokens(s)
	if err != nil {
		return nil, err
	}
	if len(tokens) > deepest {
		return nil, fmt.Errorf("the field is %d levels deep, at most %d are made", len(tokens), deepest)
	}
	for _, token := range tokens {
		if token == "" || len(token) > 64 || strings.ContainsFunc(token, notLetter) {
			return nil, fmt.Errorf("%.80q is not the name of a field: want letters and digits", token)
		}
	}
	return tokens, nil
}

func notLetter(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
}

// clash reports a field that is another one or part of it.
func (f fields) clash(target []string) error {
	for _, other := range f {
		n := min(len(other.target), len(target))
		if slices.Equal(other.target[:n], target[:n]) {
			return fmt.Errorf("the field clashes with %s", other.text)
		}
	}
	return nil
}

func (r fieldRule) check() error {
	sources := 0
	for _, given := range []bool{
		len(r.From) > 0, len(r.Join) > 0, r.Const != "", r.Variable != "", r.Link != nil, len(r.Each) > 0, r.Unknown != "",
	} {
		if given {
			sources++
		}
	}
	_, known := conversions()[r.As.Value]
	switch {
	case sources != 1:
		return errors.New("want exactly one of from, join, const, variable, link, each and unknown")
	case !known:
		return r.As.Errorf("unknown form %.40q: want one of %s", r.As.Value, strings.Join(forms(), ", "))
	case (len(r.Each) > 0) != (len(r.Fields) > 0) || len(r.Where) > 0 && len(r.Each) == 0:
		return errors.New("a list wants each and fields, and only a list has where")
	case len(r.From)+len(r.Join) == 0 && (r.As.Value != "" || len(r.Map) > 0 || r.Prefix != nil):
		return errors.New("as, map and prefix need from or join")
	case r.Required && (r.Optional || r.EmptyIsNone):
		return errors.New("required excludes optional and empty-is-none")
	case r.Link != nil:
		return r.Link.checkPath()
	}
	return nil
}

// each visits the fields and those of their lists.
func (f fields) each(visit func(field)) {
	for _, x := range f {
		visit(x)
		x.Fields.each(visit)
	}
}
