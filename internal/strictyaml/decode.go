package strictyaml

import (
	"encoding"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Unmarshaler is implemented by types that read their node themselves. An
// error without a place gets that of the node.
type Unmarshaler interface {
	UnmarshalStrict(n *Node) error
}

// Decode reads one YAML document into v, a non-nil pointer; v is changed only
// if there is no error. The name stands in error texts only.
//
// Struct fields are named by the tag `yaml:"kebab-case"`; `yaml:"id,required"`
// makes a key compulsory, fields without a tag are not read, and those of an
// embedded struct belong to the outer one. Go types are filled as follows: bool from true and false; integers from decimal digits;
// string from text, never from a number or date without quotes; [time.Time]
// from RFC 3339 or a date, which is midnight UTC; slices from lists; pointers,
// structs and maps with text keys as expected; [Unmarshaler] and then
// [encoding.TextUnmarshaler] by their method. Errors are of type [*Error].
func Decode(name string, data []byte, v any) error {
	n, err := Parse(name, data)
	if err != nil {
		return err
	}
	return n.Decode(v)
}

// Decode reads n into v, as the function Decode does.
func (n *Node) Decode(v any) error {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return errors.New("strictyaml: the target is not a pointer")
	}
	fresh := reflect.New(p.Type().Elem()).Elem()
	fresh.Set(p.Elem())
	if err := n.into(fresh); err != nil {
		return err
	}
	p.Elem().Set(fresh)
	return nil
}

func (n *Node) into(v reflect.Value) error {
	if n.y.Tag == "!!null" {
		return n.Errorf("has no value: give one or leave the key out")
	}
	switch target := v.Addr().Interface().(type) {
	case Unmarshaler:
		return n.wrap(target.UnmarshalStrict(n))
	case *time.Time:
		return n.time(target)
	case encoding.TextUnmarshaler:
		if n.Kind() != Scalar {
			return n.mismatch("one value")
		}
		return n.wrap(target.UnmarshalText([]byte(n.Text())))
	}
	return n.intoKind(v)
}

func (n *Node) intoKind(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return n.into(v.Elem())
	case reflect.Struct:
		return n.intoStruct(v)
	case reflect.Map:
		return n.intoMap(v)
	case reflect.Slice:
		return n.intoSlice(v)
	case reflect.String:
		return n.intoString(v)
	case reflect.Bool:
		return n.intoBool(v)
	}
	if v.CanInt() || v.CanUint() {
		return n.intoInt(v)
	}
	return n.Errorf("strictyaml: cannot read into a %s", v.Type())
}

func (n *Node) intoStruct(v reflect.Value) error {
	if n.Kind() != Mapping {
		return n.mismatch("a mapping")
	}
	fields, names := structFields(v.Type())
	for _, m := range n.Members() {
		f, ok := fields[m.Name]
		if !ok {
			return m.Key.Errorf("unknown key%s", hint(m.Name, names))
		}
		if err := m.Value.into(v.FieldByIndex(f.index)); err != nil {
			return err
		}
	}
	for _, name := range names {
		if fields[name].required && n.Lookup(name) == nil {
			return n.Errorf("the key %q is missing", name)
		}
	}
	return nil
}

type field struct {
	index    []int
	required bool
}

// structFields returns the tagged fields of t and of the structs embedded in
// it by key, and the keys in the order of the fields.
func structFields(t reflect.Type) (map[string]field, []string) {
	fields := make(map[string]field, t.NumField())
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || !f.IsExported() {
			continue
		}
		fields[name] = field{f.Index, option == "required"}
		names = append(names, name)
	}
	return fields, names
}

func (n *Node) intoMap(v reflect.Value) error {
	if v.Type().Key().Kind() != reflect.String {
		return n.Errorf("strictyaml: cannot read into a %s", v.Type())
	}
	if n.Kind() != Mapping {
		return n.mismatch("a mapping")
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, m := range n.Members() {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := m.Value.into(value); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(m.Name).Convert(v.Type().Key()), value)
	}
	return nil
}

func (n *Node) intoSlice(v reflect.Value) error {
	if n.Kind() != List {
		return n.mismatch("a list")
	}
	items := n.Items()
	list := reflect.MakeSlice(v.Type(), 0, min(len(items), 64))
	for _, item := range items {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := item.into(value); err != nil {
			return err
		}
		list = reflect.Append(list, value)
	}
	v.Set(list)
	return nil
}

func (n *Node) intoString(v reflect.Value) error {
	if n.Kind() != Scalar {
		return n.mismatch("text")
	}
	if n.y.Tag != "!!str" {
		return n.Errorf("want text, got %s: put it in quotes", n.describe())
	}
	v.SetString(n.Text())
	return nil
}

func (n *Node) intoBool(v reflect.Value) error {
	if n.y.Tag != "!!bool" || n.Text() != "true" && n.Text() != "false" {
		return n.mismatch("true or false")
	}
	v.SetBool(n.Text() == "true")
	return nil
}

func (n *Node) intoInt(v reflect.Value) error {
	text := n.Text()
	digits := strings.TrimPrefix(text, "-")
	if n.y.Tag != "!!int" || strings.Trim(digits, "0123456789") != "" || len(digits) > 1 && digits[0] == '0' {
		return n.mismatch("a whole number in decimal digits")
	}
	if v.CanInt() {
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return n.Errorf("the number %.40s is out of range", text)
		}
		v.SetInt(i)
		return nil
	}
	u, err := strconv.ParseUint(text, 10, v.Type().Bits())
	if err != nil {
		return n.Errorf("the number %.40s is out of range", text)
	}
	v.SetUint(u)
	return nil
}

func (n *Node) time(t *time.Time) error {
	layout := time.RFC3339Nano
	if len(n.Text()) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	got, err := time.Parse(layout, n.Text())
	if err != nil || n.Kind() != Scalar || len(n.Text()) > len(time.RFC3339Nano) {
		return n.mismatch("a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00Z")
	}
	*t = got.UTC()
	return nil
}

// mismatch says what was wanted and what stands there.
func (n *Node) mismatch(want string) error {
	return n.Errorf("want %s, got %s", want, n.describe())
}

// describe names what a node is, for error texts.
func (n *Node) describe() string {
	switch n.Kind() {
	case List:
		return "a list"
	case Mapping:
		return "a mapping"
	}
	switch n.y.Tag {
	case "!!int", "!!float":
		return "the number " + strconv.Quote(cut(n.Text()))
	case "!!timestamp":
		return "the date " + strconv.Quote(cut(n.Text()))
	case "!!bool":
		return n.Text()
	}
	return "the text " + strconv.Quote(cut(n.Text()))
}

// cut shortens text for an error.
func cut(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "..."
	}
	return s
}
