package git

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

var snapshot = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// names lists branches; those whose line of first parents holds the release
// have a star.
func names(list []evidence.Branch) string {
	var out []string
	for _, b := range list {
		name := b.Name
		if b.FirstParent {
			name += "*"
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

// lines is a repository with a main line, a release branch that was cut from it
// and two hotfixes, as a clone of it.
func lines(t testing.TB) (*repo, string) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	r.Commit("two")
	r.Tag("v1.1.0")
	r.Git("branch", "release/1.1")
	r.Git("branch", "release/1.0", "v1.0.0")
	r.Commit("three")
	r.Git("checkout", "-q", "release/1.1")
	r.Commit("fix")
	r.Tag("v1.1.1")
	r.Git("checkout", "-q", "-b", "hotfix/1.1.2-PAY-1")
	r.Commit("hotfix")
	r.Tag("v1.1.2")
	r.Git("checkout", "-q", "main")
	r.Git("merge", "-q", "--no-ff", "-m", "forward", "hotfix/1.1.2-PAY-1")
	r.Commit("four")
	r.Tag("v1.2.0")
	r.Git("branch", "feature/x", "v1.0.0")
	clone := filepath.Join(t.TempDir(), "clone")
	r.Git("clone", "-q", "file://"+r.Dir, clone)
	return r, clone
}

func TestBranches(t *testing.T) {
	r, clone := lines(t)
	const active = "release/1.0 release/1.1"
	for tag, want := range map[string]struct{ source, containing string }{
		"v1.0.0": {"main", "feature/x* hotfix/1.1.2-PAY-1* main* release/1.0* release/1.1*"},
		"v1.1.0": {"main", "hotfix/1.1.2-PAY-1* main* release/1.1*"},
		"v1.1.1": {"release/1.1", "hotfix/1.1.2-PAY-1* main release/1.1*"},
		"v1.1.2": {"hotfix/1.1.2-PAY-1", "hotfix/1.1.2-PAY-1* main"},
		"v1.2.0": {"main", "main*"},
	} {
		res, _ := r.collect(Options{Dir: clone, Tag: tag, Now: snapshot})
		b := res.Branches
		if b.Source != want.source || names(b.Containing) != want.containing || strings.ReplaceAll(names(b.ActiveReleases), "*", "") != active {
			t.Errorf("%s: source %q, containing %s, active %s; want %q, %s, %s", tag, b.Source, names(b.Containing), names(b.ActiveReleases), want.source, want.containing, active)
		}
		if b.From != "origin" || b.Default != "main" || b.TakenAt != evidence.At(snapshot) {
			t.Errorf("%s: %+v", tag, b)
		}
		if head := b.ActiveReleases[1]; string(head.Head) != r.Git("rev-parse", "release/1.1") || head.HeadAt == nil {
			t.Errorf("head of release/1.1 = %+v", head)
		}
		if got := r.notes(res); strings.Contains(got, "branches") {
			t.Errorf("%s: notes %s", tag, got)
		}
	}
	// The repository itself has no remote: its own branches are taken.
	res, _ := r.collect(Options{Tag: "v1.1.1", ReleaseBranches: []string{"release/*", "hotfix/*"}})
	if b := res.Branches; b.From != "local" || b.Default != "" || names(b.ActiveReleases) != "hotfix/1.1.2-PAY-1* release/1.0 release/1.1*" {
		t.Errorf("local branches = %+v", b)
	}
	// Which of several release branches a commit was made on is left open.
	if res, _ = r.collect(Options{Tag: "v1.0.0"}); res.Branches.Source != "" {
		t.Errorf("source = %q", res.Branches.Source)
	}
	if res, _ = r.collect(Options{Tag: "v1.0.0", DefaultBranch: "main"}); res.Branches.Source != "main" {
		t.Errorf("source with a given default branch = %q", res.Branches.Source)
	}
}

func TestBranchesOfADetachedCheckout(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	r.Git("checkout", "-q", "--detach")
	r.Git("branch", "-D", "main")
	res, _ := r.collect(Options{Tag: "v1.0.0"})
	if len(res.Branches.Containing) != 0 || res.Notes[len(res.Notes)-1].Remedy != "git branch NAME "+string(res.Commit) {
		t.Errorf("%+v, notes %+v", res.Branches, res.Notes)
	}
}

// The remedy for missing branches works.
func TestFetchBranches(t *testing.T) {
	r, _ := lines(t)
	dir := filepath.Join(t.TempDir(), "clone")
	r.Git("init", "-q", dir)
	r.Git("-C", dir, "remote", "add", "origin", "file://"+r.Dir)
	r.Git("-C", dir, "fetch", "-q", "origin", "refs/tags/*:refs/tags/*")
	args := append([]string{"-C", dir}, strings.Fields(strings.ReplaceAll(strings.TrimPrefix(remote("origin").fetchBranches(), "git "), "'", ""))...)
	r.Git(append(args, "-q")...)
	res, _ := r.collect(Options{Dir: dir, Tag: "v1.1.1"})
	if got := names(res.Branches.Containing); got != "hotfix/1.1.2-PAY-1* main release/1.1*" {
		t.Errorf("containing %s", got)
	}
}

// Names of branches that no record can state.
func TestBranchNames(t *testing.T) {
	r := newRepo(t, "sha1")
	head := r.Commit("one")
	r.Tag("v1.0.0")
	r.Write(".git/refs/heads/broken", "not an id\n")
	tree := r.Git("rev-parse", "HEAD^{tree}")
	r.Write(".git/refs/heads/tree", tree+"\n")
	r.Git("branch", "\u202egpj.exe")
	res, _ := r.collect(Options{Tag: "v1.0.0"})
	if got := names(res.Branches.Containing); got != "main* \u202egpj.exe*" {
		t.Errorf("containing %q", got)
	}
	if err := os.WriteFile(filepath.Join(r.Dir, ".git/refs/heads/\xff\xfe"), []byte(head+"\n"), 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := r.try(Options{Tag: "v1.0.0"}); err == nil || !strings.Contains(err.Error(), `"\xff\xfe"`) {
		t.Errorf("not UTF-8: %v", err)
	}
}

// Commits whose time no record can state have none.
func TestAbsurdTimes(t *testing.T) {
	r := newRepo(t, "sha1")
	tree := r.Feed("", "mktree")
	text := fmt.Sprintf("tree %s\nauthor A <a@b> 99999999999999 +0000\ncommitter A <a@b> 99999999999999 +0000\n\nx\n", tree)
	id := r.Feed(text, "hash-object", "-t", "commit", "-w", "--stdin")
	r.Git("update-ref", "refs/heads/main", id)
	r.Git("tag", "v1.0.0", id)
	res, _ := r.collect(Options{Tag: "v1.0.0"})
	if b := res.Branches.Containing; len(b) != 1 || b[0].HeadAt != nil {
		t.Errorf("containing = %+v", b)
	}
}

func TestNamedCommits(t *testing.T) {
	r, _ := lines(t)
	fix := r.Git("rev-parse", "v1.1.1^{commit}")
	r.Git("checkout", "-q", "release/1.0")
	r.Git("config", "user.name", "Bob")
	r.Git("cherry-pick", "-x", fix)
	gone := strings.Repeat("ab", 20)
	r.Commit("side\n\n(cherry picked from commit " + gone + ")\n(cherry picked from commit " + r.Git("rev-parse", "HEAD^{tree}") + ")")
	r.Git("revert", "--no-edit", "HEAD~1")
	r.Tag("v1.0.1")
	r.Git("notes", "add", "-m", "This reverts commit "+strings.Repeat("cd", 20), "HEAD") // notes are not part of a commit
	res, objects := r.collect(Options{Tag: "v1.0.1", DefaultBranch: "main", PatchIDs: true})
	got := map[string]string{}
	for _, n := range res.Named {
		got[string(n.Commit)] = strings.Join(n.On, " ")
	}
	if len(got) != 3 || got[fix] != "main release/1.1" || got[gone] != "" {
		t.Errorf("named commits = %v", got)
	}
	if _, err := objects.Commit(gitobj.ID(fix)); err != nil {
		t.Errorf("the source of the pick is not embedded: %v", err)
	}
	// The pick makes the same change as its source, and the revert the opposite.
	of := func(rev string) gitobj.PatchID {
		p, ok := gitobj.FindPatchID(res.PatchIDs, r.ID(rev))
		if !ok {
			t.Fatalf("no patch id of %s", rev)
		}
		return p
	}
	pick, revert := of("v1.0.1^{commit}~2"), of("v1.0.1^{commit}")
	if pick.Patch != of(fix).Patch {
		t.Errorf("the pick's patch id is %s, its source's %s", pick.Patch, of(fix).Patch)
	}
	if revert.Reverse != pick.Patch || revert.Patch == pick.Patch || pick.Reverse != "" {
		t.Errorf("revert %+v, pick %+v", revert, pick)
	}
}

// A message of a megabyte can name many commits.
func TestTooManyNamedCommits(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	var text strings.Builder
	for i := range maxNamed + 1 {
		fmt.Fprintf(&text, "(cherry picked from commit %040x)\n", i+1)
	}
	id := r.Feed("t\n\n"+text.String(), "commit-tree", "-p", "HEAD", "HEAD^{tree}")
	r.Git("tag", "v1.0.0", id)
	if _, err := r.try(Options{Tag: "v1.0.0"}); err == nil || !strings.Contains(err.Error(), "name more than 10000 other commits") {
		t.Errorf("err = %v", err)
	}
}
