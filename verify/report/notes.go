package report

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// note is one line of what to read before relying on a report.
type note struct {
	mark, id, text string
	times          int
}

// notes are what an accepted release leaves open, gravest first: waivers,
// failures not enforced yet, recommendations, duties, facts that rest on
// somebody's word, and what was not looked at.
func (v *view) notes() section {
	var list []note
	for _, mark := range []string{"WAIVED", "LATER", "WARNING", "PENDING"} {
		list = append(list, v.outcomes(mark)...)
	}
	list = append(list, v.loosened()...)
	list = append(list, v.claimed()...)
	list = append(list, v.unseen()...)
	var s section
	for _, n := range list {
		s.entries = append(s.entries, v.note(n))
		s.kinds = append(s.kinds, strings.ToLower(n.mark))
	}
	if len(list) > 0 {
		s.head = plain("Read before you rely on it")
	}
	return s
}

// note prints a note; what it is about stands in a column of its own.
func (v *view) note(n note) []line {
	prefix := "  " + pad(n.mark, 9)
	indent := 11
	if n.id != "" {
		prefix += pad(cut(Safe(n.id), 40), 25) + "  "
		indent = 38
	}
	text := n.text
	if n.times > 1 {
		text = fmt.Sprintf("%s (%d times)", cut(text, maxSafe-30), n.times)
	}
	lines := v.paragraph(prefix, indent, text, 2)
	lines[0] = line{lead: "  ", mark: n.mark, text: lines[0].text[2+len(n.mark):]}
	return lines
}

// outcomes are the notes of one kind; equal ones are told once.
func (v *view) outcomes(mark string) []note {
	var list []note
	seen := map[string]int{}
	for _, c := range v.r.Checks {
		if markOf(c) != mark {
			continue
		}
		n := note{mark: mark, id: c.ID, text: v.noteText(c), times: 1}
		if i, ok := seen[n.id+"\n"+c.Title]; ok {
			list[i].times++
			continue
		}
		seen[n.id+"\n"+c.Title] = len(list)
		list = append(list, n)
	}
	return list
}

// markOf is the word that a check is noted under; "" if it is not.
func markOf(c verify.Check) string {
	switch {
	case c.Outcome == verify.Waived:
		return "WAIVED"
	case c.Outcome == verify.Pending:
		return "PENDING"
	case c.Outcome == verify.Pass, c.Outcome == verify.NotApplicable, c.Blocks():
		return ""
	case c.EnforcedFrom != nil:
		return "LATER"
	}
	return "WARNING"
}

// noteText says what is open: for a waiver the exception, else the finding.
func (v *view) noteText(c verify.Check) string {
	text := tidy(c.Title)
	switch {
	case c.Outcome == verify.Waived && (c.Exception != "" || c.Why != ""):
		text = waiver(c)
	case c.Outcome == verify.Pending && c.Due != nil:
		text += "; " + due(c)
	case c.EnforcedFrom != nil:
		text += "; fails, enforced from " + c.EnforcedFrom.UTC().Format("2 Jan 2006")
	case c.Why != "":
		text += "; " + tidy(c.Why)
	}
	return withRefs(text, v.exhibits(c.Inputs))
}

// due says by when a duty must be done.
func due(c verify.Check) string { return "due " + c.Due.UTC().Format("2 Jan 2006") }

// why completes an outcome in brackets: what waives it, when it is due, or why
// it is not known or does not apply.
func why(c verify.Check) string {
	switch {
	case c.Outcome == verify.Waived:
		return waiver(c)
	case c.Outcome == verify.Pending && c.Due != nil:
		return due(c)
	}
	return tidy(c.Why)
}

// waiver names the exception that covers a failure, when it ends, and what is
// done meanwhile.
func waiver(c verify.Check) string {
	text := tidy(c.Exception)
	if text == "" {
		text = tidy(c.Why)
	}
	if c.Until != nil {
		text += " until " + c.Until.UTC().Format("2 Jan 2006")
	}
	if c.Exception != "" && c.Why != "" {
		text += ", " + tidy(c.Why)
	}
	if len(c.Compensating) > 0 {
		instead := make([]string, len(c.Compensating))
		for i, s := range c.Compensating {
			instead[i] = cut(tidy(s), 80)
		}
		text += "; instead: " + strings.Join(instead, ", ")
	}
	return text
}

// excused lists what a page of failures must not leave out: what was waived,
// and until when, and what is still due.
func (v *view) excused() section {
	var s section
	for _, mark := range []string{"WAIVED", "PENDING"} {
		for _, n := range v.outcomes(mark) {
			s.entries = append(s.entries, v.note(n))
			s.kinds = append(s.kinds, strings.ToLower(mark))
		}
	}
	for _, n := range v.loosened() {
		s.entries = append(s.entries, v.note(n))
		s.kinds = append(s.kinds, strings.ToLower(n.mark))
	}
	if len(s.entries) > 0 {
		s.head = plain("Waived and pending")
	}
	return s
}

// loosened is what the policy asks less of than what it extends: whoever relies
// on it must know.
func (v *view) loosened() []note {
	if v.r.Policy == nil {
		return nil
	}
	var list []note
	if e := v.r.Policy.Exposure; e != "" {
		list = append(list, note{mark: "LOOSENED", text: fmt.Sprintf("the policy calls the repository %s: the catalogue's controls are recommendations and keep nothing from being accepted", tidy(e))})
	}
	for _, l := range v.r.Policy.Loosened {
		what := make([]string, len(l.What))
		for i, w := range l.What {
			what[i] = tidy(w)
		}
		list = append(list, note{mark: "LOOSENED", text: fmt.Sprintf("%s, by exception %s: %s", tidy(l.Less), tidy(l.Exception), strings.Join(what, ", "))})
	}
	return list
}

// claimed are the facts and passes that rest on somebody's word alone.
func (v *view) claimed() []note {
	var list []note
	if labels, numbers := v.claimedFacts(); len(labels) > 0 {
		list = append(list, note{mark: "CLAIMED", text: withRefs(fmt.Sprintf("%s on a person's word alone: %s",
			rests(len(labels), "fact"), strings.Join(labels, ", ")), numbers)})
	}
	var ids []string
	for _, c := range v.r.Checks {
		if c.Layer == verify.Controls && c.Outcome == verify.Pass && c.Proof.Grade == verify.Claimed {
			ids = append(ids, tidy(c.ID))
		}
	}
	if len(ids) > 0 {
		list = append(list, note{mark: "CLAIMED", text: fmt.Sprintf("%s on a person's word alone: %s",
			rests(len(ids), "pass"), strings.Join(ids, ", "))})
	}
	if n := v.timesClaimed(); n > 0 {
		list = append(list, note{mark: "CLAIMED", text: fmt.Sprintf(
			"no timestamp proves when %s made; the signers' own times are used", were(n))})
	}
	return list
}

// claimedFacts returns the labels of claimed facts and their exhibits.
func (v *view) claimedFacts() (labels []string, numbers []int) {
	for _, facts := range [][]verify.FactLine{v.r.Chain, v.r.People} {
		for _, f := range facts {
			if f.Proof.Grade == verify.Claimed {
				labels = append(labels, cut(tidy(f.Label), 30))
				numbers = append(numbers, f.Exhibits...)
			}
		}
	}
	return labels, numbers
}

// timesClaimed counts the signatures that are relied on and whose time only
// their signer states.
func (v *view) timesClaimed() int {
	n := 0
	for _, s := range v.r.Signers {
		if s.Allowed && s.NotAfter == nil {
			n++
		}
	}
	return n
}

// unseen are artifacts that were not given, so that nobody hashed them here.
func (v *view) unseen() []note {
	if len(v.r.NotCompared) == 0 {
		return nil
	}
	var names []string
	for _, name := range v.r.NotCompared {
		names = append(names, cut(tidy(name), 60))
	}
	return []note{{mark: "NOTE", text: fmt.Sprintf("not compared, since not given: %s: %s",
		plural(len(names), "artifact"), strings.Join(names, ", "))}}
}

// rests says "1 fact rests", "2 facts rest", "2 passes rest".
func rests(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun + " rests"
	case noun == "pass":
		return fmt.Sprintf("%d passes rest", n)
	}
	return plural(n, noun) + " rest"
}

// were says "1 signature was", "2 signatures were".
func were(n int) string {
	if n == 1 {
		return "1 signature was"
	}
	return plural(n, "signature") + " were"
}
