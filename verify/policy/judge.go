package policy

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"sort"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// Judge implements [verify.Policy]. The checks are in the order of their IDs.
// A panic within one control is that control's unknown(internal-error) and
// never a lost report.
func (p *Policy) Judge(facts *verify.Facts) ([]verify.Check, verify.PolicyView) {
	if p == nil { // asks nothing, which accepts nothing
		return nil, verify.PolicyView{}
	}
	f := p.facts(facts)
	view := p.view(f.Gate)
	if c, ok := p.prevented(f); ok {
		return []verify.Check{c}, view
	}
	checks := p.judgeAll(f)
	fold(f, checks)
	switch {
	case p.forced && p.inForce(f):
		checks = append(checks, p.forcedInForce())
	case p.forced:
		checks = append(checks, p.notInForce(f))
	}
	if !f.binding() {
		checks = append(checks, verify.Check{
			ID: "policy/nothing-asked", Layer: verify.Controls, Level: Must,
			Outcome: verify.Fail, Code: "nothing-asked", Title: "The policy enforces nothing at this gate",
			Expected: "at least one control that applies and is enforced", Found: "none at the gate " + string(f.Gate) + " as of " + stamp(f.AsOf),
			Fix: verify.Fix{Now: "give a policy that enforces something at this gate by now"},
		})
	}
	return checks, view
}

// judgeAll judges every control that is asked at the gate: first those that
// judge evidence, then what waives their failures, then those that judge the
// outcomes of others, then the rules of the policy's own, which may look at all.
func (p *Policy) judgeAll(f *Facts) []verify.Check {
	asked := make([]int, 0, len(p.rules)) // of the rules
	for i := range p.rules {
		if p.rules[i].askedAt(f.Gate) {
			asked = append(asked, i)
		}
	}
	// There is room for the checks of the other layers, which a report puts first,
	// and for the two that Judge may add.
	checks := make([]verify.Check, len(asked), len(asked)+2)
	for phase := range 3 {
		var open []waivable
		for k, i := range asked {
			r := &p.rules[i]
			if r.phase() != phase {
				continue
			}
			res := r.outcome(f)
			checks[k] = r.check(f, &res)
			checks[k].Asked = p.askedAt(r.ID)
			f.judged[i] = &checks[k]
			if r.mayBeWaived(res.Outcome) {
				open = append(open, waivable{r, res, &checks[k]})
			}
		}
		for _, x := range open {
			x.rule.waive(f, x.result, x.check)
		}
	}
	return checks
}

// waivable is a control that did not hold, and may be waived once the others of
// its phase are judged.
type waivable struct {
	rule   *rule
	result Result
	check  *verify.Check
}

// outcomes yields what the rules came to that were judged so far, sorted by ID.
func (f *Facts) outcomes() iter.Seq2[*rule, *verify.Check] {
	return func(yield func(*rule, *verify.Check) bool) {
		for i, c := range f.judged {
			if c != nil && !yield(&f.rules[i], c) {
				return
			}
		}
	}
}

// checkOf returns what a control came to that was judged before, nil if it was
// not.
func (f *Facts) checkOf(id string) *verify.Check {
	if i, ok := ruleAt(f.rules, id); ok {
		return f.judged[i]
	}
	return nil
}

// result is checkOf by value: the zero value if it was not judged.
func (f *Facts) result(id string) verify.Check {
	if c := f.checkOf(id); c != nil {
		return *c
	}
	return verify.Check{}
}

// ruleAt finds a rule by its ID.
func ruleAt(rules []rule, id string) (int, bool) {
	return sort.Find(len(rules), func(i int) int { return cmp.Compare(id, rules[i].ID) })
}

// phase is when a control is judged: with the evidence, after that by the
// outcomes, or last of all as a rule of the policy's own.
func (c *Control) phase() int {
	switch {
	case c.own():
		return 2
	case c.Last:
		return 1
	}
	return 0
}

// knows reports whether a control is one of this version, or a rule of the
// policy's own.
func (p *Policy) knows(id string) bool {
	_, found := slices.BinarySearchFunc(controls(), id, func(c Control, id string) int { return cmp.Compare(c.ID, id) })
	if !found {
		_, found = ruleAt(p.rules, id)
	}
	return found
}

// askedAt returns the line of the policy that says most of a control; nil if
// only the profile asks it.
func (p *Policy) askedAt(id string) *verify.Place {
	if len(p.origins) == 0 {
		return nil
	}
	for _, key := range []string{"enforce " + id, "grade " + id, id} {
		if o, ok := p.origins[key]; ok {
			return &verify.Place{File: o.File, Line: o.Line}
		}
	}
	return nil
}

// binding reports whether one of the controls applies and is enforced by now. A
// policy that binds nobody yet accepts nothing.
func (f *Facts) binding() bool {
	for r, c := range f.outcomes() {
		if !r.enforced.After(f.AsOf) && c.Outcome != verify.NotApplicable {
			return true
		}
	}
	return false
}

// prevented returns the one check that stands for all if nothing can be judged.
func (p *Policy) prevented(f *Facts) (verify.Check, bool) {
	c := verify.Check{Layer: verify.Controls, Level: Must, Outcome: verify.Unknown}
	switch {
	case f.Record == nil:
		c.ID, c.Why, c.Title = "policy/release", "no-release", "There is no release to judge"
	case f.Trust == nil:
		c.ID, c.Why, c.Title = "policy/trust", "no-trust", "Nobody is trusted, so nothing can be judged"
	case f.deployedLibrary() != "":
		c.ID, c.Why, c.Title = "policy/repository-type", "kind-contradicted", "It says it is a library, and the evidence shows that it is deployed"
		c.Expected, c.Found = "the repository's own type in the release statement", f.deployedLibrary()
		c.Inputs = []verify.Place{inRecord(f, "/kind")}
		c.Fix = verify.Fix{Before: "state the type in .dossier/release.yaml: kind: svc", Now: "release again with the right type"}
	case !p.forced && !p.inForce(f):
		return p.notInForce(f), true
	default:
		return c, false
	}
	c.Code = c.Why
	return c, true
}

// inForce reports whether the policy was in force when the release went to
// production, or was tagged.
func (p *Policy) inForce(f *Facts) bool {
	when := f.releaseMoment()
	return p.Effective.Contains(when.from) && p.Effective.Contains(when.to)
}

// notInForce says that the policy judges another time than that of the release.
func (p *Policy) notInForce(f *Facts) verify.Check {
	return verify.Check{
		ID: "policy/in-force", Layer: verify.Controls, Level: Must, Outcome: verify.Unknown, Code: "policy-in-force", Why: "policy-in-force",
		Title:    "The policy was not in force when the release was made",
		Expected: fmt.Sprintf("a release made while %s %d is in force: %s", p.ID, p.Version, p.Effective),
		Found:    "made " + f.releaseMoment().String(),
		Inputs:   []verify.Place{inRecord(f, "/createdAt")},
		Clock:    "start of the production promotion, else time of the tag, as stated",
		Fix:      verify.Fix{Now: "judge it by the version of the policy that was in force then: give --policy a directory of versions"},
	}
}

// forcedInForce says that a policy was forced that was in force: what is asked
// with force is a look, whatever comes of it.
func (p *Policy) forcedInForce() verify.Check {
	return verify.Check{
		ID: "policy/forced", Layer: verify.Controls, Level: Must, Outcome: verify.Fail, Code: "policy-forced",
		Title:    "The policy was forced, which accepts nothing",
		Expected: "a policy that judges because it was in force",
		Found:    fmt.Sprintf("%s %d was in force, and --force-policy was given", p.ID, p.Version),
		Fix:      verify.Fix{Now: "leave out --force-policy"},
	}
}

// outcome judges one control. A panic is a bug of ours; the other controls are
// still worth knowing.
func (r *rule) outcome(f *Facts) (res Result) {
	defer func() {
		if x := recover(); x != nil {
			res = unknown(codeInternalError, "the control's own code failed: %v", x)
			res.Fix = verify.Fix{Now: "report this as a bug of the verifier"}
		}
	}()
	if why := r.applies.excludes(f); why != "" {
		return notApplicable(why)
	}
	res = r.graded(r.read(f, r.Check(f)))
	if res.Outcome == verify.Fail && r.Level == Should {
		res.Outcome = verify.Warn
	}
	return res
}

// check writes a result down.
func (r *rule) check(f *Facts, res *Result) verify.Check {
	c := verify.Check{
		ID: r.ID, Layer: verify.Controls, Level: r.Level, Question: r.Question, Title: r.Title,
		Outcome: res.Outcome, Code: res.Code, Why: res.Why, Due: res.due,
		Expected: res.Expected, Found: res.Found, Inputs: res.Inputs,
		Proof: res.Proof, Clock: res.Clock, FollowsFrom: res.FollowsFrom,
		Wants: r.Title, Sections: r.Sections,
	}
	switch res.Outcome {
	case verify.Fail, verify.Unknown:
		c.Title, c.Fix = r.failing(res), r.Fix
		if r.enforced.After(f.AsOf) {
			from := evidence.At(r.enforced)
			c.EnforcedFrom = &from
		}
	case verify.Warn, verify.Pending:
		c.Fix = r.Fix
		if r.Level == Should && c.Outcome == verify.Warn {
			c.Title = r.Failing
		}
	}
	if res.Fix != (verify.Fix{}) {
		c.Fix = res.Fix
	}
	return c
}

// failing is the title of a control that does not pass. What is only missing,
// not known or known too little is not said to be otherwise.
func (r *rule) failing(res *Result) string {
	if res.Outcome == verify.Unknown || res.Code == codeMissing || res.Code == codeGrade {
		return "Not shown: " + r.Title
	}
	return r.Failing
}

// graded fails what holds with less proof than the policy asks for.
func (r *rule) graded(res Result) Result {
	if r.atLeast == "" || res.Outcome != verify.Pass && res.Outcome != verify.Warn || res.Proof.Grade.AtLeast(r.atLeast) {
		return res
	}
	low := fail(codeGrade, fmt.Sprintf("proof of the grade %s", r.atLeast), "%s, by %s: %s", gradeName(res.Proof.Grade), either(res.Proof.By, "nobody"), res.Found)
	low.Inputs, low.Proof, low.Clock = res.Inputs, res.Proof, res.Clock
	low.Fix = verify.Fix{
		Before: "have the fact signed by a party whom trust names for it",
		Now:    "have the fact signed by a party whom trust names for it, or accept a lower grade in the policy",
	}
	return low
}

func gradeName(g verify.Grade) string { return either(string(g), "no proof") }

// fold drops what a check follows from unless that check blocks as well: a
// failure is never hidden behind one that is not there.
func fold(f *Facts, checks []verify.Check) {
	for i := range checks {
		if c := &checks[i]; c.FollowsFrom != "" && !f.blocks(c.FollowsFrom) {
			c.FollowsFrom = ""
		}
	}
}

// blocks reports whether the control, or a check of layers 1 to 4, of that ID
// keeps the release from being accepted.
func (f *Facts) blocks(id string) bool {
	if c := f.checkOf(id); c != nil {
		return c.Blocks()
	}
	return slices.ContainsFunc(f.Checks, func(c verify.Check) bool { return c.ID == id && c.Blocks() })
}
