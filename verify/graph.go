package verify

import (
	"errors"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// graph is what the statements of a dossier say they saw, worked out once for
// all of them: ten thousand statements take one walk, not ten thousand.
type graph struct {
	nodes map[evidence.Digest]*node
	// pairs numbers the statements with the signatures that are there.
	pairs map[bundle.Pair]int
	words int
}

// node is one statement. above is the set of its ancestors, which are pairs, a
// bit each. Its own pairs have the numbers from first on.
type node struct {
	st     *bundle.Statement
	first  int
	depth  int // the longest way to a statement without parents
	state  visit
	above  []uint64
	broken error
}

type visit int

const (
	unseen visit = iota
	open
	done
)

var errCycle = errors.New("the statement is its own ancestor")

func newGraph(all []*bundle.Statement) *graph {
	g := &graph{
		nodes: make(map[evidence.Digest]*node, len(all)), pairs: make(map[bundle.Pair]int, len(all)),
	}
	for _, st := range all {
		g.nodes[st.ID] = &node{st: st, first: len(g.pairs)}
		for _, sig := range st.Signatures {
			g.pairs[pairOf(st, sig)] = len(g.pairs)
		}
	}
	g.words = (len(g.pairs) + 63) / 64
	for _, st := range all {
		g.walk(g.nodes[st.ID])
	}
	return g
}

// walk closes n after all of its ancestors. It keeps its own stack: a chain of
// statements is as long as its author likes.
func (g *graph) walk(n *node) {
	stack := []*node{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if n.state == unseen {
			n.state = open
			for _, p := range n.st.Links.Parents {
				if next := g.nodes[p.Statement]; next != nil && next.state == unseen {
					stack = append(stack, next)
				}
			}
			continue
		}
		stack = stack[:len(stack)-1]
		if n.state == open {
			g.close(n)
		}
	}
}

// close takes over what the parents of n, which are closed, lead to.
func (g *graph) close(n *node) {
	n.state = done
	if len(n.st.Links.Parents) > 0 {
		n.above = make([]uint64, g.words)
	}
	for _, p := range n.st.Links.Parents {
		parent := g.nodes[p.Statement]
		number, there := g.pairs[p]
		switch {
		case !there:
			n.broken = fmt.Errorf("statement %s with signature %s: %w", p.Statement, p.Signature, bundle.ErrBrokenLink)
		case parent.state != done:
			n.broken = errCycle
		default:
			n.broken = parent.broken
			n.inherit(parent, number)
		}
		if n.broken != nil {
			return
		}
	}
}

// inherit adds a parent, the pair of that number, and its ancestors.
func (n *node) inherit(parent *node, number int) {
	for i, word := range parent.above {
		n.above[i] |= word
	}
	n.above[number/64] |= 1 << (number % 64)
	n.depth = max(n.depth, parent.depth+1)
}

// has reports whether the pair of that number is an ancestor.
func (n *node) has(number int) bool {
	return n.above != nil && n.above[number/64]&(1<<(number%64)) != 0
}

// depth orders statements: what saw another one is deeper.
func (g *graph) depth(id evidence.Digest) int {
	if n := g.nodes[id]; n != nil {
		return n.depth
	}
	return 0
}

// saw reports whether a statement is other or has seen one of its signatures.
func (n *node) saw(other *node) bool {
	if n == other {
		return true
	}
	for i := range other.st.Signatures {
		if n.has(other.first + i) {
			return true
		}
	}
	return false
}

// broken says which ancestor of a statement is not there, nil if none.
func (g *graph) broken(id evidence.Digest) error { return g.nodes[id].broken }

// descends reports whether ancestor is among what the statement saw.
func (g *graph) descends(id, ancestor evidence.Digest) bool {
	return id != ancestor && g.nodes[id].saw(g.nodes[ancestor])
}

// redundant reports whether a parent of st is an ancestor of another one. A
// signature that was added to a statement later is not: the others did not see
// it.
func (g *graph) redundant(st *bundle.Statement) bool {
	for _, p := range st.Links.Parents {
		for _, q := range st.Links.Parents {
			if number, there := g.pairs[q]; there && g.nodes[p.Statement].has(number) {
				return true
			}
		}
	}
	return false
}
