package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// WindowParams are the values that the controls of change windows and emergencies take.
type WindowParams struct {
	// Windows are the change windows that the policy itself defines, beside those
	// that are recorded.
	Windows ChangeWindows `json:"windows"`
	// WindowOverrun is what comes of a change that began in its window and ended
	// after it: warn or fail (A61).
	WindowOverrun string `json:"windowOverrun"`
	// RollbackClause is for how long after the begin of a rollout a rollback is
	// approved with it, so that it needs no window of its own (A39); none by
	// default.
	RollbackClause Span `json:"rollbackClause"`
	// EmergencyApprovers are the roles that may approve an emergency (A12).
	EmergencyApprovers []string `json:"emergencyApprovers"`
	// EmergencyReviewDays is within how many business days after the change an
	// emergency is reviewed and its record completed (A42).
	EmergencyReviewDays int `json:"emergencyReviewDays"`
	// EmergencyReviewers are the roles that complete the review (1.5.3).
	EmergencyReviewers []string `json:"emergencyReviewers"`
	// SecondApproverDays is within how many business days a second person
	// approves an emergency whose approver wrote part of the change.
	SecondApproverDays int `json:"secondApproverDays"`
	// VerbalApproval is by how much later than the change the approval of an
	// emergency may be written down, with a warning.
	VerbalApproval Span `json:"verbalApproval"`
	// WaivableChecks are the checks that an emergency may leave out.
	WaivableChecks []string `json:"waivableChecks"`
}

var windowParameters = []Parameter{
	changeWindows("windows", "change windows, one or a list: id, zone, and either start and end (2026-12-24T09:00), with rrule if it recurs, or rrule with from and until (09:00); environments, production unless said", "1.21.3.5", func(p *Params) *ChangeWindows { return &p.Windows }),
	choice("window-overrun", "what comes of a change that began in its window and ended after it: warn or fail", "A61", "warn", []string{"warn", "fail"}, func(p *Params) *string { return &p.WindowOverrun }),
	length("rollback-clause", "for how long after the begin of a rollout a rollback is approved with it and needs no window of its own; 0s is not at all", "A39", 0, 31*24*time.Hour, func(p *Params) *Span { return &p.RollbackClause }),
	words("emergency-approvers", "roles that may approve an emergency", "A12", []string{"incident-commander", "service-owner", "release-manager"}, func(p *Params) *[]string { return &p.EmergencyApprovers }),
	number("emergency-review-days", "within how many business days after the change an emergency is reviewed and its record completed", "A42", 1, 0, maxDays, func(p *Params) *int { return &p.EmergencyReviewDays }),
	words("emergency-reviewers", "roles that complete the review of an emergency", "1.5.3", []string{"service-owner"}, func(p *Params) *[]string { return &p.EmergencyReviewers }),
	number("second-approver-days", "within how many business days a second person approves an emergency whose approver wrote part of the change", "A42", 1, 0, maxDays, func(p *Params) *int { return &p.SecondApproverDays }),
	length("verbal-approval", "by how much later than the change the approval of an emergency may be written down, with a warning", "1.32.3.2", 30*time.Minute, 24*time.Hour, func(p *Params) *Span { return &p.VerbalApproval }),
	words("waivable-checks", "checks that an emergency may leave out, by category", "A14", []string{"dast", "integration-test", "sast", "dependency-license-scan"}, func(p *Params) *[]string { return &p.WaivableChecks }),
}

// maxDays is the longest time that a policy gives, in business days.
const maxDays = 366

// ChangeWindow is a change window that a policy defines.
type ChangeWindow struct {
	// ID is its id, by which promotions name it.
	ID string `json:"id" yaml:"id"`
	// Zone is its time zone as the IANA database names it.
	Zone string `json:"zone" yaml:"zone,required"`
	// Start and End are the first opening, as times on the wall clock of the zone
	// (2026-12-24T09:00), or with an offset (2026-12-24T09:00:00+01:00).
	Start string `json:"start,omitempty" yaml:"start"`
	End   string `json:"end,omitempty" yaml:"end"`
	// From and Until are the times of a day (09:00) between which it is open, of a
	// window that recurs for ever. If Until is not later it is on the next day.
	From  string `json:"from,omitempty" yaml:"from"`
	Until string `json:"until,omitempty" yaml:"until"`
	// Rrule is an RRULE (RFC 5545); without, the window opens once.
	Rrule string `json:"rrule,omitempty" yaml:"rrule"`
	// Environments are where it holds; none is production.
	Environments []string `json:"environments,omitempty" yaml:"environments"`
}

// String writes it as a policy does.
func (w ChangeWindow) String() string {
	text := fmt.Sprintf("{ id: %s, zone: %s", w.ID, w.Zone)
	for _, x := range [][2]string{{"start", w.Start}, {"end", w.End}, {"from", w.From}, {"until", w.Until}, {"rrule", w.Rrule}} {
		if x[1] != "" {
			text += fmt.Sprintf(", %s: %q", x[0], x[1])
		}
	}
	if len(w.Environments) > 0 {
		text += ", environments: " + written(w.Environments)
	}
	return text + " }"
}

// ChangeWindows are the change windows of a policy.
type ChangeWindows []ChangeWindow

// String writes them as a policy does.
func (l ChangeWindows) String() string {
	var items []string
	for _, w := range l {
		items = append(items, w.String())
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// changeWindows is a parameter that defines change windows.
func changeWindows(name, doc, source string, field func(*Params) *ChangeWindows) Parameter {
	p := parameter(name, doc, source, ChangeWindows{}, field, readWindows)
	p.reset = func(p *Params) { *field(p) = ChangeWindows{} }
	return p
}

func readWindows(n *strictyaml.Node) (ChangeWindows, error) {
	var items strictyaml.OneOrMany[strictyaml.Located[ChangeWindow]]
	if err := n.Decode(&items); err != nil {
		return nil, err
	}
	if len(items) > maxWindows {
		return nil, n.Errorf("%d windows, at most %d are read", len(items), maxWindows)
	}
	list := make(ChangeWindows, 0, len(items))
	for i, item := range items {
		w := item.Value
		if w.ID == "" {
			w.ID = fmt.Sprintf("policy-window-%d", i+1)
		}
		if slices.ContainsFunc(list, func(x ChangeWindow) bool { return x.ID == w.ID }) {
			return nil, item.Errorf("a second window %.40q: ids are unique", w.ID)
		}
		if _, err := w.schedule(); err != nil {
			return nil, item.Errorf("window %.40q: %w", w.ID, err)
		}
		list = append(list, w)
	}
	return list, nil
}

// maxWindows is how many windows a policy defines at most.
const maxWindows = 100

// schedule returns when the window is open.
func (w ChangeWindow) schedule() (schedule, error) {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return schedule{}, fmt.Errorf("unknown time zone %.40q: want a name such as Europe/Berlin", w.Zone)
	}
	switch byDay := w.From != "" && w.Until != ""; {
	case byDay && w.Start+w.End == "" && w.Rrule != "":
		return w.daily(zone)
	case byDay || w.From+w.Until != "" || w.Start == "" || w.End == "":
		return schedule{}, fmt.Errorf("want start and end, or rrule with from and until")
	}
	first, err := wallTime(w.Start, zone)
	if err != nil {
		return schedule{}, err
	}
	last, err := wallTime(w.End, zone)
	if err != nil {
		return schedule{}, err
	}
	return newSchedule(first, last, w.Zone, w.Rrule)
}

// daily is the schedule of a window that is given by times of a day. Its rule
// must not depend on a first day, for there is none.
func (w ChangeWindow) daily(zone *time.Location) (s schedule, err error) {
	for _, part := range []string{"COUNT=", "INTERVAL="} {
		if strings.Contains(w.Rrule, part) {
			return s, fmt.Errorf("a rule with %s counts from a first opening: give start and end", strings.TrimSuffix(part, "="))
		}
	}
	if !strings.Contains(w.Rrule, "FREQ=DAILY") && !strings.Contains(w.Rrule, "BYDAY=") && !strings.Contains(w.Rrule, "BYMONTHDAY=") {
		return s, fmt.Errorf("the rule does not say on which days: add BYDAY or BYMONTHDAY, or give start and end")
	}
	from, err := time.Parse(clockForm, w.From)
	if err != nil {
		return s, fmt.Errorf("from %.20q: want a time of day such as 09:00", w.From)
	}
	until, err := time.Parse(clockForm, w.Until)
	if err != nil {
		return s, fmt.Errorf("until %.20q: want a time of day such as 17:00", w.Until)
	}
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // before any release
	first := day.Add(from.Sub(from.Truncate(24 * time.Hour)))
	last := day.Add(until.Sub(until.Truncate(24 * time.Hour)))
	if !last.After(first) {
		last = last.AddDate(0, 0, 1)
	}
	return newSchedule(wallClock(first, zone), wallClock(last, zone), w.Zone, w.Rrule)
}

const (
	clockForm = "15:04"
	wallForm  = "2006-01-02T15:04"
)

// wallTime reads a time on the wall clock of a zone, or one with an offset.
func wallTime(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(wallForm, text)
	if err != nil {
		return t, fmt.Errorf("%.30q: want a time such as 2026-12-24T09:00, or with an offset 2026-12-24T09:00:00+01:00", text)
	}
	return wallClock(t, zone), nil
}
