package schema

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the schemas within schemas that judge one value. The values
// are nested less deep, but each level passes several schemas.
const maxDepth = 1 << 14

// walk judges a value by a schema. It is quiet at first, which is fast. Only a
// value that does not fit is walked again for the reasons.
type walk struct {
	explain bool
	at      []string // the path to the present value, kept up only to explain
	found   []Violation
	depth   int
	hashes  *hasher
}

// check reports whether v fits s. In a file that uses unevaluatedProperties,
// where an object is asked again whether it fits, the answer is remembered:
// else each level of nesting would double the work for the next.
func (w *walk) check(s *Schema, v any) bool {
	object, ok := v.(map[string]any)
	if !ok || !s.root.evaluates() {
		return w.judge(s, v)
	}
	key := fitted{s, reflect.ValueOf(object).Pointer()}
	if fits, known := w.hashes.fits[key]; known && (fits || !w.explain) {
		return fits
	}
	fits := w.judge(s, v)
	if w.hashes.fits == nil {
		w.hashes.fits = map[fitted]bool{}
	}
	w.hashes.fits[key] = fits
	return fits
}

// evaluates reports whether the file of which s is the root uses
// unevaluatedProperties: the one that does, does so at its root.
func (s *Schema) evaluates() bool { return s.read().UnevaluatedProperties != nil }

// judge is check without a memory.
//
// Most values fit no more than one of many forms, so that what is wrong is only
// put into words if it is asked for.
func (w *walk) judge(s *Schema, v any) bool {
	w.depth++
	defer func() { w.depth-- }()
	r := s.read()
	switch {
	case w.depth > maxDepth:
		return w.fail("the value is nested too deep to be judged")
	case r == &textRules && r.Type.allows(v):
		return true
	case r.err != nil:
		return w.fail("no value can be judged: %v", r.err)
	case r.never:
		return w.fail("no value is allowed here")
	case r.target != nil: // what is beside a $ref does not count in draft-07
		return w.check(r.target, v)
	case !r.Type.allows(v):
		return w.explain && w.fail("got %v, want %v", typeOf(v), r.Type)
	case r.Const.value != nil && !isScalar(v, r.Const.value):
		return w.explain && w.fail("%s is not %s, the only allowed value", shown(v), shown(r.Const.value))
	case r.Enum != nil && !r.allows(v):
		return w.explain && w.fail("%s", notIn(v, r.Enum))
	}
	ok := w.contents(r, v)
	if !ok && !w.explain {
		return false
	}
	ok = w.combine(r, v) && ok
	if object, is := v.(map[string]any); ok && is {
		return w.unevaluated(r, object)
	}
	return ok
}

// isScalar reports whether v is the string or bool want.
func isScalar(v, want any) bool {
	switch v.(type) {
	case string, bool:
		return v == want
	}
	return false
}

func (r *rules) allows(v any) bool {
	s, ok := v.(string)
	return ok && slices.Contains(r.Enum, s)
}

// contents applies the keywords for the type of v.
func (w *walk) contents(r *rules, v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return w.object(r, v)
	case []any:
		return w.array(r, v)
	case string:
		return w.text(r, v)
	case float64:
		return w.number(r, v)
	}
	return true
}

func (w *walk) object(r *rules, v map[string]any) bool {
	ok := w.required(r, v)
	if r.Properties == nil && r.AdditionalProperties == nil {
		return ok
	}
	if !w.explain {
		for name, member := range v {
			if !ok {
				return false
			}
			ok = w.member(r, name, member)
		}
		return ok
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(v)) { // equal reasons in equal order
		if r.closedTo(name) {
			unknown = append(unknown, name)
		} else if !w.member(r, name, v[name]) {
			ok = false
		}
	}
	if unknown != nil {
		return w.fail("members that the schema does not have: %.60q", unknown[:min(len(unknown), 10)])
	}
	return ok
}

func (w *walk) required(r *rules, v map[string]any) bool {
	var missing []string
	for _, name := range r.Required {
		if _, ok := v[name]; ok {
			continue
		}
		if !w.explain {
			return false
		}
		missing = append(missing, name)
	}
	if missing != nil {
		return w.fail("missing: %s", strings.Join(missing, ", "))
	}
	return true
}

func (w *walk) member(r *rules, name string, v any) bool {
	s, ok := r.Properties[name]
	if !ok {
		return !r.closedTo(name)
	}
	if !w.explain {
		return w.check(s, v)
	}
	return w.below(name, s, v)
}

// closedTo reports whether an object may not have a member of that name.
func (r *rules) closedTo(name string) bool {
	_, ok := r.Properties[name]
	return !ok && r.AdditionalProperties != nil && !*r.AdditionalProperties
}

func (w *walk) array(r *rules, v []any) bool {
	ok := true
	switch {
	case r.MinItems != nil && len(v) < *r.MinItems:
		ok = w.fail("has %d elements, at least %d are required", len(v), *r.MinItems)
	case r.MaxItems != nil && len(v) > *r.MaxItems:
		ok = w.fail("has %d elements, at most %d are allowed", len(v), *r.MaxItems)
	}
	if r.UniqueItems {
		if i, j, found := w.hashes.duplicate(v); found {
			ok = w.fail("the elements %d and %d are equal", i, j)
		}
	}
	if len(v) > len(r.Items.tuple) && r.Items.tuple != nil && r.AdditionalItems != nil && !*r.AdditionalItems {
		ok = w.fail("has %d elements, at most %d are allowed", len(v), len(r.Items.tuple))
	}
	for i, element := range v {
		if !ok && !w.explain {
			return false
		}
		s := r.Items.each
		if i < len(r.Items.tuple) {
			s = r.Items.tuple[i]
		}
		if s != nil && !w.element(i, s, element) {
			ok = false
		}
	}
	return ok
}

func (w *walk) element(i int, s *Schema, v any) bool {
	if !w.explain {
		return w.check(s, v)
	}
	return w.below(strconv.Itoa(i), s, v)
}

// below checks a member or an element and keeps track of the place.
func (w *walk) below(token string, s *Schema, v any) bool {
	w.at = append(w.at, token)
	ok := w.check(s, v)
	w.at = w.at[:len(w.at)-1]
	return ok
}

func (w *walk) text(r *rules, v string) bool {
	if r.format != nil && !r.format(v) {
		return w.explain && w.fail("%s is not a valid %s", shown(v), r.Format)
	}
	ok := true
	if r.MinLength != nil || r.MaxLength != nil {
		ok = w.length(r, utf8.RuneCountInString(v))
	}
	if r.pattern != nil && !r.pattern.MatchString(v) {
		ok = w.explain && w.fail("%s does not match the pattern %s", shown(v), r.Pattern)
	}
	return ok
}

// length judges a string of n characters.
func (w *walk) length(r *rules, n int) bool {
	switch {
	case r.MinLength != nil && n < *r.MinLength:
		return w.fail("has %d characters, at least %d are required", n, *r.MinLength)
	case r.MaxLength != nil && n > *r.MaxLength:
		return w.fail("has %d characters, at most %d are allowed", n, *r.MaxLength)
	}
	return true
}

func (w *walk) number(r *rules, v float64) bool {
	switch {
	case r.Minimum != nil && v < *r.Minimum:
		return w.fail("%v is less than the minimum %v", v, *r.Minimum)
	case r.Maximum != nil && v > *r.Maximum:
		return w.fail("%v is more than the maximum %v", v, *r.Maximum)
	}
	return true
}
