package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/trust"
)

// Codes of layer 2 that keep statements from being built upon ([AppendError]).
const (
	// CodeNotTrusted: the trust document names no such signer.
	CodeNotTrusted = trust.CodeSignerNotTrusted
	// CodeLater: it was made after the moment of judgement, beyond [ClockSkew].
	CodeLater = "after-as-of"
	// CodeThreshold: fewer people signed than the grant asks for.
	CodeThreshold = "threshold-not-met"
)

// Codes of layer 2, beside those above and those of trust.
const (
	codeRefuted      = "signature-invalid"
	codeNoKey        = "signer-not-known"
	codeNoTrust      = "no-trust"
	codeNoVerifier   = "no-verifier"
	codeMalformed    = "statement-malformed"
	codeKind         = "kind-not-known"
	codeCritical     = "critical-not-known"
	codeOtherRelease = "other-release"
	codeDuplicate    = "signature-duplicate"
	codeNoRelease    = "release-missing"
)

// signatures is layer 2: who made each signature, and may they.
func (r *run) signatures() error {
	found := r.embeddedKeys()
	r.keys = newKeyring(found, r.o.Trust)
	if err := r.learn(found...); err != nil {
		return err
	}
	for _, st := range r.all {
		r.predicates[st.ID] = decode(st)
	}
	for _, st := range r.all {
		for _, sig := range st.Signatures {
			r.signers[pairOf(st, sig)] = r.identify(st, sig)
		}
		r.quorum(st)
	}
	r.choose()
	r.duplicates()
	for _, st := range r.all {
		for _, sig := range st.Signatures {
			s := r.signers[pairOf(st, sig)]
			r.report.Signers = append(r.report.Signers, *s)
			r.add(r.signatureCheck(st, s))
		}
	}
	return nil
}

// learn shows trust the keys that it may name by their fingerprint alone: those
// that are neither written in it nor shown before, and that it names at all.
func (r *run) learn(keys ...attest.PublicKey) error {
	if r.o.Trust == nil || len(keys) == 0 {
		return nil
	}
	keys = slices.DeleteFunc(slices.Clone(keys), func(k attest.PublicKey) bool {
		return r.o.Trust.Holds(k) || !pins(r.o.Trust, k) || slices.ContainsFunc(r.learned, k.Equal)
	})
	if len(keys) == 0 {
		return nil
	}
	t, err := r.o.Trust.Resolve(keys...)
	if err != nil {
		return fmt.Errorf("trust: %w", err)
	}
	r.learned = append(r.learned, keys...)
	r.o.Trust, r.facts.Trust = t, t
	return nil
}

// choose decides what is relied on: what trust allows or, if it allows no
// release statement, what at least verifies, so that a stranger can look.
func (r *run) choose() {
	for _, st := range r.all {
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
		case codeRefuted, codeOtherRelease:
		default: // without an identity nothing shows that anybody stated it
			r.counted[p] = s.Identity != "" && r.predicates[p.Statement].err == nil
		}
	}
}

// signatureCheck is the check that tells of one signature.
func (r *run) signatureCheck(st *bundle.Statement, s *Signer) Check {
	kind := kindOf(st)
	c := Check{
		ID: "signatures/" + kind, Layer: Signatures, Outcome: Pass,
		Title:    asksOfSigned(kind),
		Expected: "a signature that verifies, by a signer whom a grant covers",
		Found:    "signed by " + s.Name(),
		Inputs:   []Place{at(st.ID, ""), material(s.Signature)},
		Proof:    Proof{Proven, s.Name()},
	}
	if s.Allowed {
		if s.NotAfter == nil {
			c.Clock = "time claimed by the signer"
			if s.open != "" {
				c.Found += "; " + s.open
			}
		}
		return c
	}
	c.Code, c.Proof = s.Code, Proof{}
	c.Found = fmt.Sprintf("%s: %s", s.Name(), s.Detail)
	c.Fix = Fix{Now: "add the signer to the trust document after checking the key elsewhere, or have an allowed signer sign"}
	r.notAllowed(&c, st, s)
	return c
}

// notAllowed says what follows from a signature that does not count.
func (r *run) notAllowed(c *Check, st *bundle.Statement, s *Signer) {
	newer := Fix{Now: "use a version that knows this kind of statement and all of its critical fields"}
	switch s.Code {
	case codeRefuted:
		c.fails(s.Code, "A signature does not verify", Fix{Now: "fetch the file again; if it stays so, the file was altered"})
	case codeMalformed:
		r.pointAt(c, st)
		c.fails(s.Code, "A statement cannot be read", Fix{Now: "have its signer state it again, or use a version that knows the field"})
	case codeKind:
		c.Outcome, c.Why, c.Fix = Unknown, s.Code, newer
		c.Title = "A trusted party made a statement of a kind not known here"
	case codeCritical:
		r.pointAt(c, st)
		c.Outcome, c.Why, c.Fix = Unknown, s.Code, newer
		c.Title = "A trusted party says that a field must be understood, and it is not known here"
	case codeDuplicate:
		c.Outcome, c.Title = Warn, "A signature is set aside: it shows nothing that another one by its signer does not"
		c.Fix = Fix{Now: "nothing: whoever has a file can wrap a signature anew, and that changes no answer"}
	case codeOtherRelease:
		c.ID, c.Layer, c.Expected = "order/belongs", Order, "statements about the release in the file"
		c.fails(s.Code, "A statement is about another release", Fix{Now: "ask the sender for the file without it: it belongs to the dossier of that release"})
	case CodeThreshold:
		c.Outcome, c.Title = Warn, "A statement is set aside until more people have signed it"
		c.Fix = Fix{Now: "have another person sign the same statement"}
		if st.IsRelease() {
			c.Outcome, c.Title = Fail, "Too few people have signed the release statement"
		}
	default:
		if s.Unproven {
			c.Expected, c.Fix = "a proof of when it was signed, or of the log entry that is asked for", Fix{Now: "have it signed again with a timestamp, or with a log entry"}
		}
		what := "statement"
		if r.counts(st) {
			what = "signature" // another one makes the statement count
		}
		c.Outcome, c.Title = Warn, "A "+what+" is set aside: its signer is not known or not allowed"
		if s.Unproven {
			c.Title = "A " + what + " is set aside: it is authentic, and " + lacking(s.Code)
		}
		switch {
		case !st.IsRelease() || r.report.Relied:
		case s.Unproven:
			c.Outcome, c.Why, c.Title = Unknown, s.Code, "The "+kindOf(st)+" statement is authentic, and "+lacking(s.Code)
		default:
			c.Outcome, c.Title = Fail, "A signature on the "+kindOf(st)+" statement does not count"
		}
	}
}

// lacking says which proof an authentic signature lacks, by the verifier's code.
func lacking(code string) string {
	if code == "no-time" {
		return "nothing proves when it was signed"
	}
	return "not proven offline (" + code + ")"
}

// pointAt names the field at fault.
func (r *run) pointAt(c *Check, st *bundle.Statement) {
	pointer := "/predicate"
	var field *evidence.FieldError
	if errors.As(r.predicates[st.ID].err, &field) {
		pointer += field.Pointer
	}
	c.Expected = "a predicate as the page of its type describes it"
	c.Inputs = []Place{at(st.ID, pointer)}
}

// maxKind bounds the part of a check's ID that comes from a statement.
const maxKind = 40

// kindOf is the last name of a statement's type: "record", "approval". A type
// that does not look like one of ours is "unknown".
func kindOf(st *bundle.Statement) string {
	kind := strings.TrimPrefix(st.Statement.PredicateType, evidence.PredicateBase)
	kind, _, _ = strings.Cut(kind, "/")
	if kind == "" || len(kind) > maxKind || strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return "unknown"
	}
	return kind
}
