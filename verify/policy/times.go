package policy

import (
	"time"

	"github.com/release-dossier/dossier/evidence"
)

// span is when something happened, as far as it is known; a zero end is open.
type span struct{ from, to time.Time }

// spanOf returns when a stated time or interval is.
func spanOf(t evidence.TimeOrInterval) span {
	from, to := t.Bounds()
	return span{from.Time, to.Time}
}

// at is a moment.
func at(t time.Time) span { return span{t, t} }

// atTime is a moment that may not be stated.
func atTime(t *evidence.Time) span {
	if t == nil {
		return span{}
	}
	return at(t.Time)
}

// known reports whether both ends are.
func (s span) known() bool { return !s.from.IsZero() && !s.to.IsZero() }

func (s span) String() string {
	switch {
	case s.from.IsZero() && s.to.IsZero():
		return "an unknown time"
	case s.from.Equal(s.to):
		return stamp(s.from)
	case s.from.IsZero():
		return "before " + stamp(s.to)
	case s.to.IsZero():
		return "after " + stamp(s.from)
	}
	return stamp(s.from) + " to " + stamp(s.to)
}

// answer is yes, no, or what the evidence does not tell.
type answer int

const (
	open answer = iota
	yes
	no
)

// notAfter tells whether a happened before b or at the same time, give or take
// the clock skew that the policy allows. It must hold for all of both spans
// (rules of format, R3).
func (f *Facts) notAfter(a, b span) answer {
	skew := f.Params.ClockSkew.Duration()
	switch {
	case !a.to.IsZero() && !b.from.IsZero() && !a.to.After(b.from.Add(skew)):
		return yes
	case !a.from.IsZero() && !b.to.IsZero() && a.from.After(b.to.Add(skew)):
		return no
	}
	return open
}

// within tells whether all of s lies in [from, until); a zero until is open.
func (s span) within(from, until time.Time) answer {
	switch {
	case !s.known():
		return open
	case !s.from.Before(from) && (until.IsZero() || s.to.Before(until)):
		return yes
	case s.to.Before(from), !until.IsZero() && !s.from.Before(until):
		return no
	}
	return open
}

// untimed is the result of a rule about an order or a window that the known
// times do not decide.
func (f *Facts) untimed(want, format string, args ...any) Result {
	if !f.strict {
		return unknown(codeTimeClaimed, format, args...).wants(want)
	}
	return unknown("time", format, args...).wants(want)
}
