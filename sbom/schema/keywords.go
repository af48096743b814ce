package schema

import (
	"errors"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Schema is a schema or a part of one. It is safe for concurrent use.
type Schema struct {
	set  *set
	root *Schema        // of the same file
	text jsontext.Value // the JSON text; nil once it is read
	once sync.Once
	kept *rules
}

// keywords are all keywords that are known, with their draft-07 meaning. The
// values that draft-07 allows and the official schemas do not use are errors
// too, such as a schema for additionalProperties.
type keywords struct {
	Ref         string             `json:"$ref"`
	Definitions map[string]*Schema `json:"definitions"`

	Type  types    `json:"type"`
	Enum  []string `json:"enum"`
	Const constant `json:"const"`

	Properties           map[string]*Schema `json:"properties"`
	Required             []string           `json:"required"`
	AdditionalProperties *bool              `json:"additionalProperties"`
	// UnevaluatedProperties is of draft 2020-12; see unevaluated.go.
	UnevaluatedProperties *bool `json:"unevaluatedProperties"`

	Items           items `json:"items"`
	AdditionalItems *bool `json:"additionalItems"`
	MinItems        *int  `json:"minItems"`
	MaxItems        *int  `json:"maxItems"`
	UniqueItems     bool  `json:"uniqueItems"`

	Format    string `json:"format"`
	Pattern   string `json:"pattern"`
	MinLength *int   `json:"minLength"`
	MaxLength *int   `json:"maxLength"`

	Minimum *float64 `json:"minimum"`
	Maximum *float64 `json:"maximum"`

	AllOf []*Schema `json:"allOf"`
	AnyOf []*Schema `json:"anyOf"`
	OneOf []*Schema `json:"oneOf"`
	Not   *Schema   `json:"not"`
	If    *Schema   `json:"if"`
	Then  *Schema   `json:"then"`
	Else  *Schema   `json:"else"`
}

// rules are the keywords of one schema, ready to judge.
type rules struct {
	keywords
	err     error // the schema cannot be used: nothing fits it
	never   bool  // the schema false
	target  *Schema
	pattern matcher
	format  func(string) bool // nil if the format is not asserted
	classes func() *classes   // of AnyOf
}

// read returns the rules of s. They are read from the text on first use, and
// only one level of it: a schema within s stays text.
func (s *Schema) read() *rules {
	s.once.Do(func() {
		if string(s.text) == anyText {
			s.kept, s.text = &textRules, nil
			return
		}
		s.kept = &rules{}
		if err := s.kept.read(s); err != nil {
			s.kept.err = fmt.Errorf("embedded schema: %w", err)
		}
		s.text = nil
	})
	return s.kept
}

// anyText is the schema that comes up most, and textRules are its rules: nothing
// but the type is asked.
const anyText = `{"type":"string"}`

var textRules = rules{keywords: keywords{Type: typeString}, classes: func() *classes { return nil }}

func (r *rules) read(s *Schema) (err error) {
	switch s.text.Kind() {
	case 't':
		return nil
	case 'f':
		r.never = true
		return nil
	}
	if err = json.Unmarshal(s.text, &r.keywords, json.RejectUnknownMembers(true), json.WithUnmarshalers(within(s))); err != nil {
		return err
	}
	if r.Ref != "" {
		if s == s.root {
			return errors.New("a file is no more than a $ref")
		}
		r.target, err = s.set.resolve(s.root, r.Ref)
		return err
	}
	if r.Pattern != "" {
		if r.pattern, err = compilePattern(r.Pattern); err != nil {
			return err
		}
	}
	r.classes = sync.OnceValue(func() *classes { return classesOf(r.AnyOf) })
	r.format, err = findFormat(r.Format)
	return err
}

// within reads the schemas in s as text that knows where it is from.
func within(s *Schema) *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(d *jsontext.Decoder, sub *Schema) error {
		text, err := d.ReadValue()
		sub.set, sub.root, sub.text = s.set, s.root, text.Clone()
		return err
	})
}

// List returns the schema of the elements of the array that is the member
// name of s, and whether they must differ from each other. The schema is nil
// if name is no array with one schema for all elements.
func (s *Schema) List(name string) (element *Schema, unique bool) {
	array := s.read().Properties[name]
	if then := s.read().Then; array == nil && then != nil { // @graph of SPDX 3
		array = then.read().Properties[name]
	}
	if array == nil {
		return nil, false
	}
	r := array.read()
	for n := 0; r.target != nil && n < maxDepth; n++ {
		r = r.target.read()
	}
	return r.Items.each, r.UniqueItems
}

// items is the keyword items: one schema for each element, or one for all.
type items struct {
	each  *Schema
	tuple []*Schema
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (i *items) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '[' {
		return json.UnmarshalDecode(d, &i.tuple)
	}
	return json.UnmarshalDecode(d, &i.each)
}

// constant is the keyword const: a string or a bool.
type constant struct{ value any }

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (c *constant) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if err := json.UnmarshalDecode(d, &c.value); err != nil {
		return err
	}
	switch c.value.(type) {
	case string, bool:
		return nil
	}
	return errors.New("const is neither a string nor a bool")
}
