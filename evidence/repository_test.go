package evidence_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"pgregory.net/rapid"
)

func TestNormalRepository(t *testing.T) {
	const want = "https://github.com/Org/repo"
	for _, in := range []string{
		want, want + "/", want + ".git", want + ".git/", want + ".git.git",
		"http://github.com/Org/repo", "http://github.com:80/Org/repo", "https://github.com:443/Org/repo",
		"HTTPS://GitHub.COM./Org/repo.git",
		"https://user:secret@github.com/Org/repo.git",
		"git@github.com:Org/repo.git", "git@GITHUB.com:/Org/repo", "github.com:Org/repo",
		"ssh://git@github.com/Org/repo.git", "ssh://git@github.com:22/Org/repo", "git+ssh://git@github.com/Org/repo",
		"git://github.com/Org/repo.git", "github.com/Org/repo", "GitHub.com/Org/repo.git",
		"https://github.com/%4Frg/rep%6F%2egit",
	} {
		if got, err := evidence.NormalRepository(in); got != want || err != nil {
			t.Errorf("NormalRepository(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"https://gitlab.example.org:8443/a/b/c.git":    "https://gitlab.example.org:8443/a/b/c",
		"https://dev.azure.com/o/My%20Project/_git/r":  "https://dev.azure.com/o/My%20Project/_git/r",
		"http://localhost:3000/a/b":                    "https://localhost:3000/a/b",
		"ssh://git@gitlab.example.org:2222/a/b/c.git":  "https://gitlab.example.org/a/b/c",
		"alice@example.org:some/very/deep/repo.git///": "https://example.org/some/very/deep/repo",
	} {
		if got, err := evidence.NormalRepository(in); got != want || err != nil {
			t.Errorf("NormalRepository(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestNormalRepositoryRefuses(t *testing.T) {
	for _, in := range []string{
		"", "/srv/git/repo", "./repo", "../repo", "repo", "org/repo", "~/repo", `C:\repo`, "C:/repo", "C:repo",
		"file:///srv/git/repo", "ext::sh -c id", "javascript://x/y", "ftp://host/repo",
		"https://github.com", "https://github.com/", "https:///org/repo", "https://github.com/org//repo",
		"https://github.com/org/../repo", "https://github.com/org/%2e%2e/repo", "https://github.com/org%2frepo",
		"https://github.com/org/.git", "https://github.com/org/repo?x", "https://github.com/org/repo?", "https://github.com/org/repo#x",
		"https://git hub.com/org/repo", "https://github.com/org/re\npo", "https://github.com/org/re%0apo",
		"https://gıthub.com/org/repo", "https://[::1]/org/repo", "@:org/repo", "git@:org/repo",
		"https://github.com/" + strings.Repeat("a", 2000), "https://h%/x", "-oProxyCommand=x/y",
	} {
		got, err := evidence.NormalRepository(in)
		if err == nil {
			t.Errorf("NormalRepository(%.60q) = %q, want an error", in, got)
		}
	}
	_, err := evidence.NormalRepository("https://user:secret@ho st/")
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error shows the password: %v", err)
	}
	if _, err := evidence.NormalRepository("../repo"); !strings.Contains(err.Error(), "https://host/org/repo") {
		t.Errorf("the error names no remedy: %v", err)
	}
}

// What comes out is its own normal form.
func TestNormalRepositoryIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SampledFrom([]string{"https://", "ssh://git@", "git@", ""}).Draw(t, "scheme") +
			rapid.StringMatching(`[a-zA-Z.]{1,8}[:/]`).Draw(t, "host") + rapid.StringMatching(`[a-zA-Z0-9%/._~:@+ -]{0,30}(\.git|/)*`).Draw(t, "path")
		checkStable(t, in)
	})
}

func FuzzNormalRepository(f *testing.F) {
	f.Add("git@github.com:org/repo.git")
	f.Add("https://u:p@h.example:8443/a/%2e%2e/b%20c.git/")
	f.Fuzz(func(t *testing.T, in string) { checkStable(t, in) })
}

func checkStable(t interface{ Fatalf(string, ...any) }, in string) {
	once, err := evidence.NormalRepository(in)
	if err != nil {
		return
	}
	if twice, err := evidence.NormalRepository(once); twice != once || err != nil {
		t.Fatalf("NormalRepository(%q) = %q, and of that %q, %v", in, once, twice, err)
	}
	if !strings.HasPrefix(once, "https://") || strings.ContainsAny(once, " \n") {
		t.Fatalf("NormalRepository(%q) = %q", in, once)
	}
}

func ExampleNormalRepository() {
	uri, err := evidence.NormalRepository("git@GitHub.com:org/repo.git")
	fmt.Println(uri, err)
	// Output: https://github.com/org/repo <nil>
}
