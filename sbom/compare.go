package sbom

import (
	"cmp"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/sbom/purl"
)

// Diff is what changed between two documents. Each list is sorted.
type Diff struct {
	Added, Removed []Component
	Changed        []Change
	// Unchanged counts the components that are the same in both.
	Unchanged int
}

// Change is a component that both documents have and of which they say different
// things.
type Change struct {
	Old, New Component
	// Version, License and Hash say what differs. A hash differs if both
	// documents have one of the same algorithm.
	Version, License, Hash bool
}

// Same reports whether nothing changed.
func (d *Diff) Same() bool { return len(d.Added)+len(d.Removed)+len(d.Changed) == 0 }

// Compare says what changed from one document to another, of whatever formats.
// Components are the same if they have the same package URL, the version aside,
// or else the same name, unless their package URLs are of different types; of
// several that are, first those with the same version are paired. What the
// documents are about is not compared.
func Compare(old, new *Document) *Diff {
	d := &Diff{}
	c := comparison{diff: d, spdx: [2]bool{old.Format == SPDX, new.Format == SPDX}, urls: map[string]purl.PURL{}}
	before, after := inventory(old), inventory(new)
	before, after = c.pair(before, after, c.packageKey)
	before, after = c.pair(before, after, c.typedName)
	// Now one of the two has no package URL.
	withURL, without := c.split(before)
	newWithURL, newWithout := c.split(after)
	without, after = c.pair(without, slices.Concat(newWithout, newWithURL), name)
	withURL, newWithout = c.pair(withURL, keep(after, newWithout), name)
	before, after = slices.Concat(withURL, without), slices.Concat(keep(after, newWithURL), newWithout)
	for _, component := range before {
		d.Removed = append(d.Removed, *component)
	}
	for _, component := range after {
		d.Added = append(d.Added, *component)
	}
	slices.SortStableFunc(d.Removed, c.byIdentity)
	slices.SortStableFunc(d.Added, c.byIdentity)
	slices.SortStableFunc(d.Changed, func(a, b Change) int { return cmp.Or(c.byIdentity(a.New, b.New), c.byIdentity(a.Old, b.Old)) })
	return d
}

// inventory are the components of a document that are not its subjects.
func inventory(d *Document) []*Component {
	var list []*Component
	for i := range d.Components {
		if !d.Components[i].Subject {
			list = append(list, &d.Components[i])
		}
	}
	return list
}

// urlOf is a component's package URL, the zero value if it has none. It is read
// once.
func (c *comparison) urlOf(of *Component) purl.PURL {
	p, ok := c.urls[of.PURL]
	if !ok {
		if parsed, err := purl.Parse(of.PURL); err == nil {
			p = parsed.Package()
		}
		c.urls[of.PURL] = p
	}
	return p
}

// packageKey is the package URL without the version, "" if there is none.
func (c *comparison) packageKey(of *Component) string {
	p := c.urlOf(of)
	if p.Type == "" {
		return ""
	}
	return p.Type + "/" + p.Namespace + "/" + p.Name
}

func name(c *Component) string { return strings.ToLower(c.Name) }

// typedName is the type of the package URL and the name, "" without a URL.
func (c *comparison) typedName(of *Component) string {
	p := c.urlOf(of)
	if p.Type == "" || of.Name == "" {
		return ""
	}
	return p.Type + " " + name(of)
}

// split divides components into those with a package URL and those without.
func (c *comparison) split(list []*Component) (with, without []*Component) {
	for _, component := range list {
		if c.urlOf(component).Type != "" {
			with = append(with, component)
		} else {
			without = append(without, component)
		}
	}
	return with, without
}

// keep returns the components of list that are among some.
func keep(list, some []*Component) []*Component {
	among := map[*Component]bool{}
	for _, c := range some {
		among[c] = true
	}
	var out []*Component
	for _, c := range list {
		if among[c] {
			out = append(out, c)
		}
	}
	return out
}

// byIdentity orders by what components are called.
func (c *comparison) byIdentity(a, b Component) int {
	return cmp.Or(
		strings.Compare(c.packageKey(&a), c.packageKey(&b)), strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version),
		strings.Compare(a.PURL, b.PURL), strings.Compare(a.Ref, b.Ref),
	)
}

type comparison struct {
	diff *Diff
	spdx [2]bool // of the old and the new document
	urls map[string]purl.PURL
}

// pair pairs components with equal keys and returns those that are left.
func (c *comparison) pair(before, after []*Component, key func(*Component) string) (restBefore, restAfter []*Component) {
	groups := map[string]*[2][]*Component{}
	var order []string
	for side, list := range [2][]*Component{before, after} {
		for _, component := range list {
			k := key(component)
			if k == "" {
				if side == 0 {
					restBefore = append(restBefore, component)
				} else {
					restAfter = append(restAfter, component)
				}
				continue
			}
			g := groups[k]
			if g == nil {
				g = &[2][]*Component{}
				groups[k] = g
				order = append(order, k)
			}
			g[side] = append(g[side], component)
		}
	}
	for _, k := range order {
		b, a := c.group(groups[k][0], groups[k][1])
		restBefore, restAfter = append(restBefore, b...), append(restAfter, a...)
	}
	return restBefore, restAfter
}

// group pairs components of one key: those of equal versions, then the others in
// the order of their versions.
func (c *comparison) group(before, after []*Component) (restBefore, restAfter []*Component) {
	waiting := map[string][]*Component{}
	for _, b := range before {
		waiting[b.Version] = append(waiting[b.Version], b)
	}
	for _, a := range after {
		if list := waiting[a.Version]; len(list) > 0 {
			c.compare(list[0], a)
			waiting[a.Version] = list[1:]
			continue
		}
		restAfter = append(restAfter, a)
	}
	for _, list := range waiting {
		restBefore = append(restBefore, list...)
	}
	order := func(a, b *Component) int { return c.byIdentity(*a, *b) }
	slices.SortStableFunc(restBefore, order)
	slices.SortStableFunc(restAfter, order)
	n := min(len(restBefore), len(restAfter))
	for i := range n {
		c.compare(restBefore[i], restAfter[i])
	}
	return restBefore[n:], restAfter[n:]
}

func (c *comparison) compare(old, new *Component) {
	change := Change{
		Old: *old, New: *new,
		Version: old.Version != new.Version,
		License: !slices.Equal(effective(old, c.spdx[0]), effective(new, c.spdx[1])),
		Hash:    contradict(old.Digests, new.Digests),
	}
	if change.Version || change.License || change.Hash {
		c.diff.Changed = append(c.diff.Changed, change)
		return
	}
	c.diff.Unchanged++
}

// effective are the licences that count, sorted.
func effective(c *Component, spdx bool) []string {
	list := c.Licenses
	if spdx && len(list) > 1 {
		list = list[:1] // what was concluded
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// contradict reports whether two sets have different values of an algorithm.
func contradict(a, b evidence.DigestSet) bool {
	for alg, value := range a {
		if other, ok := b[alg]; ok && other != value {
			return true
		}
	}
	return false
}
