package schema

// combine applies the keywords that join several schemas for one value.
func (w *walk) combine(r *rules, v any) bool {
	ok := true
	for _, s := range r.AllOf {
		if !w.check(s, v) {
			ok = false
		}
	}
	if r.AnyOf != nil && !w.anyOf(r, v) {
		ok = false
	}
	if r.OneOf != nil && !w.oneOf(r.OneOf, v) {
		ok = false
	}
	if r.Not != nil && w.fits(r.Not, v) {
		ok = w.fail("has a form that is not allowed")
	}
	if r.If != nil {
		s := r.Else
		if w.fits(r.If, v) {
			s = r.Then
		}
		if s != nil && !w.check(s, v) {
			ok = false
		}
	}
	return ok
}

func (w *walk) anyOf(r *rules, v any) bool {
	forms, sure := r.forms(v)
	if sure {
		return w.check(forms[0], v)
	}
	for _, s := range forms {
		if w.fits(s, v) {
			return true
		}
	}
	return w.fail("fits none of the allowed forms%s", w.closest(forms, v))
}

func (w *walk) oneOf(forms []*Schema, v any) bool {
	n := 0
	for _, s := range forms {
		if w.fits(s, v) {
			n++
		}
		if n > 1 {
			return w.fail("fits more than one of the allowed forms, of which it must be exactly one")
		}
	}
	return n == 1 || w.fail("fits none of the allowed forms%s", w.closest(forms, v))
}

// fits is check without reasons.
func (w *walk) fits(s *Schema, v any) bool {
	if !w.explain {
		return w.check(s, v)
	}
	quiet := walk{depth: w.depth, hashes: w.hashes}
	return quiet.check(s, v)
}
