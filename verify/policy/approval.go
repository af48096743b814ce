package policy

import (
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
	Logic:   "At least one decision \"approved\" for production is in force and signed by the approver it names.",
	Applies: "prod", Waive: "no (emg approver instead)",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval statements"},
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
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver.kind"},
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
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.rationale"},
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
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.approver.id", "approval.at"},
	Fix: verify.Fix{
		Before: "approve again with a correct clock",
		Now:    "add a later approval that supersedes it",
	},
	Check: approvalIdentity,
}, {
	ID: "approval/bound-to-candidate", Level: Must, Sections: "d: 1.13.5.3(1), 1.18.3.3", Theme: themePeople,
	Title: "The approval is for this very release", Failing: "The approval is for an earlier candidate",
	Logic:   "At least one approval in force names this release statement, or the released commit in this repository.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.release", "approval.scope.commits"},
	Fix: verify.Fix{
		Before: "have the final release approved, not an earlier commit",
		Now:    "have the changes since the approved commit reviewed, and approve the release",
	},
	Check: approvalBound,
}, {
	ID: "approval/not-withdrawn", Level: Must, Sections: "d: 1.13.3.3", Theme: themePeople,
	Title: "No approval was withdrawn and no rejection is outstanding", Failing: "A rejection is outstanding",
	Logic:   "The last decision of everybody who decided is \"approved\". That nobody rejected later cannot be shown without a seal, so that the control is never more than a warning here.",
	Applies: "prod", Waive: "no",
	Question: 5, Gate: verify.GateProduction, Profile: Minimal, Evidence: []string{"approval.decision", "approval.at", "approval.supersedes"},
	Fix: verify.Fix{
		Before: "resolve what was objected to, and have the same person decide again",
		Now:    "resolve what was objected to, and record it",
	},
	Check: approvalNotWithdrawn,
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
func eachApproval(s *standing, want string, judge func(verify.ApprovalFact) (Result, bool)) Result {
	if len(s.present) == 0 {
		return noApproval(s, want).follows("approval/production-present")
	}
	for _, a := range s.present {
		if r, ok := judge(a); !ok {
			return r.wants(want).at(inStatement(a.Statement, ""))
		}
	}
	return pass(approvalProof(s.present), "%s", several(approvers(s.present))).wants(want).at(places(s.present, "")...)
}

// anyApproval returns a pass if one approval in force is ok, otherwise the
// failure.
func anyApproval(s *standing, want string, failure Result, ok func(verify.ApprovalFact) bool) Result {
	if len(s.present) == 0 {
		return noApproval(s, want).follows("approval/production-present")
	}
	for _, a := range s.present {
		if ok(a) {
			return pass(a.Proof, "%s", approver(a)).wants(want).at(inStatement(a.Statement, ""))
		}
	}
	return failure.wants(want).at(places(s.present, "")...)
}

func approvalPresent(f *Facts) Result {
	const want = "an approval for production, signed by the approver"
	s := approvalsOf(f)
	if len(s.present) == 0 {
		return noApproval(s, want)
	}
	return eachApproval(s, want, func(verify.ApprovalFact) (Result, bool) { return Result{}, true })
}

func approvalManual(f *Facts) Result {
	s := approvalsOf(f)
	return anyApproval(s, "an approval by a person",
		fail("not-human", "", "approved only by %s", several(approvers(s.present))),
		manual)
}

func approvalRationale(f *Facts) Result {
	return eachApproval(approvalsOf(f), "a reason in the approver's words", func(a verify.ApprovalFact) (Result, bool) {
		switch text := strings.TrimSpace(a.Rationale); {
		case text == "":
			return missing("", approver(a)+" gave none"), false
		case holdsFold(f.Params.StockRationales, text):
			return warn(a.Proof, "stock-rationale", "%s: %q", approver(a), text), false
		}
		return Result{}, true
	})
}

func approvalIdentity(f *Facts) Result {
	return eachApproval(approvalsOf(f), "an approver and a time for each approval", func(a verify.ApprovalFact) (Result, bool) {
		switch {
		case a.Approver.ID == "":
			return missing("", "an approval names no approver"), false
		case a.At.IsZero():
			return missing("", approver(a)+"'s approval has no time"), false
		case a.At.After(f.AsOf.Add(f.Params.ClockSkew.Duration())):
			return fail("in-the-future", "", "%s approved at %s, after the moment of judgement", approver(a), a.At.Format("2006-01-02 15:04 UTC")), false
		}
		return Result{}, true
	})
}

func approvalBound(f *Facts) Result {
	s := approvalsOf(f)
	return anyApproval(s, "an approval of this release or of commit "+f.Record.Commit,
		fail("other-candidate", "", "%s approved something else", several(approvers(s.present))), s.bound)
}

func approvalNotWithdrawn(f *Facts) Result {
	const want = "no rejection outstanding"
	s := approvalsOf(f)
	for _, key := range s.order {
		if a := s.last[key]; a.Decision != evidence.Approved {
			return fail("rejected", want, "%s rejected it on %s: %q", approver(a), a.At.Format("2006-01-02"), a.Rationale).at(inStatement(a.Statement, "/decision"))
		}
	}
	if len(s.present) == 0 {
		return noApproval(s, want).follows("approval/production-present")
	}
	// Rules of format, R8: absence is a fact only under a seal.
	return warn(approvalProof(s.present), codeNotSealed, "none is in the file; without a seal, one that was left out would not show").
		wants(want).at(places(s.present, "/decision")...)
}
