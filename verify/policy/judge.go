package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// Judge implements [verify.Policy]. The checks are in the order of their IDs.
// A panic within one control is that control's unknown(internal-error) and
// never a lost report.
func (p *Policy) Judge(facts *verify.Facts) ([]verify.Check, verify.PolicyView) {
	f := p.facts(facts)
	view := p.view(f.Gate)
	if c, ok := p.prevented(f); ok {
		return []verify.Check{c}, view
	}
	checks := p.judgeAll(f)
	fold(checks)
	if p.forced {
		checks = append(checks, p.notInForce(f))
	}
	if !p.binding(f, checks) {
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
	n := len(p.rules)
	f.known = p.knows
	f.results, f.waivers, f.emergencyMay = make(map[string]*verify.Check, n), make(map[string]waiver, n), make(map[string]bool, n)
	for i := range p.rules {
		f.emergencyMay[p.rules[i].ID] = p.rules[i].waiver.emergency
	}
	checks, results := make([]verify.Check, n), make([]Result, n) // by rule
	var judged []int
	for phase := range 3 {
		first := len(judged)
		for i := range p.rules {
			r := &p.rules[i]
			if r.phase() != phase || !r.askedAt(f.Gate) {
				continue
			}
			results[i] = r.outcome(f)
			checks[i] = r.check(f, &results[i])
			checks[i].Asked = p.askedAt(r.ID)
			f.results[r.ID] = &checks[i]
			if phase == 0 {
				f.waivers[r.ID] = r.waiver
			}
			judged = append(judged, i)
		}
		for _, i := range judged[first:] {
			p.rules[i].waive(f, results[i], &checks[i])
		}
	}
	checks = slices.DeleteFunc(checks, func(c verify.Check) bool { return c.ID == "" }) // not asked at this gate
	slices.SortFunc(checks, func(a, b verify.Check) int { return cmp.Compare(a.ID, b.ID) })
	return checks
}

// result returns what a control that was judged before came to; the zero value
// if it was not.
func (f *Facts) result(id string) verify.Check {
	if c, ok := f.results[id]; ok {
		return *c
	}
	return verify.Check{}
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
	return found || slices.ContainsFunc(p.rules, func(r rule) bool { return r.ID == id })
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

// binding reports whether one of the checks applies and is enforced by now. A
// policy that binds nobody yet accepts nothing.
func (p *Policy) binding(f *Facts, checks []verify.Check) bool {
	binds := make(map[string]bool, len(p.rules))
	for i := range p.rules {
		binds[p.rules[i].ID] = !p.rules[i].enforced.After(f.AsOf)
	}
	for i := range checks {
		if binds[checks[i].ID] && checks[i].Outcome != verify.NotApplicable {
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
func fold(checks []verify.Check) {
	blocks := map[string]bool{}
	for _, c := range checks {
		blocks[c.ID] = c.Blocks()
	}
	for i := range checks {
		if !blocks[checks[i].FollowsFrom] {
			checks[i].FollowsFrom = ""
		}
	}
}
