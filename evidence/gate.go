package evidence

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/strictjson"
)

// GateField is a field on which gates decide, in one record. Two statements of
// one record contradict each other if the values of such a field differ (R18).
type GateField struct {
	// Pointer leads to the field in the predicate (RFC 6901).
	Pointer string
	// Value is the value in a form in which equal means the same: people and
	// things by identity and digest, lists in any order. It is "" if the record
	// does not state the field.
	Value string
	// Rank orders the outcomes of a decision from best, 1, to worst; 0 if the
	// values have no order.
	Rank int
}

// GateFields returns the fields of a record on which gates decide. They are
// marked in the type:
//
//	Result string `json:"result" gate:"success>cancelled>failure"`
//	Decision string `json:"decision,omitempty" gate:"|approved>rejected"`
//	Commit ObjectID `json:"commit" gate:"same"`
//
// What is absent has the value "": a freeze that is lifted is not one that does
// not say so. Where the absence of an outcome means another, "|" names both. What
// is not in the list of outcomes, such as "in-progress", says nothing yet. A field
// marked "later", in a part that must be the same, is one that only time brings:
//
//	ValidationRun *ResourceDescriptor `json:"validationRun,omitempty" gate:"later"`
func GateFields(p Predicate) []GateField {
	list := gateFields(nil, "", reflect.ValueOf(p).Elem())
	scope := GateField{Pointer: "/scope"}
	if s := p.Head().Scope; s != nil {
		scope.Value = sameForm(reflect.ValueOf(s))
	}
	return append(list, scope)
}

func gateFields(list []GateField, at string, s reflect.Value) []GateField {
	for f, value := range s.Fields() {
		tag, pointer := f.Tag.Get("gate"), at+"/"+jsonName(f)
		switch {
		case f.Anonymous:
		case tag == "same" && absent(value):
			list = append(list, GateField{Pointer: pointer})
		case tag == "same":
			list = append(list, GateField{Pointer: pointer, Value: sameForm(value)})
		case tag != "":
			if g, ok := outcome(tag, strings.TrimSpace(value.String())); ok {
				g.Pointer = pointer
				list = append(list, g)
			}
		case value.Kind() == reflect.Struct && isPart(value.Type()):
			list = gateFields(list, pointer, value)
		}
	}
	return list
}

// outcome finds a value in a list of outcomes.
func outcome(tag, value string) (GateField, bool) {
	for i, same := range strings.Split(tag, ">") {
		if slices.Contains(strings.Split(same, "|"), value) {
			return GateField{Value: strings.Trim(same, "|"), Rank: i + 1}, true
		}
	}
	return GateField{}, value == ""
}

// sameForm writes a value so that equal text means the same.
func sameForm(value reflect.Value) string {
	if value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	switch x := value.Interface().(type) {
	case Actor:
		return string(x.ID)
	case ResourceDescriptor:
		if len(x.Digest) > 0 {
			return x.Digest.String()
		}
		return x.URI + " " + x.Name
	case Signoff:
		return string(x.Who.ID) + " " + cmp.Or(x.Decision, string(Approved)) + " " + sameForm(reflect.ValueOf(x.At))
	case Digest, DigestSet, Time, TimeOrInterval:
	default:
		switch value.Kind() {
		case reflect.Slice:
			return sameList(value)
		case reflect.Struct:
			value = withoutLater(value)
		}
	}
	text, err := strictjson.Marshal(value.Interface())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// withoutLater is a copy of a part without what only time brings.
func withoutLater(part reflect.Value) reflect.Value {
	bare := reflect.New(part.Type()).Elem()
	bare.Set(part)
	for f, value := range bare.Fields() {
		if f.Tag.Get("gate") == "later" {
			value.SetZero()
		}
	}
	return bare
}

func sameList(list reflect.Value) string {
	var items []string
	for i := range list.Len() {
		items = append(items, sameForm(list.Index(i)))
	}
	slices.Sort(items)
	return strings.Join(slices.Compact(items), ", ")
}
