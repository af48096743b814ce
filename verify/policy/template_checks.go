package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/commits"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/verify"
)

// noDetails is the result for a pull request whose description nobody recorded.
func (p *pull) noDetails(f *Facts) Result {
	return missing("", "what the description of "+p.String()+" says is not recorded").at(p.place(f, "/details")).follows("pr/template-complete")
}

// eachDetails is eachPull for rules about the description.
func (f *Facts) eachDetails(want string, judge func(*pull, *evidence.ChangeDetails) (Result, bool)) Result {
	return f.eachPull(want, func(p *pull) (Result, bool) {
		if p.Details == nil {
			return p.noDetails(f), false
		}
		return judge(p, p.Details)
	})
}

// says returns why a field of the description says nothing; ok if it does.
func (p *pull) says(f *Facts, field string) (Result, bool) {
	at, why := unstated(p.Details, field)
	if why == "" {
		return Result{}, true
	}
	return missing("", p.String()+": "+why).at(p.place(f, "/details"+at)), false
}

// field is a field of the template. owner is the control that asks for it by
// itself, if there is one; when tells whether it is needed.
type field struct {
	pointer, owner string
	when           func(*evidence.ChangeDetails) bool
}

// notApplicableWord answers a question of the template that may not apply.
const notApplicableWord = "na"

// templateFields are the fields of the template (3.9), beside tests and scans.
var templateFields = []field{
	{pointer: "/summary"},
	{pointer: "/rationale"},
	{pointer: "/risk/userImpact", owner: "pr/description-trail"},
	{pointer: "/risk/blastRadius"},
	{pointer: "/risk/type", owner: "pr/change-type-declared"},
	{pointer: "/risk/backwardCompatible", when: func(d *evidence.ChangeDetails) bool { return d.Risk.BackwardCompatible != notApplicableWord }},
	{pointer: "/risk/dataMigration", owner: "pr/db-declared"},
	{pointer: "/risk/dataMigrationText", owner: "pr/db-declared", when: func(d *evidence.ChangeDetails) bool { return d.Risk.DataMigration == "other" }},
	{pointer: "/rollout/configurationChange"},
	{pointer: "/rollout/configurationDetails", when: func(d *evidence.ChangeDetails) bool { return d.Rollout.ConfigurationChange == "yes" }},
	{pointer: "/rollout/steps", owner: "pr/rollout-rollback"},
	{pointer: "/rollout/progressive", when: func(d *evidence.ChangeDetails) bool { return d.Rollout.Progressive != notApplicableWord }},
	{pointer: "/rollout/progressiveDetails", when: func(d *evidence.ChangeDetails) bool { return d.Rollout.Progressive == "yes" }},
	{pointer: "/rollback/primary", owner: "pr/rollout-rollback"},
	{pointer: "/rollback/data"},
	{pointer: "/rollback/steps"},
	{pointer: "/ownedPaths"},
	{pointer: "/requiredApprovers", when: func(d *evidence.ChangeDetails) bool { return d.OwnedPaths == "yes" }},
	{pointer: "/notes/added|/notes/changed|/notes/fixed|/notes/security"},
}

// templateTests are the tests and scans of the template; of several names one is
// enough.
var templateTests = []struct {
	names []string
	owner string
}{
	{[]string{"unit"}, "pr/test-evidence"},
	{[]string{"integration"}, "pr/test-evidence"},
	{[]string{"e2e", "dast"}, "pr/test-evidence"},
	{[]string{"reproduction"}, ""},
	{[]string{"sast"}, "pr/security-testing-declared"},
	{[]string{"dependency-license"}, "pr/security-testing-declared"},
	{[]string{"sbom"}, "pr/security-testing-declared"},
	{[]string{"secrets"}, "pr/security-testing-declared"},
}

func prTemplate(f *Facts) Result {
	return f.eachPull("every field of the template filled in", func(p *pull) (Result, bool) {
		if p.Details == nil {
			r := p.noDetails(f)
			r.FollowsFrom = ""
			return r, false
		}
		for _, x := range templateFields {
			if x.when != nil && !x.when(p.Details) {
				continue
			}
			if r, ok := p.says(f, x.pointer); !ok {
				return r.follows(x.owner), false
			}
		}
		for _, t := range templateTests {
			if p.test(t.names...) == nil {
				return missing("", fmt.Sprintf("%s shows no %s", p, strings.Join(t.names, " or "))).at(p.place(f, "/details/testing")).follows(t.owner), false
			}
		}
		for i, t := range p.Details.Testing {
			if t.Run == nil && placeholder(t.Rationale) {
				return missing("", fmt.Sprintf("%s: the rationale for %s is %q", p, t.Name, t.Rationale)).at(p.place(f, fmt.Sprintf("/details/testing/%d/rationale", i))).follows(ownerOfTest(t.Name)), false
			}
		}
		return Result{}, true
	})
}

// ownerOfTest is the control that judges a test or scan of the template by
// itself.
func ownerOfTest(name string) string {
	for _, t := range templateTests {
		if slices.Contains(t.names, name) {
			return t.owner
		}
	}
	return ""
}

// test returns the first test or scan of a name that the description shows; nil
// for none.
func (p *pull) test(names ...string) *evidence.ChangeTest {
	if p.Details == nil {
		return nil
	}
	for i, t := range p.Details.Testing {
		if slices.Contains(names, t.Name) {
			return &p.Details.Testing[i]
		}
	}
	return nil
}

func prTrail(f *Facts) Result {
	return f.eachDetails("ticket, risk and way back in every description", func(p *pull, d *evidence.ChangeDetails) (Result, bool) {
		if !slices.ContainsFunc(p.Tickets, func(t evidence.TicketMention) bool { return slices.Contains(t.In, "description") }) {
			return missing("", "the description of "+p.String()+" names no ticket").at(p.place(f, "/tickets")), false
		}
		if r, ok := p.says(f, "/risk/userImpact"); !ok {
			return r, false
		}
		r, ok := p.says(f, "/rollback/primary")
		return r.follows("pr/rollout-rollback"), ok
	})
}

// namesVersion finds a version or a digest in a text.
var namesVersion = lazyregexp.New(`(^|[^0-9A-Za-z])v?[0-9]+\.[0-9]+|sha(256|384|512):[0-9a-f]{64}`)

func prRollout(f *Facts) Result {
	return f.eachDetails("rollout steps, and a version or digest to go back to or why there is none", func(p *pull, d *evidence.ChangeDetails) (Result, bool) {
		for _, pointer := range []string{"/rollout/steps", "/rollback/primary"} {
			if r, ok := p.says(f, pointer); !ok {
				return r, false
			}
		}
		r := fail("rollback-vague", "", "%s: %s", p, d.Rollback.Primary).at(p.place(f, "/details/rollback/primary"))
		return r, d.Rollback.NoSafeRollback || namesVersion.MatchString(d.Rollback.Primary)
	})
}

// testCategories are the checks that the tests and scans of the template are.
var testCategories = map[string][]string{
	"unit": {"unit-test"}, "integration": {"integration-test"}, "e2e": {"integration-test", "dast"}, "dast": {"dast"},
	"sast": {"sast"}, "dependency-license": {"dependency-license-scan"}, "sbom": {"sbom-generate"}, "secrets": {"secrets"},
}

// runs returns the results of checks of the pull request's own commits that the
// run of a test leads to: by address, digest or run id. Where one run holds
// several checks, those of the test's category.
func (f *Facts) runs(p *pull, t *evidence.ChangeTest) []checked {
	var all, fitting []checked
	own := append(slices.Clone(p.Commits), p.HeadCommit, p.MergedAs)
	slices.Sort(own)
	for _, id := range slices.Compact(own) {
		for _, c := range f.checksOn(string(id)) {
			if !pointsAt(*t.Run, c.Check) {
				continue
			}
			all = append(all, c)
			if slices.Contains(testCategories[t.Name], c.category) {
				fitting = append(fitting, c)
			}
		}
	}
	if len(fitting) > 0 {
		return fitting
	}
	return all
}

// pointsAt reports whether a reference leads to a check.
func pointsAt(r evidence.ResourceDescriptor, c *evidence.Check) bool {
	last := r.URI[strings.LastIndexByte(r.URI, '/')+1:]
	if c.RunID != "" && (r.Name == c.RunID || last == c.RunID) {
		return true
	}
	for _, e := range c.Evidence {
		if r.URI != "" && r.URI == e.URI || r.Digest["sha256"] != "" && r.Digest["sha256"] == e.Digest["sha256"] {
			return true
		}
	}
	return false
}

// judgeTest judges one test or scan of the description. Where resolve is set, its
// run must be in the record and have passed; otherwise a run in the record may
// also say why it does not apply.
func (f *Facts) judgeTest(p *pull, t *evidence.ChangeTest, resolve bool) (Result, bool) {
	i := slices.IndexFunc(p.Details.Testing, func(x evidence.ChangeTest) bool { return x.Name == t.Name })
	place := p.place(f, fmt.Sprintf("/details/testing/%d", i))
	runs := f.runs(p, t)
	if len(runs) == 0 && resolve {
		return fail("run-not-found", "", "%s shows %s by %s, which is no recorded check of its commits", p, t.Name, either(t.Run.URI, t.Run.Name)).at(place), false
	}
	for _, c := range runs {
		excused := !resolve && c.Outcome == "na" && !placeholder(c.Rationale)
		if c.Outcome != "pass" && !excused && !slices.ContainsFunc(runs, func(x checked) bool { return x.Name == c.Name && x.Outcome == "pass" && newer(x, c) }) {
			return fail("run-did-not-pass", "", "%s shows %s by %s, of which %s is %s", p, t.Name, either(t.Run.URI, t.Run.Name), c.Name, c.Outcome).at(place, c.place(f, "/outcome")), false
		}
	}
	return Result{}, true
}

func prTests(f *Facts) Result {
	return f.eachDetails("runs of unit, integration and end-to-end tests that passed", func(p *pull, d *evidence.ChangeDetails) (Result, bool) {
		for _, names := range [][]string{{"unit"}, {"integration"}, {"e2e", "dast"}} {
			t := p.test(names...)
			switch {
			case t == nil:
				return missing("", fmt.Sprintf("%s shows no %s", p, strings.Join(names, " or "))).at(p.place(f, "/details/testing")), false
			case t.Run == nil && (len(names) == 1 || placeholder(t.Rationale)):
				return missing("", fmt.Sprintf("%s shows no run of %s", p, t.Name)).at(p.place(f, "/details/testing")), false
			case t.Run == nil:
				continue
			}
			if r, ok := f.judgeTest(p, t, true); !ok {
				return r, false
			}
		}
		return Result{}, true
	})
}

func prSecurityTests(f *Facts) Result {
	return f.eachDetails("static analysis, dependencies, SBOM and secrets: a run, or why it does not apply", func(p *pull, d *evidence.ChangeDetails) (Result, bool) {
		for _, name := range []string{"sast", "dependency-license", "sbom", "secrets"} {
			t := p.test(name)
			switch {
			case t == nil:
				return missing("", fmt.Sprintf("%s shows no %s", p, name)).at(p.place(f, "/details/testing")), false
			case t.Run == nil && placeholder(t.Rationale):
				return missing("", fmt.Sprintf("%s: the rationale for %s is %q", p, name, t.Rationale)).at(p.place(f, "/details/testing")), false
			case t.Run == nil:
				continue
			}
			if r, ok := f.judgeTest(p, t, false); !ok {
				return r, false
			}
		}
		return Result{}, true
	})
}

func prDatabase(f *Facts) Result {
	return f.eachDetails("whether the database changes, and by which step", func(p *pull, d *evidence.ChangeDetails) (Result, bool) {
		if r, ok := p.says(f, "/risk/dataMigration"); !ok {
			return r, false
		}
		if d.Risk.DataMigration == "other" {
			return p.says(f, "/risk/dataMigrationText")
		}
		if d.Risk.DataMigration != "none" {
			return Result{}, true
		}
		o := f.ownersOf(p)
		for _, path := range o.paths {
			if globbed(f.Params.MigrationPaths, path) {
				return fail("migration-not-declared", "", "%s says none and touches %s", p, path).at(p.place(f, "/details/risk/dataMigration")), false
			}
		}
		if !o.known {
			return unknown("paths", "%s says none, and what it touches is not known", p).at(p.place(f, "/details/risk/dataMigration")).follows("pr/ownership-metadata"), false
		}
		return Result{}, true
	})
}

func prChangeType(f *Facts) Result {
	of := map[string]string{}
	for _, pair := range f.Params.ChangeTypes {
		if from, to, ok := strings.Cut(pair, "="); ok {
			of[strings.TrimSpace(from)] = strings.TrimSpace(to)
		}
	}
	return f.eachDetails("the type of change, as the commits have it", func(p *pull, d *evidence.ChangeDetails) (Result, bool) {
		if r, ok := p.says(f, "/risk/type"); !ok {
			return r, false
		}
		var other string
		for _, c := range f.landedInRange(p) {
			m, err := commits.Parse(c.Message)
			typ := of[m.Type]
			switch {
			case err != nil || typ == "":
			case typ == d.Risk.Type:
				return Result{}, true
			default:
				other = fmt.Sprintf("%s says %s, and its commit %s is %s", p, d.Risk.Type, short(string(c.ID)), m.Type)
			}
		}
		return warn(verify.Weakest(f.Stated(), f.Range.Proof), "type-differs", "%s", other).at(p.place(f, "/details/risk/type")), other == ""
	})
}
