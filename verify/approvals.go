package verify

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// recorderRole is the role of trust whose word on other people's acts counts as
// attested.
const recorderRole = "recorder"

// approvals gathers the approvals that name this release.
func (r *run) approvals() {
	for _, st := range r.statements()[1:] {
		if a, ok := r.predicates[st.ID].own.(*evidence.Approval); ok && a.Release.Digest == r.release.ID {
			r.ownApproval(st, a)
		}
	}
}

// ownApproval takes an approval that names this release. To approve some of
// the artifacts is not to approve the release; to reject one of them is to
// object to it.
func (r *run) ownApproval(st *bundle.Statement, a *evidence.Approval) {
	all, about := len(r.facts.Record.Artifacts), len(st.Statement.Subject)-1
	if a.Decision == evidence.Approved && about < all {
		c := link("approval", "An approval is about some of the artifacts only and is not counted", Proof{})
		c.Outcome, c.Code = Warn, "approval-partial"
		c.Expected, c.Found = "all of "+count(all, "artifact"), count(about, "artifact")
		c.Inputs = []Place{at(st.ID, "/subject")}
		r.add(c)
		return
	}
	r.addApproval(ApprovalFact{Approval: a, Statement: st.ID, Signers: r.countedSigners(st)})
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
// signer, whose grant must cover the scope it states; what strangers state is
// not looked into.
func (r *run) importApproval(m evidence.Material, one provenance.Entry) {
	c := link("approval", "An imported approval is about a commit of this release", Proof{})
	c.Inputs = []Place{material(m.Digest)}
	if one.Bundle == nil {
		notCounted(&c, "unsigned", m.Name+" is not signed")
		r.add(c)
		return
	}
	s, proof := r.importedSigner(one.Bundle, m.Digest)
	if sc, ok := r.importedCheck("signatures/approval", s, m); ok {
		r.add(sc)
	}
	if s.Code != "" {
		notCounted(&c, s.Code, m.Name+": "+s.Detail)
	} else if a := readApproval(&c, m, one); a != nil {
		r.takeApproval(&c, m, s, proof, a)
	}
	r.add(c)
}

func notCounted(c *Check, code, found string) {
	c.Outcome, c.Code, c.Title, c.Proof, c.Found = Warn, code, "An imported approval does not count", Proof{}, found
}

// readApproval reads an approval of commits, or says in c what is wrong.
func readApproval(c *Check, m evidence.Material, one provenance.Entry) *evidence.Approval {
	a, err := evidence.DecodeApproval(one.Statement.Predicate)
	switch {
	case err != nil:
		c.Found = m.Name + ": " + err.Error()
		c.fails(codeMalformed, "An imported approval cannot be read", Fix{Now: "have it signed again"})
	case a.Scope == nil:
		c.Found = m.Name + " names a release"
		c.fails(codeOtherRelease, "An imported approval is a statement of another dossier", Fix{Now: "approve the commit, or this release"})
	case !sameSubjects(one.Statement.Subject, a.Scope.ScopeSubjects()):
		c.Found = m.Name + ": its subjects are not the commits of its scope"
		c.fails("subject-mismatch", "An imported approval contradicts itself", Fix{Now: "have it signed again"})
	case a.Environment != a.Scope.Environment:
		c.Found = fmt.Sprintf("%s: it is for the environment %q, its scope for %q", m.Name, a.Environment, a.Scope.Environment)
		c.fails("scope-mismatch", "An imported approval contradicts itself", Fix{Now: "have it signed again"})
	default:
		return a
	}
	return nil
}

// takeApproval counts an approval of a commit of this release if its signer
// may state it there and then.
func (r *run) takeApproval(c *Check, m evidence.Material, s *Signer, proof string, a *evidence.Approval) {
	c.Found, c.Proof = m.Name+", signed by "+s.Name(), Proof{Proven, s.Name()}
	if !r.inRelease(a.Scope) {
		notCounted(c, "approval-out-of-scope", m.Name+" is about other commits")
		return
	}
	q := r.question(s, evidence.ApprovalType, proof)
	q.Repository, q.Environment, q.Stated = a.Scope.Repository, a.Scope.Environment, a.At.Time
	if r.ask(s, q); !s.Allowed {
		notCounted(c, s.Code, m.Name+": "+s.Detail)
		return
	}
	r.addApproval(ApprovalFact{Approval: a, Statement: s.Statement, Signers: []Signer{*s}, Imported: true})
}

// inRelease reports whether a scope is this repository and a commit of the
// release.
func (r *run) inRelease(s *evidence.Scope) bool {
	if s.Repository != r.facts.Record.Repository.URI {
		return false
	}
	if r.commits == nil {
		r.commits = map[string]bool{r.facts.Record.Commit: true}
		for _, c := range r.facts.Range.Commits {
			r.commits[string(c.ID)] = true
		}
	}
	return slices.ContainsFunc(s.Commits, func(id string) bool { return r.commits[id] })
}
