package policy

import (
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

const themeWindow = "Change windows & emergency changes"

// windowControls are the controls of change windows.
var windowControls = []Control{{
	ID: "window/production-inside", Level: Must, Sections: "1.3.2, 1.13.3.3, 1.14.3, 1.16.3.1, 1.21.3.5, 1.24.2", Theme: themeWindow,
	Title: "Each production change starts inside a defined window", Failing: "A production change began outside of every window",
	Logic:   "Each promotion into production and each step of its rollout begins in [start, end) of a window that is recorded or in the parameter windows and holds in production. One that ends after its window is a warning (parameter window-overrun). To publish a library needs no window unless the parameter library-windows says so.",
	Applies: "prod", Waive: "emg only",
	Question: 6, Gate: verify.GateProduction,
	Evidence: []string{"promotion.at", "promotion.stages[].startedAt", "window statements", "parameter windows"},
	Fix: verify.Fix{
		Before: "wait for the next window, or have an emergency approved and recorded",
		Now:    "record the emergency that it was, with its approval: dossier add emergency; otherwise ask for no exception: none can be given",
	},
	Check: windowProductionInside,
}, {
	ID: "window/defined", Level: Must, Sections: "1.21.3.5, 1.21.5.1(7)", Theme: themeWindow,
	Title: "Windows are formally defined", Failing: "A window is not fully defined",
	Logic:   "There is a window for production. Each states id, start, end, an IANA time zone, environments, and who approved it or its source; its recurrence is an RRULE (RFC 5545), which is worked out on the wall clock of its zone: a time that the clock skips is as much later, of one that it shows twice the first counts.",
	Applies: "prod", Waive: "no",
	Question: 6, Gate: verify.GateProduction,
	Evidence: []string{"window.start", "window.end", "window.zone", "window.environments", "window.recurrence", "window.approval", "window.source", "parameter windows"},
	Fix: verify.Fix{
		Before: "state the window: dossier attest window, or in the parameter windows of the policy",
		Now:    "correct the window with a later statement of the same signer that supersedes it",
	},
	Check: windowDefined,
}, {
	ID: "window/defined-in-advance", Level: Must, Sections: "d: 1.21.3.5, 1.14.6(1)", Theme: themeWindow,
	Title: "A window was defined before it was used", Failing: "A window was defined after it was used",
	Logic:   "The window in which a production change began was stated before that; a window of the policy is in force with it.",
	Applies: "prod", Waive: "emg",
	Question: 6, Gate: verify.GateProduction,
	Evidence: []string{"window.at", "promotion.at"},
	Fix: verify.Fix{
		Before: "define the window before the change begins",
		Now:    "record the emergency that it was; a window that is defined afterwards covers nothing",
	},
	Check: windowDefinedInAdvance,
}, {
	ID: "window/used-recorded", Level: Must, Sections: "1.21.3.5", Theme: themeWindow,
	Title: "The deployment record names the window it used", Failing: "A promotion names no window that was open when it began",
	Logic:   "The window that the record of each promotion into production names exists, holds in production and was open when the promotion began.",
	Applies: "prod", Waive: "emg",
	Question: 6, Gate: verify.GateFinal,
	Evidence: []string{"promotion.window.window", "promotion.at", "window statements"},
	Fix: verify.Fix{
		Before: "have the deployment record the id of the window",
		Now:    "correct the promotion with a later statement of the same signer that supersedes it",
	},
	Check: windowUsedRecorded,
}, {
	ID: "window/planned-in-record", Level: Must, Sections: "1.20.3.1, 1.15.5.2", Theme: themeWindow,
	Title: "The release record names the planned window", Failing: "The planned window was not recorded in time",
	Logic:   "The release statement names a window and was made before the promotion into production began. Another window than was planned is a warning.",
	Applies: "prod", Waive: "emg",
	Question: 6, Gate: verify.GateProduction,
	Evidence: []string{"record.releaseRecord.productionWindow", "record.createdAt", "promotion.window.window"},
	Fix: verify.Fix{
		Before: "name the planned window in the release configuration, under release-record.production-window",
		Now:    "name the window in the next release; this record cannot be made earlier than it was",
	},
	Check: windowPlannedInRecord,
}, {
	ID: "window/enforced-by-ci", Level: Must, Sections: "1.21.3.5, 1.31.5.2", Theme: themeWindow,
	Title: "CI/CD enforced the window, not only people", Failing: "No machine checked the window before the change",
	Logic:   "The record of each promotion into production says that a bot or service, and no person, compared the time with the window before it began, and found it inside; or outside, where the record names an emergency.",
	Applies: "prod", Waive: "exc",
	Question: 6, Gate: verify.GateFinal,
	Evidence: []string{"promotion.window.result", "promotion.window.checkedAt", "promotion.window.checkedBy"},
	Fix: verify.Fix{
		Before: "have the pipeline check the window right before it deploys, and record what it found",
		Now:    "record an approved exception, and have the pipeline check the window from now on",
	},
	Check: windowEnforcedByCI,
}, {
	ID: "window/config-and-flags", Level: Must, Sections: "1.17.3.1, 1.19.3.4, 1.22.3.3", Theme: themeWindow,
	Title: "Production configuration and flag changes keep to windows", Failing: "A change of configuration or of a flag was made outside of every window",
	Logic:   "Each recorded change of configuration and of a flag in production, and each promotion whose action is config or flag, took effect inside a window.",
	Applies: "svc iac", Waive: "emg",
	Question: 6, Gate: verify.GateFinal,
	Evidence: []string{"config-change.at", "flag-change.at", "promotion.action", "window statements"},
	Fix: verify.Fix{
		Before: "make the change inside a window, or have an emergency approved and recorded",
		Now:    "record the emergency that it was, with its approval: dossier add emergency",
	},
	Check: windowConfigAndFlags,
}, {
	ID: "window/rollback-too", Level: Must, Sections: "1.22.3.1, 1.22.3.3", Theme: themeWindow,
	Title: "Rollbacks and incident actions keep to windows or carry an emergency record", Failing: "A rollback began outside of every window",
	Logic:   "Each recorded rollback in production began inside a window; or within the time that the parameter rollback-clause allows after a promotion that itself began inside one.",
	Applies: "prod", Waive: "emg",
	Question: 6, Gate: verify.GateFinal,
	Evidence: []string{"rollback.at", "promotion.action", "promotion.at", "window statements"},
	Fix: verify.Fix{
		Before: "roll back inside the window of the rollout, or have an emergency approved and recorded",
		Now:    "record the emergency that it was, with its approval: dossier add emergency",
	},
	Check: windowRollbackToo,
}, {
	ID: "window/iac-apply", Level: Must, Sections: "1.9.3.3", Theme: themeWindow,
	Title: "Applying a module or policy package to production keeps to windows", Failing: "Infrastructure was changed outside of every window",
	Logic:   "Each promotion of infrastructure into production, with each of its targets, began inside a window.",
	Applies: "iac", Waive: "emg",
	Question: 6, Gate: verify.GateProduction,
	Evidence: []string{"promotion.at", "promotion.targets", "window statements"},
	Fix: verify.Fix{
		Before: "apply it inside a window, or have an emergency approved and recorded",
		Now:    "record the emergency that it was, with its approval: dossier add emergency",
	},
	Check: windowIacApply,
}}

// windowless says why the release needs no window; "" if it does (A37).
func (f *Facts) windowless() string {
	if f.Record.Kind == evidence.KindLibrary && !f.Params.LibraryWindows {
		return "to publish a library needs no window (parameter library-windows)"
	}
	return ""
}

// eachAction applies judge to what was done to production of some kinds, and
// returns the first result that is not ok, else the first warning.
func (f *Facts) eachAction(want string, of func(action) bool, judge func(action) (Result, bool)) Result {
	var proofs []verify.Proof
	var where []verify.Place
	var warned *Result
	for _, a := range f.actions() {
		if !of(a) {
			continue
		}
		r, ok := judge(a)
		if !ok {
			if r.Expected == "" {
				r.Expected = want
			}
			if len(r.Inputs) == 0 {
				r = r.at(a.place)
			}
			if len(r.occasions) == 0 {
				r = r.on(a.start, envProduction)
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
		proofs, where = append(proofs, a.proof), append(where, a.place)
	}
	if warned != nil {
		return *warned
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "change of production", "changes of production")).wants(want).at(where...)
}

// eachProduction is eachAction for promotions into production, of which there is
// at least one.
func (f *Facts) eachProduction(want string, judge func(action) (Result, bool)) Result {
	if len(f.into(envProduction)) == 0 {
		return missing(want, "no promotion to production is recorded").at(verify.Place{Statement: &f.Release}).follows("promotion/deploy-record")
	}
	return f.eachAction(want, func(a action) bool { return a.promotion != nil }, judge)
}

// known is an ok result that rests on a window.
func (w window) known() Result { return Result{Proof: w.proof} }

func windowProductionInside(f *Facts) Result {
	const want = "each change of production begins inside a window"
	if why := f.windowless(); why != "" {
		return notApplicable(why)
	}
	return f.eachProduction(want, func(a action) (Result, bool) {
		if a.does("rollback") {
			if proof, ok := f.byClause(a); ok {
				return Result{Proof: proof}, true
			}
		}
		w, r, ok := f.inside(a, want)
		if !ok {
			return r, false
		}
		if a.end.known() && a.end.to.After(w.until) {
			late := fail("window-overrun", "the change ends inside its window", "%s ended %s, and window %s closed %s", a, a.end, w.id, stamp(w.until)).at(a.place, w.place)
			if f.Params.WindowOverrun == "warn" {
				late.Outcome, late.Proof = verify.Warn, weakest([]verify.Proof{a.proof, w.proof}, verify.Proof{})
			}
			return late, false
		}
		return w.known(), true
	})
}

func windowDefined(f *Facts) Result {
	const want = "a window for production, and each with id, start, end, time zone, environments, and who approved it or its source"
	if why := f.windowless(); why != "" {
		return notApplicable(why)
	}
	var proofs []verify.Proof
	var where []verify.Place
	production := false
	for _, w := range f.windows() {
		if why := w.undefined(); why != "" {
			return fail("window-undefined", want, "window %s: %s", w.id, why).at(w.place)
		}
		production = production || w.holds(envProduction)
		proofs, where = append(proofs, w.proof), append(where, w.place)
	}
	if !production {
		return missing(want, f.windowIDs()).at(append(where, verify.Place{Statement: &f.Release})...)
	}
	return pass(weakest(proofs, verify.Proof{}), "%s", plural(len(where), "window", "windows")).wants(want).at(where...)
}

// undefined says what a window lacks; "" if nothing.
func (w window) undefined() string {
	switch r := w.record; {
	case w.wrong != nil:
		return w.wrong.Error()
	case r == nil:
		return ""
	case placeholder(r.ID):
		return "it has no id"
	case len(w.environments) == 0 || slices.ContainsFunc(w.environments, placeholder):
		return "it does not say for which environments"
	case r.Approval.Decision == string(evidence.Rejected):
		return "it was rejected"
	case r.Approval.Who.ID == "" && r.Source == nil:
		return "nobody approved it, and it names no source"
	}
	return ""
}

func windowDefinedInAdvance(f *Facts) Result {
	const want = "each window was defined before a change used it"
	if why := f.windowless(); why != "" {
		return notApplicable(why)
	}
	return f.eachProduction(want, func(a action) (Result, bool) {
		w, in := f.openAt(envProduction, a.start)
		if in != yes {
			return missing(want, a.String()+" began in no window that is defined").follows("window/production-inside"), false
		}
		if a.used != nil {
			if named, ok := f.window(a.used.Window); ok {
				w.window = named
			}
		}
		switch w.before(f, a.start) {
		case yes:
			return w.known(), true
		case no:
			return fail("window-defined-afterwards", want, "window %s was defined %s, and %s began %s", w.id, w.defined, a, a.start).at(w.place, a.place), false
		}
		return f.untimed(want, "window %s was defined %s, and %s began %s", w.id, w.defined, a, a.start).at(w.place, a.place), false
	})
}

func windowUsedRecorded(f *Facts) Result {
	const want = "each promotion into production names the window that was open when it began"
	if why := f.windowless(); why != "" {
		return notApplicable(why)
	}
	return f.eachProduction(want, func(a action) (Result, bool) {
		if a.used == nil || placeholder(a.used.Window) {
			return missing(want, a.String()+" names no window"), false
		}
		w, ok := f.window(a.used.Window)
		if !ok {
			return fail("window-unknown", want, "%s names window %s, which is not defined", a, a.used.Window), false
		}
		o, in := w.covers(envProduction, a.start)
		switch in {
		case yes:
			return w.known(), true
		case open:
			return f.untimed(want, "%s began at %s, and window %s is open %s", a, a.start, w.id, o).at(a.place, w.place), false
		}
		r := fail("wrong-window", want, "%s names window %s, which was not open in production %s", a, w.id, a.start).at(a.place, w.place)
		if other, in := f.openAt(envProduction, a.start); in == yes {
			r.Found += "; window " + other.id + " was"
			return r, false
		}
		return r.follows("window/production-inside"), false
	})
}

func windowPlannedInRecord(f *Facts) Result {
	const want = "the release statement names the planned window, before the change begins"
	if why := f.windowless(); why != "" {
		return notApplicable(why)
	}
	planned, place := "", inRecord(f, "/releaseRecord/productionWindow")
	if r := f.Record.ReleaseRecord; r != nil {
		planned = r.ProductionWindow
	}
	if placeholder(planned) {
		r := missing(want, "no planned window is recorded").at(place)
		if f.Record.Tag.Type != "tag" { // which has no trailer to name it
			return r.follows("tag/annotated")
		}
		return r
	}
	return f.eachProduction(want, func(a action) (Result, bool) {
		made := at(f.Record.CreatedAt.Time)
		switch f.notAfter(made, a.start) {
		case no:
			return fail("planned-too-late", want, "%s was recorded %s, and %s began %s", planned, made, a, a.start).at(place, a.place).follows("trace/recorded-before-production"), false
		case open:
			return f.untimed(want, "%s was recorded %s, and %s began %s", planned, made, a, a.start).at(place, a.place), false
		}
		if a.used != nil && a.used.Window != planned {
			return warn(f.Stated(), "other-window", "planned %s, and %s used %s", planned, a, a.used.Window).at(place, a.place), false
		}
		return Result{Proof: f.Stated()}, true
	})
}

func windowEnforcedByCI(f *Facts) Result {
	const want = "a machine compared the time with the window before each promotion into production"
	if why := f.windowless(); why != "" {
		return notApplicable(why)
	}
	return f.eachProduction(want, func(a action) (Result, bool) {
		u := a.used
		switch {
		case u == nil || u.Result == "" || u.CheckedAt == nil || u.CheckedBy == nil:
			return missing(want, "nothing says that a machine checked the window of "+a.String()), false
		case u.Result != "inside" && a.emergency == "":
			return fail("checked-outside", want, "the check found %s outside of %s", a, u.Window), false
		case u.CheckedBy.Kind == evidence.Human || f.listed(*u.CheckedBy):
			return fail("checked-by-hand", want, "%s checked the window of %s", f.actorText(u.CheckedBy), a), false
		}
		switch checked := atTime(u.CheckedAt); f.notAfter(checked, a.start) {
		case no:
			return fail("checked-too-late", want, "checked %s, and %s began %s", checked, a, a.start), false
		case open:
			return f.untimed(want, "checked %s, and %s began %s", checked, a, a.start), false
		}
		return Result{}, true
	})
}

func windowConfigAndFlags(f *Facts) Result {
	const want = "each change of configuration and flags in production is made inside a window"
	of := func(a action) bool {
		return a.kind == byConfigChange || a.kind == byFlagChange || a.does("config", "flag")
	}
	if !slices.ContainsFunc(f.actions(), of) {
		return notApplicable("no change of configuration or of a flag in production is recorded")
	}
	return f.eachAction(want, of, f.keeps(want))
}

// does reports whether the action is a promotion that does one of some things.
func (a action) does(what ...string) bool {
	return a.promotion != nil && slices.Contains(what, a.promotion.Action)
}

// keeps judges whether an action keeps to windows. That of a promotion follows
// from the control that judges all of them.
func (f *Facts) keeps(want string) func(action) (Result, bool) {
	return func(a action) (Result, bool) {
		w, r, ok := f.inside(a, want)
		switch {
		case !ok && a.promotion != nil:
			return r.follows("window/production-inside"), false
		case !ok:
			return r, false
		}
		return w.known(), true
	}
}

func windowRollbackToo(f *Facts) Result {
	const want = "each rollback in production begins inside a window, or within the rollback clause of a rollout"
	if why := f.windowless(); why != "" {
		return notApplicable(why)
	}
	of := func(a action) bool { return a.kind == byRollback || a.does("rollback") }
	if !slices.ContainsFunc(f.actions(), of) {
		return notApplicable("no rollback in production is recorded")
	}
	return f.eachAction(want, of, func(a action) (Result, bool) {
		if proof, ok := f.byClause(a); ok {
			return Result{Proof: proof}, true
		}
		return f.keeps(want)(a)
	})
}

// byClause reports whether the rollback clause of a rollout covers a rollback: it
// began soon enough after a promotion that began inside a window (A39).
func (f *Facts) byClause(a action) (verify.Proof, bool) {
	if f.Params.RollbackClause == 0 {
		return verify.Proof{}, false
	}
	for _, p := range f.actions() {
		if p.promotion == nil || p.does("rollback") || !p.start.known() {
			continue
		}
		if w, in := f.openAt(envProduction, p.start); in == yes && a.start.within(p.start.from, p.start.to.Add(f.Params.RollbackClause.Duration())) == yes {
			return weakest([]verify.Proof{p.proof, w.proof}, verify.Proof{}), true
		}
	}
	return verify.Proof{}, false
}

func windowIacApply(f *Facts) Result {
	const want = "infrastructure in production is changed inside windows, on every target"
	return f.eachProduction(want, f.keeps(want))
}
