package license

import (
	"fmt"
	"strings"
	"testing"
)

// shape writes an expression with all its parentheses.
func shape(e Expression) string {
	list, operator := e.All, " AND "
	if e.Any != nil {
		list, operator = e.Any, " OR "
	}
	if list == nil {
		return e.License.String()
	}
	var parts []string
	for _, sub := range list {
		parts = append(parts, shape(sub))
	}
	return "(" + strings.Join(parts, operator) + ")"
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"MIT":                           "MIT",
		"GPL-2.0+":                      "GPL-2.0+",
		"MIT OR Apache-2.0 AND BSD-2":   "(MIT OR (Apache-2.0 AND BSD-2))",
		"(MIT or Apache-2.0) and BSD-2": "((MIT OR Apache-2.0) AND BSD-2)",
		"GPL-2.0-only WITH Classpath-exception-2.0 OR MIT": "(GPL-2.0-only WITH Classpath-exception-2.0 OR MIT)",
		"DocumentRef-a:LicenseRef-b AND LicenseRef-c":      "(DocumentRef-a:LicenseRef-b AND LicenseRef-c)",
		"((MIT))": "MIT",
	} {
		e, err := Parse(in)
		if err != nil || shape(e) != want {
			t.Errorf("Parse(%q) = %s, %v, want %s", in, shape(e), err, want)
		}
	}
	for _, in := range []string{
		"", "(", ")", "MIT)", "(MIT", "MIT Apache-2.0", "MIT OR", "OR MIT", "MIT AND AND MIT", "MIT WITH", "MIT WITH (A)", "And",
		"my licence", "MIT/Apache-2.0", "a:b", "+", strings.Repeat("(", 100) + "MIT" + strings.Repeat(")", 100), strings.Repeat("MIT OR ", 20_000) + "MIT",
	} {
		if e, err := Parse(in); err == nil {
			t.Errorf("Parse(%.50q) = %s, want an error", in, shape(e))
		}
	}
}

func TestPermit(t *testing.T) {
	tests := []struct {
		allow, deny, licence string
		want                 bool
	}{
		{"", "", "anything at all", true},
		{"MIT", "", "mit", true},
		{"MIT", "", "Apache-2.0", false},
		{"MIT", "", "Apache-2.0 OR MIT", true},
		{"MIT", "", "Apache-2.0 AND MIT", false},
		{"MIT,Apache-2.0", "", "Apache-2.0 AND MIT", true},
		{"", "GPL-2.0-only", "GPL-2.0", false},
		{"", "GPL-2.0", "GPL-2.0-only", false},
		{"", "GPL-2.0-or-later", "GPL-2.0+", false},
		{"", "GPL-2.0-only", "GPL-2.0-or-later", true},
		{"", "GPL-*", "LGPL-2.1-only", true},
		{"", "GPL-*", "GPL-3.0-or-later WITH Bison-exception-2.2", false},
		{"", "GPL-*", "GPL-3.0-only OR MIT", true},
		{"GPL-2.0-only WITH Classpath-exception-2.0", "", "GPL-2.0 WITH Classpath-exception-2.0", true},
		{"GPL-2.0-only WITH Classpath-exception-2.0", "", "GPL-2.0-only", false},
		{"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-*", "GPL-2.0-only WITH Classpath-exception-2.0", true},
		{"GPL-2.0-only", "", "GPL-2.0-only WITH Classpath-exception-2.0", true},
		{"Apache-2.0", "", "Apache-2.0+", true},
		{"", "Our Own Licence", "our own licence", false},
		{"Our Own Licence", "", "Our Own Licence", true},
		{"LicenseRef-a", "", "LicenseRef-b", false},
		// Broken or too long, an expression hides nothing that is denied.
		{"", "AGPL-*", "MIT AND AGPL-3.0-only AND", false}, {"", "AGPL-3.0-or-later", "(MIT AND AGPL-3.0+", false},
		{"", "AGPL-*", strings.Repeat("MIT AND ", 10_000) + "AGPL-3.0-only", false}, {"", "AGPL-*", "The MIT License", true},
	}
	for _, tt := range tests {
		l := Lists{Allow: fields(tt.allow), Deny: fields(tt.deny)}
		if got := l.Permit(tt.licence); got != tt.want {
			t.Errorf("allow %q, deny %q: %q is %v, want %v", tt.allow, tt.deny, tt.licence, got, tt.want)
		}
	}
}

func fields(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func ExampleLists_Permit() {
	l := Lists{Deny: []string{"AGPL-*"}}
	fmt.Println(l.Permit("AGPL-3.0-only"), l.Permit("AGPL-3.0-only OR MIT"))
	// Output: false true
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"MIT OR (Apache-2.0 AND LicenseRef-a+) WITH b", "((", "DocumentRef-a:LicenseRef-b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Parse(s)
		Lists{Allow: []string{"MIT"}, Deny: []string{"GPL-*"}}.Permit(s)
		if err != nil {
			return
		}
		again, err := Parse(shape(e))
		if err != nil || shape(again) != shape(e) {
			t.Fatalf("%q is %s, and that is %s, %v", s, shape(e), shape(again), err)
		}
	})
}
