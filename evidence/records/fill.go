package records

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// fill reads n into v as JSON would be read, with kebab-case keys.
func fill(n *strictyaml.Node, v reflect.Value) error {
	switch target := v.Addr().Interface().(type) {
	case *evidence.Digest:
		return fillDigest(n, target)
	case *evidence.DigestSet:
		return fillDigestSet(n, target)
	case *evidence.TimeOrInterval:
		return fillTime(n, target)
	case *evidence.ResourceDescriptor:
		if n.Kind() == strictyaml.Scalar {
			return fillReference(n, target)
		}
	case *evidence.Actor:
		if n.Kind() == strictyaml.Scalar {
			target.Kind = evidence.Human
			return n.Decode(&target.ID)
		}
	case *evidence.Time:
		return n.Decode(target)
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return fill(n, v.Elem())
	case reflect.Struct:
		return fillStruct(n, v)
	case reflect.Slice:
		return fillList(n, v)
	case reflect.Int64:
		return fillNumber(n, v)
	}
	return n.Decode(v.Addr().Interface())
}

func fillStruct(n *strictyaml.Node, v reflect.Value) error {
	known := keys(v.Type())
	if n.Kind() != strictyaml.Mapping {
		return n.Errorf("want a mapping with the keys %s", strings.Join(known, ", "))
	}
	return fillMembers(n.Members(), v, known)
}

// fillMembers reads members into fields of v that are known by their keys.
func fillMembers(members []strictyaml.Member, v reflect.Value, known []string) error {
	for _, m := range members {
		f, ok := fieldOf(v.Type(), m.Name)
		if !ok || !slices.Contains(known, m.Name) {
			return unknown(m, known)
		}
		target := v.FieldByIndex(f.Index)
		if blank(m.Value) && target.Kind() != reflect.String {
			return m.Value.Errorf("missing: fill it in")
		}
		if err := fill(m.Value, target); err != nil {
			return err
		}
	}
	return nil
}

// blank reports whether a value is "", as in a template.
func blank(n *strictyaml.Node) bool { return n.Kind() == strictyaml.Scalar && n.Text() == "" }

func unknown(m strictyaml.Member, known []string) error {
	if s := strictyaml.Suggest(m.Name, known); s != "" {
		return m.Key.Errorf("unknown key: did you mean %q?", s)
	}
	return m.Key.Errorf("unknown key: want one of %s", strings.Join(known, ", "))
}

func fillList(n *strictyaml.Node, v reflect.Value) error {
	if n.Kind() != strictyaml.List {
		return n.Errorf("want a list: begin each item with \"- \"")
	}
	items := n.Items()
	list := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		if err := fill(item, list.Index(i)); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// fillNumber takes digits in quotes, too: a template says to fill in the quotes.
func fillNumber(n *strictyaml.Node, v reflect.Value) error {
	i, err := strconv.ParseInt(n.Text(), 10, 64)
	if err != nil || strconv.FormatInt(i, 10) != n.Text() {
		return n.Decode(v.Addr().Interface())
	}
	v.SetInt(i)
	return nil
}

func fillDigest(n *strictyaml.Node, d *evidence.Digest) error {
	text := n
	if n.Kind() == strictyaml.Mapping {
		if text = n.Lookup("sha256"); text == nil || len(n.Members()) != 1 {
			return n.Errorf("want sha256: and 64 hex digits")
		}
	}
	var s string
	if err := text.Decode(&s); err != nil {
		return err
	}
	got, err := evidence.ParseDigest(s)
	if err != nil {
		return text.Errorf("%w", err)
	}
	*d = got
	return nil
}

// fillDigestSet takes "alg:hex" for {alg: hex}.
func fillDigestSet(n *strictyaml.Node, set *evidence.DigestSet) error {
	if n.Kind() != strictyaml.Scalar {
		return n.Decode((*map[string]string)(set))
	}
	var s string
	if err := n.Decode(&s); err != nil {
		return err
	}
	algorithm, hex, ok := strings.Cut(s, ":")
	if !ok {
		return n.Errorf("want algorithm and hex digits, such as sha256:9f86...")
	}
	*set = evidence.DigestSet{algorithm: hex}
	return nil
}

// fillReference takes an address, or an artifact's name and digest.
func fillReference(n *strictyaml.Node, r *evidence.ResourceDescriptor) error {
	if err := n.Decode(&r.URI); err != nil {
		return err
	}
	at := strings.LastIndexByte(r.URI, '@')
	if at <= 0 || strings.Contains(r.URI[:at], ":") || !strings.HasPrefix(r.URI[at+1:], "sha256:") {
		return nil
	}
	digest, err := evidence.ParseDigest(r.URI[at+1:])
	if err != nil {
		return n.Errorf("%w", err)
	}
	*r = evidence.ResourceDescriptor{Name: r.URI[:at], Digest: digest.Set()}
	return nil
}

func fillTime(n *strictyaml.Node, t *evidence.TimeOrInterval) error {
	if n.Kind() != strictyaml.Mapping {
		return n.Decode(&t.Time)
	}
	t.Interval = new(evidence.Interval)
	return fillStruct(n, reflect.ValueOf(t.Interval).Elem())
}
