package cel_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify/cel"
	"github.com/release-dossier/dossier/verify/policy"
)

func TestHolds(t *testing.T) {
	input := map[string]any{
		"gate": "final", "kinds": []any{"normal"},
		"records": []any{map[string]any{"kind": "promotion", "record": map[string]any{"environment": "production", "targets": []any{"eu", "us"}}}},
		"commits": []any{map[string]any{"message": "feat: x (#1)"}},
	}
	for _, test := range []struct {
		rule  string
		holds bool
		err   string
	}{
		{`input.gate == "final"`, true, ""},
		{`input.gate == "tag"`, false, ""},
		{`input.records.exists(r, r.kind == "promotion" && size(r.record.targets) >= 2)`, true, ""},
		{`input.commits.all(c, c.message.matches("^(feat|fix)"))`, true, ""},
		{`input.records[0].record.missing == ""`, false, "no such key: missing"},
		{`input.nothing`, false, "no such key: nothing"},
		{`input.gate`, false, "want true or false"},
		{`input.records[9].kind == "x"`, false, "index"},
	} {
		x, err := cel.Compiler{}.Compile(test.rule)
		if err != nil {
			t.Errorf("%s: %v", test.rule, err)
			continue
		}
		holds, err := x.Holds(input)
		if holds != test.holds || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %v, %v", test.rule, holds, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	for rule, want := range map[string]string{
		`input.gate ==`:        "line 1, column 14",
		`inputs.gate == "x"`:   "undeclared reference to 'inputs'",
		`1 + 2`:                "want true or false",
		`"a" == 1`:             "found no matching overload",
		"true &&\n  now() > 1": "line 2, column 6: undeclared reference to 'now'",
	} {
		if _, err := (cel.Compiler{}).Compile(rule); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// TestCost: a rule that looks at everything four times over ends.
func TestCost(t *testing.T) {
	var list []any
	for i := range 1000 {
		list = append(list, int64(i))
	}
	x, err := cel.Compiler{}.Compile(`input.l.all(a, input.l.all(b, input.l.all(c, input.l.all(d, a + b + c + d >= 0))))`)
	if err != nil {
		t.Fatal(err)
	}
	if holds, err := x.Holds(map[string]any{"l": list}); holds || !errors.Is(err, policy.ErrCost) {
		t.Errorf("%v, %v", holds, err)
	}
}

// FuzzCompile: whatever a policy holds is compiled or refused.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{`input.gate == "final"`, `[1,2].map(x, x*2) == [2,4]`, `"%s".format([input])`, `{}`, "\x00", `input.l.all(a, a)`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		if len(rule) > 512 {
			return
		}
		x, err := cel.Compiler{}.Compile(rule)
		if err != nil {
			return
		}
		if _, err := x.Holds(map[string]any{"gate": "final"}); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("an error of several lines: %q", err)
		}
	})
}
