package policy

import (
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// TestObjectIDs judges ids that no valid record holds: who makes facts in another
// way than from a dossier is told the same.
func TestObjectIDs(t *testing.T) {
	for _, c := range []struct {
		name  string
		patch func(*verify.Facts)
		found string
	}{
		{"abbreviated", func(f *verify.Facts) { f.Record.Commit = f.Record.Commit[:8] }, "commit"},
		{"upper case", func(f *verify.Facts) { f.Record.Tag.Object = strings.ToUpper(f.Record.Tag.Object) }, "tag object"},
		{"of a change", func(f *verify.Facts) { f.Record.Changes = []evidence.Change{{ID: "7", MergedAs: "3ac75589"}} }, "mergedAs"},
		{"of a later record", func(f *verify.Facts) {
			p := &evidence.Promotion{Commit: "3ac75589"}
			f.Records = append(f.Records, verify.RecordFact{Kind: "promotion", Predicate: p, Source: verify.SourceOwn})
		}, "commit"},
	} {
		f := &Facts{Facts: baseFacts(t), Params: DefaultParams()}
		if r := traceIDs(f); r.Outcome != verify.Pass {
			t.Fatalf("the base: %s", r.Found)
		}
		f = &Facts{Facts: baseFacts(t), Params: DefaultParams()}
		c.patch(f.Facts)
		if r := traceIDs(f); r.Outcome != verify.Fail || r.Code != "object-id" || !strings.HasPrefix(r.Found, c.found+":") {
			t.Errorf("%s: %s %s: %s", c.name, r.Outcome, r.Code, r.Found)
		}
	}
}

// TestNormalVersion compares forms that ecosystems give to one version.
func TestNormalVersion(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"1.2.0", "v1.2", true},
		{"1.2.0-rc.1", "1.2.0rc1", true},
		{"1.2.0-RC1", "1.2.0-rc.1", true},
		{"1.2.0-alpha.2", "1.2.0a2", true},
		{"1.2.0.Final", "1.2.0", true},
		{"2026.02.0", "2026.2.0", true},
		{"1.2.0", "1.2.0-SNAPSHOT", false},
		{"1.2.0", "1.2.0+dirty", false},
		{"1.23", "1.2.3", false},
		{"1.2.10", "1.2.1", false},
		{"1.2.0rc1", "1.2.0", false},
		{"1.2.0rc1", "1.2.0a1", false},
		{"1.2.0", "", false},
	} {
		if got := normalVersion(c.a) == normalVersion(c.b); got != c.same {
			t.Errorf("%s and %s: %t", c.a, c.b, got)
		}
	}
}

// TestRefPatterns matches what forges write: a pattern that leaves a doubt
// includes nothing and excludes.
func TestRefPatterns(t *testing.T) {
	f := &Facts{Facts: &verify.Facts{Record: &evidence.Record{Branches: &evidence.Branches{Default: "main"}}}}
	for _, c := range []struct {
		source           string
		include, exclude []string
		ref              string
		want             bool
	}{
		{"ruleset", []string{"refs/tags/v*"}, nil, "refs/tags/v1.2.3", true},
		{"ruleset", []string{"refs/tags/v*"}, nil, "refs/tags/api/v1.2.3", false},
		{"ruleset", []string{"refs/tags/*"}, nil, "refs/tags/api/v1.2.3", false},
		{"ruleset", []string{"refs/tags/**"}, nil, "refs/tags/api/v1.2.3", true},
		{"protected-tag", []string{"refs/tags/*"}, nil, "refs/tags/api/v1.2.3", true},
		{"ruleset", []string{"~ALL"}, []string{"refs/tags/*"}, "refs/tags/api/v1.2.3", false},
		{"ruleset", []string{"~DEFAULT_BRANCH"}, nil, "refs/heads/main", true},
		{"ruleset", []string{"~DEFAULT_BRANCH"}, nil, "refs/heads/release/1.2", false},
		{"branch-protection", []string{"release/*"}, nil, "refs/heads/release/1.2", true},
		{"branch-protection", []string{"main"}, nil, "refs/heads/mainline", false},
		{"ruleset", []string{"refs/tags/v?.2.3"}, nil, "refs/tags/v1.2.3", true},
		{"ruleset", []string{"refs/tags/v[0-9]*"}, nil, "refs/tags/v1.2.3", false},
		{"ruleset", nil, nil, "refs/heads/main", false},
	} {
		p := &evidence.Protection{Source: c.source, Include: c.include, Exclude: c.exclude}
		if got := f.covers(p, c.ref); got != c.want {
			t.Errorf("%v without %v of a %s over %s: %t", c.include, c.exclude, c.source, c.ref, got)
		}
	}
}
