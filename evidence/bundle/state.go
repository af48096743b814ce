package bundle

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	lines  []stateLine // sorted
	// seen and marked say for which call of Of a node or line was last met.
	seen, marked []int
	calls        int
}

// stateNode is a pair with its parents and lines, by number. The lines that the
// signatures of a statement share have a node of their own, without a pair, which
// is a parent of each.
type stateNode struct {
	pair           Pair
	there          bool
	parents, lines []int
}

// States prepares for the states of heads that are roots, or are reachable from
// them.
func (d *Dossier) States(roots []Pair) *States {
	s := &States{number: map[Pair]int{}}
	for _, p := range roots {
		s.add(p)
	}
	shared := map[evidence.Digest]int{} // by statement
	var lines []stateLine
	for i := 0; i < len(s.nodes); i++ {
		p := s.nodes[i].pair
		st, ok := d.statements[p.Statement]
		if !ok || !st.signed(p.Signature) {
			continue
		}
		k, known := shared[st.ID]
		if !known {
			k = len(s.nodes)
			shared[st.ID] = k
			s.nodes = append(s.nodes, stateNode{there: true})
			lines = appendShared(lines, k, st)
		}
		n := stateNode{pair: p, there: true, parents: []int{k}}
		for _, parent := range st.Links.Parents {
			n.parents = append(n.parents, s.add(parent))
		}
		s.nodes[i] = n
		lines = append(lines, stateLine{kind: signatureWord, digest: p.Statement, signature: p.Signature, node: i})
	}
	s.sort(lines)
	s.seen, s.marked = make([]int, len(s.nodes)), make([]int, len(s.lines))
	return s
}

// add returns the number of a pair.
func (s *States) add(p Pair) int {
	n, known := s.number[p]
	if !known {
		n = len(s.nodes)
		s.number[p], s.nodes = n, append(s.nodes, stateNode{pair: p})
	}
	return n
}

// stateLine is a line of a node, as bytes and not as text yet.
type stateLine struct {
	kind      stateWord
	digest    evidence.Digest // of the statement or the material
	signature evidence.Digest
	size      int64
	node      int
}

// stateWord is the word that a line begins with; they are in the order of their
// letters, as hex digits are in that of the bytes.
type stateWord byte

const (
	materialWord stateWord = iota
	signatureWord
	statementWord
)

// appendShared appends the lines of a statement that do not depend on who signed.
func appendShared(lines []stateLine, node int, st *Statement) []stateLine {
	lines = slices.Grow(lines, 2+len(st.Links.Materials))
	lines = append(lines, stateLine{kind: statementWord, digest: st.ID, node: node})
	for _, m := range st.Links.Materials {
		lines = append(lines, stateLine{kind: materialWord, digest: m.Digest, size: m.Size, node: node})
	}
	return lines
}

// compare orders lines as their texts are ordered; 0 is the same text.
func (l *stateLine) compare(m *stateLine) int {
	if c := cmp.Compare(l.kind, m.kind); c != 0 {
		return c
	}
	if c := l.digest.Compare(m.digest); c != 0 {
		return c
	}
	if c := l.signature.Compare(m.signature); c != 0 || l.size == m.size {
		return c
	}
	return strings.Compare(strconv.FormatInt(l.size, 10), strconv.FormatInt(m.size, 10)) // not by value: 10 is before 9
}

func (l *stateLine) append(text []byte) []byte {
	switch l.kind {
	case statementWord:
		text = l.digest.AppendHex(append(text, "statement "...))
	case signatureWord:
		text = l.digest.AppendHex(append(text, "signature "...))
		text = l.signature.AppendHex(append(text, ' '))
	case materialWord:
		text = l.digest.AppendHex(append(text, "material "...))
		text = strconv.AppendInt(append(text, ' '), l.size, 10)
	}
	return append(text, '\n')
}

// sort sorts the lines, keeps each once, and numbers them in that order.
func (s *States) sort(lines []stateLine) {
	slices.SortFunc(lines, func(a, b stateLine) int { return a.compare(&b) })
	s.lines = lines[:0]
	for _, line := range lines {
		if n := len(s.lines); n == 0 || line.compare(&s.lines[n-1]) != 0 {
			s.lines = append(s.lines, line)
		}
		n := &s.nodes[line.node]
		n.lines = append(n.lines, len(s.lines)-1)
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
	var text [160]byte // longer than any line
	for k := range s.lines {
		if s.marked[k] == s.calls {
			h.Write(s.lines[k].append(text[:0]))
		}
	}
	return evidence.Digest(h.Sum(nil)), nil
}
