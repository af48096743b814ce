package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// standing sorts the approvals of a release by whether they count.
type standing struct {
	f *Facts
	// present are decisions "approved" for production, in force, and signed by
	// the approver they name. Approvals that somebody else wrote down are not
	// among them: whoever may sign approvals could otherwise approve in
	// another's name.
	present []verify.ApprovalFact
	// absent says of each other approval why it does not count.
	absent []string
	// last maps a party to its last decision.
	last map[string]verify.ApprovalFact
	// order lists the parties in the order of their first decision.
	order []string
}

// approvalsOf returns the approvals of the release, sorted.
func approvalsOf(f *Facts) *standing {
	return f.approvals.get(func() *standing { return sortApprovals(f) })
}

func sortApprovals(f *Facts) *standing {
	s := &standing{f: f, last: map[string]verify.ApprovalFact{}}
	for _, a := range f.Approvals {
		if a.Approval == nil {
			continue
		}
		if why := s.notPresent(a); why != "" {
			s.absent = append(s.absent, fmt.Sprintf("%s: %s", approver(a), why))
		} else {
			s.present = append(s.present, a)
		}
		if s.inProduction(a) {
			s.decide(a)
		}
	}
	return s
}

// decide keeps the party's last decision. At equal times a rejection wins. A
// rejection counts whoever wrote it down; only the approver can lift it.
func (s *standing) decide(a verify.ApprovalFact) {
	if a.Decision == evidence.Approved && !a.ByApprover {
		return
	}
	key := party(a)
	old, ok := s.last[key]
	switch {
	case !ok:
		s.order = append(s.order, key)
	case a.At.Before(old.At.Time), a.At.Equal(old.At.Time) && old.Decision == evidence.Rejected:
		return
	}
	s.last[key] = a
}

// party is who decided: the person, or the account of somebody trust does not
// list.
func party(a verify.ApprovalFact) string {
	if a.Person != "" {
		return a.Person
	}
	return "unlisted " + string(a.Approver.ID)
}

// approver is how people call who decided.
func approver(a verify.ApprovalFact) string {
	switch {
	case a.Person != "":
		return a.Person
	case a.Approver.Display != "":
		return a.Approver.Display
	}
	return string(a.Approver.ID)
}

func (s *standing) inProduction(a verify.ApprovalFact) bool {
	return a.Environment == "" || holdsFold(s.f.Params.ProductionEnvironments, a.Environment)
}

// notPresent says why a is no approval for production in force, "" if it is.
func (s *standing) notPresent(a verify.ApprovalFact) string {
	switch {
	case a.Decision != evidence.Approved:
		return "decided " + string(a.Decision)
	case !s.inProduction(a):
		return "for the environment " + a.Environment
	case !a.ByApprover:
		return "not signed by the approver"
	}
	return ""
}

// excluded says why an approval that is present does not count towards
// independent approval, as the control that says so; "" if it counts.
func (s *standing) excluded(a verify.ApprovalFact) string {
	switch {
	case !manual(a):
		return "approval/manual"
	case s.bot(a):
		return "sod/bots-do-not-count"
	case a.Person == "":
		return "sod/alias-folding" // not a person whom trust lists
	case !s.bound(a):
		return "approval/bound-to-candidate"
	case s.last[party(a)].Decision != evidence.Approved:
		return "approval/not-withdrawn"
	}
	return ""
}

// manual reports whether an approval is a person's: a human's by the record, or
// that of an account of which the record does not tell and that trust lists under
// a person.
func manual(a verify.ApprovalFact) bool {
	return a.Approver.Kind == evidence.Human || a.Approver.Kind == evidence.Unspecified && a.Person != ""
}

// bot reports whether trust knows the approver or a signer as a bot.
func (s *standing) bot(a verify.ApprovalFact) bool {
	return s.f.Trust.IsBot(a.Approver.ID) || slices.ContainsFunc(a.Signers, func(x verify.Signer) bool {
		return s.f.Trust.IsBot(x.Identity)
	})
}

// bound reports whether a is about this release or its very commit.
func (s *standing) bound(a verify.ApprovalFact) bool {
	switch {
	case a.Release != nil:
		return a.Release.Digest == s.f.Release
	case a.Scope != nil:
		return a.Scope.Repository == s.f.Record.Repository.URI && slices.Contains(a.Scope.Commits, s.f.Record.Commit)
	}
	return false
}

// counted returns the approvals that count towards independent approval. If
// there is none, why names the control that says why.
func (s *standing) counted() (list []verify.ApprovalFact, cause string) {
	cause = "approval/production-present"
	for _, a := range s.present {
		id := s.excluded(a)
		if id == "" {
			list = append(list, a)
		} else {
			cause = id
		}
	}
	return list, cause
}

// places are where the approvals stand.
func places(list []verify.ApprovalFact, pointer string) []verify.Place {
	out := make([]verify.Place, 0, len(list))
	for _, a := range list {
		out = append(out, inStatement(a.Statement, pointer))
	}
	return out
}

// approvalProof is the lowest proof among approvals.
func approvalProof(list []verify.ApprovalFact) verify.Proof {
	proofs := make([]verify.Proof, 0, len(list))
	for _, a := range list {
		proofs = append(proofs, a.Proof)
	}
	return weakest(proofs, verify.Proof{Grade: verify.Claimed})
}

// approvers lists who approved, each once.
func approvers(list []verify.ApprovalFact) []string {
	var names []string
	for _, a := range list {
		if n := approver(a); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
