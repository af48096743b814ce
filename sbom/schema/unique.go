package schema

import "hash/maphash"

// duplicate finds two equal elements, i before j. Elements are compared only
// if their hashes are equal, so a large array takes no more time for each.
func duplicate(list []any) (i, j int, found bool) {
	if len(list) < 2 {
		return 0, 0, false
	}
	seed := maphash.MakeSeed()
	last := make(map[uint64]int, len(list)) // element of a hash, counted from 1
	before := make([]int, len(list))        // the element of the same hash before it
	for j, v := range list {
		h := hash(seed, v)
		for i := last[h]; i > 0; i = before[i-1] {
			if equal(list[i-1], v) {
				return i - 1, j, true
			}
		}
		last[h], before[j] = j+1, last[h]
	}
	return 0, 0, false
}

// container is what is hashed for an array or an object.
type container struct {
	kind       types
	name, part uint64
}

// hash is equal for equal values.
func hash(seed maphash.Seed, v any) uint64 {
	switch v := v.(type) {
	case map[string]any:
		sum := maphash.Comparable(seed, container{kind: typeObject})
		for name, member := range v { // in any order, hence the sum
			sum += maphash.Comparable(seed, container{typeObject, maphash.String(seed, name), hash(seed, member)})
		}
		return sum
	case []any:
		sum := maphash.Comparable(seed, container{kind: typeArray})
		for _, element := range v {
			sum = maphash.Comparable(seed, container{typeArray, sum, hash(seed, element)})
		}
		return sum
	case string:
		return maphash.String(seed, v)
	}
	return maphash.Comparable(seed, v)
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
