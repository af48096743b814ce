package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// What a freeze stops.
const (
	stopsMerges     = "merge"
	stopsPromotions = "promote"
)

func freezeApproved(f *Facts) Result {
	return f.eachFreeze("an approval by a "+strings.Join(f.Params.FreezeApprovers, " or "), func(z frozen) (Result, bool) {
		if code, why := z.refused(f); code != "" {
			return fail(code, "", "%s", why).at(z.fact.Place("/approval")), false
		}
		return Result{}, true
	})
}

func freezeApprovedBeforeStart(f *Facts) Result {
	return f.eachFreeze("approved before it begins", func(z frozen) (Result, bool) {
		begin := at(z.from)
		if f.forIncident(z) {
			begin = at(z.from.Add(f.Params.FreezeIncidentLag.Duration()))
		}
		var r Result
		switch approved := spanOf(z.Approval.At); f.notAfter(approved, begin) {
		case yes:
			return Result{}, true
		case no:
			r = fail("approved-late", "", "approved %s, and it began %s", approved, stamp(z.from))
		default:
			r = f.untimed("", "approved %s, and it began %s", approved, stamp(z.from))
		}
		r.Clock = "the stated times of the approval and of the begin"
		return r.at(z.fact.Place("/approval/at")), false
	})
}

// forIncident reports whether a freeze names an incident that is recorded.
func (f *Facts) forIncident(z frozen) bool {
	for _, i := range verify.Standing[*evidence.Incident](f.Facts) {
		if slices.ContainsFunc(z.Links, func(l evidence.ResourceDescriptor) bool { return l.Name == i.ID }) {
			return true
		}
	}
	return false
}

func freezeTimeBounded(f *Facts) Result {
	const want = "an end after the begin, and a plan to lift it"
	long := ""
	r := f.eachFreeze(want, func(z frozen) (Result, bool) {
		var end *evidence.Time
		if z.Scope != nil && z.Scope.Interval != nil {
			end = z.Scope.Interval.NotAfter
		}
		switch {
		case end == nil:
			return missing("", "nothing says when it ends").at(z.fact.Place("/scope/interval")), false
		case !end.After(z.from):
			return fail("no-duration", "", "it ends when it begins, %s", stamp(z.from)).at(z.fact.Place("/scope/interval")), false
		case placeholder(z.ReEnablePlan):
			return missing("", "nothing says how it is lifted").at(z.fact.Place("/reEnablePlan")), false
		case end.Sub(z.from) > f.Params.FreezeMax.Duration() && long == "":
			long = z.ID + " lasts from " + stamp(z.from) + " to " + stamp(end.Time)
		}
		return Result{}, true
	})
	if r.Outcome != verify.Pass || long == "" {
		return r
	}
	return warn(r.Proof, "long-freeze", "freeze %s, and at most %s are expected", long, f.Params.FreezeMax).wants(want).at(r.Inputs...)
}

func freezeScopeExplicit(f *Facts) Result {
	return f.eachFreeze("what is blocked, what goes on, and why", func(z frozen) (Result, bool) {
		lacks := func(list ...string) bool { return len(list) == 0 || slices.ContainsFunc(list, placeholder) }
		merges, promotions := slices.Contains(z.Actions, stopsMerges), slices.Contains(z.Actions, stopsPromotions)
		switch {
		case !merges && !promotions:
			return missing("", "it stops neither merges nor promotions").at(z.fact.Place("/actions")), false
		case z.Scope == nil:
			return missing("", "it has no scope"), false
		case merges && lacks(z.Scope.Branches...):
			return missing("", "the branches are not stated").at(z.fact.Place("/scope/branches")), false
		case merges && lacks(z.AllowedClasses...):
			return missing("", "nothing says which changes go on").at(z.fact.Place("/allowedClasses")), false
		case promotions && lacks(z.Scope.Environment):
			return missing("", "the environment is not stated").at(z.fact.Place("/scope/environment")), false
		case placeholder(z.Rationale):
			return missing("", "no reason is stated").at(z.fact.Place("/rationale")), false
		}
		return Result{}, true
	})
}

// unseen is unknown if a record that is withheld from this copy may be a freeze.
func (f *Facts) unseen(want string) (Result, bool) {
	for _, m := range f.Withheld {
		if evidence.IsAttestation(m.MediaType) {
			return unknown("withheld", "%s is withheld from this copy, and may be a freeze", m.Name).wants(want).at(inMaterial(m.Digest)), true
		}
	}
	return Result{}, false
}

func freezeMergesRespect(f *Facts) Result {
	const want = "no blocked merge during a freeze"
	var stops []frozen
	for _, z := range f.freezes() {
		if z.blocks(stopsMerges) {
			stops = append(stops, z)
		}
	}
	if r, is := f.unseen(want); is {
		return r
	}
	r := f.eachPull(want, func(p *pull) (Result, bool) {
		for _, z := range stops {
			if p.BaseBranch != "" && !z.holdsOn(p.BaseBranch) || z.allows(f.classes(p)) {
				continue
			}
			switch p.merged.within(z.from, z.until) {
			case yes:
				return fail("merged-in-freeze", "", "%s was merged into %s %s, during freeze %s", p, p.BaseBranch, p.merged, z.ID).at(p.place(f, "/mergedAt"), z.fact.Place("")), false
			case open:
				return f.untimed("", "%s was merged %s, and freeze %s holds from %s to %s", p, p.merged, z.ID, stamp(z.from), stamp(z.until)).at(p.place(f, "/mergedAt"), z.fact.Place("")), false
			}
		}
		return Result{}, true
	})
	r.Clock = "the stated times of the merges and of the freezes"
	return f.absence(f.AsOf, r)
}

// classes are the kinds of change that a pull request is: its labels, with and
// without what stands before the colon, its type, and hotfix by its branches.
func (f *Facts) classes(p *pull) []string {
	list := slices.Clone(p.Labels)
	for _, l := range p.Labels {
		if _, word, found := strings.Cut(l, ":"); found {
			list = append(list, strings.TrimSpace(word))
		}
	}
	if p.Details != nil && p.Details.Risk.Type != "" {
		list = append(list, p.Details.Risk.Type)
	}
	if ofHotfix(*p.Change) {
		list = append(list, "hotfix")
	}
	return list
}

// releaseClasses are the kinds of a release, as freezes name them.
func (f *Facts) releaseClasses() []string {
	words := map[string]string{kindNormal: "normal", kindHotfix: "hotfix", kindEmergency: "emergency", kindTrain: "train", kindManifest: "manifest"}
	var list []string
	for _, k := range f.kinds() {
		list = append(list, words[k])
	}
	return list
}

func freezePromotionsRespect(f *Facts) Result {
	const want = "no promotion during a freeze of its environment"
	if r, is := f.unseen(want); is {
		return r
	}
	if len(f.promotions()) == 0 {
		return missing(want, "no promotion is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	var proofs []verify.Proof
	var where []verify.Place
	for _, p := range f.promotions() {
		for _, z := range f.freezes() {
			if !z.blocks(stopsPromotions) || !f.freezesEnvironment(z, p.env) || z.allows(f.releaseClasses()) {
				continue
			}
			var r Result
			switch p.start.within(z.from, z.until) {
			case yes:
				r = fail("promoted-in-freeze", want, "promotion to %s began %s, during freeze %s", p.env, p.start, z.ID)
			case open:
				r = f.untimed(want, "promotion to %s began %s, and freeze %s holds from %s to %s", p.env, p.start, z.ID, stamp(z.from), stamp(z.until))
			default:
				continue
			}
			r.Clock = "the stated times of the promotions and of the freezes"
			return r.at(p.place(f, "/at"), z.fact.Place("")).on(p.start, p.env)
		}
		proofs, where = append(proofs, p.proof), append(where, p.place(f, ""))
	}
	r := pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "promotion", "promotions")).wants(want).at(where...)
	r.Clock = "the stated times of the promotions and of the freezes"
	return f.absence(f.AsOf, r)
}

// freezesEnvironment reports whether a freeze holds for an environment; one that
// names none holds for all.
func (f *Facts) freezesEnvironment(z frozen, env string) bool {
	return z.Scope == nil || z.Scope.Environment == "" || z.Scope.Environment == "*" || f.environment(z.Scope.Environment) == env
}

func freezeTrainDeclared(f *Facts) Result {
	const want = "a cut-off that was published before, and freezes that name the train"
	var proofs []verify.Proof
	var where []verify.Place
	for fact, t := range verify.Standing[*evidence.Train](f.Facts) {
		s := t.Schedule
		if f.notAfter(at(s.PublishedAt.Time), at(s.CutOffAt.Time)) != yes {
			return fail("published-late", want, "train %s: published %s, and the cut-off was %s", t.Name, stamp(s.PublishedAt.Time), stamp(s.CutOffAt.Time)).
				at(fact.Place("/schedule/publishedAt")).on(at(s.CutOffAt.Time), "")
		}
		proofs, where = append(proofs, fact.Proof), append(where, fact.Place("/schedule"))
		end := spanOf(evidence.TimeOrInterval{Interval: &s.Production}).to
		for _, z := range f.freezes() {
			during := z.from.Before(end) && (z.until.IsZero() || z.until.After(s.CutOffAt.Time))
			names := func(l evidence.ResourceDescriptor) bool { return l.Name == t.ID || l.Name == t.Name }
			switch {
			case !during && !slices.ContainsFunc(z.Links, names):
				continue
			case !slices.ContainsFunc(z.Links, names):
				return fail("train-not-named", want, "freeze %s lies in the time of train %s and does not name it", z.ID, t.Name).at(z.fact.Place("/links")).on(at(z.from), "")
			case f.notAfter(spanOf(z.Approval.At), at(z.from)) != yes:
				return fail("published-late", want, "freeze %s of train %s: decided %s, and it began %s", z.ID, t.Name, spanOf(z.Approval.At), stamp(z.from)).at(z.fact.Place("/approval/at")).on(at(z.from), "")
			}
			proofs, where = append(proofs, z.fact.Proof), append(where, z.fact.Place(""))
		}
	}
	if len(where) == 0 {
		return notApplicable("no train is recorded")
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "declaration", "declarations")).wants(want).at(where...)
}

// strategyTopics are the topics of decisions that say how freezes are handled.
var strategyTopics = []string{"release-strategy", "branching", "stabilisation"}

func freezeProcessDocumented(f *Facts) Result {
	const want = "a decision in force that says how freezes are approved and recorded"
	found := "no decision about the release strategy is recorded"
	places := []verify.Place{{Statement: &f.Release}}
	for fact, d := range verify.Standing[*evidence.DecisionRecord](f.Facts) {
		if !slices.Contains(strategyTopics, d.Topic) {
			continue
		}
		place := fact.Place("/decision")
		says := strings.Contains(strings.ToLower(d.Decision), "freeze")
		for _, c := range d.Criteria {
			if strings.Contains(strings.ToLower(c.Name), "freeze") && !placeholder(c.Finding) {
				says, place = true, fact.Place("/criteria")
			}
		}
		switch when := f.releaseMoment(); {
		case !says:
			found, places = "decision "+d.ID+" says nothing of freezes", []verify.Place{place}
		case f.notAfter(at(d.EffectiveFrom.Time), when) != yes:
			found, places = "decision "+d.ID+" is in force from "+stamp(d.EffectiveFrom.Time)+" only", []verify.Place{fact.Place("/effectiveFrom")}
		default:
			return pass(fact.Proof, "decision %s", d.ID).wants(want).at(place)
		}
	}
	return missing(want, found).at(places...)
}
