package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// text is a string that remembers its place.
type text = strictyaml.Located[string]

// document is a policy as it is written.
type document struct {
	ID         text                          `yaml:"id,required"`
	Version    strictyaml.Located[int]       `yaml:"version,required"`
	Effective  strictyaml.Located[period]    `yaml:"effective,required"`
	Extends    text                          `yaml:"extends,required"`
	Ask        strictyaml.OneOrMany[text]    `yaml:"ask"`
	Without    strictyaml.OneOrMany[text]    `yaml:"without"`
	Enforce    []enforcement                 `yaml:"enforce"`
	Parameters strictyaml.Map[parameterNode] `yaml:"parameters"`
	Grades     strictyaml.Map[gradeEntry]    `yaml:"grades"`
	Loosen     []loosening                   `yaml:"loosen"`
	Rules      strictyaml.Map[ownRule]       `yaml:"rules"`
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

// loosening allows a policy to ask less than what it extends: by an exception.
type loosening struct {
	What      strictyaml.OneOrMany[text] `yaml:"what,required"`
	Exception text                       `yaml:"exception,required"`
}

// recordable reports whether statements can carry t.
func recordable(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 9999 }

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
