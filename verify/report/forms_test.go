package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/release-dossier/dossier/evidence/checks"
	"github.com/release-dossier/dossier/verify"
)

// extensions are the forms that have golden files besides text.
var extensions = map[Format]string{
	FormatJSON: ".json", FormatHTML: ".html", FormatCSV: ".csv", FormatJUnit: ".xml", FormatSARIF: ".sarif", FormatMarkdown: ".markdown",
}

// brief leaves out most of the passes, so that golden files stay readable.
func brief(r *verify.Report) *verify.Report {
	n := 0
	r.Checks = slices.DeleteFunc(r.Checks, func(c verify.Check) bool {
		n++
		return c.Outcome == verify.Pass && n%40 != 0
	})
	r.Exhibits = r.Exhibits[:15]
	return r
}

func TestFormsGolden(t *testing.T) {
	for name, r := range situations() {
		r = brief(r)
		for form, ext := range extensions {
			golden(t, name+ext, written(t, form, r, Options{}))
		}
	}
}

// several are one release of each kind and one file that has no report.
func several() []Result {
	var list []Result
	for _, name := range []string{"accepted", "not-accepted", "not-genuine", "untrusted"} {
		list = append(list, Result{Report: situations()[name]})
	}
	return append(list, Result{Target: "=broken.dossier", Err: errors.New("=broken.dossier: not a tar file")})
}

func TestFormsSeveral(t *testing.T) {
	for _, form := range []Format{FormatText, FormatCSV, FormatMarkdown} {
		var b bytes.Buffer
		if err := Write(&b, form, several(), Options{}); err != nil {
			t.Fatal(err)
		}
		golden(t, "several-"+string(form)+".txt", b.String())
	}
	if err := Write(new(bytes.Buffer), FormatHTML, several(), Options{}); !errors.Is(err, ErrOnePage) {
		t.Errorf("html of several: got error %v", err)
	}
	for _, form := range allFormats {
		if err := Write(new(bytes.Buffer), form, nil, Options{}); err == nil {
			t.Errorf("%s of nothing: no error", form)
		}
		if err := Write(failingWriter{}, form, several()[:1], Options{}); !errors.Is(err, errDiskFull) {
			t.Errorf("%s: got error %v, want that of the writer", form, err)
		}
		if _, err := ParseFormat(string(form)); err != nil {
			t.Error(err)
		}
	}
	if _, err := ParseFormat("pdf"); err == nil || !strings.Contains(err.Error(), "want text, json, html, csv, junit, sarif, markdown") {
		t.Errorf("unknown format: got error %v", err)
	}
}

func TestFormsHostile(t *testing.T) {
	for i, r := range poisoned(hostile + `<script>alert(1)</script>"'><img src=x onerror=alert(1)> @octocat #1 | https://evil.example` + "``` ` ]]>") {
		for _, form := range allFormats {
			got := written(t, form, r, Options{All: true})
			where := fmt.Sprintf("report %d as %s", i, form)
			terminalSafe(t, where, got)
			switch form {
			case FormatHTML:
				for _, bad := range []string{"<script", "<img", `href="http`, "src="} {
					if strings.Contains(strings.ReplaceAll(got, "src=x onerror", ""), bad) {
						t.Errorf("%s: has %s", where, bad)
					}
				}
			case FormatMarkdown:
				prose, _, _ := strings.Cut(got, "```")
				for _, bad := range []string{"<", "@octocat", " #1 ", "https://"} {
					if strings.Contains(withoutCode(prose), bad) {
						t.Errorf("%s: has %q", where, bad)
					}
				}
			case FormatCSV:
				rows(t, got)
			case FormatJUnit:
				if err := xml.Unmarshal([]byte(got), new(junitFile)); err != nil {
					t.Errorf("%s: %v", where, err)
				}
			case FormatSARIF:
				validSARIF(t, where, got)
			}
		}
	}
}

// withoutCode removes code spans, in which Markdown finds nothing.
func withoutCode(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 0 {
			b.WriteString(part)
		}
	}
	return b.String()
}

// rows reads a CSV text and checks that each line has a cell a column.
func rows(t *testing.T, text string) [][]string {
	t.Helper()
	list, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range list {
		for _, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(strings.TrimLeft(c, " "))[0]) {
				t.Errorf("a spreadsheet takes %q for a formula", c)
			}
		}
	}
	return list
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, several(), Options{}); err != nil {
		t.Fatal(err)
	}
	list := rows(t, b.String())
	if len(list) != 6 || !slices.Equal(list[0], csvHeader) {
		t.Fatalf("%d lines, header %v", len(list), list[0])
	}
	at := func(row int, column string) string { return list[row][slices.Index(csvHeader, column)] }
	for _, tt := range []struct {
		row          int
		column, want string
	}{
		{1, "verdict", "ACCEPTED"}, {1, "asked", "292"}, {1, "held", "288"}, {1, "waived", "1"}, {1, "pending", "1"}, {1, "warnings", "2"},
		{1, "waived_until", "2026-12-31T00:00:00Z"}, {1, "pending_due", "2026-11-24T12:00:00Z"}, {1, "failed_checks", ""}, {1, "source", "verified"},
		{2, "verdict", "NOT ACCEPTED"}, {2, "failed", "3"}, {2, "unknown", "1"},
		{2, "failed_checks", "sod/approver-not-author pr/approval-on-merged-head check/no-green-by-chance"},
		{4, "reason", "no signer is trusted yet"}, {4, "policy", ""},
		{5, "verdict", "CANNOT READ"}, {5, "target", "'=broken.dossier"}, {5, "reason", "not a tar file"},
	} {
		if got := at(tt.row, tt.column); got != tt.want {
			t.Errorf("line %d, %s is %q, want %q", tt.row, tt.column, got, tt.want)
		}
	}
	for _, s := range []string{"=1", "+1", "-1", "@x", "\tx", " =1", "'=1", "＝1", "%x"} {
		if got := csvCell(s); !strings.HasPrefix(got, "'") && !strings.HasPrefix(got, `\`) {
			t.Errorf("%q stays %q", s, got)
		}
	}
}

func TestJUnit(t *testing.T) {
	r := notAccepted()
	r.Checks = append(r.Checks,
		verify.Check{ID: "x/none", Layer: verify.Controls, Outcome: verify.NotApplicable, Why: "no promotion"},
		verify.Check{ID: "x/late", Layer: verify.Controls, Outcome: verify.Fail, EnforcedFrom: new(at(30, 0, 0)), Title: "It fails"},
		verify.Check{ID: "x/should", Layer: verify.Controls, Outcome: verify.Warn, Title: "It is not so"},
		verify.Check{ID: "x/should", Layer: verify.Controls, Outcome: verify.Waived, Exception: "EXC-1"})
	text := written(t, FormatJUnit, r, Options{})
	var f junitFile
	if err := xml.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	if f.Failures != 4 || f.Errors != 1 || f.Skipped != 3 || f.Tests != len(r.Checks)+1 || len(f.Suites) != 1 {
		t.Errorf("%d failures, %d errors, %d skipped of %d", f.Failures, f.Errors, f.Skipped, f.Tests)
	}
	cases := map[string]junitCase{}
	for _, c := range f.Suites[0].Cases {
		cases[c.Name] = c
	}
	if len(cases) != f.Tests {
		t.Errorf("%d names of %d cases", len(cases), f.Tests)
	}
	failed := cases["sod/approver-not-author"].Failure
	if failed == nil || failed.Message != "The approver wrote part of the change" || failed.Type != "author-approved" ||
		!strings.Contains(failed.Text, "expected: an approver who wrote none") || !strings.Contains(failed.Text, "now: dossier new exception") {
		t.Errorf("failure is %+v", failed)
	}
	for name, want := range map[string]string{"x/none": "not-applicable: no promotion", "x/late": "later: It fails; fails, enforced from 30 Nov 2026", "x/should (2)": "waived: EXC-1"} {
		if s := cases[name].Skipped; s == nil || s.Message != want {
			t.Errorf("%s: skipped is %+v, want %q", name, s, want)
		}
	}
	if cases["x/should"].Out != "warning: It is not so" {
		t.Errorf("warning is %q", cases["x/should"].Out)
	}
	// What this project reads as JUnit reads it as well.
	got, err := checks.Read(strings.NewReader(text), checks.Options{})
	if err != nil || got.Outcome != checks.Fail || len(got.Problems) > 0 {
		t.Errorf("our own reader says %+v, %v", got, err)
	}
}

func TestSARIF(t *testing.T) {
	var b bytes.Buffer
	if err := SARIF(&b, several(), Options{}); err != nil {
		t.Fatal(err)
	}
	validSARIF(t, "several", b.String())
	r := notAccepted()
	failed := slices.IndexFunc(r.Checks, func(c verify.Check) bool { return c.ID == "sod/approver-not-author" })
	r.Checks[failed].Asked = &verify.Place{File: "a policy.yaml", Line: 7}
	r.Checks[failed+1].Inputs = append(r.Checks[failed+1].Inputs, verify.Place{File: ".dossier/records/go.yaml", Line: 3})
	r.Checks = append(r.Checks, verify.Check{ID: "x/waived", Layer: verify.Controls, Outcome: verify.Waived, Exception: "EXC-1", Title: "It fails"})
	var log sarifLog
	text := written(t, FormatSARIF, r, Options{})
	validSARIF(t, "located", text)
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	want := map[string]string{
		"sod/approver-not-author":    "a%20policy.yaml:7",
		"pr/approval-on-merged-head": ".dossier/records/go.yaml:3",
		"check/no-green-by-chance":   "payments-4.3.0.dossier:1",
		"approval/identity-and-time": "payments-4.3.0.dossier:1",
		"x/waived":                   "payments-4.3.0.dossier:1",
	}
	if len(run.Results) != len(want) {
		t.Errorf("%d results", len(run.Results))
	}
	for _, res := range run.Results {
		at := res.Locations[0]
		if got := fmt.Sprintf("%s:%d", at.Physical.Artifact.URI, at.Physical.Region.StartLine); got != want[res.RuleID] {
			t.Errorf("%s is at %s, want %s", res.RuleID, got, want[res.RuleID])
		}
		if run.Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID {
			t.Errorf("%s: rule %d is another", res.RuleID, res.RuleIndex)
		}
		if res.RuleID == "sod/approver-not-author" && at.Logical[0].Name != sum("exhibit-18").String()+"#/predicate" {
			t.Errorf("logical location %v", at.Logical)
		}
		if suppressed := len(res.Suppressions) > 0; suppressed != (res.RuleID == "x/waived") {
			t.Errorf("%s: suppressed %v", res.RuleID, suppressed)
		}
	}
	if n := len(several()[3].Report.Checks); n == 0 {
		t.Fatal("nothing checked")
	}
	r = untrusted()
	r.Checks = r.Checks[:3]
	if text := written(t, FormatSARIF, r, Options{}); !strings.Contains(text, `"ruleId": "verdict"`) {
		t.Error("a refusal without a failed check has no result")
	}
}

// sarifSchemaOf compiles the official schema, once.
var sarifSchemaOf = sync.OnceValues(func() (*jsonschema.Schema, error) {
	data, err := os.ReadFile(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("sarif.json")
})

// validSARIF checks a log against the official schema.
func validSARIF(t *testing.T, where, text string) {
	t.Helper()
	schema, err := sarifSchemaOf()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%s: %v", where, err)
	}
}

func TestMarkdownLimit(t *testing.T) {
	r := notAccepted()
	long := strings.Repeat("@a|<b> ", 200)
	for i := range 1000 {
		r.Checks = append(r.Checks, verify.Check{ID: fmt.Sprintf("x/%d", i), Layer: verify.Controls, Outcome: verify.Fail, Title: long, Expected: long, Found: long, Fix: verify.Fix{Before: long, Now: long}})
		r.Chain = append(r.Chain, verify.FactLine{Label: "more", Text: long})
		r.People = append(r.People, verify.FactLine{Label: "more", Text: long})
		r.CannotShow = append(r.CannotShow, long)
	}
	r.Repeat = repeat(r)
	text := written(t, FormatMarkdown, r, Options{})
	if len(text) >= 65536 {
		t.Errorf("%d bytes", len(text))
	}
	for _, want := range []string{"more failed: see the full report.", "The release", "dossier verify payments-4.3.0.dossier"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
}

func TestInert(t *testing.T) {
	for in, want := range map[string]string{
		"@octocat":              "@&#8203;octocat",
		"fixes #12":             "fixes #&#8203;12",
		"https://evil.example":  "https:&#8203;//evil.example",
		"www.evil.example":      "www.&#8203;evil.example",
		"a | b":                 "a &#124; b",
		"<b>&amp;":              "&#60;b&#62;&#38;amp;",
		"[x](y)":                `\[x\](y)`,
		"`code` *b* _i_":        `&#96;code&#96; \*b\* \_i\_`,
		"one\ntwo":              `one\\ntwo`,
		"plain text, 12 of 13.": "plain text, 12 of 13.",
	} {
		if got := inert(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
