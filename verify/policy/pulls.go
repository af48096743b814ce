package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// pull is one pull or merge request of the release.
type pull struct {
	*evidence.Change
	// pointer leads to it in the release statement.
	pointer string
	// merged is when it was merged.
	merged span
	// wrote are its authors by key: who opened it and wrote it by the forge's
	// word, and the authors of the commits that it brought by the git objects.
	wrote map[string]author
	// reviews are its reviews by time, those that reviewers signed themselves
	// among them.
	reviews []review

	merge    lazy[merge]
	owned    lazy[ownership]
	standing lazy[[]review]
	put      lazy[[]*gitobj.CommitWithID]
}

// review is one review of a pull request.
type review struct {
	by evidence.Actor
	// party is the same for all accounts of one person.
	party string
	// state is approved, changes-requested, commented, withdrawn or dismissed.
	state string
	at    span
	// commit is the head it was given on.
	commit string
	// dismissed is when it was dismissed; the zero span if it was not.
	dismissed span
	proof     verify.Proof
	place     verify.Place
}

func (p *pull) String() string { return "pull request " + p.ID }

// place is where it is recorded; pointer leads on from there.
func (p *pull) place(f *Facts, pointer string) verify.Place {
	return verify.Place{Statement: &f.Release, Pointer: p.pointer + pointer}
}

// pulls returns the pull requests of the release, as they are recorded.
func (f *Facts) pulls() []*pull {
	return f.pulled.get(func() []*pull {
		if len(f.Record.Changes) == 0 {
			return nil
		}
		byCommit := f.commitAuthors()
		signed := map[string][]review{}
		for fact, r := range verify.Standing[*evidence.CodeReview](f.Facts) {
			x := review{by: r.Reviewer, party: f.partyOf(r.Reviewer), state: r.State, at: spanOf(r.At), commit: string(r.Commit), proof: fact.Proof, place: fact.Place("")}
			signed[r.Change.URI] = append(signed[r.Change.URI], x)
		}
		var list []*pull
		for i := range f.Record.Changes {
			c := &f.Record.Changes[i]
			p := &pull{Change: c, pointer: indexed("/predicate/changes", i), merged: atTime(c.MergedAt), wrote: map[string]author{}}
			for _, a := range changeAuthors(f, *c) {
				p.wrote[a.key] = a
			}
			for _, id := range landed(*c) {
				for _, a := range byCommit[id] {
					p.wrote[a.key] = a
				}
			}
			for k, r := range c.Reviews {
				p.reviews = append(p.reviews, review{
					by: r.By, party: f.partyOf(r.By), state: r.State, at: atTime(r.At), commit: string(r.Commit),
					dismissed: atTime(r.DismissedAt), proof: f.Stated(), place: p.place(f, fmt.Sprintf("/reviews/%d", k)),
				})
			}
			if c.URI != "" {
				p.reviews = append(p.reviews, signed[c.URI]...)
			}
			slices.SortStableFunc(p.reviews, func(a, b review) int { return earliest(a.at).Compare(earliest(b.at)) })
			list = append(list, p)
		}
		return list
	})
}

// eachPull applies judge to the pull requests of the release and returns the
// worst result that is not ok. Where several fail, the first speaks for all, and
// an exception must cover each of them. Where the release has no pull request,
// the rule has nothing to judge: whether every commit came by one is for
// pr/required.
func (f *Facts) eachPull(want string, judge func(*pull) (Result, bool)) Result {
	return f.eachOf(f.pulls(), "", want, judge)
}

// eachPullThat is eachPull for those pull requests that is tells. Where there is
// none, the rule does not apply, because of none.
func (f *Facts) eachPullThat(is func(*pull) bool, none, want string, judge func(*pull) (Result, bool)) Result {
	var list []*pull
	for _, p := range f.pulls() {
		if is(p) {
			list = append(list, p)
		}
	}
	return f.eachOf(list, none, want, judge)
}

func (f *Facts) eachOf(list []*pull, none, want string, judge func(*pull) (Result, bool)) Result {
	var worst Result
	others := 0
	for _, p := range list {
		r, ok := judge(p)
		if ok {
			continue
		}
		r = r.ofPull(f, p, want)
		switch {
		case severity(r.Outcome) > severity(worst.Outcome):
			worst, others = r, 0
		case r.Outcome == worst.Outcome:
			worst.occasions, worst.Inputs = append(worst.occasions, r.occasions...), append(worst.Inputs, r.Inputs...)
			if r.FollowsFrom != worst.FollowsFrom {
				worst.FollowsFrom = ""
			}
			others++
		}
	}
	switch {
	case worst.Outcome != "" && others > 0:
		worst.Found += fmt.Sprintf("; and %s more", plural(others, "pull request", "pull requests"))
		return worst
	case worst.Outcome != "":
		return worst
	case len(list) > 0:
		where := make([]verify.Place, len(list))
		for i, p := range list {
			where[i] = p.place(f, "")
		}
		return pass(f.Stated(), "%s", plural(len(list), "pull request", "pull requests")).wants(want).at(where...)
	case len(f.pulls()) > 0:
		return notApplicable(none)
	case len(f.Range.Commits) > 0:
		return missing(want, "no pull request is recorded").at(inRecord(f, "/changes")).follows("pr/required")
	}
	return notApplicable("the release has no change of its own")
}

// ofPull completes a result about a pull request: what was expected, where it
// stands, and the merge as its occasion.
func (r Result) ofPull(f *Facts, p *pull, want string) Result {
	if r.Expected == "" {
		r.Expected = want
	}
	if len(r.Inputs) == 0 {
		r = r.at(p.place(f, ""))
	}
	if len(r.occasions) == 0 {
		r = r.onBranch(p.merged, p.BaseBranch)
	}
	return r
}

// severity orders outcomes by how much they weigh against a release.
func severity(o verify.Outcome) int {
	return slices.Index([]verify.Outcome{verify.Warn, verify.Pending, verify.Unknown, verify.Fail}, o)
}

// standsAt reports whether a review stood at a moment: it was given by then and
// not dismissed before.
func (r review) standsAt(f *Facts, moment span) bool {
	return f.notAfter(r.at, moment) == yes && (r.dismissed == span{} || f.notAfter(moment, r.dismissed) == yes && r.dismissed.from.After(moment.to))
}

// verdicts returns the last review of every reviewer that stood at a moment and
// said yes or no. Comments change nothing; who took an approval back has none.
func (p *pull) verdicts(f *Facts, moment span) []review {
	last := map[string]review{}
	for _, r := range p.reviews {
		if r.state == "commented" || r.state == "dismissed" || !r.standsAt(f, moment) {
			continue
		}
		last[r.party] = r
	}
	var list []review
	for _, r := range last {
		if r.state != "withdrawn" {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b review) int {
		return cmp.Or(earliest(a.at).Compare(earliest(b.at)), cmp.Compare(a.party, b.party))
	})
	return list
}

// approvals returns the approvals that stood at the merge and count: by people
// whom trust lists, none of them an author, each person once.
func (p *pull) approvals(f *Facts) []review {
	return p.standing.get(func() []review {
		var list []review
		for _, r := range p.verdicts(f, p.merged) {
			if r.state == string(evidence.Approved) && f.listed(r.by) && !p.wroteIt(r) {
				list = append(list, r)
			}
		}
		return list
	})
}

// wroteIt reports whether a reviewer is an author of the pull request.
func (p *pull) wroteIt(r review) bool {
	_, is := p.wrote[r.party]
	return is
}

// reviewers names who gave reviews.
func (f *Facts) reviewers(list []review) []string {
	var names []string
	for _, r := range list {
		names = append(names, f.actorText(&r.by))
	}
	return names
}

// pullOf returns the pull request that brought a commit of the release, nil for
// none (G3).
func (f *Facts) pullOf(commit string) *pull {
	by := f.broughtBy.get(func() map[string]*pull {
		m := map[string]*pull{}
		for _, p := range f.pulls() {
			for _, id := range landed(*p.Change) {
				if id != "" && m[id] == nil {
					m[id] = p
				}
			}
		}
		// Of those that a merge commit joined, the forge's list of commits tells.
		for _, p := range f.pulls() {
			for _, id := range p.Commits {
				if m[string(id)] == nil {
					m[string(id)] = p
				}
			}
		}
		return m
	})
	return by[commit]
}
