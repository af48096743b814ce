package github

import (
	"testing"

	"github.com/google/go-github/v88/github"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
)

func TestMethodOf(t *testing.T) {
	parents := func(n int) []*github.Commit { return make([]*github.Commit, n) }
	for _, c := range []struct {
		message  string
		parents  int
		mergedAs evidence.ObjectID
		landed   int
		want     string
		proof    string
	}{
		{"Merge pull request #12 from a/b", 2, "m", 1, forge.MergeCommit, "parents"},
		{"PAY-1 limits (#12)\n\n* one\n* two", 1, "m", 1, forge.Squash, "subject"},
		{"PAY-1 limits (#13)", 1, "m", 1, forge.SquashOrRebase, "parents"}, // another change's number
		{"PAY-1 limits", 1, "m", 1, forge.SquashOrRebase, "parents"},
		{"two", 1, "b", 2, forge.FastForward, "own-commit"},
		{"two", 1, "m", 2, forge.Rebase, "several-commits"},
		{"", 0, "m", 0, forge.SquashOrRebase, "parents"},
	} {
		ch := &forge.Change{Change: evidence.Change{MergedAs: c.mergedAs}, Number: 12}
		ch.Commits, ch.Landed = []evidence.ObjectID{"a", "b"}, make([]evidence.LandedCommit, c.landed)
		if got, proof := methodOf(ch, &github.Commit{Message: &c.message, Parents: parents(c.parents)}); got != c.want || proof != c.proof {
			t.Errorf("%q with %d parents: %s by %s, want %s by %s", c.message, c.parents, got, proof, c.want, c.proof)
		}
	}
}

func TestUsualBase(t *testing.T) {
	for host, want := range map[string]string{
		"github.com":      "https://api.github.com/",
		"acme.ghe.com":    "https://api.acme.ghe.com/",
		"git.example.com": "https://git.example.com/api/v3/",
	} {
		if got := UsualBase(host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

func TestActionsRun(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/o/r/actions/runs/77/job/88": "77/88",
		"https://github.com/o/r/actions/runs/77":        "",
		"https://github.com/o/r/actions/runs/x/job/88":  "",
		"https://github.com/o/r/actions/runs//job/":     "",
		"%": "",
	} {
		if got := actionsRun(address); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}
