package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Bounds of what a policy may set.
const (
	maxPattern = 256
	maxList    = 1000
	maxWord    = 2000
	maxPeople  = 100
)

// Parameter describes one value that controls take from the policy.
type Parameter struct {
	// Name is its key under "parameters".
	Name string
	// Doc says what it does, in one sentence.
	Doc string
	// Source is the section of the release policy that leaves the value open, or
	// the reading of what it leaves unclear (A25; docs/readings.md).
	Source string
	// Default is its value where a policy gives none, as it would be written.
	Default string

	// set reads a value from the policy, reset gives the default.
	set   func(*Params, *strictyaml.Node) error
	reset func(*Params)
	// get returns the value in force, pointer its field.
	get, pointer func(*Params) any
}

// parameterTable lists every parameter, by theme.
var parameterTable = slices.Concat(
	commonParameters, traceParameters, tagParameters, changeParameters, checkParameters, artifactParameters, supplyParameters, approvalParameters, windowParameters, exceptionParameters, freezeParameters,
)

// Parameters returns all parameters, sorted by name.
func Parameters() []Parameter {
	list := slices.Clone(parameterTable)
	slices.SortFunc(list, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// parameter makes a parameter of a field, with how it is read.
func parameter[T any](name, doc, source string, def T, field func(*Params) *T, read func(*strictyaml.Node) (T, error)) Parameter {
	return Parameter{
		Name: name, Doc: doc, Source: source, Default: written(def),
		set: func(p *Params, n *strictyaml.Node) error {
			v, err := read(n)
			if err == nil {
				*field(p) = v
			}
			return err
		},
		reset:   func(p *Params) { *field(p) = def },
		get:     func(p *Params) any { return *field(p) },
		pointer: func(p *Params) any { return field(p) },
	}
}

// written is a value as a policy would give it.
func written(v any) string {
	switch x := v.(type) {
	case []string:
		return "[" + strings.Join(x, ", ") + "]"
	case Span:
		return x.String()
	case string:
		if x == "" {
			return `""`
		}
	}
	return fmt.Sprint(v)
}

// number is a parameter that is a whole number from low to high.
func number(name, doc, source string, def, low, high int, field func(*Params) *int) Parameter {
	return parameter(name, doc, source, def, field, func(n *strictyaml.Node) (v int, err error) {
		if err := n.Decode(&v); err != nil {
			return 0, err
		}
		if v < low || v > high {
			return 0, n.Errorf("want a number from %d to %d", low, high)
		}
		return v, nil
	})
}

// toggle is a parameter that is true or false.
func toggle(name, doc, source string, def bool, field func(*Params) *bool) Parameter {
	return parameter(name, doc, source, def, field, func(n *strictyaml.Node) (v bool, err error) {
		err = n.Decode(&v)
		return v, err
	})
}

// choice is a parameter that is one of a few words.
func choice(name, doc, source, def string, among []string, field func(*Params) *string) Parameter {
	return parameter(name, doc, source, def, field, func(n *strictyaml.Node) (v string, err error) {
		if err := n.Decode(&v); err != nil {
			return "", err
		}
		if !slices.Contains(among, v) {
			return "", n.Errorf("unknown value %.40q: want %s", v, strings.Join(among, ", "))
		}
		return v, nil
	})
}

// pattern is a parameter that is a regular expression (RE2) for a whole text.
func pattern(name, doc, source, def string, field func(*Params) *string) Parameter {
	return parameter(name, doc, source, def, field, func(n *strictyaml.Node) (v string, err error) {
		if err := n.Decode(&v); err != nil {
			return "", err
		}
		if _, err := regexp.Compile(v); err != nil || len(v) > maxPattern {
			return "", n.Errorf("want a regular expression (RE2) of at most %d bytes", maxPattern)
		}
		return v, nil
	})
}

// words is a parameter that is a list of texts, none of them empty; one alone
// may stand for a list of one.
func words(name, doc, source string, def []string, field func(*Params) *[]string) Parameter {
	p := parameter(name, doc, source, def, field, func(n *strictyaml.Node) ([]string, error) {
		var list strictyaml.OneOrMany[text]
		if err := n.Decode(&list); err != nil {
			return nil, err
		}
		if len(list) > maxList {
			return nil, n.Errorf("%d entries, at most %d are read", len(list), maxList)
		}
		out := make([]string, 0, len(list))
		for _, t := range list {
			if s := t.Value; strings.TrimSpace(s) == "" || len(s) > maxWord {
				return nil, t.Errorf("want a text that is not empty and has at most %d bytes", maxWord)
			}
			out = append(out, t.Value)
		}
		return out, nil
	})
	p.reset = func(p *Params) { *field(p) = slices.Clone(def) }
	return p
}

// Span is a length of time in a policy, in whole seconds: 5m, 72h.
type Span time.Duration

// String writes it as a policy does.
func (s Span) String() string {
	text := time.Duration(s).String()
	text = strings.TrimSuffix(text, "m0s") + map[bool]string{true: "m"}[strings.HasSuffix(text, "m0s")]
	return strings.TrimSuffix(text, "h0m") + map[bool]string{true: "h"}[strings.HasSuffix(text, "h0m")]
}

// Duration is the length as Go has it.
func (s Span) Duration() time.Duration { return time.Duration(s) }

// MarshalText implements encoding.TextMarshaler.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// length is a parameter that is a length of time up to most.
func length(name, doc, source string, def, most time.Duration, field func(*Params) *Span) Parameter {
	return parameter(name, doc, source, Span(def), field, func(n *strictyaml.Node) (Span, error) {
		var s string
		if err := n.Decode(&s); err != nil {
			return 0, err
		}
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 || d > most || d%time.Second != 0 {
			return 0, n.Errorf("want whole seconds from 0s to %s, such as %s", Span(most), Span(def))
		}
		return Span(d), nil
	})
}

// parameterNode is a value of a parameter before it is known which.
type parameterNode struct{ *strictyaml.Node }

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (p *parameterNode) UnmarshalStrict(n *strictyaml.Node) error {
	if n == nil {
		return errors.New("missing value")
	}
	p.Node = n
	return nil
}

// lookupParameter finds a parameter by its name.
func lookupParameter(name string) (Parameter, bool) {
	i := slices.IndexFunc(parameterTable, func(x Parameter) bool { return x.Name == name })
	if i < 0 {
		return Parameter{}, false
	}
	return parameterTable[i], true
}

// parameterHint suggests what may have been meant.
func parameterHint(word string) string {
	var names []string
	for _, x := range parameterTable {
		names = append(names, x.Name)
	}
	if s := strictyaml.Suggest(word, names); s != "" {
		return fmt.Sprintf(": did you mean %q?", s)
	}
	return ": dossier policy show lists them"
}
