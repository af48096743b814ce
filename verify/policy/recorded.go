package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// recorded declares a rule that says no more than that some fields are stated
// in every record of a kind: each is there, and none is a placeholder. Fields
// are JSON pointers into the predicate, in which * stands for every item of a
// list that must not be empty; "a|b" is met by either. Where there is no record of the
// kind, the rule does not apply.
func recorded[P evidence.Predicate](fields ...string) func(*Facts) Result {
	return func(f *Facts) Result {
		var proofs []verify.Proof
		var where []verify.Place
		kind := kindOf[P]()
		want := "every " + kind + " states " + strings.Join(fieldNames(fields), ", ")
		for fact, p := range verify.Standing[P](f.Facts) {
			for _, field := range fields {
				if lacking, why := unstated(p, field); lacking != "" {
					return missing(want, fmt.Sprintf("%s %s: %s", kind, p.Head().ID, why)).at(fact.Place(lacking)).onRecord(p)
				}
			}
			proofs, where = append(proofs, fact.Proof), append(where, fact.Place(""))
		}
		if len(where) == 0 {
			return notApplicable("no " + kind + " is recorded")
		}
		return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), kind, kind+"s")).wants(want).at(where...)
	}
}

// onRecord says that a failure happened when what a record tells of did.
func (r Result) onRecord(p evidence.Predicate) Result { return r.on(spanOf(p.Happened()), "") }

// stated declares a rule that says no more than that some parts of the release
// statement are there, as recorded does for records. What the signed tag itself
// says is known by that, see [verify.Facts.Written].
func stated(fields ...string) func(*Facts) Result {
	return func(f *Facts) Result {
		want := "the release statement states " + strings.Join(fieldNames(fields), ", ")
		var proofs []verify.Proof
		var where []verify.Place
		for _, field := range fields {
			if lacking, why := unstated(f.Record, field); lacking != "" {
				return missing(want, why).at(inRecord(f, "%s", lacking))
			}
			part, _, _ := strings.Cut(statedOf(f.Record, field), "/*")
			proofs, where = append(proofs, f.Written(part)), append(where, inRecord(f, "%s", part))
		}
		return pass(weakest(proofs, f.Stated()), "%s", strings.Join(fieldNames(fields), ", ")).wants(want).at(where...)
	}
}

// kindOf returns the name of a kind of record for people: "go-no-go".
func kindOf[P evidence.Predicate]() string {
	k, _ := evidence.KindOf(reflect.New(reflect.TypeFor[P]().Elem()).Interface().(P))
	return strings.ReplaceAll(k.Name, "-", " ")
}

// fieldNames makes words of pointers: "/followUps/*/owner" is "follow ups: owner".
func fieldNames(fields []string) []string {
	var names []string
	for _, f := range fields {
		var alternatives []string
		for alternative := range strings.SplitSeq(f, "|") {
			var parts []string
			for part := range strings.SplitSeq(strings.TrimPrefix(alternative, "/"), "/") {
				if part != "*" {
					parts = append(parts, spaced(part))
				}
			}
			alternatives = append(alternatives, strings.Join(parts, ": "))
		}
		names = append(names, strings.Join(alternatives, " or "))
	}
	return names
}

// spaced writes camelCase as words.
func spaced(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte(' ')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// unstated returns the pointer of the first place where a field is not stated,
// with why; "" if it is everywhere.
func unstated(record any, field string) (pointer, why string) {
	for alternative := range strings.SplitSeq(field, "|") {
		p, w := lacking(reflect.ValueOf(record), "", strings.Split(strings.TrimPrefix(alternative, "/"), "/"))
		if w == "" {
			return "", ""
		}
		if why == "" {
			pointer, why = p, w
		}
	}
	return pointer, why
}

// statedOf returns the alternative of a field that is stated, where one is.
func statedOf(record any, field string) string {
	for alternative := range strings.SplitSeq(field, "|") {
		if _, why := unstated(record, alternative); why == "" {
			return alternative
		}
	}
	return field
}

func lacking(v reflect.Value, at string, path []string) (pointer, why string) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return at, spaced(lastPart(at)) + " is not stated"
		}
		v = v.Elem()
	}
	switch {
	case len(path) == 0:
		return at, notStated(v, at)
	case path[0] == "*":
		if v.Len() == 0 {
			return at, spaced(lastPart(at)) + " is empty"
		}
		for i := range v.Len() {
			if p, w := lacking(v.Index(i), fmt.Sprintf("%s/%d", at, i), path[1:]); w != "" {
				return p, w
			}
		}
		return "", ""
	}
	return lacking(fieldByName(v, path[0]), at+"/"+path[0], path[1:])
}

// fieldByName finds the field of that JSON name. That there is none is a
// mistake in a control, which the engine reports as its own.
func fieldByName(v reflect.Value, name string) reflect.Value {
	key := fieldKey{v.Type(), name}
	index, ok := fieldIndexes.Load(key)
	if !ok {
		index, _ = fieldIndexes.LoadOrStore(key, indexOfField(key.record, name))
	}
	return v.FieldByIndex(index.([]int))
}

// fieldIndexes holds where the fields that controls ask for stand, by fieldKey.
var fieldIndexes sync.Map

type fieldKey struct {
	record reflect.Type
	name   string
}

func indexOfField(record reflect.Type, name string) []int {
	for f := range record.Fields() {
		if f.Anonymous {
			if found, ok := f.Type.FieldByNameFunc(func(n string) bool { return n == strings.ToUpper(name[:1])+name[1:] || n == "ID" && name == "id" }); ok {
				return append(slices.Clone(f.Index), found.Index...)
			}
			continue
		}
		if jsonNameOf(f) == name {
			return f.Index
		}
	}
	panic("no field " + name)
}

func lastPart(pointer string) string { return pointer[strings.LastIndexByte(pointer, '/')+1:] }

// notStated says why a value states nothing; "" if it does.
func notStated(v reflect.Value, at string) string {
	switch {
	case v.Kind() == reflect.String && placeholder(v.String()):
		return fmt.Sprintf("%s is %q", spaced(lastPart(at)), v.String())
	case v.Kind() == reflect.Slice && v.Len() == 0, v.Kind() != reflect.Slice && v.Kind() != reflect.Bool && v.IsZero():
		return spaced(lastPart(at)) + " is not stated"
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		for i := range v.Len() {
			if placeholder(v.Index(i).String()) {
				return fmt.Sprintf("%s holds %q", spaced(lastPart(at)), v.Index(i).String())
			}
		}
	}
	return ""
}

// placeholders are words that people leave in forms. "none" is an answer.
var placeholders = []string{"tbd", "todo", "tbc", "fixme", "xxx", "n/a", "na", "unknown", "placeholder", "fill in", "fill me in", "to be defined", "to be done"}

// placeholder reports whether a text says nothing: empty, a word that forms are
// left with, or the form's own <field>.
func placeholder(s string) bool {
	s = strings.TrimSpace(s)
	return strings.Trim(s, ".…?-_ ") == "" || holdsFold(placeholders, s) || strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") || strings.HasPrefix(s, "<!--")
}

// plural writes a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
