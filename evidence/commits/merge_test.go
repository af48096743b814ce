package commits_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/internal/testrepo"
)

// forked is a repository with a branch of three commits that left main, and
// main one commit further.
type forked struct {
	*testrepo.Repo
	base, tip gitobj.ID   // where main was and is
	own       []gitobj.ID // the branch's commits
}

func newForked(t testing.TB) forked {
	f := forked{Repo: testrepo.New(t, "sha1")}
	f.base = f.Commit("base")
	f.Git("checkout", "-q", "-b", "side")
	for _, name := range []string{"one", "two", "three"} {
		f.own = append(f.own, f.Commit("feat: "+name))
	}
	f.Git("checkout", "-q", "main")
	f.tip = f.Commit("main moves on")
	return f
}

// messages are those that the forge tells of the branch's commits.
func (f forked) messages() []string { return []string{"feat: one", "feat: two", "feat: three"} }

func TestFindMerge(t *testing.T) {
	f := newForked(t)
	f.Git("merge", "-q", "--no-ff", "-m", "Merge pull request #7 from acme/side", "side")
	merge := f.ID("HEAD")

	f.Git("checkout", "-q", "-B", "squash", string(f.tip))
	f.Git("merge", "-q", "--squash", "side")
	f.Git("commit", "-q", "-m", "feat: all (#7)")
	squash := f.ID("HEAD")
	f.Git("commit", "-q", "--amend", "-m", "feat: all of it")
	unmarked := f.ID("HEAD")

	f.Git("checkout", "-q", "-B", "rebase", "side")
	f.Git("rebase", "-q", string(f.tip))
	rebase := f.ID("HEAD")

	// GitLab joins a squash commit by a merge commit.
	f.Git("checkout", "-q", "-B", "joined", string(f.tip))
	f.Git("merge", "-q", "--no-ff", "-m", "Merge branch 'side'\n\nSee merge request acme/pay!7", string(squash))
	joined := f.ID("HEAD")

	hidden := func(id gitobj.ID) (gitobj.Commit, bool, error) {
		for _, own := range f.own {
			if id == own {
				return gitobj.Commit{}, false, nil // as in a clone without the branch
			}
		}
		return f.Lookup(id)
	}
	last := f.own[2:]
	many := slices.Clone(f.own) // as many as a forge lists, and perhaps more that it does not
	for i := len(many); i < 250; i++ {
		many = append(many, gitobj.ID(fmt.Sprintf("%040x", i)))
	}
	for _, tt := range []struct {
		name   string
		change commits.Change
		get    commits.Lookup
		method commits.Method
		before gitobj.ID
		landed int
	}{
		{"merge", commits.Change{Merged: merge, Commits: f.own}, hidden, commits.MergeCommit, f.tip, 1},
		{"merge of unknown commits", commits.Change{Merged: merge}, hidden, commits.MergeCommit, f.tip, 1},
		{"fast-forward", commits.Change{Merged: f.own[2], Commits: f.own}, f.Lookup, commits.FastForward, f.base, 3},
		{"squash, by its commits", commits.Change{Merged: unmarked, Commits: f.own}, f.Lookup, commits.Squash, f.tip, 1},
		{"squash, by its number", commits.Change{Number: 7, Merged: squash, Commits: f.own}, hidden, commits.Squash, f.tip, 1},
		{"squash of another number", commits.Change{Number: 8, Merged: squash, Commits: f.own}, hidden, commits.SquashOrRebase, "", 1},
		{"squash without a sign", commits.Change{Number: 7, Merged: unmarked, Commits: f.own}, hidden, commits.SquashOrRebase, "", 1},
		{"rebase, by its commits", commits.Change{Merged: rebase, Commits: f.own}, f.Lookup, commits.Rebase, f.tip, 3},
		{"rebase, by its messages", commits.Change{Merged: rebase, Commits: f.own, Messages: f.messages()}, hidden, commits.Rebase, f.tip, 3},
		{"rebase without a sign", commits.Change{Merged: rebase, Commits: f.own}, hidden, commits.SquashOrRebase, "", 1},
		{"rebase, by the forge's word", commits.Change{Merged: rebase, Commits: f.own, Method: commits.Rebase}, hidden, commits.Rebase, f.tip, 3},
		{"squash, by the forge's word", commits.Change{Merged: unmarked, Commits: f.own, Method: commits.Squash}, hidden, commits.Squash, f.tip, 1},
		{"one commit, by the forge's word", commits.Change{Merged: unmarked, Commits: last, Method: commits.Squash}, hidden, commits.Squash, f.tip, 1},
		{"a rebase that bears a number", commits.Change{Number: 7, Merged: squash, Commits: f.own[:2], Method: commits.Rebase}, hidden, commits.Rebase, f.base, 2},
		{"merge of many", commits.Change{Merged: merge, Commits: many}, hidden, commits.MergeCommit, f.tip, 1},
		{"squash of many, by its number", commits.Change{Number: 7, Merged: squash, Commits: many}, hidden, commits.Squash, f.tip, 1},
		{"many without a sign", commits.Change{Merged: unmarked, Commits: many}, hidden, commits.SquashOrRebase, "", 1},
		{"many, rebased", commits.Change{Merged: rebase, Commits: many, Method: commits.Rebase}, hidden, commits.SquashOrRebase, "", 1},
		{"many, fast-forwarded", commits.Change{Merged: f.own[2], Commits: many}, f.Lookup, commits.SquashOrRebase, "", 1},
		{"one commit, rebased", commits.Change{Merged: rebase, Commits: last}, f.Lookup, commits.Rebase, f.ID(string(rebase) + "~1"), 1},
		{"one commit, squashed", commits.Change{Number: 7, Merged: squash, Commits: last}, hidden, commits.Squash, f.tip, 1},
		{"one commit without a sign", commits.Change{Merged: unmarked, Commits: last}, hidden, commits.SquashOrRebase, f.tip, 1},
		{"joined squash", commits.Change{Number: 7, Merged: joined, Commits: f.own}, hidden, commits.Squash, f.tip, 2},
		{"root", commits.Change{Merged: f.base}, f.Lookup, commits.SquashOrRebase, "", 1},
	} {
		m, err := commits.FindMerge(tt.change, tt.get)
		if err != nil || m.Method != tt.method || m.Before != tt.before || len(m.Landed) != tt.landed || m.Landed[0] != tt.change.Merged {
			t.Errorf("%s: %+v, %v; want %s on %s, %d landed", tt.name, m, err, tt.method, tt.before, tt.landed)
		}
	}
	var missing *gitobj.MissingError
	if _, err := commits.FindMerge(commits.Change{Merged: idA}, f.Lookup); !errors.As(err, &missing) {
		t.Errorf("no such commit: %v", err)
	}
}

// Main was merged into the branch before that was fast-forwarded or rebased.
func TestFindMergeOfABranchWithMerges(t *testing.T) {
	f := newForked(t)
	f.Git("checkout", "-q", "side")
	f.Git("merge", "-q", "-m", "Merge branch 'main' into side", "main")
	f.own = append(f.own, f.ID("HEAD"))
	m, err := commits.FindMerge(commits.Change{Merged: f.own[3], Commits: f.own}, f.Lookup)
	if err != nil || m.Method != commits.FastForward || m.Before != "" || len(m.Landed) != 4 {
		t.Errorf("fast-forward: %+v, %v; where main was cannot be told", m, err)
	}
	f.Git("rebase", "-q", "main")
	m, err = commits.FindMerge(commits.Change{Merged: f.ID("HEAD"), Commits: f.own}, f.Lookup)
	if err != nil || m.Method != commits.Rebase || m.Before != f.tip || len(m.Landed) != 3 {
		t.Errorf("rebase: %+v, %v", m, err)
	}
}

// A rebase from which commits were dropped is not taken for a squash.
func TestFindMergeOfAShortenedRebase(t *testing.T) {
	f := newForked(t)
	f.Git("cherry-pick", string(f.own[0])) // main has it already
	main := f.ID("HEAD")
	f.Git("checkout", "-q", "side")
	f.Git("rebase", "-q", "main")
	m, err := commits.FindMerge(commits.Change{Merged: f.ID("HEAD"), Commits: f.own}, f.Lookup)
	// The commit below the rebased ones is the picked one, of the same author
	// and message: the rebase seems to have landed it as well.
	if err != nil || m.Method != commits.Rebase || m.Before != f.ID(string(main)+"~1") {
		t.Errorf("%+v, %v", m, err)
	}
	f.Git("commit", "-q", "--amend", "-m", "feat: three, amended")
	if m, err = commits.FindMerge(commits.Change{Merged: f.ID("HEAD"), Commits: f.own}, f.Lookup); err != nil || m.Method != commits.Squash {
		t.Errorf("another newest commit: %+v, %v", m, err)
	}
}

// Lookups that fail are errors, never an answer.
func TestFindMergePassesErrorsOn(t *testing.T) {
	f := newForked(t)
	broken := errors.New("broken")
	for n := range 6 {
		left := n
		get := func(id gitobj.ID) (gitobj.Commit, bool, error) {
			if left--; left < 0 {
				return gitobj.Commit{}, false, broken
			}
			return f.Lookup(id)
		}
		for _, c := range []commits.Change{{Merged: f.own[2], Commits: f.own}, {Merged: f.tip, Commits: f.own}, {Merged: f.tip, Commits: f.own[:1]}} {
			left = n
			if _, err := commits.FindMerge(c, get); err != nil && !errors.Is(err, broken) {
				t.Errorf("%+v after %d: %v", c, n, err)
			} else if err == nil && left < 0 {
				t.Errorf("%+v after %d: no error", c, n)
			}
		}
	}
}

func ExampleFindMerge() {
	squashed := gitobj.Commit{Parents: []gitobj.ID{idB}, Message: "fix: round half up (#12)"}
	m, err := commits.FindMerge(commits.Change{Number: 12, Merged: idA, Commits: []gitobj.ID{"c", "d"}}, func(id gitobj.ID) (gitobj.Commit, bool, error) {
		return squashed, id == idA, nil
	})
	fmt.Println(m.Method, strings.HasPrefix(string(m.Before), "bbbb"), err)
	// Output: squash true <nil>
}
