package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// correctorRole is the role of trust that may correct what others stated.
const correctorRole = "corrector"

// recordName is what a record is known by in its repository (rules of format,
// R18).
type recordName struct{ kind, id string }

// sameRecord are the statements of one record, as indices into Facts.Records.
type sameRecord struct {
	name recordName
	list []int
	// prevails is the one that stands for all: the worse outcome, then the
	// owner's word, then the better proof, then the later one.
	prevails int
	// differ are the pointers of the fields in which they contradict each
	// other.
	differ []string
	// by is the statement that corrects it.
	by *evidence.Digest
}

// corrections decides which records stand.
type corrections struct {
	*run
	records []*sameRecord
	named   map[recordName]*sameRecord
	// acts rely on everything that they saw; relying lists who names an id.
	acts    []int
	relying map[string][]int
	// deployments are the promotions that name a deployment.
	deployments map[string]*sameRecord
}

// correct brings the statements of each record together and applies those that
// correct earlier ones.
func (r *run) correct() {
	c := corrections{run: r, named: map[recordName]*sameRecord{}, relying: map[string][]int{}, deployments: map[string]*sameRecord{}}
	for i := range r.facts.Records {
		c.gather(i)
	}
	for i := range r.facts.Records {
		c.join(i)
	}
	for _, s := range c.records {
		c.compare(s)
	}
	for i := range r.facts.Records {
		c.supersede(i)
	}
	broken := false
	for _, s := range c.records {
		broken = c.settle(s) || broken
	}
	if len(c.records) > 0 && !broken {
		pass := link("records", "The statements of each record agree", Proof{Proven, "the signed statements"})
		pass.Found = count(len(c.records), "record")
		r.add(pass)
	}
}

func (c *corrections) fact(i int) *RecordFact { return &c.facts.Records[i] }

func nameOf(f *RecordFact) recordName { return recordName{f.Kind, f.Predicate.Head().ID} }

func (c *corrections) gather(i int) {
	f := c.fact(i)
	if f.Source == SourceRelease {
		return
	}
	if f.Source == SourceOwn {
		switch f.Predicate.(type) {
		case *evidence.Promotion, *evidence.GoNoGo:
			c.acts = append(c.acts, i)
		}
		for _, id := range evidence.References(f.Predicate) {
			c.relying[id] = append(c.relying[id], i)
		}
	}
	name := nameOf(f)
	s := c.named[name]
	if s == nil {
		s = &sameRecord{name: name}
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

// compare finds which statement of a record prevails and where they contradict
// each other.
func (c *corrections) compare(s *sameRecord) {
	s.prevails = s.list[0]
	if len(s.list) == 1 {
		return
	}
	values, ranks := map[string]string{}, map[int]int{}
	for _, i := range s.list {
		for _, g := range evidence.GateFields(c.fact(i).Predicate) {
			if c.fact(i).Source == SourceRelease && g.Pointer == "/environment" {
				continue // by the system's name for it
			}
			ranks[i] += g.Rank
			if was, ok := values[g.Pointer]; ok && was != g.Value && !slices.Contains(s.differ, g.Pointer) {
				s.differ = append(s.differ, g.Pointer)
			} else if !ok {
				values[g.Pointer] = g.Value
			}
		}
	}
	for _, i := range s.list[1:] {
		a, b := c.fact(s.prevails), c.fact(i)
		if cmp.Or(cmp.Compare(ranks[s.prevails], ranks[i]),
			compareBool(a.Source != SourceRelease, b.Source != SourceRelease), compareBool(a.ByOwner, b.ByOwner),
			cmp.Compare(a.Proof.Grade.rank(), b.Proof.Grade.rank())) <= 0 {
			s.prevails = i
		}
	}
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
	check := link("supersedes", "A record corrects an earlier one", f.Proof)
	check.Inputs = []Place{f.At("/supersedes")}
	check.Expected = "an earlier " + f.Kind + " by the same signer, on which nothing relied yet"
	earlier := c.named[recordName{f.Kind, id}]
	if earlier == nil {
		check.Outcome, check.Code, check.Title = Warn, "supersedes-nothing", "The record that is corrected is not here"
		check.Found = "no " + f.Kind + " with the id " + id
		c.add(check)
		return
	}
	old := c.fact(earlier.prevails)
	check.Inputs = append(check.Inputs, old.At("/id"))
	switch why, used := c.mayReplace(old, f), c.usedBy(old, f); {
	case why != "":
		check.Outcome, check.Code, check.Title, check.Found = Warn, "supersedes-not-allowed", "A correction does not count: both records stand", why
	case used != nil:
		check.Found = fmt.Sprintf("the %s %s relied on %s %s before it was corrected", used.Kind, used.Predicate.Head().ID, f.Kind, id)
		check.Inputs = append(check.Inputs, used.At(""))
		check.fails("superseded-after-use", "A fact was corrected after something relied on it", Fix{
			Before: "state what is true now as a record of its own", Now: "state what is true now as a record of its own, and who decided upon what was known",
		})
	default:
		earlier.by = &f.Statement
		check.Found = fmt.Sprintf("%s %s in place of %s", f.Kind, f.Predicate.Head().ID, id)
	}
	c.add(check)
}

// mayReplace says why f may not correct old; "" if it may.
func (c *corrections) mayReplace(old, f *RecordFact) string {
	if !c.before(old, f) {
		return "whoever corrects it had not seen it"
	}
	for _, s := range f.Signers {
		if slices.Contains(s.Roles, correctorRole) ||
			slices.ContainsFunc(old.Signers, func(o Signer) bool { return c.same(o.Identity, s.Identity) }) {
			return ""
		}
	}
	return fmt.Sprintf("it is by another signer, who has not the role %s", correctorRole)
}

// before reports whether a was there when b was made: by the graph or, where one
// of them is not part of it, by their stated times.
func (c *corrections) before(a, b *RecordFact) bool {
	if a.Source == SourceOwn && b.Source == SourceOwn {
		return c.graph.descends(b.Statement, a.Statement)
	}
	return statedAt(a.Predicate).Before(statedAt(b.Predicate))
}

// usedBy returns a record that relied on old before f corrected it, nil if there
// is none. A promotion and a go/no-go decision rely on all that they saw, other
// records on those that they name.
func (c *corrections) usedBy(old, f *RecordFact) *RecordFact {
	for _, list := range [][]int{c.acts, c.relying[old.Predicate.Head().ID]} {
		for _, i := range list {
			s := c.fact(i)
			if nameOf(s) != nameOf(old) && s.Statement != f.Statement && c.saw(s, old) && !c.saw(s, f) {
				return s
			}
		}
	}
	return nil
}

// saw reports whether a statement of this dossier saw a record.
func (c *corrections) saw(s, f *RecordFact) bool {
	return s.Statement == f.listed || c.graph.descends(s.Statement, f.listed)
}

// settle says which statements of a record stand, and fails if they contradict
// each other and nobody corrected it.
func (c *corrections) settle(s *sameRecord) (broken bool) {
	standing := c.fact(s.prevails)
	for _, i := range s.list {
		switch {
		case s.by != nil:
			c.fact(i).Replaced = s.by
		case i != s.prevails:
			c.fact(i).Replaced = &standing.Statement
		}
	}
	if s.by != nil || len(s.differ) == 0 {
		return false
	}
	check := link("records", "The statements of each record agree", standing.Proof)
	check.Expected = fmt.Sprintf("one answer for %s %s", s.name.kind, s.name.id)
	check.Found = fmt.Sprintf("%s by %s and others differ in %s", count(len(s.list), "statement"), standing.Proof.By, strings.Join(s.differ, ", "))
	for _, i := range s.list[:min(len(s.list), maxListed)] {
		check.Inputs = append(check.Inputs, c.fact(i).At(s.differ[0]))
	}
	check.fails("record-contradiction", "Statements of one record contradict each other", Fix{
		Now: "have whoever stated what is wrong correct it by a record that supersedes it",
	})
	c.add(check)
	return true
}
