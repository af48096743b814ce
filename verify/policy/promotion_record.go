package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// eachRecorded applies judge to the promotions that are recorded, and returns
// the first result that is not ok.
func (f *Facts) eachRecorded(want string, judge func(promoted) (Result, bool)) Result {
	return f.eachPromotion(want, func(p promoted) (Result, bool) {
		if p.candidate() {
			return Result{}, true
		}
		return judge(p)
	})
}

// gateApproved reports whether somebody approved a promotion at a time, by its
// record or by a statement of their own.
func (f *Facts) gateApproved(p promoted) bool {
	if p.env == envProduction && len(approvalsOf(f).present) > 0 {
		return true
	}
	return slices.ContainsFunc(p.Approvals, func(s evidence.Signoff) bool {
		return s.Who.ID != "" && s.Decision != string(evidence.Rejected) && spanOf(s.At) != (span{})
	})
}

// described reports whether one of some references names something.
func described(list []evidence.ResourceDescriptor) bool {
	return slices.ContainsFunc(list, func(d evidence.ResourceDescriptor) bool {
		return !placeholder(d.Name) || !placeholder(d.URI) || len(d.Digest) > 0
	})
}

func promotionMetadata(f *Facts) Result {
	const want = "ticket, commit, changes, artifacts, SBOM, provenance, times and approver of every promotion"
	return f.eachRecorded(want, func(p promoted) (Result, bool) {
		// What the release statement says of a deployment stands beside all that
		// it says of the release.
		own := p.fact.Source != verify.SourceRelease
		production := p.env == envProduction
		ended := p.Result == "success" || p.Result == "failure"
		for _, x := range []struct {
			pointer, what string
			lacks         bool
		}{
			{"/changeRequests", "ticket", (production || f.Params.TicketsBelowProduction) && !described(p.ChangeRequests) && (own || len(f.Record.Tickets) == 0)},
			{"/commit", "commit", p.Commit == ""},
			{"/pullRequests", "pull requests", own && len(f.Record.Changes) > 0 && !described(p.PullRequests)},
			{"/artifacts", "artifacts", !described(p.Artifacts)},
			{"/sboms", "SBOMs", own && !described(p.SBOMs)},
			{"/provenance", "provenance", own && !described(p.Provenance)},
			{"/at", "begin", p.start == span{}},
			{"/finishedAt", "end", ended && p.end == span{}},
			{"/approvals", "approver", production && !f.gateApproved(p)},
		} {
			if x.lacks {
				return missing("", p.named()+" states no "+x.what).at(p.place(f, x.pointer)), false
			}
		}
		return Result{}, true
	})
}

func promotionDeployRecord(f *Facts) Result {
	const want = "a record of the production deployment, and in each digest, release tag, approver, time and environment"
	recorded := false
	for _, p := range f.into(envProduction) {
		recorded = recorded || !p.candidate() && p.brings()
	}
	if !recorded {
		return missing(want, "no promotion to production is recorded").at(verify.Place{Statement: &f.Release})
	}
	return f.eachRecorded(want, func(p promoted) (Result, bool) {
		digest := slices.ContainsFunc(p.Artifacts, func(d evidence.ResourceDescriptor) bool { _, ok := d.Digest.SHA256(); return ok })
		for _, x := range []struct {
			pointer, what string
			lacks         bool
		}{
			{"/environment", "environment", placeholder(p.Environment)},
			{"/artifacts", "digest", !digest},
			{"/tag", "release tag", placeholder(p.Tag) && placeholder(p.Version)},
			{"/at", "time", p.start == span{}},
			{"/approvals", "approver", p.env == envProduction && !f.gateApproved(p)},
		} {
			if x.lacks {
				return missing("", p.named()+" states no "+x.what).at(p.place(f, x.pointer)), false
			}
		}
		return Result{}, true
	})
}

// sameThings reports whether two lists name the same digests.
func sameThings(a, b []evidence.ResourceDescriptor) bool {
	digests := func(list []evidence.ResourceDescriptor) []string {
		var sums []string
		for _, d := range list {
			sum, _ := d.Digest.SHA256()
			sums = append(sums, sum.String())
		}
		slices.Sort(sums)
		return slices.Compact(sums)
	}
	return slices.Equal(digests(a), digests(b))
}

func promotionLogInRecord(f *Facts) Result {
	const want = "one log of promotions, with approvals and times"
	var listed []evidence.Promotion
	if f.Record.ReleaseRecord != nil {
		listed = f.Record.ReleaseRecord.Promotions
	}
	stands := func(l evidence.Promotion) func(promoted) bool {
		return func(p promoted) bool {
			return !p.candidate() && (l.ID != "" && p.ID == l.ID || l.DeploymentID != "" && p.DeploymentID == l.DeploymentID)
		}
	}
	for i, l := range listed {
		place := inRecord(f, "/releaseRecord/promotions/%d", i)
		k := slices.IndexFunc(f.promotions(), stands(l))
		if k < 0 {
			return fail("not-stated", want, "the release record lists the promotion %s, and no statement tells of it", either(l.ID, l.DeploymentID)).at(place)
		}
		p, differs := f.promotions()[k], ""
		switch {
		case f.environmentOf(&l) != p.env:
			differs = "environment " + l.Environment + " and " + p.Environment
		case l.Commit != p.Commit:
			differs = "commit " + short(string(l.Commit)) + " and " + short(string(p.Commit))
		case !sameThings(l.Artifacts, p.Artifacts):
			differs = "other artifacts"
		case l.Result != p.Result && l.Result != "in-progress":
			differs = l.Result + " and " + p.Result
		case f.notAfter(spanOf(l.At), p.start) == no || f.notAfter(p.start, spanOf(l.At)) == no:
			differs = "begun " + spanOf(l.At).String() + " and " + p.start.String()
		}
		if differs != "" {
			return fail("log-differs", want, "%s: %s", p.named(), differs).at(place, p.place(f, "")).on(p.start, p.env)
		}
	}
	created := at(f.Record.CreatedAt.Time)
	r := f.eachRecorded(want, func(p promoted) (Result, bool) {
		over := p.end != span{} && f.notAfter(p.end, created) == yes && f.notAfter(created, p.end) == no
		inRecord := p.fact.Source == verify.SourceRelease || slices.ContainsFunc(listed, func(l evidence.Promotion) bool { return stands(l)(p) })
		switch {
		case over && !inRecord:
			return fail("not-listed", "", "%s was over %s, and the record of %s does not list it", p.named(), p.end, created), false
		case p.start == span{}:
			return missing("", p.named()+" states no time"), false
		case p.env == envProduction && !f.gateApproved(p):
			return missing("", p.named()+" states no approval"), false
		}
		return Result{}, true
	})
	for i := range listed {
		r = r.at(inRecord(f, "/releaseRecord/promotions/%d", i))
	}
	return r.timed()
}

func promotionWindowConfirmed(f *Facts) Result {
	const want = "a check of the window, or an open emergency record, before the promotion began"
	if f.Record.Kind == evidence.KindLibrary && !f.Params.LibraryWindows {
		return notApplicable("libraries need no window by the parameter library-windows")
	}
	opened := map[string]span{}
	for _, e := range verify.Standing[*evidence.Emergency](f.Facts) {
		opened[e.ID] = spanOf(e.At)
	}
	r := f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		var when span
		what, pointer := "", "/window"
		switch w := p.Window; {
		case p.Emergency != "":
			emergency, ok := opened[p.Emergency]
			if !ok {
				return missing("", fmt.Sprintf("%s relies on the emergency %s, which nobody recorded", p.named(), p.Emergency)).at(p.place(f, "/emergency")), false
			}
			when, what, pointer = emergency, "emergency "+p.Emergency+" opened", "/emergency"
		case w == nil:
			return missing("", p.named()+" names neither window nor emergency"), false
		case w.Result == "outside":
			return fail("outside-window", "", "%s: the check found it outside the window %s", p.named(), w.Window).at(p.place(f, "/window/result")), false
		default:
			when, what = atTime(w.CheckedAt), "window "+w.Window+" checked"
		}
		switch {
		case when == span{}:
			return missing("", p.named()+" does not say when the window was checked").at(p.place(f, pointer)).follows("window/enforced-by-ci"), false
		case f.notAfter(when, p.start) == no:
			return fail("confirmed-late", "", "%s %s; the promotion began %s", what, when, p.start).at(p.place(f, pointer)), false
		case f.notAfter(when, p.start) == open:
			return f.untimed("", "%s %s; the promotion began %s", what, when, p.start).at(p.place(f, pointer)), false
		}
		return Result{}, true
	})
	return r.timed()
}

func promotionFailedAttemptsKept(f *Facts) Result {
	const want = "every attempt to promote, whatever came of it"
	for i := range f.Records {
		fact := &f.Records[i]
		p, ok := fact.Predicate.(*evidence.Promotion)
		if !ok || fact.Replaced == nil || p.Result != "failure" {
			continue
		}
		for other, q := range verify.Standing[*evidence.Promotion](f.Facts) {
			if other.Statement == *fact.Replaced && q.Result == "success" {
				return fail("attempt-replaced", want, "the failed promotion %s was replaced by one that succeeded", p.ID).at(fact.Place("/result"), other.Place("/result")).onRecord(p)
			}
		}
	}
	if r, ok := f.attemptBefore(want); !ok {
		return r
	}
	if r, ok := f.unnumbered(want); !ok {
		return r
	}
	r := f.eachRecorded(want, func(promoted) (Result, bool) { return Result{}, true })
	return f.absence(f.decided(), r)
}

// attemptBefore asks for a production promotion before each incident and each
// rollback of the release in production.
func (f *Facts) attemptBefore(want string) (Result, bool) {
	attempted := func(by span) bool {
		return slices.ContainsFunc(f.into(envProduction), func(p promoted) bool {
			return !p.candidate() && f.notAfter(p.start, by) != no
		})
	}
	for fact, r := range verify.Standing[*evidence.Rollback](f.Facts) {
		if f.changed(r.Environment) == envProduction && !attempted(spanOf(r.At)) {
			return fail("attempt-missing", want, "the rollback %s took production back %s, and no promotion before it is recorded", r.ID, spanOf(r.At)).at(fact.Place("")).onRecord(r), false
		}
	}
	for fact, i := range verify.Standing[*evidence.Incident](f.Facts) {
		if i.Tag == f.Record.Tag.Name && !attempted(spanOf(i.Happened())) {
			return fail("attempt-missing", want, "the incident %s names %s in production, and no promotion before it is recorded", i.ID, i.Tag).at(fact.Place("")).onRecord(i), false
		}
	}
	return Result{}, true
}

// unnumbered asks for every number between the first and the last deployment of
// the release in an environment, where the deploy system numbers them so.
func (f *Facts) unnumbered(want string) (Result, bool) {
	if !f.Params.NumberedDeployments {
		return Result{}, true
	}
	last := map[string]int{}
	for _, p := range f.promotions() {
		if p.candidate() {
			continue
		}
		digits := p.DeploymentID[strings.LastIndexFunc(p.DeploymentID, func(c rune) bool { return c < '0' || c > '9' })+1:]
		n, err := strconv.Atoi(digits)
		if err != nil {
			return missing(want, p.named()+" has no number of the deploy system").at(p.place(f, "/deploymentId")).on(p.start, p.env), false
		}
		if before, ok := last[p.env]; ok && n > before+1 {
			return fail("deployment-gap", want, "between the deployments %d and %d to %s others are missing", before, n, p.env).at(p.place(f, "/deploymentId")).on(p.start, p.env), false
		}
		last[p.env] = n
	}
	return Result{}, true
}

func promotionLibraryPublication(f *Facts) Result {
	const want = "a recorded publication with tag, version, registry, approver and time"
	published := false
	r := f.eachInto(envProduction, want, func(p promoted) (Result, bool) {
		if p.Action != "publish" || p.candidate() {
			return Result{}, true
		}
		published = true
		if len(p.Artifacts) == 0 {
			return missing("", p.named()+" states no artifacts").at(p.place(f, "/artifacts")), false
		}
		for _, d := range p.Artifacts {
			if n, ok := f.releasedAs(d); ok {
				if pub, ok := f.publicationOf(n); !ok || pub.registry == "" {
					return missing("", "nobody recorded the registry of "+f.Record.Artifacts[n].Name).at(pub.place), false
				}
			}
		}
		for _, x := range []struct {
			pointer, what string
			lacks         bool
		}{
			{"/tag", "tag", placeholder(p.Tag)},
			{"/version", "version", placeholder(p.Version)},
			{"/approvals", "approver", !f.gateApproved(p)},
			{"/at", "time", p.start == span{}},
		} {
			if x.lacks {
				return missing("", p.named()+" states no "+x.what).at(p.place(f, x.pointer)), false
			}
		}
		return Result{}, true
	})
	if !published && r.Outcome == verify.Pass {
		return missing(want, "no publication is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	return r
}
