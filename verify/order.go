package verify

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence/bundle"
)

// order is layer 3: one release statement, later statements that name it and
// what they saw, the state the caller expected.
func (r *run) order() error {
	r.oneRelease()
	if r.release == nil {
		r.noState()
		return nil
	}
	r.graph = newGraph(r.all)
	for _, st := range r.statements()[1:] {
		r.belongs(st)
		r.links(r.graph, st)
	}
	r.state()
	r.seals()
	return nil
}

// oneRelease finds the one release statement.
func (r *run) oneRelease() {
	c := Check{
		ID: "order/release", Layer: Order, Outcome: Pass,
		Title:    asks["order/release"],
		Expected: "exactly one release statement",
	}
	var found []*bundle.Statement
	for _, st := range r.all {
		if st.IsRelease() && r.counts(st) {
			found = append(found, st)
			c.Inputs = append(c.Inputs, at(st.ID, ""))
		}
	}
	c.Found = fmt.Sprintf("%d", len(found))
	switch len(found) {
	case 1:
		r.release = found[0]
		r.facts.Release, r.facts.Record = found[0].ID, r.predicates[found[0].ID].record
		r.facts.Signers = r.countedSigners(found[0])
		c.Proof = Proof{Proven, "the signatures in the file"}
	case 0:
		c.Outcome, c.Code, c.Title = Fail, codeNoRelease, "There is no release statement that can be relied on"
		c.Fix = Fix{Now: "ask the sender for the whole file"}
		c.FollowsFrom = r.releaseTrouble()
	default:
		c.Outcome, c.Code, c.Title = Fail, "second-release", "There is more than one release statement"
		c.Fix = Fix{Now: "ask the sender for a file of each: one dossier is about one release"}
	}
	r.add(c)
}

// releaseTrouble returns the ID of a failed check about a release statement.
func (r *run) releaseTrouble() string {
	for i := range r.report.Checks {
		c := &r.report.Checks[i]
		if c.Outcome != Pass && c.ID == "signatures/record" {
			return c.ID
		}
	}
	return ""
}

// belongs checks that an own statement names this release.
func (r *run) belongs(st *bundle.Statement) {
	c := Check{
		ID: "order/belongs", Layer: Order, Outcome: Pass,
		Title:    "The " + kindOf(st) + " statement is about this release",
		Expected: "release " + r.release.ID.String(),
		Found:    "release " + st.Links.Release.Digest.String(),
		Inputs:   []Place{at(st.ID, "/predicate/release")},
		Proof:    Proof{Proven, "the signed statement"},
	}
	if st.Links.Release.Digest != r.release.ID {
		c.Outcome, c.Code, c.Title = Fail, codeOtherRelease, "A statement is about another release"
		c.Fix = Fix{Now: "ask the sender for the file without it: it belongs to the dossier of that release"}
	}
	r.add(c)
}

// links checks what a statement says it saw: every parent is there, none is
// the ancestor of another, and they lead to the release statement.
func (r *run) links(g *graph, st *bundle.Statement) {
	c := Check{
		ID: "order/links", Layer: Order, Outcome: Pass,
		Title:    "What the " + kindOf(st) + " statement saw is all there",
		Expected: "every parent, by statement and signature",
		Found:    fmt.Sprintf("%d of %d", len(st.Links.Parents), len(st.Links.Parents)),
		Inputs:   []Place{at(st.ID, "/predicate/parents")},
		Proof:    Proof{Proven, "the signed statement"},
	}
	switch err := g.broken(st.ID); {
	case err != nil:
		c.fails("broken-link", "A statement or signature was removed", Fix{Now: "ask the sender for the whole file"})
		c.Found = err.Error()
	case !g.descends(st.ID, r.release.ID):
		c.fails("broken-link", "A statement does not descend from the release statement", Fix{Now: "have its signer state it again for this release"})
		c.Found = "its parents do not lead to " + r.release.ID.String()
	case g.redundant(st):
		c.fails("redundant-parent", "A parent is also the ancestor of another parent", Fix{Now: "have its signer state it again upon the heads"})
		c.Found = "the parents are not heads"
	}
	r.add(c)
}

// state computes the heads and the state digest and compares what was expected.
func (r *run) state() {
	heads := r.d.Heads(func(p bundle.Pair) bool { return r.counted[p] })
	state, err := r.d.State(heads)
	if err == nil {
		r.report.State, r.report.Heads = &state, heads
	}
	if want := r.o.ExactState; want != nil {
		found := "state " + state.String()
		if err != nil {
			found = err.Error()
		}
		r.facts.ExactState = err == nil && state == *want
		r.expectedState(found, r.facts.ExactState)
	}
	if want := r.o.ExpectHead; want != nil {
		st, ok := r.d.Statement(*want)
		r.expectedHead(ok && r.counts(st))
	}
}

// noState fails what was expected of the state if there is no release.
func (r *run) noState() {
	if r.o.ExactState != nil {
		r.expectedState("no release statement", false)
	}
	if r.o.ExpectHead != nil {
		r.expectedHead(false)
	}
}

func (r *run) expectedState(found string, ok bool) {
	r.add(expected("order/exact-state", "exact-state",
		"state "+r.o.ExactState.String(), found, ok))
}

func (r *run) expectedHead(ok bool) {
	found := "it is there and counts"
	if !ok {
		found = "no statement of that digest counts"
	}
	r.add(expected("order/expected-head", "expected-head",
		"statement "+r.o.ExpectHead.String(), found, ok))
}

func expected(id, code, want, got string, ok bool) Check {
	c := Check{
		ID: id, Layer: Order, Outcome: Pass, Title: asks[id], Expected: want, Found: got,
		Proof: Proof{Proven, "the signed statements"},
	}
	if !ok {
		c.Outcome, c.Code = Fail, code
		c.Title = "The dossier is not in the expected state"
		c.Fix = Fix{Now: "fetch the current file; if it stays so, something was removed or added"}
	}
	return c
}
