package policy

import (
	"fmt"
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
		Evidence: c.Evidence, Failing: c.Failing, Fix: c.Fix,
	}, nil
}

// applyWords are the catalogue's abbreviations of what a control applies to; ""
// adds nothing to the others.
var applyWords = map[string]string{
	"*": "every release", "prod": "every release to production", "calver": "releases with calendar versions",
	"svc": "services", "lib": "libraries", "iac": "infrastructure", "app": "apps", "mono": "repositories of several components",
	"N": "normal releases", "H": "hotfixes", "E": "emergency changes", "T": "release trains", "M": "releases of several repositories",
	"release": "releases from a release branch", "branch": "", "part": "", "for": "", "production": "", "backport": "backports", "PRs": "",
	"post": "what is done after the release", "repo": "what the forge's settings show",
	"arch": "several releases in an archive", "org": "the organisation",
}

// applies writes out the catalogue's abbreviations.
func applies(s string) string {
	var list []string
	for _, word := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ,;", c) }) {
		text, ok := applyWords[word]
		if !ok {
			return s
		}
		if text != "" {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

// waive writes out the catalogue's abbreviations.
func waive(s string) string {
	for _, w := range []struct{ prefix, text string }{
		{"exc+", "an approved exception that also meets a condition"},
		{"exc", "an approved exception that covers this release"},
		{"emg", "an emergency record whose own controls hold"},
		{"rat", "a recorded rationale"},
		{"n/a", "nothing: it is itself what an exception needs"},
		{"n/a", "nothing: where it fails, so does the control that it stands in for"},
		{"no", "cannot be waived"},
	} {
		if rest, ok := strings.CutPrefix(s, w.prefix); ok {
			return w.text + rest
		}
	}
	return s
}
