package strictyaml

import (
	"fmt"
)

// Located is a value that remembers where it stood, for errors that are found
// only when the whole document is known.
type Located[T any] struct {
	Value T
	// Pos is the zero Pos if the value was not given.
	Pos  Pos
	node *Node
}

// UnmarshalStrict implements [Unmarshaler].
func (l *Located[T]) UnmarshalStrict(n *Node) error {
	l.Pos, l.node = n.Pos(), n
	return n.Decode(&l.Value)
}

// Errorf returns an [*Error] at the value. A value that was not read from a
// file has no place, and the error then consists of the message.
func (l Located[T]) Errorf(format string, args ...any) error {
	if l.node == nil {
		return &Error{Err: fmt.Errorf(format, args...)}
	}
	return l.node.Errorf(format, args...)
}

// Map is a mapping in the order of the file, so that what is wrong first is
// reported first.
type Map[T any] []Entry[T]

// Entry is one member of a [Map].
type Entry[T any] struct {
	Key   Located[string]
	Value T
}

// UnmarshalStrict implements [Unmarshaler].
func (m *Map[T]) UnmarshalStrict(n *Node) error {
	if n.Kind() != Mapping {
		return n.mismatch("a mapping")
	}
	list := make(Map[T], 0, min(len(n.y.Content)/2, 64))
	for _, member := range n.Members() {
		e := Entry[T]{Key: Located[string]{member.Name, member.Key.Pos(), member.Key}}
		if err := member.Value.Decode(&e.Value); err != nil {
			return err
		}
		list = append(list, e)
	}
	*m = list
	return nil
}

// OneOrMany is a list that may be written as its only value: github: 12 for
// github: [12].
type OneOrMany[T any] []T

// UnmarshalStrict implements [Unmarshaler].
func (o *OneOrMany[T]) UnmarshalStrict(n *Node) error {
	if n.Kind() == List {
		return n.Decode((*[]T)(o))
	}
	var one T
	if err := n.Decode(&one); err != nil {
		return err
	}
	*o = OneOrMany[T]{one}
	return nil
}
