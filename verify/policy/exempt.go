package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// The types of exceptions.
const (
	temporary = "temporary"
	permanent = "permanent"
)

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

// granted returns the earliest approval that counts: by a person whom trust
// lists, who is not the one that asked, and who signed the exception or for whom
// a recorder vouches. Why says what is wrong if there is none. Whoever rejected
// it ends it.
func (e exempt) granted(f *Facts) (s evidence.Signoff, why string) {
	why = "nobody approved it"
	for _, a := range e.Approvals {
		switch who := f.actorText(&a.Who); {
		case a.Decision == string(evidence.Rejected):
			return evidence.Signoff{}, who + " rejected it"
		case f.samePerson(a.Who, e.RequestedBy):
			why = "nobody but who asked for it approved it"
		case !f.listed(a.Who):
			why = who + " is nobody whom trust lists as a person"
		case !f.vouched(e.fact, a.Who):
			why = who + " did not sign it, and no recorder vouches for it"
		case s.Who.ID == "" || earliest(spanOf(a.At)).Before(earliest(spanOf(s.At))):
			s = a
		}
	}
	if s.Who.ID != "" {
		return s, ""
	}
	return s, why
}

// vouched reports whether a decision that a record states is that of whom it
// names: they signed the record, or a recorder did. What others write down is
// nobody's decision: whoever may sign could otherwise decide in another's name.
func (f *Facts) vouched(fact *verify.RecordFact, who evidence.Actor) bool {
	return slices.ContainsFunc(fact.Signers, func(s verify.Signer) bool {
		return slices.Contains(s.Roles, "recorder") || f.samePerson(evidence.Actor{ID: s.Identity}, who)
	})
}

// names reports whether the exception is for a control: by its id, or by a
// section of the release policy with it. A pattern names nothing.
func (e exempt) names(c Control) bool { return slices.Contains(e.cited(), c.ID) }

// cited are the ids of controls that the exception is for.
func (e exempt) cited() []string {
	list := slices.Clone(e.Controls)
	for _, word := range e.reference() {
		if strings.Contains(word, "/") {
			list = append(list, word)
		}
	}
	return list
}

// reference are the words of what the exception departs from.
func (e exempt) reference() []string {
	return strings.FieldsFunc(e.PolicyReference, func(r rune) bool { return strings.ContainsRune(" ,;:()", r) })
}

// ends is when the exception stops to hold by itself: when it expires; if that
// is an event, when somebody must look whether it has happened; a permanent one,
// when it must be reconsidered (A46). The zero time is never.
func (e exempt) ends() (when time.Time, what string) {
	switch {
	case e.ExpiresAt != nil:
		return e.ExpiresAt.Time, "it ended"
	case e.ReviewAt != nil:
		return e.ReviewAt.Time, "it was to be looked at again"
	}
	return time.Time{}, ""
}

// approvedBy tells whether the exception was approved by an occasion.
func (e exempt) approvedBy(f *Facts, o occasion) answer {
	s, why := e.granted(f)
	if why != "" {
		return no
	}
	return f.notAfter(spanOf(s.At), o.at)
}

// inForce tells whether the exception had not ended at an occasion.
func (e exempt) inForce(o occasion) answer {
	until, _ := e.ends()
	if until.IsZero() {
		return no
	}
	return o.at.within(time.Time{}, until)
}

// uncovered says why the exception does not cover an occasion; "" if it does.
// Both are judged when it happened, not when it is looked at.
func (e exempt) uncovered(f *Facts, o occasion) string {
	s, why := e.granted(f)
	until, what := e.ends()
	switch {
	case why != "":
		return why
	case e.State != "" && e.State != "approved" && (e.State != "expired" || e.ExpiresAt == nil):
		return "it is " + e.State
	case e.ExpiryCondition != "" && e.ConditionState != "open":
		return "the condition under which it ends is not recorded as open"
	case until.IsZero():
		return "nothing says when it ends"
	case e.approvedBy(f, o) != yes:
		return "it was approved " + spanOf(s.At).String() + ", and this happened " + o.at.String()
	case e.inForce(o) != yes:
		return what + " " + stamp(until) + ", and this happened " + o.at.String()
	}
	return o.outside(f, e.Scope)
}

// waives writes down that the exception waives a failure.
func (e exempt) waives(f *Facts, c *verify.Check) {
	c.Outcome, c.Exception = verify.Waived, e.ID
	if s, why := e.granted(f); why == "" {
		c.Why = "by " + f.actorText(&s.Who)
	}
	c.Until, c.Compensating = e.ExpiresAt, e.CompensatingControls
	if c.Until == nil {
		c.Until = e.ReviewAt
	}
	c.Inputs = append(c.Inputs, e.fact.Place(""))
}

// attempt is an exception that names a control which did not hold, and when and
// where that happened.
type attempt struct {
	exempt
	control   string
	occasions []occasion
	// waived reports that it waived the control.
	waived bool
}

// use is an exception and a control that it waived.
type use struct{ exception, control string }

// rely remembers that an exception waived a control.
func (f *Facts) rely(control string, e exempt) {
	f.uses = append(f.uses, use{e.ID, control})
	for i, a := range f.tried {
		if a.control == control && a.ID == e.ID {
			f.tried[i].waived = true
		}
	}
}

// rationale returns the reason that the release record gives for departing from
// a recommendation: an entry of its log of decisions, by somebody, that names
// the control and says more.
func (f *Facts) rationale(control string) (reason string, place verify.Place, ok bool) {
	if f.Record.ReleaseRecord == nil {
		return "", place, false
	}
	for i, d := range f.Record.ReleaseRecord.Decisions {
		if d.Who == nil || !namesID(d.Text, control) {
			continue
		}
		if rest := strings.Trim(strings.ReplaceAll(d.Text, control, ""), " :;,.-"); !placeholder(rest) {
			return f.actorText(d.Who) + ": " + d.Text, inRecord(f, "/releaseRecord/decisions/%d", i), true
		}
	}
	return "", place, false
}

// namesID reports whether a text holds an id as a word of its own: EXC-1 is not
// in EXC-12.
func namesID(text, id string) bool {
	for at := 0; id != ""; {
		i := strings.Index(text[at:], id)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(id)
		if (i == 0 || !idByte(text[i-1])) && (end == len(text) || !idByte(text[end]) || text[end] == '.' && (end+1 == len(text) || !idByte(text[end+1]))) {
			return true
		}
		at = i + 1
	}
	return false
}

// idByte reports whether a byte can be part of an id.
func idByte(c byte) bool {
	return c == '-' || c == '_' || c == '/' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
