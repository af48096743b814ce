package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// waiver is what a control's column "Waive" says, read.
type waiver struct {
	// exception: an approved, unexpired exception in scope waives a failure.
	exception bool
	// plan: it must be temporary, with a date and a plan to end it (exc+).
	plan bool
	// control must pass as well, if named: it judges what the exception needs.
	control string
	// emergency: an emergency record whose own controls pass may substitute, for
	// hotfixes only if hotfix, and only with a break-glass record if breakGlass.
	emergency, hotfix, breakGlass bool
	// both: emergency and exception are needed together.
	both bool
	// window: the emergency substitutes only for a window that was not checked.
	window bool
	// freeze: the exception needs a declared freeze besides.
	freeze bool
	// rationale: a recorded rationale is enough.
	rationale bool
}

// waiverOf reads a column "Waive".
func waiverOf(column string) waiver {
	rule, rest, _ := strings.Cut(column, " ")
	inner := strings.Trim(rest, "()")
	switch {
	case column == "no (emg with break-glass record)":
		return waiver{emergency: true, breakGlass: true}
	case column == "emg + exc":
		return waiver{emergency: true, exception: true, both: true}
	case column == "emg + break-glass":
		return waiver{emergency: true, breakGlass: true}
	case column == "exc, emg":
		return waiver{exception: true, emergency: true}
	case column == "exc (window part: emg)":
		return waiver{exception: true, emergency: true, window: true}
	case column == "exc + freeze":
		return waiver{exception: true, freeze: true}
	case rule == "exc" && strings.HasPrefix(inner, "H: emg"):
		return waiver{exception: true, emergency: true, hotfix: true}
	case rule == "exc":
		return waiver{exception: true}
	case rule == "exc+" && strings.Contains(inner, "/"):
		return waiver{exception: true, plan: true, control: inner}
	case rule == "exc+":
		return waiver{exception: true, plan: true}
	case rule == "emg":
		return waiver{emergency: true}
	case rule == "rat":
		return waiver{rationale: true}
	}
	return waiver{}
}

// mayBeWaived reports whether an outcome is one that evidence may waive. What holds,
// if with a reservation, needs no waiver.
func (r *rule) mayBeWaived(o verify.Outcome) bool {
	return o == verify.Fail || o == verify.Warn && r.waiver.rationale
}

// waive turns a failure into waived where the control allows it and the
// evidence shows it (G7). What waives nothing is told in the finding.
func (r *rule) waive(f *Facts, res Result, c *verify.Check) {
	recommended := c.Outcome == verify.Warn
	res.occasions = f.everyOccasion(res.occasions)
	found, others, why := r.exempted(f, res)
	emergency, refused := r.substituted(f, res)
	switch {
	case r.waiver.both && (found == nil || emergency == nil):
		if found != nil {
			why = "exception " + found.ID + " needs an emergency beside it"
		}
	case found != nil:
		found.waives(f, c)
		if len(others) > 0 {
			c.Found += "; so does " + strings.Join(others, ", ")
		}
		f.rely(r.ID, *found)
		return
	case !recommended && emergency != nil:
		c.Outcome, c.Exception, c.Why = verify.Waived, emergency.ID, "an emergency"
		c.Inputs = append(c.Inputs, emergency.fact.Place(""))
		return
	case recommended:
		if reason, place, ok := f.rationale(r.ID); ok {
			c.Outcome, c.Why = verify.Waived, reason
			c.Inputs = append(c.Inputs, place)
			return
		}
	}
	if refused != "" {
		c.FollowsFrom = refused
	}
	if why != "" {
		c.Found += "; " + why
	}
}

// everyOccasion returns when and where a failure may have happened besides: a
// control tells of the first that it finds, and what waives it must cover every
// promotion into the same environment. A failure that has no moment of its own
// happened with each promotion into production.
func (f *Facts) everyOccasion(list []occasion) []occasion {
	var all []occasion
	if len(list) == 0 {
		for _, p := range f.into(envProduction) {
			if p.succeeded() && p.start.known() {
				all = append(all, occasion{at: p.start})
			}
		}
		if len(all) == 0 {
			all = []occasion{{at: f.releaseMoment()}}
		}
		return all
	}
	all = slices.Clone(list)
	for _, o := range list {
		if o.environment == "" {
			continue
		}
		for _, p := range f.into(o.environment) {
			o.at = p.start
			if !slices.Contains(all, o) {
				all = append(all, o)
			}
		}
	}
	return all
}

// exempted returns the earliest exception that covers every occasion with the
// ids of further ones, or why one that names the control does not.
func (r *rule) exempted(f *Facts, res Result) (found *exempt, others []string, why string) {
	if !r.waiver.exception && !r.waiver.rationale {
		return nil, nil, ""
	}
	for _, e := range f.exceptions() {
		if !e.names(r.Control) {
			continue
		}
		f.tried = append(f.tried, attempt{exempt: e, control: r.ID, occasions: res.occasions})
		switch no := r.refuses(f, e, res); {
		case no != "":
			why = "exception " + e.ID + " does not cover it: " + no
		case found == nil:
			found = &e
		default:
			others = append(others, e.ID)
		}
	}
	return found, others, why
}

// refuses says why an exception that names the control does not waive it.
func (r *rule) refuses(f *Facts, e exempt, res Result) string {
	if slices.Contains(res.exceptions, e.ID) {
		return "nothing waives what is wrong with itself"
	}
	for _, o := range res.occasions {
		if why := e.uncovered(f, o); why != "" {
			return why
		}
	}
	switch w := r.waiver; {
	case w.plan && (e.Type != temporary || e.ExpiresAt == nil || len(e.Remediation) == 0):
		return "it needs a date and a plan with tasks"
	case w.control != "" && f.result(w.control).Outcome != verify.Pass:
		return w.control + " does not pass"
	case w.freeze && slices.ContainsFunc(res.occasions, func(o occasion) bool { return !f.frozenBy(o.at, o.branch) }):
		return "no approved freeze of that time is declared"
	case f.regulated() && r.ID == "sign/tag-signed":
		return "a regulated repository signs its tags, whatever is allowed elsewhere"
	}
	return ""
}

// substituted returns the emergency record that substitutes for the control:
// one that a production promotion relies on and that reaches every occasion.
// Nothing substitutes if a judged control of emergencies keeps the release back,
// which is returned as what the failure follows from.
func (r *rule) substituted(f *Facts, res Result) (found *invoked, refusedBy string) {
	if w := r.waiver; !w.emergency || w.hotfix && !f.is(kindHotfix) || w.window && res.Code != codeWindowGate {
		return nil, ""
	}
	if w := r.waiver; w.window && len(f.into(envProduction)) > 1 {
		return nil, "" // another promotion may lack more than a window
	}
	for fact, e := range verify.Standing[*evidence.Emergency](f.Facts) {
		relied := func(p promoted) bool { return p.Emergency == e.ID || p.candidate() && !f.spent(e.ID) }
		outside := func(o occasion) bool { return o.outside(f, e.Scope) != "" }
		switch {
		case e.Approval.Decision == string(evidence.Rejected),
			!slices.ContainsFunc(f.into(envProduction), relied),
			slices.ContainsFunc(res.occasions, outside),
			r.waiver.breakGlass && !f.brokeGlass(e.ID),
			r.waiver.hotfix && !f.waivesCheck(fact, e, r.ID):
			continue
		}
		if id := f.emergencyRefused(r.ID); id != "" {
			return nil, id
		}
		return &invoked{e, fact}, ""
	}
	return nil, ""
}

// emergencyRefused returns a control of emergencies that does not hold, enforced
// or not, besides the one that asks; "" if there is none.
func (f *Facts) emergencyRefused(besides string) string {
	for r, c := range f.outcomes() {
		if strings.HasPrefix(r.ID, "emergency/") && r.ID != besides && c.Level == Must && refused(c.Outcome) {
			return r.ID
		}
	}
	for _, x := range []struct {
		id    string
		check func(*Facts) Result
	}{
		{"emergency/required-fields", emergencyRequiredFields},
		{"emergency/approver-role", emergencyApproverRole},
		{"emergency/approver-independent", emergencyApproverIndependent},
		{"emergency/approved-before-deploy", emergencyApprovedBeforeDeploy},
		{"emergency/individual", emergencyIndividual},
	} {
		if refused(x.check(f).Outcome) {
			return x.id // asked by the profile or not
		}
	}
	return ""
}

// refused reports whether an outcome is none that lets a release be accepted.
func refused(o verify.Outcome) bool { return o == verify.Fail || o == verify.Unknown }

// spent reports whether a promotion into production has relied on an emergency
// already: each change has an emergency of its own.
func (f *Facts) spent(emergency string) bool {
	for _, p := range verify.Standing[*evidence.Promotion](f.Facts) {
		if p.Emergency == emergency && p.Result == "success" && f.environmentOf(p) == envProduction {
			return true
		}
	}
	return false
}

// invoked is an emergency that a promotion relies on.
type invoked struct {
	*evidence.Emergency
	fact *verify.RecordFact
}

// brokeGlass reports whether a break-glass record belongs to an emergency.
func (f *Facts) brokeGlass(emergency string) bool {
	for _, b := range verify.Standing[*evidence.BreakGlass](f.Facts) {
		if b.Emergency == emergency {
			return true
		}
	}
	return false
}

// regulated reports whether regulation asks for signed releases.
func (f *Facts) regulated() bool { return f.Record.Metadata != nil && f.Record.Metadata.Regulated }
