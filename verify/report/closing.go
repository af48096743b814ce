package report

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// grades says in one sentence each what the grades mean.
const grades = "Proven: recomputed from bytes in this file, or signed by the party trusted for that fact. " +
	"Attested: fetched and signed by the recorder named. Claimed: somebody's word alone."

// footer ends an accepted report.
func (v *view) footer() section {
	var lines []line
	lines = append(lines, v.notAsked(true)...)
	lines = append(lines, v.cannotShow()...)
	lines = append(lines, v.next()...)
	lines = append(lines, v.paragraph("", 0, grades, 0)...)
	return section{head: append(lines, v.again()...)}
}

// closing ends any other report.
func (v *view) closing() section {
	var lines []line
	if v.r.Relied && v.r.Verdict != verify.NotGenuine {
		lines = v.heldShort()
	}
	if v.controls.asked > 0 {
		lines = append(lines, v.counts()...)
	}
	lines = append(lines, v.notAsked(false)...)
	lines = append(lines, v.pointers()...)
	lines = append(lines, v.cannotShow()...)
	lines = append(lines, v.paragraph("", 0, grades, 0)...)
	return section{head: append(lines, v.again()...)}
}

// counts says how much is open besides the failures.
func (v *view) counts() []line {
	text := v.tallies()
	if labels, numbers := v.claimedFacts(); len(labels) > 0 {
		text += "   " + withRefs(rests(len(labels), "fact")+" on a person's word alone", numbers) + "."
	}
	return v.paragraph("", 0, text, 2)
}

// tallies counts what was recommended, waived and is due.
func (v *view) tallies() string {
	text := fmt.Sprintf("Warnings %d, waived %d, pending %d.",
		v.controls.warned+v.file.warned, v.controls.waived, v.controls.pending)
	if v.controls.later > 0 {
		text += fmt.Sprintf(" Not enforced yet %d.", v.controls.later)
	}
	return text
}

// notAskedText counts the controls that were not asked, and gives the reasons;
// "" without a policy.
func (v *view) notAskedText() (text string, why []string) {
	p := v.r.Policy
	if p == nil {
		return "", nil
	}
	total := max(p.Asked+p.NotAsked, v.controls.asked)
	for _, w := range p.NotAskedWhy {
		why = append(why, tidy(w))
	}
	if n := v.controls.skipped; n > 0 {
		why = append(why, fmt.Sprintf("%d do not apply here", n))
	}
	return fmt.Sprintf("Not asked: %d of %d.", total-v.controls.asked, total), why
}

// notAsked prints them, with the reasons where there is room.
func (v *view) notAsked(reasons bool) []line {
	text, why := v.notAskedText()
	if text == "" {
		return nil
	}
	if reasons || v.all {
		if len(why) > 0 {
			text += " " + strings.Join(why, "; ") + "."
		}
		return v.withTail(text, "  List: --all")
	}
	if c := v.firstControl(); c != nil {
		text += "   More: dossier explain " + quote(c.ID)
	}
	return v.paragraph("", 0, text, 2)
}

// withTail wraps text in at most two lines and keeps the tail whatever is cut.
func (v *view) withTail(text, tail string) []line {
	if v.all {
		return v.paragraph("", 0, text, 0)
	}
	text = tidy(text)
	if room := 2*v.width - columns(tail) - 12; columns(text) > room {
		text = cut(text, room)
	}
	return v.paragraph("", 0, text+tail, 3)
}

// firstControl is the first failed control, for which there is an explanation;
// the checks of the file itself explain themselves.
func (v *view) firstControl() *verify.Check {
	for _, c := range v.causes {
		if isControl(c.check) {
			return c.check
		}
	}
	return nil
}

// isControl tells a control from a check of the policy as a whole, as of whether it
// is in force, which follows from no section of the release policy.
func isControl(c *verify.Check) bool {
	return c.Layer == verify.Controls && (c.Sections != "" || !strings.HasPrefix(c.ID, "policy/"))
}

// pointers shows how to read an exhibit that a failure names.
func (v *view) pointers() []line {
	there := map[int]bool{}
	for _, e := range v.r.Exhibits {
		there[e.Number] = e.Present
	}
	for _, c := range v.causes {
		for _, n := range v.exhibits(c.check.Inputs) {
			if there[n] {
				argv := []string{"dossier", "show", v.r.Target, fmt.Sprintf("E%d", n)}
				return plain(command("See an exhibit:", argv, v.width)...)
			}
		}
	}
	return nil
}

// cannotShow says what no file of this kind can show, lest it be read into it.
func (v *view) cannotShow() []line {
	if len(v.r.CannotShow) == 0 {
		return nil
	}
	parts := make([]string, len(v.r.CannotShow))
	for i, p := range v.r.CannotShow {
		parts[i] = strings.TrimRight(tidy(p), ".")
	}
	return v.paragraph("Cannot be shown by this file: ", 2, strings.Join(parts, "; ")+".", 2)
}

// next is what the next profile would ask in addition.
func (v *view) next() []line {
	p := v.r.Policy
	if p == nil || p.Next == "" {
		return nil
	}
	text := fmt.Sprintf("the profile %s adds %s", cut(tidy(p.Next), 30), plural(len(p.NextAdds), "control"))
	ids := make([]string, len(p.NextAdds))
	for i, id := range p.NextAdds {
		ids[i] = cut(tidy(id), 60)
	}
	if len(ids) > 0 {
		text += ": " + strings.Join(ids, ", ")
	}
	return v.paragraph("Next: ", 2, text+".", 2)
}

// again is the command that repeats the verification, with the digests that
// show whether it was given the same.
func (v *view) again() []line {
	var lines []line
	if len(v.r.Repeat) > 0 {
		lines = plain(command("Repeat:", v.r.Repeat, v.width)...)
	}
	var parts []string
	for _, d := range v.digests() {
		parts = append(parts, d.Label+" "+strings.TrimPrefix(d.Text, "sha256:")[:8])
	}
	if len(parts) == 0 {
		return lines
	}
	return append(lines, line{text: "  " + strings.Join(parts, "  ")})
}
