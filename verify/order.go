package verify

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// order is layer 3: one release statement, later statements that name it and
// what they saw, the state the caller expected.
func (r *run) order() error {
	r.oneRelease()
	if r.release == nil {
		return nil
	}
	for _, st := range r.statements()[1:] {
		r.belongs(st)
		r.links(st)
	}
	r.state()
	r.add(Check{
		ID: "order/seal", Layer: Order, Outcome: Warn, Code: "not-sealed", Why: "not-sealed",
		Title:    "No seal says that this is all",
		Expected: "a seal by an allowed sealer, if absence is to be relied on",
		Found:    "no seal: that nothing else happened to this release is not shown",
	})
	return nil
}

// oneRelease finds the one release statement.
func (r *run) oneRelease() {
	c := Check{
		ID: "order/release", Layer: Order, Outcome: Pass,
		Title:    "There is exactly one release statement",
		Expected: "exactly one release statement",
	}
	var found []*bundle.Statement
	for _, st := range r.d.Statements() {
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
		c.Outcome, c.Code, c.Title = Fail, "release-missing", "There is no release statement that can be relied on"
		c.Fix = Fix{Now: "ask the sender for the whole file"}
		c.FollowsFrom = r.releaseTrouble()
	default:
		c.Outcome, c.Code, c.Title = Fail, "second-release", "There is more than one release statement"
		c.Fix = Fix{Now: "one dossier is about one release: separate them"}
	}
	r.add(c)
}

// releaseTrouble returns the ID of a failed check about a release statement.
func (r *run) releaseTrouble() string {
	for _, c := range r.report.Checks {
		if c.Outcome != Pass && (c.ID == "signatures/record" || c.ID == "signatures/predicate") {
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
		c.Outcome, c.Code, c.Title = Fail, "other-release", "A statement is about another release"
		c.Fix = Fix{Now: "remove it: it belongs to the dossier of that release"}
	}
	r.add(c)
}

// links checks what a statement says it saw: every parent is there, none is
// the ancestor of another, and they lead to the release statement.
func (r *run) links(st *bundle.Statement) {
	c := Check{
		ID: "order/links", Layer: Order, Outcome: Pass,
		Title:    "What the " + kindOf(st) + " statement saw is all there",
		Expected: "every parent, by statement and signature",
		Found:    fmt.Sprintf("%d of %d", len(st.Links.Parents), len(st.Links.Parents)),
		Inputs:   []Place{at(st.ID, "/predicate/parents")},
		Proof:    Proof{Proven, "the signed statement"},
	}
	seen, err := r.d.Reachable(st.Links.Parents)
	switch {
	case err != nil:
		c.Outcome, c.Code, c.Title = Fail, "broken-link", "A statement or signature was removed"
		c.Found = err.Error()
		c.Fix = Fix{Now: "ask the sender for the whole file"}
	case !slices.ContainsFunc(seen, func(p bundle.Pair) bool { return p.Statement == r.release.ID }):
		c.Outcome, c.Code, c.Title = Fail, "broken-link", "A statement does not descend from the release statement"
		c.Found = "its parents do not lead to " + r.release.ID.String()
	case r.redundant(st):
		c.Outcome, c.Code, c.Title = Fail, "redundant-parent", "A parent is also the ancestor of another parent"
		c.Found = "the parents are not heads"
	}
	r.add(c)
}

func (r *run) redundant(st *bundle.Statement) bool {
	if len(st.Links.Parents) == 1 {
		return false
	}
	named := map[evidence.Digest]bool{}
	for _, p := range st.Links.Parents {
		named[p.Statement] = true
	}
	for id := range named {
		parent, ok := r.d.Statement(id)
		if !ok {
			continue
		}
		above, err := r.d.Reachable(parent.Links.Parents)
		if err == nil && slices.ContainsFunc(above, func(p bundle.Pair) bool { return named[p.Statement] }) {
			return true
		}
	}
	return false
}

// state computes the heads and the state digest and compares what was expected.
func (r *run) state() {
	heads := r.d.Heads(func(p bundle.Pair) bool { return r.counted[p] })
	state, err := r.d.State(heads)
	if err == nil {
		r.report.State, r.report.Heads = &state, heads
	}
	if want := r.o.ExactState; want != nil {
		r.add(expected("order/exact-state", "exact-state", "The dossier is exactly in the expected state",
			"state "+want.String(), "state "+state.String(), err == nil && state == *want))
	}
	if want := r.o.ExpectHead; want != nil {
		st, ok := r.d.Statement(*want)
		ok = ok && r.counts(st)
		found := "it is there and counts"
		if !ok {
			found = "no statement of that digest counts"
		}
		r.add(expected("order/expected-head", "expected-head", "The expected statement is there",
			"statement "+want.String(), found, ok))
	}
}

func expected(id, code, title, want, got string, ok bool) Check {
	c := Check{
		ID: id, Layer: Order, Outcome: Pass, Title: title, Expected: want, Found: got,
		Proof: Proof{Proven, "the signed statements"},
	}
	if !ok {
		c.Outcome, c.Code = Fail, code
		c.Title = "The dossier is not in the expected state"
		c.Fix = Fix{Now: "fetch the current file; if it stays so, something was removed or added"}
	}
	return c
}
