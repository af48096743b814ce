package checks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	bomHead = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2026-11-20T09:00:00Z","tools":{"components":[{"name":"grype","version":"0.9"}]}},"components":[{"name":"x"}]`
	vexHead = `{"@context":"https://openvex.dev/ns/v0.2.0","@id":"u","author":"a","timestamp":"2026-11-20T09:00:00Z","version":1,"statements":[`
	stmHead = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"fe4fe40ac7250263c5dbe1cf3138912f3f416140aa248637a60d65fe22c47da4"}}],`
)

func vexSays(vuln, product, status, at string) string {
	return `{"vulnerability":{"name":"` + vuln + `"},"products":[{"@id":"` + product + `"}],"status":"` + status + `","timestamp":"` + at + `"}`
}

func scanned(list string) string {
	return stmHead + `"predicateType":"https://in-toto.io/attestation/vulns/v0.2","predicate":{"scanner":{"uri":"pkg:x","version":"1"` + list +
		`},"metadata":{"scanStartedOn":"2026-11-20T09:00:00Z","scanFinishedOn":"2026-11-20T09:05:00Z"}}}`
}

func TestVulnerabilities(t *testing.T) {
	day := func(d string) string { return "2026-11-" + d + "T09:00:00Z" }
	tests := []struct {
		name, in         string
		format           Format
		outcome          Outcome
		open, suppressed int64
		severities       Severities
	}{
		{"BOM without list", bomHead + `}`, CycloneDX, Skipped, 0, 0, Severities{}},
		{"BOM with empty list", bomHead + `,"vulnerabilities":[]}`, CycloneDX, Pass, 0, 0, Severities{}},
		{"worst rating", bomHead + `,"vulnerabilities":[{"id":"CVE-1","ratings":[{"severity":"low"},{"severity":"critical"},{"severity":"unknown"}]}]}`, CycloneDX, Fail, 1, 0, Severities{Critical: 1}},
		{"score only", bomHead + `,"vulnerabilities":[{"id":"CVE-1","ratings":[{"score":5.5,"method":"CVSSv31"}]}]}`, CycloneDX, Pass, 1, 0, Severities{Medium: 1}},
		{"other score", bomHead + `,"vulnerabilities":[{"id":"CVE-1","ratings":[{"score":0.5,"method":"other"}]}]}`, CycloneDX, Fail, 1, 0, Severities{Unknown: 1}},
		{"analysed", bomHead + `,"vulnerabilities":[{"id":"1","analysis":{"state":"not_affected"}},{"id":"2","analysis":{"state":"in_triage"},"ratings":[{"severity":"low"}]}]}`, CycloneDX, Pass, 1, 1, Severities{Low: 1}},

		{"VEX affected", vexHead + vexSays("V", "p", "affected", day("20")) + `]}`, OpenVEX, Fail, 1, 0, Severities{Unknown: 1}},
		{"VEX fixed later", vexHead + vexSays("V", "p", "affected", day("20")) + "," + vexSays("V", "p", "fixed", day("21")) + `]}`, OpenVEX, Pass, 0, 1, Severities{}},
		{"VEX out of order", vexHead + vexSays("V", "p", "fixed", day("21")) + "," + vexSays("V", "p", "affected", day("20")) + `]}`, OpenVEX, Pass, 0, 1, Severities{}},
		{"VEX same time", vexHead + vexSays("V", "p", "under_investigation", day("20")) + "," + vexSays("V", "p", "fixed", day("20")) + `]}`, OpenVEX, Fail, 1, 0, Severities{Unknown: 1}},
		{"VEX another product", vexHead + vexSays("V", "p", "affected", day("20")) + "," + vexSays("V", "q", "fixed", day("21")) + `]}`, OpenVEX, Fail, 1, 0, Severities{Unknown: 1}},
		{"VEX with the document's time", vexHead + vexSays("V", "p", "fixed", day("10")) + "," + vexSays("V", "p", "affected", "") + `]}`, OpenVEX, Fail, 1, 0, Severities{Unknown: 1}},
		{"VEX after the document's time", vexHead + vexSays("V", "p", "affected", "") + "," + vexSays("V", "p", "fixed", day("25")) + `]}`, OpenVEX, Pass, 0, 1, Severities{}},
		{"VEX not affected", vexHead + `{"vulnerability":{"name":"V"},"products":[{"@id":"p"}],"status":"not_affected","justification":"component_not_present"}]}`, OpenVEX, Pass, 0, 1, Severities{}},
		{"VEX not affected, in words", vexHead + `{"vulnerability":{"name":"V"},"products":[{"@id":"p"}],"status":"not_affected","impact_statement":"never called"}]}`, OpenVEX, Pass, 0, 1, Severities{}},
		{"VEX not affected without a reason", vexHead + vexSays("V", "p", "not_affected", day("20")) + `]}`, OpenVEX, Fail, 1, 0, Severities{Unknown: 1}},
		{"VEX without statements", vexHead + `]}`, OpenVEX, Skipped, 0, 0, Severities{}},

		{"vulns", scanned(`,"result":[{"id":"CVE-123","severity":[{"method":"nvd","score":"medium"},{"method":"cvss_score","score":"7.2"}]}]`), VulnStatement, Fail, 1, 0, Severities{High: 1}},
		{"vulns empty", scanned(`,"result":[]`), VulnStatement, Pass, 0, 0, Severities{}},
		{"vulns without result", scanned(``), VulnStatement, Skipped, 0, 0, Severities{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(tt.in), Options{})
			if err != nil {
				t.Fatal(err)
			}
			f := got.Findings
			if got.Format != tt.format || got.Outcome != tt.outcome || f.Open != tt.open || f.Suppressed != tt.suppressed || f.Severities != tt.severities {
				t.Errorf("got %s %s (%s), %+v", got.Format, got.Outcome, got.Reason, f)
			}
			if len(got.Problems) > 0 || got.FinishedAt.IsZero() {
				t.Errorf("problems %q, finished %v", got.Problems, got.FinishedAt)
			}
		})
	}
}

func TestTestStatement(t *testing.T) {
	in := func(predicate string) string {
		return stmHead + `"predicate":{` + predicate + `},"predicateType":"https://in-toto.io/attestation/test-result/v0.1"}`
	}
	tests := []struct {
		name, in string
		want     want
	}{
		{"passed", in(`"result":"PASSED","configuration":[{"name":"c"}],"passedTests":["a","b"]`), want{outcome: Pass, tests: Tests{Total: 2}}},
		{"no tests", in(`"result":"PASSED","configuration":[]`), want{outcome: Skipped}},
		{"warned", in(`"result":"WARNED","warnedTests":["a"]`), want{outcome: Pass, tests: Tests{Total: 1}, problem: "warning"}},
		{"failed", in(`"result":"FAILED"`), want{outcome: Fail}},
		{"contradiction", in(`"result":"PASSED","failedTests":["a"]`), want{outcome: Fail, tests: Tests{Total: 1, Failures: 1, Failed: []string{"a"}}, problem: "lists failed"}},
		{"in both lists", in(`"result":"FAILED","failedTests":["a"],"passedTests":["a"]`),
			want{outcome: Fail, tests: Tests{Total: 2, Failures: 1, Failed: []string{"a"}}, problem: "as passed and as failed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readFormat(strings.NewReader(tt.in), TestStatement, Limits{})
			tt.want.check(t, got, err)
			if err == nil && (len(got.Subjects) != 1 || got.Subjects[0].Name != "a") {
				t.Errorf("subjects %+v", got.Subjects)
			}
		})
	}
}

func TestDocumentsRefused(t *testing.T) {
	tests := []struct {
		format   Format
		in, want string
	}{
		{CycloneDX, `{"bomFormat":"x","specVersion":"1.6"}`, "bomFormat"},
		{CycloneDX, `{"bomFormat":"CycloneDX","specVersion":"1.3","vulnerabilities":[]}`, "1.4"},
		{CycloneDX, bomHead + `,"vulnerabilities":[{"id":5}]}`, "/vulnerabilities/0/id"},
		{CycloneDX, bomHead + `,"vulnerabilities":[`, "cut off"},
		{CycloneDX, bomHead + `,"vulnerabilities":[null]}`, "an item is null"},
		{CycloneDX, bomHead + `,"vulnerabilities":[{"id":"CVE-1","ratings":[null]}]}`, "/vulnerabilities/0/ratings"},
		{OpenVEX, vexHead + `null]}`, "an item is null"},
		{OpenVEX, vexHead + `{"vulnerability":{"name":"CVE-1"},"status":"fixed","products":[null]}]}`, "/statements/0/products"},
		{TestStatement, stmHead + `"predicateType":"` + testResultType + `","predicate":{"result":"PASSED","passedTests":[null]}}`, "an item is null"},
		{OpenVEX, `{"@context":"https://openvex.dev/nsx","statements":[]}`, "@context"},
		{OpenVEX, vexHead + `{"status":"fine"}]}`, "want affected"},
		{OpenVEX, vexHead + `{"vulnerability":"CVE-1","status":"fixed"}]}`, "/statements/0/vulnerability"},
		{VulnStatement, `{"payload":"e30=","payloadType":"x","signatures":[]}`, "envelope"},
		{VulnStatement, stmHead + `"predicateType":"https://slsa.dev/provenance/v1","predicate":{}}`, "/predicateType"},
		{TestStatement, `{"_type":"x","predicateType":"` + testResultType + `","predicate":{}}`, "/_type"},
		{TestStatement, stmHead + `"predicateType":"` + testResultType + `","predicate":{"result":"OK"}}`, "/predicate/result"},
		{TestStatement, stmHead + `"predicateType":"` + testResultType + `"}`, "with a predicate"},
		{TestStatement, `{"subject":[{"digest":{"sha256":"00"}}]}`, "sha256"},
		{"sbom", `{}`, "not known"},
	}
	for _, tt := range tests {
		t.Run(string(tt.format)+" "+tt.want, func(t *testing.T) {
			if _, err := Read(strings.NewReader(tt.in), Options{Format: tt.format}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestCycloneDXCorpus reads documents of the CycloneDX specification.
func TestCycloneDXCorpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the documents of the CycloneDX specification are not read")
	}
	files, err := filepath.Glob(filepath.Join(root, "cyclonedx", "1.*", "valid-*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents under %s", root)
	}
	open := int64(0)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readFormat(f, CycloneDX, Limits{})
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		open += got.Findings.Open + got.Findings.Suppressed
	}
	if open == 0 {
		t.Error("no document has a vulnerability")
	}
}
