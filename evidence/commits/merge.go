package commits

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Method is how a change got into its target branch.
type Method string

// The methods. SquashOrRebase is one of the two, and nothing says which.
const (
	MergeCommit    Method = "merge"
	Squash         Method = "squash"
	Rebase         Method = "rebase"
	FastForward    Method = "fast-forward"
	SquashOrRebase Method = "squash-or-rebase"
)

// Proof is what shows the method.
type Proof string

// The proofs: how many parents the merged commit has, that it is one of the
// change's own, the "(#12)" in its subject, the change's commits compared with
// those that landed, or nothing but the forge's word.
const (
	ByParents   Proof = "parents"
	ByOwnCommit Proof = "own-commit"
	BySubject   Proof = "subject"
	ByCommits   Proof = "commits"
	ByForge     Proof = "forge"
)

// Change is what a forge records of a merged pull or merge request.
type Change struct {
	// Number is its number in the repository; 0 if it is not known.
	Number int64
	// Merged is the commit of the target branch that the forge names as its
	// result.
	Merged gitobj.ID
	// Commits are its own commits, oldest first, as the forge lists them. For a
	// squash or rebase they are no ancestors of the target branch.
	Commits []gitobj.ID
	// Messages are the messages of Commits, in their order; nil if the forge was
	// not asked. They tell a rebase where Commits are not in the clone.
	Messages []string
	// Method is what the forge says of the method; "" if it says nothing. It is
	// believed where the commits leave it open.
	Method Method
}

// Merge is how a change came onto its target branch.
type Merge struct {
	Method Method
	// Proof is what shows the method; "" for SquashOrRebase.
	Proof Proof
	// Before is the target branch's commit just before the change: the base at
	// which code owners and other rules hold (rules of format, R13). It is "" if
	// it cannot be told, or if there was none.
	Before gitobj.ID
	// Landed are the commits that the change put onto the target branch, newest
	// first. Where a merge commit joins the change's own commits, these are not
	// repeated.
	Landed []gitobj.ID
}

// Lookup returns a commit, or false if it is not there, as gitobj.Objects.Lookup
// does.
type Lookup func(gitobj.ID) (gitobj.Commit, bool, error)

// maxListed is how many commits of a change GitHub lists. Of a longer list some
// are missing, so that it shows nothing of where a change begins.
const maxListed = 250

// FindMerge tells from the commits how a change came onto its branch. A change
// whose merged commit is not there is a [*gitobj.MissingError].
func FindMerge(c Change, get Lookup) (Merge, error) {
	merged, ok, err := get(c.Merged)
	if err != nil {
		return Merge{}, err
	}
	if !ok {
		return Merge{}, &gitobj.MissingError{ID: c.Merged}
	}
	switch {
	case len(merged.Parents) > 1 && !slices.Contains(c.Commits, c.Merged):
		return joined(c, merged, get)
	case len(c.Commits) >= maxListed:
		return uncertain(c, merged), nil
	case slices.Contains(c.Commits, c.Merged):
		return fastForward(c, get)
	case len(c.Commits) > 1:
		return several(c, merged, get)
	}
	return single(c, merged, get)
}

// joined is a merge commit. GitLab can join a squash commit in that way.
func joined(c Change, merged gitobj.Commit, get Lookup) (Merge, error) {
	m := Merge{Method: MergeCommit, Proof: ByParents, Before: merged.Parents[0], Landed: []gitobj.ID{c.Merged}}
	second := merged.Parents[1]
	if len(c.Commits) == 0 || len(merged.Parents) > 2 || slices.Contains(c.Commits, second) {
		return m, nil
	}
	squashed, ok, err := get(second)
	if ok && len(squashed.Parents) == 1 {
		m.Method, m.Landed = Squash, append(m.Landed, second)
	}
	return m, err
}

// fastForward follows the change's own commits down to the one they left from.
// If they left from several, because the branch was merged into the change, the
// branch's own commit is not told apart.
func fastForward(c Change, get Lookup) (Merge, error) {
	m := Merge{Method: FastForward, Proof: ByOwnCommit}
	seen, base := map[gitobj.ID]bool{c.Merged: true}, map[gitobj.ID]bool{}
	own := map[gitobj.ID]bool{}
	for _, id := range c.Commits {
		own[id] = true
	}
	queue := []gitobj.ID{c.Merged}
	for i := 0; i < len(queue); i++ {
		commit, ok, err := get(queue[i])
		if err != nil {
			return Merge{}, err
		}
		if !ok {
			return Merge{}, &gitobj.MissingError{ID: queue[i]}
		}
		m.Landed = append(m.Landed, queue[i])
		for _, parent := range commit.Parents {
			if !own[parent] {
				base[parent] = true
			} else if !seen[parent] {
				seen[parent], queue = true, append(queue, parent)
			}
		}
	}
	if len(base) == 1 {
		for m.Before = range base {
		}
	}
	return m, nil
}

// single is one commit made of at most one: only its message tells the method,
// and both begin at the same place.
func single(c Change, merged gitobj.Commit, get Lookup) (Merge, error) {
	m := Merge{Method: SquashOrRebase, Landed: []gitobj.ID{c.Merged}}
	if len(merged.Parents) == 1 {
		m.Before = merged.Parents[0]
	}
	var own gitobj.Commit
	var have bool
	var err error
	if len(c.Commits) == 1 {
		own, have, err = get(c.Commits[0])
	}
	switch {
	case c.marked(merged):
		m.Method, m.Proof = Squash, BySubject
	case len(c.Commits) == 1 && c.same(0, own, have, merged) == yes:
		m.Method, m.Proof = Rebase, ByCommits
	case c.Method == Squash || c.Method == Rebase:
		m.Method, m.Proof = c.Method, ByForge
	}
	return m, err
}

// several is a commit made of several: squashed, or the last of those that were
// rebased.
func several(c Change, merged gitobj.Commit, get Lookup) (Merge, error) {
	rebase, same, err := c.rebased(get)
	switch {
	case err != nil:
		return Merge{}, err
	case same == yes:
		return rebase, nil
	case same == no:
		return squashed(c, merged, ByCommits), nil
	case c.Method == Rebase && len(rebase.Landed) == len(c.Commits):
		rebase.Proof = ByForge
		return rebase, nil
	}
	return uncertain(c, merged), nil
}

// uncertain is a commit that its own list of commits says nothing about. The
// number in a subject is only believed if the forge does not say that commits
// were rebased: anybody may write it into the last of them.
func uncertain(c Change, merged gitobj.Commit) Merge {
	switch {
	case c.Method != Rebase && c.Method != FastForward && c.marked(merged):
		return squashed(c, merged, BySubject)
	case c.Method == Squash:
		return squashed(c, merged, ByForge)
	}
	return Merge{Method: SquashOrRebase, Landed: []gitobj.ID{c.Merged}}
}

func squashed(c Change, merged gitobj.Commit, proof Proof) Merge {
	m := Merge{Method: Squash, Proof: proof, Landed: []gitobj.ID{c.Merged}}
	if len(merged.Parents) == 1 {
		m.Before = merged.Parents[0]
	}
	return m
}

// rebased compares the change's commits with those of the target branch, from
// the newest. Only if the newest is another is it certainly no rebase: on the
// way back, commits may have been dropped because the branch had them already.
func (c Change) rebased(get Lookup) (Merge, answer, error) {
	m, verdict, id := Merge{Method: Rebase, Proof: ByCommits}, yes, c.Merged
	for i := len(c.Commits) - 1; i >= 0; i-- {
		own, have, err := get(c.Commits[i])
		if err != nil {
			return m, unknown, err
		}
		if have && len(own.Parents) > 1 {
			continue // a rebase drops merge commits
		}
		commit, ok, err := get(id)
		if err != nil || !ok || len(commit.Parents) != 1 {
			return m, unknown, err
		}
		switch same := c.same(i, own, have, commit); {
		case same == no && len(m.Landed) == 0:
			return m, no, nil
		case same != yes:
			verdict = unknown
		}
		m.Landed = append(m.Landed, id)
		id = commit.Parents[0]
		m.Before = id
	}
	if len(m.Landed) == 0 {
		verdict = unknown
	}
	return m, verdict, nil
}

// marked reports whether a commit's subject bears the change's number, as
// forges write it below a squash.
func (c Change) marked(merged gitobj.Commit) bool {
	n, ok := ChangeNumber(merged.Message)
	return ok && (n == c.Number || c.Number == 0)
}

type answer int

const (
	unknown answer = iota
	yes
	no
)

// same compares the change's i-th commit, which need not be there, with one of
// the target branch: a rebase keeps author and message.
func (c Change) same(i int, own gitobj.Commit, have bool, landed gitobj.Commit) answer {
	switch {
	case have && own.Author.Email == landed.Author.Email && own.Author.When.Equal(landed.Author.When) && sameText(own.Message, landed.Message):
		return yes
	case have:
		return no
	case len(c.Messages) == len(c.Commits) && sameText(c.Messages[i], landed.Message):
		return yes
	}
	return unknown
}

func sameText(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }
