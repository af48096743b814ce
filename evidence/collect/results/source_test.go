package results_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/ci"
	"github.com/release-dossier/dossier/evidence/collect/results"
)

const (
	good     = `<testsuite timestamp="2026-11-20T09:00:00Z" time="1"><testcase name="a"/></testsuite>`
	bad      = `<testsuite><testcase name="b"><failure/></testcase></testsuite>`
	noneFine = `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint","version":"1"}},"results":[{"ruleId":"R","level":"warning"}]}]}`
	cover    = "mode: set\na.go:1.1,2.2 3 1\na.go:3.1,4.2 1 0\n"
)

var hello = evidence.Sum([]byte("hello"))

// vulns is a statement about an artifact.
func vulns(about evidence.Digest) string {
	return `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"` + about.Hex() + `"}}],` +
		`"predicateType":"https://in-toto.io/attestation/vulns/v0.2","predicate":{"scanner":{"uri":"pkg:x","version":"1",` +
		`"db":{"uri":"https://db.example","version":"7","lastUpdate":"2026-11-19T00:00:00Z"},"result":[]}}}`
}

// world writes files and returns their directory, and a target.
func world(t *testing.T, files map[string]string) (string, collect.Target) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a[b]*") // no pattern
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, collect.Target{
		Commit: strings.Repeat("a", 40), Artifacts: []evidence.Artifact{{Name: "hello", Digest: hello}},
		Run:      ci.Run{System: ci.GitHub, RunID: "7", URI: "https://forge.example/runs/7", Attempt: 2},
		Progress: func(int64, int64) {},
	}
}

func TestSource(t *testing.T) {
	dir, target := world(t, map[string]string{
		"out/a.xml": good, "out/b.xml": bad, "lint.sarif": noneFine, "cover.out": cover, "scan.json": vulns(hello),
	})
	retries := int64(1)
	s := results.Source{Dir: dir, Entries: []results.Entry{
		{Check: "unit-test", Files: []string{"./out/*.xml", "out/a.xml"}, MaxRetries: &retries},
		{Check: "lint", Category: "sast", Files: []string{"lint.sarif"}, FailAt: "medium"},
		{Check: "unit-test", Files: []string{"cover.out"}, Minimum: 70},
		{Check: "scan", Files: []string{"scan.json"}, Subject: "hello"},
		{Check: "dast", NotApplicable: "a library: nothing listens"},
	}}
	part, err := s.Collect(context.Background(), target)
	if err != nil {
		t.Fatal(err)
	}
	record := &evidence.Record{}
	if err := part.Fill(record); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range record.Checks {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
		got = append(got, c.Name+" "+c.Outcome)
	}
	if d := cmp.Diff([]string{"unit-test fail", "lint fail", "scan pass", "dast na"}, got); d != "" {
		t.Fatal(d)
	}
	unit := record.Checks[0]
	if *unit.Tests.Total != 2 || *unit.Tests.Failures != 1 || *unit.Coverage.Covered != 3 || *unit.Coverage.Minimum != 70 {
		t.Errorf("tests %+v, coverage %+v", unit.Tests, unit.Coverage)
	}
	if unit.Attempt != 2 || unit.RunID != "7" || *unit.MaxRetries != 1 || unit.Subject.Digest["gitCommit"] != target.Commit {
		t.Errorf("got %+v", unit)
	}
	var names []string
	for _, e := range append(unit.Evidence, record.Checks[2].Evidence...) {
		names = append(names, e.Name)
	}
	if d := cmp.Diff([]string{"run", "results/unit-test-attempt2.junit.xml", "results/unit-test-attempt2-2.junit.xml",
		"results/unit-test-attempt2.cover.txt", "run", "results/scan-attempt2.intoto.json"}, names); d != "" {
		t.Error(d)
	}
	if at := record.Checks[2].Tools[0].DatabaseAt; at == nil || at.Day() != 19 {
		t.Errorf("the database is of %v", at)
	}
	if len(part.Documents) != 5 || len(part.Gaps) != 2 || len(part.Found) != 4 {
		t.Errorf("%d documents, gaps %+v, found %+v", len(part.Documents), part.Gaps, part.Found)
	}
	for _, d := range part.Documents {
		if err := evidence.CheckMaterialName(d.Name); err != nil || d.Blob.Size == 0 {
			t.Errorf("document %+v: %v", d, err)
		}
	}
}

func TestSourceRefuses(t *testing.T) {
	dir, target := world(t, map[string]string{
		"a.xml": good, "lint.sarif": noneFine, "cover.out": cover, "more.out": cover, "empty.xml": "", "scan.json": vulns(evidence.Sum(nil)),
	})
	tests := []struct {
		name    string
		entries []results.Entry
		want    string
	}{
		{"no name", []results.Entry{{Files: []string{"a.xml"}}}, "no name"},
		{"nothing", []results.Entry{{Check: "x"}}, "either its files"},
		{"files and a reason", []results.Entry{{Check: "x", Files: []string{"a.xml"}, NotApplicable: "y"}}, "either its files"},
		{"no match", []results.Entry{{Check: "x", Files: []string{"*.none"}}}, `no file matches "*.none": run the check first`},
		{"outside", []results.Entry{{Check: "x", Files: []string{"../*.xml"}}}, "leads out"},
		{"absolute", []results.Entry{{Check: "x", Files: []string{"/etc/passwd"}}}, "leads out"},
		{"malformed", []results.Entry{{Check: "x", Files: []string{"[a.xml"}}}, "syntax error"},
		{"directory", []results.Entry{{Check: "x", Files: []string{"."}}}, "not a regular file"},
		{"empty file", []results.Entry{{Check: "x", Files: []string{"empty.xml"}}}, "check x: empty.xml: the file is empty"},
		{"wrong format", []results.Entry{{Check: "x", Files: []string{"a.xml"}, Format: "sarif"}}, "a.xml: sarif"},
		{"findings for tests", []results.Entry{{Check: "x", Category: "unit-test", Files: []string{"lint.sarif"}}}, "cannot show that tests ran"},
		{"unknown artifact", []results.Entry{{Check: "x", Files: []string{"a.xml"}, Subject: "bye"}}, `"bye" is no artifact of the release: it has hello`},
		{"statement about something else", []results.Entry{{Check: "x", Files: []string{"scan.json"}}}, "not about git:commit"},
		{"coverage of two files", []results.Entry{{Check: "x", Files: []string{"cover.out", "more.out"}}}, "does not add up"},
		{"twice", []results.Entry{{Check: "x", Files: []string{"a.xml"}}, {Check: "x", Files: []string{"lint.sarif"}}}, "a second entry"},
		{"no category", []results.Entry{{Check: "x", Category: "tests", Files: []string{"a.xml"}}}, "/category"},
		{"negative attempt", []results.Entry{{Check: "x", Attempt: -1, Files: []string{"a.xml"}}}, "counted from 1"},
		{"all errors", []results.Entry{{Check: "x", Files: []string{"*.none"}}, {Check: "y"}}, "check y"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := results.Source{Dir: dir, Entries: tt.entries}.Collect(context.Background(), target)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	target.Separate = []string{"names"}
	if _, err := (results.Source{Dir: dir}).Collect(context.Background(), target); err == nil {
		t.Error("an unknown part is withheld")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (results.Source{Dir: dir, Entries: []results.Entry{{Check: "x", Files: []string{"a.xml"}}}}).Collect(ctx, target); err == nil {
		t.Error("a cancelled collection gave results")
	}
}

// TestSourceAttempts keeps attempts apart, so that a policy sees them all.
func TestSourceAttempts(t *testing.T) {
	dir, target := world(t, map[string]string{"1.xml": bad, "2.xml": good})
	part, err := results.Source{Dir: dir, Entries: []results.Entry{
		{Check: "unit-test", Files: []string{"1.xml"}, Attempt: 1}, {Check: "unit-test", Files: []string{"2.xml"}},
	}}.Collect(context.Background(), target)
	if err != nil {
		t.Fatal(err)
	}
	record := &evidence.Record{}
	if err := part.Fill(record); err != nil {
		t.Fatal(err)
	}
	if len(record.Checks) != 2 || record.Checks[0].Outcome != "fail" || record.Checks[1].Attempt != 2 {
		t.Errorf("got %+v", record.Checks)
	}
}
