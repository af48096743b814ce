package collect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Said is a text in which people say something of the release: the message of
// its tag, the description of its pull request.
type Said struct {
	// Text is the whole text; its trailers are read.
	Text string
	// From is where it stands.
	From evidence.ResourceDescriptor
}

// hearTag adds the tag's message to what was said, before any ticket system is
// asked about its tickets.
func (a *assembly) hearTag(context.Context) error {
	if a.git.TagType != gitobj.TypeTag {
		return nil
	}
	r := a.draft.Record
	subjects := r.Subjects()
	from := evidence.ResourceDescriptor{Name: "tag " + r.Tag.Name, Digest: subjects[len(subjects)-1].Digest}
	return a.hear(Said{a.git.Tag.Message, from})
}

func (a *assembly) hear(s Said) error {
	trailers := gitobj.ParseTrailers(s.Text)
	said, err := commits.ReadRelease(trailers)
	if err == nil {
		err = commits.CheckKinds(trailers)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.From.Name, err)
	}
	a.said = append(a.said, s)
	a.addTickets(said.Tickets)
	for _, slip := range commits.Slips(s.Text) {
		a.gap(Habit, slip.Want, fmt.Sprintf("line %d of %s says %q and is no trailer of a release, so it is not read", slip.Line, s.From.Name, slip.Key),
			fmt.Sprintf("write %s: ... in the last paragraph, where nothing but such lines stands", slip.Want))
	}
	return nil
}

// stateTrailers states what all trailers say together.
func (a *assembly) stateTrailers(context.Context) error {
	var texts [][]gitobj.Trailer
	for _, s := range a.said {
		texts = append(texts, gitobj.ParseTrailers(s.Text))
	}
	all, err := commits.ReadRelease(texts...)
	if err != nil {
		return fmt.Errorf("%w (in %s)", err, strings.Join(a.saidWhere(), " and "))
	}
	for i, s := range a.said {
		one, err := commits.ReadRelease(texts[i])
		if err != nil {
			return err
		}
		a.originate(one, s.From)
	}
	return a.state(all)
}

func (a *assembly) saidWhere() []string {
	var list []string
	for _, s := range a.said {
		list = append(list, s.From.Name)
	}
	return list
}

// originate says which fields come from the trailers of one text.
func (a *assembly) originate(said commits.Release, from evidence.ResourceDescriptor) {
	o := evidence.Origin{From: from}
	for _, f := range []struct {
		there        bool
		key, pointer string
	}{
		{said.Rollback != "", commits.RollbackKey, "/rollbackPlan"},
		{said.KnownIssues != nil, commits.KnownIssuesKey, "/releaseRecord/knownIssues"},
		{said.Risk != "", commits.RiskKey, "/releaseRecord/risk"},
		{said.Window != "", commits.WindowKey, "/releaseRecord/productionWindow"},
		{said.Tickets != nil, commits.TicketKey, "/releaseRecord/changeRequests"},
	} {
		if f.there {
			o.Fields, o.Trailers = append(o.Fields, f.pointer), append(o.Trailers, f.key)
		}
	}
	if o.Fields == nil {
		return
	}
	grade := claimed
	if a.git.Tag.Signature != nil && strings.HasPrefix(from.Name, "tag ") {
		grade = proven
	}
	a.draft.Record.Origins = append(a.draft.Record.Origins, o)
	a.found("said", strings.Join(o.Trailers, ", ")+" in "+from.Name, grade, from.Name)
}

// state fills in what the trailers say. The same part must not stand in a file
// as well.
func (a *assembly) state(said commits.Release) error {
	r := a.draft.Record
	if said.Rollback != "" {
		if err := a.stateRollback(r, said.Rollback); err != nil {
			return err
		}
	}
	said.Tickets = append(said.Tickets, a.ticketsOfChanges(said.Tickets)...)
	if said.KnownIssues == nil && said.Risk == "" && said.Window == "" && said.Tickets == nil {
		return nil
	}
	if r.ReleaseRecord == nil {
		r.ReleaseRecord = new(evidence.ReleaseRecord)
	}
	return a.stateRecord(r.ReleaseRecord, said)
}

// stateRollback takes from the trailer how to go back and to what. What a file
// says of triggers, steps and the like, which is the same for many releases,
// stays.
func (a *assembly) stateRollback(r *evidence.Record, text string) error {
	said, ok := evidence.ParseRollbackPlan(text)
	if !ok {
		a.gap(Habit, "the way to roll back", fmt.Sprintf("the trailer Rollback says %.80q", text), "begin it with redeploy, flag, config, hotfix-forward or none")
	}
	plan := r.RollbackPlan
	if plan == nil {
		r.RollbackPlan = said
		return nil
	}
	if plan.Method != "" || plan.TargetVersion != "" || plan.TargetDigests != nil || plan.NoRollback != "" {
		return twice(commits.RollbackKey, "rollback-plan")
	}
	plan.Method, plan.TargetVersion, plan.TargetDigests, plan.NoRollback = said.Method, said.TargetVersion, said.TargetDigests, said.NoRollback
	plan.Steps = append(said.Steps, plan.Steps...)
	return nil
}

func (a *assembly) stateRecord(r *evidence.ReleaseRecord, said commits.Release) error {
	if said.KnownIssues != nil {
		if r.KnownIssues != nil {
			return twice(commits.KnownIssuesKey, "release-record.known-issues")
		}
		r.KnownIssues = said.KnownIssues
	}
	if said.Window != "" {
		if r.ProductionWindow != "" {
			return twice(commits.WindowKey, "release-record.production-window")
		}
		r.ProductionWindow = said.Window
	}
	if said.Risk != "" {
		if r.Risk != "" {
			return twice(commits.RiskKey, "release-record.risk")
		}
		r.Risk = a.risk(said.Risk)
	}
	for _, id := range said.Tickets {
		if !slices.ContainsFunc(r.ChangeRequests, func(d evidence.ResourceDescriptor) bool { return d.Name == id }) {
			r.ChangeRequests = append(r.ChangeRequests, evidence.ResourceDescriptor{Name: id})
		}
	}
	return nil
}

func twice(key, field string) error {
	return fmt.Errorf("the trailer %s says what %s says in the release's records: leave one out", key, field)
}

// ticketsOfChanges are those that the changes name and the trailers do not.
func (a *assembly) ticketsOfChanges(said []string) []string {
	var list []string
	for _, c := range a.draft.Record.Changes {
		for _, t := range c.Tickets {
			if !slices.Contains(said, t.ID) && !slices.Contains(list, t.ID) {
				list = append(list, t.ID)
			}
		}
	}
	return list
}

// risk is the trailer's word, if it is one of the known ones.
func (a *assembly) risk(word string) string {
	lower := strings.ToLower(word)
	if slices.Contains([]string{"low", "medium", "high", "critical"}, lower) {
		return lower
	}
	a.gap(Habit, "the risk", fmt.Sprintf("the trailer Risk says %.80q", word), "write Risk: low, medium, high or critical")
	return ""
}
