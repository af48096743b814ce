package policy

import (
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// emergency is a recorded emergency with what relies on it.
type emergency struct {
	*evidence.Emergency
	fact *verify.RecordFact
	// actions are the changes of production that name it.
	actions []action
}

// emergencies returns the emergencies that stand, by the times they were
// declared.
func (f *Facts) emergencies() []emergency {
	return f.urgent.get(func() []emergency {
		var list []emergency
		for fact, e := range verify.Standing[*evidence.Emergency](f.Facts) {
			x := emergency{Emergency: e, fact: fact}
			for _, a := range f.actions() {
				if a.emergency == e.ID || a.promotion != nil && a.promotion.candidate() && x.valid(a.start) == yes {
					x.actions = append(x.actions, a)
				}
			}
			list = append(list, x)
		}
		return list
	})
}

// valid tells whether the emergency's scope holds during all of a span.
func (e emergency) valid(when span) answer {
	if e.Scope == nil || e.Scope.Interval == nil {
		return yes
	}
	i := spanOf(evidence.TimeOrInterval{Interval: e.Scope.Interval})
	return when.within(i.from, i.to)
}

// emergency returns the emergency with an id; nil for none.
func (f *Facts) emergency(id string) *emergency {
	list := f.emergencies()
	i := slices.IndexFunc(list, func(e emergency) bool { return e.ID == id })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// reliedOn returns the emergency that a promotion relies on, nil for none. The
// promotion that the gate decides on relies on one if no window is open.
func (f *Facts) reliedOn(p promoted) *emergency {
	if !p.candidate() {
		return f.emergency(p.Emergency)
	}
	if _, in := f.openAt(p.env, p.start); in == yes {
		return nil
	}
	list := f.emergencies()
	i := slices.IndexFunc(list, func(e emergency) bool { return e.valid(p.start) == yes })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// changed is when the first change began that relies on the emergency; when it was
// declared if none is recorded.
func (e emergency) changed() span {
	first := spanOf(e.At)
	for i, a := range e.actions {
		if i == 0 || earliest(a.start).Before(earliest(first)) {
			first = a.start
		}
	}
	return first
}

// eachEmergency applies judge to the emergencies and returns the first result
// that is not ok, else the first warning. That there is none where a change names
// one is missing evidence.
func (f *Facts) eachEmergency(want string, judge func(emergency) (Result, bool)) Result {
	list := f.emergencies()
	if len(list) == 0 {
		return missing(want, "no emergency is recorded").at(verify.Place{Statement: &f.Release}).follows("emergency/record-present")
	}
	var proofs []verify.Proof
	var where []verify.Place
	var warned *Result
	for _, e := range list {
		r, ok := judge(e)
		if !ok {
			if r.Expected == "" {
				r.Expected = want
			}
			if len(r.Inputs) == 0 {
				r = r.at(e.fact.Place(""))
			}
			if len(r.occasions) == 0 {
				r = r.on(e.changed(), envProduction)
			}
			if r.Outcome != verify.Warn {
				return r
			}
			if warned == nil {
				warned = &r
			}
		}
		if r.Proof.Grade != "" {
			proofs = append(proofs, r.Proof)
		}
		proofs, where = append(proofs, e.fact.Proof), append(where, e.fact.Place(""))
	}
	if warned != nil {
		return *warned
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(list), "emergency", "emergencies")).wants(want).at(where...)
}
