package policy

import (
	"slices"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// dayForm is a date in a policy.
const dayForm = "2006-01-02"

// zone is a parameter that names a time zone of the IANA database.
func zone(name, doc, source, def string, field func(*Params) *string) Parameter {
	return parameter(name, doc, source, def, field, func(n *strictyaml.Node) (v string, err error) {
		if err := n.Decode(&v); err != nil {
			return "", err
		}
		if _, err := time.LoadLocation(v); err != nil || v == "" || v == "Local" {
			return "", n.Errorf("unknown time zone %.40q: want a name such as Europe/Berlin", v)
		}
		return v, nil
	})
}

// dates is a parameter that lists days.
func dates(name, doc, source string, def []string, field func(*Params) *[]string) Parameter {
	p := words(name, doc, source, def, field)
	set := p.set
	p.set = func(to *Params, n *strictyaml.Node) error {
		if err := set(to, n); err != nil {
			return err
		}
		for i, day := range *field(to) {
			if _, err := time.Parse(dayForm, day); err != nil {
				at := n
				if items := n.Items(); i < len(items) {
					at = items[i]
				}
				return at.Errorf("want a date such as 2026-12-25")
			}
		}
		return nil
	}
	return p
}

// businessDay reports whether a day is one.
func (p *Params) businessDay(day time.Time) bool {
	return !slices.Contains(p.Weekend, day.Weekday().String()) && !slices.Contains(p.Holidays, day.Format(dayForm))
}

// businessDays returns the end of the nth business day after t: by then a duty
// that the policy allows n business days for must be done (G8). Zero is the end
// of the day of t.
func (p *Params) businessDays(t time.Time, n int) time.Time {
	loc, err := time.LoadLocation(p.BusinessZone)
	if err != nil {
		loc = time.UTC
	}
	local := t.In(loc)
	day := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, loc)
	const most = 3660 // days; a calendar without business days ends somewhere
	for i := 0; n > 0 && i < most; i++ {
		day = day.AddDate(0, 0, 1)
		if p.businessDay(day) {
			n--
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, loc).UTC()
}
