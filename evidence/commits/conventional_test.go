package commits_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence/commits"
)

// The messages are the examples of the specification and one for each of its
// rules.
func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, message string
		want          commits.Commit
	}{
		{"1 type", "feat: allow x", commits.Commit{Type: "feat", Description: "allow x"}},
		{"4 scope", "feat(lang): add Polish language\n", commits.Commit{Type: "feat", Scope: "lang", Description: "add Polish language"}},
		{"13 bang", "feat!: send an email", commits.Commit{Type: "feat", Breaking: true, Description: "send an email"}},
		{"13 scope and bang", "feat(api)!: send an email", commits.Commit{Type: "feat", Scope: "api", Breaking: true, Description: "send an email"}},
		{"14 other type", "docs: correct spelling", commits.Commit{Type: "docs", Description: "correct spelling"}},
		{"15 case", "FIX: x", commits.Commit{Type: "fix", Description: "x"}},
		{"12 footer", "feat: allow config to extend\n\nBREAKING CHANGE: `extends` is used\nfor other files\n", commits.Commit{
			Type: "feat", Breaking: true, Description: "allow config to extend",
			Footers: []commits.Footer{{"BREAKING CHANGE", "`extends` is used\nfor other files"}},
		}},
		{"16 hyphen", "fix: x\n\nBREAKING-CHANGE: y", commits.Commit{
			Type: "fix", Breaking: true, Description: "x", Footers: []commits.Footer{{"BREAKING-CHANGE", "y"}},
		}},
		{"15 lower case is no breaking change", "fix: x\n\nBreaking-Change: y", commits.Commit{
			Type: "fix", Description: "x", Footers: []commits.Footer{{"Breaking-Change", "y"}},
		}},
		{"6 7 8 body and footers", "fix: prevent racing\r\n\r\nIntroduce an id.\r\n\r\nRemove timeouts.\r\n\r\nReviewed-by: Z\r\nRefs #123\r\n", commits.Commit{
			Type: "fix", Description: "prevent racing", Body: "Introduce an id.\n\nRemove timeouts.",
			Footers: []commits.Footer{{"Reviewed-by", "Z"}, {"Refs", "#123"}},
		}},
		{"10 several paragraphs of footers", "fix: x\n\nA: b\nc\n\nD: e", commits.Commit{
			Type: "fix", Description: "x", Footers: []commits.Footer{{"A", "b\nc"}, {"D", "e"}},
		}},
		{"body that looks like a footer", "fix: x\n\nNote: this\n\nis text", commits.Commit{
			Type: "fix", Description: "x", Body: "Note: this\n\nis text",
		}},
		{"breaking change within the body", "fix: x\n\ntext\nBREAKING CHANGE: y\n\nmore", commits.Commit{
			Type: "fix", Breaking: true, Description: "x", Body: "text",
			Footers: []commits.Footer{{"BREAKING CHANGE", "y\n\nmore"}},
		}},
		{"9 spaces are no token", "fix: x\n\nReviewed by: y", commits.Commit{Type: "fix", Description: "x", Body: "Reviewed by: y"}},
	} {
		got, err := commits.Parse(tt.message)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, message := range []string{
		"", "\n", "feat", "feat:", "feat: ", "feat:x", ": x", "(a): x", "feat(): x", "feat( ): x", "feat(a: x", "feat(a)b: x", "feat((a)): x",
		"feat !: x", "feat!!: x", "new feature: x", "Merge branch 'main'", "Revert \"feat: x\"", "feat: x\nbody without a blank line",
		" feat: x", "\nfeat: x", strings.Repeat("x", 2<<20),
	} {
		if got, err := commits.Parse(message); err == nil {
			t.Errorf("Parse(%.40q) = %+v, want an error", message, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("feat(api)!: x\n\nbody\n\nBREAKING CHANGE: y\nRefs #1\n")
	f.Fuzz(func(t *testing.T, message string) {
		c, err := commits.Parse(message)
		if err != nil {
			return
		}
		if c.Type == "" || c.Description == "" || strings.Contains(c.Description, "\n") {
			t.Errorf("Parse(%q) = %+v", message, c)
		}
	})
}

func ExampleParse() {
	c, err := commits.Parse("feat(api)!: send an email\n\nRefs: #12\n")
	fmt.Println(c.Type, c.Scope, c.Breaking, c.Footers, err)
	// Output: feat api true [{Refs #12}] <nil>
}
