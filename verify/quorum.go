package verify

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/trust"
)

// DistinctPeople returns the names of the people behind signatures, sorted and
// each once: the accounts and keys of one person are one, bots and signers whom
// trust lists as nobody are none.
func (f *Facts) DistinctPeople(signers []Signer) []string { return distinctPeople(f.Trust, signers) }

func distinctPeople(t *trust.Trust, signers []Signer) []string {
	var names []string
	for _, s := range signers {
		if t != nil && !t.IsBot(s.Identity) {
			if name := t.Fold(s.Identity); name != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// quorum sets signatures aside that count only together with those of other
// people, as long as too few people signed (rules of format, R4).
func (r *run) quorum(st *bundle.Statement) {
	var allowed []Signer
	most := 0
	for _, sig := range st.Signatures {
		if s := r.signers[pairOf(st, sig)]; s.Allowed {
			allowed, most = append(allowed, *s), max(most, s.Threshold)
		}
	}
	if most < 2 {
		return
	}
	people := distinctPeople(r.o.Trust, allowed)
	for _, sig := range st.Signatures {
		if s := r.signers[pairOf(st, sig)]; s.Allowed && len(people) < max(1, s.Threshold) {
			s.Allowed, s.Code = false, CodeThreshold
			s.Detail = fmt.Sprintf("%d of %d people signed: %s", len(people), s.Threshold, listed(people))
		}
	}
}
