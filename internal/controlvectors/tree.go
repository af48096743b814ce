package controlvectors

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// tree is YAML as JSON values.
type tree struct{ value any }

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (t *tree) UnmarshalStrict(n *strictyaml.Node) (err error) {
	t.value, err = n.Value()
	return err
}

// merge applies a merge patch (RFC 7396) and leaves both of its arguments as
// they are.
func merge(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, _ := target.(map[string]any)
	out := make(map[string]any, len(t)+len(p))
	maps.Copy(out, t)
	for name, v := range p {
		if v == nil {
			delete(out, name)
		} else {
			out[name] = merge(out[name], v)
		}
	}
	return out
}

// numbered reports whether an object stands for a list: it has members, and the
// names of all begin with a digit.
func numbered(object map[string]any) bool {
	for name := range object {
		if name == "" || name[0] < '0' || name[0] > '9' {
			return false
		}
	}
	return len(object) > 0
}

// item is a member of an object that stands for a list.
type item struct {
	// key is the member's name, and name what follows its number: "ana" of
	// "10-ana", "12" of "12".
	key, name string
	value     any
}

// items returns the members in the order of their numbers, and of their names
// where these are equal.
func items(object map[string]any) []item {
	type numberedItem struct {
		item
		number int
	}
	var list []numberedItem
	for key, v := range object {
		rest := strings.TrimLeft(key, "0123456789")
		n, _ := strconv.Atoi(strings.TrimSuffix(key, rest))
		list = append(list, numberedItem{item{key, cmp.Or(strings.TrimPrefix(rest, "-"), key), v}, n})
	}
	slices.SortFunc(list, func(a, b numberedItem) int {
		return cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.key, b.key))
	})
	out := make([]item, len(list))
	for i, x := range list {
		out[i] = x.item
	}
	return out
}

// vars are what placeholders stand for: a text, or an object for an actor.
type vars map[string]any

// expand returns a copy of v with its placeholders filled in and its numbered
// objects as lists. The place stands in errors.
func (x vars) expand(place string, v any) (any, error) {
	switch v := v.(type) {
	case string:
		return x.text(place, v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = x.expand(place+"."+strconv.Itoa(i), e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if numbered(v) {
			return x.list(place, v)
		}
		out := make(map[string]any, len(v))
		for name, e := range v {
			var err error
			if out[name], err = x.expand(place+"."+name, e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func (x vars) list(place string, object map[string]any) (any, error) {
	out := make([]any, 0, len(object))
	for _, i := range items(object) {
		e, err := x.expand(place+"."+i.key, i.value)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// text fills in placeholders: ${commit.tip}. A text that is nothing but the
// placeholder of an actor becomes the actor.
func (x vars) text(place, s string) (any, error) {
	if !strings.Contains(s, "${") {
		return s, nil
	}
	if name, ok := strings.CutPrefix(s, "${"); ok && strings.Index(name, "}") == len(name)-1 {
		v, err := x.lookup(place, strings.TrimSuffix(name, "}"))
		return v, err
	}
	var b strings.Builder
	for rest := s; ; {
		before, after, ok := strings.Cut(rest, "${")
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		name, tail, ok := strings.Cut(after, "}")
		if !ok {
			return nil, fmt.Errorf("%s: a placeholder has no end: %q", place, s)
		}
		v, err := x.lookup(place, name)
		if err != nil {
			return nil, err
		}
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("%s: ${%s} stands for an object and cannot be part of a text", place, name)
		}
		b.WriteString(text)
		rest = tail
	}
}

func (x vars) lookup(place, name string) (any, error) {
	if v, ok := x[name]; ok {
		return v, nil
	}
	known := slices.Collect(maps.Keys(x))
	slices.Sort(known)
	if s := strictyaml.Suggest(name, known); s != "" {
		return nil, fmt.Errorf("%s: unknown placeholder ${%s}: did you mean ${%s}?", place, name, s)
	}
	kind, _, _ := strings.Cut(name, ".")
	return nil, fmt.Errorf("%s: unknown placeholder ${%s}: at this place there are %s", place, name, strings.Join(ofKind(known, kind), ", "))
}

// ofKind returns the names of one kind or, if there is none, the kinds.
func ofKind(known []string, kind string) []string {
	var names, kinds []string
	for _, name := range known {
		k, _, _ := strings.Cut(name, ".")
		if k == kind {
			names = append(names, "${"+name+"}")
		}
		if !slices.Contains(kinds, "${"+k+"...}") {
			kinds = append(kinds, "${"+k+"...}")
		}
	}
	if len(names) > 0 {
		return names
	}
	return kinds
}
