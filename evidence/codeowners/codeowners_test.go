package codeowners_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence/codeowners"
)

// parse parses a file that the test expects to be one.
func parse(t testing.TB, d codeowners.Dialect, text string) *codeowners.File {
	t.Helper()
	f, err := codeowners.Parse(d, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// owners returns for one path "section: owners" of every rule that holds.
func owners(t testing.TB, f *codeowners.File, path string) string {
	t.Helper()
	r, err := f.Evaluate([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, q := range r.Required {
		text := strings.Join(q.Owners, " ")
		if q.Section != "" {
			text = q.Section + ": " + text
		}
		if q.Optional {
			text = "^" + text
		}
		if q.Approvals != 1 {
			text += fmt.Sprintf(" x%d", q.Approvals)
		}
		list = append(list, text)
	}
	if (len(list) == 0) != (len(r.Unowned) == 1) {
		t.Errorf("%s: required %v, unowned %v", path, list, r.Unowned)
	}
	return strings.Join(list, "; ")
}

func check(t *testing.T, f *codeowners.File, want map[string]string) {
	t.Helper()
	for path, w := range want {
		if got := owners(t, f, path); got != w {
			t.Errorf("owners of %q = %q, want %q", path, got, w)
		}
	}
}

func problems(f *codeowners.File) string {
	var lines []string
	for _, p := range f.Problems {
		lines = append(lines, fmt.Sprint(p.Line))
	}
	return strings.Join(lines, " ")
}

// The rules are in the style of GitHub's own example.
func TestGitHub(t *testing.T) {
	f := parse(t, codeowners.GitHub, `# comment
*       @global1 @global2

*.js    @js-owner #inline comment
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
/apps/my\ files/ @space
/apps/a?c @q
/apps/x*y/z @glob
/top* @top
`)
	check(t, f, map[string]string{
		"README": "@global1 @global2", "a/b.js": "@js-owner", ".x/y.go": "docs@example.com", "a.txt": "@octo-org/octocats",
		"build/logs/x": "@octocat", "build/logs/x/y": "@octocat", "a/build/logs2/x": "@global1 @global2",
		"docs/x": "@doctocat", "a/docs/x": "@global1 @global2", "a/apps/x/y": "@octocat",
		"apps/github": "", "apps/github/x": "", "apps/x": "@octocat", "deeply/nested/logs": "@octocat",
		"apps/my files/x": "@space", "apps/abc": "@q", "apps/aéc/x": "@q", "apps/ac": "@octocat",
		"apps/x1y/z": "@glob", "apps/x/y/z": "@octocat", "topic": "@top", "topic/x": "@top", "a/topic": "@global1 @global2",
	})
	if got := problems(f); got != "" {
		t.Errorf("problems in lines %s", got)
	}
	if got := strings.Join(f.Owners()[:4], " "); got != "@doctocat @glob @global1 @global2" {
		t.Errorf("Owners = %s", got)
	}
}

// What one asterisk and a bare name match, as GitHub says.
func TestGitHubDirectories(t *testing.T) {
	f := parse(t, codeowners.GitHub, "docs/* @a\nsrc @b\n/ @c\nx/**/z @d\n")
	check(t, f, map[string]string{
		"docs/getting-started.md": "@a", "docs/build-app/troubleshooting.md": "", "a/docs/x": "",
		"src": "@b", "src/x": "@b", "a/src/x/y": "@b", "srcs": "",
		"x/z": "@d", "x/1/2/z/w": "@d", "x/1": "",
	})
}

// GitHub skips lines with an error as a whole.
func TestGitHubProblems(t *testing.T) {
	f := parse(t, codeowners.GitHub, "* @all\n!*.md @a\n\\#x @a\n[ab].go @a\n/secret/ @a bob\n*** @a\n/x @a/b/c\nsec/ @\n")
	if got := problems(f); got != "2 3 4 5 6 7 8" {
		t.Errorf("problems in lines %s", got)
	}
	check(t, f, map[string]string{"secret/x": "@all", "x": "@all", "a.md": "@all"})
}

func TestGitLabSections(t *testing.T) {
	f := parse(t, codeowners.GitLab, `* @general-approvers

[Documentation][2] @docs-team
docs/
README.md

^[Database] @database-team @agarcia
model/db/
config/db/database-setup.md @docs-team

[DOCUMENTATION]
*.txt @group/sub.group @@maintainers
!README.txt
`)
	check(t, f, map[string]string{
		"x":                           "@general-approvers",
		"docs/x/y":                    "@general-approvers; Documentation: @docs-team x2",
		"a/README.md":                 "@general-approvers; Documentation: @docs-team x2",
		"model/db/CHANGELOG.txt":      "@general-approvers; ^Database: @database-team @agarcia; Documentation: @group/sub.group @@maintainers x2",
		"config/db/database-setup.md": "@general-approvers; ^Database: @docs-team",
		"docs/README.txt":             "@general-approvers",
	})
	if got := problems(f); got != "" {
		t.Errorf("problems in lines %s", got)
	}
}

// The unnamed section, sections and the last pattern within each.
func TestGitLabReadmeOwners(t *testing.T) {
	f := parse(t, codeowners.GitLab, "* @admin\n\n[README Owners]\nREADME.md @user1 @user2\ninternal/README.md @user4\n\n[README other owners]\nREADME.md @user3\n")
	check(t, f, map[string]string{
		"README.md":          "@admin; README Owners: @user1 @user2; README other owners: @user3",
		"internal/README.md": "@admin; README Owners: @user4; README other owners: @user3",
	})
}

// An excluded path stays excluded within its section, wherever the exclusion
// stands, and only there.
func TestGitLabExclusions(t *testing.T) {
	f := parse(t, codeowners.GitLab, `* @default
!pom.xml
[Ruby]
*.rb @ruby-team
!/config/**/*.rb
/config/routes.rb @ops
[Config]
/config/ @ops-team
`)
	check(t, f, map[string]string{
		"pom.xml": "", "a/pom.xml": "", "x.rb": "@default; Ruby: @ruby-team",
		"config/routes.rb": "@default; Config: @ops-team", "config/a/b.rb": "@default; Config: @ops-team",
	})
}

func TestGitLabPatterns(t *testing.T) {
	for pattern, paths := range map[string][2]string{ // what it matches and what not
		"/README.md":         {"README.md", "docs/README.md"},
		"internal/README.md": {"internal/README.md docs/api/internal/README.md", "internal/x/README.md"},
		"docs":               {"docs a/docs", "docs/x"},
		"/docs/":             {"docs/x docs/x/y docs/.z", "a/docs/x docs"},
		"/docs/*":            {"docs/x docs/.x", "docs/x/y"},
		"/docs/**":           {"docs/x", "docs/x/y"},
		"/docs/**/index.md":  {"docs/index.md docs/a/b/index.md", "index.md docs/a/xindex.md"},
		"/docs/*spec*":       {"docs/qa_specs.rb docs/spec", "docs/a/spec"},
		"**/generated/":      {"generated/x a/b/generated/c/d", "generated"},
		`\#file`:             {"#file a/#file", "file"},
		"[a-c]x":             {"", "ax"}, // GitLab reads the head of a section
		"/[a-c!]x":           {"ax !x", "dx x"},
		"/[!a]?":             {"bé éa", "ab b"},
		"/[]a]":              {"] a", "b"},
		"/[z-":               {"", "z ["},
		`/a\*b`:              {"a*b", "axb"},
		"/a**b":              {"ab axxb", "a/b"},
	} {
		f := parse(t, codeowners.GitLab, pattern+" @o\n")
		for i, list := range paths {
			for path := range strings.FieldsSeq(list) {
				if got := owners(t, f, path); (got == "@o") != (i == 0) {
					t.Errorf("%q on %q: owners %q", pattern, path, got)
				}
			}
		}
	}
	f := parse(t, codeowners.GitLab, "path\\ with\\ spaces/*.m @o\n")
	check(t, f, map[string]string{"path with spaces/a.m": "@o", "x/path with spaces/b.m": "@o", "path": ""})
}

func TestGitLabProblems(t *testing.T) {
	f := parse(t, codeowners.GitLab, `/path/* @group user_without_at_symbol @user_with_at_symbol
/nobody
[Section name
^[Optional][3]
[Zero][0] @z
[Word][x] @w
[]
!
[Rest]rest
/c @a  # see @b
/r @@reporter
`)
	if got := problems(f); got != "1 2 3 3 3 4 5 6 7 8 9 9 11 11" {
		t.Errorf("problems in lines %s", got)
	}
	check(t, f, map[string]string{
		"path/x": "@group @user_with_at_symbol", "nobody": "", "c": "Rest: @a @b",
	})
}

// A pattern that stands twice in a section keeps its place, with the owners that
// were written last.
func TestGitLabRepeatedPattern(t *testing.T) {
	f := parse(t, codeowners.GitLab, "*.rb @a\nx.rb @b\n*.rb @c\n")
	check(t, f, map[string]string{"y.rb": "@c", "x.rb": "@b"})
}

// Of two heads of one section the stricter holds.
func TestGitLabStricterHead(t *testing.T) {
	f := parse(t, codeowners.GitLab, "^[A]\n/a @a\n[a][2]\n/b @b\n^[B]\n/c @c\n^[b]\n/d @d\n")
	check(t, f, map[string]string{"a": "A: @a x2", "b": "A: @b x2", "c": "^B: @c", "d": "^B: @d"})
}

func TestParseRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"large": strings.Repeat("#", codeowners.MaxSize+1), "binary": "* @a\x00",
		"many": strings.Repeat("* @a\n", 20_001),
	} {
		for _, d := range []codeowners.Dialect{codeowners.GitHub, codeowners.GitLab} {
			if _, err := codeowners.Parse(d, []byte(data)); err == nil {
				t.Errorf("%s, %s: no error", d, name)
			}
		}
	}
	if _, err := codeowners.Parse("gitea", nil); err == nil {
		t.Error("unknown dialect: no error")
	}
	f := parse(t, codeowners.GitHub, strings.Repeat("!x @a\n", 20_000))
	if len(f.Problems) != 1000 {
		t.Errorf("%d problems are listed", len(f.Problems))
	}
}

func TestRead(t *testing.T) {
	tree := map[string]string{"CODEOWNERS": "* @root\n", "docs/CODEOWNERS": "* @docs\n", ".gitlab/CODEOWNERS": "* @lab\n"}
	file := func(path string) ([]byte, error) {
		text, ok := tree[path]
		if !ok {
			return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		}
		return []byte(text), nil
	}
	for _, step := range []struct {
		dialect codeowners.Dialect
		add     string
		want    string
	}{{codeowners.GitHub, "", "CODEOWNERS"}, {codeowners.GitLab, "", "CODEOWNERS"}, {codeowners.GitHub, ".github/CODEOWNERS", ".github/CODEOWNERS"}} {
		if step.add != "" {
			tree[step.add] = "* @hub\n"
		}
		if f, path, err := codeowners.Read(step.dialect, file); err != nil || path != step.want || len(f.Owners()) != 1 {
			t.Errorf("Read(%s) = %s, %v, want %s", step.dialect, path, err, step.want)
		}
	}
	clear(tree)
	if _, _, err := codeowners.Read(codeowners.GitHub, file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	tree["CODEOWNERS"] = "\x00"
	if _, path, err := codeowners.Read(codeowners.GitHub, file); err == nil || path != "CODEOWNERS" {
		t.Errorf("binary: %s, %v", path, err)
	}
	// A file that may be there hides the ones after it.
	gone := errors.New("not embedded")
	if _, _, err := codeowners.Read(codeowners.GitHub, func(string) ([]byte, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("err = %v", err)
	}
	if _, _, err := codeowners.Read("gitea", file); err == nil {
		t.Error("unknown dialect: no error")
	}
}

func TestEvaluate(t *testing.T) {
	f := parse(t, codeowners.GitHub, "\ufeff*.go @go\r\n/docs/ @docs\r\n")
	got, err := f.Evaluate([]string{"a.go", "docs/x", "x", "y/b.go"})
	want := codeowners.Result{
		Required: []codeowners.Requirement{
			{Approvals: 1, Owners: []string{"@go"}, Pattern: "*.go", Line: 1, Paths: []string{"a.go", "y/b.go"}},
			{Approvals: 1, Owners: []string{"@docs"}, Pattern: "/docs/", Line: 2, Paths: []string{"docs/x"}},
		},
		Unowned: []string{"x"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func ExampleFile_Evaluate() {
	f, err := codeowners.Parse(codeowners.GitLab, []byte("* @all\n[Payments][2] @pay\n/payments/\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := f.Evaluate([]string{"payments/fee.go"})
	for _, r := range result.Required {
		fmt.Println(r.Section, r.Owners, r.Approvals)
	}
	fmt.Println(err)
	// Output:
	//  [@all] 1
	// Payments [@pay] 2
	// <nil>
}
