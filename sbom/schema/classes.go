package schema

// The schema of SPDX 3 says of an element that it is any of some ninety
// classes, each in the form
//
//	{"if": {"properties": {"type": {"const": "Class"}}, ...}, "then": ..., "else": {"const": "Not a Class"}}
//
// and each place that holds an element says so again. Trying them all, and all
// of them again for unevaluatedProperties, is what makes this schema slow. An
// object fits such a form only if its type is the class, so the type finds the
// one form to try. That changes no verdict, and the reasons are those of the
// class that the element claims to be.

// classes are forms of an anyOf, sorted by the type that they ask for.
type classes struct {
	byType map[string]*Schema
	rest   []*Schema // forms that are no class
}

// fewForms is the number of forms that are not worth sorting.
const fewForms = 3

// classesOf sorts forms. It is nil if they are few or not of that kind.
func classesOf(forms []*Schema) *classes {
	if len(forms) <= fewForms {
		return nil
	}
	c := &classes{byType: map[string]*Schema{}}
	for _, s := range forms {
		name, ok := className(s)
		if _, twice := c.byType[name]; !ok || twice {
			c.rest = append(c.rest, s)
			continue
		}
		c.byType[name] = s
	}
	if len(c.byType) == 0 {
		return nil
	}
	return c
}

// className returns the class of a form as above.
func className(s *Schema) (string, bool) {
	r := s.read()
	for n := 0; r.target != nil && n < maxDepth; n++ {
		r = r.target.read()
	}
	if r.err != nil || r.If == nil || r.Then == nil || r.Else == nil {
		return "", false
	}
	is, not := r.If.read(), r.Else.read()
	if is.err != nil || is.Type != typeObject || len(is.Required) != 1 || is.Required[0] != "type" || is.Properties["type"] == nil {
		return "", false
	}
	// The else fits no object, so without the type the form fits none.
	if _, ok := not.Const.value.(string); !ok || not.err != nil {
		return "", false
	}
	kind := is.Properties["type"].read()
	name, ok := kind.Const.value.(string)
	return name, ok && kind.err == nil
}

// forms returns the forms of r's anyOf that v may fit. sure is true if v's type
// left one of them only.
func (r *rules) forms(v any) (forms []*Schema, sure bool) {
	object, ok := v.(map[string]any)
	if !ok {
		return r.AnyOf, false
	}
	c := r.classes()
	if c == nil {
		return r.AnyOf, false
	}
	name, _ := object["type"].(string)
	form, ok := c.byType[name]
	if !ok {
		return c.rest, false
	}
	if len(c.rest) == 0 {
		return []*Schema{form}, true
	}
	return append([]*Schema{form}, c.rest...), false
}
