package http

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
)

// recordKinds are the kinds of records that a release record has a place for.
func recordKinds() []string {
	return []string{"promotion", "signoff", "ticket", "ticket-transition", "workload"}
}

// controlsOf returns the controls that need records of some kinds, as patterns.
func controlsOf(kinds []string) []string {
	byKind := map[string][]string{
		"ticket":            {"trace/tickets-in-record", "trace/chain-closed"},
		"ticket-transition": {"trace/chronology", "trace/chain-closed"},
		"signoff":           {"approval/*", "sod/*"},
		"promotion":         {"promotion/*", "approval/*", "sod/*"},
		"workload":          {"promotion/*"},
	}
	var list []string
	for _, k := range kinds {
		list = append(list, byKind[k]...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// kinds are those of the records that a request makes.
func (r requestRule) kinds() []string {
	var list []string
	for _, rule := range r.Records {
		list = append(list, rule.Value.Kind.Value)
	}
	return list
}

// model makes the facts of a release record of what a system said.
type model struct {
	system, access string
	result         *Result
	err            error
	rules          map[string]requestRule // by name

	tickets     []*evidence.Ticket
	deployments []evidence.Deployment
	workloads   []evidence.Workload
	gaps        []evidence.Unread
}

// model converts what was found. What no record can carry is a gap.
func (s *System) model(r *Result, err error) *model {
	m := &model{system: s.Source.Mapping.ID, access: strings.Join(s.Source.Mapping.Access, ", "), result: r, err: err, rules: map[string]requestRule{}}
	for _, rule := range s.Source.Mapping.definition.Requests {
		m.rules[rule.Value.Name.Value] = rule.Value
	}
	steps := []struct {
		kind string
		add  func(Record) error
	}{{"ticket", m.ticket}, {"ticket-transition", m.transition}, {"signoff", m.signoff}, {"promotion", m.deployment}, {"workload", m.workload}}
	for _, step := range steps {
		for _, rec := range r.Records {
			if rec.Kind != step.kind {
				continue
			}
			if err := step.add(rec); err != nil {
				m.gaps = append(m.gaps, evidence.Unread{
					What: m.request(rec.Answer), Subject: rec.Kind + " " + short(rec.ID), Why: "a record cannot carry it: " + short(err.Error()),
					Remedy: "correct it in the system", Unknown: controlsOf([]string{rec.Kind}),
				})
			}
		}
	}
	m.tellKinds()
	return m
}

// tellKinds says of accounts whose kind one answer does not tell what another
// one tells.
func (m *model) tellKinds() {
	var actors []*evidence.Actor
	for _, t := range m.tickets {
		for _, a := range []*evidence.Actor{t.Owner, t.RequestedBy} {
			if a != nil {
				actors = append(actors, a)
			}
		}
		for i := range t.Transitions {
			if t.Transitions[i].By != nil {
				actors = append(actors, t.Transitions[i].By)
			}
		}
		for i := range t.Approvals {
			actors = append(actors, &t.Approvals[i].Who)
		}
	}
	kinds := map[evidence.Identity]evidence.ActorKind{}
	for _, a := range actors {
		switch known := kinds[a.ID]; {
		case a.Kind == evidence.Unspecified:
		case known != "" && known != a.Kind:
			kinds[a.ID] = evidence.Unspecified // the system contradicts itself
		default:
			kinds[a.ID] = a.Kind
		}
	}
	for _, a := range actors {
		if k := kinds[a.ID]; k != "" && a.Kind == evidence.Unspecified {
			a.Kind = k
		}
	}
}

// request is the request that an answer belongs to, as the mapping writes it.
func (m *model) request(answer int) string {
	if answer < 0 || answer >= len(m.result.Answers) {
		return m.system
	}
	return m.path(m.result.Answers[answer].Request)
}

func (m *model) path(request string) string { return "GET " + m.rules[request].Path.Value.text }

// short cuts text from outside, which was checked for what acts in a terminal.
func short(s string) string {
	const most = 300
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// taken is when a record's answer came; nil if nobody was asked.
func (m *model) taken(r Record) *evidence.Time {
	if r.Answer < 0 {
		return nil
	}
	at := m.result.Answers[r.Answer].RetrievedAt
	return &at
}

func (m *model) ticket(r Record) error {
	t := &evidence.Ticket{Basis: string(r.Basis), System: m.system, TakenAt: m.taken(r)}
	if err := r.Into(t); err != nil {
		return err
	}
	t.Owner, t.RequestedBy = person(t.Owner), person(t.RequestedBy)
	if t.AskedAs == t.ID {
		t.AskedAs = ""
	}
	if err := evidence.ValidatePart(t); err != nil {
		return err
	}
	if m.find(t.ID) != nil {
		return errors.New("a second one with this id says something else")
	}
	m.tickets = append(m.tickets, t)
	return nil
}

// find returns the ticket that was asked for under an id.
func (m *model) find(id string) *evidence.Ticket {
	for _, t := range m.tickets {
		if t.ID == id || t.AskedAs == id {
			return t
		}
	}
	return nil
}

// person is an actor whose kind the system may not tell; nil if it names none.
func person(a *evidence.Actor) *evidence.Actor {
	if a == nil || a.ID == "" {
		return nil
	}
	if a.Kind == "" {
		a.Kind = evidence.Unspecified
	}
	return a
}

// ofTicket are the members that records about a ticket have in common.
type ofTicket struct {
	ID     string `json:"id"`
	Ticket string `json:"ticket"`
}

func (m *model) belongs(r Record) (*evidence.Ticket, error) {
	var of ofTicket
	if err := r.Into(&of); err != nil {
		return nil, err
	}
	if t := m.find(of.Ticket); t != nil {
		return t, nil
	}
	return nil, errors.New("its ticket could not be read")
}

func (m *model) transition(r Record) error {
	t, err := m.belongs(r)
	if err != nil {
		return err
	}
	var found struct {
		At      *evidence.Time  `json:"at"`
		By      *evidence.Actor `json:"by"`
		Changes []struct {
			Field string `json:"field"`
			From  string `json:"from"`
			To    string `json:"to"`
		} `json:"changes"`
	}
	if err := r.Into(&found); err != nil {
		return err
	}
	for _, c := range found.Changes {
		step := evidence.TicketTransition{ID: r.ID, At: found.At, By: person(found.By), Field: c.Field, From: c.From, To: c.To}
		if err := evidence.ValidatePart(&step); err != nil {
			return err
		}
		t.Transitions = append(t.Transitions, step)
	}
	return nil
}

func (m *model) signoff(r Record) error {
	t, err := m.belongs(r)
	if err != nil {
		return err
	}
	var s evidence.Signoff
	if err := r.Into(&s); err != nil {
		return err
	}
	who := person(&s.Who)
	if who == nil {
		return errors.New("it names no approver")
	}
	s.Who, s.Refs = *who, append(s.Refs, evidence.ResourceDescriptor{Name: r.ID})
	if err := evidence.ValidatePart(&s); err != nil {
		return err
	}
	t.Approvals = append(t.Approvals, s)
	return nil
}

// deployment reads a promotion as its system has it: a step of a deployment
// tool, not the statement of whoever deployed.
func (m *model) deployment(r Record) error {
	var p evidence.Promotion
	if err := r.Into(&p); err != nil {
		return err
	}
	begin, end := p.At.Bounds()
	d := evidence.Deployment{
		ID: r.ID, System: m.system, Environment: p.Environment, Commit: p.Commit, Artifacts: p.Artifacts,
		ConfigVersion: p.ConfigVersion, By: person(p.ExecutedBy),
	}
	if d.By == nil {
		d.By = person(p.RequestedBy)
	}
	last := evidence.DeploymentStatus{State: p.Result, At: p.FinishedAt}
	if !begin.IsZero() {
		d.CreatedAt = &begin
	}
	if last.At == nil && !end.IsZero() {
		last.At = &end
	}
	if last.State == "" {
		last.State = "unknown"
	}
	if d.CreatedAt != nil && last.State != "in-progress" && p.FinishedAt != nil {
		d.Statuses = append(d.Statuses, evidence.DeploymentStatus{State: "in-progress", At: d.CreatedAt})
	}
	d.Statuses = append(d.Statuses, last)
	if err := evidence.ValidatePart(&d); err != nil {
		return err
	}
	m.deployments = append(m.deployments, d)
	return nil
}

// runs are the members of a workload that have another form in the record.
type runs struct {
	Phase      string `json:"phase"`
	Health     string `json:"health"`
	Containers []struct {
		Image  string             `json:"image"`
		Digest evidence.DigestSet `json:"digest"`
	} `json:"containers"`
	Images []struct {
		Image  string             `json:"image"`
		Digest evidence.DigestSet `json:"digest"`
	} `json:"images"`
}

func (m *model) workload(r Record) error {
	var of runs
	w := evidence.Workload{System: m.system}
	if at := m.taken(r); at != nil {
		w.TakenAt = *at
	}
	plain := Record{Fields: withoutMember(r.Fields, "images")}
	if err := errors.Join(plain.Into(&w), r.Into(&of)); err != nil {
		return err
	}
	if w.State = of.Phase; w.State == "" {
		w.State = of.Health
	}
	for _, c := range append(of.Containers, of.Images...) {
		w.Images = append(w.Images, evidence.ResourceDescriptor{Name: c.Image, Digest: c.Digest})
	}
	if err := evidence.ValidatePart(&w); err != nil {
		return err
	}
	m.workloads = append(m.workloads, w)
	return nil
}

func withoutMember(fields map[string]any, name string) map[string]any {
	out := map[string]any{}
	for k, v := range fields {
		if k != name {
			out[k] = v
		}
	}
	return out
}

// addTo states the facts in a release record.
func (m *model) addTo(rec *evidence.Record) {
	for _, t := range m.tickets {
		rec.Tickets = append(rec.Tickets, *t)
	}
	rec.Deployments = append(rec.Deployments, m.deployments...)
	rec.Workloads = append(rec.Workloads, m.workloads...)
}

// unread lists what could not be had: requests that failed, fields that no
// answer gave, tickets that nobody was asked about.
func (m *model) unread() []evidence.Unread {
	list := slices.Concat(m.gaps, m.failed(m.err), m.notAsked())
	for _, u := range m.result.Unknown {
		if u.Never {
			continue // which is no gap in what was read
		}
		why := u.From + " " + u.Why
		if u.Field != "" {
			why = u.Field + ": " + why
		}
		list = append(list, evidence.Unread{
			What: m.request(u.Answer), Subject: strings.TrimSpace(u.Kind + " " + short(u.ID)), Why: short(strings.TrimSpace(why)),
			Remedy: "complete it in the system, or correct the mapping", Unknown: controlsOf([]string{u.Kind}),
		})
	}
	return folded(list)
}

// never lists what the system cannot tell of such records.
func (m *model) never() []string {
	var list []string
	for _, u := range m.result.Unknown {
		if note := short(u.Kind + " " + u.Field + ": " + u.Why); u.Never && !slices.Contains(list, note) {
			list = append(list, note)
		}
	}
	return list
}

// failed are the failures in a joined error.
func (m *model) failed(err error) []evidence.Unread {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []evidence.Unread
		for _, e := range joined.Unwrap() {
			list = append(list, m.failed(e)...)
		}
		return list
	}
	var f *Failure
	if !errors.As(err, &f) {
		return nil
	}
	u := evidence.Unread{
		What: m.path(f.Request), Status: int64(f.Status), Why: short(f.Err.Error()), Remedy: remedy(f.Status, m.access), Unknown: controlsOf(f.Kinds),
	}
	if refused(f.Status) {
		u.Needs = m.access
	}
	return []evidence.Unread{u}
}

// notAsked says that of tickets nothing is known but their ids.
func (m *model) notAsked() []evidence.Unread {
	var list []evidence.Unread
	for _, t := range m.tickets {
		if t.Basis == string(ReferencedOnly) {
			list = append(list, evidence.Unread{
				What: m.system, Subject: "ticket " + t.ID, Why: "nobody was asked: the configuration only refers to tickets",
				Remedy: "leave out reference-only and give a credential", Unknown: controlsOf([]string{"ticket", "ticket-transition", "signoff"}),
			})
		}
	}
	return list
}

// folded counts what happened alike and names the first subject.
func folded(list []evidence.Unread) []evidence.Unread {
	var out []evidence.Unread
	for _, u := range list {
		if len(u.Unknown) == 0 {
			u.Unknown = []string{"*"} // nobody says what it would have decided
		}
		i := slices.IndexFunc(out, func(x evidence.Unread) bool { return x.What == u.What && x.Status == u.Status && x.Why == u.Why })
		if i < 0 {
			out = append(out, u)
			continue
		}
		out[i].Count = max(out[i].Count, 1) + 1
	}
	return out
}

// found is for the preview.
func (m *model) found(source string) []collect.Found {
	var list []collect.Found
	for _, f := range []struct {
		what string
		n    int
	}{{"ticket", len(m.tickets)}, {"deployment", len(m.deployments)}, {"workload", len(m.workloads)}} {
		if f.n == 0 {
			continue
		}
		grade, text := collect.Attested, fmt.Sprintf("%d from %s", f.n, m.system)
		if f.what == "ticket" && m.tickets[0].Basis == string(ReferencedOnly) {
			grade, text = collect.Claimed, text+", by their ids only"
		}
		list = append(list, collect.Found{What: f.what + "s", Text: text, Grade: grade, Source: source})
	}
	return list
}
