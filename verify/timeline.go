package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Event is one thing that happened to a release. Its times are those that its
// source states; Proof says whose word that is. Text may hold text from
// outside: whoever prints it makes it safe.
type Event struct {
	// At is when it happened, or began if it took time.
	At evidence.Time `json:"at"`
	// Until is when it ended, if it took time.
	Until *evidence.Time `json:"until,omitempty"`
	// Label is what kind of thing: "tag", "change", "promotion".
	Label string `json:"label"`
	Text  string `json:"text"`
	Proof Proof  `json:"proof,omitzero"`
	// Exhibits are the numbers of the exhibits it rests on.
	Exhibits []int `json:"exhibits,omitempty"`
}

// timeline writes what happened, by stated time.
func (r *run) timeline() {
	r.written()
	r.merged()
	r.checked()
	for i := range r.facts.Records {
		if f := &r.facts.Records[i]; f.Replaced == nil {
			r.recorded(f)
		}
	}
	r.event(r.facts.Record.CreatedAt.Time, time.Time{}, "dossier", "the release statement is made", r.facts.Stated(), r.exhibitOf(r.release.ID))
	slices.SortStableFunc(r.report.Timeline, func(a, b Event) int { return a.At.Compare(b.At.Time) })
}

// event adds one event. A time that no statement could carry is none: git
// objects may hold any.
func (r *run) event(at, until time.Time, label, text string, p Proof, exhibits []int) {
	if !sensible(at) {
		at = until
	}
	if !sensible(at) {
		return
	}
	e := Event{At: evidence.Time{Time: at.UTC()}, Label: label, Text: text, Proof: p, Exhibits: exhibits}
	if sensible(until) && until.After(at) {
		e.Until = &evidence.Time{Time: until.UTC()}
	}
	r.report.Timeline = append(r.report.Timeline, e)
}

// sensible reports whether t is within the years that [evidence.ParseTime]
// reads.
func sensible(t time.Time) bool { return t.UTC().Year() >= 1970 && t.UTC().Year() <= 9999 }

// written tells of the commits, as one stretch of time, and of the tag. Git
// times are whatever the author's clock said.
func (r *run) written() {
	if commits := r.facts.Range.Commits; len(commits) > 0 {
		when := func(a, b gitobj.CommitWithID) int { return a.Committer.When.Compare(b.Committer.When) }
		first, last := slices.MinFunc(commits, when), slices.MaxFunc(commits, when)
		r.event(first.Committer.When, last.Committer.When, "commits", count(len(commits), "commit"), Proof{Claimed, "the commits"}, nil)
	}
	if tag := r.facts.Tag; tag.Embedded {
		r.event(tag.Object.Tagger.When, time.Time{}, "tag", r.facts.Record.Tag.Name, Proof{Claimed, "the tag"}, nil)
	}
}

// merged tells of each merged change.
func (r *run) merged() {
	for _, c := range r.facts.Record.Changes {
		if c.MergedAt == nil {
			continue
		}
		text := c.ID + " merged"
		if c.MergedBy != nil {
			text += " by " + r.actor(*c.MergedBy)
		}
		r.event(c.MergedAt.Time, time.Time{}, "change", text, r.facts.Stated(), r.exhibitOf(r.release.ID))
	}
}

// checked tells of each check that did not pass, and in one event of those of
// one subject that did.
func (r *run) checked() {
	type passes struct {
		names       []string
		from, until time.Time
	}
	var subjects []string
	passed := map[string]*passes{}
	for _, c := range r.facts.Record.Checks {
		if c.FinishedAt == nil {
			continue
		}
		from, about := time.Time{}, subjectName(c.Subject)
		if c.StartedAt != nil {
			from = c.StartedAt.Time
		}
		if c.Outcome != "pass" {
			text := fmt.Sprintf("%s: %s, on %s", c.Name, c.Outcome, about)
			r.event(from, c.FinishedAt.Time, "check", text, r.facts.Stated(), r.exhibitOf(r.release.ID))
			continue
		}
		p := passed[about]
		if p == nil {
			p = &passes{}
			passed[about], subjects = p, append(subjects, about)
		}
		p.names = append(p.names, c.Name)
		if !from.IsZero() && (p.from.IsZero() || from.Before(p.from)) {
			p.from = from
		}
		if c.FinishedAt.After(p.until) {
			p.until = c.FinishedAt.Time
		}
	}
	for _, about := range subjects {
		p := passed[about]
		r.event(p.from, p.until, "checks", fmt.Sprintf("%s passed on %s", listed(p.names), about), r.facts.Stated(), r.exhibitOf(r.release.ID))
	}
}

// subjectName is the shortest sure name of what was checked.
func subjectName(d evidence.ResourceDescriptor) string {
	for _, algorithm := range []string{"gitCommit", "sha1", "sha256"} {
		if id := d.Digest[algorithm]; len(id) >= 8 {
			return strings.TrimSpace(d.Name + " " + id[:8])
		}
	}
	return cmp.Or(d.Name, d.URI, "something")
}

// recorded tells of one record that stands.
func (r *run) recorded(f *RecordFact) {
	from, until := f.Predicate.Happened().Bounds()
	for _, end := range ends(f.Predicate) {
		if end != nil {
			until = *end
		}
	}
	r.event(from.Time, until.Time, f.Kind, r.recordText(f), f.Proof, r.exhibitsOf(f))
}

// ends are the times at which what a record tells of was over.
func ends(p evidence.Predicate) []*evidence.Time {
	switch p := p.(type) {
	case *evidence.Promotion:
		return []*evidence.Time{p.FinishedAt}
	case *evidence.Freeze:
		return []*evidence.Time{p.LiftedAt}
	case *evidence.Incident:
		return []*evidence.Time{p.ImpactEndedAt}
	}
	return nil
}

// recordText says what a record states, in a few words.
func (r *run) recordText(f *RecordFact) string {
	switch p := f.Predicate.(type) {
	case *evidence.Approval:
		text := r.actor(p.Approver) + ": " + string(p.Decision)
		if p.Environment != "" {
			text += ", " + p.Environment
		}
		return text
	case *evidence.Promotion:
		return fmt.Sprintf("%s to %s: %s", p.Action, p.Environment, p.Result)
	case *evidence.GoNoGo:
		return r.actor(p.Approver) + ": " + p.Decision
	case *evidence.Rollback:
		return fmt.Sprintf("%s by %s: %s", p.Environment, p.Mechanism, p.Result)
	case *evidence.Incident:
		return fmt.Sprintf("%s, %s: %s", p.ID, p.Severity, p.State)
	case *evidence.Freeze:
		return fmt.Sprintf("%s, no %s: %s", p.ID, strings.Join(p.Actions, ", "), p.Rationale)
	case *evidence.Exception:
		text := p.ID + ", " + p.PolicyReference
		if p.ExpiresAt != nil {
			text += ", until " + p.ExpiresAt.UTC().Format("2 Jan 2006")
		}
		return text
	case *evidence.Emergency:
		return p.ID + ": " + p.Reason
	case *evidence.Seal:
		return fmt.Sprintf("%s, covers until %s", p.ID, p.CoversUntil.UTC().Format(moment))
	}
	return f.Predicate.Head().ID
}
