package trust

import (
	"fmt"
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// Question asks whether a signature counts.
type Question struct {
	// Signer is who signed, as the signature proves it.
	Signer evidence.Identity
	// Build is what the signing certificate says of the CI run that it was issued
	// for; nil if there is none.
	Build *provenance.Certificate
	// Kind is the statement's predicate type, a URI; or [KindTag] or [KindLayout].
	Kind string
	// Repository is the normal form of the address of the repository that the
	// statement is about.
	Repository string
	// Environment is the environment that it names; "" for none.
	Environment string
	// Stated is when the signer says it was made, AsOf the moment of judgement.
	Stated, AsOf time.Time
	// NotBefore and NotAfter bound when the signature was made; nil is an end
	// that nothing proves (rules of format, R3).
	NotBefore, NotAfter *time.Time
	// Proof is "signed", "timestamped" or "logged".
	Proof string
}

// Decision answers a [Question].
type Decision struct {
	Allowed bool
	// Code says why not, one of the Code constants; "" if allowed.
	Code string
	// Detail says it in words. It may hold text from the question.
	Detail string
	// TimeClaimed reports that the signature is allowed and that its time is
	// only what the signer states.
	TimeClaimed bool
	// Threshold is how many people must sign the statement for this signature
	// to count; 0 if it counts alone.
	Threshold int
}

// Reasons why a signature does not count. Where several grants name the
// signer, the reason is that of the grant that came nearest.
const (
	// CodeSignerNotTrusted: trust does not know the signer.
	CodeSignerNotTrusted = "signer-not-trusted"
	// CodeRevoked: the signer's key or account is revoked.
	CodeRevoked = "revoked"
	// CodeNotInForce: the stated time is outside the document's interval.
	CodeNotInForce = "trust-not-in-force"
	// CodeKind: no grant lets the signer make this kind of statement.
	CodeKind = "kind-not-granted"
	// CodeRepository: none lets them do so about this repository.
	CodeRepository = "repository-not-granted"
	// CodeEnvironment: none lets them do so for this environment.
	CodeEnvironment = "environment-not-granted"
	// CodeTime: none holds over the whole time of signing.
	CodeTime = "outside-grant-time"
	// CodeProof: all of them ask for more proof of time.
	CodeProof = "proof-too-low"
)

// Allows decides whether one grant covers everything that the question names
// (rules of format, R6). Where several do, the one that asks for the fewest
// people decides how many must sign. Where the time of signing is not proven at both ends,
// the grant must hold at the stated time and at as-of.
func (t *Trust) Allows(q Question) Decision {
	deny := func(code, detail string) Decision { return Decision{Code: code, Detail: detail} }
	if !signs(q.Signer) || !t.Knows(q.Signer) {
		return deny(CodeSignerNotTrusted, fmt.Sprintf("trust %s does not name %.200q", t.ID, q.Signer))
	}
	if why := t.Revoked(q.Signer, q.NotAfter); why != "" {
		return deny(CodeRevoked, why)
	}
	versions, ok := t.versionsFor(q)
	if !ok {
		v := t.At(q.Stated)
		return deny(CodeNotInForce, fmt.Sprintf("trust %s is in force %s, the statement is of %s", v.ID, v.Effective, stamp(q.Stated)))
	}
	d := Decision{Allowed: true, TimeClaimed: q.NotBefore == nil || q.NotAfter == nil}
	for _, v := range versions {
		threshold, nearest := v.grant(v.Question)
		if nearest != nil {
			return deny(nearest.step.code(), nearest.detail)
		}
		d.Threshold = max(d.Threshold, threshold)
	}
	return d
}

// grant looks for one that covers a question, and returns how many people it asks for;
// or else why the nearest does not.
func (t *Trust) grant(q Question) (threshold int, refused *refusal) {
	var nearest *grant
	reached, least := failedKind, -1
	for g := range t.grantsOf(q.Signer, q.Build) {
		s := g.judge(q)
		if s == allowed && (least < 0 || g.threshold < least) {
			least = g.threshold
		}
		if nearest == nil || s > reached {
			nearest, reached = g, s
		}
	}
	switch {
	case least >= 0:
		return least, nil
	case nearest == nil:
		return 0, &refusal{failedKind, "trust knows the signer and no grant names them"}
	}
	return 0, &refusal{reached, nearest.why(q, reached)}
}

// signs reports whether an identity of this scheme is what a signature proves.
func signs(id evidence.Identity) bool {
	return slices.Contains([]string{"key", "pgp", "oidc", "x509"}, id.Scheme())
}

// step is how far a question came with one grant.
type step int

const (
	failedKind step = iota
	failedRepository
	failedEnvironment
	failedTime
	failedProof
	allowed
)

func (s step) code() string {
	return [...]string{CodeKind, CodeRepository, CodeEnvironment, CodeTime, CodeProof, ""}[s]
}

type refusal struct {
	step   step
	detail string
}

// judge compares one grant that names the signer.
func (g *grant) judge(q Question) step {
	switch {
	case !g.coversKind(q.Kind):
		return failedKind
	case !g.coversRepository(q.Repository):
		return failedRepository
	case !g.coversEnvironment(q.Environment):
		return failedEnvironment
	case g.outside(q) != "":
		return failedTime
	case slices.Index(proofs, q.Proof) < g.proof:
		return failedProof
	}
	return allowed
}

// why says in words what failed.
func (g *grant) why(q Question, failed step) string {
	switch failed {
	case failedKind:
		return kindDetail(q.Kind)
	case failedRepository:
		return fmt.Sprintf("the signer may not speak for the repository %.200q", q.Repository)
	case failedEnvironment:
		return environmentDetail(q.Environment)
	case failedTime:
		return g.outside(q)
	}
	return fmt.Sprintf("the signature is only %.20s, the grant asks for %s", q.Proof, proofs[g.proof])
}

func kindDetail(kind string) string {
	if kind == KindTag {
		return `the signer may not sign tags: no grant of theirs has the kind "tag"`
	}
	if kind == KindLayout {
		return `the signer may not plan by in-toto layouts: no grant of theirs has the kind "layout"`
	}
	return fmt.Sprintf("the signer may not sign statements of type %.200q", kind)
}

func environmentDetail(name string) string {
	if name == "" {
		return "the statement names no environment, which stands for all of them, and the grant covers some"
	}
	return fmt.Sprintf("the signer may not speak for the environment %.200q", name)
}

// outside says which time the grant does not cover, "" if it covers all that
// count.
func (g *grant) outside(q Question) string {
	open := q.NotBefore == nil || q.NotAfter == nil
	if !open && q.NotAfter.Before(*q.NotBefore) {
		return "the proofs of time contradict each other"
	}
	for _, at := range [...]struct {
		name string
		time time.Time
		asks bool
	}{
		{"the earliest time of signing", timeOf(q.NotBefore), q.NotBefore != nil},
		{"the latest time of signing", timeOf(q.NotAfter), q.NotAfter != nil},
		{"the stated time", q.Stated, open},
		{"the moment of judgement", q.AsOf, open},
	} {
		if at.asks && !g.time.Contains(at.time) {
			return fmt.Sprintf("the grant holds %s, and %s is %s", g.time, at.name, stamp(at.time))
		}
	}
	return ""
}

// timeOf is the time that t points to, the zero time if it is nil.
func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
