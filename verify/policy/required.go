package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify"
)

// The moments by which a required check must have passed (controls catalogue,
// 3.14): the merge of a pull request, on its head; the tag, on the released
// commit; the publication of the artifacts; and the entry to production. What is
// looked at after a deployment is recorded with its promotion.
const (
	atMerge      = "merge"
	atTag        = "tag"
	atPublish    = "publish"
	atProduction = "production"
)

var requirementMoments = []string{atMerge, atTag, atPublish, atProduction}

// The ways in which a component is reached (controls catalogue, 3.18).
const (
	exposureUser     = "user-facing"
	exposureNetwork  = "network-reachable"
	exposureInternal = "internal"
	exposureNone     = "none"
)

var exposures = []string{exposureUser, exposureNetwork, exposureInternal, exposureNone}

// exposed are those in which somebody from outside reaches it.
var exposed = []string{exposureUser, exposureNetwork}

// Requirement is a row of the table of required checks: one check, when it must
// have passed, and for which releases.
type Requirement struct {
	// Check is the category of the check: "unit-test".
	Check string `json:"check" yaml:"check,required"`
	// At are the moments by which it must have passed.
	At []string `json:"at" yaml:"at,required"`
	// Types, Exposure and Kinds are the repository types, exposures and kinds of
	// release (N, H, E, T, M) that it is required for; none is any. A release of
	// several kinds needs what any of them needs.
	Types    []string `json:"types,omitempty" yaml:"types"`
	Exposure []string `json:"exposure,omitempty" yaml:"exposure"`
	Kinds    []string `json:"kinds,omitempty" yaml:"kinds"`
	// NotApplicable allows it not to apply, with a recorded reason.
	NotApplicable bool `json:"notApplicable,omitempty" yaml:"not-applicable"`
}

// String writes the row as a policy does.
func (r Requirement) String() string {
	text := fmt.Sprintf("{ check: %s, at: %s", r.Check, written(r.At))
	for _, of := range []struct {
		key  string
		list []string
	}{{"types", r.Types}, {"exposure", r.Exposure}, {"kinds", r.Kinds}} {
		if len(of.list) > 0 {
			text += ", " + of.key + ": " + written(of.list)
		}
	}
	if r.NotApplicable {
		text += ", not-applicable: true"
	}
	return text + " }"
}

// Requirements are the table of required checks.
type Requirements []Requirement

// String writes the table as a policy does.
func (t Requirements) String() string {
	var rows []string
	for _, r := range t {
		rows = append(rows, r.String())
	}
	return "[" + strings.Join(rows, ", ") + "]"
}

// defaultRequirements is the catalogue's own table (3.14). Reviews, signatures,
// provenance, approvals and windows are no results of checks: controls of their
// own ask for them.
func defaultRequirements() Requirements {
	deployed := []string{string(evidence.KindService), string(evidence.KindInfrastructure), string(evidence.KindApp)}
	return Requirements{
		{Check: "lint", At: []string{atMerge, atTag}},
		{Check: "unit-test", At: []string{atMerge, atTag}},
		{Check: "build", At: []string{atMerge, atTag}},
		{Check: "integration-test", At: []string{atMerge, atTag}},
		{Check: "integration-test", At: []string{atProduction}, Kinds: []string{kindManifest}},
		{Check: "sast", At: []string{atMerge, atProduction}},
		{Check: "dependency-license-scan", At: []string{atMerge, atProduction}},
		{Check: "sbom-generate", At: []string{atPublish}},
		{Check: "dast", At: []string{atProduction}, Types: deployed, Exposure: slices.Clone(exposed)},
		{Check: "dast", At: []string{atProduction}, Types: deployed, Exposure: []string{exposureInternal, exposureNone}, NotApplicable: true},
		{Check: "secrets", At: []string{atMerge}, NotApplicable: true},
	}
}

// requirements is a parameter that is such a table.
func requirements(name, doc, source string, field func(*Params) *Requirements) Parameter {
	p := parameter(name, doc, source, defaultRequirements(), field, readRequirements)
	p.reset = func(p *Params) { *field(p) = defaultRequirements() }
	return p
}

func readRequirements(n *strictyaml.Node) (Requirements, error) {
	var rows []strictyaml.Located[Requirement]
	if err := n.Decode(&rows); err != nil {
		return nil, err
	}
	if len(rows) > maxList {
		return nil, n.Errorf("%d rows, at most %d are read", len(rows), maxList)
	}
	table := make(Requirements, 0, len(rows))
	for _, row := range rows {
		r := row.Value
		if strings.TrimSpace(r.Check) == "" || len(r.At) == 0 {
			return nil, row.Errorf("want a check, and at least one moment under at")
		}
		for _, of := range []struct{ list, among []string }{
			{r.At, requirementMoments},
			{r.Types, []string{string(evidence.KindService), string(evidence.KindLibrary), string(evidence.KindInfrastructure), string(evidence.KindApp), string(evidence.KindMono)}},
			{r.Exposure, exposures},
			{r.Kinds, []string{kindNormal, kindHotfix, kindEmergency, kindTrain, kindManifest}},
		} {
			for _, word := range of.list {
				if !slices.Contains(of.among, word) {
					return nil, row.Errorf("unknown value %.40q: want %s", word, strings.Join(of.among, ", "))
				}
			}
		}
		table = append(table, r)
	}
	return table, nil
}

// exposure is how the component is reached. Who does not say is taken to be
// reached by anybody.
func (f *Facts) exposure() string {
	if m := f.Record.Metadata; m != nil && m.Exposure != "" {
		return m.Exposure
	}
	return exposureNetwork
}

// requiredChecks returns the checks that must have passed by a moment of this
// release (G4): atMerge, atTag, atPublish or atProduction. Each check is there
// once; it may only then not apply if every row that requires it says so.
func (f *Facts) requiredChecks(moment string) []Requirement {
	by := f.required.get(func() map[string][]Requirement { return map[string][]Requirement{} })
	list, ok := by[moment]
	if !ok {
		list = f.requiredAt(moment)
		by[moment] = list
	}
	return list
}

func (f *Facts) requiredAt(moment string) []Requirement {
	var list []Requirement
	for _, r := range f.Params.RequiredChecks {
		if !slices.Contains(r.At, moment) || !r.requiredFor(f) {
			continue
		}
		r.NotApplicable = r.NotApplicable || r.Check == "integration-test" && !slices.Contains(r.Kinds, kindManifest) && f.untested()
		if i := slices.IndexFunc(list, func(x Requirement) bool { return x.Check == r.Check }); i >= 0 {
			list[i].NotApplicable = list[i].NotApplicable && r.NotApplicable
			continue
		}
		list = append(list, r)
	}
	return list
}

// untested reports whether the repository's metadata says that it has no
// integration tests.
func (f *Facts) untested() bool {
	m := f.Record.Metadata
	return m != nil && slices.ContainsFunc(m.Traits, func(t string) bool { return holdsFold(f.Params.UntestedTraits, t) })
}

// requiredFor reports whether the row is about this release.
func (r Requirement) requiredFor(f *Facts) bool {
	return (len(r.Types) == 0 || slices.Contains(r.Types, string(f.Record.Kind))) &&
		(len(r.Exposure) == 0 || slices.Contains(r.Exposure, f.exposure())) &&
		(len(r.Kinds) == 0 || f.isAny(r.Kinds))
}

// requiredPassed judges all checks required by a moment on one subject, each by
// its latest run that had ended by then, and returns the first that did not
// pass, which follows from the control of that check, if any. The zero span is any
// time. That nothing is required is never a pass. A control that judges outcomes
// (Control.Last) goes on without a check whose own control is waived.
func (f *Facts) requiredPassed(moment, subject string, on func(checked) bool, by span) Result {
	list := f.requiredChecks(moment)
	want := "every check required by the " + moment + " passed on " + subject
	if len(list) == 0 {
		return missing(want, "the policy requires no check by the "+moment).at(inRecord(f, "/checks"))
	}
	var proofs []verify.Proof
	var where []verify.Place
	var names []string
	for _, r := range list {
		res := f.passed(r.Check, subject, on, by, r.NotApplicable)
		switch control := checkControl(r.Check); {
		case res.Outcome == verify.Pass:
		case moment == atMerge:
			return res
		case f.result(control).Outcome == verify.Waived:
			res.Inputs = nil
		default:
			return res.follows(control)
		}
		proofs, where, names = append(proofs, res.Proof), append(where, res.Inputs...), append(names, r.Check)
	}
	return pass(weakest(proofs, f.Stated()), "%s", strings.Join(names, ", ")).wants(want).at(where...)
}

// checkControl is the control that judges a required check on the release, ""
// for one that has none of its own.
func checkControl(category string) string {
	switch category {
	case "lint", "unit-test", "build", "integration-test", "sast", "sbom-generate", "dast":
		return "check/" + category
	case "dependency-license-scan":
		return "check/dependency-license"
	case "secrets":
		return "check/secrets-scan"
	}
	return ""
}
