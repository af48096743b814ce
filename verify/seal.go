package verify

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// SealFact is the last seal that counts.
type SealFact struct {
	*evidence.Seal
	// Statement is the seal's.
	Statement evidence.Digest
	// Covers is the moment up to which it speaks: what it states, and at most
	// [ClockSkew] after it was made, for nobody knows what will happen later.
	Covers  time.Time
	Signers []Signer
	Proof   Proof
}

// Sealed reports whether it is known that everything which happened up to that
// moment is in the dossier: a seal says so, or the caller named the exact state.
// Only then is it a fact that something did not happen (rules of format, R8).
func (f *Facts) Sealed(until time.Time) bool {
	return f.ExactState || f.Seal != nil && !f.Seal.Covers.Before(until)
}

// sealed is a seal with those of its signers who count.
type sealed struct {
	*evidence.Seal
	st      *bundle.Statement
	signers []Signer
}

// seals checks every seal that counts, and that those of one sealer follow one
// another. None of it rests on whom the reader trusts.
func (r *run) seals() {
	var all, list []sealed
	for _, st := range r.all {
		if s, ok := r.predicates[st.ID].own.(*evidence.Seal); ok {
			all = append(all, sealed{s, st, r.countedSigners(st)})
		}
	}
	slices.SortStableFunc(all, func(a, b sealed) int { return cmp.Compare(a.Sequence, b.Sequence) })
	var parents []bundle.Pair
	for _, s := range all {
		if len(s.signers) > 0 {
			list, parents = append(list, s), append(parents, s.st.Links.Parents...)
		}
	}
	if len(list) == 0 {
		r.lastSeal(nil)
		return
	}
	states := r.d.States(parents)
	for _, s := range list {
		r.sealCheck(states, s, all)
	}
	r.equivocation(list)
	r.lastSeal(list)
}

// sealCheck computes anew what a seal says.
func (r *run) sealCheck(states *bundle.States, s sealed, all []sealed) {
	c := Check{
		ID: "order/seal-state", Layer: Order, Outcome: Pass, Title: asks["order/seal-state"],
		Expected: "state " + s.State.String(), Inputs: []Place{at(s.st.ID, "/predicate/state")},
		Proof: Proof{Proven, "the signed statements"},
	}
	fix := Fix{Now: "have the sealer seal again what is there; if it stays so, something was removed or added"}
	switch state, err := states.Of(s.st.Links.Parents); {
	case err != nil:
		c.fails("broken-link", "A seal is over something that was removed", fix)
		c.Found, c.FollowsFrom = err.Error(), "order/links"
	case state != s.State:
		c.fails("seal-state", "A seal is over another state than that of its parents", fix)
		c.Found = "state " + state.String()
	default:
		c.Found = "state " + state.String()
		r.sealPlace(&c, s, all)
	}
	r.add(c)
}

// sealPlace checks that a seal follows the last one that it saw, even if that
// one's signer does not count any more.
func (r *run) sealPlace(c *Check, s sealed, all []sealed) {
	want, previous := int64(1), "none"
	var last []evidence.Digest
	for _, p := range all {
		if r.graph.descends(s.st.ID, p.st.ID) && p.Sequence+1 >= want {
			if p.Sequence+1 > want {
				last = nil
			}
			want, last = p.Sequence+1, append(last, p.st.ID)
		}
	}
	if s.Sequence == want && (s.Previous == nil) == (last == nil) && (last == nil || slices.Contains(last, *s.Previous)) {
		return
	}
	if last != nil {
		previous = last[0].String()
	}
	c.Expected = fmt.Sprintf("number %d, after the seal %s", want, previous)
	c.Found = fmt.Sprintf("number %d", s.Sequence)
	if s.Previous != nil {
		c.Found += ", after the seal " + s.Previous.String()
	}
	c.Inputs = []Place{at(s.st.ID, "/predicate/sequence"), at(s.st.ID, "/predicate/previous")}
	c.fails("seal-chain", "A seal does not follow the last one before it", Fix{Now: "have the sealer seal again"})
}

// equivocation compares the seals of each sealer, which are one chain: whoever
// seals two states of which neither is the other's past tells two people two
// stories.
func (r *run) equivocation(list []sealed) {
	last := map[string]sealed{}
	for _, s := range list {
		for _, who := range r.sealers(s) {
			before, ok := last[who]
			last[who] = s
			if !ok || r.graph.descends(s.st.ID, before.st.ID) {
				continue
			}
			c := Check{
				ID: "order/equivocation", Layer: Order, Expected: "seals of one sealer, each upon the one before",
				Found:  fmt.Sprintf("%s sealed %s and %s, and neither saw the other", who, before.st.ID.Short(), s.st.ID.Short()),
				Inputs: []Place{at(before.st.ID, ""), at(s.st.ID, "")}, Proof: Proof{Proven, "the signed statements"},
			}
			c.fails("equivocation", "A sealer sealed two histories", Fix{Now: "ask the sealer which is true and why there are two; rely on neither until then"})
			r.add(c)
		}
	}
}

// sealers names each of those who signed a seal, once: people whom trust folds,
// and everybody else by identity.
func (r *run) sealers(s sealed) []string {
	var list []string
	for _, x := range s.signers {
		who := string(x.Identity)
		if r.o.Trust != nil {
			who = cmp.Or(r.o.Trust.Name(x.Identity), who)
		}
		list = append(list, who)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// lastSeal tells up to when is known what did not happen.
func (r *run) lastSeal(list []sealed) {
	c := Check{
		ID: "order/seal", Layer: Order, Outcome: Warn, Code: "not-sealed", Why: "not-sealed",
		Title:    "No seal says that this is all",
		Expected: "a seal by an allowed sealer, if absence is to be relied on",
		Found:    "no seal: that nothing else happened to this release is not shown",
	}
	for _, s := range list {
		f := &SealFact{Seal: s.Seal, Statement: s.st.ID, Covers: covers(s.Seal), Signers: s.signers}
		f.Proof = Proof{Proven, f.Signers[0].Name()}
		if last := r.facts.Seal; last == nil || f.Sequence > last.Sequence || f.Covers.After(last.Covers) {
			r.facts.Seal = f
		}
	}
	if f := r.facts.Seal; f != nil {
		until := evidence.At(f.Covers)
		r.report.Seal = &SealView{Statement: f.Statement, Sequence: f.Sequence, At: evidence.At(statedAt(f.Seal)), CoversUntil: until}
		c.Outcome, c.Code, c.Why, c.Proof = Pass, "", "", f.Proof
		c.Title, c.Inputs = asks[c.ID], []Place{at(f.Statement, "/predicate/coversUntil")}
		c.Found = fmt.Sprintf("sealed by %s, covers until %s", f.Proof.By, until.Format(time.RFC3339))
	}
	r.add(c)
}

// covers is the moment up to which a seal speaks.
func covers(s *evidence.Seal) time.Time {
	if most := statedAt(s).Add(ClockSkew); s.CoversUntil.After(most) {
		return most
	}
	return s.CoversUntil.Time
}
