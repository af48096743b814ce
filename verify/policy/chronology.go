package policy

import (
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// event is a moment that somebody stated.
type event struct {
	what string
	when span
	// place is where it is stated; of many events few are asked.
	place func() verify.Place
}

// fixed is a place that is known already.
func fixed(place verify.Place) func() verify.Place {
	return func() verify.Place { return place }
}

// order is a pair of events of which the first cannot be after the second. The
// control that is about this pair alone, if there is one, is judgedBy.
type order struct {
	first, second event
	judgedBy      string
}

func inTurn(first, second event) order { return order{first: first, second: second} }

func traceChronology(f *Facts) Result {
	var impossible order // the first that is
	found, pairs := false, 0
	f.story(func(o order) {
		pairs++
		// A time that nobody stated contradicts nothing.
		if !found && f.notAfter(o.first.when, o.second.when) == no {
			impossible, found = o, true
		}
	})
	if o := impossible; found {
		return fail("impossible-order", o.first.what+" before "+o.second.what,
			"%s at %s, %s at %s", o.first.what, o.first.when, o.second.what, o.second.when).at(o.first.place(), o.second.place()).follows(o.judgedBy)
	}
	proofs := []verify.Proof{tagProof(f), f.Stated()}
	for _, p := range f.promotions() {
		proofs = append(proofs, p.proof)
	}
	res := pass(weakest(proofs, f.Stated()), "%s of times", plural(pairs, "pair", "pairs"))
	res.Clock = "times stated by their signers"
	return res.at(inRecord(f, "/createdAt"))
}

// story tells the pairs of events that have an order: of each pull request, of
// commit, tag, builds and record, and of the promotions.
func (f *Facts) story(tell func(order)) {
	recorded := func(pointer string) func() verify.Place {
		return func() verify.Place { return inRecord(f, "%s", pointer) }
	}
	created := event{"the record", at(f.Record.CreatedAt.Time), recorded("/createdAt")}
	tagged := event{"the tag", atTagged(f), recorded("/tag/object")}
	tell(inTurn(created, event{"the moment of judgement", at(f.AsOf), created.place}))
	tell(inTurn(tagged, created))
	var commit event
	if len(f.Range.Commits) > 0 && string(f.Range.Commits[0].ID) == f.Record.Commit {
		commit = event{"the commit", at(f.Range.Commits[0].Committer.When), recorded("/commit")}
		tell(inTurn(commit, tagged))
		tell(inTurn(commit, created))
	}
	var builds []event
	for i := range f.Provenance {
		v := &f.Provenance[i]
		if v.Summary == nil {
			continue
		}
		place := func() verify.Place { return inMaterial(v.Material.Digest) }
		start := event{"the start of the build", at(v.Summary.StartedAt.Time), place}
		end := event{"the end of the build", at(v.Summary.FinishedAt.Time), place}
		for _, o := range [...]order{inTurn(commit, start), inTurn(start, end), inTurn(start, created), inTurn(end, created)} {
			tell(o)
		}
		builds = append(builds, start)
	}
	for i, a := range f.Record.Artifacts {
		if a.Image != nil && a.Image.ResolvedAt != nil {
			found := event{"the image in its registry", atTime(a.Image.ResolvedAt), fixed(inRecord(f, "/artifacts/%d/image/resolvedAt", i))}
			for _, b := range builds {
				tell(inTurn(b, found))
			}
		}
	}
	f.storyOfPulls(builds, tell)
	f.storyOfPromotions(builds, tagged, tell)
	for _, a := range f.Approvals {
		if a.Approval != nil && a.Release != nil {
			given := event{"the approval by " + approver(a), at(a.At.Time), fixed(inStatement(a.Statement, "/at"))}
			tell(order{created, given, "trace/recorded-before-production"})
		}
	}
}

// atTagged is when the tag says that it was made.
func atTagged(f *Facts) span { return at(f.Tag.Object.Tagger.When) }

// storyOfPulls is branch, opening, review, merge and build.
func (f *Facts) storyOfPulls(builds []event, tell func(order)) {
	for _, p := range f.pulls() {
		place := func(pointer string) func() verify.Place {
			return func() verify.Place { return p.place(f, pointer) }
		}
		opened := event{p.String() + " opened", atTime(p.OpenedAt), place("/openedAt")}
		merged := event{p.String() + " merged", p.merged, place("/mergedAt")}
		tell(inTurn(event{"the branch of " + p.String(), atTime(p.BranchCreatedAt), place("/branchCreatedAt")}, opened))
		tell(inTurn(opened, merged))
		approved := false
		for _, r := range p.reviews {
			given := event{"the review of " + p.String() + " by " + f.actorText(&r.by), r.at, fixed(r.place)}
			tell(inTurn(opened, given))
			if r.state == string(evidence.Approved) && !approved { // the first of them
				approved = true
				tell(inTurn(given, merged))
			}
		}
		for _, b := range builds {
			tell(inTurn(merged, b))
		}
	}
}

// storyOfPromotions is build, development, staging, approval and production. Of
// several promotions into one environment the first counts, of several approvals
// the last: others may have come at any time.
func (f *Facts) storyOfPromotions(builds []event, tagged event, tell func(order)) {
	var before, staging event
	for _, env := range []string{envDev, envStaging, envProduction} {
		for _, p := range f.into(env) {
			if p.ofAnother(f) {
				continue
			}
			began := event{"promotion " + p.name(), p.start, fixed(p.place(f, "/at"))}
			for _, b := range builds {
				tell(inTurn(b, began))
			}
			tell(inTurn(began, event{"the end of promotion " + p.name(), p.end, fixed(p.place(f, "/finishedAt"))}))
			tell(inTurn(before, began))
			if env == envProduction {
				tell(inTurn(tagged, began))
				f.storyOfApprovals(p, began, staging, tell)
			}
		}
		if list := f.into(env); len(list) > 0 {
			before = event{"promotion " + list[0].name(), list[0].start, fixed(list[0].place(f, "/at"))}
			if env == envStaging {
				staging = before
			}
		}
	}
}

// storyOfApprovals is staging, approval and the promotion that was approved.
func (f *Facts) storyOfApprovals(p promoted, began, staging event, tell func(order)) {
	var first, last event
	see := func(e event) {
		if (first.when == span{}) || earliest(e.when).Before(earliest(first.when)) {
			first = e
		}
		if (last.when == span{}) || earliest(e.when).After(earliest(last.when)) {
			last = e
		}
	}
	for i, a := range p.Approvals {
		if a.Decision != string(evidence.Rejected) && a.At.Validate() == nil {
			see(event{"the approval by " + f.actorText(&p.Approvals[i].Who), spanOf(a.At), fixed(p.place(f, "/approvals"))})
		}
	}
	for _, a := range approvalsOf(f).present {
		if a.statement != nil && a.statement.Release != nil && f.environment(a.environment) == envProduction {
			see(event{"the approval by " + a.String(), a.at, fixed(a.place("/at"))})
		}
	}
	tell(order{first, began, "approval/before-deploy"})
	tell(order{staging, last, "approval/after-verification"})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
