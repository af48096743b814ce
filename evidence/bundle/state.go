package bundle

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/release-dossier/dossier/evidence"
)

// Pair is a statement and one signature of it: a node of the graph that the
// entries of a dossier form.
type Pair = evidence.Parent

// ErrBrokenLink is wrapped when a statement names a parent that is not there.
var ErrBrokenLink = errors.New("a parent is not in the dossier")

// Heads returns, of the pairs that count, those that no counted statement
// names as a parent, sorted.
func (d *Dossier) Heads(counts func(Pair) bool) []Pair {
	heads := map[Pair]bool{}
	for _, st := range d.statements {
		for _, sig := range st.Signatures {
			if p := (Pair{Statement: st.ID, Signature: sig.ID}); counts(p) {
				heads[p] = true
			}
		}
	}
	for _, st := range d.statements {
		if !slices.ContainsFunc(st.Signatures, func(sig *Signature) bool {
			return counts(Pair{Statement: st.ID, Signature: sig.ID})
		}) {
			continue
		}
		for _, p := range st.Links.Parents {
			delete(heads, p)
		}
	}
	list := slices.Collect(maps.Keys(heads))
	slices.SortFunc(list, comparePairs)
	return list
}

func comparePairs(a, b Pair) int {
	if c := a.Statement.Compare(b.Statement); c != 0 {
		return c
	}
	return a.Signature.Compare(b.Signature)
}

// Reachable returns the heads, their parents, the parents' parents and so on,
// sorted. It wraps [ErrBrokenLink] if one of them is not there.
func (d *Dossier) Reachable(heads []Pair) ([]Pair, error) {
	seen := map[Pair]bool{}
	todo := slices.Clone(heads)
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[p] {
			continue
		}
		seen[p] = true
		st, ok := d.statements[p.Statement]
		if !ok || !st.signed(p.Signature) {
			return nil, fmt.Errorf("statement %s with signature %s: %w", p.Statement, p.Signature, ErrBrokenLink)
		}
		todo = append(todo, st.Links.Parents...)
	}
	list := slices.Collect(maps.Keys(seen))
	slices.SortFunc(list, comparePairs)
	return list, nil
}

// State returns the state digest of the given heads (rules of format, R8): the
// SHA-256 of the line "dossier-state/v1" followed by the sorted lines
//
//	statement <hex>
//	signature <statement hex> <hex>
//	material <hex> <size>
//
// for every pair reachable from the heads and every material those statements
// list, present or not. It depends on no trust, no packaging and no withheld
// blob.
func (d *Dossier) State(heads []Pair) (evidence.Digest, error) {
	pairs, err := d.Reachable(heads)
	if err != nil {
		return evidence.Digest{}, err
	}
	lines := map[string]bool{}
	for _, p := range pairs {
		lines["statement "+p.Statement.Hex()+"\n"] = true
		lines["signature "+p.Statement.Hex()+" "+p.Signature.Hex()+"\n"] = true
		for _, m := range d.statements[p.Statement].Links.Materials {
			lines[fmt.Sprintf("material %s %d\n", m.Digest.Hex(), m.Size)] = true
		}
	}
	h := sha256.New()
	io.WriteString(h, "dossier-state/v1\n")
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		io.WriteString(h, line)
	}
	return evidence.Digest(h.Sum(nil)), nil
}
