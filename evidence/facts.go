package evidence

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// maxItems bounds a list of facts in a record.
const maxItems = 10000

// ValidateFacts checks what people and systems of record state in p, without
// what the signing tool adds: release, parents and materials. A record read
// from a person's file is checked by it. Errors are [FieldError]s.
func ValidateFacts(p Predicate) error {
	if a, ok := p.(*Approval); ok {
		return a.facts().Validate()
	}
	return firstError(func(v *validator) { validateFacts(v, p) })
}

func validateFacts(v *validator, p Predicate) {
	v.fields("", reflect.ValueOf(p).Elem())
	e := p.Head()
	switch info, _ := KindOf(p); {
	case e.Scope != nil && !info.Scoped:
		v.fail("/scope", errors.New("this kind of record takes its scope from the release: leave scope out"))
	case e.Scope != nil:
		v.scope(e.Scope)
	case info.Scoped:
		v.fail("/scope", errors.New("missing: say at least which repository"))
	}
	if e.Supersedes != "" && e.Supersedes == e.ID {
		v.fail("/supersedes", errors.New("a record does not supersede itself: give the correction an id of its own"))
	}
}

// conditional is implemented by records and parts of records with fields that
// are required, or excluded, under a condition.
type conditional interface {
	conditions(v *validator, at string)
}

// fields checks every tagged field of the struct s, then its conditions.
func (v *validator) fields(at string, s reflect.Value) {
	p := planOf(s.Type())
	for i := range p.fields {
		f := &p.fields[i]
		value := s.Field(f.index)
		switch {
		case f.embedded:
			v.fields(at, value)
		case !absent(value):
			v.value(v.member(at, f.member), value, f.rule)
		case f.required:
			v.fail(v.member(at, f.member), missing(f.rule.values))
		}
	}
	if p.conditional {
		s.Addr().Interface().(conditional).conditions(v, at)
	}
}

func missing(values []string) error {
	if len(values) > 0 {
		return errors.New("missing: want one of " + strings.Join(values, ", "))
	}
	return errors.New("missing")
}

// absent reports whether nothing is stated: the zero value, an empty list or
// blank text.
func absent(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Slice, reflect.Map:
		return value.Len() == 0
	case reflect.String:
		return strings.TrimSpace(value.String()) == ""
	}
	return value.IsZero()
}

// value checks one value that is there.
func (v *validator) value(at string, value reflect.Value, r rule) {
	switch r.form {
	case objectIDForm:
		v.check(at, ObjectID(value.String()).validate())
	case identityForm:
		v.check(at, Identity(value.String()).validate())
	case ownForm:
		v.check(at, value.Addr().Interface().(interface{ Validate() error }).Validate())
	case pointerForm:
		v.value(at, value.Elem(), *r.element)
	case structForm:
		v.fields(at, value)
	case listForm:
		v.list(at, value, r)
	case textForm:
		v.text(at, value.String(), false)
		if len(r.values) > 0 {
			v.oneOf(at, value.String(), r.values...)
		}
	case numberForm:
		if value.Int() < 0 {
			v.fail(at, errors.New("the number is negative"))
		}
	}
}

func (v *validator) list(at string, list reflect.Value, r rule) {
	if list.Len() > maxItems {
		v.fail(at, fmt.Errorf("%d items, at most %d are allowed", list.Len(), maxItems))
		return
	}
	for i := range list.Len() {
		item := list.Index(i)
		pointer := v.item(at, i)
		if item.Kind() != reflect.Struct && absent(item) {
			v.fail(pointer, errors.New("an empty item: give it or leave it out"))
			continue
		}
		v.value(pointer, item, *r.element)
	}
}

// need fails if the condition holds and nothing is stated.
func (v *validator) need(condition bool, pointer string, stated bool, why string) {
	if condition && !stated {
		v.fail(pointer, errors.New("missing: required "+why))
	}
}

// order fails if both times are there and the second is before the first.
func (v *validator) order(first, second *Time, pointer, firstName string) {
	if first != nil && second != nil && second.Before(first.Time) {
		v.fail(pointer, fmt.Errorf("it is before %s", firstName))
	}
}

// ValidatePart checks one part of a release record by the description of its
// fields: part points to a [Change], a [Check], a [Deployment] or another struct
// that a [Record] holds. Errors are [FieldError]s with pointers from the part.
// Collectors ask it of every fact, so that what a record cannot carry is a gap
// and not the end of the whole.
func ValidatePart(part any) error {
	return firstError(func(v *validator) { v.fields("", reflect.ValueOf(part).Elem()) })
}
