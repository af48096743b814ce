package sigstore

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"

	"github.com/release-dossier/dossier/verify"
)

// Verdict is the answer about one bundle.
type Verdict string

const (
	// Verified: every check that applies has passed.
	Verified Verdict = "verified"
	// Unproven: the signature is authentic and is by whom it should be, over
	// what it should be; but its proof needs something that is not in the bundle,
	// such as the time of signing. Nothing contradicts it.
	Unproven Verdict = "unproven"
	// Rejected: at least one check has failed.
	Rejected Verdict = "rejected"
)

// Outcome is how one check ended, as in package verify: one of these four.
type Outcome = verify.Outcome

const (
	Pass    = verify.Pass
	Fail    = verify.Fail
	Unknown = verify.Unknown
	// NotApplicable: the bundle or the trusted root has nothing of the kind, and
	// nothing asks for it.
	NotApplicable = verify.NotApplicable
)

// Check is one thing that was looked at.
type Check struct {
	// ID names the check: "form", "certificate/chain", "log/0/inclusion".
	ID      string  `json:"id"`
	Outcome Outcome `json:"outcome"`
	// Code says why a check failed or is unknown.
	Code Code `json:"code,omitempty"`
	// Found is what was seen, for people.
	Found string `json:"found,omitempty"`
}

// Time is a proven bound: the signature existed no later than At.
type Time struct {
	// Source is "log" (a signed entry timestamp) or "timestamp" (RFC 3161).
	Source string `json:"source"`
	// Authority is the URI of the log or authority in the trusted root.
	Authority string    `json:"authority"`
	At        time.Time `json:"at"`
}

// Signer is who signed, as far as the bundle proves it. Nothing in it may be
// relied on unless the Verdict is Verified.
type Signer struct {
	// Certificate is what the certificate of Fulcio says; nil for a bare key and
	// for a company's certificate.
	Certificate *certificate.Summary `json:"certificate,omitempty"`
	// Name is whom a certificate of a company is for: "email:ana@acme.example",
	// and Anchor the SHA-256 of the SubjectPublicKeyInfo of what it rests on, in
	// hex. Both are empty otherwise.
	Name   string `json:"name,omitempty"`
	Anchor string `json:"anchor,omitempty"`
	// Key is the SHA-256 of the SubjectPublicKeyInfo (DER), in hex.
	Key string `json:"key,omitempty"`
	// NotBefore is when the certificate begins: the signature is no older than
	// that. Zero for a bare key.
	NotBefore time.Time `json:"notBefore,omitzero"`
}

// Statement is what a DSSE bundle signs.
type Statement struct {
	Type          string `json:"type"`
	PredicateType string `json:"predicateType"`
	Subjects      int    `json:"subjects"`
}

// Result is everything that was found out about one bundle.
type Result struct {
	Verdict Verdict `json:"verdict"`
	// Code is the first reason, in the order of [Reasons]; empty if Verified.
	Code Code `json:"code,omitempty"`
	// MediaType names the version of the bundle.
	MediaType string     `json:"mediaType,omitempty"`
	Signer    *Signer    `json:"signer,omitempty"`
	Statement *Statement `json:"statement,omitempty"`
	// Payload is what a DSSE bundle signs, as it was signed.
	Payload []byte `json:"-"`
	// Times are all proven times, earliest first.
	Times []Time `json:"times,omitempty"`
	// Root is the number of the trusted root that was used, from 0 in the order
	// of the files; -1 if none.
	Root   int     `json:"root"`
	Checks []Check `json:"checks"`
}

func (r *Result) add(id string, o Outcome, c Code, format string, args ...any) {
	r.Checks = append(r.Checks, Check{id, o, c, fmt.Sprintf(format, args...)})
}

func (r *Result) pass(id, format string, args ...any) { r.add(id, Pass, "", format, args...) }

// settle adds what err, a *problem or nil, says about a check.
func (r *Result) settle(id string, err error, format string, args ...any) bool {
	if err == nil {
		r.pass(id, format, args...)
		return true
	}
	p := asProblem(err)
	r.Checks = append(r.Checks, Check{id, Fail, p.code, p.text})
	return false
}

// needed are the checks without which nothing is verified, whatever else has
// passed.
var needed = []string{"form", "artifact", "signature", "time"}

// conclude draws the verdict from the checks.
func (r *Result) conclude() {
	r.judge()
	if r.Verdict == Rejected {
		return
	}
	for _, id := range needed {
		if !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.ID == id }) {
			r.add(id, Fail, BundleMalformed, "not reached")
			r.judge()
		}
	}
}

func (r *Result) judge() {
	r.Verdict, r.Code = Verified, ""
	for _, c := range r.Checks {
		switch c.Outcome {
		case Fail:
			if r.Verdict != Rejected || rank[c.Code] < rank[r.Code] {
				r.Verdict, r.Code = Rejected, c.Code
			}
		case Unknown:
			if r.Verdict == Verified || r.Verdict == Unproven && rank[c.Code] < rank[r.Code] {
				r.Verdict, r.Code = Unproven, c.Code
			}
		}
	}
}

// failures counts the checks that failed.
func (r *Result) failures() int {
	n := 0
	for _, c := range r.Checks {
		if c.Outcome == Fail {
			n++
		}
	}
	return n
}

// problem is a failed check on its way to the result.
type problem struct {
	code Code
	text string
}

func (p *problem) Error() string { return string(p.code) + ": " + p.text }

func problemf(c Code, format string, args ...any) error {
	return &problem{c, fmt.Sprintf(format, args...)}
}

// asProblem returns err as what it is: only this package makes errors of its
// checks, and all of them are problems.
func asProblem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	return &problem{BundleMalformed, err.Error()}
}
