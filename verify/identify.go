package verify

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/trust"
)

// predicate is a decoded predicate of ours: record is set for a release
// statement, own for one of the other kinds, or err with the code that says in
// which way it cannot be read.
type predicate struct {
	record *evidence.Record
	own    evidence.Predicate
	err    error
	code   string
}

var errKind = errors.New("statements of this kind are not known to this version")

// decode reads a statement's predicate.
func decode(st *bundle.Statement) predicate {
	var p predicate
	uri := st.Statement.PredicateType
	if st.IsRelease() {
		p.record, p.err = evidence.DecodeRecord(st.Statement.Predicate)
	} else if _, known := evidence.LookupKind(uri); known {
		p.own, p.err = evidence.DecodeKind(uri, st.Statement.Predicate)
	} else {
		p.err = errKind
	}
	if p.err != nil {
		return predicate{err: p.err, code: unreadable(p.err)}
	}
	return p
}

// unreadable is the code for a predicate that cannot be read. A newer version
// can read what is critical and not known here; the others nobody can.
func unreadable(err error) string {
	var field *evidence.FieldError
	switch {
	case errors.Is(err, errKind):
		return codeKind
	case errors.As(err, &field) && strings.HasPrefix(field.Pointer, "/critical/"):
		return codeCritical
	}
	return codeMalformed
}

// identify says who made a signature and whether it counts. What is wrong with
// a statement's content is asked only of those who might have stated it, so
// that what strangers leave in storage changes nothing.
func (r *run) identify(st *bundle.Statement, sig *bundle.Signature) *Signer {
	s := &Signer{Statement: st.ID, Signature: sig.ID}
	pinned, proof := r.authenticate(s, &sig.Bundle)
	if s.Code != "" {
		return s
	}
	p := r.predicates[st.ID]
	switch {
	case r.o.Trust == nil:
		s.Code, s.Detail = codeNoTrust, "no signer is trusted yet"
		if p.err != nil {
			s.Detail += "; and the statement cannot be read: " + p.err.Error()
		}
	case !pinned:
		s.Code, s.Detail = CodeNotTrusted, "the trust document does not name this key"
	case p.err != nil:
		if r.mayState(s, r.aboutKind(s, st, proof)) {
			s.Code, s.Detail = p.code, p.err.Error()
		}
	case r.elsewhere(st):
		if r.mayState(s, r.aboutKind(s, st, proof)) {
			s.Code, s.Detail = codeOtherRelease, "it is about the release "+st.Links.Release.Digest.String()+", which is not in the file"
		}
	default:
		about := r.scope(st)
		r.askAll(s, r.question(s, st.Statement.PredicateType, proof), about)
		s.certified(about.repository, about.id)
	}
	return s
}

// authenticate finds out who signed b, by key or by certificate, and what trust
// knows of them. If nobody can be told, s.Code says why.
func (r *run) authenticate(s *Signer, b *attest.Bundle) (pinned bool, proof string) {
	if len(b.Chain) > 0 {
		pinned, proof = r.byCertificate(s, b)
	} else {
		pinned, proof = r.byKey(s, b)
	}
	if t := r.o.Trust; t != nil && s.Code == "" {
		s.Person, s.Roles = t.Name(s.Identity), t.Roles(s.Identity)
	}
	return pinned, proof
}

// byKey finds the key. Only a key that trust names, or any key as long as
// nobody is trusted, can refute: a stranger's could be put there by anybody.
func (r *run) byKey(s *Signer, b *attest.Bundle) (pinned bool, proof string) {
	c, err := r.keys.find(b)
	refuted := errors.Is(err, errRefuted) && (c.pinned || r.o.Trust == nil)
	if err == nil || refuted {
		s.Identity, s.Fingerprint = c.identity, c.key.Fingerprint()
	}
	switch {
	case refuted:
		s.Code, s.Detail = codeRefuted, err.Error()
	case err != nil:
		s.Code, s.Detail = codeNoKey, errNoKey.Error()
	default:
		return c.pinned, r.timeOf(s, b, c.key)
	}
	return c.pinned, "signed"
}

// timeOf asks when a key's signature was made, and returns with which proof.
// Proof that cannot be judged, as by an authority that trust does not name,
// leaves the time open; proof that is of something else makes the bundle one that
// contradicts itself.
func (r *run) timeOf(s *Signer, b *attest.Bundle, key attest.PublicKey) (proof string) {
	if len(b.Timestamps)+len(b.LogEntries) == 0 {
		return "signed"
	}
	if r.o.Signatures == nil {
		s.open = "its proofs of time were not looked at: no verifier for them was given"
		return "signed"
	}
	a, err := r.o.Signatures.VerifyTime(r.ctx, b, key, r.o.AsOf)
	var why *ProofError
	switch {
	case errors.As(err, &why) && why.Unproven:
		s.open = why.Error()
		return "signed"
	case err != nil:
		r.shown(s, err)
		return ""
	}
	s.NotBefore, s.NotAfter = a.NotBefore, a.NotAfter
	return a.Proof
}

func (r *run) byCertificate(s *Signer, b *attest.Bundle) (known bool, proof string) {
	if r.o.Signatures == nil {
		s.Code, s.Detail = codeNoVerifier, errNoVerify.Error()
		return false, ""
	}
	a, err := r.o.Signatures.VerifySignature(r.ctx, b, r.o.AsOf)
	if err != nil {
		r.shown(s, err)
		return false, ""
	}
	s.Identity, s.NotBefore, s.NotAfter, s.Build = a.Identity, a.NotBefore, a.NotAfter, a.Build
	return true, a.Proof
}

// shown says in s what the verifier of proofs found wrong. Only the certificate
// of somebody whom trust names can refute, as only such a key can (see byKey).
func (r *run) shown(s *Signer, err error) {
	var why *ProofError
	if !errors.As(err, &why) {
		s.Code, s.Detail = codeNoKey, err.Error()
		return
	}
	s.Code, s.Detail, s.Unproven = why.Code, why.Detail, why.Unproven
	if why.Refuted != "" && (r.o.Trust == nil || r.o.Trust.Knows(why.Refuted)) {
		s.Identity, s.Code = why.Refuted, codeRefuted
	}
}

// question is what trust is asked about a signature (rules of format, R6).
func (r *run) question(s *Signer, kind, proof string) trust.Question {
	return trust.Question{
		Signer: s.Identity, Build: s.Build, Kind: kind, Proof: proof, AsOf: r.o.AsOf, Stated: r.o.AsOf,
		NotBefore: plain(s.NotBefore), NotAfter: plain(s.NotAfter),
	}
}

// ask decides whether a signature counts where there can be no other beside it.
func (r *run) ask(s *Signer, q trust.Question) {
	if r.askAmong(s, q); s.Allowed && s.Threshold > 1 {
		s.Allowed, s.Code = false, CodeThreshold
		s.Detail = fmt.Sprintf("it is signed once, and the grant asks for %d people", s.Threshold)
	}
}

// askAmong decides whether a signature counts, if there are enough of them (see
// quorum). What was made after the moment of judgement, beyond [ClockSkew], is set aside
// (R17).
func (r *run) askAmong(s *Signer, q trust.Question) {
	d := r.o.Trust.Allows(q)
	s.Allowed, s.Code, s.Detail = d.Allowed, d.Code, d.Detail
	s.Threshold = max(s.Threshold, d.Threshold)
	s.Roles = r.o.Trust.RolesFor(q)
	made := q.Stated
	if s.NotAfter != nil {
		made = s.NotAfter.Time
	}
	switch {
	case d.Allowed && made.After(r.o.AsOf.Add(ClockSkew)):
		s.Allowed, s.Code = false, CodeLater
		s.Detail = fmt.Sprintf("made %s, after the moment of judgement %s", made.UTC().Format(time.RFC3339), r.o.AsOf.UTC().Format(time.RFC3339))
		if kind, ok := evidence.LookupKind(q.Kind); ok {
			s.Detail = kind.Name + " " + s.Detail
		}
	case d.Allowed && d.TimeClaimed:
		s.Detail = "time claimed: " + s.openEnd()
	case !d.Allowed && d.Code == trust.CodeProof && s.open != "":
		s.Detail += "; " + s.open
	}
}

// mayState reports whether the signer might be allowed a statement of which
// only the kind can be relied on, and says in s why not. What the content
// would decide, time and environment among it, is taken in the signer's favour:
// then the statement is not ignored.
func (r *run) mayState(s *Signer, q trust.Question) bool {
	if r.o.Trust.Revoked(q.Signer, q.NotAfter) == "" {
		for _, older := range r.o.Trust.Versions()[1:] {
			then := q
			then.Stated, then.AsOf = older.Effective.From, older.Effective.From
			if mayStateBy(older, s, then) {
				return true
			}
		}
	}
	return mayStateBy(r.o.Trust, s, q)
}

func mayStateBy(t *trust.Trust, s *Signer, q trust.Question) bool {
	d := t.Allows(q)
	switch d.Code {
	case trust.CodeSignerNotTrusted, trust.CodeRevoked, trust.CodeKind:
	case trust.CodeRepository:
		if q.Repository == "" {
			return true
		}
	default:
		return true
	}
	s.Code, s.Detail = d.Code, d.Detail
	return false
}

// aboutKind asks of a statement only for its kind and repository.
func (r *run) aboutKind(s *Signer, st *bundle.Statement, proof string) trust.Question {
	q := r.question(s, st.Statement.PredicateType, proof)
	q.Repository = r.scope(st).repository
	return q
}

// elsewhere reports whether st is about a release whose statement is not here.
func (r *run) elsewhere(st *bundle.Statement) bool {
	if st.IsRelease() {
		return false
	}
	_, here := r.predicates[st.Links.Release.Digest]
	return !here
}

// scope is what a statement is about and when it was stated.
type scope struct {
	repository   string
	id           string   // the forge's number of the repository; "" if not stated
	environments []string // none is any
	stated       time.Time
}

// scope returns what a statement is about. Later statements take the
// repository from the release statement they name.
func (r *run) scope(st *bundle.Statement) scope {
	p := r.predicates[st.ID]
	s := scope{}
	if p.own != nil {
		s.environments, s.stated = evidence.Environments(p.own), statedAt(p.own)
	}
	root := p.record
	if root == nil && st.Links.Release != nil {
		root = r.predicates[st.Links.Release.Digest].record
	}
	if root != nil {
		s.repository, s.id = root.Repository.URI, root.Repository.ID
	}
	if p.record != nil {
		s.stated = p.record.CreatedAt.Time
	}
	return s
}

// statedAt is the moment at which a record says that its fact was complete: the
// end of an interval that has one. It was not stated before.
func statedAt(p evidence.Predicate) time.Time {
	begin, end := p.Happened().Bounds()
	if end.IsZero() {
		return begin.Time
	}
	return end.Time
}

// askAll asks about each environment; all of them must be allowed.
func (r *run) askAll(s *Signer, q trust.Question, about scope) {
	q.Repository, q.Stated = about.repository, about.stated
	environments := about.environments
	if len(environments) == 0 {
		environments = []string{""}
	}
	for _, q.Environment = range environments {
		if r.askAmong(s, q); !s.Allowed {
			return
		}
	}
}

// openEnd says why the time of signing is only claimed.
func (s *Signer) openEnd() string {
	if s.NotAfter != nil {
		return "nothing proves that it was not signed earlier"
	}
	if s.open != "" {
		return s.open
	}
	return "no timestamp proves when it was signed"
}

func plain(t *evidence.Time) *time.Time {
	if t == nil {
		return nil
	}
	return &t.Time
}
