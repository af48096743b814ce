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
	v := &validator{}
	record := reflect.ValueOf(p).Elem()
	v.fields("", record)
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
	return v.err
}

// conditional is implemented by records and parts of records with fields that
// are required, or excluded, under a condition.
type conditional interface {
	conditions(v *validator, at string)
}

// fields checks every tagged field of the struct s, then its conditions.
func (v *validator) fields(at string, s reflect.Value) {
	for f, value := range s.Fields() {
		if f.Anonymous {
			v.fields(at, value)
			continue
		}
		tag, ok := parseTag(f)
		if !ok {
			continue
		}
		pointer := at + "/" + jsonName(f)
		switch {
		case !absent(value):
			v.value(pointer, value, tag.values)
		case tag.need == Required:
			v.fail(pointer, missing(tag.values))
		}
	}
	if c, ok := s.Addr().Interface().(conditional); ok {
		c.conditions(v, at)
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
func (v *validator) value(at string, value reflect.Value, allowed []string) {
	switch x := value.Interface().(type) {
	case ObjectID:
		v.check(at, x.validate())
		return
	case Identity:
		v.check(at, x.validate())
		return
	case interface{ Validate() error }:
		if value.Kind() != reflect.Pointer {
			v.check(at, x.Validate())
			return
		}
	case Time, Digest:
		return
	}
	v.kind(at, value, allowed)
}

func (v *validator) kind(at string, value reflect.Value, allowed []string) {
	switch value.Kind() {
	case reflect.Pointer:
		v.value(at, value.Elem(), allowed)
	case reflect.Struct:
		v.fields(at, value)
	case reflect.Slice:
		v.list(at, value, allowed)
	case reflect.String:
		v.text(at, value.String(), false)
		if len(allowed) > 0 {
			v.oneOf(at, value.String(), allowed...)
		}
	case reflect.Int64:
		if value.Int() < 0 {
			v.fail(at, errors.New("the number is negative"))
		}
	}
}

func (v *validator) list(at string, list reflect.Value, allowed []string) {
	if list.Len() > maxItems {
		v.fail(at, fmt.Errorf("%d items, at most %d are allowed", list.Len(), maxItems))
		return
	}
	for i := range list.Len() {
		item := list.Index(i)
		pointer := fmt.Sprintf("%s/%d", at, i)
		if item.Kind() != reflect.Struct && absent(item) {
			v.fail(pointer, errors.New("an empty item: give it or leave it out"))
			continue
		}
		v.value(pointer, item, allowed)
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
	v := &validator{}
	v.fields("", reflect.ValueOf(part).Elem())
	return v.err
}
