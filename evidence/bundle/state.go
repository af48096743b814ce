package bundle

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"

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
			return nil, brokenLink(p)
		}
		todo = append(todo, st.Links.Parents...)
	}
	return slices.SortedFunc(maps.Keys(seen), comparePairs), nil
}

func brokenLink(p Pair) error {
	return fmt.Errorf("statement %s with signature %s: %w", p.Statement, p.Signature, ErrBrokenLink)
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
func (d *Dossier) State(heads []Pair) (evidence.Digest, error) { return d.States(heads).Of(heads) }

// States computes the states of many heads of one dossier: what they have in
// common is worked out once. It is used by one goroutine at a time.
type States struct {
	nodes  []stateNode
	number map[Pair]int
	lines  []string // sorted
	// seen and marked say for which call of Of a node or line was last met.
	seen, marked []int
	calls        int
}

// stateNode is a pair with its parents and lines, by number.
type stateNode struct {
	pair           Pair
	there          bool
	parents, lines []int
}

// States prepares for the states of heads that are roots, or are reachable from
// them.
func (d *Dossier) States(roots []Pair) *States {
	s := &States{number: map[Pair]int{}}
	add := func(p Pair) int {
		n, known := s.number[p]
		if !known {
			n = len(s.nodes)
			s.number[p], s.nodes = n, append(s.nodes, stateNode{pair: p})
		}
		return n
	}
	for _, p := range roots {
		add(p)
	}
	lines := map[string]int{}
	for i := 0; i < len(s.nodes); i++ {
		p := s.nodes[i].pair
		st, ok := d.statements[p.Statement]
		if !ok || !st.signed(p.Signature) {
			continue
		}
		n := stateNode{pair: p, there: true}
		for _, parent := range st.Links.Parents {
			n.parents = append(n.parents, add(parent))
		}
		for line := range stateLines(st, p) {
			k, known := lines[line]
			if !known {
				k = len(lines)
				lines[line] = k
			}
			n.lines = append(n.lines, k)
		}
		s.nodes[i] = n
	}
	s.sort(lines)
	s.seen, s.marked = make([]int, len(s.nodes)), make([]int, len(s.lines))
	return s
}

// stateLines yields the lines of one pair.
func stateLines(st *Statement, p Pair) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield("statement "+p.Statement.Hex()+"\n") || !yield("signature "+p.Statement.Hex()+" "+p.Signature.Hex()+"\n") {
			return
		}
		for _, m := range st.Links.Materials {
			if !yield("material " + m.Digest.Hex() + " " + strconv.FormatInt(m.Size, 10) + "\n") {
				return
			}
		}
	}
}

// sort numbers the lines by their order.
func (s *States) sort(lines map[string]int) {
	s.lines = slices.Sorted(maps.Keys(lines))
	rank := make([]int, len(lines))
	for i, line := range s.lines {
		rank[lines[line]] = i
	}
	for i := range s.nodes {
		for k, line := range s.nodes[i].lines {
			s.nodes[i].lines[k] = rank[line]
		}
	}
}

// Of returns the state of heads (see [Dossier.State]). It wraps [ErrBrokenLink]
// if one of them, or what they lead to, is not there.
func (s *States) Of(heads []Pair) (evidence.Digest, error) {
	s.calls++
	var todo []int
	for _, p := range heads {
		n, known := s.number[p]
		if !known {
			return evidence.Digest{}, brokenLink(p)
		}
		todo = append(todo, n)
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.seen[i] == s.calls {
			continue
		}
		s.seen[i] = s.calls
		n := s.nodes[i]
		if !n.there {
			return evidence.Digest{}, brokenLink(n.pair)
		}
		for _, k := range n.lines {
			s.marked[k] = s.calls
		}
		todo = append(todo, n.parents...)
	}
	h := sha256.New()
	io.WriteString(h, "dossier-state/v1\n")
	for k, line := range s.lines {
		if s.marked[k] == s.calls {
			io.WriteString(h, line)
		}
	}
	return evidence.Digest(h.Sum(nil)), nil
}
