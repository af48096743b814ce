package policy

import (
	"cmp"
	"path"
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

// none reports whether nothing waives the control.
func (w waiver) none() bool { return w == waiver{} }

// occasion is when and where a failure happened: what an exception must cover.
type occasion struct {
	at span
	// environment and branch are canonical names; "" is none in particular.
	environment, branch string
}

// on says when and in which environment the failure happened.
func (r Result) on(when span, environment string) Result {
	r.occasions = append(r.occasions, occasion{at: when, environment: environment})
	return r
}

// onBranch says when and on which branch the failure happened.
func (r Result) onBranch(when span, branch string) Result {
	r.occasions = append(r.occasions, occasion{at: when, branch: branch})
	return r
}

// releaseMoment is when a failure happened that has no moment of its own: when
// production got the release, else when it was tagged, else when its record was
// made.
func (f *Facts) releaseMoment() span {
	for _, p := range f.into(envProduction) {
		if p.succeeded() && p.start.known() {
			return p.start
		}
	}
	if when := f.Tag.Object.Tagger.When; f.Tag.Embedded && !when.IsZero() {
		return at(when)
	}
	return at(f.Record.CreatedAt.Time)
}

// exempt is an exception that stands.
type exempt struct {
	*evidence.Exception
	fact *verify.RecordFact
}

// exceptions returns the exceptions that stand, the earliest issued first.
func (f *Facts) exceptions() []exempt {
	return f.exempt.get(func() []exempt {
		var list []exempt
		for fact, e := range verify.Standing[*evidence.Exception](f.Facts) {
			list = append(list, exempt{e, fact})
		}
		return list
	})
}

// approvedAt returns when the exception was approved by somebody other than who
// asked for it; ok is false if nobody did, or somebody rejected it.
func (e exempt) approvedAt(f *Facts) (when span, ok bool) {
	for _, s := range e.Approvals {
		switch {
		case s.Decision == string(evidence.Rejected):
			return span{}, false
		case f.samePerson(s.Who, e.RequestedBy), !f.person(s.Who):
		case !ok || earliest(spanOf(s.At)).Before(earliest(when)):
			when, ok = spanOf(s.At), true
		}
	}
	return when, ok
}

// names reports whether the exception is for a control: by its id, or by a
// section of the release policy with it. A pattern names nothing.
func (e exempt) names(c Control) bool {
	if slices.Contains(e.Controls, c.ID) {
		return true
	}
	return slices.Contains(strings.FieldsFunc(e.PolicyReference, func(r rune) bool { return strings.ContainsRune(" ,;:()", r) }), c.ID)
}

// covers says why the exception does not cover an occasion; "" if it does.
func (e exempt) covers(f *Facts, o occasion) string {
	approved, ok := e.approvedAt(f)
	if !ok {
		return "nobody but who asked for it approved it"
	}
	var until evidence.Time
	if e.ExpiresAt != nil {
		until = *e.ExpiresAt
	}
	switch {
	case e.State != "" && e.State != "approved":
		return "it is " + e.State
	case !e.fact.ByOwner && !e.fact.Proof.Grade.AtLeast(verify.Attested):
		return "none of those who approved it signed it, and no recorder vouches for it"
	case e.ExpiryCondition != "" && e.ConditionState != "open":
		return "the condition under which it ends is not recorded as open"
	case f.notAfter(approved, o.at) != yes:
		return "it was approved " + approved.String() + ", and this happened " + o.at.String()
	case o.at.within(approved.from.Add(-f.Params.ClockSkew.Duration()), until.Time) != yes:
		return "it ended " + stamp(until.Time) + ", and this happened " + o.at.String()
	}
	return e.outOfScope(f, o)
}

// outOfScope says why the occasion lies outside of the exception's scope; "" if
// it lies in it.
func (e exempt) outOfScope(f *Facts, o occasion) string {
	s := e.Scope
	switch {
	case s == nil:
		return "" // of this release, as a whole
	case s.Repository != f.Record.Repository.URI:
		return "it is for another repository"
	case o.environment != "" && f.environment(s.Environment) != o.environment && s.Environment != "*":
		return "it is not for " + o.environment
	case o.branch != "" && len(s.Branches) > 0 && !slices.ContainsFunc(s.Branches, func(p string) bool { ok, _ := path.Match(p, o.branch); return ok }):
		return "it is not for the branch " + o.branch
	case s.Interval != nil && o.at.within(spanOf(evidence.TimeOrInterval{Interval: s.Interval}).from, spanOf(evidence.TimeOrInterval{Interval: s.Interval}).to) != yes:
		return "its scope does not reach that time"
	}
	return ""
}

// waive turns a failure into waived where the control allows it and the
// evidence shows it (G7). What waives nothing is told in the finding.
func (r rule) waive(f *Facts, res Result, c *verify.Check) {
	if c.Outcome != verify.Fail && c.Outcome != verify.Warn || r.waiver.none() {
		return
	}
	if len(res.occasions) == 0 {
		res.occasions = []occasion{{at: f.releaseMoment()}}
	}
	exception, why := r.exempted(f, res)
	emergency := r.substituted(f)
	if r.waiver.window && res.Code != codeWindowGate {
		emergency = nil
	}
	switch {
	case r.waiver.both && (exception == nil || emergency == nil):
	case c.Outcome == verify.Fail && exception != nil:
		c.Outcome, c.Why, c.Exception = verify.Waived, exception.ID, exception.ID
		c.Until, c.Compensating = exception.ExpiresAt, exception.CompensatingControls
		if c.Until == nil {
			c.Until = exception.ReviewAt
		}
		c.Inputs = append(c.Inputs, exception.fact.Place(""))
		f.used(exception.ID, r.ID)
		return
	case c.Outcome == verify.Fail && emergency != nil:
		c.Outcome, c.Why, c.Exception = verify.Waived, emergency.Head().ID, emergency.Head().ID
		return
	case c.Outcome == verify.Warn && r.waiver.rationale && exception != nil:
		c.Outcome, c.Why, c.Exception = verify.Waived, exception.ID, exception.ID
		c.Until = exception.ReviewAt
		f.used(exception.ID, r.ID)
		return
	}
	if why != "" {
		c.Found += "; " + why
	}
}

// exempted returns the earliest exception that covers every occasion, or why
// one that names the control does not.
func (r rule) exempted(f *Facts, res Result) (found *exempt, why string) {
	if !r.waiver.exception && !r.waiver.rationale {
		return nil, ""
	}
	for _, e := range f.exceptions() {
		if !e.names(r.Control) {
			continue
		}
		f.named(e.ID)
		if no := r.refuses(f, e, res); no != "" {
			why = "exception " + e.ID + " does not cover it: " + no
			continue
		}
		if found == nil {
			found = &e
		}
	}
	return found, why
}

// refuses says why an exception that names the control does not waive it.
func (r rule) refuses(f *Facts, e exempt, res Result) string {
	for _, o := range res.occasions {
		if why := e.covers(f, o); why != "" {
			return why
		}
	}
	switch w := r.waiver; {
	case w.plan && (e.Type != "temporary" || e.ExpiresAt == nil || len(e.Remediation) == 0):
		return "it needs a date and a plan with tasks"
	case w.control != "" && f.results[w.control].Outcome != verify.Pass:
		return w.control + " does not pass"
	case w.freeze && !f.hasRecord("freeze"):
		return "no freeze is declared"
	case e.Type == "permanent" && f.regulated() && r.ID == "sign/tag-signed":
		return "a regulated repository signs; a permanent exception cannot change that"
	}
	return ""
}

// substituted returns the emergency record that substitutes for the control:
// one that a production promotion relies on, every judged control of which
// passes.
func (r rule) substituted(f *Facts) *evidence.Emergency {
	if !r.waiver.emergency || r.waiver.hotfix && !f.is(kindHotfix) {
		return nil
	}
	for id, c := range f.results {
		if strings.HasPrefix(id, "emergency/") && id != r.ID && c.Level == Must && c.Blocks() {
			return nil
		}
	}
	for _, e := range verify.Standing[*evidence.Emergency](f.Facts) {
		if !slices.ContainsFunc(f.into(envProduction), func(p promoted) bool { return p.Emergency == e.ID || p.candidate() }) {
			continue
		}
		if r.waiver.breakGlass && !f.brokeGlass(e.ID) || r.waiver.hotfix && !f.waivesCheck(e, r.ID) {
			continue
		}
		return e
	}
	return nil
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

// use is an exception that the dossier holds, and the controls it waived.
type use struct{ exception, control string }

// used remembers that an exception waived a control, named that it tried to.
func (f *Facts) used(exception, control string) { f.uses = append(f.uses, use{exception, control}) }
func (f *Facts) named(exception string) {
	if !slices.Contains(f.namedExceptions, exception) {
		f.namedExceptions = append(f.namedExceptions, exception)
	}
}

// sortUses orders them for controls that judge exceptions.
func sortUses(list []use) {
	slices.SortFunc(list, func(a, b use) int {
		return cmp.Or(cmp.Compare(a.exception, b.exception), cmp.Compare(a.control, b.control))
	})
}
