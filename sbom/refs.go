package sbom

import (
	"fmt"
	"strconv"
)

// maxRefs is the most ids, the most references that wait for their id, and
// the most dependencies that are remembered.
const maxRefs = 1 << 20

// refs knows the ids of a document and what points at them.
type refs struct {
	report  func(code, pointer, message string)
	ids     map[string]int // to the index of its component, or noComponent
	pending []reference
	full    bool
}

// noComponent marks an id of something that is not a component.
const noComponent = -1

// reference points at an id that was not known when it was read. Its place is
// kept in parts because most references turn out to be good.
type reference struct {
	id    string
	list  string
	i     int
	field string // within the element, "" is the element itself
	j     int    // in the field, if it is a list; else -1
}

func (r reference) pointer() string {
	path := []string{r.list, strconv.Itoa(r.i)}
	if r.field != "" {
		path = append(path, r.field)
	}
	if r.j >= 0 {
		path = append(path, strconv.Itoa(r.j))
	}
	return pointer(path...)
}

// define adds an id. where is called only if there is something to report.
func (r *refs) define(id string, component int, where func() string) {
	if id == "" {
		return
	}
	if r.ids == nil {
		r.ids = map[string]int{}
	}
	_, ok := r.ids[id]
	switch {
	case ok:
		r.report(CodeDuplicateRef, where(), fmt.Sprintf("the id %.200q is used before: every id is used once", id))
	case len(r.ids) < maxRefs:
		r.ids[id] = component
	default:
		r.overflow()
	}
}

// defineNew adds ids that are none of components. If one of them is used before
// or there are too many, it adds none and returns false.
func (r *refs) defineNew(ids []string) bool {
	if r.ids == nil {
		r.ids = map[string]int{}
	}
	for i, id := range ids {
		if _, used := r.ids[id]; used || len(r.ids) == maxRefs {
			for _, added := range ids[:i] {
				delete(r.ids, added)
			}
			return false
		}
		r.ids[id] = noComponent
	}
	return true
}

// setComponent says which component has an id that is already defined.
func (r *refs) setComponent(id string, component int) {
	if known, ok := r.ids[id]; ok && known == noComponent {
		r.ids[id] = component
	}
}

// component returns the index of the component with an id.
func (r *refs) component(id string) (int, bool) {
	i, ok := r.ids[id]
	return i, ok && i != noComponent
}

// use notes a reference to an id.
func (r *refs) use(ref reference) {
	if _, ok := r.ids[ref.id]; ok || ref.id == "" {
		return
	}
	if len(r.pending) == maxRefs {
		r.overflow()
		return
	}
	r.pending = append(r.pending, ref)
}

func (r *refs) overflow() {
	if !r.full {
		r.report(CodeLimit, "", fmt.Sprintf("more than %d ids or references: the rest are not kept, nor checked", maxRefs))
	}
	r.full = true
}

// finish reports what points at nothing.
func (r *refs) finish() {
	if r.full {
		return // an id that was not remembered may be the target
	}
	for _, ref := range r.pending {
		if _, ok := r.ids[ref.id]; !ok {
			r.report(CodeDanglingRef, ref.pointer(), fmt.Sprintf("nothing in the document has the id %.200q", ref.id))
		}
	}
}
