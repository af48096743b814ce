package controlvectors

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

func parse(t *testing.T, text string) any {
	t.Helper()
	var x tree
	if err := strictyaml.Decode("test.yaml", []byte(text), &x); err != nil {
		t.Fatal(err)
	}
	return x.value
}

// TestMerge runs the examples of RFC 7396, appendix A, that YAML can write.
func TestMerge(t *testing.T) {
	for _, c := range []struct{ target, patch, want string }{
		{`{a: b}`, `{a: c}`, `{a: c}`},
		{`{a: b}`, `{b: c}`, `{a: b, b: c}`},
		{`{a: b}`, `{a: null}`, `{}`},
		{`{a: b, b: c}`, `{a: null}`, `{b: c}`},
		{`{a: [b]}`, `{a: c}`, `{a: c}`},
		{`{a: c}`, `{a: [b]}`, `{a: [b]}`},
		{`{a: {b: c}}`, `{a: {b: d, c: null}}`, `{a: {b: d}}`},
		{`{a: [{b: c}]}`, `{a: [1]}`, `{a: [1]}`},
		{`[a, b]`, `[c, d]`, `[c, d]`},
		{`[1, 2]`, `{a: b, c: null}`, `{a: b}`},
		{`{}`, `{a: {bb: {ccc: null}}}`, `{a: {bb: {}}}`},
	} {
		target := parse(t, c.target)
		if diff := cmp.Diff(parse(t, c.want), merge(target, parse(t, c.patch))); diff != "" {
			t.Errorf("%s with %s: %s", c.target, c.patch, diff)
		}
		if diff := cmp.Diff(parse(t, c.target), target); diff != "" {
			t.Errorf("%s with %s changes the target: %s", c.target, c.patch, diff)
		}
	}
}

func TestExpand(t *testing.T) {
	x := vars{"commit.tip": "c0ffee", "actor.ana": map[string]any{"id": "a"}}
	for _, c := range []struct{ in, want, err string }{
		{`{l: {10-b: x, 9-a: y, "100": z}}`, `{l: [y, x, z]}`, ""},
		{`{l: {10-b: {n: 1}}, m: {a1: x}}`, `{l: [{n: 1}], m: {a1: x}}`, ""},
		{`{l: {}, m: []}`, `{l: {}, m: []}`, ""},
		{`{by: "${actor.ana}"}`, `{by: {id: a}}`, ""},
		{`{s: "at ${commit.tip}, ${commit.tip}."}`, `{s: "at c0ffee, c0ffee."}`, ""},
		{`{s: "$5 {x}"}`, `{s: "$5 {x}"}`, ""},
		{`{s: ["${commit.tpi}"]}`, "", "at.s.0: unknown placeholder ${commit.tpi}: did you mean ${commit.tip}?"},
		{`{s: "${commit.of-another-name}"}`, "", "at.s: unknown placeholder ${commit.of-another-name}: at this place there are ${commit.tip}"},
		{`{s: "by ${actor.ana}"}`, "", "at.s: ${actor.ana} stands for an object and cannot be part of a text"},
		{`{s: "${commit.tip"}`, "", `at.s: a placeholder has no end: "${commit.tip"`},
	} {
		got, err := x.expand("at", parse(t, c.in))
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: %v, want %s", c.in, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
		} else if diff := cmp.Diff(parse(t, c.want), got); diff != "" {
			t.Errorf("%s: %s", c.in, diff)
		}
	}
}

// TestWithout checks that rewriting a case keeps what people wrote.
func TestWithout(t *testing.T) {
	const in = "# why\npatch:\n  also: { x: y }\nwant: { outcome: fail }\nalso:\n  a/b: fail\n\n  c/d: warn\n# end\nlayers: {}\n"
	const want = "# why\npatch:\n  also: { x: y }\n# end\n"
	if got := without(in, "want", "also", "layers"); got != want {
		t.Errorf("got %q", strings.TrimSpace(got))
	}
}
