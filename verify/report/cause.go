package report

import "github.com/release-dossier/dossier/verify"

// cause is a failure that follows from no other, with those that follow from it.
type cause struct {
	check *verify.Check
	also  []*verify.Check
}

// maxHops bounds how far a failure is followed back to its cause.
const maxHops = 16

// graph finds the cause of a failure. first gives, for an ID, the first failed
// check that has it.
type graph struct {
	checks []verify.Check
	first  map[string]int
}

// causes groups the failed checks by cause, in the order of the checks. Every
// failed check is in the result exactly once.
func causes(checks []verify.Check) []cause {
	g := graph{checks, map[string]int{}}
	for i, c := range checks {
		if _, seen := g.first[c.ID]; !seen && c.Blocks() {
			g.first[c.ID] = i
		}
	}
	followers := map[int][]*verify.Check{}
	var roots []int
	for i := range checks {
		if !checks[i].Blocks() {
			continue
		}
		if root := g.root(i); root != i {
			followers[root] = append(followers[root], &checks[i])
		} else {
			roots = append(roots, i)
		}
	}
	out := make([]cause, len(roots))
	for n, i := range roots {
		out[n] = cause{&checks[i], followers[i]}
	}
	return out
}

// root follows check i back to what it follows from. In a circle nothing is
// folded, so that nothing is lost.
func (g graph) root(i int) int {
	at := i
	for range maxHops {
		next := g.before(at)
		if next == at {
			return at
		}
		at = next
	}
	return i
}

// before is one step back: to the stated cause if that failed too, else to the
// first failure with the same ID.
func (g graph) before(i int) int {
	from := g.checks[i].FollowsFrom
	if j, ok := g.first[from]; ok && from != "" {
		return j
	}
	return g.first[g.checks[i].ID]
}
