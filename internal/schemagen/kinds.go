package main

import (
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/release-dossier/dossier/evidence"
)

func kinds() []predicate {
	var list []predicate
	for _, k := range evidence.Kinds() {
		list = append(list, predicate{k.Type, k.Name + "/v1.schema.json", reflect.ValueOf(k.New()).Elem().Interface()})
	}
	return list
}

// tightenEntry says how a record is linked: to a release with parents, or, for
// the kinds that may, by a scope alone.
func tightenEntry(s *jsonschema.Schema, uri string) {
	if p, ok := s.Properties.Get("materials"); ok {
		p.MaxItems = new(uint64(evidence.MaxMaterials))
	}
	if p, ok := s.Properties.Get("parents"); ok {
		p.MaxItems = new(uint64(evidence.MaxParents))
	}
	if info, _ := evidence.LookupKind(uri); info.Scoped {
		s.Required = append(s.Required, "scope")
		s.DependentRequired = map[string][]string{"release": {"parents"}, "parents": {"release"}}
		return
	}
	s.Required = append(s.Required, "release", "parents")
	s.Properties.Delete("scope")
	s.Not = &jsonschema.Schema{Required: []string{"scope"}}
}

// structTypes returns the struct types that t leads to, by their names.
func structTypes(t reflect.Type) map[string]reflect.Type {
	found := map[string]reflect.Type{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(t.Elem())
		case reflect.Struct:
			if _, seen := found[t.Name()]; seen || !strings.HasSuffix(t.PkgPath(), "/evidence") {
				return
			}
			found[t.Name()] = t
			for f := range t.Fields() {
				walk(f.Type)
			}
		}
	}
	walk(t)
	return found
}

// fromTags adds to the schema of t what its fields' tags say.
func fromTags(s *jsonschema.Schema, t reflect.Type) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p, ok := s.Properties.Get(name)
		text, tagged := f.Tag.Lookup("rec")
		if !ok || !tagged || p.Ref != "" {
			continue
		}
		item := p
		if p.Items != nil {
			item = p.Items
			if strings.HasPrefix(text, "R;") {
				p.MinItems = new(uint64(1))
			}
		}
		if values := f.Tag.Get("enum"); values != "" {
			for v := range strings.SplitSeq(values, "|") {
				item.Enum = append(item.Enum, v)
			}
		}
		if f.Type.Kind() == reflect.String && p.Pattern == "" && len(p.Enum) == 0 && strings.HasPrefix(text, "R;") {
			p.Pattern = `\S`
		}
	}
}
