package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// checked is the result of one run of a check.
type checked struct {
	*evidence.Check
	// n is its index in the record.
	n int
	// category is the required check that it counts for (controls catalogue,
	// 3.14), by its own word or its name.
	category string
	// commit is the commit that it is about; "" for none.
	commit   string
	finished span
}

// place is where it is recorded; pointer leads on from there.
func (c checked) place(f *Facts, pointer string) verify.Place {
	return inRecord(f, "/checks/%d%s", c.n, pointer)
}

// checkNames are the names under which required checks are known, beside their
// own. The policy's parameter check-aliases adds to them.
var checkNames = map[string]string{
	"test": "unit-test", "tests": "unit-test", "unit": "unit-test", "unit-tests": "unit-test",
	"integration": "integration-test", "integration-tests": "integration-test", "e2e": "integration-test", "contract-test": "integration-test",
	"dependency-license": "dependency-license-scan", "dependency-scan": "dependency-license-scan", "licence-scan": "dependency-license-scan",
	"secret-scan": "secrets", "secrets-scan": "secrets", "smoke": "smoke-tests", "monitoring": "monitoring-checks", "sbom": "sbom-generate",
}

// categoryOf returns the required check that a check counts for; its own name
// if it counts for none.
func (f *Facts) categoryOf(c *evidence.Check) string {
	if c.Category != "" {
		return c.Category
	}
	name := strings.ToLower(strings.TrimSpace(c.Name))
	for _, alias := range f.Params.CheckAliases {
		if from, to, ok := strings.Cut(alias, "="); ok && strings.EqualFold(strings.TrimSpace(from), name) {
			return strings.TrimSpace(to)
		}
	}
	if to, ok := checkNames[strings.ReplaceAll(name, " ", "-")]; ok {
		return to
	}
	return name
}

// checks returns the results of checks in the record, as they are recorded.
func (f *Facts) checks() []checked {
	return f.ran.get(func() []checked {
		var list []checked
		for i := range f.Record.Checks {
			list = append(list, f.ofCheck(&f.Record.Checks[i], i))
		}
		return list
	})
}

// ofCheck reads a result; n is its index in the record.
func (f *Facts) ofCheck(c *evidence.Check, n int) checked {
	return checked{Check: c, n: n, category: f.categoryOf(c), commit: commitOfSubject(c.Subject), finished: atTime(c.FinishedAt)}
}

// checksFor returns the results that count for a required check.
func (f *Facts) checksFor(category string) []checked {
	return f.categories.get(func() map[string][]checked {
		m := map[string][]checked{}
		for _, c := range f.checks() {
			m[c.category] = append(m[c.category], c)
		}
		return m
	})[category]
}

// onCommit tells checks of a commit.
func (f *Facts) onCommit(commit string) func(checked) bool {
	return func(c checked) bool { return commit != "" && c.commit == commit }
}

// onRelease tells checks of the released commit, of a released artifact or of
// the release manifest.
func (f *Facts) onRelease(c checked) bool {
	if f.onReleasedCommit()(c) {
		return true
	}
	if sum, ok := c.Subject.Digest.SHA256(); ok && c.Subject.Name != evidence.SubjectCommit {
		return slices.ContainsFunc(f.Record.Artifacts, func(a evidence.Artifact) bool { return a.Digest == sum }) || f.onManifest(c)
	}
	return false
}

// onManifest tells checks of the release manifest.
func (f *Facts) onManifest(c checked) bool {
	m := f.Record.Manifest
	return m != nil && m.Location.Digest["sha256"] != "" && m.Location.Digest["sha256"] == c.Subject.Digest["sha256"]
}

// latest returns, for each check of a category on a subject, the last run that
// finished by a moment: a later green run heals no earlier decision (G4). A run
// of which it is not known whether it had ended by then counts unless it passed.
// The zero moment is any.
func (f *Facts) latest(category string, on func(checked) bool, by span) []checked {
	last := map[string]checked{}
	var names []string
	for _, c := range f.checksFor(category) {
		if !on(c) || !c.countsBy(f, by) {
			continue
		}
		old, ok := last[c.Name]
		if !ok {
			names = append(names, c.Name)
		}
		if !ok || newer(c, old) {
			last[c.Name] = c
		}
	}
	var list []checked
	for _, name := range names {
		list = append(list, last[name])
	}
	return list
}

// countsBy reports whether a run is to be thought of at a moment.
func (c checked) countsBy(f *Facts, by span) bool {
	if by == (span{}) {
		return true
	}
	ended := f.notAfter(c.finished, by)
	return ended == yes || ended == open && c.Outcome != "pass"
}

// newer reports whether run a takes the place of run b: it ended later, or at the
// same time in a later attempt. Where the times do not tell, what did not pass
// counts. Attempts are counted within one run of a pipeline, so they decide
// nothing between two.
func newer(a, b checked) bool {
	switch at, bt := earliest(a.finished), earliest(b.finished); {
	case at.IsZero() || bt.IsZero():
		return a.Outcome != "pass"
	case !at.Equal(bt):
		return at.After(bt)
	case a.Attempt != b.Attempt:
		return a.Attempt > b.Attempt
	}
	return a.Outcome != "pass"
}

// passed judges a required check on a subject at a moment (G4). Skipped,
// cancelled, neutral and missing are not passed; na passes with a rationale
// where the rule allows it. What fails happened when it was gone on without the
// check, which the caller says.
func (f *Facts) passed(category, subject string, on func(checked) bool, by span, naAllowed bool) Result {
	want := fmt.Sprintf("%s passed on %s", category, subject)
	if by.known() {
		want += " by " + stamp(by.from)
	}
	list := f.latest(category, on, by)
	if len(list) == 0 {
		return missing(want, f.nearMiss(category, on, by)).at(inRecord(f, "/checks"))
	}
	var where []verify.Place
	for _, c := range list {
		where = append(where, c.place(f, ""))
		switch {
		case c.Outcome == "pass" && c.ranNone():
			return fail("no-tests", want, "%s ran no test", c.Name).at(c.place(f, "/tests"))
		case c.Outcome == "pass", c.Outcome == "na" && naAllowed && !placeholder(c.Rationale):
		case c.Outcome == "na" && naAllowed:
			return missing(want, c.Name+" does not apply, and nothing says why").at(c.place(f, "/rationale"))
		default:
			return fail("check-"+c.Outcome, want, "%s: %s", c.Name, either(c.Conclusion, c.Outcome)).at(c.place(f, "/outcome"))
		}
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return pass(f.Stated(), "%s", several(names)).wants(want).at(where...)
}

// ranNone reports whether a run counted its tests and executed none.
func (c checked) ranNone() bool {
	t := c.Tests
	return t != nil && t.Total != nil && (*t.Total == 0 || t.Skipped != nil && *t.Skipped == *t.Total)
}

// nearMiss says what there is instead of a check that is missing.
func (f *Facts) nearMiss(category string, on func(checked) bool, by span) string {
	for _, c := range f.checksFor(category) {
		switch {
		case !on(c):
			return fmt.Sprintf("%s ran on something else", c.Name)
		case by != (span{}) && f.notAfter(c.finished, by) != yes:
			return fmt.Sprintf("%s finished %s", c.Name, c.finished)
		}
	}
	return "no result is recorded"
}
