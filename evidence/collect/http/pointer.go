package http

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

const (
	maxPointer = 512
	maxMatches = 10_000
)

// selector is a JSON pointer (RFC 6901) in which the token "*" stands for every
// item of a list. It may begin with a number of levels to go up first, as a
// relative JSON pointer does: "2/name" is the member "name" of the object two
// levels above. A member named "*" cannot be selected.
type selector struct {
	text   string
	up     int
	tokens []string
}

func parseSelector(s string) (selector, error) {
	if len(s) > maxPointer {
		return selector{}, fmt.Errorf("the pointer has %d bytes, at most %d are read", len(s), maxPointer)
	}
	sel := selector{text: s}
	levels, rest := s, ""
	if i := strings.IndexByte(s, '/'); i >= 0 {
		levels, rest = s[:i], s[i:]
	}
	if levels != "" {
		n, err := strconv.ParseUint(levels, 10, 5)
		if err != nil || strconv.FormatUint(n, 10) != levels {
			return selector{}, fmt.Errorf(`the pointer %.80q begins neither with "/" nor with the levels to go up`, s)
		}
		sel.up = int(n)
	}
	var err error
	sel.tokens, err = pointerTokens(rest)
	return sel, err
}

// pointerTokens splits and unescapes an RFC 6901 pointer.
func pointerTokens(s string) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	tokens := strings.Split(s[1:], "/")
	for i, token := range tokens {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(token), "~") {
			return nil, errors.New(`in a pointer "~" is written "~0" and "/" in a name "~1"`)
		}
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return tokens, nil
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (s *selector) UnmarshalStrict(n *strictyaml.Node) error {
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	var err error
	*s, err = parseSelector(text)
	return err
}

// node is a JSON value that knows what it is part of.
type node struct {
	value any
	up    *node
}

// find returns what s leads to from n, in the order of the document, and
// whether all of it was there. Whatever is below a null is null.
func (s selector) find(n *node) (found []*node, there bool, err error) {
	for range s.up {
		if n = n.up; n == nil {
			return nil, false, nil
		}
	}
	level, there := []*node{n}, true
	for _, token := range s.tokens {
		var next []*node
		for _, n := range level {
			children, ok := n.children(token)
			there = there && ok
			if len(next)+len(children) > maxMatches {
				return nil, false, fmt.Errorf("%s leads to more than %d values", s.text, maxMatches)
			}
			next = append(next, children...)
		}
		level = next
	}
	return level, there, nil
}

// children returns the values that one token leads to, and whether it leads
// anywhere: to a list, even an empty one, or to a value.
func (n *node) children(token string) ([]*node, bool) {
	switch v := n.value.(type) {
	case nil:
		if token == "*" {
			return nil, false
		}
		return []*node{{nil, n}}, true
	case map[string]any:
		child, ok := v[token]
		if !ok || token == "*" {
			return nil, false
		}
		return []*node{{child, n}}, true
	case []any:
		if token == "*" {
			return n.items(v), true
		}
		i, err := strconv.ParseUint(token, 10, 31)
		if err != nil || strconv.FormatUint(i, 10) != token || i >= uint64(len(v)) {
			return nil, false
		}
		return []*node{{v[i], n}}, true
	}
	return nil, false
}

func (n *node) items(list []any) []*node {
	nodes := make([]*node, 0, min(len(list), maxMatches+1))
	for _, item := range list {
		if len(nodes) > maxMatches {
			break // find refuses them
		}
		nodes = append(nodes, &node{item, n})
	}
	return nodes
}
