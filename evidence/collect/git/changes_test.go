package git

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/codeowners"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// change is a change of the test's repository: merged says how.
func (r *repo) change(id string, merged gitobj.ID, own ...gitobj.ID) *evidence.Change {
	c := &evidence.Change{ID: id, MergedAs: evidence.ObjectID(merged)}
	for _, o := range own {
		c.Commits = append(c.Commits, evidence.ObjectID(o))
	}
	return c
}

// changed is a repository with two changes since v1.0.0. The second rewrites
// CODEOWNERS to own itself.
func changed(t testing.TB, format string) (*repo, []*evidence.Change) {
	r := newRepo(t, format)
	r.Write("CODEOWNERS", "* @acme/all\n/pay/ @acme/pay\n/docs/\n")
	r.Write("pay/fee", "1")
	r.Write("docs/x", "1")
	r.Commit("base")
	r.Tag("v1.0.0")

	r.Git("checkout", "-q", "-b", "one")
	r.Write("pay/fee", "2")
	one := r.Commit("feat: fee")
	r.Git("checkout", "-q", "main")
	r.Git("merge", "-q", "--no-ff", "-m", "Merge pull request #1 from acme/one", "one")
	merge := r.ID("HEAD")

	r.Git("checkout", "-q", "-b", "two")
	r.Write("CODEOWNERS", "* @mallory\n")
	two := r.Commit("feat: mine")
	r.Git("mv", "docs/x", "docs/y")
	three := r.Commit("feat: more")
	r.Git("checkout", "-q", "main")
	r.Git("merge", "-q", "--squash", "two")
	r.Git("commit", "-q", "-m", "feat: mine and more (#2)")
	squash := r.ID("HEAD")
	r.Tag("v1.1.0")
	return r, []*evidence.Change{r.change("1", merge, one), r.change("2", squash, two, three)}
}

func TestAddChanges(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r, changes := changed(t, format)
			res, err := r.try(Options{Tag: "v1.1.0"})
			if err != nil {
				t.Fatal(err)
			}
			if err := res.AddChanges(t.Context(), codeowners.GitHub, changes); err != nil {
				t.Fatal(err)
			}
			first, second := changes[0], changes[1]
			if first.MergeMethod != "merge" || first.MergeProof != "parents" || string(first.Before) != r.Git("rev-parse", "v1.0.0^{commit}") ||
				len(first.Landed) != 1 || first.Landed[0].Commit != first.MergedAs {
				t.Errorf("first change = %+v", first)
			}
			// Its own commits are in the clone and show that it is no rebase.
			if second.MergeMethod != "squash" || second.MergeProof != "commits" || second.Before != first.MergedAs {
				t.Errorf("second change = %+v", second)
			}
			want := []evidence.OwnerRule{{Pattern: "*", Line: 1, Owners: []evidence.CodeOwner{{Name: "@acme/all"}}}}
			if second.CodeOwners == nil || cmp.Diff(want, second.CodeOwners.Rules) != "" || second.CodeOwners.File.Name != "CODEOWNERS" {
				t.Errorf("the code owners are not those at the base: %+v", second.CodeOwners)
			}
			if got := first.CodeOwners.Rules; len(got) != 2 || got[1].Owners[0].Name != "@acme/pay" {
				t.Errorf("code owners of the first change = %+v", got)
			}
			if got := r.notes(res); got != "" {
				t.Errorf("notes = %s", got)
			}
			r.repeats(res, changes)
		})
	}
}

// repeats checks that a verifier comes to the same result from the archive.
func (r *repo) repeats(res *Result, changes []*evidence.Change) {
	r.Helper()
	var archive bytes.Buffer
	if err := res.WriteObjects(r.Context(), &archive); err != nil {
		r.Fatal(err)
	}
	objects, err := gitobj.ReadArchive(&archive, gitobj.Limits{})
	if err != nil {
		r.Fatal(err)
	}
	for _, ch := range changes {
		m, err := commits.FindMerge(mergedChange(ch), objects.Lookup)
		if err != nil || string(m.Method) != ch.MergeMethod || string(m.Before) != string(ch.Before) {
			r.Errorf("change %s: FindMerge = %+v, %v, want %s on %s", ch.ID, m, err, ch.MergeMethod, ch.Before)
		}
		o, err := codeowners.AtBase(objects, codeowners.GitHub, gitobj.ID(ch.Before), gitobj.ID(ch.MergedAs))
		if err != nil {
			r.Fatalf("change %s: %v", ch.ID, err)
		}
		names := r.Git("diff-tree", "-r", "--no-renames", "--name-only", string(ch.Before), string(ch.MergedAs))
		if strings.Join(o.Paths, "\n") != names {
			r.Errorf("change %s touches %q, git says %q", ch.ID, o.Paths, names)
		}
		for i, q := range o.Required {
			if rule := ch.CodeOwners.Rules[i]; rule.Line != int64(q.Line) || len(q.Paths) == 0 {
				r.Errorf("change %s: rule %+v, want %+v", ch.ID, q, rule)
			}
		}
	}
}

// What the clone lacks is noted, and the others are still looked at.
func TestAddChangesThatCannotBeTold(t *testing.T) {
	r, changes := changed(t, "sha1")
	gone := gitobj.ID(strings.Repeat("ab", 20))
	tree := gitobj.ID(r.Git("rev-parse", "HEAD^{tree}"))
	unmarked := r.change("7", gitobj.ID(changes[1].MergedAs), gone, gone)
	unmarked.MergeMethod, unmarked.MergeProof = "squash-or-rebase", "own-commit"
	wrong := r.change("1", gitobj.ID(changes[0].MergedAs))
	wrong.MergeMethod, wrong.MergeProof = "rebase", "forge"
	// The forge says that two commits landed: the number in the subject of the
	// last is no proof of a squash, which would hide the other from code owners.
	hidden := r.change("2", gitobj.ID(changes[1].MergedAs), gone, gone)
	hidden.Landed = []evidence.LandedCommit{{Commit: changes[1].MergedAs, Proof: "forge"}, {Commit: changes[0].MergedAs, Proof: "forge"}}
	all := []*evidence.Change{
		r.change("3", gone), {ID: "4"}, unmarked, wrong, hidden, r.change("5", tree), changes[1],
	}
	res, err := r.try(Options{Tag: "v1.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := res.AddChanges(t.Context(), codeowners.GitLab, all); err != nil {
		t.Fatal(err)
	}
	if got := r.notes(res); got != "change-not-in-clone change-not-in-clone merge-method merge-method" {
		t.Errorf("notes = %s", got)
	}
	if unmarked.Before != "" || unmarked.CodeOwners != nil || unmarked.MergeMethod != "squash-or-rebase" {
		t.Errorf("a change whose base is open = %+v", unmarked)
	}
	if hidden.Before != "" || hidden.MergeMethod != "" || hidden.CodeOwners != nil {
		t.Errorf("a change with two landed commits = %+v", hidden)
	}
	if wrong.MergeMethod != "merge" || changes[1].CodeOwners == nil {
		t.Errorf("%+v, %+v", wrong, changes[1])
	}
}

// A CODEOWNERS file that is a link is not followed, and those after it do not
// count in its place.
func TestAddChangesWithALink(t *testing.T) {
	r := newRepo(t, "sha1")
	if err := os.Symlink("/etc/passwd", filepath.Join(r.Dir, "CODEOWNERS")); err != nil {
		t.Skip(err)
	}
	r.Write("docs/CODEOWNERS", "* @a\n")
	r.Commit("base")
	merged := r.Commit("fix: x (#1)")
	r.Tag("v1.0.0")
	res, _ := r.collect(Options{Tag: "v1.0.0"})
	ch := r.change("1", merged)
	if err := res.AddChanges(t.Context(), codeowners.GitHub, []*evidence.Change{ch}); err != nil {
		t.Fatal(err)
	}
	if got := r.notes(res); ch.CodeOwners != nil || !strings.Contains(got, "code-owners") {
		t.Errorf("%+v, notes %s", ch.CodeOwners, got)
	}
}

// A missing tree is an error: without it nobody knows what the change touched.
func TestAddChangesInADamagedClone(t *testing.T) {
	r, changes := changed(t, "sha1")
	res, err := r.try(Options{Tag: "v1.1.0", Files: []string{"none"}})
	if err != nil {
		t.Fatal(err)
	}
	tree := r.Git("rev-parse", string(changes[0].MergedAs)+":pay")
	if err := os.Remove(filepath.Join(r.Dir, ".git/objects", tree[:2], tree[2:])); err != nil {
		t.Fatal(err)
	}
	var missing *ObjectError
	if err := res.AddChanges(t.Context(), codeowners.GitHub, changes); !errors.As(err, &missing) || missing.ID != tree {
		t.Errorf("err = %v, want an ObjectError", err)
	}
}

// Texts of the file that no record can hold are made fit; the file is embedded.
func TestAddChangesWithOddRules(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Write("CODEOWNERS", "[\xff\x1b"+strings.Repeat("s", 5000)+"] @a\n*\xff @b\n"+strings.Repeat("x", 5000)+"* @c\n* @d\n")
	r.Commit("base")
	r.Write("a\xff", "")
	merged := r.Commit("fix: x (#1)")
	r.Tag("v1.0.0")
	res, _ := r.collect(Options{Tag: "v1.0.0"})
	ch := r.change("1", merged)
	if err := res.AddChanges(t.Context(), codeowners.GitLab, []*evidence.Change{ch}); err != nil {
		t.Fatal(err)
	}
	for _, rule := range ch.CodeOwners.Rules {
		if text := rule.Section + rule.Pattern; len(text) > 4000 || strings.ContainsRune(text, 0xff) || !strings.Contains(text, "\ufffd") {
			t.Errorf("rule %.60q of %d bytes", text, len(text))
		}
	}
}

func TestPatternOf(t *testing.T) {
	for tag, want := range map[string]string{
		"v1.4.0": "v*", "1.4.0": "*", "api/v1.4.0": "api/v*", "py3-v1.2.3": "py3-v*", "release-2026.02.0": "release-*",
		"v1.4.0-rc.1": "v*", "v1.4": "v*", "nightly": "v*", "": "v*", "web@10.0.1+b": "web@*",
	} {
		if got := patternOf(tag); got != want {
			t.Errorf("patternOf(%q) = %q, want %q", tag, got, want)
		}
	}
}

// Components of one repository have releases of their own.
func TestComponents(t *testing.T) {
	r := newRepo(t, "sha1")
	for i, tag := range []string{"v0.9.0", "api/v1.0.0", "web/v1.0.0", "api/v1.1.0-rc.1", "web/v2.0.0", "api/v1.1.0", "web/v2.0.1"} {
		r.Commit(fmt.Sprint("c", i))
		r.Tag(tag)
	}
	for tag, want := range map[string]string{
		"v0.9.0": "", "api/v1.0.0": "", "api/v1.1.0": "api/v1.0.0", "web/v2.0.0": "web/v1.0.0", "web/v2.0.1": "web/v2.0.0",
		"api/v1.1.0-rc.1": "api/v1.0.0", // a pre-release is compared with production
	} {
		res, objects := r.collect(Options{Tag: tag})
		if res.PreviousTag != want {
			t.Errorf("previous of %s = %q, want %q", tag, res.PreviousTag, want)
		}
		r.checkRange(res, objects)
	}
}

// Calendar versions are ordered by their numbers, zeros or not.
func TestCalendarVersions(t *testing.T) {
	r := newRepo(t, "sha1")
	for i, tag := range []string{"v2025.12.0", "v2026.02.0", "v2026.02.1", "v2026.10.0"} {
		r.Commit(fmt.Sprint("c", i))
		r.Tag(tag)
	}
	for tag, want := range map[string]string{"v2026.02.0": "v2025.12.0", "v2026.02.1": "v2026.02.0", "v2026.10.0": "v2026.02.1"} {
		if res, _ := r.collect(Options{Tag: tag}); res.PreviousTag != want {
			t.Errorf("previous of %s = %q, want %q", tag, res.PreviousTag, want)
		}
	}
}
