package http

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

const maxRecords = 20_000

// evaluation maps one answer.
type evaluation struct {
	result *Result
	answer int
	base   base
	values map[string]string
	// id names the record in the making; "" until it is known.
	kind, id string
	// within is the pointer of the list's item in the making.
	within string
}

// never is why a system cannot tell a field, whatever it answers.
type never string

func (e never) Error() string { return string(e) }

var (
	errNotThere = errors.New("is not there")
	errEmpty    = errors.New("is empty")
)

// run makes the records of one rule.
func (e *evaluation) run(rule recordRule, root *node) error {
	e.kind, e.id = rule.Kind.Value, ""
	items, there, from, err := selectAll(rule.Each, root)
	if err != nil {
		return err
	}
	if !there && !rule.Optional {
		e.unknown("", from, errNotThere)
	}
	before := len(e.result.Records)
	for _, item := range items {
		ok, err := rule.Where.holds(item)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if len(e.result.Records) >= maxRecords {
			return fmt.Errorf("more than %d records", maxRecords)
		}
		e.record(rule, item)
	}
	if rule.Required && len(e.result.Records) == before {
		return fmt.Errorf("the answer holds no %s: there is none, or it is hidden from the credential", e.kind)
	}
	return nil
}

// selectAll returns what all the selectors lead to; without any, n itself.
func selectAll(list []selector, n *node) (found []*node, there bool, from string, err error) {
	if len(list) == 0 {
		return []*node{n}, true, "", nil
	}
	there = true
	for _, s := range list {
		nodes, ok, err := s.find(n)
		if err != nil {
			return nil, false, "", err
		}
		if !ok && there {
			there, from = false, s.text
		}
		for _, n := range nodes {
			if n.value != nil {
				found = append(found, n)
			}
		}
	}
	return found, there, from, nil
}

// holds reports whether every clause has a match at n.
func (c condition) holds(n *node) (bool, error) {
	for _, clause := range c {
		found, _, err := clause.selector.find(n)
		if err != nil {
			return false, err
		}
		if !clause.matches(found) {
			return false, nil
		}
	}
	return true, nil
}

func (c clause) matches(found []*node) bool {
	for _, n := range found {
		text, err := plainText(n.value)
		for _, want := range c.values {
			if err == nil && text == want {
				return true
			}
		}
	}
	return false
}

// record makes one record. If a required field cannot be had there is none,
// and Unknown says so.
func (e *evaluation) record(rule recordRule, n *node) {
	e.id = ""
	for _, f := range rule.Fields {
		if f.text == "/id" {
			id, _, _ := e.value(f, n)
			e.id, _ = id.(string)
		}
	}
	fields := map[string]any{}
	if !e.fill(fields, rule.Fields, n) {
		return
	}
	r := Record{Kind: e.kind, ID: e.id, Basis: Fetched, Fields: fields, Answer: e.answer}
	if !e.have(r) {
		e.result.Records = append(e.result.Records, r)
	}
}

// have reports whether the same record came before: lists shift while their
// pages are read. One that differs is kept, and contradicts.
func (e *evaluation) have(r Record) bool {
	key := [2]string{r.Kind, r.ID}
	for _, i := range e.result.index[key] {
		if reflect.DeepEqual(e.result.Records[i].Fields, r.Fields) {
			return true
		}
	}
	e.result.index[key] = append(e.result.index[key], len(e.result.Records))
	return false
}

// fill sets the fields and reports whether all required ones are there.
func (e *evaluation) fill(into map[string]any, list fields, n *node) bool {
	for _, f := range list {
		value, from, err := e.value(f, n)
		switch {
		case err == nil:
			set(into, f.target, value)
		case f.Required:
			e.unknown(e.within, from, fmt.Errorf("%s: %w", f.text, err))
			return false
		case f.Optional && errors.Is(err, errNotThere), f.EmptyIsNone && errors.Is(err, errEmpty):
		default:
			e.unknown(e.within+f.text, from, err)
		}
	}
	return true
}

// value returns a field's value, or why there is none and where it was sought.
func (e *evaluation) value(f field, n *node) (value any, from string, err error) {
	switch {
	case f.Const != "":
		return f.Const, "", nil
	case f.Variable != "":
		return e.values[f.Variable], "", nil
	case f.Unknown != "":
		return nil, "", never(f.Unknown)
	case f.Link != nil:
		path, err := f.Link.path(e.values)
		return e.base.link(path), "", err
	case len(f.Each) > 0:
		return e.list(f, n)
	}
	if len(f.Join) > 0 {
		return e.joined(f, n)
	}
	return e.first(f, n)
}

// first returns the value of the first selector that leads somewhere.
func (e *evaluation) first(f field, n *node) (value any, from string, err error) {
	for _, s := range f.From {
		v, err := s.one(n)
		if errors.Is(err, errNotThere) {
			continue
		}
		if err != nil {
			return nil, s.text, err
		}
		value, err := e.convert(f, v)
		return value, s.text, err
	}
	return nil, f.From[0].text, errNotThere
}

// joined needs all of its values: an id with a part missing is another id.
func (e *evaluation) joined(f field, n *node) (value any, from string, err error) {
	var texts []string
	for _, s := range f.Join {
		v, err := s.one(n)
		if err != nil {
			return nil, s.text, err
		}
		text, err := plainText(v)
		if err != nil {
			return nil, s.text, err
		}
		texts = append(texts, text)
	}
	value, err = e.convert(f, strings.Join(texts, "/"))
	return value, f.Join[0].text, err
}

// one returns the only value that s leads to; null and "" are errEmpty.
func (s selector) one(n *node) (any, error) {
	found, _, err := s.find(n)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, errNotThere
	case len(found) > 1:
		return nil, errors.New("leads to several values, want one")
	}
	if v := found[0].value; v != nil && v != "" {
		return v, nil
	}
	return nil, errEmpty
}

// convert gives a value the form that the field asks for: the map first, then the
// prefix, then the form.
func (e *evaluation) convert(f field, v any) (any, error) {
	text, err := plainText(v)
	if err != nil {
		return nil, err
	}
	if len(f.Map) > 0 {
		mapped, ok := lookup(f, text)
		if !ok {
			return nil, fmt.Errorf("%.80q is not a word that the mapping knows", text)
		}
		text = mapped
	}
	if f.Prefix != nil {
		text = f.Prefix.expand(e.values, func(s string) string { return s }) + text
	}
	return conversions()[f.As.Value](text, e.base.host())
}

func lookup(f field, word string) (string, bool) {
	for _, m := range f.Map {
		if m.Key.Value == word {
			return m.Value, true
		}
	}
	return "", false
}

// list makes the items of a list. If a part of it is not there, there is none: a
// shorter list would look whole.
func (e *evaluation) list(f field, n *node) (any, string, error) {
	items, there, from, err := selectAll(f.Each, n)
	if err != nil {
		return nil, from, err
	}
	if !there && (!f.Optional || len(items) == 0) {
		return nil, from, errNotThere
	}
	outer := e.within
	defer func() { e.within = outer }()
	list := []any{}
	for _, item := range items {
		e.within = fmt.Sprintf("%s%s/%d", outer, f.text, len(list))
		ok, err := f.Where.holds(item)
		if err != nil {
			return nil, from, err
		}
		fields := map[string]any{}
		if ok && e.fill(fields, f.Fields, item) {
			list = append(list, fields)
		}
	}
	return list, from, nil
}

// unknown lists what could not be had, within bounds.
func (e *evaluation) unknown(field, from string, why error) {
	if len(e.result.Unknown) < maxRecords {
		e.result.Unknown = append(e.result.Unknown, Unknown{e.kind, e.id, field, from, why.Error(), errors.As(why, new(never)), e.answer})
	}
}
