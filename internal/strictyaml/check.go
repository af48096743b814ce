package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// checkText refuses text that is too long, not UTF-8, or holds characters that
// a reader cannot see.
func checkText(name string, data []byte) error {
	if len(data) > MaxBytes {
		return &Error{File: name, Err: fmt.Errorf("the file has %d bytes, at most %d are read", len(data), MaxBytes)}
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		var err error
		switch {
		case r == utf8.RuneError && size == 1:
			err = errors.New("not valid UTF-8")
		case r == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
			err = errors.New("a carriage return without line feed: save the file with line feeds")
		case invisible(r):
			err = fmt.Errorf("the character %U is not visible and not allowed: write it as an escape in double quotes", r)
		}
		if err != nil {
			line, column := position(data[:i])
			return &Error{File: name, Line: line, Column: column, Err: err}
		}
		i += size
	}
	return nil
}

// invisible reports control characters, the line breaks that only YAML 1.1
// knows, and the marks that reverse the order in which text is shown.
func invisible(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	}
	return r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// position returns the line and column of what follows before.
func position(before []byte) (line, column int) {
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// check refuses what makes a document mean more than it shows, in n and below.
// Depth counts the lists and mappings around n.
func (n *Node) check(depth int) error {
	switch {
	case n.y.Kind == yaml.AliasNode:
		return n.Errorf("aliases (*name) are not allowed: write the value out")
	case n.y.Anchor != "":
		return n.Errorf("anchors (&name) are not allowed: write the value out where it is needed")
	case n.y.Style&yaml.TaggedStyle != 0:
		return n.Errorf("tags (!name) are not allowed: leave %.40q out", n.y.Tag)
	case depth >= MaxDepth && n.y.Kind != yaml.ScalarNode:
		return n.Errorf("nested deeper than %d levels", MaxDepth)
	}
	for _, item := range n.Items() {
		if err := item.check(depth + 1); err != nil {
			return err
		}
	}
	first := map[string]int{}
	for _, m := range n.Members() {
		if err := m.Key.checkKey(); err != nil {
			return err
		}
		if line, twice := first[m.Name]; twice {
			return m.Key.Errorf("the key %.80q is given twice, first in line %d", m.Name, line)
		}
		first[m.Name] = m.Key.y.Line
		if err := m.Value.check(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// checkKey refuses a key that is not plain text.
func (n *Node) checkKey() error {
	if n.y.Kind == yaml.ScalarNode && n.y.Anchor == "" && n.y.Style&yaml.TaggedStyle == 0 {
		switch n.y.Tag {
		case "!!str":
			return nil
		case "!!merge":
			return n.up.keyError(n, "merge keys (<<) are not allowed: write the keys out")
		}
		return n.up.keyError(n, "a key is text: put %.40q in quotes", n.y.Value)
	}
	return n.up.keyError(n, "a key is plain text, without tag, anchor or alias")
}

// keyError is an error at a key whose text cannot stand in a path.
func (n *Node) keyError(key *Node, format string, args ...any) error {
	return &Error{File: n.file, Line: key.y.Line, Column: key.y.Column, Path: n.Path(), Err: fmt.Errorf(format, args...)}
}
