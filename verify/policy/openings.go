package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Bounds of the recurrence of a window.
const (
	maxRecurrence = 256                 // bytes of a rule
	maxOpen       = 31 * 24 * time.Hour // of one opening
	maxOpenings   = 20000               // openings that are looked at, 54 years of days
	maxInterval   = 1000                // periods between two openings
)

// schedule is when a window is open: once, or again and again. Times of a day
// are those on the wall clock of its zone (controls catalogue, G5).
type schedule struct {
	// first and last are the first opening, [first, last).
	first, last time.Time
	zone        *time.Location
	// rule is how it recurs, worked out on the wall clock, which is written as
	// UTC; nil for once.
	rule *rrule.ROption
}

// newSchedule reads a schedule: the first opening, and an RRULE (RFC 5545), "" for
// none.
func newSchedule(first, last time.Time, zone, recurrence string) (s schedule, err error) {
	if s.zone, err = time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return s, fmt.Errorf("unknown time zone %.40q: want a name such as Europe/Berlin", zone)
	}
	s.first, s.last = first, last
	switch open := last.Sub(first); {
	case first.IsZero() || open <= 0:
		return s, errors.New("it ends before it begins")
	case open > maxOpen && recurrence != "":
		return s, errors.New("it recurs and is open for more than 31 days")
	}
	if recurrence != "" {
		s.rule, err = readRecurrence(recurrence, onWall(first, s.zone), s.zone)
	}
	return s, err
}

// readRecurrence reads an RRULE whose first opening begins at a time on the wall
// clock of a zone. What it leaves to its begin is filled in, so that only rules
// with COUNT or INTERVAL depend on where they begin.
func readRecurrence(text string, begin time.Time, zone *time.Location) (*rrule.ROption, error) {
	if len(text) > maxRecurrence || strings.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("a recurrence is one line of at most %d bytes", maxRecurrence)
	}
	o, err := rrule.StrToROption(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("recurrence %.60q: %w", text, err)
	case !slices.Contains([]rrule.Frequency{rrule.DAILY, rrule.WEEKLY, rrule.MONTHLY, rrule.YEARLY}, o.Freq):
		return nil, fmt.Errorf("recurrence %.60q: a window recurs by days, weeks, months or years", text)
	case len(o.Byhour)+len(o.Byminute)+len(o.Bysecond)+len(o.Byeaster) > 0 || !o.Dtstart.IsZero():
		return nil, fmt.Errorf("recurrence %.60q: the time of day is that of the window's start", text)
	case o.Interval < 0 || o.Interval > maxInterval || o.Count < 0 || o.Count > maxOpenings:
		return nil, fmt.Errorf("recurrence %.60q: INTERVAL is at most %d, COUNT at most %d", text, maxInterval, maxOpenings)
	}
	if strings.HasSuffix(untilOf(text), "Z") {
		o.Until = onWall(o.Until, zone)
	}
	if len(o.Byweekday)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno) == 0 {
		switch {
		case o.Freq == rrule.WEEKLY:
			o.Byweekday = []rrule.Weekday{weekdays[begin.Weekday()]}
		case o.Freq == rrule.YEARLY && len(o.Bymonth) == 0:
			o.Bymonth, o.Bymonthday = []int{int(begin.Month())}, []int{begin.Day()}
		case o.Freq != rrule.DAILY:
			o.Bymonthday = []int{begin.Day()}
		}
	}
	o.Dtstart = begin
	if _, err := rrule.NewRRule(*o); err != nil {
		return nil, fmt.Errorf("recurrence %.60q: %w", text, err)
	}
	return o, nil
}

// weekdays are the days of the week as rules have them, Sunday first.
var weekdays = []rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}

// untilOf returns the value of UNTIL in a rule.
func untilOf(rule string) string {
	for part := range strings.SplitSeq(rule, ";") {
		if value, ok := strings.CutPrefix(part, "UNTIL="); ok {
			return value
		}
	}
	return ""
}

// onWall is what the wall clock of a zone shows at a moment, written as UTC.
func onWall(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
}

// wallClock is the moment at which the wall clock of a zone shows a time, which
// is written as UTC. A time that the clock skips is as much later as it skips, as
// RFC 5545 has it; of a time that it shows twice it is the first.
func wallClock(wall time.Time, zone *time.Location) time.Time {
	// The offsets before and after any change of clocks around it.
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	early := wall.Add(-time.Duration(before) * time.Second)
	late := wall.Add(-time.Duration(after) * time.Second)
	if !onWall(early, zone).Equal(wall) && onWall(late, zone).Equal(wall) {
		return late.UTC()
	}
	return early.UTC()
}

// opening is one time at which a window is open, [from, until).
type opening struct{ from, until time.Time }

// contains tells whether all of s lies in the opening.
func (o opening) contains(s span) answer { return s.within(o.from, o.until) }

func (o opening) String() string { return stamp(o.from) + " to " + stamp(o.until) }

// since yields the openings that end after a moment, in their order, at most
// [maxOpenings] of a rule that counts. Some that end before may come first.
func (s schedule) since(after time.Time) func(yield func(opening) bool) {
	return func(yield func(opening) bool) {
		if s.rule == nil {
			yield(opening{s.first, s.last})
			return
		}
		begin := s.rule.Dtstart
		long := onWall(s.last, s.zone).Sub(begin)
		if long <= 0 { // within the hour that the clock shows twice
			long = s.last.Sub(s.first)
		}
		option := *s.rule
		// The first period of a rule may be cut; it lies before all that counts.
		const ahead = 2*maxOpen + 8*24*time.Hour
		if near := onWall(after, s.zone).Add(-ahead); option.Count == 0 && option.Interval <= 1 && near.After(begin) {
			option.Dtstart = near.Truncate(24 * time.Hour).Add(begin.Sub(begin.Truncate(24 * time.Hour)))
		}
		rule, err := rrule.NewRRule(option)
		if err != nil {
			return // newSchedule has seen to it
		}
		next := rule.Iterator()
		for range maxOpenings {
			wall, ok := next()
			if !ok {
				return
			}
			o := opening{wallClock(wall, s.zone), wallClock(wall.Add(long), s.zone)}
			if wall.Equal(begin) { // given as moments
				o = opening{s.first, s.last}
			}
			if o.from.Before(o.until) && !yield(o) {
				return
			}
		}
	}
}

// covers tells whether the schedule is open during all of a span, and when it is
// open then.
func (s schedule) covers(when span) (o opening, in answer) {
	if !when.known() {
		return o, open
	}
	in = no
	for x := range s.since(when.from) {
		if x.from.After(when.to) {
			break
		}
		switch x.contains(when) {
		case yes:
			return x, yes
		case open:
			o, in = x, open
		}
	}
	return o, in
}

// next returns the first opening that begins after a moment.
func (s schedule) next(after time.Time) (opening, bool) {
	for x := range s.since(after) {
		if x.from.After(after) {
			return x, true
		}
	}
	return opening{}, false
}
