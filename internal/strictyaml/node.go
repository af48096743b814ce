package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"
)

const (
	// MaxBytes is the size of the largest file that is read.
	MaxBytes = 1 << 20
	// MaxDepth is the deepest nesting of lists and mappings that is read.
	MaxDepth = 32
)

// Pos is a place in a file; both count from 1.
type Pos struct{ Line, Column int }

// Kind is the shape of a node.
type Kind int

// The kinds of nodes.
const (
	Scalar  Kind = iota // one value: text, a number, a time, true or false
	List                // values in order
	Mapping             // keys and values
)

// Node is one value of a document that has passed all checks of form.
type Node struct {
	y    *yaml.Node
	file string
	// up, key and index give the path: the node is member key of the mapping
	// up, or item index of the list up.
	up    *Node
	key   string
	index int
}

// Member is a key of a mapping with its value.
type Member struct {
	// Key is the key as a node, for errors that concern the key itself.
	Key *Node
	// Name is the key's text.
	Name  string
	Value *Node
}

// Parse reads one YAML document and checks its form. The name stands in error
// texts only. Errors are of type [*Error].
func Parse(name string, data []byte) (*Node, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if err := checkText(name, data); err != nil {
		return nil, err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := d.Decode(&doc); err == io.EOF {
		return nil, &Error{File: name, Err: errors.New("the file is empty")}
	} else if err != nil {
		return nil, syntaxError(name, data, err)
	}
	var second yaml.Node
	if err := d.Decode(&second); err == nil {
		return nil, &Error{File: name, Line: second.Line, Column: second.Column,
			Err: errors.New("a second document starts here: keep one document in a file")}
	} else if err != io.EOF {
		return nil, syntaxError(name, data, err)
	}
	root := &Node{y: doc.Content[0], file: name}
	return root, root.check(0)
}

// Kind returns the shape of n.
func (n *Node) Kind() Kind {
	switch n.y.Kind {
	case yaml.SequenceNode:
		return List
	case yaml.MappingNode:
		return Mapping
	}
	return Scalar
}

// Pos returns where n starts.
func (n *Node) Pos() Pos { return Pos{n.y.Line, n.y.Column} }

// Text returns a scalar as it is written, without quotes: 2026-01-31, true,
// v1.2. It is "" for a list or mapping.
func (n *Node) Text() string { return n.y.Value }

// Items returns the items of a list in their order, nil for anything else. Like
// Members and Lookup it may be called on nil, which has none.
func (n *Node) Items() []*Node {
	if n == nil || n.Kind() != List {
		return nil
	}
	items := make([]*Node, len(n.y.Content))
	for i, y := range n.y.Content {
		items[i] = &Node{y: y, file: n.file, up: n, index: i}
	}
	return items
}

// Members returns the members of a mapping in their order, nil for anything
// else.
func (n *Node) Members() []Member {
	if n == nil || n.Kind() != Mapping {
		return nil
	}
	members := make([]Member, len(n.y.Content)/2)
	for i := range members {
		k, v := n.y.Content[2*i], n.y.Content[2*i+1]
		members[i] = Member{
			Key:   &Node{y: k, file: n.file, up: n, key: k.Value},
			Name:  k.Value,
			Value: &Node{y: v, file: n.file, up: n, key: k.Value},
		}
	}
	return members
}

// Lookup returns the member of that key, nil if n has none.
func (n *Node) Lookup(key string) *Node {
	for _, m := range n.Members() {
		if m.Name == key {
			return m.Value
		}
	}
	return nil
}

// Path leads to n from the document, as in an [Error]; "" is the document.
func (n *Node) Path() string {
	switch {
	case n.up == nil:
		return ""
	case n.up.Kind() == List:
		return n.up.Path() + "[" + strconv.Itoa(n.index) + "]"
	}
	name := n.key
	if !plainKey(name) {
		name = fmt.Sprintf("%.80q", name)
	}
	if path := n.up.Path(); path != "" {
		return path + "." + name
	}
	return name
}

// Errorf returns an [*Error] at n.
func (n *Node) Errorf(format string, args ...any) error {
	return &Error{File: n.file, Line: n.y.Line, Column: n.y.Column, Path: n.Path(), Err: fmt.Errorf(format, args...)}
}

// wrap gives err the place of n unless it has one.
func (n *Node) wrap(err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) && e.Line > 0 {
		return err
	}
	return n.Errorf("%w", err)
}

// plainKey reports whether s stands in a path without quotes.
func plainKey(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return s != "" && len(s) <= 80
}
