package verify

import (
	"github.com/release-dossier/dossier/evidence"
	"slices"
)

// Outcome is how one check ended.
type Outcome string

// The outcomes. Only Pass, Warn, Waived, Pending and NotApplicable let a
// release be accepted; Unknown and Fail never do.
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"
	Warn          Outcome = "warn"           // a recommendation is not followed
	Waived        Outcome = "waived"         // an exception covers a failure
	Pending       Outcome = "pending"        // a duty is not due yet
	NotApplicable Outcome = "not-applicable" // the condition of the rule does not hold; Why says which
	Unknown       Outcome = "unknown"        // evidence exists or may exist and cannot be judged; Why says why
)

// Layer is the part of verification that a check belongs to.
type Layer string

// The layers, in the order in which they are checked.
const (
	Integrity  Layer = "integrity"  // every blob's digest and size, closed world
	Signatures Layer = "signatures" // every statement: who, when, allowed or not
	Order      Layer = "order"      // one release statement, the graph, the expected state
	Linkage    Layer = "linkage"    // tag, commit, artifact, SBOM, provenance, expectation
	Controls   Layer = "policy"     // the policy's controls
)

// Layers lists the layers in their order.
func Layers() []Layer { return slices.Clone(allLayers) }

var allLayers = []Layer{Integrity, Signatures, Order, Linkage, Controls}

// Grade says how a fact is known. Grades never rise by computing: what is
// derived has the lowest grade of what it is derived from.
type Grade string

// The grades, from best to worst.
const (
	Proven   Grade = "proven"   // recomputed from bytes, or signed by the party trusted for that very fact
	Attested Grade = "attested" // fetched and signed by a recorder, which By names
	Claimed  Grade = "claimed"  // somebody's word alone
)

// rank orders grades; anything that is not a grade ranks lowest.
func (g Grade) rank() int {
	switch g {
	case Proven:
		return 3
	case Attested:
		return 2
	case Claimed:
		return 1
	}
	return 0
}

// AtLeast reports whether g is as good as least or better.
func (g Grade) AtLeast(least Grade) bool { return g.rank() >= least.rank() }

// Proof is a grade together with whose word it rests on.
type Proof struct {
	Grade Grade `json:"grade,omitempty"`
	// By names the signer or, for a recomputed fact, what was recomputed.
	By string `json:"by,omitempty"`
}

// Weakest returns the proof with the lowest grade: what follows from all of
// them is known no better.
func Weakest(first Proof, rest ...Proof) Proof {
	low := first
	for _, p := range rest {
		if p.Grade.rank() < low.Grade.rank() {
			low = p
		}
	}
	return low
}

// Place is where in the evidence something was found.
type Place struct {
	// Statement is the statement's digest, if the place is in a statement.
	Statement *evidence.Digest `json:"statement,omitempty"`
	// Material is the digest of a material or other blob.
	Material *evidence.Digest `json:"material,omitempty"`
	// Pointer is an RFC 6901 pointer into that document.
	Pointer string `json:"pointer,omitempty"`
	// File is a file given to the verifier, or an entry of the packaging.
	File string `json:"file,omitempty"`
	// Line is the line in File, counted from 1; 0 if it is not known.
	Line int `json:"line,omitzero"`
}

// Fix says what would mend a failure.
type Fix struct {
	// Before is what to do while the act can still be held back.
	Before string `json:"before,omitempty"`
	// Now is what to do once it has happened.
	Now string `json:"now,omitempty"`
}

// Check is one thing that was checked, with its outcome and how it is known.
type Check struct {
	// ID names the check: "integrity/digests", "linkage/tag-commit", or a
	// control's ID such as "tag/annotated".
	ID    string `json:"id"`
	Layer Layer  `json:"layer"`
	// Title says in one short sentence what went wrong, for an outcome that
	// is not pass, and otherwise what is held.
	Title   string  `json:"title"`
	Outcome Outcome `json:"outcome"`
	// Code is a stable reason code; set unless the outcome is pass.
	Code string `json:"code,omitempty"`
	// Why completes an outcome: unknown(time), not-applicable(no promotion).
	Why string `json:"why,omitempty"`
	// Level is MUST, SHOULD or MAY for controls, as the release policy words them,
	// and empty for the other layers, which are all MUST. An unknown SHOULD does
	// not block; a MAY is asked only where a policy enforces it, and then blocks
	// as a MUST does.
	Level string `json:"level,omitempty"`
	// Question is the number, 1 to 7, of the question it answers; 0 for none.
	Question int `json:"question,omitempty"`
	// EnforcedFrom is set on a failed control that the policy does not enforce
	// yet: it is shown and does not change the verdict.
	EnforcedFrom *evidence.Time `json:"enforcedFrom,omitempty"`
	// Exception is the id of the exception or emergency record that waives a
	// failure, Until when it ends or is looked at again, and Compensating what
	// it puts in the place of what is missing.
	Exception    string         `json:"exception,omitempty"`
	Until        *evidence.Time `json:"until,omitempty"`
	Compensating []string       `json:"compensating,omitempty"`
	// Due is when a pending duty must be done.
	Due *evidence.Time `json:"due,omitempty"`
	// Expected and Found are one line each for people. They may hold text from
	// outside: whoever prints them makes them safe.
	Expected string `json:"expected,omitempty"`
	Found    string `json:"found,omitempty"`
	// Inputs name what was looked at, so that the check can be repeated.
	Inputs []Place `json:"inputs,omitempty"`
	Proof  Proof   `json:"proof,omitzero"`
	// Clock says which time a judgement about time used.
	Clock string `json:"clock,omitempty"`
	Fix   Fix    `json:"fix,omitzero"`
	// FollowsFrom is the ID of the check whose failure caused this one.
	FollowsFrom string `json:"followsFrom,omitempty"`
	// Wants says in one short sentence what a control asks, however it ended.
	Wants string `json:"wants,omitempty"`
	// Sections are the sections of the release policy a control follows from.
	Sections string `json:"sections,omitempty"`
	// Asked is the line of the policy document that asks for the control; nil
	// if no document says so.
	Asked *Place `json:"asked,omitempty"`
}

// Blocks reports whether c keeps a release from being accepted. What is no
// outcome at all does.
func (c Check) Blocks() bool {
	switch c.Outcome {
	case Pass, Warn, Waived, Pending, NotApplicable:
		return false
	case Unknown:
		return c.EnforcedFrom == nil && c.Level != "SHOULD"
	}
	return c.EnforcedFrom == nil
}
