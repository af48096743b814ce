package verify

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/trust"
)

// Codes of layer 2.
const (
	codeRefuted    = "signature-invalid"
	codeNoKey      = "signer-not-known"
	codeNoTrust    = "no-trust"
	codeNoVerifier = "no-verifier"
	codeMalformed  = "statement-malformed"
	codeKind       = "kind-not-known"
)

var errKind = errors.New("statements of this kind are not known to this version")

// signatures is layer 2: who made each signature, and may they.
func (r *run) signatures() error {
	found := embeddedKeys(r.d)
	if r.o.Trust != nil {
		t, err := r.o.Trust.Resolve(found...)
		if err != nil {
			return fmt.Errorf("trust: %w", err)
		}
		r.o.Trust, r.facts.Trust = t, t
	}
	r.keys = newKeyring(found, r.o.Trust)
	for _, st := range r.d.Statements() {
		r.decode(st)
	}
	for _, st := range r.d.Statements() {
		for _, sig := range st.Signatures {
			p := pairOf(st, sig)
			r.signers[p] = r.identify(st, sig)
		}
	}
	r.choose()
	for _, st := range r.d.Statements() {
		for _, sig := range st.Signatures {
			s := r.signers[pairOf(st, sig)]
			r.report.Signers = append(r.report.Signers, *s)
			r.add(r.signatureCheck(st, s))
		}
	}
	return nil
}

// decode reads a statement's predicate.
func (r *run) decode(st *bundle.Statement) {
	var p predicate
	switch st.Statement.PredicateType {
	case evidence.RecordType:
		p.record, p.err = evidence.DecodeRecord(st.Statement.Predicate)
	case evidence.ApprovalType:
		p.approval, p.err = evidence.DecodeApproval(st.Statement.Predicate)
	default:
		p.err = errKind
	}
	if p.err != nil {
		p.record, p.approval = nil, nil
	}
	r.predicates[st.ID] = p
}

// identify says who made a signature and whether it counts. What is wrong with
// a statement's content is asked only once its signer is known, so that what
// strangers leave in storage changes nothing.
func (r *run) identify(st *bundle.Statement, sig *bundle.Signature) *Signer {
	s := &Signer{Statement: st.ID, Signature: sig.ID}
	pinned, proof := false, "signed"
	if len(sig.Bundle.Chain) > 0 {
		pinned, proof = r.authenticate(s, sig)
	} else {
		pinned = r.findKey(s, sig)
	}
	if s.Code != "" {
		return s
	}
	r.describe(s)
	p := r.predicates[st.ID]
	switch {
	case r.o.Trust != nil && !pinned:
		s.Code, s.Detail = "signer-not-trusted", "the trust document does not name this key"
	case errors.Is(p.err, errKind):
		s.Code, s.Detail = codeKind, p.err.Error()
	case p.err != nil:
		s.Code, s.Detail = codeMalformed, p.err.Error()
	case r.o.Trust == nil:
		s.Code, s.Detail = codeNoTrust, "no signer is trusted yet"
	default:
		r.askGrant(s, st, proof)
	}
	return s
}

func (r *run) findKey(s *Signer, sig *bundle.Signature) (pinned bool) {
	c, err := r.keys.find(&sig.Bundle)
	if err == nil || errors.Is(err, errRefuted) {
		s.Identity, s.Fingerprint = c.identity, c.key.Fingerprint()
	}
	switch {
	case errors.Is(err, errRefuted) && (c.pinned || r.o.Trust == nil):
		s.Code, s.Detail = codeRefuted, err.Error()
	case err != nil:
		s.Code, s.Detail = codeNoKey, err.Error()
	}
	return c.pinned
}

func (r *run) authenticate(s *Signer, sig *bundle.Signature) (pinned bool, proof string) {
	if r.o.Signatures == nil || r.o.Trust == nil {
		s.Code, s.Detail = codeNoVerifier, errNoVerify.Error()
		return false, ""
	}
	a, err := r.o.Signatures.VerifySignature(r.ctx, &sig.Bundle, r.o.Trust)
	if err != nil {
		s.Code, s.Detail = codeNoKey, err.Error()
		return false, ""
	}
	s.Identity, s.NotBefore, s.NotAfter = a.Identity, a.NotBefore, a.NotAfter
	return true, a.Proof
}

// describe adds what trust knows of the signer.
func (r *run) describe(s *Signer) {
	if t := r.o.Trust; t != nil {
		s.Person, s.Roles = t.Name(s.Identity), t.Roles(s.Identity)
	}
}

// askGrant asks trust whether the signer may make this statement here and then
// (rules of format, R6).
func (r *run) askGrant(s *Signer, st *bundle.Statement, proof string) {
	q := trust.Question{
		Signer: s.Identity, Kind: st.Statement.PredicateType, Proof: proof, AsOf: r.o.AsOf,
		NotBefore: plain(s.NotBefore), NotAfter: plain(s.NotAfter),
	}
	q.Repository, q.Environment, q.Stated = r.scope(st)
	d := r.o.Trust.Allows(q)
	s.Allowed, s.Code, s.Detail = d.Allowed, d.Code, d.Detail
	if d.Allowed && d.TimeClaimed {
		s.Detail = "time claimed: no timestamp proves when it was signed"
	}
}

func plain(t *evidence.Time) *time.Time {
	if t == nil {
		return nil
	}
	return &t.Time
}

// scope returns the repository and environment a statement is about and the
// time it states. Later statements take the repository from the release
// statement they name.
func (r *run) scope(st *bundle.Statement) (repository, environment string, stated time.Time) {
	p := r.predicates[st.ID]
	if p.approval != nil {
		environment, stated = p.approval.Environment, p.approval.At.Time
	}
	root := p.record
	if root == nil && st.Links.Release != nil {
		root = r.predicates[st.Links.Release.Digest].record
	}
	if root != nil {
		repository = root.Repository.URI
		if p.record != nil {
			stated = root.CreatedAt.Time
		}
	}
	return repository, environment, stated
}

// choose decides what is relied on: what trust allows or, if it allows no
// release statement, what at least verifies, so that a stranger can look.
func (r *run) choose() {
	for _, st := range r.d.Statements() {
		for _, sig := range st.Signatures {
			p := pairOf(st, sig)
			r.counted[p] = r.signers[p].Allowed
			r.report.Relied = r.report.Relied || st.IsRelease() && r.counted[p]
		}
	}
	if r.report.Relied {
		return
	}
	for p, s := range r.signers {
		switch s.Code {
		case codeRefuted, codeNoKey, codeNoVerifier, codeMalformed, codeKind:
		default:
			r.counted[p] = r.predicates[p.Statement].err == nil
		}
	}
}

// signatureCheck is the check that tells of one signature.
func (r *run) signatureCheck(st *bundle.Statement, s *Signer) Check {
	c := Check{
		ID: "signatures/" + kindOf(st), Layer: Signatures, Outcome: Pass,
		Title:    "The " + kindOf(st) + " statement is signed by a party allowed to",
		Expected: "a signature that verifies, by a signer whom a grant covers",
		Found:    "signed by " + s.Name(),
		Inputs:   []Place{at(st.ID, ""), material(s.Signature)},
		Proof:    Proof{Proven, s.Name()},
	}
	if s.Allowed {
		if s.NotAfter == nil {
			c.Clock = "time claimed by the signer"
		}
		return c
	}
	c.Code, c.Proof = s.Code, Proof{}
	c.Found = fmt.Sprintf("%s: %s", s.Name(), s.Detail)
	c.Title = "A signature on the " + kindOf(st) + " statement does not count"
	c.Fix = Fix{Now: "add the signer to the trust document after checking the key elsewhere, or have an allowed signer sign"}
	switch {
	case s.Code == codeRefuted:
		c.Outcome, c.Title = Fail, "A signature does not verify"
		c.Fix = Fix{Now: "fetch the file again; if it stays so, the file was altered"}
	case s.Code == codeMalformed:
		r.malformed(&c, st)
	case s.Code == codeKind:
		c.Outcome, c.Why, c.Title = Unknown, codeKind, "A trusted party made a statement of a kind not known here"
		c.Fix = Fix{Now: "use a version that knows this kind of statement"}
	case st.IsRelease() && !r.report.Relied:
		c.Outcome = Fail
	default:
		c.Outcome = Warn
		c.Title = "A statement is set aside: its signer is not known or not allowed"
	}
	return c
}

func (r *run) malformed(c *Check, st *bundle.Statement) {
	pointer := "/predicate"
	var field *evidence.FieldError
	if errors.As(r.predicates[st.ID].err, &field) {
		pointer += field.Pointer
	}
	c.Outcome, c.Title = Fail, "A statement cannot be read"
	c.Expected = "a predicate as the page of its type describes it"
	c.Inputs = []Place{at(st.ID, pointer)}
	c.Fix = Fix{Now: "have its signer state it again, or use a version that knows the field"}
}

// kindOf is the last name of a statement's type: "record", "approval".
func kindOf(st *bundle.Statement) string {
	kind := strings.TrimPrefix(st.Statement.PredicateType, evidence.PredicateBase)
	kind, _, _ = strings.Cut(kind, "/")
	return kind
}
