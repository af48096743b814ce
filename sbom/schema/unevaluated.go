package schema

import (
	"maps"
	"slices"
)

// unevaluated applies unevaluatedProperties (draft 2020-12, section 11.3 of
// JSON Schema Core) to an object that fits all other keywords of r: it may have
// no member that none of these has judged.
func (w *walk) unevaluated(r *rules, v map[string]any) bool {
	if r.UnevaluatedProperties == nil || *r.UnevaluatedProperties {
		return true
	}
	known := map[string]bool{}
	w.evaluated(r, v, known)
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if known[name] {
			continue
		}
		if !w.explain {
			return false
		}
		unknown = append(unknown, name)
	}
	if unknown != nil {
		return w.fail("members that the schema does not have: %.60q", unknown[:min(len(unknown), 10)])
	}
	return true
}

// evaluated adds the members of v, which fits r, that r and the schemas it
// joins have judged.
func (w *walk) evaluated(r *rules, v map[string]any, known map[string]bool) {
	for n := 0; r.target != nil && n < maxDepth; n++ {
		r = r.target.read()
	}
	for name := range v {
		if _, ok := r.Properties[name]; ok || r.AdditionalProperties != nil || r.UnevaluatedProperties != nil && *r.UnevaluatedProperties {
			known[name] = true
		}
	}
	for _, s := range r.AllOf {
		w.evaluated(s.read(), v, known)
	}
	forms, _ := r.forms(v)
	for _, s := range slices.Concat(forms, r.OneOf) {
		if w.fits(s, v) {
			w.evaluated(s.read(), v, known)
		}
	}
	if r.If == nil {
		return
	}
	s := r.Else
	if w.fits(r.If, v) {
		w.evaluated(r.If.read(), v, known)
		s = r.Then
	}
	if s != nil {
		w.evaluated(s.read(), v, known)
	}
}
