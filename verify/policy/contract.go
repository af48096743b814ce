package policy

import (
	"slices"
	"strings"

	"github.com/release-dossier/dossier/verify"
)

// publicTraits are what a repository says of itself that offers something to
// others whose form it promises to keep.
var publicTraits = []string{"public api", "public contract", "public-api", "public-contract"}

// publicContract reports whether the repository declares one.
func (f *Facts) publicContract() bool {
	if f.Record.Compatibility != nil {
		return true
	}
	m := f.Record.Metadata
	return m != nil && slices.ContainsFunc(m.Traits, func(t string) bool {
		return slices.ContainsFunc(publicTraits, func(p string) bool { return strings.Contains(strings.ToLower(t), p) })
	})
}

// verdictOf is the part of the version that a comparison of interfaces asks to
// raise: 0 MAJOR, 1 MINOR, 2 PATCH. A comparison that fails found a break.
func verdictOf(c checked) int {
	switch strings.ToLower(c.Conclusion) {
	case "major", "breaking":
		return 0
	case "minor", "additive":
		return 1
	}
	if c.Outcome == "pass" {
		return 2
	}
	return 0
}

var versionParts = []string{"MAJOR", "MINOR", "PATCH"}

func versionContract(f *Facts) Result {
	const want = "a comparison with the released interfaces that asks for no higher version"
	if !f.publicContract() {
		return notApplicable("no public contract is declared")
	}
	s, why, ok := versionStep(f)
	if !ok {
		return why.wants(want)
	}
	list := f.latest("api-compat", f.onRelease, span{})
	if len(list) == 0 {
		return missing(want, "no check api-compat of the release is recorded").at(inRecord(f, "/checks"))
	}
	var where []verify.Place
	for _, c := range list {
		where = append(where, c.place(f, ""))
		switch verdict := verdictOf(c); {
		case c.Outcome != "pass" && c.Outcome != "fail":
			return fail("check-"+c.Outcome, want, "%s: %s", c.Name, either(c.Rationale, c.Outcome)).at(c.place(f, "/outcome"))
		case s.raised > verdict:
			return fail("contract-broken", want, "%s; %s asks to raise %s", s, c.Name, versionParts[verdict]).at(c.place(f, ""), inRecord(f, "/version"))
		}
	}
	return pass(f.Stated(), "%s, %s", s, plural(len(list), "comparison", "comparisons")).wants(want).at(where...)
}

func versionCalculated(f *Facts) Result {
	const want = "the tag's trailer " + trailerTool + " to name the program that chose the version"
	place := inRecord(f, "/tag/object")
	tool := tagTrailer(f, trailerTool)
	if placeholder(tool) || strings.EqualFold(tool, "none") || strings.EqualFold(tool, "manual") {
		return missing(want, "it names none").at(place)
	}
	return pass(tagProof(f), "%s", tool).wants(want).at(place)
}
