package policy

import (
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// window is a change window: one that is recorded, or one of the policy.
type window struct {
	id string
	schedule
	// wrong says why the schedule cannot be read; such a window covers nothing.
	wrong error
	// environments are where it holds, by canonical names; none is nowhere.
	environments []string
	// record is nil for a window of the policy.
	record *evidence.Window
	// defined is when it was defined; the zero span for a window of the policy,
	// which is in force or does not judge.
	defined span
	proof   verify.Proof
	place   verify.Place
}

// windows returns all windows: those of the policy, then those that are recorded,
// by their times.
func (f *Facts) windows() []window {
	return f.opened.get(func() []window {
		var list []window
		for _, w := range f.Params.Windows {
			x := window{id: w.ID, proof: verify.Proof{Grade: verify.Proven, By: "the policy"}, place: verify.Place{Statement: &f.Release}}
			x.schedule, x.wrong = w.schedule()
			for _, e := range w.Environments {
				x.environments = append(x.environments, f.environment(e))
			}
			if len(x.environments) == 0 {
				x.environments = []string{envProduction}
			}
			list = append(list, x)
		}
		for fact, w := range verify.Standing[*evidence.Window](f.Facts) {
			x := window{id: w.ID, record: w, defined: spanOf(w.At), proof: fact.Proof, place: fact.Place("")}
			x.schedule, x.wrong = newSchedule(w.Start.Time, w.End.Time, w.Zone, w.Recurrence)
			if w.Scope != nil && w.Scope.Environment != "" {
				x.environments = []string{f.environment(w.Scope.Environment)}
			} else {
				for _, e := range w.Environments {
					x.environments = append(x.environments, f.environment(e))
				}
			}
			list = append(list, x)
		}
		return list
	})
}

// window returns the window with an id.
func (f *Facts) window(id string) (window, bool) {
	list := f.windows()
	i := slices.IndexFunc(list, func(w window) bool { return w.id == id })
	if i < 0 {
		return window{}, false
	}
	return list[i], true
}

// holds reports whether the window holds in an environment.
func (w window) holds(env string) bool { return slices.Contains(w.environments, env) }

// covers tells whether the window is open in an environment during all of a span.
// The scope of a recorded window may limit from when to when it holds.
func (w window) covers(env string, when span) (opening, answer) {
	if w.wrong != nil || !w.holds(env) {
		return opening{}, no
	}
	o, in := w.schedule.covers(when)
	if w.record == nil || w.record.Scope == nil || w.record.Scope.Interval == nil || in == no {
		return o, in
	}
	limit := spanOf(evidence.TimeOrInterval{Interval: w.record.Scope.Interval})
	if limited := when.within(limit.from, limit.to); limited != yes {
		return o, limited
	}
	return o, in
}

// before tells whether the window was defined by a moment.
func (w window) before(f *Facts, moment span) answer {
	if w.record == nil {
		return yes
	}
	return f.notAfter(w.defined, moment)
}

// windowOpen is a window that was open when something began, and when it was open.
type windowOpen struct {
	window
	opening
}

// openAt returns the window that was open in an environment during all of a span:
// one that was defined by then, if there is one. in is open if the times do not
// tell.
func (f *Facts) openAt(env string, when span) (best windowOpen, in answer) {
	in = no
	for _, w := range f.windows() {
		o, covers := w.covers(env, when)
		switch {
		case covers == yes && w.before(f, when) == yes:
			return windowOpen{w, o}, yes
		case covers == yes && in != yes:
			best, in = windowOpen{w, o}, yes
		case covers == open && in == no:
			best, in = windowOpen{w, o}, open
		}
	}
	return best, in
}

// windowIDs names the windows that hold in production.
func (f *Facts) windowIDs() string {
	var ids []string
	for _, w := range f.windows() {
		if w.holds(envProduction) {
			ids = append(ids, w.id)
		}
	}
	if len(ids) == 0 {
		return "no window is defined"
	}
	return "windows " + several(ids)
}

// The kinds of what is done to production, beside promotions.
const (
	byRollback     = "rollback"
	byConfigChange = "configuration change"
	byFlagChange   = "flag change"
	byPromotion    = "promotion"
)

// action is something that was done to production and keeps to windows: a
// promotion, a step of its rollout, a rollback, a change of configuration or of a
// flag (controls catalogue, G5).
type action struct {
	// kind is byPromotion, byRollback, byConfigChange or byFlagChange; id the
	// record's, with the step of a rollout after it.
	kind, id   string
	start, end span
	// used is the window that the record names, emergency the emergency.
	used      *evidence.WindowUse
	emergency string
	// promotion is set for promotions.
	promotion *promoted
	proof     verify.Proof
	place     verify.Place
}

func (a action) String() string {
	if a.promotion != nil && a.promotion.candidate() {
		return "the promotion to decide on"
	}
	return a.kind + " " + a.id
}

// actions returns everything that was done to production, promotions first.
func (f *Facts) actions() []action {
	return f.acted.get(func() []action {
		var list []action
		for _, p := range f.into(envProduction) {
			a := action{kind: byPromotion, id: p.ID, start: p.start, end: p.end, used: p.Window, emergency: p.Emergency, promotion: &p, proof: p.proof, place: p.place(f, "")}
			list = append(list, a)
			for i, s := range p.Stages {
				a.id, a.start, a.end, a.place = fmt.Sprintf("%s, step %d", p.ID, i+1), at(s.StartedAt.Time), span{}, p.place(f, fmt.Sprintf("/stages/%d", i))
				list = append(list, a)
			}
		}
		for fact, r := range verify.Standing[*evidence.Rollback](f.Facts) {
			if f.changed(r.Environment) == envProduction {
				list = append(list, action{kind: byRollback, id: r.ID, start: spanOf(r.At), used: r.Window, emergency: r.Emergency, proof: fact.Proof, place: fact.Place("")})
			}
		}
		for fact, c := range verify.Standing[*evidence.ConfigChange](f.Facts) {
			if f.changed(c.Environment) == envProduction {
				list = append(list, action{kind: byConfigChange, id: c.ID, start: spanOf(c.At), used: c.Window, emergency: c.Emergency, proof: fact.Proof, place: fact.Place("")})
			}
		}
		for fact, c := range verify.Standing[*evidence.FlagChange](f.Facts) {
			if f.changed(c.Environment) == envProduction {
				list = append(list, action{kind: byFlagChange, id: c.ID, start: spanOf(c.At), used: c.Window, emergency: c.Emergency, proof: fact.Proof, place: fact.Place("")})
			}
		}
		return list
	})
}

// inside judges whether an action began inside a window.
func (f *Facts) inside(a action, want string) (windowOpen, Result, bool) {
	w, in := f.openAt(envProduction, a.start)
	switch in {
	case yes:
		return w, Result{}, true
	case open:
		return w, f.untimed(want, "%s began at %s, and window %s is open %s", a, a.start, w.id, w.opening).at(a.place, w.place).on(a.start, envProduction), false
	}
	return w, fail("outside-window", want, "%s began %s; %s", a, a.start, f.windowIDs()).at(a.place).on(a.start, envProduction), false
}
