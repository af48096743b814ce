package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

const policyHead = "id: p\nversion: 1\neffective: { from: 2026-01-01 }\nextends: sox\n"

// TestRequiredChecksDefault reads the default back as a policy would give it.
func TestRequiredChecksDefault(t *testing.T) {
	for _, x := range Parameters() {
		if x.Name != "required-checks" {
			continue
		}
		p, err := Parse("p.yaml", []byte(policyHead+"parameters: { required-checks: "+x.Default+" }\n"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(DefaultParams(), p.Params); diff != "" {
			t.Errorf("the default as written is another:\n%s", diff)
		}
		return
	}
	t.Error("there is no parameter required-checks")
}

func TestRequiredChecksRefuses(t *testing.T) {
	for _, c := range []struct{ rows, want string }{
		{"[{ check: lint }]", `the key "at" is missing`},
		{"[{ check: lint, at: [] }]", "want a check, and at least one moment under at"},
		{"[{ check: '', at: [tag] }]", "want a check, and at least one moment under at"},
		{"[{ check: lint, at: [noon] }]", `unknown value "noon": want merge, tag, publish, production`},
		{"[{ check: lint, at: [tag], types: [service] }]", `unknown value "service": want svc, lib, iac, app, mono`},
		{"[{ check: lint, at: [tag], exposure: [all] }]", `unknown value "all": want user-facing`},
		{"[{ check: lint, at: [tag], kinds: [normal] }]", `unknown value "normal": want N, H, E, T, M`},
		{"lint", "a list"},
	} {
		_, err := Parse("p.yaml", []byte(policyHead+"parameters: { required-checks: "+c.rows+" }\n"))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "p.yaml:5:") {
			t.Errorf("%s: %v, want %q", c.rows, err, c.want)
		}
	}
}

func TestRequiredChecks(t *testing.T) {
	written := func(moment string, patch func(*evidence.Record)) string {
		f := &Facts{Facts: baseFacts(t), Params: DefaultParams()}
		patch(f.Record)
		var names []string
		for _, r := range f.requiredChecks(moment) {
			name := r.Check
			if r.NotApplicable {
				name += "?"
			}
			names = append(names, name)
		}
		return strings.Join(names, " ")
	}
	exposure := func(s string) func(*evidence.Record) {
		return func(r *evidence.Record) { r.Metadata = &evidence.RepositoryMetadata{Exposure: s} }
	}
	for _, c := range []struct {
		name, moment string
		patch        func(*evidence.Record)
		want         string
	}{
		{"merge", atMerge, func(*evidence.Record) {}, "lint unit-test build integration-test sast dependency-license-scan secrets?"},
		{"tag", atTag, func(*evidence.Record) {}, "lint unit-test build integration-test"},
		{"publish", atPublish, func(*evidence.Record) {}, "sbom-generate"},
		{"exposure not stated", atProduction, func(*evidence.Record) {}, "sast dependency-license-scan dast"},
		{"exposed", atProduction, exposure("user-facing"), "sast dependency-license-scan dast"},
		{"internal", atProduction, exposure("internal"), "sast dependency-license-scan dast?"},
		{"library", atProduction, func(r *evidence.Record) { r.Kind = evidence.KindLibrary }, "sast dependency-license-scan"},
		{"several repositories", atProduction, func(r *evidence.Record) { r.Manifest = &evidence.Manifest{} }, "integration-test sast dependency-license-scan dast"},
	} {
		if got := written(c.moment, c.patch); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
