package evidence

import (
	"reflect"
	"sync"
)

// plan is what the tags of a struct type say of its fields, and what the types of
// these ask for: worked out once for each type.
type plan struct {
	fields      []plannedField
	conditional bool
}

type plannedField struct {
	index    int
	member   string // "/" and the name in JSON
	embedded bool   // and nothing else is set but index
	required bool
	rule     rule
}

// rule is how a value is checked that is there.
type rule struct {
	form    form
	values  []string // the only ones allowed, if there are such
	element *rule    // of a list or a pointer
}

// form is what kind of value it is.
type form byte

const (
	freeForm     form = iota // nothing is asked of it here
	objectIDForm             // ObjectID
	identityForm             // Identity
	ownForm                  // has a method Validate
	pointerForm
	structForm
	listForm
	textForm
	numberForm
)

// plans holds a *plan for each reflect.Type that was asked for; the types are
// those of this module's records and their parts.
var plans sync.Map

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p, _ := plans.LoadOrStore(t, newPlan(t))
	return p.(*plan)
}

func newPlan(t reflect.Type) *plan {
	p := &plan{conditional: reflect.PointerTo(t).Implements(reflect.TypeFor[conditional]())}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			p.fields = append(p.fields, plannedField{index: i, embedded: true})
			continue
		}
		if tag, ok := parseTag(f); ok {
			p.fields = append(p.fields, plannedField{
				index: i, member: "/" + jsonName(f), required: tag.need == Required, rule: ruleOf(f.Type, tag.values),
			})
		}
	}
	return p
}

func ruleOf(t reflect.Type, values []string) rule {
	r := rule{values: values}
	switch kind := t.Kind(); {
	case t == reflect.TypeFor[ObjectID]():
		r.form = objectIDForm
	case t == reflect.TypeFor[Identity]():
		r.form = identityForm
	case kind != reflect.Pointer && t.Implements(reflect.TypeFor[interface{ Validate() error }]()):
		r.form = ownForm
	case t == reflect.TypeFor[Time](), t == reflect.TypeFor[Digest]():
		r.form = freeForm
	case kind == reflect.Pointer:
		r.form = pointerForm
	case kind == reflect.Struct:
		r.form = structForm
	case kind == reflect.Slice:
		r.form = listForm
	case kind == reflect.String:
		r.form = textForm
	case kind == reflect.Int64:
		r.form = numberForm
	}
	if r.form == pointerForm || r.form == listForm {
		element := ruleOf(t.Elem(), values)
		r.element = &element
	}
	return r
}
