package verify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

const (
	// maxPeople bounds how many names a line lists.
	maxPeople = 6
	// maxLines bounds how many lines of one kind there are; the last ones stay.
	maxLines = 6
	// moment is how a line writes a time.
	moment = "2 Jan 15:04"
)

// line adds a line to "The release". It is marked with the first failed check
// among ids.
func (r *run) line(label, text string, p Proof, exhibits []int, ids ...string) {
	l := FactLine{Label: label, Text: text, Proof: p, Exhibits: exhibits}
	for _, id := range ids {
		if r.failing[id] {
			l.Check = id
			break
		}
	}
	r.report.Chain = append(r.report.Chain, l)
}

// life writes what happened to the release after it was tagged: the last
// promotion to each environment, what went wrong, the last seal.
func (r *run) life() {
	for _, f := range r.lastPromotions() {
		p := f.Predicate.(*evidence.Promotion)
		label, text := p.Environment, r.promotionText(f, p)
		if label != "staging" && label != "production" { // or it could be "tag"
			label, text = "promoted", p.Environment+", "+text
		}
		r.line(label, text, f.Proof, r.exhibitsOf(f), "linkage/records")
	}
	r.report.Chain = append(r.report.Chain, lastLines(r, "rollback", func(f *RecordFact, p *evidence.Rollback) string {
		return fmt.Sprintf("%s, %s by %s: %s", happened(f), p.Environment, p.Mechanism, p.Result)
	})...)
	r.report.Chain = append(r.report.Chain, lastLines(r, "incident", func(f *RecordFact, p *evidence.Incident) string {
		return fmt.Sprintf("%s, %s, %s: %s", happened(f), p.ID, p.Severity, p.State)
	})...)
	if s := r.facts.Seal; s != nil {
		text := fmt.Sprintf("%s, covers until %s", statedAt(s.Seal).UTC().Format(moment), s.Covers.UTC().Format(moment))
		r.line("sealed", text, s.Proof, r.exhibitOf(s.Statement), "order/seal-state", "order/equivocation")
	}
}

// lastLines writes a line for each of the last records of one kind that stand.
func lastLines[P evidence.Predicate](r *run, label string, text func(*RecordFact, P) string) []FactLine {
	var list []FactLine
	for f, p := range Standing[P](r.facts) {
		list = append(list, FactLine{Label: label, Text: text(f, p), Proof: f.Proof, Exhibits: r.exhibitsOf(f)})
	}
	return list[max(0, len(list)-maxLines):]
}

// happened is when the fact was complete, as its signer states it.
func happened(f *RecordFact) string { return statedAt(f.Predicate).UTC().Format(moment) }

// exhibitsOf are the exhibits that a record rests on.
func (r *run) exhibitsOf(f *RecordFact) []int {
	if f.Material != nil {
		return r.exhibitOf(*f.Material)
	}
	return r.exhibitOf(f.Statement)
}

// lastPromotions returns the last promotion to each environment, in the order in
// which these were last promoted to.
func (r *run) lastPromotions() []*RecordFact {
	var list []*RecordFact
	for f, p := range Standing[*evidence.Promotion](r.facts) {
		list = slices.DeleteFunc(list, func(was *RecordFact) bool {
			return was.Predicate.(*evidence.Promotion).Environment == p.Environment
		})
		list = append(list, f)
	}
	return list[max(0, len(list)-maxLines):]
}

// promotionText says when, how it ended and what was promoted.
func (r *run) promotionText(f *RecordFact, p *evidence.Promotion) string {
	parts := []string{happened(f)}
	if p.Result != "success" {
		parts = append(parts, p.Result)
	}
	switch all := len(r.facts.Record.Artifacts); {
	case len(f.About) == 0:
	case len(f.About) < all:
		parts = append(parts, fmt.Sprintf("%d of %s", len(f.About), count(all, "artifact")))
	case all == 1:
		parts = append(parts, "same digest")
	default:
		parts = append(parts, "same digests")
	}
	for _, v := range p.Verification {
		parts = append(parts, fmt.Sprintf("%s %s", v.Kind, v.Result))
	}
	switch {
	case p.Emergency != "":
		parts = append(parts, "emergency "+p.Emergency)
	case p.Window != nil:
		parts = append(parts, "window "+p.Window.Window)
	}
	return listed(parts)
}

// listed joins the first of some parts of a line.
func listed(parts []string) string {
	if more := len(parts) - maxPeople; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(parts[:maxPeople], ", "), more)
	}
	return strings.Join(parts, ", ")
}

// people writes who wrote, reviewed, decided, approved, deployed and signed.
func (r *run) people() {
	r.wrote()
	r.reviewed()
	r.report.People = append(r.report.People, lastLines(r, "go/no-go", func(f *RecordFact, p *evidence.GoNoGo) string {
		who := r.actor(p.Approver)
		if p.ApproverRole != "" {
			who += ", " + p.ApproverRole
		}
		return fmt.Sprintf("%s, %s: %s", who, happened(f), p.Decision)
	})...)
	for _, a := range r.facts.Approvals {
		text := fmt.Sprintf("%s, %s: %s", r.actor(a.Approver), a.At.UTC().Format(moment), a.Decision)
		if a.Rationale != "" {
			text += fmt.Sprintf(", %q", a.Rationale)
		}
		r.person("approved", text, a.Proof, r.exhibitOf(a.Statement))
	}
	r.deployed()
	for _, s := range r.facts.Signers {
		r.person("signed", s.Name(), Proof{Proven, s.Name()}, r.exhibitOf(r.release.ID))
	}
}

func (r *run) person(label, text string, p Proof, exhibits []int) {
	r.report.People = append(r.report.People, FactLine{Label: label, Text: text, Proof: p, Exhibits: exhibits})
}

// actor is the best name there is for somebody that a record names.
func (r *run) actor(a evidence.Actor) string {
	if r.o.Trust != nil {
		if name := r.o.Trust.Name(a.ID); name != "" {
			return name
		}
	}
	return cmp.Or(a.Display, string(a.ID))
}

func (r *run) wrote() {
	authors, accounts := map[string]bool{}, map[string]bool{}
	for _, c := range r.facts.Range.Commits {
		if account := c.Author.Name + "\x00" + c.Author.Email; !accounts[account] {
			accounts[account] = true
			authors[r.authorName(c.Author.Name, c.Author.Email)] = true
		}
	}
	if len(authors) > 0 {
		r.person("wrote", listed(slices.Sorted(maps.Keys(authors)))+", as the commits say", Proof{Claimed, "the commits"}, nil)
	}
}

func (r *run) authorName(name, email string) string {
	if r.o.Trust != nil {
		if id, err := evidence.ParseIdentity("mailto:" + email); err == nil {
			if p := r.o.Trust.Name(id); p != "" {
				return p
			}
		}
	}
	return cmp.Or(name, email)
}

// reviewed tells who reviewed the changes, as the forge recorded it in the
// release statement: whose last word on a change was to approve it.
func (r *run) reviewed() {
	changes := r.facts.Record.Changes
	who, approved, onHead := map[string]bool{}, 0, 0
	for _, c := range changes {
		last := map[string]evidence.ChangeReview{}
		for _, v := range c.Reviews {
			if v.State != "commented" {
				last[r.actor(v.By)] = v
			}
		}
		any, head := false, false
		for name, v := range last {
			if v.State == "approved" && v.DismissedAt == nil {
				who[name], any, head = true, true, head || v.Commit == c.HeadCommit
			}
		}
		if any {
			approved++
		}
		if head {
			onHead++
		}
	}
	if approved == 0 {
		return
	}
	text := fmt.Sprintf("%s: %d of %s", listed(slices.Sorted(maps.Keys(who))), approved, count(len(changes), "change"))
	if onHead == approved {
		text += ", on the merged head"
	}
	r.person("reviewed", text, r.facts.Stated(), r.exhibitOf(r.release.ID))
}

// deployed tells who carried the last promotions out, and for whom.
func (r *run) deployed() {
	for _, f := range r.lastPromotions() {
		p := f.Predicate.(*evidence.Promotion)
		if p.ExecutedBy == nil {
			continue
		}
		text := r.actor(*p.ExecutedBy) + ", " + p.Environment
		if p.RequestedBy != nil {
			text += ", asked by " + r.actor(*p.RequestedBy)
		}
		r.person("deployed", text, f.Proof, r.exhibitsOf(f))
	}
}
