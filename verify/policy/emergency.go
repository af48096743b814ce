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

// emergencyControls are the controls of emergency changes.
var emergencyControls = []Control{{
	ID: "emergency/record-present", Level: Must, Sections: "1.3.2, 1.9.3.2, 1.13.3.3, 1.16.3.1, 1.32.3.2", Theme: themeWindow,
	Title: "Out-of-window production change has an emergency record", Failing: "A change outside of windows has no emergency record",
	Logic:   "Each change of production that began in no window, or names an emergency, names one that is recorded; the promotion to decide on needs one whose scope holds now.",
	Applies: "prod", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"promotion.at", "promotion.emergency", "rollback.emergency", "config-change.emergency", "flag-change.emergency", "emergency.id", "window statements"},
	Fix: verify.Fix{
		Before: "wait for the next window, or record the emergency before acting: dossier add emergency",
		Now:    "record the emergency with the decision that was taken then: dossier add emergency",
	},
	Check: emergencyRecordPresent,
}, {
	ID: "emergency/required-fields", Level: Must, Sections: "1.6.3, 1.11.3.2, 1.13.3.3, 1.21.3.5, 1.32.3.2", Theme: themeWindow,
	Title: "The record states reason, scope, approver, rollback plan and follow-ups", Failing: "An emergency record is incomplete",
	Logic:   "Each emergency states its reason, what is changed, who approved it, the rollback plan and at least one follow-up; a word that forms are left with states nothing.",
	Applies: "E", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.reason", "emergency.changes", "emergency.approval.who", "emergency.rollbackPlan", "emergency.followUps"},
	Fix: verify.Fix{
		Before: "fill in every field of the record: dossier new emergency",
		Now:    "state the record again with what is missing, superseding this one",
	},
	Check: emergencyRequiredFields,
}, {
	ID: "emergency/impact-over-risk", Level: Must, Sections: "1.3.3 exception", Theme: themeWindow,
	Title: "The record argues that waiting for the next window is worse than the expedited change", Failing: "The record does not argue why the change could not wait",
	Logic:   "Each emergency states the impact of waiting, and names as nextWindow the id of the window for production that opened first after the change began.",
	Applies: "E", Waive: "exc",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.businessImpact", "emergency.nextWindow", "window statements", "parameter windows"},
	Fix: verify.Fix{
		Before: "say what waiting would cost, and name the next window",
		Now:    "state the record again with both, superseding this one",
	},
	Check: emergencyImpactOverRisk,
}, {
	ID: "emergency/approver-role", Level: Must, Sections: "1.5.3, 2.11, 1.3.3", Theme: themeWindow,
	Title: "An authorised person approved the emergency", Failing: "Nobody who may approve an emergency approved it",
	Logic:   "The approver of each emergency is a person whom trust lists, and held a role of the parameter emergency-approvers then; the approver signed the record, or a recorder did.",
	Applies: "E", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.approval.who", "emergency.approval.at", "emergency.approval.decision", "trust: roles", "role-directory.roles", "delegation"},
	Fix: verify.Fix{
		Before: "have the incident commander, a service owner or a Release Manager approve it",
		Now:    "have one of them look at what was done and record what they decide; that it was done without stays",
	},
	Check: emergencyApproverRole,
}, {
	ID: "emergency/approver-independent", Level: Must, Sections: "d: 1.16.1, 1.13.3.3, 1.32.3.1", Theme: themeWindow,
	Title: "The emergency approver is not the author of the change", Failing: "An author of the change approved the emergency alone",
	Logic:   "The approver of each emergency is no author of the release; otherwise somebody else whom trust lists and who wrote none of it approves within the business days of the parameter second-approver-days, until when it is pending.",
	Applies: "E", Waive: "exc",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.approval.who", "approval.approver", "approval.at", "commits: author, committer, Co-authored-by", "record.changes[].authors"},
	Fix: verify.Fix{
		Before: "have somebody approve who wrote none of it",
		Now:    "have a second person look at it and approve: dossier approve FILE",
	},
	Check: emergencyApproverIndependent,
}, {
	ID: "emergency/approved-before-deploy", Level: Must, Sections: "d: 1.32.3.2, 1.3.2", Theme: themeWindow,
	Title: "Approval was given before acting", Failing: "The emergency was approved after acting",
	Logic:   "The approval of each emergency was given before each change of production that names it began. One that was written down later, by no more than the parameter verbal-approval, is a warning.",
	Applies: "E", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.approval.at", "promotion.at", "rollback.at", "config-change.at", "flag-change.at"},
	Fix: verify.Fix{
		Before: "get the approval first, by word if need be, and write it down at once",
		Now:    "an approval afterwards does not heal it: treat it in the review",
	},
	Check: emergencyApprovedBeforeDeploy,
}, {
	ID: "emergency/individual", Level: Must, Sections: "1.32.3.2 exception", Theme: themeWindow,
	Title: "Each emergency change is approved for itself; no standing permission", Failing: "An emergency was used as a standing permission",
	Logic:   "Each emergency names this release or commits of it, its scope ends, every change that names it began within, and no successful promotion was repeated under it in the same environment and on the same targets. That other releases use it shows in an archive.",
	Applies: "E arch", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.scope", "emergency.release", "promotion.emergency", "promotion.at", "promotion.targets"},
	Fix: verify.Fix{
		Before: "have each change approved by itself, for a time that ends",
		Now:    "record what really was approved, and have the other change reviewed as one that nobody approved",
	},
	Check: emergencyIndividual,
}, {
	ID: "emergency/linked-evidence", Level: Must, Sections: "1.32.3.2, 1.16.3.1(2)", Theme: themeWindow,
	Title: "The record links code change, tag, artifact version and deployment", Failing: "The emergency record does not lead to what was done",
	Logic:   "The links of each emergency lead to a pull request or commit of the release, its tag, one of its artifacts by digest, and a promotion by its id. Until the review is due (parameter emergency-review-days) it is pending.",
	Applies: "E; post", Waive: "no",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"emergency.links", "record.changes", "record.tag", "record.artifacts", "promotion.deploymentId"},
	Fix: verify.Fix{
		Before: "add the links once the change is made",
		Now:    "state the record again with the links, superseding this one",
	},
	Check: emergencyLinkedEvidence,
}, {
	ID: "emergency/ticket-linked", Level: Must, Sections: "1.16.3.1(2)", Theme: themeWindow,
	Title: "There is a change record or incident behind it", Failing: "The emergency names no incident or change record that is there",
	Logic:   "The incident of each emergency is a ticket of the release by its id or address, or a recorded incident.",
	Applies: "E", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.incident", "record.tickets", "record.releaseRecord.changeRequests", "incident.id"},
	Fix: verify.Fix{
		Before: "open the incident, and name it in the record",
		Now:    "record the incident: dossier add incident",
	},
	Check: emergencyTicketLinked,
}, {
	ID: "emergency/post-facto-review", Level: Must, Sections: "1.3.3, 1.32.3.2, 1.18.3.2", Theme: themeWindow,
	Title: "A review is done within the agreed time (example: next business day)", Failing: "The emergency was not reviewed in time",
	Logic:   "The review of each emergency, with who and what they found, was done by the end of as many business days after the change began as the parameter emergency-review-days says; late is a failure, not yet due is pending.",
	Applies: "E; post", Waive: "exc",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"emergency.review.at", "emergency.review.by", "emergency.review.outcome", "parameters business-zone, weekend, holidays"},
	Fix: verify.Fix{
		Before: "review the emergency and state the record again with the review",
		Now:    "review it now, and record an approved exception for the delay",
	},
	Check: emergencyPostFactoReview,
}, {
	ID: "emergency/corrective-actions", Level: Must, Sections: "1.32.3.2", Theme: themeWindow,
	Title: "The review records corrective actions", Failing: "The review names no corrective action, and not why there is none",
	Logic:   "The review of each emergency lists actions, or says none and after that the reason; pending until the review is due.",
	Applies: "E; post", Waive: "exc",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"emergency.review.actions"},
	Fix: verify.Fix{
		Before: "write down what is to change, or none and why",
		Now:    "state the record again with the actions, superseding this one",
	},
	Check: emergencyCorrectiveActions,
}, {
	ID: "emergency/follow-ups-owned", Level: Must, Sections: "1.6.3, 2.7.3.2", Theme: themeWindow,
	Title: "Follow-ups are work items with owner and due date", Failing: "A follow-up has no owner, or is overdue",
	Logic:   "Each follow-up of each emergency has a ticket, an owner or a role that answers for it, and a day; none is open after that day.",
	Applies: "E; post", Waive: "exc",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"emergency.followUps[].ticket", "emergency.followUps[].owner", "emergency.followUps[].due", "emergency.followUps[].state"},
	Fix: verify.Fix{
		Before: "give each follow-up a ticket, an owner and a day",
		Now:    "do what is overdue, or agree on another day, and state the record again",
	},
	Check: emergencyFollowUpsOwned,
}, {
	ID: "emergency/reconciled", Level: Must, Sections: "1.11.3.2 exception", Theme: themeWindow,
	Title: "The change is brought back under the normal process afterwards", Failing: "A step that the emergency skipped was not made up for",
	Logic:   "Each emergency says how the ordinary process was restored, and each check that it left out passed later on this release, in a run that the record names or by itself, or an exception names the check; pending until the review is due.",
	Applies: "E; post", Waive: "no",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"emergency.reconciliation", "emergency.waivedChecks[].validation", "emergency.waivedChecks[].validationRun", "record.checks", "exception"},
	Fix: verify.Fix{
		Before: "run afterwards what was left out, and say so in the record",
		Now:    "run it now, and state the record again with the result",
	},
	Check: emergencyReconciled,
}, {
	ID: "emergency/other-controls-kept", Level: Must, Sections: "1.10.3.4 guardrail, 1.16.3.3", Theme: themeWindow,
	Title: "An emergency shortens lead time only; review, checks, signing and audited promotion still apply", Failing: "The emergency went without more than a window",
	Logic:   "In an emergency, every control that is asked and that an emergency may not stand in for passes or is waived by an exception. Controls of windows, of emergencies, and those that an emergency record may stand in for are left out.",
	Applies: "E", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"outcomes of all controls"},
	Fix: verify.Fix{
		Before: "review, check and sign it as any other release; only the window may be missed",
		Now:    "mend the control that does not pass",
	},
	Last: true, Check: emergencyOtherControlsKept,
}, {
	ID: "emergency/check-waiver", Level: Must, Sections: "1.16.3.3", Theme: themeWindow,
	Title: "A waived check under emergency has recorded approval and compensating controls", Failing: "A check was left out without what must stand in for it",
	Logic:   "Each check that an emergency left out is of the parameter waivable-checks, was approved by a person whom trust lists, and has compensating controls; the emergency has follow-ups.",
	Applies: "E H", Waive: "no",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency.waivedChecks", "emergency.followUps", "parameter waivable-checks"},
	Fix: verify.Fix{
		Before: "run the check, or have its waiver approved with what stands in for it",
		Now:    "run the check now, and state the record again with approval and compensating controls",
	},
	Check: emergencyCheckWaiver,
}, {
	ID: "emergency/review-completed-role", Level: Must, Sections: "d: 1.5.3", Theme: themeWindow,
	Title: "The Service Owner completes the post-change review", Failing: "Nobody who must completed the review",
	Logic:   "Who reviewed each emergency held a role of the parameter emergency-reviewers then, or a delegation of it; pending until the review is due.",
	Applies: "E; post", Waive: "exc",
	Question: 7, Gate: verify.GateFinal,
	Evidence: []string{"emergency.review.by", "emergency.review.at", "trust: roles", "role-directory.roles", "delegation"},
	Fix: verify.Fix{
		Before: "have the service owner complete the review",
		Now:    "have the service owner complete the review, and state the record again",
	},
	Check: emergencyReviewCompletedRole,
}, {
	ID: "emergency/usage-visible", Level: Must, Sections: "1.32.3.3", Theme: themeWindow,
	Title: "Emergency use is reviewed over time", Failing: "Emergencies are used too often",
	Logic:   "Over an archive of releases, emergencies are counted by period, and more than the policy allows is a warning. One dossier does not show it.",
	Applies: "arch", Waive: "rat",
	Question: 7, Gate: verify.GateProduction,
	Evidence: []string{"emergency statements of several dossiers"},
	Fix: verify.Fix{
		Before: "look at the emergencies of a period, and at what they have in common",
		Now:    "look at the emergencies of a period, and at what they have in common",
	},
}}

func emergencyRecordPresent(f *Facts) Result {
	const want = "an emergency record for each change outside of windows"
	if len(f.actions()) == 0 {
		return missing(want, "no change of production is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	return f.eachAction(want, func(action) bool { return true }, func(a action) (Result, bool) {
		if a.emergency != "" {
			e := f.emergency(a.emergency)
			if e == nil {
				return missing(want, fmt.Sprintf("%s names emergency %s, which is not recorded", a, a.emergency)), false
			}
			return Result{Proof: e.fact.Proof}, true
		}
		w, in := f.openAt(envProduction, a.start)
		switch {
		case f.windowless() != "" && a.promotion != nil:
			return Result{}, true
		case in == yes:
			return w.known(), true
		case in == open:
			return f.untimed(want, "%s began at %s, and window %s is open %s", a, a.start, w.id, w.opening).at(a.place, w.place), false
		}
		if _, ok := f.byClause(a); ok && (a.kind == byRollback || a.does("rollback")) {
			return Result{}, true
		}
		if a.promotion != nil && a.promotion.candidate() {
			if e := f.reliedOn(*a.promotion); e != nil {
				return Result{Proof: e.fact.Proof}, true
			}
		}
		return missing(want, fmt.Sprintf("%s began %s, in no window, and names no emergency", a, a.start)), false
	})
}

func emergencyRequiredFields(f *Facts) Result {
	const want = "reason, scope, approver, rollback plan and follow-ups"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		for _, field := range []string{"/reason", "/changes", "/approval/who/id", "/rollbackPlan", "/followUps/*/ticket"} {
			if pointer, why := unstated(e.Emergency, field); why != "" {
				return missing(want, "emergency "+e.ID+": "+why).at(e.fact.Place(pointer)), false
			}
		}
		return Result{}, true
	})
}

func emergencyImpactOverRisk(f *Facts) Result {
	const want = "the impact of waiting, and the window that would have come next"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		switch {
		case placeholder(e.BusinessImpact):
			return missing(want, "emergency "+e.ID+" does not say what waiting would cost").at(e.fact.Place("/businessImpact")), false
		case placeholder(e.NextWindow):
			return missing(want, "emergency "+e.ID+" names no next window").at(e.fact.Place("/nextWindow")), false
		}
		named, ok := f.window(e.NextWindow)
		if !ok || !named.holds(envProduction) {
			return fail("window-unknown", want, "emergency %s names window %s, which is not defined for production", e.ID, e.NextWindow).at(e.fact.Place("/nextWindow")), false
		}
		changed := e.changed()
		if !changed.known() {
			return f.untimed(want, "the change of emergency %s began at %s", e.ID, changed), false
		}
		opens, ok := named.opensAfter(changed.to)
		if !ok {
			return fail("window-past", want, "window %s does not open after %s", named.id, changed).at(e.fact.Place("/nextWindow"), named.place), false
		}
		for _, w := range f.windows() {
			if sooner, ok := w.opensAfter(changed.to); ok && w.holds(envProduction) && sooner.from.Before(opens.from) {
				return fail("not-the-next-window", want, "window %s opens %s, and window %s before it, %s", named.id, stamp(opens.from), w.id, stamp(sooner.from)).at(e.fact.Place("/nextWindow"), w.place), false
			}
		}
		return Result{Proof: named.proof}, true
	})
}

// opensAfter returns the first opening of the window after a moment.
func (w window) opensAfter(t time.Time) (opening, bool) {
	if w.wrong != nil {
		return opening{}, false
	}
	return w.next(t)
}

func emergencyApproverRole(f *Facts) Result {
	roles := f.Params.EmergencyApprovers
	want := "approved by a holder of " + several(roles)
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		a, place := f.signed(e.Approval, e.fact, "/approval"), e.fact.Place("/approval/who")
		switch {
		case a.decision != evidence.Approved:
			return fail("rejected", want, "%s rejected emergency %s", a, e.ID).at(place), false
		case !a.counts:
			return fail("approval-hearsay", want, "emergency %s is said to be approved by %s, who did not sign it, nor did a recorder", e.ID, a).at(place), false
		case !f.listed(a.by):
			return fail("approver-unlisted", want, "trust lists no person %s, who approved emergency %s", a, e.ID).at(place), false
		}
		if _, ok := f.actsAs(a.by, a.at, roles...); !ok {
			return fail("unauthorised-approver", want, "%s approved emergency %s and held none of these roles %s", a, e.ID, a.at).at(place), false
		}
		return Result{Proof: a.proof}, true
	})
}

func emergencyApproverIndependent(f *Facts) Result {
	const want = "an approval of the emergency by somebody who wrote none of it"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		wrote, why, ok := releaseAuthors(f)
		if !ok {
			return why.wants(want).follows("sod/approver-not-author"), false
		}
		a := f.signed(e.Approval, e.fact, "/approval")
		proof := verify.Weakest(a.proof, authorsProof(f))
		if _, is := wrote.byKey[a.party()]; !is && f.listed(a.by) {
			return Result{Proof: proof}, true
		}
		due := f.Params.businessDays(latest(e.changed()), f.Params.SecondApproverDays)
		var done span
		for _, second := range approvalsOf(f).present {
			_, is := wrote.byKey[second.party()]
			if !is && f.listed(second.by) && second.party() != a.party() && !f.samePerson(second.by, a.by) &&
				(done == span{} || earliest(second.at).Before(earliest(done))) {
				done, proof = second.at, verify.Weakest(second.proof, authorsProof(f))
			}
		}
		r := f.duty(want, due, done, pass(proof, "%s", a))
		if r.Outcome == verify.Pass {
			return Result{Proof: proof}, true
		}
		r.Found = fmt.Sprintf("%s approved emergency %s and had a hand in the change; second approval %s", a, e.ID, r.Found)
		return r.at(e.fact.Place("/approval/who")), false
	})
}

// latest is the last moment of a span, as far as it is known.
func latest(s span) time.Time {
	if s.to.IsZero() {
		return s.from
	}
	return s.to
}

func emergencyApprovedBeforeDeploy(f *Facts) Result {
	const want = "the emergency was approved before any change that relies on it"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		when, place := spanOf(e.Approval.At), e.fact.Place("/approval/at")
		for _, a := range e.actions {
			switch f.notAfter(when, a.start) {
			case open:
				return f.untimed(want, "emergency %s was approved %s, and %s began %s", e.ID, when, a, a.start).at(place, a.place), false
			case no:
				if late := f.Params.VerbalApproval.Duration(); !when.to.IsZero() && !a.start.from.IsZero() && !when.to.After(a.start.from.Add(late)) {
					return warn(e.fact.Proof, "approval-written-later", "emergency %s was approved %s, and %s began %s", e.ID, when, a, a.start).at(place, a.place), false
				}
				return fail("approved-afterwards", want, "emergency %s was approved %s, and %s began %s", e.ID, when, a, a.start).at(place, a.place), false
			}
		}
		return Result{}, true
	})
}

func emergencyIndividual(f *Facts) Result {
	const want = "each emergency is for this change, for a time that ends, and used once"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		switch s := e.Scope; {
		case e.Release == nil && (s == nil || !slices.Contains(s.Commits, f.Record.Commit) && !slices.ContainsFunc(s.Artifacts, f.releasedHere)):
			return fail("standing-permission", want, "emergency %s names neither this release nor its commit or artifacts", e.ID).at(e.fact.Place("/scope")), false
		case s != nil && len(s.Commits) > 0 && !slices.Contains(s.Commits, f.Record.Commit):
			return fail("other-change", want, "emergency %s is for other commits", e.ID).at(e.fact.Place("/scope/commits")), false
		case s == nil || s.Interval == nil || s.Interval.NotAfter == nil:
			return fail("open-ended", want, "emergency %s does not end", e.ID).at(e.fact.Place("/scope")), false
		}
		done := map[string]action{}
		for _, a := range e.actions {
			switch e.valid(a.start) {
			case no:
				return fail("outside-scope", want, "%s began %s, and emergency %s holds %s", a, a.start, e.ID, spanOf(evidence.TimeOrInterval{Interval: e.Scope.Interval})).at(a.place, e.fact.Place("/scope/interval")), false
			case open:
				return f.untimed(want, "%s began %s, and emergency %s holds %s", a, a.start, e.ID, spanOf(evidence.TimeOrInterval{Interval: e.Scope.Interval})).at(a.place), false
			}
			if a.promotion == nil || strings.Contains(a.id, ", step ") {
				continue
			}
			key := a.promotion.Action + "\n" + strings.Join(slices.Sorted(slices.Values(a.promotion.Targets)), "\n")
			if first, again := done[key]; again && !a.promotion.candidate() {
				return fail("used-twice", want, "%s and %s rely on emergency %s", first, a, e.ID).at(first.place, a.place), false
			}
			if a.promotion.Result == "success" {
				done[key] = a
			}
		}
		return Result{}, true
	})
}

// releasedHere reports whether a reference is an artifact of the release, by its
// digest.
func (f *Facts) releasedHere(d evidence.ResourceDescriptor) bool {
	return slices.ContainsFunc(f.Record.Artifacts, func(a evidence.Artifact) bool { return d.Digest["sha256"] == a.Digest.Hex() })
}

// reviewDue is by when an emergency must have been reviewed.
func (f *Facts) reviewDue(e emergency) time.Time {
	return f.Params.businessDays(latest(e.changed()), f.Params.EmergencyReviewDays)
}

// undone is the result of a duty that is not done yet.
func (f *Facts) undone(e emergency, want, found string, place verify.Place) Result {
	r := f.duty(want, f.reviewDue(e), span{}, Result{})
	r.Found = found + ": " + r.Found
	return r.at(place)
}

func emergencyLinkedEvidence(f *Facts) Result {
	const want = "links to the code change, the tag, an artifact and the promotion"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		if lacks := f.unlinked(e); len(lacks) > 0 {
			return f.undone(e, want, "emergency "+e.ID+" has no link to "+several(lacks), e.fact.Place("/links")), false
		}
		return Result{}, true
	})
}

// unlinked names what the links of an emergency do not lead to.
func (f *Facts) unlinked(e emergency) []string {
	r := f.Record
	leads := func(to func(evidence.ResourceDescriptor) bool) bool { return slices.ContainsFunc(e.Links, to) }
	var lacks []string
	if !leads(func(d evidence.ResourceDescriptor) bool {
		commit := d.Digest["gitCommit"]
		return commit != "" && slices.ContainsFunc(f.Range.Commits, func(c gitobj.CommitWithID) bool { return string(c.ID) == commit }) ||
			slices.ContainsFunc(r.Changes, func(c evidence.Change) bool {
				return d.URI != "" && d.URI == c.URI || strings.TrimLeft(d.Name, "#!") == c.ID
			})
	}) {
		lacks = append(lacks, "a code change of the release")
	}
	if !leads(func(d evidence.ResourceDescriptor) bool {
		return d.Name == r.Tag.Name || d.Digest["gitTag"] != "" && d.Digest["gitTag"] == r.Tag.Object
	}) {
		lacks = append(lacks, "the tag")
	}
	if !leads(f.releasedHere) {
		lacks = append(lacks, "an artifact")
	}
	if !leads(func(d evidence.ResourceDescriptor) bool {
		return slices.ContainsFunc(f.into(envProduction), func(p promoted) bool {
			return d.Name != "" && (d.Name == p.ID || d.Name == p.DeploymentID)
		})
	}) {
		lacks = append(lacks, "a promotion")
	}
	return lacks
}

func emergencyTicketLinked(f *Facts) Result {
	const want = "an incident or change record that is a ticket or a recorded incident"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		place := e.fact.Place("/incident")
		switch {
		case placeholder(either(e.Incident.Name, e.Incident.URI)):
			return missing(want, "emergency "+e.ID+" names none").at(place), false
		case !f.refersHere(e.Incident):
			return fail("incident-unknown", want, "emergency %s names %s, of which nothing is recorded", e.ID, either(e.Incident.Name, e.Incident.URI)).at(place), false
		}
		return Result{}, true
	})
}

func emergencyPostFactoReview(f *Facts) Result {
	const want = "a review of the emergency, in time"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		r, place := e.Review, e.fact.Place("/review")
		if r == nil {
			return f.undone(e, want, "emergency "+e.ID, place), false
		}
		if r.By.ID == "" || placeholder(r.Outcome) {
			return missing(want, "the review of emergency "+e.ID+" does not say who found what").at(place), false
		}
		done := f.duty(want, f.reviewDue(e), spanOf(r.At), pass(e.fact.Proof, "reviewed"))
		return done.at(place), done.Outcome == verify.Pass
	})
}

func emergencyCorrectiveActions(f *Facts) Result {
	const want = "corrective actions in the review, or none with the reason"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		if e.Review == nil {
			return f.undone(e, want, "emergency "+e.ID, e.fact.Place("/review")).follows("emergency/post-facto-review"), false
		}
		said := slices.ContainsFunc(e.Review.Actions, func(text string) bool {
			text = strings.ToLower(strings.TrimSpace(text))
			reason, none := strings.CutPrefix(text, "none")
			return !placeholder(text) && (!none || !placeholder(strings.Trim(reason, " :,;.-")))
		})
		if !said {
			return missing(want, "the review of emergency "+e.ID+" names none").at(e.fact.Place("/review/actions")), false
		}
		return Result{}, true
	})
}

func emergencyFollowUpsOwned(f *Facts) Result {
	const want = "each follow-up has a ticket, an owner and a day, and none is overdue"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		if len(e.FollowUps) == 0 {
			return missing(want, "emergency "+e.ID+" has none").at(e.fact.Place("/followUps")), false
		}
		for i, u := range e.FollowUps {
			place := e.fact.Place(fmt.Sprintf("/followUps/%d", i))
			ticket := either(u.Ticket.Name, u.Ticket.URI)
			switch {
			case placeholder(ticket):
				return missing(want, "a follow-up of emergency "+e.ID+" has no ticket").at(place), false
			case u.Owner == nil && placeholder(u.OwnerRole):
				return missing(want, "follow-up "+ticket+" has no owner").at(place), false
			case u.Due.IsZero():
				return missing(want, "follow-up "+ticket+" has no day").at(place), false
			case u.State == "open" && !f.AsOf.Before(u.Due.Time):
				return fail("overdue", want, "follow-up %s is open, and was due %s", ticket, stamp(u.Due.Time)).at(place), false
			}
		}
		return Result{}, true
	})
}

func emergencyReconciled(f *Facts) Result {
	const want = "what the emergency skipped was made up for afterwards"
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		if placeholder(e.Reconciliation) {
			return f.undone(e, want, "emergency "+e.ID+" does not say how", e.fact.Place("/reconciliation")), false
		}
		for i, w := range e.WaivedChecks {
			if !f.madeUp(w) {
				r := f.undone(e, want, w.Name+" was left out and did not pass later", e.fact.Place(fmt.Sprintf("/waivedChecks/%d", i)))
				if w.Outage {
					r = r.follows("check/outage-post-validation")
				}
				return r, false
			}
		}
		return Result{}, true
	})
}

// madeUp reports whether a check that was left out passed later: in the run that
// the record states, or by itself on the release; or an exception names it.
func (f *Facts) madeUp(w evidence.WaivedCheck) bool {
	if v := w.Validation; v != nil && v.Outcome == "pass" {
		return true
	}
	category := f.categoryOf(&evidence.Check{Name: w.Name})
	for _, c := range f.latest(category, f.onRelease, span{}) {
		if c.Outcome == "pass" && f.notAfter(spanOf(w.Approval.At), c.finished) == yes {
			return true
		}
	}
	return slices.ContainsFunc(f.exceptions(), func(e exempt) bool {
		return slices.Contains(e.Controls, "check/"+category) || strings.Contains(e.PolicyReference, category)
	})
}

func emergencyOtherControlsKept(f *Facts) Result {
	const want = "nothing but windows is given up in an emergency"
	var lost []string
	var where []verify.Place
	for r, c := range f.outcomes() {
		theme, _, _ := strings.Cut(c.ID, "/")
		if theme == "window" || theme == "emergency" || c.Outcome != verify.Fail && c.Outcome != verify.Unknown {
			continue
		}
		if !r.waiver.emergency && c.EnforcedFrom == nil {
			lost = append(lost, c.ID)
		}
	}
	if len(lost) > 0 {
		return fail("more-than-windows", want, "%s", several(lost)).at(f.result(lost[0]).Inputs...).follows(lost[0])
	}
	proofs := []verify.Proof{f.Stated()}
	for _, e := range f.emergencies() {
		proofs, where = append(proofs, e.fact.Proof), append(where, e.fact.Place(""))
	}
	return pass(weakest(proofs, verify.Proof{}), "every other control holds").wants(want).at(append(where, verify.Place{Statement: &f.Release})...)
}

func emergencyCheckWaiver(f *Facts) Result {
	const want = "each check that was left out may be, with approval, compensating controls and follow-ups"
	if !slices.ContainsFunc(f.emergencies(), func(e emergency) bool { return len(e.WaivedChecks) > 0 }) {
		return notApplicable("no check is recorded as left out")
	}
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		for i, w := range e.WaivedChecks {
			place := e.fact.Place(fmt.Sprintf("/waivedChecks/%d", i))
			a := f.signed(w.Approval, e.fact, fmt.Sprintf("/waivedChecks/%d/approval", i))
			switch category := f.categoryOf(&evidence.Check{Name: w.Name}); {
			case placeholder(w.Name):
				return missing(want, "emergency "+e.ID+" left out a check without a name").at(place), false
			case !slices.Contains(f.Params.WaivableChecks, category):
				return fail("not-waivable", want, "%s was left out, and only %s may be", w.Name, several(f.Params.WaivableChecks)).at(place), false
			case a.decision != evidence.Approved || !f.listed(a.by) || !a.counts:
				return fail("waiver-not-approved", want, "nobody whom trust lists signed that %s may be left out, and no recorder vouches for it", w.Name).at(place), false
			case len(w.CompensatingControls) == 0 || slices.ContainsFunc(w.CompensatingControls, placeholder):
				return missing(want, "nothing stands in for "+w.Name).at(place), false
			case len(e.FollowUps) == 0:
				return missing(want, "emergency "+e.ID+" has no follow-up").at(e.fact.Place("/followUps")), false
			}
		}
		return Result{}, true
	})
}

func emergencyReviewCompletedRole(f *Facts) Result {
	roles := f.Params.EmergencyReviewers
	want := "reviewed by a holder of " + several(roles)
	return f.eachEmergency(want, func(e emergency) (Result, bool) {
		if e.Review == nil {
			return f.undone(e, want, "emergency "+e.ID, e.fact.Place("/review")).follows("emergency/post-facto-review"), false
		}
		if !f.vouched(e.fact, e.Review.By) {
			return fail("reviewer-unsigned", want, "neither %s nor a recorder signed that %s reviewed emergency %s", f.actorText(&e.Review.By), f.actorText(&e.Review.By), e.ID).at(e.fact.Place("/review/by")), false
		}
		if _, ok := f.actsAs(e.Review.By, spanOf(e.Review.At), roles...); !ok {
			return fail("reviewer-role", want, "%s reviewed emergency %s and held none of these roles then", f.actorText(&e.Review.By), e.ID).at(e.fact.Place("/review/by")), false
		}
		return Result{}, true
	})
}
