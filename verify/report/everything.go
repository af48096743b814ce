package report

import (
	"fmt"

	"github.com/release-dossier/dossier/verify"
)

// everything is what only a page with Options.All has: the timeline, each
// check, signer and exhibit, and what the next profile would ask.
func (v *view) everything() []section {
	out := []section{v.timeline()}
	for _, l := range verify.Layers() {
		out = append(out, v.checks(l))
	}
	if v.r.Relied || v.r.Verdict == verify.NotGenuine {
		out = append(out, v.signers()) // a look has them already
	}
	return append(out, v.exhibitList(), v.nextList(), v.expected())
}

// checks lists one layer, with outcome and how each is known.
func (v *view) checks(l verify.Layer) section {
	var s section
	for _, c := range v.r.Checks {
		if c.Layer != l {
			continue
		}
		text := tidy(c.Title)
		if because := why(c); because != "" {
			text += " (" + because + ")"
		}
		if right := known(c.Proof, text, 40); right != "" {
			text += "; " + right
		}
		prefix := "  " + pad(cut(Safe(string(c.Outcome)), 14), 16) + pad(cut(Safe(c.ID), 48), 28) + "  "
		s.head = append(s.head, v.paragraph(prefix, 20, withRefs(text, v.exhibits(c.Inputs)), 0)...)
	}
	if len(s.head) > 0 {
		s.head = append(plain("All checks of layer: "+string(l)), s.head...)
	}
	return s
}

// timeline is what happened, by the times that are stated.
func (v *view) timeline() section {
	var s section
	for _, e := range v.r.Timeline {
		when := e.At.UTC().Format("2006-01-02 15:04")
		if e.Until != nil {
			when += " to " + e.Until.UTC().Format("2006-01-02 15:04")
		}
		text := when + "  " + cut(tidy(e.Text), 300)
		s.head = append(s.head, v.row(e.Label, withRefs(text, e.Exhibits), known(e.Proof, text, 30))...)
	}
	if len(s.head) > 0 {
		s.head = append(v.heading(pad("What happened", 50)+"times in UTC", "how known"), s.head...)
	}
	return s
}

// exhibitList says what the numbers E1, E2, ... stand for.
func (v *view) exhibitList() section {
	var s section
	for _, e := range v.r.Exhibits {
		text := fmt.Sprintf("%s  %s, %s, %s", cut(tidy(e.Name), 120), cut(tidy(e.MediaType), 80), plural(e.Size, "byte"), e.Digest.Short())
		switch {
		case e.Withheld != "":
			text += ", withheld: " + cut(tidy(e.Withheld), 200)
		case !e.Present:
			text += ", not there"
		}
		s.head = append(s.head, v.paragraph("  "+pad(fmt.Sprintf("E%d", e.Number), 6), 8, text, 0)...)
	}
	if len(s.head) > 0 {
		s.head = append(plain("The exhibits"), s.head...)
	}
	return s
}

func (v *view) nextList() section {
	p := v.r.Policy
	if p == nil || len(p.NextAdds) == 0 {
		return section{}
	}
	s := section{head: plain("The profile " + cut(tidy(p.Next), 30) + " adds")}
	for _, id := range p.NextAdds {
		s.head = append(s.head, v.paragraph("  ", 4, id, 0)...)
	}
	return s
}

func (v *view) expected() section {
	if v.r.Expected == "" {
		return section{}
	}
	return section{head: v.paragraph("Expected: ", 2, v.r.Expected, 0)}
}
