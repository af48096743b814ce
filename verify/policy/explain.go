package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
)

// Explanation is what one control wants, for people.
type Explanation struct {
	ID, Level, Theme string
	// Wants says in one sentence what must hold, Judged how that is judged.
	Wants, Judged string
	// Sections are the sections of the release policy it follows from.
	Sections string
	// Asked says from which profile and gate on it is asked.
	Asked string
	// Applies and Waive are written out.
	Applies, Waive string
	// Evidence names the fields of records and statements it reads.
	Evidence []string
	// Failing says what a failure means, Fix what to do about it.
	Failing string
	Fix     verify.Fix
	// Examples are a release of which the control holds, and one of which it
	// does not.
	Examples []Example
}

// Explain returns what the control with the given id wants.
func Explain(id string) (Explanation, error) {
	c, ok := Lookup(id)
	if !ok {
		var known []string
		for _, c := range Controls() {
			known = append(known, c.ID)
		}
		if s := strictyaml.Suggest(id, known); s != "" {
			return Explanation{}, fmt.Errorf("unknown control %.80q: did you mean %q?", id, s)
		}
		return Explanation{}, fmt.Errorf("unknown control %.80q: dossier controls lists those this version judges", id)
	}
	return Explanation{
		ID: c.ID, Level: c.Level, Theme: c.Theme, Wants: c.Title, Judged: c.Logic, Sections: c.Sections,
		Asked:   fmt.Sprintf("by the profile %s and above, from the gate %s on", c.profile(), c.Gate),
		Applies: applies(c.Applies), Waive: waive(c.Waive),
		Evidence: c.Evidence, Failing: c.Failing, Fix: c.Fix, Examples: Examples(c.ID),
	}, nil
}

// applies writes out the catalogue's abbreviations.
func applies(column string) string {
	a := appliesTo(column)
	var parts []string
	if len(a.types) > 0 {
		parts = append(parts, typeNames(a.types))
	}
	if len(a.kinds) > 0 {
		parts = append(parts, kindNames(a.kinds))
	}
	if a.releaseBranch {
		parts = append(parts, "a release from a release branch")
	}
	if a.calver {
		parts = append(parts, "a calendar version")
	}
	text := strings.Join(parts, " or ")
	if len(parts) == 0 {
		text = "every release"
	}
	for _, w := range []struct{ word, says string }{
		{"prod", "on its way to production"}, {"post", "once it is in production"}, {"repo", "by a snapshot of the repository's settings"},
		{"arch", "with an archive of dossiers"}, {"org", "by evidence of the organisation"},
	} {
		if slices.Contains(strings.FieldsFunc(column, func(c rune) bool { return strings.ContainsRune(" ,;", c) }), w.word) {
			text += ", " + w.says
		}
	}
	return text
}

// waive writes out the catalogue's abbreviations.
func waive(column string) string {
	w := waiverOf(column)
	switch {
	case column == "n/a":
		return "nothing: where it fails, so does the control that it stands in for"
	case w.both:
		return "an emergency record together with an approved exception"
	case w == (waiver{}):
		return "cannot be waived"
	}
	var parts []string
	if w.exception {
		text := "an approved exception that covers this release"
		if w.plan {
			text += ", with a date and a plan"
		}
		if w.control != "" {
			text += ", if " + w.control + " passes"
		}
		if w.freeze {
			text += ", with a declared freeze"
		}
		parts = append(parts, text)
	}
	if w.emergency {
		text := "an emergency record whose own controls pass"
		if w.hotfix {
			text += ", for a hotfix"
		}
		if w.breakGlass {
			text += ", with a break-glass record"
		}
		parts = append(parts, text)
	}
	if w.rationale {
		parts = append(parts, "a recorded rationale")
	}
	return strings.Join(parts, ", or ")
}
