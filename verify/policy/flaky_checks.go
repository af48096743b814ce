package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// categoryQuarantine is the category of jobs that run quarantined tests.
const categoryQuarantine = "quarantine"

func flakyNoSilentDisable(f *Facts) Result {
	const want = "a quarantine or gate bypass for each check that does not block"
	last := map[string]checked{}
	var names []string
	for _, c := range f.checks() {
		if c.category == categoryQuarantine || !f.onRelease(c) {
			continue
		}
		old, known := last[c.Name]
		if !known {
			names = append(names, c.Name)
		}
		if !known || newer(c, old) {
			last[c.Name] = c
		}
	}
	var where []verify.Place
	for _, name := range names {
		c := last[name]
		where = append(where, c.place(f, "/outcome"))
		off := ""
		switch {
		case c.Outcome == "skipped":
			off = "was skipped"
		case c.MayFail:
			off = "may fail without stopping the pipeline"
		}
		if off != "" && !f.switchedOff(c) {
			return fail("silently-disabled", want, "%s %s", c.Name, off).at(c.place(f, "/outcome")).on(c.finished, "")
		}
	}
	if len(where) == 0 {
		return missing(want, "no check of the release is recorded").at(inRecord(f, "/checks"))
	}
	return pass(f.Stated(), "%s", plural(len(where), "check", "checks")).wants(want).at(where...)
}

// switchedOff reports whether a record says that a check does not block: a
// quarantine that had not ended, or a gate bypass.
func (f *Facts) switchedOff(c checked) bool {
	for _, q := range f.quarantines() {
		if q.of(f, c) && f.releaseMoment().within(spanOf(q.At).from, q.ExpiresAt.Time) == yes {
			return true
		}
	}
	for _, b := range verify.Standing[*evidence.GateBypass](f.Facts) {
		if strings.EqualFold(b.Gate, c.Name) || f.categoryOf(&evidence.Check{Name: b.Gate}) == c.category {
			return true
		}
	}
	return false
}

func flakyTimeBound(f *Facts) Result {
	when := f.releaseMoment()
	return f.eachQuarantine("an end that lies after the release went out", func(q quarantined) (Result, bool) {
		var r Result
		switch when.within(spanOf(q.At).from, q.ExpiresAt.Time) {
		case yes:
			return Result{}, true
		case no:
			if f.notAfter(when, spanOf(q.At)) == yes {
				return Result{}, true // it began later
			}
			r = fail("expired", "", "it ended %s, and the release went out %s", stamp(q.ExpiresAt.Time), when)
		default:
			r = f.untimed("", "it ends %s, and the release went out %s", stamp(q.ExpiresAt.Time), when)
		}
		r.Clock = "start of the production promotion, else time of the tag, as stated"
		return r.at(q.fact.Place("/expiresAt")).on(when, ""), false
	})
}

func flakyTicket(f *Facts) Result {
	return f.eachQuarantine("a ticket, named in the pull request where the failure was seen", func(q quarantined) (Result, bool) {
		if placeholder(q.Ticket.Name) && placeholder(q.Ticket.URI) {
			return missing("", "no ticket is stated").at(q.fact.Place("/ticket")), false
		}
		for _, p := range f.pulls() {
			if f.sawIt(q, p) && !p.mentionsTicket(q.Ticket) {
				return fail("ticket-not-linked", "", "%s, where it was seen, does not name %s", p, either(q.Ticket.Name, q.Ticket.URI)).at(p.place(f, "/tickets"), q.fact.Place("/run")), false
			}
		}
		return Result{}, true
	})
}

// sawIt reports whether the run in which a failure was seen is one of checks on
// the head of a pull request.
func (f *Facts) sawIt(q quarantined, p *pull) bool {
	return slices.ContainsFunc(f.checks(), func(c checked) bool {
		if !f.onCommit(string(p.HeadCommit))(c) {
			return false
		}
		return c.RunID != "" && strings.Contains("/"+q.Run.Name+"/"+q.Run.URI+"/", "/"+c.RunID+"/") ||
			slices.ContainsFunc(c.Evidence, func(e evidence.ResourceDescriptor) bool { return e.URI != "" && e.URI == q.Run.URI })
	})
}

// mentionsTicket reports whether a pull request names a ticket.
func (p *pull) mentionsTicket(t evidence.ResourceDescriptor) bool {
	return slices.ContainsFunc(p.Tickets, func(m evidence.TicketMention) bool {
		return m.ID == t.Name || t.URI != "" && strings.HasSuffix(t.URI, "/"+m.ID)
	})
}

func flakyApproved(f *Facts) Result {
	return f.eachQuarantine("an approval by somebody else than who asked for it, a reason and a plan", func(q quarantined) (Result, bool) {
		who := f.actorText(&q.Approval.Who)
		switch {
		case q.Approval.Decision == string(evidence.Rejected):
			return fail("rejected", "", "%s rejected it", who).at(q.fact.Place("/approval")), false
		case !f.listed(q.Approval.Who):
			return fail("approver-not-listed", "", "%s is nobody whom trust lists as a person", who).at(q.fact.Place("/approval/who")), false
		case !f.vouched(q.fact, q.Approval.Who):
			return fail("not-signed", "", "%s did not sign it, and no recorder vouches for it", who).at(q.fact.Place("/approval/who")), false
		case q.RequestedBy == nil:
			return missing("", "nothing says who asked for it").at(q.fact.Place("/requestedBy")), false
		case f.samePerson(q.Approval.Who, *q.RequestedBy):
			return fail("own-approval", "", "%s asked for it and approved it", who).at(q.fact.Place("/requestedBy"), q.fact.Place("/approval/who")), false
		case placeholder(q.Rationale):
			return missing("", "no reason is stated").at(q.fact.Place("/rationale")), false
		case placeholder(q.RestorationPlan):
			return missing("", "nothing says how the test comes back").at(q.fact.Place("/restorationPlan")), false
		}
		return Result{}, true
	})
}

func flakyHighRiskCoverage(f *Facts) Result {
	patterns := slices.Concat(f.Params.HighRiskPaths, f.Params.MigrationPaths)
	return f.eachQuarantine("other tests for what it covers, or nothing of high risk", func(q quarantined) (Result, bool) {
		if !saysNothing(q.CoveredBy) {
			return Result{}, true
		}
		if len(q.Paths) == 0 {
			return missing("", "no other test covers it, and nothing says which paths it covers").at(q.fact.Place("/paths"), q.fact.Place("/coveredBy")), false
		}
		if p := overlapping(q.Paths, patterns); p != "" {
			return fail("high-risk-path", "", "no other test covers %s", p).at(q.fact.Place("/paths"), q.fact.Place("/coveredBy")), false
		}
		for _, p := range f.pulls() {
			if f.highRisk(p) {
				return fail("high-risk-change", "", "no other test covers it, and the risk of %s is high", p).at(q.fact.Place("/coveredBy"), p.place(f, "")), false
			}
		}
		return Result{}, true
	})
}

// highRisk reports whether anything says that a pull request is of high risk.
func (f *Facts) highRisk(p *pull) bool {
	return slices.ContainsFunc(f.risks(p), func(r riskWord) bool { return slices.Contains(f.Params.HighRiskLevels, r.word) })
}

func flakyNotSecurity(f *Facts) Result {
	return f.eachQuarantine("no quarantine of "+strings.Join(f.Params.SecurityChecks, ", "), func(q quarantined) (Result, bool) {
		if slices.Contains(f.Params.SecurityChecks, q.category(f)) {
			return fail("security-gate", "", "it is of %s", q.Check).at(q.fact.Place("/check")), false
		}
		return Result{}, true
	})
}

func flakyBoundedRetries(f *Facts) Result {
	const want = "a bound on how often a check is run again, and a count of what failed"
	var where []verify.Place
	for _, c := range f.checks() {
		again := c.Attempt - 1
		if c.Tests != nil {
			again = max(again, min(c.Tests.Reruns, 1))
		}
		if again < 1 {
			continue
		}
		where = append(where, c.place(f, "/attempt"))
		switch {
		case c.MaxRetries == nil:
			return missing(want, fmt.Sprintf("%s was run again, and nothing bounds how often", c.Name)).at(c.place(f, "/maxRetries")).on(c.finished, "")
		case c.Attempt-1 > *c.MaxRetries:
			return fail("too-many-retries", want, "%s was run %s again, at most %d are allowed", c.Name, plural(int(c.Attempt-1), "time", "times"), *c.MaxRetries).at(c.place(f, "/attempt")).on(c.finished, "")
		case !f.failuresCounted(c):
			return missing(want, c.Name+" was run again, and nothing counts how often it fails").at(c.place(f, "/tests")).on(c.finished, "")
		}
	}
	if len(where) == 0 {
		return notApplicable("no check was run again")
	}
	return pass(f.Stated(), "%s", plural(len(where), "check", "checks")+" run again").wants(want).at(where...)
}

// failuresCounted reports whether the reliability of a check is counted: in its own
// counts of tests, or where a quarantine of it says.
func (f *Facts) failuresCounted(c checked) bool {
	if c.Tests != nil && (c.Tests.Flaky > 0 || c.Tests.Reruns > 0) {
		return true
	}
	return slices.ContainsFunc(f.quarantines(), func(q quarantined) bool { return q.of(f, c) && !placeholder(q.Metric) })
}

func flakyNonBlockingJob(f *Facts) Result {
	return f.eachQuarantine("a result of the job that still runs the test", func(q quarantined) (Result, bool) {
		for _, c := range f.checks() {
			its := q.Job != "" && c.Name == q.Job || q.Job == "" && c.category == categoryQuarantine
			if its && f.onRelease(c) && (c.Outcome == "pass" || c.Outcome == "fail") && !c.ranNone() {
				return Result{}, true
			}
		}
		return missing("", "no result of "+either(q.Job, "a job of quarantined tests")+" on the release").at(inRecord(f, "/checks"), q.fact.Place("/job")), false
	})
}

func flakyReleaseRisk(f *Facts) Result {
	var risks []string
	if n := f.Record.Notes; n != nil {
		risks = slices.Concat(n.Risks, n.KnownIssues)
	}
	if r := f.Record.ReleaseRecord; r != nil {
		risks = slices.Concat(risks, r.Quarantines, r.KnownIssues)
	}
	return f.eachQuarantine("its id among the risks of the release", func(q quarantined) (Result, bool) {
		if slices.ContainsFunc(risks, func(text string) bool { return namesID(text, q.ID) }) {
			return Result{}, true
		}
		return fail("not-a-risk", "", "the release names it nowhere").at(inRecord(f, "/releaseRecord/quarantines"), q.fact.Place("")), false
	})
}
