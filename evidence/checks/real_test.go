package checks

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealFiles reads what real tools wrote; testdata/real/README.md says which.
func TestRealFiles(t *testing.T) {
	tests := []struct {
		name    string
		format  Format
		outcome Outcome
		tool    string
		tests   *Tests
		open    Severities
		rules   string
		cover   *Coverage
		problem string
	}{
		{name: "gotest.jsonl", format: GoTest, outcome: Fail, tool: "go test",
			tests: &Tests{Total: 5, Failures: 1, Skipped: 1, Failed: []string{"example.test/tiny.TestWrong"}}},
		{name: "gotestsum.junit.xml", format: JUnit, outcome: Fail,
			tests: &Tests{Total: 5, Failures: 1, Skipped: 1, Failed: []string{"example.test/tiny.TestWrong"}}},
		{name: "node.junit.xml", format: JUnit, outcome: Fail,
			tests: &Tests{Total: 3, Failures: 1, Skipped: 1, Failed: []string{"test.odd"}}},
		{name: "staticcheck.sarif.json.gz", format: SARIF, outcome: Pass, tool: "Staticcheck",
			open: Severities{Medium: 2}, rules: "SA1019 U1000"},
		{name: "staticcheck-clean.sarif.json.gz", format: SARIF, outcome: Pass, tool: "Staticcheck", problem: "no list of results"},
		{name: "golangci.sarif.json", format: SARIF, outcome: Fail, tool: "golangci-lint",
			open: Severities{High: 3}, rules: "govet staticcheck unused"},
		{name: "golangci-clean.sarif.json", format: SARIF, outcome: Pass, tool: "golangci-lint"},
		{name: "golangci.junit.xml", format: JUnit, outcome: Fail,
			tests: &Tests{Total: 3, Failures: 3, Failed: []string{"tiny.go:15:49.govet", "tiny.go:8:2.staticcheck", "tiny.go:25:6.unused"}}},
		{name: "golangci-clean.junit.xml", format: JUnit, outcome: Skipped, tests: &Tests{}},
		{name: "gosec.sarif.json", format: SARIF, outcome: Fail, tool: "gosec", open: Severities{High: 3}, rules: "G304 G401 G501"},
		{name: "go.cover.txt", format: CoverProfile, outcome: NA, tool: "go test", cover: &Coverage{"statements", 3, 5, 1}},
		{name: "gocover.cobertura.xml", format: Cobertura, outcome: NA, cover: &Coverage{"lines", 4, 8, 1}},
		{name: "gcov2lcov.info", format: LCOV, outcome: NA, cover: &Coverage{"lines", 4, 8, 1}},
		{name: "node.lcov.info", format: LCOV, outcome: NA, cover: &Coverage{"lines", 15, 15, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(realFile(t, tt.name), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Format != tt.format || got.Outcome != tt.outcome || tt.problem == "" && got.Problems != nil || !strings.Contains(strings.Join(got.Problems, " "), tt.problem) {
				t.Errorf("got %s %q (%s), problems %q", got.Format, got.Outcome, got.Reason, got.Problems)
			}
			if d := cmp.Diff(tt.tests, got.Tests) + cmp.Diff(tt.cover, got.Coverage); d != "" {
				t.Error(d)
			}
			if tool := firstTool(got); tool != tt.tool {
				t.Errorf("tool %q, want %q", tool, tt.tool)
			}
			if f := got.Findings; f != nil {
				var rules []string
				for _, r := range f.Rules {
					rules = append(rules, r.ID)
				}
				if f.Severities != tt.open || strings.Join(rules, " ") != tt.rules {
					t.Errorf("findings %+v of %q", f.Severities, rules)
				}
			}
			c, m := got.Check("check", commit, "", 1)
			if err := c.Validate(); err != nil || m.Validate() != nil {
				t.Error(err, m.Validate())
			}
		})
	}
}

func firstTool(r Result) string {
	if len(r.Tools) == 0 {
		return ""
	}
	return r.Tools[0].Name
}

// realFile opens one of the files, unpacked.
func realFile(t *testing.T, name string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "real", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
