package verify

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/trust"
)

// recorderRole is the role of trust whose word on other people's acts counts as
// attested.
const recorderRole = "recorder"

// approvals gathers the approvals of this release and of commits in its range.
func (r *run) approvals() {
	for _, st := range r.statements()[1:] {
		if a := r.predicates[st.ID].approval; a != nil && a.Release.Digest == r.release.ID {
			r.addApproval(ApprovalFact{Approval: a, Statement: st.ID, Signers: r.countedSigners(st)})
		}
	}
	for i, a := range r.facts.Record.Attestations {
		m, b, ok := r.attached(a)
		if !ok {
			continue // layer 1 says that it is missing
		}
		imported, err := readImported(b)
		if err != nil {
			c := link("attestation", "An imported attestation cannot be read", Proof{})
			c.Outcome, c.Code, c.Found = Warn, "attestation-unreadable", m.Name+": "+err.Error()
			c.Inputs = []Place{at(r.release.ID, fmt.Sprintf("/predicate/attestations/%d", i)), material(m.Digest)}
			r.add(c)
			continue
		}
		for _, one := range imported {
			r.importApproval(m, one)
		}
	}
}

// addApproval grades an approval: proven if the approver signed it, attested
// if a recorder did, a claim otherwise.
func (r *run) addApproval(f ApprovalFact) {
	f.Proof = Proof{Claimed, "an unknown signer"}
	if len(f.Signers) > 0 {
		f.Proof.By = f.Signers[0].Name()
	}
	for _, s := range f.Signers {
		switch {
		case r.same(s.Identity, f.Approver.ID):
			f.ByApprover, f.Proof = true, Proof{Proven, s.Name()}
		case slices.Contains(s.Roles, recorderRole) && !f.ByApprover:
			f.Proof = Proof{Attested, s.Name()}
		}
	}
	if r.o.Trust != nil {
		f.Person = r.o.Trust.Fold(f.Approver.ID)
	}
	r.facts.Approvals = append(r.facts.Approvals, f)
}

// same reports whether two identities are one person's.
func (r *run) same(a, b evidence.Identity) bool {
	if a == b {
		return a != ""
	}
	if r.o.Trust == nil {
		return false
	}
	p := r.o.Trust.Fold(a)
	return p != "" && p == r.o.Trust.Fold(b)
}

// importApproval takes an approval that was signed before the release existed
// and came along as a material (rules of format, R9). It is judged by its own
// signer, whose grant must cover the scope it states.
func (r *run) importApproval(m evidence.Material, one provenance.Entry) {
	if one.Statement.PredicateType != evidence.ApprovalType || one.Bundle == nil {
		return
	}
	c := link("approval", "An imported approval is about a commit of this release", Proof{})
	c.Inputs = []Place{material(m.Digest)}
	a, err := evidence.DecodeApproval(one.Statement.Predicate)
	switch {
	case err != nil:
		c.Found = m.Name + ": " + err.Error()
		c.fails("statement-malformed", "An imported approval cannot be read", Fix{Now: "have it signed again"})
	case a.Scope == nil:
		c.Found = m.Name + " names a release"
		c.fails("other-release", "An imported approval is a statement of another dossier", Fix{Now: "approve the commit, or this release"})
	case !sameSubjects(one.Statement.Subject, a.Scope.ScopeSubjects()):
		c.Found = m.Name + ": its subjects are not the commits of its scope"
		c.fails("subject-mismatch", "An imported approval contradicts itself", Fix{Now: "have it signed again"})
	default:
		r.takeApproval(&c, m, one.Bundle, a)
	}
	r.add(c)
}

func (r *run) takeApproval(c *Check, m evidence.Material, b *attest.Bundle, a *evidence.Approval) {
	s := r.importedSigner(b, m.Digest)
	if sc, ok := r.importedCheck("signatures/approval", s, m); ok {
		r.add(sc)
	}
	c.Found, c.Proof = m.Name+", signed by "+s.Name(), Proof{Proven, s.Name()}
	if !r.inRelease(a.Scope) {
		c.Outcome, c.Code, c.Title = Warn, "approval-out-of-scope", "An imported approval is about other commits and is not counted"
		return
	}
	if s.Code == "" {
		d := r.o.Trust.Allows(trust.Question{
			Signer: s.Identity, Kind: evidence.ApprovalType, Repository: a.Scope.Repository,
			Environment: a.Scope.Environment, Stated: a.At.Time, AsOf: r.o.AsOf,
			NotBefore: plain(s.NotBefore), NotAfter: plain(s.NotAfter), Proof: "signed",
		})
		s.Allowed, s.Code, s.Detail = d.Allowed, d.Code, d.Detail
	}
	if !s.Allowed {
		c.Outcome, c.Code, c.Title, c.Proof = Warn, s.Code, "An imported approval does not count", Proof{}
		c.Found = m.Name + ": " + s.Detail
		return
	}
	r.addApproval(ApprovalFact{Approval: a, Statement: b.StatementID(), Signers: []Signer{*s}, Imported: true})
}

// inRelease reports whether a scope is this repository and a commit of the
// release.
func (r *run) inRelease(s *evidence.Scope) bool {
	if s.Repository != r.facts.Record.Repository.URI {
		return false
	}
	if slices.Contains(s.Commits, r.facts.Record.Commit) {
		return true
	}
	for _, c := range r.facts.Range.Commits {
		if slices.Contains(s.Commits, string(c.ID)) {
			return true
		}
	}
	return false
}
