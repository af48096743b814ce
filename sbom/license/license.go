// Package license reads SPDX license expressions (SPDX 2.3, annex D) and judges
// them by lists of licences that are allowed or denied.
package license

import (
	"errors"
	"fmt"
	"strings"
)

// Limits of an expression.
const (
	maxLength = 64 << 10 // bytes
	maxDepth  = 64       // of parentheses
)

// Expression is a license expression: one licence, or several of which all
// apply or one can be chosen.
type Expression struct {
	// License is set in the case of one licence.
	License License
	// All are expressions that apply together (AND), Any are those of which one
	// is chosen (OR). At most one of them is set.
	All, Any []Expression
}

// License is one licence as an expression names it.
type License struct {
	// ID is an SPDX id or a reference to a text (LicenseRef-..., of another
	// document DocumentRef-...:LicenseRef-...), without the "+".
	ID string
	// OrLater is true for "+": this version or a later one.
	OrLater bool
	// Exception is what follows WITH, or "".
	Exception string
}

// String is the licence as in an expression.
func (l License) String() string {
	s := l.ID
	if l.OrLater {
		s += "+"
	}
	if l.Exception != "" {
		s += " WITH " + l.Exception
	}
	return s
}

// IsRef reports whether l refers to a text instead of naming an SPDX id.
func (l License) IsRef() bool {
	return strings.HasPrefix(l.ID, "LicenseRef-") || strings.HasPrefix(l.ID, "DocumentRef-")
}

// Parse reads an expression. Ids are not looked up in a list.
func Parse(s string) (Expression, error) {
	if len(s) > maxLength {
		return Expression{}, fmt.Errorf("license expression is longer than %d bytes", maxLength)
	}
	p := parser{tokens: tokens(s)}
	e, err := p.any(0)
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%.60q does not continue it", p.tokens[0])
	}
	if err != nil {
		return Expression{}, fmt.Errorf("license expression %.120q: %w", s, err)
	}
	return e, nil
}

// tokens divides at white space and around parentheses.
func tokens(s string) []string {
	return strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))
}

type parser struct{ tokens []string }

// operator takes a token if it is the operator, which is written in upper or in
// lower case.
func (p *parser) operator(name string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != name && p.tokens[0] != strings.ToLower(name) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) any(depth int) (Expression, error) {
	var list []Expression
	for {
		e, err := p.all(depth)
		if err != nil {
			return e, err
		}
		list = append(list, e)
		if !p.operator("OR") {
			break
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return Expression{Any: list}, nil
}

func (p *parser) all(depth int) (Expression, error) {
	var list []Expression
	for {
		e, err := p.one(depth)
		if err != nil {
			return e, err
		}
		list = append(list, e)
		if !p.operator("AND") {
			break
		}
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return Expression{All: list}, nil
}

func (p *parser) one(depth int) (Expression, error) {
	if len(p.tokens) == 0 {
		return Expression{}, errors.New("it ends where a licence is expected")
	}
	if p.operator("(") {
		if depth == maxDepth {
			return Expression{}, fmt.Errorf("more than %d parentheses within each other", maxDepth)
		}
		e, err := p.any(depth + 1)
		if err == nil && !p.operator(")") {
			err = errors.New("a parenthesis is not closed")
		}
		return e, err
	}
	id, orLater := strings.CutSuffix(p.tokens[0], "+")
	if !isID(id) {
		return Expression{}, fmt.Errorf("%.60q is no licence", p.tokens[0])
	}
	p.tokens = p.tokens[1:]
	l := License{ID: id, OrLater: orLater}
	if !p.operator("WITH") {
		return Expression{License: l}, nil
	}
	if len(p.tokens) == 0 || !isID(p.tokens[0]) {
		return Expression{}, errors.New("WITH is not followed by an exception")
	}
	l.Exception, p.tokens = p.tokens[0], p.tokens[1:]
	return Expression{License: l}, nil
}

// isID reports whether s has the form of an id and is no operator.
func isID(s string) bool {
	switch strings.ToUpper(s) {
	case "", "AND", "OR", "WITH":
		return false
	}
	for i, c := range []byte(s) {
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.'
		if !plain && (c != ':' || !strings.HasPrefix(s, "DocumentRef-") || !strings.HasPrefix(s[i:], ":LicenseRef-")) {
			return false
		}
	}
	return true
}

// Licenses returns every licence of e, in the order of the text.
func (e Expression) Licenses() []License {
	if e.All == nil && e.Any == nil {
		return []License{e.License}
	}
	var list []License
	for _, sub := range append(e.All[:len(e.All):len(e.All)], e.Any...) {
		list = append(list, sub.Licenses()...)
	}
	return list
}
