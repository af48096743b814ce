package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Bundle verifies the dossier d against what the caller expects. Its error is
// a misuse of its arguments, the context's, or a [bundle.ReadError] if the file of
// d cannot be read any more or was changed since it was opened; everything that is
// wrong with the dossier itself is in the report.
func Bundle(ctx context.Context, d *bundle.Dossier, e Expect, o Options) (*Report, error) {
	r, err := newRun(ctx, d, e, o)
	if err != nil {
		return nil, err
	}
	for _, layer := range []func() error{
		r.signatures, r.order, r.integrity, r.linkage, r.policy,
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := layer(); err != nil {
			return nil, err
		}
		if r.lost != nil {
			return nil, r.notRead()
		}
	}
	if r.finish(); r.lost != nil {
		return nil, r.notRead()
	}
	return r.report, nil
}

// run is one verification under way.
type run struct {
	ctx    context.Context
	d      *bundle.Dossier
	all    []*bundle.Statement // sorted by ID
	expect Expect
	o      Options

	report *Report
	facts  *Facts

	keys       *keyring
	learned    []attest.PublicKey // by trust, from the evidence
	signers    map[bundle.Pair]*Signer
	predicates map[evidence.Digest]predicate
	// counted are the pairs that are relied on: those allowed by trust or, if
	// no release statement is, those that at least verify.
	counted map[bundle.Pair]bool
	judged  []Check // by the policy
	release *bundle.Statement
	graph   *graph
	objects *gitobj.Objects
	commits map[string]bool         // of the release, made when first asked for
	numbers map[evidence.Digest]int // of the exhibits
	// signedImports are the imported attestations that are signed.
	signedImports []signedImport
	// imported are the records that stand by their scope.
	imported []RecordFact
	// redacted are the blobs that granted redactors name.
	redacted map[evidence.Digest]WithheldFact
	failing  map[string]bool // IDs of checks
	vouchers map[evidence.Digest]voucher

	attestedSBOMs map[evidence.Digest]attestedSBOM // made when first asked for

	lost error // a blob that was there when d was opened cannot be read
}

func newRun(ctx context.Context, d *bundle.Dossier, e Expect, o Options) (*run, error) {
	if d == nil {
		return nil, errors.New("verify: no dossier was given")
	}
	if o.AsOf.IsZero() {
		return nil, errors.New("verify: Options.AsOf is required: the moment of judgement is never read from a clock")
	}
	if !sensible(o.AsOf) {
		return nil, fmt.Errorf("verify: Options.AsOf is of the year %d: want 1970 to 9999", o.AsOf.UTC().Year())
	}
	if o.Gate == "" {
		o.Gate = GateFinal
	}
	if !slices.Contains(allGates, o.Gate) {
		return nil, fmt.Errorf("verify: unknown gate %.40q", o.Gate)
	}
	return &run{
		ctx: ctx, d: d, all: d.Statements(), expect: e, o: o,
		report: &Report{
			Format: "dossier-report/v1", Target: o.Target, Gate: o.Gate,
			AsOf: evidence.At(o.AsOf), AsOfGiven: o.AsOfGiven, Expected: e.String(),
			Checks: make([]Check, 0, 32), // as many as most dossiers have in layers 1 to 4
		},
		facts:      &Facts{AsOf: o.AsOf, Gate: o.Gate, Trust: o.Trust},
		signers:    map[bundle.Pair]*Signer{},
		predicates: map[evidence.Digest]predicate{},
		counted:    map[bundle.Pair]bool{},
	}, nil
}

// add records a check.
func (r *run) add(c Check) {
	c.complete()
	r.report.Checks = append(r.report.Checks, c)
}

// complete gives a check that is no pass its code.
func (c *Check) complete() {
	if c.Code == "" && c.Outcome != Pass {
		c.Code = c.Why
	}
}

// counts reports whether one of a statement's signatures is relied on.
func (r *run) counts(st *bundle.Statement) bool {
	return slices.ContainsFunc(st.Signatures, func(s *bundle.Signature) bool {
		return r.counted[pairOf(st, s)]
	})
}

// statements yields the statements that count, the release statement first.
func (r *run) statements() []*bundle.Statement {
	var list []*bundle.Statement
	if r.release != nil {
		list = append(list, r.release)
	}
	for _, st := range r.all {
		if st != r.release && r.counts(st) {
			list = append(list, st)
		}
	}
	return list
}

// countedSigners returns the signers of st that count.
func (r *run) countedSigners(st *bundle.Statement) []Signer {
	var list []Signer
	for _, sig := range st.Signatures {
		p := pairOf(st, sig)
		if r.counted[p] {
			list = append(list, *r.signers[p])
		}
	}
	return list
}

// policy runs layer 5. A policy that asks nothing accepts nothing.
func (r *run) policy() error {
	if r.o.Policy == nil || r.facts.Record == nil || r.o.Trust == nil {
		return nil
	}
	r.facts.Checks = slices.Clip(r.report.Checks)
	checks, view := r.o.Policy.Judge(r.facts)
	r.report.Policy = &view
	asked := false
	for i := range checks {
		c := &checks[i]
		c.Layer = Controls
		c.complete()
		asked = asked || c.Outcome != NotApplicable
	}
	if !asked {
		checks = append(checks, Check{
			ID: "policy/nothing-asked", Layer: Controls, Outcome: Fail, Code: "nothing-asked",
			Title: "The policy asked nothing", Expected: "at least one control that applies", Found: "none",
			Fix: Fix{Now: "give a policy that asks something at this gate"},
		})
	}
	r.judged = checks
	return nil
}

// pairOf is the node of the graph that sig on st is.
func pairOf(st *bundle.Statement, sig *bundle.Signature) bundle.Pair {
	return bundle.Pair{Statement: st.ID, Signature: sig.ID}
}

func at(st evidence.Digest, pointer string) Place { return Place{Statement: &st, Pointer: pointer} }

func material(id evidence.Digest) Place { return Place{Material: &id} }
