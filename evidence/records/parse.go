package records

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// recordKey is the key that says which kind of record a file holds.
const recordKey = "record"

// ParseYAML reads a record of a kind (its name or type URI) that a person
// wrote. A key "record" in the file may be left out here; if it is there it must
// agree. Unknown keys, wrong types, missing fields and unmet conditions are
// errors with file, line and column; name stands for the file. The result has
// no release, parents or materials yet: see [evidence.Link].
func ParseYAML(name string, data []byte, kind string) (evidence.Predicate, error) {
	info, ok := evidence.LookupKind(kind)
	if !ok {
		return nil, unknownKind(kind)
	}
	root, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	if n := root.Lookup(recordKey); n != nil && n.Text() != info.Name {
		return nil, n.Errorf("a record of kind %s is wanted here, this is one of kind %.80q", info.Name, n.Text())
	}
	return parse(root, info)
}

// parse reads a record of that kind.
func parse(root *strictyaml.Node, info evidence.KindInfo) (evidence.Predicate, error) {
	if err := refuseLinks(root); err != nil {
		return nil, err
	}
	p := info.New()
	if err := fillRoot(root, reflect.ValueOf(p).Elem(), rootKeys(reflect.TypeOf(p).Elem())); err != nil {
		return nil, err
	}
	if err := evidence.ValidateFacts(p); err != nil {
		return nil, locate(root, err)
	}
	return p, nil
}

// fillRoot reads all of a file but the kind into v.
func fillRoot(root *strictyaml.Node, v reflect.Value, known []string) error {
	if root.Kind() != strictyaml.Mapping {
		return root.Errorf("want a mapping with the keys %s", strings.Join(known, ", "))
	}
	members := slices.DeleteFunc(root.Members(), func(m strictyaml.Member) bool { return m.Name == recordKey })
	return fillMembers(members, v, known)
}

func unknownKind(kind string) error {
	names := append(kindNames(), ReleaseKind)
	if near := strictyaml.Suggest(kind, names); near != "" {
		return fmt.Errorf("%.80q is no kind of record: did you mean %q?", kind, near)
	}
	return fmt.Errorf("%.80q is no kind of record: want one of %s", kind, strings.Join(names, ", "))
}

func kindNames() []string {
	var names []string
	for _, k := range evidence.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// toolOwned are the members that the signing tool fills in.
var toolOwned = [...]string{"release", "parents", "materials", "critical"}

func refuseLinks(root *strictyaml.Node) error {
	for _, m := range root.Members() {
		for _, key := range toolOwned {
			if m.Name == key {
				return m.Key.Errorf("is filled in when the record is signed: leave it out")
			}
		}
	}
	return nil
}

// locate gives a field error the place of its field, or of the nearest mapping
// that lacks it.
func locate(root *strictyaml.Node, err error) error {
	var field *evidence.FieldError
	if !errors.As(err, &field) {
		return root.Errorf("%w", err)
	}
	node, lost := root, []string(nil)
	text := inYAML(field.Err.Error())
	for token := range strings.SplitSeq(strings.TrimPrefix(field.Pointer, "/"), "/") {
		next := step(node, token)
		if next == nil || lost != nil {
			lost = append(lost, Key(token))
			continue
		}
		node = next
	}
	if len(lost) > 0 {
		return node.Errorf("the key %q: %s", strings.Join(lost, "."), text)
	}
	if blank(node) && text == "missing" {
		text += ": fill it in"
	}
	return node.Errorf("%s", text)
}

func step(n *strictyaml.Node, token string) *strictyaml.Node {
	if n.Kind() != strictyaml.List {
		return n.Lookup(Key(token))
	}
	items := n.Items()
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || i >= len(items) {
		return nil
	}
	return items[i]
}
