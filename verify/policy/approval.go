package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const themePeople = "Approvals & separation of duties"

// approvalControls are the controls of the approvals themselves. A release
// statement is a release to production by definition, so each asks for what
// must hold before that.
var approvalControls = []Control{{
	ID: "approval/production-present", Level: Must, Sections: "1.13.3.1(11), 1.13.3.3, 1.30.3.3, 1.21.5.1(5), 2.9.2", Theme: themePeople,
	Title: "The release has an approval", Failing: "Nobody approved the release",
	Logic:   "For each promotion into production, at least one decision \"approved\" is in force: signed by the approver it names, or recorded at the gate of the promotion by a recorder. In an emergency the decision that allows it stands in.",
	Applies: "prod", Waive: "no (emg approver instead)",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval statements", "promotion.approvals", "emergency.approval"},
	Fix: verify.Fix{
		Before: "have another person approve: dossier approve FILE",
		Now:    "have another person look at the release and record what they decide: dossier approve FILE",
	},
	Check: approvalPresent,
}, {
	ID: "approval/manual", Level: Must, Sections: "1.13.3.3, 1.13.5.1", Theme: themePeople,
	Title: "The approval is a deliberate act by a person", Failing: "No approval is a person's",
	Logic:   "At least one approval in force names a human approver.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver.kind", "promotion.approvals[].who.kind"},
	Fix: verify.Fix{
		Before: "have a person approve with their own key",
		Now:    "have a person look at the release and record what they decide",
	},
	Check: approvalManual,
}, {
	ID: "approval/rationale", Level: Must, Sections: "1.13.3.3, 1.13.5.3(3)", Theme: themePeople,
	Title: "The approver gave a reason", Failing: "An approval gives no reason",
	Logic:   "Every approval in force has a rationale; a stock word (parameter stock-rationales) is a warning.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.rationale", "promotion.approvals[].rationale"},
	Fix: verify.Fix{
		Before: "approve again with a sentence on what was looked at",
		Now:    "add a later approval that supersedes it and gives the reason",
	},
	Check: approvalRationale,
}, {
	ID: "approval/identity-and-time", Level: Must, Sections: "1.12.3.5, 1.12.6.3, 1.16.3.4, 1.21.3.3", Theme: themePeople,
	Title: "Each approval has identity and time", Failing: "An approval lacks identity or a possible time",
	Logic:   "Every approval in force names its approver and a time that is not after the moment of judgement.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver.id", "approval.at", "promotion.approvals[]"},
	Fix: verify.Fix{
		Before: "approve again with a correct clock",
		Now:    "add a later approval that supersedes it",
	},
	Check: approvalIdentity,
}, {
	ID: "approval/bound-to-candidate", Level: Must, Sections: "d: 1.13.5.3(1), 1.18.3.3", Theme: themePeople,
	Title: "The approval is for this very release", Failing: "The approval is for an earlier candidate",
	Logic:   "For each promotion into production, at least one approval in force names this release statement, or the released commit in this repository, or was given at the gate of a promotion of this commit or one of its artifacts.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.release", "approval.scope.commits", "promotion.commit", "promotion.artifacts"},
	Fix: verify.Fix{
		Before: "have the final release approved, not an earlier commit",
		Now:    "have the changes since the approved commit reviewed, and approve the release",
	},
	Check: approvalBound,
}, {
	ID: "approval/not-withdrawn", Level: Must, Sections: "d: 1.13.3.3", Theme: themePeople,
	Title: "No approval was withdrawn and no rejection is outstanding", Failing: "A rejection is outstanding",
	Logic:   "The last decision of everybody who decided is \"approved\": in approvals, at the gate and in go/no-go decisions. What was rejected in a statement, only a statement of the same person lifts. That nobody rejected is a fact under a seal only.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.decision", "approval.at", "approval.supersedes", "promotion.approvals[].decision", "go-no-go.decision", "seal"},
	Fix: verify.Fix{
		Before: "resolve what was objected to, and have the same person decide again",
		Now:    "resolve what was objected to, and record it",
	},
	Check: approvalNotWithdrawn,
}, {
	ID: "approval/references", Level: Must, Sections: "1.13.5.3(3)", Theme: themePeople,
	Title: "The approval refers to the PR, change request or incident", Failing: "The approval refers to nothing of this release",
	Logic:   "For each promotion into production, one approval in force names a pull request, a ticket, a change request or an incident of this release, by its id or address.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"approval.refs", "promotion.approvals[].refs", "record.changes", "record.tickets", "record.releaseRecord.changeRequests", "incident"},
	Fix: verify.Fix{
		Before: "approve with a reference to the change request: dossier approve --ref",
		Now:    "add a later approval that supersedes it and names the change request",
	},
	Check: approvalReferences,
}, {
	ID: "approval/by-release-manager", Level: Must, Sections: "1.13.5.3(3), 1.14.3, 1.16.3.3, 2.6.2, 1.5.3, 2.11", Theme: themePeople,
	Title: "The Release Manager, or a recorded delegate, approves", Failing: "No Release Manager approved, and nobody for one",
	Logic:   "For each promotion into production, an approver held a role of the parameter release-managers when they approved, by trust or a role directory; or a delegation to them of such a role, by one who held it, covers the time.",
	Applies: "prod", Waive: "emg (approver role list)",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"approval.approver", "approval.at", "promotion.approvals[].who", "trust: roles", "role-directory.roles", "delegation"},
	Fix: verify.Fix{
		Before: "have a Release Manager approve, or record the delegation: dossier add delegation",
		Now:    "have a Release Manager look at the release and record what they decide; the promotion stays one that none had approved",
	},
	Check: approvalByReleaseManager,
}, {
	ID: "approval/before-deploy", Level: Must, Sections: "1.13.3.1, 1.31.5.2", Theme: themePeople,
	Title: "Approval comes before the production deployment", Failing: "The release was approved after its deployment began",
	Logic:   "For each promotion into production, an approval was given before it began. If all that were are older than the parameter approval-max-age, that is a warning.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"approval.at", "promotion.approvals[].at", "promotion.at"},
	Fix: verify.Fix{
		Before: "have the release approved before it is deployed, and let the gate wait for that",
		Now:    "an approval afterwards does not heal it: record the incident, and let the gate wait for approvals",
	},
	Check: approvalBeforeDeploy,
}, {
	ID: "approval/after-verification", Level: Must, Sections: "d: 1.13.3.1(10,11), 1.15.3.5", Theme: themePeople,
	Title: "Approval follows successful staging verification", Failing: "The approval came before staging was verified",
	Logic:   "For each promotion into production, an approval was given after the last smoke test and monitoring of staging before it; a go/no-go decision may come earlier.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"approval.at", "promotion.approvals[].at", "promotion.verification[].at", "verification.at"},
	Fix: verify.Fix{
		Before: "have the release approved once staging is verified",
		Now:    "record an approved exception; the approval was given without the results of staging",
	},
	Check: approvalAfterVerification,
}, {
	ID: "approval/distinct-action", Level: Must, Sections: "1.21.3.2", Theme: themePeople,
	Title: "Production approval is its own auditable action in the deployment system", Failing: "No approval is an action of its own",
	Logic:   "For each promotion into production, an approval names production and either was recorded at the gate of a system that the parameter approval-systems lists, or is a statement that the approver signed. It is no review of a pull request and no approval in a ticket.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"approval.id", "approval.environment", "promotion.approvals[].system", "promotion.approvals[].refs", "record.changes[].reviews[].id"},
	Fix: verify.Fix{
		Before: "approve for production: at the gate of the deploy system, or dossier approve --environment production",
		Now:    "record an approved exception; a review stands for no approval",
	},
	Check: approvalDistinctAction,
}, {
	ID: "approval/per-environment", Level: Must, Sections: "1.12.3.5, 1.18.3.3", Theme: themePeople,
	Title: "Approvals and times are recorded for each environment gate", Failing: "A promotion passed a gate of which nothing is recorded",
	Logic:   "Each promotion has an approval with its time, at its gate or in a statement for its environment; or the release record names the rules of that environment's gate, none of which is approval, so that it was automatic.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"promotion.approvals", "approval.environment", "record.environments[].gate"},
	Fix: verify.Fix{
		Before: "record the approvals of each gate, and name the rules of automatic ones in the release configuration, under environments",
		Now:    "state what the deploy system has of that gate, in a later promotion record that supersedes it",
	},
	Check: approvalPerEnvironment,
}, {
	ID: "approval/authorised-role", Level: Must, Sections: "1.6.3(4), 1.21.3.2, 2.11.2", Theme: themePeople,
	Title: "The approver held an authorised role at that time", Failing: "No approver held an authorised role",
	Logic:   "For each promotion into production, as many approvers as the parameter approvers says held a role of the parameter approver-roles when they approved, by trust or by a role directory that covers the time, or decided for one who did.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"approval.approver", "approval.at", "promotion.approvals[].who", "trust: roles", "role-directory.roles", "delegation"},
	Fix: verify.Fix{
		Before: "have somebody approve who holds an authorised role, or record who holds it: dossier attest role-directory",
		Now:    "have somebody who holds an authorised role look at the release and record what they decide",
	},
	Check: approvalAuthorisedRole,
}, {
	ID: "approval/delegation-recorded", Level: Must, Sections: "d: 2.6.2", Theme: themePeople,
	Title: "Delegated approval is traceable to a delegation", Failing: "A delegated approval rests on no good delegation",
	Logic:   "Where somebody approved for another, the delegation says from whom, to whom, in which role, what may be decided, from when to when, and that a Release Manager other than the delegate granted it before it was used. Delegates are judged by the separation of duties as all approvers are.",
	Applies: "prod", Waive: "exc",
	Question: 5, Gate: verify.GateProduction,
	Evidence: []string{"delegation.from", "delegation.to", "delegation.role", "delegation.extent", "delegation.valid", "delegation.grantedBy", "go-no-go.delegation"},
	Fix: verify.Fix{
		Before: "have a Release Manager record the delegation before it is used: dossier attest delegation",
		Now:    "have a Release Manager look at the release and record what they decide, and record an approved exception",
	},
	Check: approvalDelegationRecorded,
}}

// noApproval is the result of a control that needs an approval where there is
// none.
func noApproval(s *standing, want string) Result {
	found := "no approval is recorded"
	if len(s.absent) > 0 {
		found = several(s.absent)
	}
	return missing(want, found).at(verify.Place{Statement: &s.f.Release})
}

// eachApproval applies judge to the approvals in force and returns the first
// result that is not ok.
func eachApproval(s *standing, want string, judge func(approval) (Result, bool)) Result {
	if len(s.present) == 0 {
		return noApproval(s, want).follows("approval/production-present")
	}
	for _, a := range s.present {
		if r, ok := judge(a); !ok {
			return r.wants(want).at(a.place(""))
		}
	}
	return pass(approvalProof(s.present), "%s", several(approvers(s.present))).wants(want).at(places(s.present)...)
}

// anyApproval asks that one approval in force is ok, otherwise there is the
// failure.
func anyApproval(s *standing, want string, failure Result, ok func(approval) bool) Result {
	if len(s.present) == 0 {
		return noApproval(s, want).follows("approval/production-present")
	}
	for _, a := range s.present {
		if ok(a) {
			return pass(a.proof, "%s", a).wants(want).at(a.place(""))
		}
	}
	return failure.wants(want).at(places(s.present)...)
}

// eachPassage applies judge to each promotion into production with its approvals,
// and returns the first result that does not pass, else the first warning.
func eachPassage(s *standing, want string, judge func(passage) Result) Result {
	var proofs []verify.Proof
	var where []verify.Place
	var found []string
	var warned *Result
	for _, p := range s.passages {
		r := noApproval(s, want).follows("approval/production-present")
		if len(p.present) > 0 {
			r = judge(p)
		}
		if r.Expected == "" {
			r.Expected = want
		}
		if len(r.Inputs) == 0 {
			r = r.at(places(p.present)...)
		}
		switch r.Outcome {
		case verify.Pass:
			proofs, where, found = append(proofs, r.Proof), append(where, r.Inputs...), append(found, r.Found)
		case verify.Warn:
			if warned == nil {
				warned = &r
			}
		default:
			return p.on(r)
		}
	}
	if warned != nil {
		return *warned
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", several(slices.Compact(found))).wants(want).at(where...)
}

// oneOf passes with the first approval of a passage that is ok, otherwise there is
// the failure.
func (p passage) oneOf(failure Result, ok func(approval) bool) Result {
	for _, a := range p.present {
		if ok(a) {
			return pass(a.proof, "%s", a).at(a.place(""))
		}
	}
	return failure
}

func approvalPresent(f *Facts) Result {
	s, want := approvalsOf(f), "an approval for production, signed by the approver or recorded at the gate"
	r := eachPassage(s, want, func(p passage) Result {
		return pass(approvalProof(p.present), "%s", several(approvers(p.present))).at(places(p.present)...)
	})
	r.FollowsFrom = ""
	return r
}

func approvalManual(f *Facts) Result {
	s := approvalsOf(f)
	return anyApproval(s, "an approval by a person",
		fail("not-human", "", "approved only by %s", several(approvers(s.present))),
		manual)
}

func approvalRationale(f *Facts) Result {
	return eachApproval(approvalsOf(f), "a reason in the approver's words", func(a approval) (Result, bool) {
		switch text := strings.TrimSpace(a.rationale); {
		case text == "":
			return missing("", a.String()+" gave none"), false
		case holdsFold(f.Params.StockRationales, text):
			return warn(a.proof, "stock-rationale", "%s: %q", a, text), false
		}
		return Result{}, true
	})
}

func approvalIdentity(f *Facts) Result {
	return eachApproval(approvalsOf(f), "an approver and a time for each approval", func(a approval) (Result, bool) {
		switch {
		case a.by.ID == "":
			return missing("", "an approval names no approver"), false
		case a.at == span{}:
			return missing("", a.String()+"'s approval has no time"), false
		case a.at.from.After(f.AsOf.Add(f.Params.ClockSkew.Duration())):
			return fail("in-the-future", "", "%s approved at %s, after the moment of judgement", a, a.at), false
		}
		return Result{}, true
	})
}

func approvalBound(f *Facts) Result {
	s := approvalsOf(f)
	return eachPassage(s, "an approval of this release or of commit "+f.Record.Commit, func(p passage) Result {
		return p.oneOf(fail("other-candidate", "", "%s approved something else", several(approvers(p.present))), s.bound)
	})
}

func approvalNotWithdrawn(f *Facts) Result {
	const want = "no rejection outstanding"
	s := approvalsOf(f)
	for _, key := range s.order {
		if a := s.last[key]; a.decision != evidence.Approved {
			return fail("rejected", want, "%s rejected it on %s: %q", a, a.at, a.rationale).at(a.place(""))
		}
	}
	if len(s.present) == 0 {
		return noApproval(s, want).follows("approval/production-present")
	}
	until := f.AsOf
	for _, p := range s.passages {
		if p.promotion != nil && p.promotion.start.known() && p.promotion.start.to.Before(until) {
			until = p.promotion.start.to
		}
	}
	return f.absence(until, pass(approvalProof(s.present), "nobody who decided rejected it").wants(want).at(places(s.present)...))
}

// refersHere reports whether a reference names a pull request, a ticket, a change
// request or an incident of the release.
func (f *Facts) refersHere(ref evidence.ResourceDescriptor) bool {
	is := func(id, uri string) bool {
		return id != "" && strings.TrimLeft(ref.Name, "#!") == strings.TrimLeft(id, "#!") || uri != "" && ref.URI == uri
	}
	return slices.ContainsFunc(f.Record.Changes, func(c evidence.Change) bool { return is(c.ID, c.URI) }) ||
		slices.ContainsFunc(f.Record.Tickets, func(t evidence.Ticket) bool { return is(t.ID, t.URI) }) ||
		f.Record.ReleaseRecord != nil && slices.ContainsFunc(f.Record.ReleaseRecord.ChangeRequests, func(c evidence.ResourceDescriptor) bool { return is(c.Name, c.URI) }) ||
		slices.ContainsFunc(f.Records, func(r verify.RecordFact) bool {
			return r.Kind == "incident" && r.Replaced == nil && is(r.Predicate.Head().ID, "")
		})
}

func approvalReferences(f *Facts) Result {
	return eachPassage(approvalsOf(f), "an approval that names a pull request, a ticket or an incident of this release", func(p passage) Result {
		refs := 0
		for _, a := range p.present {
			refs += len(a.refs)
		}
		none := missing("", several(approvers(p.present))+" named nothing")
		if refs > 0 {
			none = fail("refs-elsewhere", "", "%s named nothing of this release", several(approvers(p.present)))
		}
		return p.oneOf(none, func(a approval) bool { return slices.ContainsFunc(a.refs, f.refersHere) })
	})
}

func approvalByReleaseManager(f *Facts) Result {
	want := "an approval by a holder of " + several(f.Params.ReleaseManagers) + ", or for one"
	return eachPassage(approvalsOf(f), want, func(p passage) Result {
		return f.inRole(p.present, 1, "not-release-manager", f.Params.ReleaseManagers)
	})
}

// inRole asks that enough different people among those who approved held one of
// some roles then, or decided for one who did.
func (f *Facts) inRole(list []approval, enough int, code string, roles []string) Result {
	var held []approval
	var proofs []verify.Proof
	var where []verify.Place
	for _, a := range list {
		if d, ok := f.actsAs(a.by, a.at, roles...); ok && f.listed(a.by) {
			held, where = append(held, a), append(where, a.place(""))
			if d != nil {
				proofs, where = append(proofs, d.fact.Proof), append(where, d.fact.Place(""))
			}
		}
	}
	if len(approvers(held)) < enough {
		return fail(code, "", "approved by %s, of whom %d held such a role then", several(approvers(list)), len(approvers(held))).at(approverPlaces(list)...)
	}
	return pass(weakest(append(proofs, approvalProof(held)), verify.Proof{}), "%s", several(approvers(held))).at(where...)
}

func approvalAuthorisedRole(f *Facts) Result {
	enough := max(1, f.Params.Approvers)
	return eachPassage(approvalsOf(f), counted(enough, "approver")+" in a role of "+several(f.Params.ApproverRoles), func(p passage) Result {
		return f.inRole(p.present, enough, "unauthorised-approver", f.Params.ApproverRoles)
	})
}

func approvalBeforeDeploy(f *Facts) Result {
	const want = "an approval before the promotion into production begins"
	return eachPassage(approvalsOf(f), want, func(p passage) Result {
		if p.promotion == nil {
			return pass(approvalProof(p.present), "no promotion into production is recorded yet")
		}
		start, undecided := p.promotion.start, false
		var before []approval
		for _, a := range p.present {
			switch f.notAfter(a.at, start) {
			case yes:
				before = append(before, a)
			case open:
				undecided = true
			}
		}
		switch {
		case len(before) == 0 && undecided:
			return f.untimed(want, "%s approved at a time that is not known well enough, and the promotion began %s", several(approvers(p.present)), start)
		case len(before) == 0:
			first := p.present[0]
			return fail("approved-afterwards", want, "%s approved %s, and the promotion began %s", first, first.at, start).at(first.place(""), p.promotion.place(f, ""))
		}
		proof := weakest([]verify.Proof{approvalProof(before), p.promotion.proof}, verify.Proof{})
		if !slices.ContainsFunc(before, func(a approval) bool {
			return !earliest(a.at).Before(earliest(start).Add(-f.Params.ApprovalMaxAge.Duration()))
		}) {
			last := before[len(before)-1]
			return warn(proof, "approval-old", "%s approved %s, and the promotion began %s", last, last.at, start).at(last.place(""))
		}
		return pass(proof, "%s, before %s", several(approvers(before)), start).at(append(places(before), p.promotion.place(f, ""))...)
	})
}

func approvalAfterVerification(f *Facts) Result {
	const want = "an approval after staging was verified"
	return eachPassage(approvalsOf(f), want, func(p passage) Result {
		var moment span
		if p.promotion != nil {
			moment = p.promotion.start
		}
		done, why, ok := f.stagingVerified(moment)
		if !ok {
			return why
		}
		undecided := false
		for _, a := range p.present {
			switch f.notAfter(done.at, a.at) {
			case yes:
				return pass(weakest([]verify.Proof{a.proof, done.proof}, verify.Proof{}), "%s, after %s", a, done.at).at(a.place(""), done.place)
			case open:
				undecided = true
			}
		}
		if undecided {
			return f.untimed(want, "staging was verified %s", done.at).at(done.place)
		}
		last := p.present[len(p.present)-1]
		return fail("approved-before-verification", want, "%s approved %s, and staging was verified %s", last, last.at, done.at).at(last.place(""), done.place)
	})
}

// stagingVerified returns the last look at staging that passed before a moment:
// its smoke test or its monitoring, whichever came later.
func (f *Facts) stagingVerified(moment span) (done look, why Result, ok bool) {
	for _, p := range f.into(envStaging) {
		for _, kind := range []string{"smoke", "monitoring"} {
			l, found := f.lastLook(p, kind, moment)
			if !found {
				continue
			}
			if l.result == "pass" && (!ok || earliest(l.at).After(earliest(done.at))) {
				done, ok = l, true
			}
		}
	}
	if !ok {
		why = missing("an approval after staging was verified", "no verification of staging is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/verified-before-next")
	}
	return done, why, ok
}

func approvalDistinctAction(f *Facts) Result {
	const want = "an approval for production that is an action of its own, in a deploy system"
	return eachPassage(approvalsOf(f), want, func(p passage) Result {
		var not []string
		for _, a := range p.present {
			why := f.noOwnAction(a)
			if why == "" {
				return pass(a.proof, "%s", a).at(a.place(""))
			}
			not = append(not, a.String()+": "+why)
		}
		return fail("no-own-action", want, "%s", several(not))
	})
}

// ownStatement is how the parameter approval-systems calls approvals that the
// approver signed.
const ownStatement = "dossier"

// noOwnAction says why an approval is no action of its own; "" if it is.
func (f *Facts) noOwnAction(a approval) string {
	systems := f.Params.ApprovalSystems
	if a.statement != nil || a.emergency {
		switch {
		case len(systems) > 0 && !slices.Contains(systems, ownStatement):
			return "a statement, and the policy asks for " + several(systems)
		case a.environment == "":
			return "it does not name production"
		case a.statement != nil && f.isReview(a.statement.ID, ""):
			return "a review of a pull request"
		}
		return ""
	}
	ticket := slices.ContainsFunc(f.Record.Tickets, func(t evidence.Ticket) bool { return t.System != "" && t.System == a.system })
	switch {
	case placeholder(a.system):
		return "the system is not stated"
	case slices.ContainsFunc(a.refs, func(r evidence.ResourceDescriptor) bool { return f.isReview("", r.URI) }):
		return "a review of a pull request"
	case len(systems) > 0 && !holdsFold(systems, a.system):
		return "in " + a.system + ", and the policy asks for " + several(systems)
	case len(systems) == 0 && ticket:
		return "in a ticket"
	}
	return ""
}

// isReview reports whether an id or address is that of a review of the release.
func (f *Facts) isReview(id, uri string) bool {
	return slices.ContainsFunc(f.Record.Changes, func(c evidence.Change) bool {
		return slices.ContainsFunc(c.Reviews, func(r evidence.ChangeReview) bool {
			return id != "" && r.ID == id || uri != "" && r.URI == uri
		})
	})
}

func approvalPerEnvironment(f *Facts) Result {
	const want = "for each promotion its approvals with times, or the rules of an automatic gate"
	list := f.promotions()
	if len(list) == 0 {
		return missing(want, "no promotion is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	var proofs []verify.Proof
	var where []verify.Place
	for _, p := range list {
		proof, place, how := f.gateOf(p)
		if how == "" {
			return missing(want, "nothing is recorded of the gate of "+either(p.ID, "the promotion")+" to "+p.env).at(p.place(f, "/approvals")).on(p.start, p.env)
		}
		proofs, where = append(proofs, proof), append(where, place)
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(list), "gate", "gates")).wants(want).at(where...)
}

// gateOf says how a promotion passed its gate: approved or automatic; "" if
// nothing tells.
func (f *Facts) gateOf(p promoted) (proof verify.Proof, place verify.Place, how string) {
	for i, g := range p.Approvals {
		if a := f.signed(g, p.fact, fmt.Sprintf("/approvals/%d", i)); a.counts && a.decision == evidence.Approved && a.at != (span{}) {
			return a.proof, a.place(""), "approved"
		}
	}
	for _, a := range f.Approvals {
		if a.Approval == nil {
			continue
		}
		if x := statedApproval(a); x.counts && x.decision == evidence.Approved && (x.environment == "" || f.environment(x.environment) == p.env) {
			return x.proof, x.place(""), "approved"
		}
	}
	if e := f.reliedOn(p); e != nil {
		return e.fact.Proof, e.fact.Place("/approval"), "approved"
	}
	for i, e := range f.Record.Environments {
		named := f.environment(e.Name) == p.env
		if named && len(e.Gate) > 0 && !slices.ContainsFunc(e.Gate, func(rule string) bool { return placeholder(rule) || strings.EqualFold(rule, "approval") }) {
			return f.Stated(), inRecord(f, "/environments/%d/gate", i), "automatic"
		}
	}
	return verify.Proof{}, verify.Place{}, ""
}

func approvalDelegationRecorded(f *Facts) Result {
	const want = "a delegation from, to, role, extent and time, granted by a Release Manager before it was used"
	var proofs []verify.Proof
	var where []verify.Place
	judge := func(d delegated, used span) (Result, bool) {
		granted := spanOf(d.At)
		switch {
		case placeholder(d.Extent):
			return missing(want, "delegation "+d.ID+" does not say what may be decided"), false
		case f.samePerson(d.GrantedBy, d.To):
			return fail("delegated-by-oneself", want, "%s granted delegation %s to themselves", f.actorText(&d.GrantedBy), d.ID), false
		case !f.holds(d.GrantedBy, granted, f.Params.ReleaseManagers...):
			return fail("not-granted", want, "%s granted delegation %s and was no Release Manager %s", f.actorText(&d.GrantedBy), d.ID, granted), false
		}
		switch f.notAfter(granted, used) {
		case no:
			return fail("delegated-afterwards", want, "delegation %s was granted %s and used %s", d.ID, granted, used), false
		case open:
			return f.untimed(want, "delegation %s was granted %s and used %s", d.ID, granted, used), false
		}
		proofs, where = append(proofs, d.fact.Proof), append(where, d.fact.Place(""))
		return Result{}, true
	}
	for _, p := range approvalsOf(f).passages {
		for _, a := range p.present {
			if f.holds(a.by, a.at, f.Params.ApproverRoles...) {
				continue
			}
			if d, ok := f.delegationTo(a.by, a.at, f.Params.ApproverRoles...); ok {
				if r, ok := judge(d, a.at); !ok {
					return p.on(r.at(d.fact.Place(""), a.place("")))
				}
			}
		}
	}
	for fact, g := range verify.Standing[*evidence.GoNoGo](f.Facts) {
		if g.Delegation == "" {
			continue
		}
		d, ok := f.delegationTo(g.Approver, spanOf(g.At), f.Params.ApproverRoles...)
		if !ok || d.ID != g.Delegation {
			return missing(want, "go/no-go "+g.ID+" rests on delegation "+g.Delegation+", which is not recorded, is for another, or had ended").at(fact.Place("/delegation")).onRecord(g)
		}
		if r, ok := judge(d, spanOf(g.At)); !ok {
			return r.at(d.fact.Place(""), fact.Place("")).onRecord(g)
		}
	}
	if len(where) == 0 {
		return notApplicable("nobody decided for another")
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "use of a delegation", "uses of a delegation")).wants(want).at(where...)
}
