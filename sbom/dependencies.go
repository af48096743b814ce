package sbom

import (
	"fmt"
	"slices"
)

// Graph is what the dependencies of a document come to, from what it describes.
type Graph struct {
	// Depth is the greatest number of steps from a subject to a component, by
	// the shortest way: 1 if there are direct dependencies only, 0 if there is
	// none or no subject has any.
	Depth int
	// Unreachable is the number of components that nothing leads to from a
	// subject, neither dependencies nor being a part. It is 0 if the document
	// relates its subjects to nothing.
	Unreachable int
	// Cycles is the number of groups of components that depend on each other
	// in a circle.
	Cycles int
}

// links are relationships that are no dependencies, such as being a part. They
// lead both ways.
type links struct {
	known   [][2]int    // nodes
	pending [][2]string // ids of which one was not known yet
}

// root is the node of the document itself.
const root = -2

// node returns the component with an id, or root. known is false for an id that
// has not been defined yet; ok is false for what is no component.
func (r *reader) node(id string) (node int, known, ok bool) {
	if id == spdxDocument && r.doc.Format == SPDX {
		return root, true, true
	}
	i, known := r.refs.ids[id]
	return i, known, i != noComponent
}

// link notes that two elements belong together.
func (r *reader) link(a, b string) {
	i, known, ok := r.node(a)
	j, known2, ok2 := r.node(b)
	switch {
	case known && !ok && known2 && ok2 && j != root: // a file leads to a component
		i = root
		fallthrough
	case known && ok && known2 && ok2:
		if len(r.links.known) < maxRefs {
			r.links.known = append(r.links.known, [2]int{i, j})
		}
	case known && known2: // of two files, or to a file
	case len(r.links.pending) < maxRefs:
		r.links.pending = append(r.links.pending, [2]string{a, b})
	}
}

// nodes are the document as nodes: its components and, after them, its subjects
// that are no components.
type nodes struct {
	components int
	depends    [][]int
	related    [][]int
	roots      []int
}

// graphOf resolves the references of a document.
func (r *reader) graphOf() *nodes {
	n := len(r.doc.Components)
	g := &nodes{components: n}
	subjects := map[string]int{}
	for _, s := range r.doc.Subjects {
		if i, ok := r.refs.component(s.Ref); ok && !s.Part {
			g.roots = append(g.roots, i)
		} else if !s.Part && s.Ref != "" {
			subjects[s.Ref] = n
			g.roots = append(g.roots, n)
			n++
		}
	}
	g.depends, g.related = make([][]int, n), make([][]int, n)
	for ref, on := range r.doc.Dependencies {
		from, ok := r.refs.component(ref)
		if s, is := subjects[ref]; is {
			from, ok = s, true
		}
		if !ok {
			continue
		}
		for _, to := range on {
			if i, ok := r.refs.component(to); ok {
				g.depends[from] = append(g.depends[from], i)
			} else if s, is := subjects[to]; is {
				g.depends[from] = append(g.depends[from], s)
			}
		}
		slices.Sort(g.depends[from]) // from a map, in any order
	}
	for _, pair := range r.links.pending {
		i, _, ok := r.node(pair[0])
		j, known, ok2 := r.node(pair[1])
		if _, k, _ := r.node(pair[0]); k && known && ok && ok2 {
			r.links.known = append(r.links.known, [2]int{i, j})
		}
	}
	for _, pair := range r.links.known {
		g.relate(pair[0], pair[1])
	}
	for i, at := range r.places {
		if at.parent != noComponent {
			g.relate(at.parent, i)
		} else if at.list == "/metadata/component/components" {
			g.relate(root, i)
		}
	}
	return g
}

func (g *nodes) relate(a, b int) {
	switch {
	case a == root && b == root:
	case a == root:
		g.roots = append(g.roots, b)
	case b == root:
		g.roots = append(g.roots, a)
	default:
		g.related[a] = append(g.related[a], b)
		g.related[b] = append(g.related[b], a)
	}
}

// walkGraph finds out what the dependencies come to.
func (r *reader) walkGraph() {
	if r.refs.full || r.doc.ComponentCount > len(r.doc.Components) {
		return // not all is known
	}
	subjects := len(r.doc.Subjects) > 0
	g := r.graphOf()
	r.markRelated(g)
	r.doc.Graph.Depth = g.depth(r.subjectNodes(g))
	if subjects {
		r.warnUnreachable(g)
	}
	r.warnCycles(g)
}

// subjectNodes are the roots that are subjects, not what the document contains
// besides.
func (r *reader) subjectNodes(g *nodes) []int {
	var list []int
	for _, i := range g.roots {
		if i >= g.components || r.doc.Components[i].Subject {
			list = append(list, i)
		}
	}
	return list
}

// markRelated says of each component whether the document relates it.
func (r *reader) markRelated(g *nodes) {
	mark := func(i int) {
		if i < g.components {
			r.doc.Components[i].Related = true
		}
	}
	for i := range g.depends {
		for _, j := range g.depends[i] {
			mark(i)
			mark(j)
		}
		if len(g.related[i]) > 0 {
			mark(i)
		}
	}
	for ref := range r.doc.Dependencies {
		if i, ok := r.refs.component(ref); ok { // it may say that there are none
			mark(i)
		}
	}
	for _, i := range g.roots {
		mark(i)
	}
}

// depth is the greatest distance from a node of from, by dependencies.
func (g *nodes) depth(from []int) int {
	seen := make([]bool, len(g.depends))
	level, depth := from, -1
	for len(level) > 0 {
		depth++
		var next []int
		for _, i := range level {
			seen[i] = true
		}
		for _, i := range level {
			for _, j := range g.depends[i] {
				if !seen[j] {
					seen[j] = true
					next = append(next, j)
				}
			}
		}
		level = next
	}
	return max(depth, 0)
}

func (r *reader) warnUnreachable(g *nodes) {
	seen := make([]bool, len(g.depends))
	stack := slices.Clone(g.roots)
	leads := false
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[i] {
			continue
		}
		seen[i] = true
		for _, list := range [][]int{g.depends[i], g.related[i]} {
			leads = leads || len(list) > 0
			stack = append(stack, list...)
		}
	}
	if !leads {
		return
	}
	for i, c := range r.doc.Components {
		if !seen[i] {
			r.doc.Graph.Unreachable++
			r.warn(CodeUnreachable, func() string { return r.pointerTo(i) },
				fmt.Sprintf("nothing leads to %.100q from what the document describes", c.Name))
		}
	}
}

// warnCycles finds the strongly connected components (Tarjan), without
// recursion: a document can hold a chain of a million.
func (r *reader) warnCycles(g *nodes) {
	n := len(g.depends)
	index, low := make([]int, n), make([]int, n) // from 1; 0 is not visited
	onStack := make([]bool, n)
	next := make([]int, n) // the edge to follow next
	var stack, path []int
	count := 0
	for start := range n {
		if index[start] != 0 {
			continue
		}
		path = append(path, start)
		for len(path) > 0 {
			v := path[len(path)-1]
			if index[v] == 0 {
				count++
				index[v], low[v] = count, count
				stack, onStack[v] = append(stack, v), true
			}
			if next[v] < len(g.depends[v]) {
				w := g.depends[v][next[v]]
				next[v]++
				if index[w] == 0 {
					path = append(path, w)
				} else if onStack[w] {
					low[v] = min(low[v], index[w])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				u := path[len(path)-1]
				low[u] = min(low[u], low[v])
			}
			if low[v] == index[v] {
				at := slices.Index(stack, v)
				r.warnCycle(g, stack[at:])
				for _, w := range stack[at:] {
					onStack[w] = false
				}
				stack = stack[:at]
			}
		}
	}
}

// warnCycle warns of nodes that all lead to each other, if they do.
func (r *reader) warnCycle(g *nodes, nodes []int) {
	if len(nodes) == 1 && !slices.Contains(g.depends[nodes[0]], nodes[0]) {
		return
	}
	r.doc.Graph.Cycles++
	nodes = slices.Sorted(slices.Values(nodes))
	first := nodes[0]
	name := ""
	if first < g.components {
		name = r.doc.Components[first].Name
	}
	message := fmt.Sprintf("%.100q depends on itself", name)
	if more := len(nodes) - 1; more > 0 {
		message += fmt.Sprintf(", through %d others", more)
	}
	r.warn(CodeCycle, func() string {
		if first >= g.components {
			return "/metadata/component"
		}
		return r.pointerTo(first)
	}, message)
}
