package policy

import (
	"testing"
	"time"
)

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestOpenings: windows are half-open and keep to the wall clock of their zone,
// on the days too on which it skips or repeats an hour.
func TestOpenings(t *testing.T) {
	for _, test := range []struct {
		name, first, last, zone, rule string
		open, shut                    []string
	}{
		{
			"once", "2026-11-20T09:00:00Z", "2026-11-20T17:00:00Z", "UTC", "",
			[]string{"2026-11-20T09:00:00Z", "2026-11-20T16:59:59Z"},
			[]string{"2026-11-20T08:59:59Z", "2026-11-20T17:00:00Z", "2026-11-21T10:00:00Z"},
		},
		{
			"some days of the week, in summer and winter", "2026-01-06T09:00:00+01:00", "2026-01-06T17:00:00+01:00", "Europe/Berlin", "FREQ=WEEKLY;BYDAY=TU,WE,TH",
			[]string{"2026-07-07T07:00:00Z", "2026-07-07T14:59:59Z", "2026-11-18T08:00:00Z", "2026-11-18T15:59:59Z"},
			[]string{"2026-07-07T06:59:59Z", "2026-07-07T15:00:00Z", "2026-11-18T07:59:59Z", "2026-11-18T16:00:00Z", "2026-11-20T10:00:00Z"},
		},
		{
			// 02:30 does not exist on 29 March: the window begins at 03:30 summer time.
			"an hour that the clock skips", "2026-03-28T02:30:00+01:00", "2026-03-28T04:30:00+01:00", "Europe/Berlin", "FREQ=DAILY",
			[]string{"2026-03-29T01:30:00Z", "2026-03-29T02:29:59Z"},
			[]string{"2026-03-29T01:29:59Z", "2026-03-29T02:30:00Z"},
		},
		{
			// 02:30 exists twice on 25 October: the window begins at the first.
			"an hour that the clock repeats", "2026-10-24T02:30:00+02:00", "2026-10-24T04:00:00+02:00", "Europe/Berlin", "FREQ=DAILY",
			[]string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:59:59Z"},
			[]string{"2026-10-25T00:29:59Z", "2026-10-25T03:00:00Z"},
		},
	} {
		s, err := newSchedule(instant(t, test.first), instant(t, test.last), test.zone, test.rule)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		for want, list := range map[bool][]string{true: test.open, false: test.shut} {
			for _, when := range list {
				if got := isOpen(s, instant(t, when)); got != want {
					t.Errorf("%s: open at %s is %v", test.name, when, got)
				}
			}
		}
	}
}

// isOpen reports whether a schedule is open at a moment.
func isOpen(s schedule, when time.Time) bool {
	for o := range s.since(when) {
		if o.from.After(when) {
			return false
		}
		if o.contains(at(when)) == yes {
			return true
		}
	}
	return false
}

func TestMalformedSchedules(t *testing.T) {
	const first, last = "2026-11-20T09:00:00Z", "2026-11-20T17:00:00Z"
	for _, test := range []struct{ name, first, last, zone, rule string }{
		{"no zone", first, last, "", ""},
		{"an unknown zone", first, last, "Europe/Bärlin", ""},
		{"the machine's own zone", first, last, "Local", ""},
		{"ends before it begins", last, first, "UTC", ""},
		{"ends when it begins", first, first, "UTC", ""},
		{"longer than a month, again and again", first, "2026-12-31T00:00:00Z", "UTC", "FREQ=DAILY"},
		{"every second", first, last, "UTC", "FREQ=SECONDLY"},
		{"no rule", first, last, "UTC", "sometimes"},
		{"an hour in the rule", first, last, "UTC", "FREQ=DAILY;BYHOUR=3"},
		{"two lines", first, last, "UTC", "FREQ=DAILY\nFREQ=WEEKLY"},
		{"a begin of its own", first, last, "UTC", "DTSTART:20260101T000000Z;FREQ=DAILY"},
	} {
		if _, err := newSchedule(instant(t, test.first), instant(t, test.last), test.zone, test.rule); err == nil {
			t.Errorf("%s is read", test.name)
		}
	}
}

// FuzzRecurrence: whatever rule a record states is refused, or has openings that
// end, come in order and are found in bounded time.
func FuzzRecurrence(f *testing.F) {
	for _, rule := range []string{"", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=TU,WE,TH", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=5", "FREQ=YEARLY;UNTIL=20300101T000000Z", "FREQ=DAILY;INTERVAL=1000", "FREQ=MONTHLY;BYMONTHDAY=31;BYSETPOS=-1"} {
		f.Add(rule, "Europe/Berlin")
	}
	begin := time.Date(2026, 1, 6, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, rule, zone string) {
		s, err := newSchedule(begin, begin.Add(8*time.Hour), zone, rule)
		if err != nil {
			return
		}
		n, last := 0, time.Time{}
		for o := range s.since(begin.AddDate(1, 0, 0)) {
			if !o.from.Before(o.until) || o.from.Before(last) {
				t.Fatalf("%q: the opening %s after %s", rule, o, last)
			}
			if n, last = n+1, o.from; n == 50 {
				break
			}
		}
	})
}
