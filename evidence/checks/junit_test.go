package checks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// want is what a table test expects of a Result.
type want struct {
	outcome  Outcome
	tests    Tests
	attempts Attempts
	problem  string // part of some problem; "" wants none
}

func (w want) check(t *testing.T, got Result, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got.Outcome != w.outcome {
		t.Errorf("outcome %q (%s), want %q", got.Outcome, got.Reason, w.outcome)
	}
	if (got.Outcome == Pass) != (got.Reason == "") {
		t.Errorf("outcome %q with the reason %q", got.Outcome, got.Reason)
	}
	if d := cmp.Diff(w.tests, *got.Tests); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(w.attempts, got.Attempts); d != "" {
		t.Error(d)
	}
	all := strings.Join(got.Problems, "\n")
	if (w.problem == "") != (all == "") || !strings.Contains(all, w.problem) {
		t.Errorf("problems %q, want %q", all, w.problem)
	}
}

func TestJUnit(t *testing.T) {
	suite := func(s string) string { return `<testsuite name="s">` + s + `</testsuite>` }
	tests := []struct {
		name, in string
		want     want
	}{
		{"pass", suite(`<testcase classname="c" name="a"/><testcase classname="c" name="b"><system-out>x</system-out></testcase>`),
			want{outcome: Pass, tests: Tests{Total: 2}}},
		{"one of each", suite(`<testcase name="a"><failure/></testcase><testcase name="b"><error/></testcase><testcase name="c"><skipped/></testcase><testcase name="d"/>`),
			want{outcome: Fail, tests: Tests{Total: 4, Failures: 1, Errors: 1, Skipped: 1, Failed: []string{"a", "b"}}}},
		{"failure and error in one case", suite(`<testcase name="a"><failure/><error/></testcase>`),
			want{outcome: Fail, tests: Tests{Total: 1, Errors: 1, Failed: []string{"a"}}}},
		{"no tests", `<testsuites><testsuite name="s" tests="0"/></testsuites>`, want{outcome: Skipped}},
		{"all skipped", suite(`<testcase name="a"><skipped/></testcase>`), want{outcome: Skipped, tests: Tests{Total: 1, Skipped: 1}}},
		{"GoogleTest disabled", suite(`<testcase name="a" status="notrun" result="suppressed"/><testcase name="b" status="run" result="completed"/>`),
			want{outcome: Pass, tests: Tests{Total: 2, Skipped: 1}}},
		{"CTest failed by status", suite(`<testcase name="a" status="fail"/>`), want{outcome: Fail, tests: Tests{Total: 1, Failures: 1, Failed: []string{"a"}}}},
		{"Surefire flaky", suite(`<testcase classname="c" name="a"><flakyFailure>1</flakyFailure><flakyError/></testcase>`),
			want{outcome: Pass, tests: Tests{Total: 1}, attempts: Attempts{Reruns: 2, Most: 3, FlakyTotal: 1, Flaky: []string{"c.a"}}}},
		{"Surefire rerun failed", suite(`<testcase classname="c" name="a"><failure/><rerunFailure/></testcase>`),
			want{outcome: Fail, tests: Tests{Total: 1, Failures: 1, Failed: []string{"c.a"}}, attempts: Attempts{Reruns: 1, Most: 2}}},
		{"rerun without failure", suite(`<testcase name="a"><rerunError/></testcase>`),
			want{outcome: Fail, tests: Tests{Total: 1, Failures: 1, Failed: []string{"a"}}, attempts: Attempts{Reruns: 1, Most: 2}}},
		{"same name twice", suite(`<testcase name="a"><failure/></testcase><testcase name="a"/>`),
			want{outcome: Fail, tests: Tests{Total: 2, Failures: 1, Failed: []string{"a"}}, attempts: Attempts{FlakyTotal: 1, Flaky: []string{"a"}}, problem: "same name"}},
		{"nested", `<testsuites tests="2"><testsuite name="o" tests="1"><testcase name="a"/><testsuite name="i" tests="1"><testcase name="b"/></testsuite></testsuite></testsuites>`,
			want{outcome: Pass, tests: Tests{Total: 2}}},
		{"10^7 tests claimed", `<testsuite tests="10000000"><testcase name="a"/></testsuite>`, want{outcome: Fail, tests: Tests{Total: 1}, problem: "10000000"}},
		{"tests claimed beyond all", `<testsuite tests="99999999999999999999"><testcase name="a"/></testsuite>`, want{outcome: Fail, tests: Tests{Total: 1}, problem: "tests"}},
		{"tests claimed, none shown", `<testsuite tests="5"/>`, want{outcome: Fail, problem: "tests"}},
		{"tests claimed by the root", `<testsuites tests="3"><testsuite tests="1"><testcase name="a"/></testsuite><testsuite tests="1"><testcase name="b"/></testsuite></testsuites>`,
			want{outcome: Fail, tests: Tests{Total: 2}, problem: "tests"}},
		{"root agrees with the sum", `<testsuites tests="2"><testsuite tests="1"><testcase name="a"/></testsuite><testsuite tests="1"><testcase name="b"/></testsuite></testsuites>`,
			want{outcome: Pass, tests: Tests{Total: 2}}},
		{"fewer tests claimed", `<testsuite tests="1"><testcase name="a"/><testcase name="b"/></testsuite>`, want{outcome: Pass, tests: Tests{Total: 2}, problem: "tests"}},
		{"failures claimed", `<testsuite tests="1" failures="1"><testcase name="a"/></testsuite>`, want{outcome: Fail, tests: Tests{Total: 1}, problem: "failures"}},
		{"failures claimed beyond all", `<testsuite failures="99999999999999999999"><testcase name="a"/></testsuite>`, want{outcome: Fail, tests: Tests{Total: 1}, problem: "failures"}},
		{"suite error", suite(`<error message="setup"/><testcase name="a"/>`), want{outcome: Fail, tests: Tests{Total: 1}}},
		{"failure in another namespace", suite(`<testcase name="a" xmlns:o="urn:o"><o:failure/></testcase>`), want{outcome: Pass, tests: Tests{Total: 1}}},
		{"failure hidden in output", suite(`<testcase name="a"><system-out><![CDATA[<failure/>]]></system-out></testcase>`), want{outcome: Pass, tests: Tests{Total: 1}}},
		{"byte order mark and ASCII", "\ufeff<?xml version='1.0' encoding='US-ASCII'?>" + suite(`<testcase name="a"/>`), want{outcome: Pass, tests: Tests{Total: 1}}},
		{"local time", `<testsuite timestamp="2026-11-20T09:00:00" time="3"><testcase name="a"/></testsuite>`, want{outcome: Pass, tests: Tests{Total: 1}, problem: "zone"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readFormat(strings.NewReader(tt.in), JUnit, Limits{})
			tt.want.check(t, got, err)
		})
	}
}

func TestJUnitTimes(t *testing.T) {
	in := `<testsuites><testsuite timestamp="2026-11-20T09:00:10+01:00" time="5"><testcase name="a"/></testsuite>
<testsuite timestamp="2026-11-20T08:00:00Z" time="1.5"><testcase name="b"/></testsuite></testsuites>`
	got, err := readFormat(strings.NewReader(in), JUnit, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	times := got.StartedAt.Format("15:04:05") + " " + got.FinishedAt.Format("15:04:05")
	if times != "08:00:00 08:00:15" {
		t.Errorf("got %s", times)
	}
}

func TestJUnitRefused(t *testing.T) {
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><testsuite name="&b;"/>`
	tests := []struct{ name, in, want string }{
		{"empty", "", "empty"},
		{"only a mark", "\ufeff", "no root element"},
		{"white space", " \n", "no root element"},
		{"truncated", `<testsuite><testcase name="a">`, "unexpected EOF"},
		{"truncated tag", `<testsuite><testcase na`, "unexpected EOF"},
		{"other root", `<coverage/>`, "want testsuites or testsuite"},
		{"JSON", `{}`, "text outside"},
		{"entity bomb", bomb, "document type with definitions"},
		{"entity outside of a document type", `<!ENTITY a "b"><testsuite/>`, "document type with definitions"},
		{"two document types", `<!DOCTYPE a><!DOCTYPE a><testsuite/>`, "once"},
		{"document type inside", `<testsuite><!DOCTYPE a></testsuite>`, "once"},
		{"entity without definition", `<testsuite name="&b;"/>`, "invalid character entity"},
		{"external entity", `<!DOCTYPE x SYSTEM "file:///etc/passwd" [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite name="&a;"/>`, "document type with definitions"},
		{"entity of a definition elsewhere", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite name="&a;"/>`, "invalid character entity"},
		{"deep", strings.Repeat("<testsuite>", 1000), "deeper than 64"},
		{"duplicate attribute", `<testsuite name="a" name="b"/>`, "name is given twice"},
		{"many attributes", "<testsuite " + manyAttributes(70) + "/>", "70 attributes"},
		{"two roots", `<testsuite/><testsuite/>`, "second root"},
		{"text behind", `<testsuite/>x`, "text outside"},
		{"bad UTF-8", "<testsuite><testcase name=\"\xff\"/></testsuite>", "UTF-8"},
		{"control character", "<testsuite name=\"\x1b[31m\"/>", "illegal character"},
		{"UTF-16", "\xff\xfe<\x00t\x00", "UTF-16"},
		{"UTF-16 without mark", "\x00<\x00t", "UTF-16"},
		{"Latin-1", `<?xml version="1.0" encoding="ISO-8859-1"?><testsuite/>`, "have the tool write UTF-8"},
		{"long tag", `<testsuite name="` + strings.Repeat("x", 2<<20) + `"/>`, "too long"},
		{"long text", `<testsuite><system-out>` + strings.Repeat("x", 17<<20), "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readFormat(strings.NewReader(tt.in), JUnit, Limits{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v and %+v, want an error with %q", err, got, tt.want)
			}
		})
	}
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + strings.Repeat("x", i) + `="1"`)
	}
	return b.String()
}

// TestJUnitLongOutput makes sure that captured output may be longer than a tag
// and that a long tag is no longer one for standing behind text.
func TestJUnitLongOutput(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for _, out := range []string{long, "<![CDATA[" + long + "]]>", "a<!--" + long + "-->b"} {
		in := `<testsuite><testcase name="a"/> <system-out>` + out + `</system-out></testsuite>`
		if got, err := readFormat(strings.NewReader(in), JUnit, Limits{}); err != nil || got.Outcome != Pass {
			t.Errorf("%.12s: got %q, %v", out, got.Outcome, err)
		}
	}
	in := `<testsuite>x<testcase name="` + long + `"/></testsuite>`
	if _, err := readFormat(strings.NewReader(in), JUnit, Limits{}); err == nil {
		t.Error("a tag of 2 MiB behind text was read")
	}
}

func TestLimits(t *testing.T) {
	two := `<testsuite><testcase name="a"/><testcase name="b"/></testsuite>`
	tests := []struct {
		name string
		l    Limits
		want string
	}{
		{"bytes", Limits{Bytes: 20}, "more than 20 bytes"},
		{"cases", Limits{Cases: 1}, "more than 1 test cases"},
		{"depth", Limits{Depth: 1}, "deeper than 1"},
		{"exactly", Limits{Bytes: int64(len(two)), Cases: 2, Depth: 2}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readFormat(strings.NewReader(two), JUnit, tt.l)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	many := `<testsuite>` + strings.Repeat(`<testcase name="a"><failure/></testcase>`, 500) + `</testsuite>`
	got, err := readFormat(strings.NewReader(many), JUnit, Limits{Names: 3})
	if err != nil || len(got.Tests.Failed) != 3 || got.Tests.Failures != 500 {
		t.Errorf("got %d names of %d failures, %v", len(got.Tests.Failed), got.Tests.Failures, err)
	}
}
