package controlvectors

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const controls = "../../testdata/controls"

// patched is the base release with a patch.
func patched(t *testing.T, patch string) *Case {
	t.Helper()
	s, err := Load(controls)
	if err != nil {
		t.Fatal(err)
	}
	return &Case{document: merge(s.Base.document, parse(t, patch)).(map[string]any), maker: s.maker}
}

// TestSlipsOfThePen checks that what is written wrong is told with its place,
// and never becomes a release that shows something else.
func TestSlipsOfThePen(t *testing.T) {
	for _, c := range []struct{ patch, want string }{
		{`{statement: {}}`, "statement: unknown section"},
		{`{as-of: today}`, "as-of: "},
		{`{gate: prod}`, `gate: unknown gate "prod"`},
		{`{statements: {70-x: {kind: aproval, signed-by: lena, record: {}}}}`, `statements.70-x.kind: there is no kind "aproval"`},
		{`{statements: {70-x: {kind: approval, signed-by: lna, record: {}}}}`, "statements.70-x"},
		{`{statements: {60-approval-lena: {signed-by: lna}}}`, `statements.60-approval-lena: signed-by: there is no key "lna"`},
		{`{statements: {60-approval-lena: {signed-by: []}}}`, "statements.60-approval-lena.signed-by: want the name of a key"},
		{`{statements: {60-approval-lena: {record: {rational: x}}}}`, "statements.60-approval-lena.record: "},
		{`{statements: {60-approval-lena: {after: [approval-omar]}}}`, `statements.60-approval-lena.after: there is no statement "approval-omar" before it`},
		{`{statements: {61-approval-lena: {kind: approval}}}`, "statements.61-approval-lena"},
		{`{statements: {approval: {kind: approval}}}`, "statements: every name begins with the number of its place"},
		{`{git: {commits: {61-prepare: {parents: [nobody]}}}}`, "git.commits.61-prepare: parents: there is no commit nobody before it"},
		{`{git: {commits: {61-prepare: {athor: x}}}}`, "git.commits.61-prepare: "},
		{`{git: {tags: {20-release: {commit: tip}}}}`, `git.tags.20-release: commit: there is no commit "tip"`},
		{`{release: {artifacts: {20-other: {name: other}}}}`, `release.artifacts.1: there is no artifact "other"`},
		{`{release: {kind: service}}`, "release: at /kind"},
		{`{sboms: {payments: {about: [paymnts]}}}`, `sboms.payments: there is no artifact "paymnts"`},
		{`{policy: {extends: maximal}}`, "policy.extends"},
		{`{trust: {rolls: {}}}`, "rolls: unknown key"},
	} {
		_, _, _, err := patched(t, c.patch).Build()
		if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(c.want, "policy.")) {
			t.Errorf("%s: %v, want %s", c.patch, err, c.want)
		}
	}
}

// TestCaseFiles checks what a case's file must be.
func TestCaseFiles(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"tag/annotated/fail-x.yaml", "# why\nwant: { outcome: pass }\n", "a file name that begins with pass"},
		{"tag/annotated/fail-x.yaml", "want: { outcome: fail }\n", "say in a comment"},
		{"tag/annotated/fail-x.yaml", "# why\nwant: { outcome: failed }\n", `unknown outcome "failed"`},
		{"tag/annotated/fail-x.yaml", "# why\nwnat: { outcome: fail }\n", `did you mean "want"?`},
		{"tag/annotated/fail-x.yaml", "# why\nwant: { outcome: fail }\nalso: { a/b: bad }\n", `also.a/b: unknown outcome "bad"`},
		{"tag/annotated/fail-x.yml", "# why\nwant: { outcome: fail }\n", "want THEME/CONTROL/OUTCOME-WORD.yaml"},
		{"tag/fail-x.yaml", "# why\nwant: { outcome: fail }\n", "want THEME/CONTROL/OUTCOME-WORD.yaml"},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"base/10-x.yaml": "gate: final\n", c.name: c.text} {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v, want %s", c.name, c.text, err, c.want)
		}
	}
}

// TestBuildIsDeterministic checks that a case is the same bytes each time it is
// made, so that others can compare theirs.
func TestBuildIsDeterministic(t *testing.T) {
	var states []string
	for range 2 {
		d, _, _, err := patched(t, "{}").Build()
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range d.Statements() {
			states = append(states, st.ID.String()+" "+st.Signatures[0].ID.String())
		}
	}
	half := len(states) / 2
	if strings.Join(states[:half], " ") != strings.Join(states[half:], " ") {
		t.Errorf("%v", states)
	}
}
