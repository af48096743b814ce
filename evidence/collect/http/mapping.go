package http

import (
	"fmt"
	"regexp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// Mapping says what to ask a system and how its answers become records. It is
// data; [ParseMapping] reads it and docs of the format are in mappings/README.md.
type Mapping struct {
	// ID names the mapping: "jira-cloud". Version counts its changes from 1.
	ID      string
	Version int
	// Title is for people.
	Title string
	// Access lists the least rights that the credential needs, in the words of
	// the system. A refusal (403) quotes them.
	Access []string
	// Digest is the SHA-256 of the YAML that the mapping was read from.
	Digest evidence.Digest

	definition definition
}

// Name returns id and version, "jira-cloud/1".
func (m *Mapping) Name() string { return fmt.Sprintf("%s/%d", m.ID, m.Version) }

// ParseMapping reads a mapping from YAML. The name stands in error texts, which
// name line and column as well.
func ParseMapping(name string, data []byte) (*Mapping, error) {
	var d definition
	if err := strictyaml.Decode(name, data, &d); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return &Mapping{
		ID: d.ID.Value, Version: d.Version.Value, Title: d.Title, Access: d.Access,
		Digest: evidence.Sum(data), definition: d,
	}, nil
}

// definition is a mapping as it is written.
type definition struct {
	ID         strictyaml.Located[string]         `yaml:"id,required"`
	Version    strictyaml.Located[int]            `yaml:"version,required"`
	Title      string                             `yaml:"title,required"`
	Access     []string                           `yaml:"access"`
	Credential credentialRule                     `yaml:"credential"`
	Variables  strictyaml.Map[pattern]            `yaml:"variables,required"`
	Reference  *strictyaml.Located[referenceRule] `yaml:"reference"`
	Requests   []strictyaml.Located[requestRule]  `yaml:"requests,required"`
}

// credentialRule says in which header the system wants its credential.
type credentialRule struct {
	Header string                     `yaml:"header"`
	Scheme strictyaml.Located[string] `yaml:"scheme"`
}

// referenceRule makes a record of an id that nobody is asked about.
type referenceRule struct {
	Kind     string   `yaml:"kind,required"`
	Variable string   `yaml:"variable,required"`
	Link     template `yaml:"link"`
}

// requestRule is one GET, made once for each combination of its variables.
type requestRule struct {
	Name     strictyaml.Located[string]                   `yaml:"name,required"`
	OnDemand bool                                         `yaml:"on-demand"`
	Path     strictyaml.Located[template]                 `yaml:"path,required"`
	Query    strictyaml.Map[strictyaml.Located[template]] `yaml:"query"`
	Page     *strictyaml.Located[pageRule]                `yaml:"page"`
	Records  []strictyaml.Located[recordRule]             `yaml:"records,required"`
}

// pageRule says how a long list goes on, and how to see that it is whole.
type pageRule struct {
	// Items are counted and compared with Total, if the system states one.
	Items selector  `yaml:"items,required"`
	Total *selector `yaml:"total"`
	// One of: the next page's address in the answer, in the Link header (RFC
	// 8288), or a token that goes into the query parameter Parameter.
	NextURL    *selector `yaml:"next-url"`
	LinkHeader bool      `yaml:"link-header"`
	NextToken  *selector `yaml:"next-token"`
	Parameter  string    `yaml:"parameter"`
}

// recordRule makes a record of the answer, or of each value that Each selects.
type recordRule struct {
	Kind strictyaml.Located[string]     `yaml:"kind,required"`
	Each strictyaml.OneOrMany[selector] `yaml:"each"`
	// Optional says that the system leaves Each out if there is nothing; Required
	// that an answer without such a record is a failure.
	Optional bool      `yaml:"optional"`
	Required bool      `yaml:"required"`
	Where    condition `yaml:"where"`
	Fields   fields    `yaml:"fields,required"`
}

// condition holds if each selector leads to at least one of its values.
type condition []clause

type clause struct {
	selector selector
	values   []string
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (c *condition) UnmarshalStrict(n *strictyaml.Node) error {
	var entries strictyaml.Map[strictyaml.OneOrMany[string]]
	if err := n.Decode(&entries); err != nil {
		return err
	}
	for _, e := range entries {
		s, err := parseSelector(e.Key.Value)
		if err != nil {
			return e.Key.Errorf("%w", err)
		}
		*c = append(*c, clause{s, e.Value})
	}
	return nil
}

// pattern is the form of a variable's values, matched as a whole.
type pattern struct{ *regexp.Regexp }

const maxPattern = 200

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (p *pattern) UnmarshalStrict(n *strictyaml.Node) error {
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	if len(text) > maxPattern {
		return fmt.Errorf("the pattern has %d bytes, at most %d are read", len(text), maxPattern)
	}
	re, err := regexp.Compile(`\A(?:` + text + `)\z`)
	if err != nil {
		return fmt.Errorf("not a pattern: %w", err)
	}
	*p = pattern{re}
	return nil
}
