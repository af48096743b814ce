package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// attempts are the runs of one check on one subject, by time, without those that
// the infrastructure ended.
type attempts struct {
	runs []checked
	// spared counts the runs that the infrastructure ended.
	spared int64
}

// attemptsOf groups the runs of checks by name and subject.
func (f *Facts) attemptsOf() []attempts {
	groups := map[string]*attempts{}
	var order []string
	for _, c := range f.checks() {
		key := c.Name + "\x00" + subjectText(c.Subject)
		if groups[key] == nil {
			groups[key], order = &attempts{}, append(order, key)
		}
		if c.Outcome != "pass" && holdsFold(f.Params.InfrastructureConclusions, c.Conclusion) {
			groups[key].spared++
			continue
		}
		groups[key].runs = append(groups[key].runs, c)
	}
	var list []attempts
	for _, key := range order {
		g := groups[key]
		slices.SortStableFunc(g.runs, func(a, b checked) int {
			return cmp.Or(earliest(a.finished).Compare(earliest(b.finished)), cmp.Compare(a.Attempt, b.Attempt))
		})
		list = append(list, *g)
	}
	return list
}

// untilGreen returns the last run that passed, and in which attempt it did: how
// many before it failed or are not recorded. ok is false if none of them is known
// to have failed.
func (a attempts) untilGreen() (green checked, attempt int64, ok bool) {
	last := -1
	for i, c := range a.runs {
		if c.Outcome == "pass" {
			last = i
		}
	}
	if last < 0 {
		return green, 0, false
	}
	green = a.runs[last]
	var failed int64
	for _, c := range a.runs {
		if c.Outcome == "fail" && (c.n == green.n || !newer(c, green)) {
			failed++
		}
	}
	attempt = max(failed+1, green.Attempt-a.spared)
	return green, attempt, attempt > 1
}

// flakyTicket returns the ticket that is linked to runs of a check, and where.
func (f *Facts) flakyTicket(a attempts) (ticket string, place verify.Place) {
	for fact, q := range verify.Standing[*evidence.Quarantine](f.Facts) {
		if f.categoryOf(&evidence.Check{Name: q.Check}) == a.runs[0].category || q.Check == a.runs[0].Name {
			return either(q.Ticket.Name, q.Ticket.URI), fact.Place("/ticket")
		}
	}
	for _, c := range a.runs {
		for _, t := range f.Record.Tickets {
			if c.Outcome == "fail" && slices.Contains(strings.FieldsFunc(c.Rationale, func(r rune) bool { return strings.ContainsRune(" ,;:()", r) }), t.ID) {
				return t.ID, c.place(f, "/rationale")
			}
		}
	}
	return "", verify.Place{}
}

func checkAttempts(f *Facts) Result {
	most := int64(f.Params.CheckAttempts)
	want := fmt.Sprintf("at most %s of a check on one commit, or a ticket for what is flaky", plural(f.Params.CheckAttempts, "attempt", "attempts"))
	list := f.attemptsOf()
	if len(list) == 0 {
		return missing(want, "no result is recorded").at(inRecord(f, "/checks")).follows("check/lint")
	}
	var ticketed []string
	var where []verify.Place
	for _, a := range list {
		green, n, ok := a.untilGreen()
		if !ok || n <= most {
			continue
		}
		ticket, place := f.flakyTicket(a)
		if ticket == "" {
			return fail("rerun-until-green", want, "%s passed on %s in attempt %d", green.Name, subjectText(green.Subject), n).at(green.place(f, ""))
		}
		ticketed, where = append(ticketed, fmt.Sprintf("%s in attempt %d, %s", green.Name, n, ticket)), append(where, green.place(f, ""), place)
	}
	if len(ticketed) > 0 {
		return warn(f.Stated(), "rerun-with-ticket", "%s", several(ticketed)).wants(want).at(where...)
	}
	return pass(f.Stated(), "%s", plural(len(list), "check", "checks")).wants(want).at(inRecord(f, "/checks"))
}
