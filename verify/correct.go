package verify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// correctorRole is the role of trust that may correct what others stated.
const correctorRole = "corrector"

// recordName is what a record is known by in its repository (rules of format,
// R18).
type recordName struct{ kind, id string }

// sameRecord are the statements of one record.
type sameRecord struct {
	name recordName
	// list are indices into Facts.Records.
	list []int
	// by maps those that were corrected to the statement that corrects them.
	by map[int]*evidence.Digest
}

// gates are the fields of one statement on which gates decide, by pointer.
type gates struct {
	values map[string]string
	// rank is higher the worse the outcome is.
	rank int
}

// corrections decides which records stand.
type corrections struct {
	*run
	records []*sameRecord
	named   map[recordName]*sameRecord
	// acts rely on everything that they saw; relying lists who names an id.
	acts    []user
	relying map[string][]user
	// listed is the node through which each fact is part of the graph.
	listed []*node
	// deployments are the promotions that name a deployment.
	deployments map[string]*sameRecord
	// gates are kept for the records that several statements are about.
	gates map[int]gates
}

// user is a statement that relies on others.
type user struct {
	fact int
	node *node
}

// correct brings the statements of each record together and applies those that
// correct earlier ones.
func (r *run) correct() {
	c := corrections{run: r, named: map[recordName]*sameRecord{}, relying: map[string][]user{}, deployments: map[string]*sameRecord{}, gates: map[int]gates{}}
	c.listed = make([]*node, len(r.facts.Records))
	for i := range r.facts.Records {
		c.gather(i)
	}
	for i := range r.facts.Records {
		c.join(i)
	}
	for _, s := range c.records {
		c.readGates(s)
	}
	for i := range r.facts.Records {
		c.supersede(i)
	}
	broken := false
	for _, s := range c.records {
		broken = c.settle(s) || broken
	}
	if len(c.records) > 0 && !broken {
		pass := link("records", Proof{Proven, "the signed statements"})
		pass.Found = count(len(c.records), "record")
		r.add(pass)
	}
}

func (c *corrections) fact(i int) *RecordFact { return &c.facts.Records[i] }

func nameOf(f *RecordFact) recordName { return recordName{f.Kind, f.Predicate.Head().ID} }

func (c *corrections) gather(i int) {
	f := c.fact(i)
	c.listed[i] = c.graph.nodes[f.listed]
	if f.Source == SourceRelease {
		return
	}
	if f.Source == SourceOwn {
		u := user{i, c.listed[i]}
		switch f.Predicate.(type) {
		case *evidence.Promotion, *evidence.GoNoGo:
			c.acts = append(c.acts, u)
		}
		for _, id := range evidence.References(f.Predicate) {
			c.relying[id] = append(c.relying[id], u)
		}
	}
	name := nameOf(f)
	s := c.named[name]
	if s == nil {
		s = &sameRecord{name: name, by: map[int]*evidence.Digest{}}
		c.named[name] = s
		c.records = append(c.records, s)
	}
	s.list = append(s.list, i)
	if p, ok := f.Predicate.(*evidence.Promotion); ok && p.DeploymentID != "" {
		c.deployments[p.DeploymentID] = s
	}
}

// join adds a deployment that the release statement tells of to the promotion
// that names it.
func (c *corrections) join(i int) {
	f := c.fact(i)
	if p, ok := f.Predicate.(*evidence.Promotion); ok && f.Source == SourceRelease {
		if s := c.deployments[p.DeploymentID]; s != nil {
			s.list = append(s.list, i)
		}
	}
}

// readGates reads what gates decide on in each statement of a record.
func (c *corrections) readGates(s *sameRecord) {
	if len(s.list) == 1 {
		return
	}
	for _, i := range s.list {
		g := gates{values: map[string]string{}}
		for _, field := range evidence.GateFields(c.fact(i).Predicate) {
			if c.fact(i).Source == SourceRelease && (field.Value == "" || field.Pointer == "/environment") {
				continue // it says only what the system does, by its own name for the environment
			}
			g.values[field.Pointer] = field.Value
			g.rank += field.Rank
		}
		c.gates[i] = g
	}
}

// differ returns the pointers of the fields in which statements contradict each
// other.
func (c *corrections) differ(list ...int) []string {
	values, differ := map[string]string{}, map[string]bool{}
	for _, i := range list {
		for pointer, value := range c.gates[i].values {
			if was, ok := values[pointer]; ok && was != value {
				differ[pointer] = true
			}
			values[pointer] = value
		}
	}
	return slices.Sorted(maps.Keys(differ))
}

// prevailing returns the statement that stands for all: the worse outcome, then
// one of the record itself, then the owner's word, then the better proof, then
// the later one.
func (c *corrections) prevailing(list []int) int {
	best := list[0]
	for _, i := range list[1:] {
		a, b := c.fact(best), c.fact(i)
		if cmp.Or(cmp.Compare(c.gates[best].rank, c.gates[i].rank),
			compareBool(a.Source != SourceRelease, b.Source != SourceRelease), compareBool(a.ByOwner, b.ByOwner),
			cmp.Compare(a.Proof.Grade.rank(), b.Proof.Grade.rank())) <= 0 {
			best = i
		}
	}
	return best
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// supersede applies a record that corrects an earlier one, if it may.
func (c *corrections) supersede(i int) {
	f := c.fact(i)
	id := f.Predicate.Head().Supersedes
	if id == "" || f.Source == SourceRelease {
		return
	}
	check := link("supersedes", f.Proof)
	check.Inputs = []Place{f.Place("/supersedes")}
	check.Expected = "an earlier " + f.Kind + " by the same signer, on which nothing relied yet"
	earlier := c.named[recordName{f.Kind, id}]
	if earlier == nil {
		check.Outcome, check.Code, check.Title = Warn, "supersedes-nothing", "The record that is corrected is not here"
		check.Found = "no " + f.Kind + " with the id " + id
		c.add(check)
		return
	}
	c.replace(earlier, i, &check)
	c.add(check)
}

// replace puts f in the place of those statements of a record that it may
// correct. Others stand: whoever states somebody's record once more under its
// id gains no right over it.
func (c *corrections) replace(earlier *sameRecord, by int, check *Check) {
	f, id, why := c.fact(by), earlier.name.id, ""
	for _, i := range earlier.list {
		old := c.fact(i)
		check.Inputs = append(check.Inputs, old.Place("/id"))
		if no := c.mayReplace(old, f); no != "" {
			why = cmp.Or(why, no)
		} else if used := c.usedBy(i, by); used != nil {
			check.Found = fmt.Sprintf("the %s %s relied on %s %s before it was corrected", used.Kind, used.Predicate.Head().ID, f.Kind, id)
			check.Inputs = append(check.Inputs, used.Place(""))
			check.fails("superseded-after-use", "A fact was corrected after something relied on it", Fix{
				Before: "state what is true now as a record of its own", Now: "state what is true now as a record of its own, and who decided upon what was known",
			})
			return
		} else {
			earlier.by[i] = &f.Statement
			check.Found = fmt.Sprintf("%s %s in place of %s", f.Kind, f.Predicate.Head().ID, id)
		}
	}
	if check.Found == "" {
		check.Outcome, check.Code, check.Title, check.Found = Warn, "supersedes-not-allowed", "A correction does not count: both records stand", why
	}
}

// mayReplace says why f may not correct old; "" if it may.
func (c *corrections) mayReplace(old, f *RecordFact) string {
	if !c.before(old, f) {
		return "whoever corrects it had not seen it"
	}
	for _, s := range f.Signers {
		if slices.Contains(s.Roles, correctorRole) {
			return ""
		}
	}
	if c.shareSigner(old, f) {
		return ""
	}
	return fmt.Sprintf("it is by another signer, who has not the role %s", correctorRole)
}

// shareSigner reports whether somebody signed both.
func (c *corrections) shareSigner(a, b *RecordFact) bool {
	return slices.ContainsFunc(a.Signers, func(x Signer) bool {
		return slices.ContainsFunc(b.Signers, func(y Signer) bool { return c.same(x.Identity, y.Identity) })
	})
}

// before reports whether a was there when b was made: by the graph or, where one
// of them is not part of it, by their stated times.
func (c *corrections) before(a, b *RecordFact) bool {
	if a.Source == SourceOwn && b.Source == SourceOwn {
		return c.graph.descends(b.Statement, a.Statement)
	}
	return statedAt(a.Predicate).Before(statedAt(b.Predicate))
}

// usedBy returns a record that relied on the fact old before the fact by
// corrected it, nil if there is none. A promotion and a go/no-go decision rely on
// all that they saw, other records on those that they name.
func (c *corrections) usedBy(old, by int) *RecordFact {
	if c.fact(old).Source == SourceRelease {
		return nil // everything saw the release, and relied on the record of it
	}
	name, correction := nameOf(c.fact(old)), nameOf(c.fact(by))
	for _, list := range [][]user{c.acts, c.relying[name.id]} {
		for _, u := range list {
			if !u.node.saw(c.listed[old]) || u.node.saw(c.listed[by]) {
				continue
			}
			if s := c.fact(u.fact); nameOf(s) != name && nameOf(s) != correction {
				return s
			}
		}
	}
	return nil
}

// settle says which statements of a record stand, and fails if they contradict
// each other and nobody corrected it.
func (c *corrections) settle(s *sameRecord) (broken bool) {
	left := c.uncorrected(s)
	if len(left) == 0 {
		return false
	}
	prevails := c.prevailing(left)
	standing := c.fact(prevails)
	for _, i := range left {
		switch f := c.fact(i); {
		case i == prevails:
		case len(c.differ(i, prevails)) == 0 || c.shareSigner(standing, f):
			f.Replaced = &standing.Statement
		case c.gates[i].rank < c.gates[prevails].rank:
			f.Worse = &standing.Statement
		}
	}
	differ := c.differ(left...)
	if len(differ) == 0 {
		return false
	}
	check := link("records", standing.Proof)
	check.Expected = fmt.Sprintf("one answer for %s %s", s.name.kind, s.name.id)
	check.Found = fmt.Sprintf("%s by %s and others differ in %s", count(len(left), "statement"), standing.Proof.By, strings.Join(differ, ", "))
	for _, i := range left[:min(len(left), maxListed)] {
		check.Inputs = append(check.Inputs, c.fact(i).Place(differ[0]))
	}
	check.fails("record-contradiction", "Statements of one record contradict each other", Fix{
		Now: "have whoever stated what is wrong correct it by a record that supersedes it",
	})
	c.add(check)
	return true
}

// uncorrected marks the statements of a record that were corrected and returns
// the others.
func (c *corrections) uncorrected(s *sameRecord) (left []int) {
	for _, i := range s.list {
		if by := c.correction(s, i); by != nil {
			f := c.fact(i)
			f.Replaced, f.corrected = by, true
		} else {
			left = append(left, i)
		}
	}
	return left
}

// correction returns what stands in place of a statement, nil if nothing does.
// Who only repeats what the owner stated is corrected with them, as is what the
// release statement says of the same deployment.
func (c *corrections) correction(s *sameRecord, i int) *evidence.Digest {
	if by := s.by[i]; by != nil || c.fact(i).ByOwner {
		return by
	}
	for _, k := range s.list {
		if by := s.by[k]; by != nil && (c.fact(k).ByOwner || c.fact(i).Source == SourceRelease) && len(c.differ(i, k)) == 0 {
			return by
		}
	}
	return nil
}
