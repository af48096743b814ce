package verify

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// duplicates sets aside signatures that show nothing that another one by the
// same signer over the same statement does not. Whoever has a file can wrap a
// signature anew (white space, a hint, the other value of an ECDSA signature),
// and without this rule that would make new heads and another state (rules of
// format, R4 and R8). What a statement that counts pins is no duplicate.
func (r *run) duplicates() {
	var pinned map[bundle.Pair]bool
	for _, st := range r.all {
		if len(st.Signatures) < 2 {
			continue
		}
		if pinned == nil {
			pinned = r.pinned()
		}
		for _, group := range r.bySigner(st, pinned) {
			r.keepBest(st, group)
		}
	}
}

// pinned are the pairs that statements that count name as parents.
func (r *run) pinned() map[bundle.Pair]bool {
	set := map[bundle.Pair]bool{}
	for _, st := range r.all {
		if r.counts(st) {
			for _, p := range st.Links.Parents {
				set[p] = true
			}
		}
	}
	return set
}

// wrapping is one signature among several by one signer over one statement.
type wrapping struct {
	sig       *bundle.Signature
	signer    *Signer
	pinned    bool
	canonical bool
}

// bySigner groups the signatures over st that count; signers with one are left
// out.
func (r *run) bySigner(st *bundle.Statement, pinned map[bundle.Pair]bool) [][]wrapping {
	at := map[evidence.Identity]int{}
	var groups [][]wrapping
	for _, sig := range st.Signatures {
		p := pairOf(st, sig)
		s := r.signers[p]
		if !r.counted[p] || s.Identity == "" {
			continue
		}
		i, ok := at[s.Identity]
		if !ok {
			i = len(groups)
			at[s.Identity], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], wrapping{sig: sig, signer: s, pinned: pinned[p]})
	}
	return slices.DeleteFunc(groups, func(g []wrapping) bool { return len(g) < 2 })
}

// keepBest sets aside what another of the group covers: pinned signatures come
// first, then those with more proof of time, then the one in the form that the
// format writes, which nobody but the signer can make, then the lowest ID.
func (r *run) keepBest(st *bundle.Statement, group []wrapping) {
	if key, ok := r.keys.of(group[0].signer.Identity); ok {
		for i := range group {
			w := &group[i]
			w.canonical = evidence.Sum(key.Canonical(&w.sig.Bundle)) == w.sig.ID
		}
	}
	slices.SortFunc(group, before)
	var kept []wrapping
	for _, w := range group {
		i := slices.IndexFunc(kept, func(k wrapping) bool { return k.covers(w) })
		if i < 0 || w.pinned {
			kept = append(kept, w)
			continue
		}
		r.counted[pairOf(st, w.sig)] = false
		w.signer.Allowed, w.signer.Code = false, codeDuplicate
		w.signer.Detail = fmt.Sprintf("signature %s by the same signer shows as much", kept[i].sig.ID.Short())
	}
}

// before orders the signatures of a group.
func before(a, b wrapping) int {
	return cmp.Or(
		first(a.pinned, b.pinned),
		earlier(a.signer.NotAfter, b.signer.NotAfter),
		first(a.signer.NotBefore != nil, b.signer.NotBefore != nil),
		-earlier(a.signer.NotBefore, b.signer.NotBefore),
		first(a.canonical, b.canonical),
		bytes.Compare(a.sig.ID[:], b.sig.ID[:]),
	)
}

// first orders what holds before what does not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// earlier orders times, open ends last.
func earlier(a, b *evidence.Time) int {
	if a == nil || b == nil {
		return first(a != nil, b != nil)
	}
	return a.Compare(b.Time)
}

// covers reports whether w proves at least as much of when it was made as v.
func (w wrapping) covers(v wrapping) bool {
	a, b := w.signer, v.signer
	return (b.NotAfter == nil || a.NotAfter != nil && !a.NotAfter.After(b.NotAfter.Time)) &&
		(b.NotBefore == nil || a.NotBefore != nil && !a.NotBefore.Before(b.NotBefore.Time))
}
