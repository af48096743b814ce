package checks

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence"
)

// readFormat reads without a check in mind.
func readFormat(r io.Reader, f Format, l Limits) (Result, error) {
	return Read(r, Options{Format: f, Limits: l})
}

// fuzzFormat feeds one reader and checks what must hold for any file.
func fuzzFormat(f *testing.F, format Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
		f.Add([]byte(s[:len(s)/2]))
	}
	limits := Limits{Bytes: 1 << 20, Token: 1 << 14, Cases: 1000, Names: 5}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := readFormat(bytes.NewReader(data), format, limits)
		if err != nil {
			if !utf8.ValidString(err.Error()) || strings.ContainsRune(err.Error(), '\x1b') {
				t.Fatalf("an error that steers a terminal: %q", err)
			}
			return
		}
		checkResult(t, got, data)
	})
}

// checkResult checks what holds for every result.
func checkResult(t *testing.T, r Result, data []byte) {
	if r.Digest != evidence.Sum(data) || r.Size != int64(len(data)) {
		t.Fatalf("digest or size is not that of the file")
	}
	if (r.Outcome == Pass) != (r.Reason == "") {
		t.Fatalf("outcome %q for the reason %q", r.Outcome, r.Reason)
	}
	switch {
	case r.Tests != nil:
		c := *r.Tests
		if min(c.Failures, c.Errors, c.Skipped) < 0 || c.Failures+c.Errors+c.Skipped > c.Total {
			t.Fatalf("counts do not add up: %+v", c)
		}
		if r.Outcome == Pass && c.Total == c.Skipped {
			t.Fatal("a pass without a test that ran")
		}
	case r.Findings != nil:
		s := r.Findings.Severities
		if s.Critical+s.High+s.Medium+s.Low+s.Info+s.Unknown != r.Findings.Open {
			t.Fatalf("severities do not add up: %+v", *r.Findings)
		}
	case r.Coverage.Covered > r.Coverage.Total:
		t.Fatalf("more covered than there is: %+v", *r.Coverage)
	}
	c, m := r.Check("c", commit, "", 1)
	if m.Validate() != nil {
		t.Fatal(m.Validate())
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
}

func FuzzJUnit(f *testing.F) {
	fuzzFormat(f, JUnit, `<testsuites tests="2"><testsuite name="s" timestamp="2026-11-20T09:00:00Z" time="1"><testcase name="a"><failure/></testcase><testcase name="a"><flakyError/></testcase></testsuite></testsuites>`,
		`<!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/>`)
}

func FuzzGoTest(f *testing.F) {
	fuzzFormat(f, GoTest, `{"Action":"run","Package":"p","Test":"T"}
{"Time":"2026-11-20T09:00:00Z","Action":"fail","Package":"p","Test":"T"}
{"Action":"fail","Package":"p"}
{"Action":"start","Package":"p"}
{"Action":"pass","Package":"p","Test":"T"}
{"Action":"pass","Package":"p"}
`)
}

func FuzzSARIF(f *testing.F) {
	fuzzFormat(f, SARIF, oneRun(`{"id":"E","properties":{"security-severity":"9"}}`, `{"ruleId":"E","ruleIndex":0,"baselineState":"new","suppressions":[{"status":"rejected"}]},{"kind":"open"}`))
}

func FuzzCobertura(f *testing.F) {
	fuzzFormat(f, Cobertura, `<coverage line-rate="1" lines-valid="2"><packages><package><classes><class filename="a"><lines><line number="1" hits="1"/></lines></class></classes></package></packages></coverage>`)
}

func FuzzLCOV(f *testing.F) {
	fuzzFormat(f, LCOV, "TN:\nSF:a\nDA:1,1\nDA:2,0\nend_of_record\n")
}

func FuzzCoverProfile(f *testing.F) {
	fuzzFormat(f, CoverProfile, "mode: set\na.go:1.1,2.2 3 1\na.go:3.1,4.2 1 0\n")
}

func FuzzCycloneDX(f *testing.F) {
	fuzzFormat(f, CycloneDX, bomHead+`,"vulnerabilities":[{"id":"CVE-1","ratings":[{"severity":"low"},{"score":9.1,"method":"CVSSv3"}],"analysis":{"state":"in_triage"}}]}`)
}

func FuzzOpenVEX(f *testing.F) {
	fuzzFormat(f, OpenVEX, vexHead+vexSays("V", "p", "affected", "2026-11-20T09:00:00Z")+","+vexSays("V", "p", "fixed", "2026-11-21T09:00:00Z")+`]}`)
}

func FuzzTestStatement(f *testing.F) {
	fuzzFormat(f, TestStatement, stmHead+`"predicateType":"`+testResultType+`","predicate":{"result":"WARNED","passedTests":["a"],"warnedTests":["b"],"failedTests":["a"]}}`)
}

func FuzzVulnStatement(f *testing.F) {
	fuzzFormat(f, VulnStatement, scanned(`,"result":[{"id":"CVE-1","severity":[{"score":"7.2"}]}]`))
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{"<testsuite/>", oneRun("", ""), vexHead, "mode: set\n", "x\n{\"Action\":\"run\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if format := Detect(data); format != "" {
			if _, ok := traits(format); !ok {
				t.Fatalf("%q has no reader", format)
			}
		}
	})
}
