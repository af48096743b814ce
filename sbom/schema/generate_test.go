package schema

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// generator makes values for a schema: most fit, some do not. It knows the
// keywords, so it reaches parts that changes to real documents do not.
type generator struct {
	*rand.Rand
	// faults is how many of a thousand values are made without regard to the
	// schema.
	faults int
}

// samples fit a format or a pattern of the official schemas, or nearly so.
var samples = []string{
	"", "a", "MIT", "Apache-2.0", "P-256", "EC", "OKP", "RSA", "CycloneDX", "1.6", "SPDX-2.3", "SPDXRef-a", "en", "en-US", "US", "USA", "text/plain",
	"2026-01-02", "2026-02-30", "2026-01-02T03:04:05Z", "2026-01-02t03:04:05.25+01:00", "2016-12-31T23:59:60Z", "2026-01-02T25:00:00Z", "2026-01-02 03:04:05Z",
	"https://example.com/a?b#c", "a b", "http://[::1]/", "http://[::1", "http://::1/", "%zz", `a\b`, "urn:x", "//x", "mailto:a@b", "a@b", "not an address",
	"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "urn:uuid:3E671687-395b-41f5-a30f-a58921a69b79",
	"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1", "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#a", "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/0",
	strings.Repeat("a", 31), strings.Repeat("a", 32), strings.Repeat("A1", 32), strings.Repeat("g", 64), strings.Repeat("é", 300),
	"CRE:1-2", "CRE:1", "A-1", "line\nbreak", "\u2028", "http://cyclonedx.org/schema/bom-1.7.schema.json",
}

func (g *generator) sample() string { return samples[g.IntN(len(samples))] }

// value makes a value for s that is nested at most depth deep.
func (g *generator) value(s *Schema, depth int) any {
	if g.IntN(1000) < g.faults {
		return g.anything(min(depth, 3))
	}
	r := s.read()
	for r.target != nil {
		r = r.target.read()
	}
	if forms := append(slices.Clone(r.AnyOf), r.OneOf...); len(forms) > 0 {
		return g.merged(r, g.value(forms[g.IntN(len(forms))], depth), depth)
	}
	return g.own(r, depth)
}

// merged adds the members that r itself asks for to an object that was made
// for one of its forms.
func (g *generator) merged(r *rules, form any, depth int) any {
	object, ok := form.(map[string]any)
	own, also := g.own(r, depth).(map[string]any)
	if !ok || !also {
		return form
	}
	for name, v := range own {
		if _, ok := object[name]; !ok {
			object[name] = v
		}
	}
	return object
}

func (g *generator) own(r *rules, depth int) any {
	switch {
	case r.Const.value != nil:
		return r.Const.value
	case len(r.Enum) > 0:
		return r.Enum[g.IntN(len(r.Enum))]
	}
	switch g.typeFor(r) {
	case typeObject:
		return g.object(r, depth)
	case typeArray:
		return g.array(r, depth)
	case typeString:
		return g.text(r)
	case typeInteger:
		return float64(g.IntN(12) - 2)
	case typeNumber:
		return float64(g.IntN(30)-5) / 10
	case typeBoolean:
		return g.IntN(2) == 0
	}
	return nil
}

// typeFor draws a type of r, or guesses one if r names none.
func (g *generator) typeFor(r *rules) types {
	var allowed []types
	for t := typeNull; t <= typeObject; t <<= 1 {
		if r.Type&t != 0 {
			allowed = append(allowed, t)
		}
	}
	switch {
	case len(allowed) > 0:
		return allowed[g.IntN(len(allowed))]
	case r.Properties != nil || r.Required != nil || r.AllOf != nil:
		return typeObject
	}
	return typeString
}

func (g *generator) object(r *rules, depth int) any {
	out := map[string]any{}
	for _, name := range r.Required {
		if g.IntN(1000) < g.faults {
			continue
		}
		out[name] = g.sample()
		if s := r.Properties[name]; s != nil {
			out[name] = g.value(s, depth-1)
		}
	}
	names := sortedNames(r.Properties)
	if depth <= 0 {
		names = nil
	}
	for range min(len(names), g.IntN(5)) {
		name := names[g.IntN(len(names))]
		out[name] = g.value(r.Properties[name], depth-1)
	}
	if g.IntN(1000) < g.faults {
		out["x/~"+g.sample()] = g.anything(2)
	}
	return out
}

func (g *generator) array(r *rules, depth int) any {
	out := []any{}
	n := g.IntN(4)
	if g.IntN(20) == 0 {
		n = g.IntN(40) // enough for a large list to hold equal elements
	}
	if depth <= 0 {
		n = 0
	}
	if r.MinItems != nil {
		n = max(n, *r.MinItems)
	}
	for i := range n {
		s := r.Items.each
		if i < len(r.Items.tuple) {
			s = r.Items.tuple[i]
		}
		switch {
		case len(out) > 0 && g.IntN(15) == 0:
			out = append(out, out[g.IntN(len(out))])
		case s == nil && r.Items.tuple != nil && g.IntN(4) > 0:
		case s == nil:
			out = append(out, g.anything(2))
		default:
			out = append(out, g.value(s, depth-1))
		}
	}
	return out
}

// text tries some samples for one that fits.
func (g *generator) text(r *rules) string {
	for range 40 {
		s := g.sample()
		w := walk{hashes: newHasher()}
		if w.text(r, s) {
			return s
		}
	}
	return g.sample()
}

// anything makes a value of any type.
func (g *generator) anything(depth int) any {
	switch n := g.IntN(9); {
	case n == 0 && depth > 0:
		out := map[string]any{}
		for range g.IntN(3) {
			out[[]string{"type", "name", "bom-ref", "x", "a/b", "id", "license"}[g.IntN(7)]] = g.anything(depth - 1)
		}
		return out
	case n == 1 && depth > 0:
		out := []any{}
		for range g.IntN(3) {
			out = append(out, g.anything(depth-1))
		}
		return out
	case n == 2:
		return nil
	case n == 3:
		return g.IntN(2) == 0
	case n == 4:
		return float64(g.IntN(9) - 4)
	case n == 5:
		return []float64{0.5, -0.5, 1e300, 1e-300, 9007199254740991, 0.1}[g.IntN(6)]
	}
	return g.sample()
}

// mutate returns v with one change at a random place. It changes v.
func (g *generator) mutate(v any) any {
	if g.IntN(8) == 0 {
		return g.anything(2)
	}
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 {
			g.mutateObject(v)
			return v
		}
	case []any:
		if len(v) > 0 {
			return g.mutateArray(v)
		}
	case string:
		return g.mutateText(v)
	case float64:
		return v + float64(g.IntN(3)-1)/2
	}
	return g.anything(2)
}

func (g *generator) mutateObject(v map[string]any) {
	names := sortedNames(v)
	name := names[g.IntN(len(names))]
	switch g.IntN(12) {
	case 0:
		delete(v, name)
	case 1:
		v[g.sample()] = g.anything(2)
	case 2:
		v[names[g.IntN(len(names))]] = v[name]
	default:
		v[name] = g.mutate(v[name])
	}
}

func (g *generator) mutateArray(v []any) []any {
	i := g.IntN(len(v))
	switch g.IntN(8) {
	case 0:
		return slices.Delete(v, i, i+1)
	case 1:
		return append(v, v[i])
	case 2:
		return append(v, g.anything(2))
	}
	v[i] = g.mutate(v[i])
	return v
}

func (g *generator) mutateText(s string) string {
	if s == "" || g.IntN(3) == 0 {
		return g.sample()
	}
	runes := []rune(s)
	i := g.IntN(len(runes))
	switch g.IntN(3) {
	case 0:
		return string(slices.Delete(runes, i, i+1))
	case 1:
		return string(slices.Insert(runes, i, rune("0:/ ~.+\\[%é"[g.IntN(11)])))
	}
	runes[i] = rune("09azAZ-:TZ#\n"[g.IntN(12)])
	return string(runes)
}
