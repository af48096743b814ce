package sigstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

// Statements verifies the statements of a dossier that were signed with
// certificates, and the proofs of time of all of them, as [verify.Options] asks
// for in its Signatures. Who may state what, trust says; here it is only found
// out who did, and when.
type Statements struct {
	Verifier *Verifier
}

var _ verify.SignatureVerifier = Statements{}

// ForAnchors returns a verifier that rests on the anchors of trust
// ([trust.Trust.Anchors]) and, beside them, on c, whose Roots and Authorities are
// not looked at. The error is one in a file among the anchors.
func ForAnchors(anchors trust.Anchors, c Config) (Statements, error) {
	var roots []*Roots
	for _, data := range anchors.Roots {
		r, err := ParseRoots(data)
		if err != nil {
			return Statements{}, fmt.Errorf("trusted root: %w", err)
		}
		roots = append(roots, r)
	}
	c.Roots, c.Authorities = nil, nil
	if len(roots) > 0 {
		c.Roots = Merge(roots...)
	}
	switch {
	case len(anchors.Authorities) > 0:
		a, err := ParseAuthorities(anchors.Authorities...)
		if err != nil {
			return Statements{}, fmt.Errorf("authorities: %w", err)
		}
		if err := a.AddCRLs(anchors.CRLs...); err != nil {
			return Statements{}, err
		}
		c.Authorities = a
	case len(anchors.CRLs) > 0:
		return Statements{}, errors.New("a revocation list is given, and no authority that could have made it")
	}
	v, err := New(c)
	return Statements{v}, err
}

// VerifySignature implements [verify.SignatureVerifier]. Nobody has to have
// signed b, so that trust can be asked about who did.
func (s Statements) VerifySignature(_ context.Context, b *attest.Bundle, asOf time.Time) (verify.Authenticated, error) {
	p, err := reassemble(b)
	return s.Verifier.verify(p, err, statementRead(), ByAnyoneUnsafe(), asOf).authenticated()
}

// authenticated is what a result says of who signed, and when.
func (r *Result) authenticated() (verify.Authenticated, error) {
	id, err := r.identity()
	if r.Verdict != Verified {
		why := &verify.ProofError{Code: string(r.Code), Detail: r.found(), Unproven: r.Verdict == Unproven}
		if r.Code == BadSignature && err == nil && r.passed("certificate/chain") {
			why.Refuted = id
		}
		return verify.Authenticated{}, why
	}
	if err != nil {
		return verify.Authenticated{}, &verify.ProofError{Code: string(WrongIdentity), Detail: err.Error()}
	}
	a := verify.Authenticated{Identity: id, Proof: "signed"}
	r.prove(&a)
	if s := r.Signer; s.Certificate != nil { // it lives some minutes
		begin, build := evidence.At(s.NotBefore), BuildOf(s.Certificate)
		a.NotBefore, a.Build = &begin, &build
	}
	return a, nil
}

// prove says in a by when it was signed, and with which proof.
func (r *Result) prove(a *verify.Authenticated) {
	if len(r.Times) == 0 {
		return
	}
	end := evidence.At(r.Times[0].At)
	a.NotAfter, a.Proof = &end, "timestamped"
	if r.passed("log") {
		a.Proof = "logged"
	}
}

// identity is who signed with a certificate (rules of format, R12).
func (r *Result) identity() (evidence.Identity, error) {
	switch s := r.Signer; {
	case s != nil && s.Certificate != nil:
		return evidence.ParseIdentity("oidc:" + s.Certificate.Issuer + "|" + s.Certificate.SubjectAlternativeName)
	case s != nil && s.Anchor != "":
		return evidence.ParseIdentity("x509:" + s.Anchor + "|" + s.Name)
	}
	return "", errors.New("the certificate is for nobody")
}

// VerifyTime implements [verify.SignatureVerifier]. The times by all trusted roots
// under which no proof is wrong count. A proof by a log or an authority that no
// root names says nothing; one that is of something else makes b one that
// contradicts itself, whatever other proofs there are.
func (s Statements) VerifyTime(_ context.Context, b *attest.Bundle, key attest.PublicKey, asOf time.Time) (verify.Authenticated, error) {
	p, err := reassemble(b)
	if err != nil {
		problem := asProblem(err)
		return verify.Authenticated{}, &verify.ProofError{Code: string(problem.code), Detail: problem.text}
	}
	public, err := ParsePublicKey(key.PEM())
	if err != nil {
		return verify.Authenticated{}, &verify.ProofError{Code: string(BadSignature), Detail: err.Error(), Unproven: true}
	}
	var refused *Result
	var a verify.Authenticated
	open := &Result{Code: NoTime}
	for i, t := range s.Verifier.roots {
		r := &run{v: s.Verifier, b: p, t: t, at: asOf}
		r.Root = i
		r.proofs(public)
		r.judge()
		switch hard := r.hard(); {
		case hard != "":
			r.Code = hard
			refused = &r.Result
		case len(r.Times) == 0:
			if r.Code != "" {
				open = &r.Result
			}
		default:
			one := verify.Authenticated{}
			r.prove(&one)
			if a.NotAfter == nil || one.NotAfter.Before(a.NotAfter.Time) {
				a.NotAfter = one.NotAfter
			}
			if a.Proof != "logged" {
				a.Proof = one.Proof
			}
		}
	}
	switch {
	case a.NotAfter != nil:
	case refused != nil:
		return a, &verify.ProofError{Code: string(refused.Code), Detail: refused.found()}
	default:
		detail := open.found()
		if detail == "" {
			detail = "no trusted root is given by which its proofs of time could be judged"
		}
		return a, &verify.ProofError{Code: string(open.Code), Detail: detail, Unproven: true}
	}
	return a, nil
}

// hard is the first reason that is more than a log or authority which the root
// does not name; "" if there is none.
func (r *Result) hard() Code {
	var first Code
	for _, c := range r.Checks {
		if c.Outcome == Fail && c.Code != TSAUntrusted && c.Code != LogUnknown && (first == "" || rank[c.Code] < rank[first]) {
			first = c.Code
		}
	}
	return first
}

// passed reports whether the check with an id passed.
func (r *Result) passed(id string) bool {
	return slices.ContainsFunc(r.Checks, func(c Check) bool { return c.ID == id && c.Outcome == Pass })
}

// found says what the check saw that the result's code is of.
func (r *Result) found() string {
	for _, c := range r.Checks {
		if c.Code == r.Code && c.Outcome != NotApplicable {
			return c.Found
		}
	}
	return ""
}

// reassemble takes a bundle that package attest has read, with all its proofs.
func reassemble(b *attest.Bundle) (*parsed, error) {
	j := bundleJSON{MediaType: b.MediaType, Material: &materialJSON{}, DSSE: &envelopeJSON{Payload: b.Payload, PayloadType: b.PayloadType}}
	j.DSSE.Signatures = append(j.DSSE.Signatures, envelopeSignatureJSON{Sig: b.Signature})
	switch {
	case len(b.Chain) == 0:
		j.Material.PublicKey = &publicKeyJSON{Hint: b.Hint}
	case len(b.Chain) == 1:
		j.Material.Certificate = &rawJSON{RawBytes: b.Chain[0]}
	default:
		j.Material.Chain = &chainJSON{}
		for _, c := range b.Chain {
			j.Material.Chain.Certificates = append(j.Material.Chain.Certificates, rawJSON{RawBytes: c})
		}
	}
	for i, raw := range b.LogEntries {
		var e entryJSON
		if err := strictjson.Unmarshal(raw, &e, strictjson.RejectUnknown(), strictjson.Depth(16)); err != nil {
			return nil, problemf(BundleMalformed, "log entry %d: %v", i, err)
		}
		j.Material.LogEntries = append(j.Material.LogEntries, e)
	}
	if len(b.Timestamps) > 0 {
		j.Material.Timestamps = &timestampsJSON{}
		for _, t := range b.Timestamps {
			j.Material.Timestamps.RFC3161 = append(j.Material.Timestamps.RFC3161, timestampJSON{SignedTimestamp: t})
		}
	}
	return assemble(&j)
}
