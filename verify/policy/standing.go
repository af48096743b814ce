package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// approval is a decision about bringing the release to an environment: a
// statement that the approver signed, or what a promotion records of its gate.
type approval struct {
	by evidence.Actor
	// person is the approver as trust knows them; "" if it does not.
	person      string
	decision    evidence.Decision
	environment string
	at          span
	rationale   string
	refs        []evidence.ResourceDescriptor
	// statement is the approver's own; nil for what others recorded.
	statement *verify.ApprovalFact
	// gate is the promotion at whose gate it was given, or which relies on the
	// emergency that it allowed; system is where.
	gate   *promoted
	system string
	// emergency reports that it allowed an emergency.
	emergency bool
	// counts reports that the approver signed it, or a recorder who says what the
	// deploy system has. What others write down is no approval: whoever may sign
	// could otherwise approve in another's name.
	counts bool
	proof  verify.Proof
	place  func(pointer string) verify.Place
}

// String is how people call who decided.
func (a approval) String() string {
	switch {
	case a.person != "":
		return a.person
	case a.by.Display != "":
		return a.by.Display
	}
	return string(a.by.ID)
}

// party is who decided: the person, or the account of somebody whom trust does
// not list.
func (a approval) party() string {
	if a.person != "" {
		return a.person
	}
	return "unlisted " + string(a.by.ID)
}

// approver is how people call who decided in a statement.
func approver(a verify.ApprovalFact) string { return statedApproval(a).String() }

func statedApproval(a verify.ApprovalFact) approval {
	x := approval{
		by: a.Approver, person: a.Person, decision: a.Decision, environment: a.Environment, rationale: a.Rationale, refs: a.Refs,
		statement: &a, counts: a.ByApprover, proof: a.Proof,
		place: func(pointer string) verify.Place { return inStatement(a.Statement, pointer) },
	}
	if !a.At.IsZero() {
		x.at = at(a.At.Time)
	}
	return x
}

// signed makes an approval of a decision that a record states. By whom the record
// is signed says whether it counts, and how it is known.
func (f *Facts) signed(s evidence.Signoff, fact *verify.RecordFact, pointer string) approval {
	a := approval{
		by: s.Who, person: f.fold(s.Who), decision: evidence.Decision(either(s.Decision, string(evidence.Approved))),
		at: spanOf(s.At), rationale: s.Rationale, refs: s.Refs, system: s.System,
		proof: verify.Proof{Grade: verify.Claimed, By: "whoever stated it"},
		place: func(p string) verify.Place { return fact.Place(pointer + p) },
	}
	for _, x := range fact.Signers {
		switch {
		case a.person != "" && f.Trust.Fold(x.Identity) == a.person || x.Identity == s.Who.ID:
			a.counts, a.proof = true, verify.Proof{Grade: verify.Proven, By: x.Name()}
			return a
		case slices.Contains(x.Roles, "recorder"):
			a.counts, a.proof = true, verify.Proof{Grade: verify.Attested, By: x.Name()}
		}
	}
	return a
}

// standing sorts the approvals of a release by whether they count.
type standing struct {
	f *Facts
	// present are decisions "approved" for production, in force, and signed by
	// the approver or recorded at the gate by a recorder.
	present []approval
	// absent says of each other approval why it does not count.
	absent []string
	// last maps a party to its last decision.
	last map[string]approval
	// order lists the parties in the order of their first decision.
	order []string
	// passages are the ways of the release into production.
	passages []passage
}

// passage is one promotion of the release into production, and who approved it.
type passage struct {
	// promotion is nil if none is recorded yet.
	promotion *promoted
	// present are the approvals in force for it, counted those of them that count
	// towards independent approval: by different people whom trust lists, before
	// it began. If there are none, cause names the control that says why.
	present, counted []approval
	cause            string
}

// on says that a failure happened with the passage.
func (p passage) on(r Result) Result {
	if p.promotion == nil || len(r.occasions) > 0 {
		return r
	}
	return r.on(p.promotion.start, envProduction)
}

// approvalsOf returns the approvals of the release, sorted.
func approvalsOf(f *Facts) *standing {
	return f.approvals.get(func() *standing { return sortApprovals(f) })
}

func sortApprovals(f *Facts) *standing {
	s := &standing{f: f, last: map[string]approval{}}
	for _, a := range f.Approvals {
		if a.Approval != nil {
			s.add(statedApproval(a))
		}
	}
	for fact, g := range verify.Standing[*evidence.GoNoGo](f.Facts) {
		a := f.signed(evidence.Signoff{Who: g.Approver, At: g.At, Decision: map[string]string{"no-go": string(evidence.Rejected)}[g.Decision]}, fact, "")
		a.environment = either(g.Environment, envProduction)
		if s.inProduction(a) { // decided before the gate, which asks again (A11)
			s.decide(a)
		}
	}
	for _, p := range f.into(envProduction) {
		for i, g := range p.Approvals {
			a := f.signed(g, p.fact, fmt.Sprintf("/approvals/%d", i))
			a.environment, a.gate = envProduction, &p
			s.add(a)
		}
		if e := f.reliedOn(p); e != nil {
			a := f.signed(e.Approval, e.fact, "/approval")
			a.environment, a.gate, a.emergency = envProduction, &p, true
			a.rationale = either(a.rationale, e.Reason)
			a.refs = append(slices.Clone(a.refs), e.Incident)
			s.add(a)
		}
	}
	s.pass()
	return s
}

func (s *standing) add(a approval) {
	if why := s.notPresent(a); why != "" {
		s.absent = append(s.absent, fmt.Sprintf("%s: %s", a, why))
	} else {
		s.present = append(s.present, a)
	}
	if s.inProduction(a) {
		s.decide(a)
	}
}

// decide keeps the party's last decision. At equal times a rejection wins. A
// rejection counts whoever wrote it down; only the approver can lift it, at the
// gate only one that was recorded there.
func (s *standing) decide(a approval) {
	if a.decision == evidence.Approved && !a.counts {
		return
	}
	key := a.party()
	old, ok := s.last[key]
	when, before := earliest(a.at), earliest(old.at)
	switch {
	case !ok:
		s.order = append(s.order, key)
	case when.Before(before), when.Equal(before) && old.decision == evidence.Rejected:
		return
	case a.gate != nil && old.gate == nil && a.decision == evidence.Approved:
		return
	}
	s.last[key] = a
}

func (s *standing) inProduction(a approval) bool {
	return a.environment == "" || holdsFold(s.f.Params.ProductionEnvironments, a.environment)
}

// notPresent says why a is no approval for production in force, "" if it is.
func (s *standing) notPresent(a approval) string {
	switch {
	case a.decision != evidence.Approved:
		return "decided " + string(a.decision)
	case !s.inProduction(a):
		return "for the environment " + a.environment
	case !a.counts && a.statement == nil:
		return "recorded by nobody whom trust names as recorder"
	case !a.counts:
		return "not signed by the approver"
	}
	return ""
}

// pass says which approvals each promotion into production has.
func (s *standing) pass() {
	for _, p := range s.f.into(envProduction) {
		if !p.refused() {
			s.passages = append(s.passages, s.passage(&p))
		}
	}
	if len(s.passages) == 0 {
		s.passages = []passage{s.passage(nil)}
	}
}

// refused reports whether a promotion was turned down at its gate, so that it
// never began.
func (p promoted) refused() bool {
	return p.Result == "cancelled" && slices.ContainsFunc(p.Approvals, func(g evidence.Signoff) bool { return g.Decision == string(evidence.Rejected) })
}

func (s *standing) passage(p *promoted) passage {
	x := passage{promotion: p, cause: "approval/production-present"}
	for _, a := range s.present {
		if a.gate != nil && (p == nil || a.gate.fact != p.fact) {
			continue
		}
		x.present = append(x.present, a)
		id := s.excluded(a)
		if id == "" && p != nil && s.f.notAfter(a.at, p.start) != yes {
			id = "approval/before-deploy"
		}
		if id == "" {
			x.counted = append(x.counted, a)
		} else {
			x.cause = id
		}
	}
	return x
}

// excluded says why an approval that is present does not count towards
// independent approval, as the control that says so; "" if it counts.
func (s *standing) excluded(a approval) string {
	switch {
	case !manual(a):
		return "approval/manual"
	case s.bot(a):
		return "sod/bots-do-not-count"
	case a.person == "":
		return "sod/alias-folding" // not a person whom trust lists
	case !s.bound(a):
		return "approval/bound-to-candidate"
	case s.last[a.party()].decision != evidence.Approved:
		return "approval/not-withdrawn"
	}
	return ""
}

// manual reports whether an approval is a person's: a human's by the record, or
// that of an account of which the record does not tell and that trust lists under
// a person.
func manual(a approval) bool {
	return a.by.Kind == evidence.Human || a.by.Kind == evidence.Unspecified && a.person != ""
}

// bot reports whether trust knows the approver or who signed for them as a bot.
func (s *standing) bot(a approval) bool {
	if s.f.Trust.IsBot(a.by.ID) {
		return true
	}
	return a.statement != nil && slices.ContainsFunc(a.statement.Signers, func(x verify.Signer) bool {
		return s.f.Trust.IsBot(x.Identity)
	})
}

// bound reports whether a is about this release or its very commit. At a gate it
// is about what the promotion brings.
func (s *standing) bound(a approval) bool {
	r := s.f.Record
	switch {
	case a.statement == nil:
		return string(a.gate.Commit) == r.Commit || slices.ContainsFunc(a.gate.Artifacts, func(d evidence.ResourceDescriptor) bool {
			return slices.ContainsFunc(r.Artifacts, func(x evidence.Artifact) bool { return d.Digest["sha256"] == x.Digest.Hex() })
		})
	case a.statement.Release != nil:
		return a.statement.Release.Digest == s.f.Release
	case a.statement.Scope != nil:
		return a.statement.Scope.Repository == r.Repository.URI && slices.Contains(a.statement.Scope.Commits, r.Commit)
	}
	return false
}

// places are where the approvals stand.
func places(list []approval) []verify.Place {
	out := make([]verify.Place, 0, len(list))
	for _, a := range list {
		out = append(out, a.place(""))
	}
	return out
}

// approverPlaces are where the approvals say who decided.
func approverPlaces(list []approval) []verify.Place {
	out := make([]verify.Place, 0, len(list))
	for _, a := range list {
		pointer := "/approver"
		if a.statement == nil {
			pointer = "/who"
		}
		out = append(out, a.place(pointer))
	}
	return out
}

// approvalProof is the lowest proof among approvals.
func approvalProof(list []approval) verify.Proof {
	proofs := make([]verify.Proof, 0, len(list))
	for _, a := range list {
		proofs = append(proofs, a.proof)
	}
	return weakest(proofs, verify.Proof{Grade: verify.Claimed, By: "nobody"})
}

// approvers lists who approved, each once.
func approvers(list []approval) []string {
	var names []string
	for _, a := range list {
		if n := a.String(); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
