package checks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
)

func TestMerge(t *testing.T) {
	read := func(in string) Result {
		t.Helper()
		r, err := Read(strings.NewReader(in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	suite := func(cases string) Result {
		return read(`<testsuite timestamp="2026-11-20T09:00:00Z" time="1">` + cases + `</testsuite>`)
	}
	good, bad := suite(`<testcase name="a"/>`), suite(`<testcase name="b"><failure/></testcase>`)
	none := suite(`<testcase name="c"><skipped/></testcase>`)
	clean, high := read(oneRun("", "")), read(oneRun("", `{"ruleId":"X","level":"error"}`))
	empty := read(`{"version":"2.1.0","runs":[]}`)
	cover := read("mode: set\na.go:1.1,2.2 3 1\n")
	tests := []struct {
		name string
		in   []Result
		want Outcome
		err  string
	}{
		{"one", []Result{good}, Pass, ""},
		{"failure last", []Result{good, none, bad}, Fail, ""},
		{"failure first", []Result{bad, good}, Fail, ""},
		{"a skipped shard", []Result{none, good}, Pass, ""},
		{"nothing but skipped", []Result{none, none}, Skipped, ""},
		{"scans", []Result{clean, high}, Fail, ""},
		{"a scan that did not take place", []Result{clean, empty}, Skipped, ""},
		{"tests and findings", []Result{good, clean}, "", "two checks"},
		{"one coverage", []Result{cover}, NA, ""},
		{"coverage", []Result{cover, cover}, "", "does not add up"},
		{"nothing", nil, "", "no file"},
		{"too many", make([]Result, maxParts+1), "", "at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Merge(tt.in)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || got.Outcome != tt.want || (got.Outcome == Pass) != (got.Reason == "") {
				t.Errorf("got %q (%s), %v; want %q", got.Outcome, got.Reason, err, tt.want)
			}
		})
	}
	got, err := Merge([]Result{good, bad})
	if err != nil || got.FinishedAt.IsZero() {
		t.Errorf("finished %v, %v", got.FinishedAt, err)
	}
	if d := cmp.Diff(&Tests{Total: 2, Failures: 1, Failed: []string{"b"}}, got.Tests); d != "" {
		t.Error(d)
	}
	two, err := Merge([]Result{high, high, clean})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]evidence.CheckRule{{ID: "X", Open: 2}}, two.Findings.Rules); d != "" || high.Findings.Open != 1 {
		t.Error(d, high.Findings.Open)
	}
	if d := cmp.Diff([]evidence.CheckTool{{Name: "T", Version: "1", Open: 2}}, two.Tools); d != "" {
		t.Error(d)
	}
}

// TestMergeProperty makes sure that a failure in any part fails the whole and
// that the order of the parts does not matter for outcome and counts.
func TestMergeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts []Result
		failed := false
		for range rapid.IntRange(1, 8).Draw(t, "parts") {
			cases := rapid.SliceOf(rapid.SampledFrom([]string{`<testcase name="a"/>`, `<testcase name="b"><failure/></testcase>`, `<testcase name="c"><skipped/></testcase>`})).Draw(t, "cases")
			r, err := Read(strings.NewReader("<testsuite>"+strings.Join(cases, "")+"</testsuite>"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			failed = failed || r.Outcome == Fail
			parts = append(parts, r)
		}
		one, err1 := Merge(parts)
		other, err2 := Merge(rapid.Permutation(parts).Draw(t, "order"))
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if (one.Outcome == Fail) != failed || one.Outcome != other.Outcome || one.Tests.Total != other.Tests.Total || one.Tests.Failures != other.Tests.Failures {
			t.Fatalf("%q %+v and %q %+v", one.Outcome, one.Tests, other.Outcome, other.Tests)
		}
		c, _ := one.Check("unit-test", commit, "", 1)
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}
