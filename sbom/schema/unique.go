package schema

import (
	"hash/maphash"
	"reflect"
)

// hasher finds equal values by their hashes. It remembers those of arrays and
// objects: with lists within lists, each level would hash all below it again.
type hasher struct {
	seed maphash.Seed
	kept map[uintptr]uint64 // by the address of the array or object
	fits map[fitted]bool
}

// fitted is an object and a schema that has judged it.
type fitted struct {
	schema *Schema
	object uintptr
}

func newHasher() *hasher {
	return &hasher{seed: maphash.MakeSeed()}
}

// duplicate finds two equal elements, i before j. Elements are compared only
// if their hashes are equal, so a large array takes no more time for each.
func (h *hasher) duplicate(list []any) (i, j int, found bool) {
	if len(list) < 2 {
		return 0, 0, false
	}
	last := make(map[uint64]int, len(list)) // element of a hash, counted from 1
	before := make([]int, len(list))        // the element of the same hash before it
	for j, v := range list {
		sum := h.hash(v)
		for i := last[sum]; i > 0; i = before[i-1] {
			if equal(list[i-1], v) {
				return i - 1, j, true
			}
		}
		last[sum], before[j] = j+1, last[sum]
	}
	return 0, 0, false
}

// hash is equal for equal values.
func (h *hasher) hash(v any) uint64 {
	switch v := v.(type) {
	case map[string]any:
		return h.remember(reflect.ValueOf(v).Pointer(), func() uint64 { return h.object(v) })
	case []any:
		if len(v) > 0 { // empty arrays may share an address
			return h.remember(reflect.ValueOf(v).Pointer(), func() uint64 { return h.array(v) })
		}
		return h.array(v)
	case string:
		return maphash.String(h.seed, v)
	}
	return maphash.Comparable(h.seed, v)
}

func (h *hasher) remember(address uintptr, hash func() uint64) uint64 {
	if sum, ok := h.kept[address]; ok {
		return sum
	}
	if h.kept == nil {
		h.kept = map[uintptr]uint64{}
	}
	sum := hash()
	h.kept[address] = sum
	return sum
}

// container is what is hashed for an array or an object.
type container struct {
	kind       types
	name, part uint64
}

func (h *hasher) object(v map[string]any) uint64 {
	sum := maphash.Comparable(h.seed, container{kind: typeObject})
	for name, member := range v { // in any order, hence the sum
		sum += maphash.Comparable(h.seed, container{typeObject, maphash.String(h.seed, name), h.hash(member)})
	}
	return sum
}

func (h *hasher) array(v []any) uint64 {
	sum := maphash.Comparable(h.seed, container{kind: typeArray})
	for _, element := range v {
		sum = maphash.Comparable(h.seed, container{typeArray, sum, h.hash(element)})
	}
	return sum
}

// equal reports whether two values are equal (draft-07, section 4.2.1).
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, v := range a {
			if w, ok := b[name]; !ok || !equal(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i, v := range a {
			if !equal(v, b[i]) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}
