package codeowners_test

import (
	"strings"
	"testing"

	oracle "github.com/hmarr/codeowners"
	"github.com/release-dossier/dossier/evidence/codeowners"
	"pgregory.net/rapid"
)

// GitHub's patterns match what a library reads that many tools use.
func TestGitHubLikeTheLibrary(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "b", "ab", "a.b", "*", "**", "a*", "*b", "?", "a?", "*.*", `a\*`, "c\\ d", "a**b"})
	name := rapid.SampledFrom([]string{"a", "b", "ab", "a.b", "aab", ".a", "a*", "c d", "x"})
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.SampledFrom([]string{"", "/"}).Draw(t, "start") +
			strings.Join(rapid.SliceOfN(part, 1, 4).Draw(t, "parts"), "/") +
			rapid.SampledFrom([]string{"", "/"}).Draw(t, "end")
		if strings.HasSuffix(pattern, "**/") || strings.Contains(pattern, "**/**") {
			return // the library lets some of these match nothing
		}
		path := strings.Join(rapid.SliceOfN(name, 1, 5).Draw(t, "path"), "/")
		rules, err := oracle.ParseFile(strings.NewReader(pattern + " @o\n"))
		if err != nil {
			t.Fatal(err)
		}
		rule, err := rules.Match(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parse2(pattern).Evaluate([]string{path})
		if err != nil {
			t.Fatal(err)
		}
		if want := rule != nil; (len(got.Required) == 1) != want {
			t.Fatalf("%q on %q: %v, the library says %v", pattern, path, !want, want)
		}
	})
}

func parse2(pattern string) *codeowners.File {
	f, err := codeowners.Parse(codeowners.GitHub, []byte(pattern+" @o\n"))
	if err != nil {
		panic(err)
	}
	return f
}

func FuzzParse(f *testing.F) {
	f.Add("* @a\n*.go b@c.de # x\n/d\\ e/** @f/g\n!x\n", "d e/f.go")
	f.Add("^[A][2] @a\n/x/[!a-c]? @@owners\n!*.md\n[a]\n** @b/c\n", "x/d1")
	f.Fuzz(func(t *testing.T, text, path string) {
		for _, d := range []codeowners.Dialect{codeowners.GitHub, codeowners.GitLab} {
			file, err := codeowners.Parse(d, []byte(text))
			if err != nil {
				continue
			}
			r, err := file.Evaluate([]string{path})
			if err != nil {
				continue
			}
			if len(r.Required) == 0 != (len(r.Unowned) == 1) {
				t.Errorf("%q: required %v, unowned %v", path, r.Required, r.Unowned)
			}
			for _, q := range r.Required {
				if len(q.Owners) == 0 || q.Approvals < 1 || q.Line < 1 || !strings.Contains(text, q.Pattern) {
					t.Errorf("requirement %+v", q)
				}
			}
		}
	})
}
