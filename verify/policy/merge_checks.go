package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence/commits"
)

func prSquash(f *Facts) Result {
	into := func(p *pull) bool { return p.BaseBranch == "" || f.mainLine(p.BaseBranch) }
	return f.eachPullThat(into, "no pull request into the main branch", "a squash to one commit", func(p *pull) (Result, bool) {
		m := f.merging(p)
		place := p.place(f, "/mergeMethod")
		switch {
		case p.BaseBranch == "":
			return missing("", "the branch that "+p.String()+" went into is not recorded").at(p.place(f, "/baseBranch")), false
		case p.MergedAs == "":
			return missing("", "the commit that "+p.String()+" was merged as is not recorded").at(p.place(f, "/mergedAs")).follows("trace/merge-commit-recorded"), false
		case m.method == "":
			return missing("", "how "+p.String()+" was merged is not recorded").at(place), false
		case m.method == commits.SquashOrRebase:
			return unknown("merge-method", "whether %s was squashed or rebased cannot be told", p).at(place), false
		case m.method == commits.Rebase && len(p.Commits) == 1:
			return fail("not-squashed", "", "%s was merged by rebase; of its one commit a squash would have made the same", p).at(place), false
		case m.method != commits.Squash:
			return fail("not-squashed", "", "%s was merged by %s", p, m.method).at(place), false
		case len(m.landed) != 1:
			return fail("several-commits", "", "%s put %d commits onto %s", p, len(m.landed), p.BaseBranch).at(place, p.place(f, "/landed")), false
		}
		return Result{}, true
	})
}

func prMergeMethod(f *Facts) Result {
	const want = "merge commits into release/ or hotfix/ only"
	joined := func(p *pull) bool { return f.merging(p).method == commits.MergeCommit }
	return f.eachPullThat(joined, "no pull request was merged by a merge commit", want, func(p *pull) (Result, bool) {
		prefix := branchPrefix(p.BaseBranch)
		return fail("merge-commit", want, "%s went into %s by a merge commit", p, either(p.BaseBranch, "an unknown branch")).
			at(p.place(f, "/mergeMethod"), p.place(f, "/baseBranch")), prefix == branchRelease || prefix == branchHotfix
	})
}

func prBaseProtected(f *Facts) Result {
	const want = "a rule of the forge for the base branch, as it was at the merge"
	rules := map[string][]protection{}
	return f.eachPull(want, func(p *pull) (Result, bool) {
		if p.BaseBranch == "" || !p.merged.known() {
			return missing(want, "when "+p.String()+" was merged, and into which branch, is not recorded").at(p.place(f, "/baseBranch"), p.place(f, "/mergedAt")), false
		}
		list, ok := rules[p.BaseBranch]
		if !ok {
			list = f.protections(p.BaseBranch)
			rules[p.BaseBranch] = list
		}
		switch {
		case slices.ContainsFunc(list, func(x protection) bool { return f.near(x.TakenAt, p.merged) }):
			return Result{}, true
		case len(list) > 0:
			x := list[0]
			return warn(f.Stated(), "snapshot-late", "that %s was protected when %s was merged %s is known only from %s", p.BaseBranch, p, p.merged, stamp(x.TakenAt.Time)).at(x.place, p.place(f, "/baseBranch")), false
		case len(f.Record.Protections) == 0:
			return missing(want, "no rule of the forge is recorded").at(inRecord(f, "/protections"), p.place(f, "/baseBranch")), false
		}
		return fail("not-protected", want, "no active rule covers %s, which %s went into", p.BaseBranch, p).at(inRecord(f, "/protections"), p.place(f, "/baseBranch")), false
	})
}

func prFragment(f *Facts) Result {
	dir := f.Params.ChangelogFragments
	if dir == "" {
		return notApplicable("notes come from commits")
	}
	want := fmt.Sprintf("a file in %s with every pull request", dir)
	return f.eachPull(want, func(p *pull) (Result, bool) {
		o := f.ownersOf(p)
		if !o.known {
			return p.ownersUnknown(f), false
		}
		return fail("no-fragment", want, "%s brings none", p).at(p.place(f, "")), slices.ContainsFunc(o.paths, func(path string) bool { return strings.HasPrefix(path, dir+"/") })
	})
}
