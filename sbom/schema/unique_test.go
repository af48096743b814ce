package schema

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDuplicate(t *testing.T) {
	object := func(names ...string) any {
		m := map[string]any{}
		for i, name := range names {
			m[name] = float64(i)
		}
		return m
	}
	tests := []struct {
		name  string
		list  []any
		found bool
	}{
		{"empty", nil, false},
		{"one", []any{1.0}, false},
		{"strings", []any{"a", "b", "a"}, true},
		{"one of each type", []any{nil, false, 0.0, "", []any{}, map[string]any{}}, false},
		{"null twice around objects", []any{map[string]any{}, nil, map[string]any{}}, true},
		{"zeros", []any{0.0, math.Copysign(0, -1)}, true},
		{"number and text", []any{1.0, "1", true}, false},
		{"objects", []any{object("a", "b"), object("a", "b")}, true},
		{"objects with other values", []any{object("a", "b"), object("b", "a")}, false},
		{"objects with more", []any{object("a"), object("a", "b")}, false},
		{"arrays", []any{[]any{"a", "b"}, []any{"b", "a"}}, false},
		{"nesting", []any{[]any{[]any{}, []any{}}, []any{[]any{[]any{}}}}, false},
		{"deep", []any{[]any{object("a"), nil}, 1.0, []any{object("a"), nil}}, true},
	}
	for _, tt := range tests {
		i, j, found := newHasher().duplicate(tt.list)
		if found != tt.found {
			t.Errorf("%s: got %v", tt.name, found)
		}
		if found && (i >= j || !equal(tt.list[i], tt.list[j])) {
			t.Errorf("%s: %d and %d are not two equal elements", tt.name, i, j)
		}
	}
}

func drawValue(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.SampledFrom([]float64{0, 1, 2}).AsAny(), rapid.SampledFrom([]string{"", "a", "b"}).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	return rapid.OneOf(append(leaves,
		rapid.Map(rapid.SliceOfN(drawValue(depth-1), 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"x", "y"}), drawValue(depth-1), 0, 2), func(m map[string]any) any { return m }),
	)...)
}

// TestDuplicateFindsWhatPairsShow compares all pairs.
func TestDuplicateFindsWhatPairsShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(drawValue(2), 0, 12).Draw(t, "list")
		want := false
		for i := range list {
			for j := range i {
				want = want || equal(list[i], list[j])
			}
		}
		if _, _, found := newHasher().duplicate(list); found != want {
			t.Fatalf("got %v, want %v", found, want)
		}
	})
}
