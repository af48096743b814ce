package report

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// release is the chain from tag to deployment. On a page with failures it
// also has the people whom a failure concerns.
func (v *view) release(title string) section {
	facts := v.r.Chain
	if v.r.Verdict != verify.Accepted && !v.all {
		for _, p := range v.r.People {
			if v.number[p.Check] > 0 { // the clipped append leaves the report alone
				facts = append(facts[:len(facts):len(facts)], p)
			}
		}
	}
	s := section{entries: v.chain(facts), chain: true}
	if len(s.entries) > 0 {
		head := title
		if columns(title) < 50 {
			head = pad(title, 50) + "times in UTC"
		}
		s.head = v.heading(head, "how known")
	}
	return s
}

// chain prints facts about the release, marking those that a failure concerns.
func (v *view) chain(facts []verify.FactLine) [][]line {
	var entries [][]line
	for _, f := range facts {
		text := withRefs(tidy(f.Text), f.Exhibits)
		room := v.width - edgeColumns - 4 - labelColumns - columns(text)
		right := known(f.Proof, text, room)
		if n := v.number[f.Check]; n > 0 {
			right = strings.TrimSpace(fmt.Sprintf("! see %d   %s", n, right))
		}
		entries = append(entries, v.row(f.Label, text, right))
	}
	return entries
}

// people are who wrote, reviewed and approved.
func (v *view) people() section {
	var s section
	for _, f := range v.r.People {
		right := refs(f.Exhibits)
		room := v.width - edgeColumns - 5 - labelColumns - columns(tidy(f.Text)) - columns(right)
		right = strings.TrimSpace(right + " " + known(f.Proof, f.Text, room))
		if n := v.number[f.Check]; n > 0 {
			right = fmt.Sprintf("! see %d   %s", n, right)
		}
		s.entries = append(s.entries, v.row(f.Label, f.Text, right))
	}
	if len(s.entries) > 0 {
		s.head = v.spread("The people", "(two accounts of one person are one)", edgeColumns)
	}
	return s
}

// claim is what a file says of itself when nobody who signed it is trusted.
func (v *view) claim() section {
	r := v.r.Release
	if r == nil {
		return section{}
	}
	s := section{head: v.heading(pad("The release it claims to be", 50)+"times in UTC", "how known")}
	s.entries = append(s.entries, v.row("release", v.name(), "claimed"), v.row("repository", r.Repository, "claimed"))
	s.entries = append(s.entries, v.chain(v.r.Chain)...)
	return s
}
