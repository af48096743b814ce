package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

// firstParents returns the commits of the release on the line of first parents
// from the released commit, down to the base release.
func (f *Facts) firstParents() map[string]bool {
	return f.mainLineOf.get(func() map[string]bool {
		byID := make(map[string]gitobj.CommitWithID, len(f.Range.Commits))
		for _, c := range f.Range.Commits {
			byID[string(c.ID)] = c
		}
		line := map[string]bool{}
		for id := f.Record.Commit; ; {
			c, ok := byID[id]
			if !ok {
				return line
			}
			line[id] = true
			if len(c.Parents) == 0 {
				return line
			}
			id = string(c.Parents[0])
		}
	})
}

func branchFeatureFromMain(f *Facts) Result {
	const want = "feature branches that start at the main branch"
	heads := map[string]string{}
	if b := f.Record.Branches; b != nil {
		for _, r := range b.ActiveReleases {
			heads[string(r.Head)] = r.Name
		}
	}
	inRange := map[string]bool{}
	for _, c := range f.Range.Commits {
		inRange[string(c.ID)] = true
	}
	return f.eachPullThat(claims(branchFeature), "no feature branch", want, func(p *pull) (Result, bool) {
		base := string(p.BaseCommit)
		place := p.place(f, "/baseCommit")
		switch {
		case !f.mainLine(p.BaseBranch):
			return fail("not-from-main", want, "%s of %s went into %s", p.HeadBranch, p, either(p.BaseBranch, "an unknown branch")).at(p.place(f, "/baseBranch")), false
		case base == "":
			return missing(want, fmt.Sprintf("where %s of %s starts is not recorded", p.HeadBranch, p)).at(place), false
		case f.mainLine(f.sourceBranch()) && inRange[base] && !f.firstParents()[base]:
			return fail("not-from-main", want, "%s of %s starts at %s, which is not on the main line", p.HeadBranch, p, short(base)).at(place), false
		case heads[base] != "" && !f.firstParents()[base]:
			return fail("not-from-main", want, "%s of %s starts at %s, the head of %s", p.HeadBranch, p, short(base), heads[base]).at(place), false
		}
		return Result{}, true
	})
}

// made is when the head branch was made, as the forge saw it; the zero span if
// it did not.
func (p *pull) made() span {
	first := atTime(p.BranchCreatedAt)
	for _, e := range p.Events {
		if e.Kind == "branch-created" && e.At != nil && (!first.known() || e.At.Before(first.from)) {
			first = atTime(e.At)
		}
	}
	return first
}

func branchShortLived(f *Facts) Result {
	most := f.Params.BranchMaxAge.Duration()
	want := fmt.Sprintf("feature branches merged within %s", f.Params.BranchMaxAge)
	return f.eachPullThat(claims(branchFeature), "no feature branch", want, func(p *pull) (Result, bool) {
		made := p.made()
		if !made.known() || !p.merged.known() {
			return missing(want, fmt.Sprintf("when %s of %s was made or merged is not recorded", p.HeadBranch, p)).at(p.place(f, "/branchCreatedAt"), p.place(f, "/mergedAt")), false
		}
		age := p.merged.from.Sub(made.from)
		switch {
		case age > most+f.Params.ClockSkew.Duration():
			return fail("branch-too-old", want, "%s of %s was merged %s after it was made", p.HeadBranch, p, Span(age)).at(p.place(f, "/branchCreatedAt"), p.place(f, "/mergedAt")), false
		case age >= most*time.Duration(f.Params.BranchWarnPercent)/100:
			return warn(f.Stated(), "branch-old", "%s of %s was merged %s after it was made", p.HeadBranch, p, Span(age)).at(p.place(f, "/branchCreatedAt"), p.place(f, "/mergedAt")), false
		}
		return Result{}, true
	})
}

// deleted is when the head branch was deleted for good. A deletion whose time
// the forge does not say came before the pull request was read.
func (p *pull) deleted() span {
	var done span
	for _, e := range p.Events {
		switch {
		case e.Kind == "branch-restored":
			done = span{}
		case e.Kind == "branch-deleted" && e.At != nil:
			done = atTime(e.At)
		case e.Kind == "branch-deleted":
			done = span{p.merged.from, atTime(p.TakenAt).to}
		}
	}
	return done
}

func branchDeleted(f *Facts) Result {
	want := fmt.Sprintf("feature and hotfix branches deleted within %s of the merge", f.Params.BranchGrace)
	ends := func(p *pull) bool { return claims(branchFeature)(p) || claims(branchHotfix)(p) }
	return f.eachPullThat(ends, "no feature or hotfix branch", want, func(p *pull) (Result, bool) {
		from := p.merged
		if tagged := f.Tag.Object.Tagger.When; claims(branchHotfix)(p) && f.Tag.Embedded && tagged.After(from.to) {
			from = at(tagged)
		}
		if !from.known() {
			return missing(want, "when "+p.String()+" was merged is not recorded").at(p.place(f, "/mergedAt")), false
		}
		r := f.duty(want, from.to.Add(f.Params.BranchGrace.Duration()), p.deleted(), Result{Outcome: verify.Pass})
		if r.Outcome == verify.Pass {
			return r, true
		}
		r.Found = p.HeadBranch + " of " + p.String() + ": " + r.Found
		return r.at(p.place(f, "/events")), false
	})
}

// mergeCommitsOn reports whether the policy lets merge commits reach a line.
func (f *Facts) mergeCommitsOn(branch string) bool {
	return !f.mainLine(branch) && slices.Contains(f.Params.MergeCommitsOn, branchPrefix(branch))
}

func branchLinear(f *Facts) Result {
	const want = "one parent of every commit on a protected branch"
	place := inRecord(f, "/base")
	if !f.Range.Complete {
		return unknown("range-incomplete", "not all commits of the release are there: %s", f.Range.Why).wants(want).at(place)
	}
	if len(f.Range.Commits) == 0 {
		return notApplicable("the release has no change of its own")
	}
	var found []string
	var failure Result
	allowed := 0
	where := []verify.Place{place}
	for _, c := range f.Range.Commits {
		if len(c.Parents) < 2 {
			continue
		}
		branch := f.sourceBranch()
		p := f.pullOf(string(c.ID))
		if p != nil && p.BaseBranch != "" {
			branch = p.BaseBranch
		}
		if f.mergeCommitsOn(branch) {
			allowed++
			continue
		}
		if p != nil {
			where = append(where, p.place(f, ""))
		}
		found = append(found, fmt.Sprintf("%s on %s has %d parents", short(string(c.ID)), either(branch, "an unknown branch"), len(c.Parents)))
		failure = failure.onBranch(at(c.Committer.When), branch)
	}
	if len(found) > 0 {
		r := fail("merge-commit", want, "%s", several(found)).at(where...)
		r.occasions = failure.occasions
		return r
	}
	text := plural(len(f.Range.Commits), "commit", "commits")
	if allowed > 0 {
		text += fmt.Sprintf(", of which %s allowed on %s", plural(allowed, "merge commit is", "merge commits are"), strings.Join(f.Params.MergeCommitsOn, " and "))
	}
	return pass(f.Range.Proof, "%s", text).wants(want).at(place)
}

func branchNotRebased(f *Facts) Result {
	const want = "no forced push to a protected branch, nor to a pull request after its first review"
	shared := []branchNamed{}
	if b := f.sourceBranch(); b != "" {
		shared = append(shared, branchNamed{b, inRecord(f, "/branches/source")})
	}
	for _, p := range f.pulls() {
		if f.protected(p.BaseBranch) && !slices.ContainsFunc(shared, func(b branchNamed) bool { return b.name == p.BaseBranch }) {
			shared = append(shared, branchNamed{p.BaseBranch, p.place(f, "/baseBranch")})
		}
	}
	if len(shared) == 0 {
		return missing(want, "the branch of the release is not recorded").at(inRecord(f, "/branches"))
	}
	var where []verify.Place
	for _, b := range shared {
		rules := f.protections(b.name)
		i := slices.IndexFunc(rules, func(p protection) bool { return p.BlocksForcePush })
		switch {
		case len(rules) == 0:
			return missing(want, "no rule of the forge for "+b.name+" is recorded").at(inRecord(f, "/protections"), b.place).onBranch(f.releaseMoment(), b.name)
		case i < 0:
			return fail("force-push-allowed", want, "no rule for %s refuses forced pushes", b.name).at(rules[0].place, b.place).onBranch(f.releaseMoment(), b.name)
		}
		where = append(where, rules[i].place)
	}
	if len(f.pulls()) == 0 {
		return pass(f.Stated(), "forced pushes are refused").wants(want).at(where...)
	}
	r := f.eachPull(want, f.rewritten)
	if r.Outcome == verify.Pass {
		r.Inputs = append(where, r.Inputs...)
	}
	return r
}

// rewritten judges the forced pushes to a pull request.
func (f *Facts) rewritten(p *pull) (Result, bool) {
	const want = "no forced push after the first review"
	used := func(e evidence.ChangeEvent) bool { return len(f.checksOn(string(e.Before))) > 0 }
	var warned Result
	for i, e := range p.Events {
		if e.Kind != "force-pushed" || e.At != nil && p.merged.known() && e.At.After(p.merged.to) {
			continue
		}
		place := p.place(f, fmt.Sprintf("/events/%d", i))
		// One clock tells both, so that no skew is allowed for.
		for _, r := range p.reviews {
			pushed := atTime(e.At)
			switch {
			case !pushed.known() || !r.at.known():
				return f.untimed(want, "%s was pushed to by force %s; it has a review of %s", p, pushed, r.at).at(place, r.place), false
			case pushed.from.After(r.at.to):
				return fail("force-push", want, "%s was pushed to by force %s, after the review by %s %s", p, pushed, f.actorText(&r.by), r.at).at(place, r.place), false
			}
		}
		if used(e) {
			warned = warn(f.Stated(), "force-push-after-checks", "%s was pushed to by force %s, after checks of %s", p, atTime(e.At), short(string(e.Before))).wants(want).at(place)
		}
	}
	return warned, warned.Outcome == ""
}
