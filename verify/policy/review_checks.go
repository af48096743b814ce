package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify"
)

func prRequired(f *Facts) Result {
	const want = "a pull request for every commit"
	r := f.eachCommit("commit-without-pull", want, func(c gitobj.CommitWithID) (string, bool) {
		return commits.Subject(c.Message), f.pullOf(string(c.ID)) != nil || f.justified(c)
	})
	if r.Outcome == verify.Pass {
		r.Proof = weakest([]verify.Proof{f.Range.Proof, f.Stated()}, verify.Proof{})
	}
	if r.Outcome == verify.Pass || r.Outcome == verify.Fail {
		r.Inputs = append(r.Inputs, inRecord(f, "/changes"))
	}
	return r
}

func prAssigned(f *Facts) Result {
	return f.eachPull("an assignee of every pull request who is a person", func(p *pull) (Result, bool) {
		var others []string
		for _, a := range p.Assignees {
			if f.person(a) {
				return Result{}, true
			}
			others = append(others, f.actorText(&a))
		}
		if len(others) > 0 {
			return fail("assigned-to-bot", "", "%s is assigned to %s", p, several(others)).at(p.place(f, "/assignees")), false
		}
		return missing("", p.String()+" is assigned to nobody").at(p.place(f, "/assignees")), false
	})
}

// ownersUnknown is the result where code owners are not known.
func (p *pull) ownersUnknown(f *Facts) Result {
	if f.Objects == nil {
		return unknown("missing", "what %s touches and who owns it cannot be told without the git objects", p).at(p.place(f, "/codeOwners"))
	}
	return missing("", "neither trees nor record show what "+p.String()+" touches and who owns it").at(p.place(f, "/codeOwners"))
}

func prOwnership(f *Facts) Result {
	return f.eachPull("a code owner of every changed path", func(p *pull) (Result, bool) {
		o := f.ownersOf(p)
		switch {
		case !o.ruled || !o.known:
			return p.ownersUnknown(f), false
		case o.file == "":
			return missing("", "the base of "+p.String()+" has no CODEOWNERS file").at(p.place(f, "/codeOwners")), false
		}
		var bare []string
		for _, path := range o.unowned {
			if !globbed(f.Params.UnownedPaths, path) {
				bare = append(bare, path)
			}
		}
		return fail("path-unowned", "", "nobody owns %s of %s", several(bare), p).at(p.place(f, "/codeOwners")), len(bare) == 0
	})
}

func prOwnersApproved(f *Facts) Result {
	return f.eachPull("an approval by owners of all touched code", func(p *pull) (Result, bool) {
		o := f.ownersOf(p)
		if !o.ruled {
			return p.ownersUnknown(f).follows("pr/ownership-metadata"), false
		}
		if o.file == "" {
			return missing("", "the base of "+p.String()+" has no CODEOWNERS file").at(p.place(f, "/codeOwners")).follows("pr/ownership-metadata"), false
		}
		var late *evidence.Team
		for _, rule := range o.rules {
			if rule.optional || len(rule.owners) == 0 {
				continue
			}
			have := 0
			for _, r := range p.approvals(f) {
				is, snapshot := f.owner(p, rule, r.by)
				if late = cmp.Or(late, snapshot); is {
					have++
				}
			}
			if have >= rule.approvals {
				continue
			}
			text := fmt.Sprintf("%s: %s of %s by %s", p, plural(have, "approval", "approvals"), rule.pattern, strings.Join(rule.owners, ", "))
			return p.unmerged(fail("owners-not-approved", "", "%s", text).at(p.place(f, "/codeOwners"), p.place(f, "/reviews"))), false
		}
		if late != nil {
			return warn(f.Stated(), "team-snapshot-late", "who was in %s when %s was merged is known only from %s", late.Name, p, stamp(late.TakenAt.Time)).at(p.place(f, "/codeOwners"), inRecord(f, "/teams")), false
		}
		return Result{}, true
	})
}

// needed is how many people must approve a pull request.
func (f *Facts) needed(p *pull) int {
	n := f.Params.Reviews
	if f.is(kindHotfix) && (ofHotfix(*p.Change) || strings.HasPrefix(f.sourceBranch(), "hotfix/")) {
		n = f.Params.HotfixReviews
	}
	for _, rule := range f.ownersOf(p).rules {
		if !rule.optional {
			n = max(n, rule.approvals)
		}
	}
	return n
}

func prMinApprovals(f *Facts) Result {
	return f.eachPull("enough different people, none of them an author, who approved before the merge", func(p *pull) (Result, bool) {
		have, need := p.approvals(f), f.needed(p)
		if len(have) >= need {
			return Result{}, true
		}
		want := "approvals of " + p.String() + " by " + counted(need, "person")
		r := fail("too-few-approvals", want, "%s", p.tally(f, have)).at(p.place(f, "/reviews"))
		return p.unmerged(r), false
	})
}

// unmerged names the cause where nothing can count, because the time of the
// merge is not recorded.
func (p *pull) unmerged(r Result) Result {
	if p.merged.known() {
		return r
	}
	return r.follows("pr/approved-before-merge")
}

// tally says whose approvals count, and why others do not.
func (p *pull) tally(f *Facts, have []review) string {
	text := p.String() + ": " + plural(len(have), "approval that counts", "approvals that count")
	if len(have) > 0 {
		text += " (" + strings.Join(f.reviewers(have), ", ") + ")"
	}
	var others []string
	for _, r := range p.reviews {
		if r.state != string(evidence.Approved) || slices.ContainsFunc(have, func(x review) bool { return x.party == r.party }) {
			continue
		}
		others = append(others, f.actorText(&r.by)+": "+p.whyNot(f, r))
	}
	if len(others) > 0 {
		text += "; " + several(others)
	}
	return text
}

// whyNot says why an approval does not count.
func (p *pull) whyNot(f *Facts, r review) string {
	switch {
	case p.wroteIt(r):
		return "an author"
	case f.Trust.IsBot(r.by.ID):
		return "a bot"
	case !f.listed(r.by):
		return "nobody whom trust lists"
	case !p.merged.known():
		return "the time of the merge is not known"
	case f.notAfter(r.at, p.merged) != yes:
		return "approved " + r.at.String() + ", merged " + p.merged.String()
	case r.dismissed != span{}:
		return "dismissed " + r.dismissed.String()
	}
	return "not their last word"
}

func prApprovedBeforeMerge(f *Facts) Result {
	const want = "an approval that stood at the merge of every pull request, none withdrawn, no request for changes open"
	return f.eachPull(want, func(p *pull) (Result, bool) {
		if !p.merged.known() {
			return missing(want, "when "+p.String()+" was merged is not recorded").at(p.place(f, "/mergedAt")), false
		}
		for _, r := range p.verdicts(f, p.merged) {
			if r.state == "changes-requested" && f.listed(r.by) && !p.wroteIt(r) {
				return fail("changes-requested", want, "%s asked for changes of %s %s, and it was merged %s", f.actorText(&r.by), p, r.at, p.merged).at(r.place), false
			}
		}
		for _, r := range p.reviews {
			if (r.state == "changes-requested" || r.state == "withdrawn") && !r.at.known() && f.listed(r.by) && !p.wroteIt(r) {
				return f.untimed(want, "when %s said %s of %s is not known", f.actorText(&r.by), r.state, p).at(r.place), false
			}
		}
		if r, ok := p.withdrawn(f); ok {
			return fail("approval-withdrawn", want, "%s withdrew the approval of %s %s, and it was merged %s", f.actorText(&r.by), p, r.at, p.merged).at(r.place), false
		}
		have := p.approvals(f)
		if len(have) > 0 {
			return Result{}, true
		}
		for _, r := range p.reviews {
			if r.state != string(evidence.Approved) || !f.listed(r.by) || p.wroteIt(r) {
				continue
			}
			switch f.notAfter(r.at, p.merged) {
			case no:
				return fail("approved-after-merge", want, "%s approved %s %s, and it was merged %s", f.actorText(&r.by), p, r.at, p.merged).at(r.place), false
			case open:
				return f.untimed(want, "%s approved %s %s, and it was merged %s", f.actorText(&r.by), p, r.at, p.merged).at(r.place), false
			}
		}
		return missing(want, p.tally(f, have)).at(p.place(f, "/reviews")).follows("pr/min-approvals"), false
	})
}

// withdrawn finds somebody who took an approval back before the merge and did
// not approve again.
func (p *pull) withdrawn(f *Facts) (review, bool) {
	last := map[string]review{}
	for _, r := range p.reviews {
		if r.state != "commented" && f.notAfter(r.at, p.merged) == yes {
			last[r.party] = r
		}
	}
	for _, r := range p.reviews {
		if x := last[r.party]; x.state == "withdrawn" && f.listed(x.by) && !p.wroteIt(x) {
			return x, true
		}
	}
	return review{}, false
}

func prApprovalOnHead(f *Facts) Result {
	const want = "approvals of the head that was merged"
	return f.eachPull(want, func(p *pull) (Result, bool) {
		have := p.approvals(f)
		var stale []review
		for _, r := range have {
			if !f.Params.StaleApprovals && !f.sameContent(r.commit, string(p.HeadCommit)) {
				stale = append(stale, r)
			}
		}
		switch {
		case len(have) == 0:
			return missing(want, p.String()+" has no approval that counts").at(p.place(f, "/reviews")).follows("pr/min-approvals"), false
		case p.HeadCommit == "":
			return missing(want, "the head of "+p.String()+" is not recorded").at(p.place(f, "/headCommit")), false
		case len(have)-len(stale) >= min(f.needed(p), len(have)):
			return Result{}, true
		}
		r := stale[0]
		return fail("stale-approval", want, "%s approved %s of %s, and %s was merged", f.actorText(&r.by), either(short(r.commit), "an unknown head"), p, short(string(p.HeadCommit))).
			at(r.place, p.place(f, "/headCommit")), false
	})
}

// sameContent reports whether two commits are one, or their trees are.
func (f *Facts) sameContent(a, b string) bool {
	switch {
	case a == "" || b == "":
		return false
	case a == b:
		return true
	case f.Objects == nil:
		return false
	}
	x, okX, errX := f.Objects.Lookup(gitobj.ID(a))
	y, okY, errY := f.Objects.Lookup(gitobj.ID(b))
	return okX && okY && errX == nil && errY == nil && x.Tree == y.Tree
}

// headOf tells the checks of a pull request's head, or of the commit that a
// merge queue made of it.
func (f *Facts) headOf(p *pull) func(checked) bool {
	heads := []string{string(p.HeadCommit)}
	for _, e := range p.Events {
		if e.Kind == "queued" {
			heads = append(heads, string(e.Commit))
		}
	}
	return func(c checked) bool { return c.commit != "" && slices.Contains(heads, c.commit) }
}

func prChecksPassed(f *Facts) Result {
	return f.eachPull("every required check passed on the head by the merge", func(p *pull) (Result, bool) {
		switch {
		case p.HeadCommit == "":
			return missing("", "the head of "+p.String()+" is not recorded").at(p.place(f, "/headCommit")), false
		case !p.merged.known():
			return missing("", "when "+p.String()+" was merged is not recorded").at(p.place(f, "/mergedAt")).follows("pr/approved-before-merge"), false
		}
		list := f.requiredChecks(atMerge)
		if len(list) == 0 {
			return missing("", "the policy requires no check by the merge"), false
		}
		for _, required := range list {
			if required.Check == checkSecrets {
				if r, ok := f.secretsPassed(p); !ok {
					return r.follows("pr/secrets-check"), false
				}
				continue
			}
			if r := f.passed(required.Check, "the head of "+p.String(), f.headOf(p), p.merged, required.NotApplicable); r.Outcome != verify.Pass {
				return r, false
			}
		}
		return Result{}, true
	})
}

// askedForReview is when review was first asked for: when the pull request was
// first ready, else the first request that did not come with its opening, as
// that of code owners does. The zero span is never.
func (p *pull) askedForReview(f *Facts) span {
	var asked span
	for _, e := range p.Events {
		if e.Kind == "ready-for-review" && e.At != nil {
			return atTime(e.At)
		}
		atOpening := p.OpenedAt != nil && e.At != nil && e.At.Sub(p.OpenedAt.Time) <= f.Params.ClockSkew.Duration()
		if e.Kind == "review-requested" && e.At != nil && !atOpening && asked == (span{}) {
			asked = atTime(e.At)
		}
	}
	return asked
}

func prChecksFirst(f *Facts) Result {
	const want = "required checks green when review was first asked for"
	return f.eachPull(want, func(p *pull) (Result, bool) {
		asked := p.askedForReview(f)
		if asked == (span{}) {
			return warn(f.Stated(), "no-event", "when review of %s was asked for is not recorded", p).at(p.place(f, "/events")), false
		}
		own := append(slices.Clone(p.Commits), p.HeadCommit)
		for _, r := range f.requiredChecks(atMerge) {
			if r.Check == checkSecrets && p.noSecretsScan() {
				continue
			}
			green := func(c checked) bool {
				return c.category == r.Check && (c.Outcome == "pass" || c.Outcome == "na" && r.NotApplicable) && f.notAfter(c.finished, asked) == yes
			}
			if !slices.ContainsFunc(own, func(id evidence.ObjectID) bool { return slices.ContainsFunc(f.checksOn(string(id)), green) }) {
				early := warn(f.Stated(), "review-before-checks", "review of %s was asked for %s, before %s was green", p, asked, r.Check)
				if f.Params.ReviewBeforeChecks == "fail" {
					early.Outcome = verify.Fail
				}
				return early.at(p.place(f, "/events")).follows("pr/checks-pass-before-merge"), false
			}
		}
		return Result{}, true
	})
}

// checksOn returns the results of checks of a commit.
func (f *Facts) checksOn(commit string) []checked {
	return f.onCommits.get(func() map[string][]checked {
		m := map[string][]checked{}
		for _, c := range f.checks() {
			if c.commit != "" {
				m[c.commit] = append(m[c.commit], c)
			}
		}
		return m
	})[commit]
}

// checkSecrets is the scan for secrets.
const checkSecrets = "secrets"

func prSecrets(f *Facts) Result {
	return f.eachPull("a scan for secrets that passed on the head by the merge, or a reason", f.secretsPassed)
}

// secretsPassed judges the scan for secrets of a pull request. Where there is no
// scan at all, the description may say why.
func (f *Facts) secretsPassed(p *pull) (Result, bool) {
	head := f.headOf(p)
	r := f.passed(checkSecrets, "the head of "+p.String(), head, p.merged, true)
	if r.Outcome == verify.Pass {
		return r, true
	}
	return r, p.noSecretsScan() && len(f.latest(checkSecrets, head, span{})) == 0
}

// noSecretsScan reports whether the description says why there is no scan for
// secrets.
func (p *pull) noSecretsScan() bool {
	t := p.test(checkSecrets)
	return t != nil && t.Run == nil && !placeholder(t.Rationale)
}

// qaRule is what a decision on QA sign-off says.
type qaRule struct {
	*evidence.DecisionRecord
	fact *verify.RecordFact
	// always asks every pull request, riskBased those with one of labels.
	always, riskBased bool
	labels            []string
}

// qaRule returns the rule on QA sign-off that held when the release was made;
// nil if there is none.
func (f *Facts) qaRule() *qaRule {
	fact, d := f.decision("qa-sign-off")
	if d == nil {
		return nil
	}
	word := strings.ToLower(d.Decision)
	q := &qaRule{DecisionRecord: d, fact: fact, always: strings.Contains(word, "always"), riskBased: strings.Contains(word, "risk-based")}
	for _, c := range d.Criteria {
		if strings.EqualFold(c.Name, "routing") {
			q.labels = strings.FieldsFunc(c.Finding, func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	return q
}

func prQASignoff(f *Facts) Result {
	q := f.qaRule()
	if q == nil {
		return notApplicable("no rule for QA sign-off is recorded")
	}
	if q.always == q.riskBased {
		return fail("qa-rule-unclear", "a rule that is always or risk-based", "%s: %s", q.ID, q.Decision).at(q.fact.Place("/decision")).follows("pr/qa-variant-recorded")
	}
	asked := func(p *pull) bool {
		return q.always || slices.ContainsFunc(p.Labels, func(l string) bool { return slices.Contains(q.labels, l) })
	}
	want := "an approval in the role " + strings.Join(f.Params.QARoles, " or ")
	return f.eachPullThat(asked, "no pull request has a label that asks for QA", want, func(p *pull) (Result, bool) {
		for _, r := range p.approvals(f) {
			if f.holds(r.by, r.at, f.Params.QARoles...) {
				return Result{}, true
			}
		}
		return fail("no-qa-signoff", want, "%s", p.tally(f, p.approvals(f))).at(p.place(f, "/reviews"), q.fact.Place("")), false
	})
}

func prQAVariant(f *Facts) Result {
	q := f.qaRule()
	if q == nil {
		return notApplicable("no rule for QA sign-off is recorded")
	}
	needed := map[bool][]string{true: {"role", "evidence", "review SLA"}, false: {"label scheme", "routing"}}[q.always]
	want := "the criteria " + strings.Join(needed, ", ")
	if q.always == q.riskBased {
		return fail("qa-rule-unclear", "a rule that is always or risk-based", "%s: %s", q.ID, q.Decision).at(q.fact.Place("/decision")).on(at(q.EffectiveFrom.Time), "")
	}
	for _, name := range needed {
		if !slices.ContainsFunc(q.Criteria, func(c evidence.DecisionTopic) bool { return strings.EqualFold(c.Name, name) && !placeholder(c.Finding) }) {
			return missing(want, q.ID+" does not state "+name).at(q.fact.Place("/criteria")).on(at(q.EffectiveFrom.Time), "")
		}
	}
	return pass(q.fact.Proof, "%s: %s", q.ID, q.Decision).wants(want).at(q.fact.Place(""))
}

func prExceptionLinked(f *Facts) Result {
	const want = "every exception named in the pull requests that rely on it"
	var where []verify.Place
	for _, u := range f.uses {
		theme, _, _ := strings.Cut(u.control, "/")
		if theme != "pr" && theme != "branch" && theme != "commit" {
			continue
		}
		for _, p := range f.concerned(f.result(u.control)) {
			if p.Details == nil || !slices.Contains(p.Details.Exceptions, u.exception) {
				return fail("exception-not-linked", want, "%s relies on %s for %s and does not name it", p, u.exception, u.control).at(p.place(f, "/details/exceptions"))
			}
			where = append(where, p.place(f, "/details/exceptions"))
		}
	}
	if len(where) == 0 {
		return notApplicable("no pull request relies on an exception")
	}
	return pass(f.Stated(), "named in %s", plural(len(where), "pull request", "pull requests")).wants(want).at(where...)
}

// concerned returns the pull requests that a finding points at.
func (f *Facts) concerned(c verify.Check) []*pull {
	var list []*pull
	for _, place := range c.Inputs {
		rest, ok := strings.CutPrefix(place.Pointer, "/predicate/changes/")
		number, _, _ := strings.Cut(rest, "/")
		n, err := strconv.Atoi(number)
		if ok && err == nil && n < len(f.pulls()) && !slices.Contains(list, f.pulls()[n]) {
			list = append(list, f.pulls()[n])
		}
	}
	return list
}
