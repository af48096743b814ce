package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// text is a string that remembers its place.
type text = strictyaml.Located[string]

// document is a policy as it is written.
type document struct {
	ID         text                          `yaml:"id,required"`
	Version    strictyaml.Located[int]       `yaml:"version,required"`
	Effective  strictyaml.Located[period]    `yaml:"effective,required"`
	Extends    text                          `yaml:"extends,required"`
	Enforce    []enforcement                 `yaml:"enforce"`
	Parameters strictyaml.Map[parameterNode] `yaml:"parameters"`
	Grades     strictyaml.Map[gradeEntry]    `yaml:"grades"`
}

// period is [from, until); a zero end is open.
type period struct {
	From  time.Time `yaml:"from,required"`
	Until time.Time `yaml:"until"`
}

// enforcement says from when failures of some controls block.
type enforcement struct {
	Controls strictyaml.OneOrMany[text]    `yaml:"controls,required"`
	From     strictyaml.Located[time.Time] `yaml:"from,required"`
}

// gradeEntry is a grade, written alone or as {at-least: GRADE}.
type gradeEntry struct {
	AtLeast text `yaml:"at-least,required"`
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (g *gradeEntry) UnmarshalStrict(n *strictyaml.Node) error {
	if n.Kind() == strictyaml.Scalar {
		return n.Decode(&g.AtLeast)
	}
	type plain gradeEntry
	return n.Decode((*plain)(g))
}

// Parse reads a policy document. The name stands in error texts only; errors
// about the document are of type *strictyaml.Error and name line and column.
func Parse(name string, data []byte) (*Policy, error) {
	n, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return FromNode(n)
}

// ParseFile reads a policy document, or the form for small projects that keeps
// both documents in one file under the keys trust and policy. What the file
// does not hold is nil.
func ParseFile(name string, data []byte) (*Policy, *trust.Trust, error) {
	n, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	if n.Lookup("trust") == nil && n.Lookup("policy") == nil {
		p, err := FromNode(n)
		return p, nil, err
	}
	return parts(n)
}

// parts reads the two documents of one file.
func parts(n *strictyaml.Node) (p *Policy, t *trust.Trust, err error) {
	for _, m := range n.Members() {
		switch m.Name {
		case "policy":
			p, err = FromNode(m.Value)
		case "trust":
			t, err = trust.FromNode(m.Value)
		default:
			err = m.Key.Errorf("unknown key beside trust and policy")
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return p, t, nil
}

// FromNode reads a policy document that is a part of a larger file.
func FromNode(n *strictyaml.Node) (*Policy, error) {
	var d document
	if err := n.Decode(&d); err != nil {
		return nil, err
	}
	p, err := d.policy()
	if err != nil {
		return nil, err
	}
	return p, p.seal()
}

// idForm is the form of a policy's id.
const idForm = `^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$`

func (d *document) policy() (*Policy, error) {
	switch from, until := d.Effective.Value.From, d.Effective.Value.Until; {
	case !regexp.MustCompile(idForm).MatchString(d.ID.Value):
		return nil, d.ID.Errorf("want at most 100 letters, digits and . _ -, beginning with a letter or digit")
	case d.Version.Value < 1:
		return nil, d.Version.Errorf("want a whole number from 1")
	case !recordable(from) || !until.IsZero() && !recordable(until):
		return nil, d.Effective.Errorf("want times in the years 1970 to 9999")
	case !until.IsZero() && !from.Before(until):
		return nil, d.Effective.Errorf("until is not after from, so that the policy is never in force")
	}
	if err := checkProfile(d.Extends.Value); err != nil {
		return nil, d.Extends.Errorf("%w", err)
	}
	p := &Policy{
		ID: d.ID.Value, Version: d.Version.Value, Profile: d.Extends.Value,
		Effective: trust.Interval(d.Effective.Value), rules: rulesOf(d.Extends.Value),
	}
	var err error
	if p.Params, err = readParams(d.Parameters); err != nil {
		return nil, err
	}
	if err := p.enforce(d.Enforce); err != nil {
		return nil, err
	}
	return p, p.grade(d.Grades)
}

// recordable reports whether statements can carry t.
func recordable(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 9999 }

// enforce sets from when each control blocks: the earliest date that names it.
func (p *Policy) enforce(list []enforcement) error {
	set := map[string]bool{}
	for _, e := range list {
		if !recordable(e.From.Value) {
			return e.From.Errorf("want a time in the years 1970 to 9999")
		}
		if len(e.Controls) == 0 {
			return e.From.Errorf("names no control")
		}
		for _, pattern := range e.Controls {
			matched, err := p.match(pattern)
			if err != nil {
				return err
			}
			for _, i := range matched {
				r := &p.rules[i]
				if !set[r.ID] || e.From.Value.Before(r.enforced) {
					set[r.ID], r.enforced = true, e.From.Value
				}
			}
		}
	}
	return nil
}

// grade sets the lowest grade that passes: of a pattern before the default,
// and the highest of several patterns.
func (p *Policy) grade(list strictyaml.Map[gradeEntry]) error {
	var lowest verify.Grade
	for _, e := range list {
		g := verify.Grade(e.Value.AtLeast.Value)
		if !slices.Contains([]verify.Grade{verify.Proven, verify.Attested, verify.Claimed}, g) {
			return e.Value.AtLeast.Errorf("unknown grade %.40q: want proven, attested or claimed", string(g))
		}
		if e.Key.Value == "default" {
			lowest = g
			continue
		}
		matched, err := p.match(e.Key)
		if err != nil {
			return err
		}
		for _, i := range matched {
			if r := &p.rules[i]; g.AtLeast(r.atLeast) {
				r.atLeast = g
			}
		}
	}
	for i := range p.rules {
		if p.rules[i].atLeast == "" {
			p.rules[i].atLeast = lowest
		}
	}
	return nil
}

// match returns the indexes of the rules that a pattern names: an id, a theme
// such as tag/*, or * for all. It is an error if there is none.
func (p *Policy) match(pattern text) ([]int, error) {
	var list []int
	for i, r := range p.rules {
		if matches(pattern.Value, r.ID) {
			list = append(list, i)
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	known := []string{"*"}
	for _, c := range Controls() {
		if matches(pattern.Value, c.ID) {
			return nil, pattern.Errorf("the profile %s does not ask %s: extend %s, or leave it out", p.Profile, pattern.Value, c.profile())
		}
		theme, _, _ := strings.Cut(c.ID, "/")
		known = append(known, c.ID, theme+"/*")
	}
	return nil, pattern.Errorf("unknown control %.80q%s", pattern.Value, hint(pattern.Value, known))
}

// matches reports whether a pattern names a control.
func matches(pattern, id string) bool {
	theme, ok := strings.CutSuffix(pattern, "/*")
	return pattern == id || pattern == "*" || ok && strings.HasPrefix(id, theme+"/")
}

// hint suggests what may have been meant.
func hint(word string, known []string) string {
	if s := strictyaml.Suggest(word, known); s != "" {
		return fmt.Sprintf(": did you mean %q?", s)
	}
	return `: want an id such as tag/format, a theme such as "tag/*", or "*"`
}
