package description

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

const run = "https://github.com/fintech/payments/actions/runs/8790101"

// said compares what a description says with JSON.
func said(t *testing.T, f *Form, text, want string) {
	t.Helper()
	d := f.Read(text)
	if err := evidence.ValidatePart(d); err != nil {
		t.Fatalf("no record can carry it: %v", err)
	}
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(got, &a); !reflect.DeepEqual(a, b) {
		t.Errorf("of\n%s\ngot  %s\nwant %s", text, got, want)
	}
}

func template(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../../../examples/pull-request/pull_request_template.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestTemplateSaysNothing checks that the template as it comes gives no field.
func TestTemplateSaysNothing(t *testing.T) { said(t, New(), template(t), `{}`) }

// TestTemplateFilledIn fills in every field of the template, as people do.
func TestTemplateFilledIn(t *testing.T) {
	text := template(t)
	fill := func(old, new string) {
		t.Helper()
		if strings.Count(text, old) != 1 {
			t.Fatalf("%q stands %d times in the template", old, strings.Count(text, old))
		}
		text = strings.Replace(text, old, new, 1)
	}
	for _, x := range [][2]string{
		{"**What changed:**", "**What changed:** requests may name CHF"},
		{"**Why:**", "**Why:**\n\nMerchants in Switzerland\nask for it."},
		{"**Related incidents:** <!-- INC-17, or none -->", "**Related incidents:** [INC-17](https://acme.example/INC-17), INC-18"},
		{"- [ ] medium", "- [x] medium"},
		{"**User impact if wrong:**", "**User impact if wrong:** a request in CHF is refused"},
		{"**Blast radius:**", "**Blast radius:** requests in CHF"},
		{"- [ ] feature", "- [X] feature"},
		{"**Backward compatible:**\n- [ ] yes", "**Backward compatible:**\n- [x] yes"},
		{"- [ ] other: <!-- which -->", "- [x] other: a new index"},
		{`**Feature flags:** <!-- a list of "key: default", or none -->`, "**Feature flags:**\n- payments.chf: off"},
		{"- [ ] yes: <!-- which -->", "- [x] yes: CHF in the list of currencies"},
		{"**Rollout steps:** <!-- a list -->", "**Rollout steps:**\n1. deploy\n2. turn payments.chf on,\n   merchant by merchant\n"},
		{"- [ ] yes: <!-- in which stages -->", "- [x] yes: 5 % first"},
		{"**Primary rollback:** <!-- the version or digest to go back to, or why there is none -->", "**Primary rollback:** v4.1.0"},
		{"- [ ] No safe rollback", "- [x] No safe rollback"},
		{"**Data considerations:**", "**Data considerations:** the column stays"},
		{"**Manual steps:** <!-- a list, or none -->", "**Manual steps:** none"},
		{"| Unit tests | |", "| Unit tests | [run 8790101](" + run + ") |"},
		{"| Integration tests | |", "| Integration tests | " + run + " |"},
		{"| End-to-end tests | |", "| End-to-end tests | N/A, no user interface |"},
		{"| DAST | |", "| DAST | 8790102 |"},
		{"**Reproduction steps:**", "**Reproduction steps:** pay in CHF"},
		{"| SAST | |", "| SAST | sha256:" + strings.Repeat("ab", 32) + " |"},
		{"| Dependency/licence scan | |", "| Dependency/licence scan | " + run + " |"},
		{"| SBOM | |", "| SBOM | out/payments.cdx.json |"},
		{"| Secret check | |", "| Secret check | N/A: no new files |"},
		{"**Code-owner paths touched:**\n- [ ] yes", "**Code-owner paths touched:**\n- [x] yes"},
		{"**Required approvers:** <!-- @acme/payments -->", "**Required approvers:** @acme/payments and @acme/dba"},
		{"**Exceptions:** <!-- ids, or none -->", "**Exceptions:** EXC-2026-014 (flaky test)"},
		{"**Notes for the release manager:**", "**Notes for the release manager:** none"},
		{"**Added:**", "**Added:**\n- payments in CHF"},
		{"**Changed:**", "**Changed:** the list of currencies is sorted"},
		{"**Fixed:**", "**Fixed:** rounding"},
		{"**Security:**", "**Security:** CVE-2026-1"},
	} {
		fill(x[0], x[1])
	}
	text += "\n## Hotfix\n**Incident:** INC-17\n**Rationale:** payments fail\n**Impact:** none\n**Verification:** smoke tests\n**Test evidence:** " + run + "\n"
	said(t, New(), text, `{
		"summary": "requests may name CHF", "rationale": "Merchants in Switzerland\nask for it.",
		"incidents": [{"name": "INC-17", "uri": "https://acme.example/INC-17"}, {"name": "INC-18"}],
		"risk": {"label": "medium", "userImpact": "a request in CHF is refused", "blastRadius": "requests in CHF", "type": "feature",
			"backwardCompatible": "yes", "dataMigration": "other", "dataMigrationText": "a new index"},
		"rollout": {"flags": ["payments.chf: off"], "configurationChange": "yes", "configurationDetails": "CHF in the list of currencies",
			"steps": ["deploy", "turn payments.chf on, merchant by merchant"], "progressive": "yes", "progressiveDetails": "5 % first"},
		"rollback": {"primary": "v4.1.0", "noSafeRollback": true, "data": "the column stays", "steps": ["none"]},
		"testing": [
			{"name": "unit", "run": {"name": "run 8790101", "uri": "`+run+`"}},
			{"name": "integration", "run": {"uri": "`+run+`"}},
			{"name": "e2e", "rationale": "no user interface"},
			{"name": "dast", "run": {"name": "8790102"}},
			{"name": "reproduction", "run": {"name": "steps in the description"}},
			{"name": "sast", "run": {"digest": {"sha256": "`+strings.Repeat("ab", 32)+`"}}},
			{"name": "dependency-license", "run": {"uri": "`+run+`"}},
			{"name": "sbom", "run": {"name": "out/payments.cdx.json"}},
			{"name": "secrets", "rationale": "no new files"}],
		"ownedPaths": "yes", "requiredApprovers": ["@acme/payments", "@acme/dba"], "managerNotes": "none",
		"notes": {"added": ["payments in CHF"], "changed": ["the list of currencies is sorted"], "fixed": ["rounding"], "security": ["CVE-2026-1"]},
		"exceptions": ["EXC-2026-014"],
		"related": {"kind": "hotfix", "incident": {"name": "INC-17"}, "rationale": "payments fail", "impact": "none", "verification": "smoke tests",
			"evidence": [{"uri": "`+run+`"}]}
	}`)
}

// TestForms are the ways in which people write the fields, and what is not said.
func TestForms(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", `{}`},
		{"prose", "This fixes the build. Risk is low, I think.", `{}`},
		{"headings of any level", "# Why\nx\n#### User impact #\ny", `{"rationale":"x","risk":{"userImpact":"y"}}`},
		{"underlined headings", "Summary\n===\nx\n\nBlast radius\n---\ny", `{"summary":"x","risk":{"blastRadius":"y"}}`},
		{"numbers, emoji, hints", "## 1. \U0001F4DD Summary (required)\nx\n## 2) \u26a0\ufe0f Risk level *\nHigh", `{"summary":"x","risk":{"label":"high"}}`},
		{"labels without emphasis", "Risk: Low\nRollback: redeploy 4.1.0\nBackward compatible? yes", `{"risk":{"label":"low","backwardCompatible":"yes"},"rollback":{"primary":"redeploy 4.1.0"}}`},
		{"labels in a list", "- Blast radius: one host\n* __Type of change__: bug fix", `{"risk":{"blastRadius":"one host","type":"fix"}}`},
		{"Windows lines", "## Why\r\nx\r\ny\r\n", `{"rationale":"x\ny"}`},
		{"a group's short labels", "## Rollback\n- Version: 4.1.0\n- Data: none\n- Steps: restart\n## Rollout\n- Steps: deploy", `{"rollout":{"steps":["deploy"]},"rollback":{"primary":"4.1.0","data":"none","steps":["restart"]}}`},
		{"short labels elsewhere", "- Version: 4.1.0\n- Data: none", `{}`},
		{"security of the notes", "## Release notes\n### Security\n- CVE-2026-1\n## Security\n- SAST: " + run, `{"notes":{"security":["CVE-2026-1"]},"testing":[{"name":"sast","run":{"uri":"` + run + `"}}]}`},
		{"columns", "| Risk | Blast radius | Notes |\n|:--|---|--:|\n| low | one host | x |", `{"risk":{"label":"low","blastRadius":"one host"}}`},
		{"first row as head", "| Risk | low |\n|---|---|\n| Blast radius | a \\| b |", `{"risk":{"label":"low","blastRadius":"a | b"}}`},
		{"a table as text", "## Rollout\n| host | when |\n|---|---|\n| a | 9:00 |", `{"rollout":{"steps":["host | when","a | 9:00"]}}`},
		{"another heading", "## Rollback\n4.1.0\n### Screenshots\nx\n## Why\ny\n**Screenshots**\nz", `{"rationale":"y","rollback":{"primary":"4.1.0"}}`},
		{"what follows a label", "## Testing\n**Unit tests:** " + run + "\n\nThanks!", `{"testing":[{"name":"unit","run":{"uri":"` + run + `"}}]}`},
		{"what follows the fields", "**Why:** x\n\nThanks!\n\n---\nBot", `{"rationale":"x"}`},
		{"trailers", "## Why\nx\n\nSigned-off-by: Ana <ana@example.com>", `{"rationale":"x"}`},
		{"given twice", "Why: x\n\n## Why\ny", `{"rationale":"x\ny"}`},
		{"contradiction", "Risk: low\n\nRisk label: high", `{}`},
		{"two boxes", "Risk label:\n- [x] low\n- [x] high", `{}`},
		{"boxes in a line", "Backward compatible: [ ] yes [x] no, clients change [ ] N/A", `{"risk":{"backwardCompatible":"no"}}`},
		{"the form's own choices", "Risk: low / medium / high\nType of change: {feature, fix}\nBackward compatible: yes, no, N/A\nData migration: none | expand", `{}`},
		{"no such answer", "Risk: moderate\nType of change: chore\nBackward compatible: mostly", `{}`},
		{"not ticked", "- [ ] Blast radius: one host\n- [ ] No safe rollback\n## Rollout\n- [ ] deploy\n- [x] announce", `{"rollout":{"steps":["deploy","announce"]}}`},
		{"no safe rollback", "Rollback: no safe rollback, the column is dropped", `{"rollback":{"primary":"no safe rollback, the column is dropped","noSafeRollback":true}}`},
		{"placeholders", "## Why\nTBD\n## Summary\n<describe it>\n## Blast radius\n...\n## User impact\n_No response_\n## Rollout\n- TODO: write\n- [steps]\n## Rollback\nN/A", `{}`},
		{"a reason beside N/A", "## Rollback\nN/A: nothing is deployed", `{"rollback":{"primary":"N/A: nothing is deployed"}}`},
		{"passed without a run", "Unit tests: passed\nSAST: N/A\nDAST: N/A - TBD\nSBOM: N/A (the release makes it)", `{"testing":[{"name":"sbom","rationale":"the release makes it"}]}`},
		{"none of them", "Feature flags: none\nExceptions: none\nRelated incidents: N/A\nRequired approvers: none", `{}`},
		{"comments", "## Why\nx <!-- y --> z\n<!-- ## Risk\nlow\n--> tail\n## Risk\n<!-- high", `{"rationale":"x  z\ntail"}`},
		{"code is no Markdown", "## Why\n```\n## Risk\nlow <!--\n```\n## Risk\nhigh", `{"rationale":"## Risk\nlow <!--","risk":{"label":"high"}}`},
		{"quotes have no labels", "## Why\n> Risk: low", `{"rationale":"Risk: low"}`},
		{"taken back", "Risk: ~~low~~ high", `{"risk":{"label":"high"}}`},
		{"details and tags", "<details><summary>more</summary>\n\n## Why\nx<br/>y\n</details>", `{"rationale":"x y"}`},
		{"invisible characters", "## Wh\u200by\nx\x1b[31m\u202ey\u2066", `{"rationale":"x[31my"}`},
		{"backport", "## Backport\n- Original pull request: #12\n- Original commits: " + strings.Repeat("ab", 20) + ", 1234567\n- Rationale: 4.0 is affected", `{"related":{"kind":"backport","original":{"pullRequest":{"name":"#12"},"commits":["` + strings.Repeat("ab", 20) + `"]},"rationale":"4.0 is affected"}}`},
		{"two kinds at once", "## Backport\n- Rationale: x\n## Revert\n- Rationale: y", `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) { said(t, New(), tt.text, tt.want) })
	}
}

func TestOwnNames(t *testing.T) {
	f := New()
	for _, x := range [][2]string{{"risk.user-impact", "Kundenwirkung"}, {"rollback.primary", "Way back"}, {"risk.blast-radius", "Impact"}} {
		if err := f.Name(x[0], x[1]); err != nil {
			t.Fatal(err)
		}
	}
	said(t, f, "## Kundenwirkung\nkeine\n## Risk\nImpact: x\nWay back: 4.1.0", `{"risk":{"userImpact":"keine","blastRadius":"x"},"rollback":{"primary":"4.1.0"}}`)
	said(t, New(), "## Kundenwirkung\nkeine", `{}`)
	for _, x := range [][3]string{
		{"risk.colour", "Colour", "no field of the template"},
		{"summary", " ** ", "the words of the heading"},
		{"summary", strings.Repeat("x", maxLabel+1), "the words of the heading"},
		{"summary", "way back:", "that of rollback.primary already"},
		{"related.impact", "Hotfix", "a whole group"},
	} {
		if err := f.Name(x[0], x[1]); err == nil || !strings.Contains(err.Error(), x[2]) {
			t.Errorf("%s: %v", x[2], err)
		}
	}
}

// TestNamesAreNormal checks that every name of a field or group can be found, and
// only by one of them in one place.
func TestNamesAreNormal(t *testing.T) {
	for _, x := range fields {
		var g []*group
		for i := range groups {
			if groups[i].name == x.group {
				g = []*group{&groups[i]}
			}
		}
		for _, label := range append(x.labels, x.short...) {
			name, _ := New().find(label, g)
			if name != x.name && !strings.HasPrefix(x.name, "related.") || normal(label) != label {
				t.Errorf("%s is found as %q, normal %q, want %s", label, name, normal(label), x.name)
			}
		}
	}
	for i := range groups {
		for _, label := range groups[i].labels {
			if _, g := New().find(label, nil); g != &groups[i] {
				t.Errorf("%s is not found as the group %s", label, groups[i].name)
			}
		}
	}
}

// hostile are descriptions that ask for much.
var hostile = []string{
	strings.Repeat("# Risk\nlow\n", 50_000),
	strings.Repeat("| Why |", 50_000),
	strings.Repeat("|a|b|\n|-|-|\n", 50_000),
	"Why: " + strings.Repeat("x", 1<<20),
	"Why: " + strings.Repeat("[x] ", 100_000),
	strings.Repeat("[", 200_000) + "](https://x)",
	strings.Repeat("**", 100_000) + strings.Repeat("<!--", 50_000),
	"Unit tests: " + strings.Repeat("[a](https://x(", 20_000),
	strings.Repeat("> ", 100_000) + "Risk: low",
	"Why: " + strings.Repeat("\xff\u202e", 50_000),
	strings.Repeat("- [x] Added: a\n", 20_000) + strings.Repeat("  - b\n", 20_000),
	strings.Repeat("~~~~\n<!--\n", 20_000),
}

// TestHostile reads what asks for much: what comes of it is within bounds.
func TestHostile(t *testing.T) {
	for _, text := range hostile {
		bounded(t, New().Read(text))
	}
}

// bounded checks that a record can carry what was read, and that it is short and
// safe to show.
func bounded(t *testing.T, d *evidence.ChangeDetails) {
	t.Helper()
	if err := evidence.ValidatePart(d); err != nil {
		t.Errorf("no record can carry it: %v", err)
	}
	data, err := json.Marshal(d)
	if err != nil || len(data) > maxText+1000 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	check(t, reflect.ValueOf(d))
}

func check(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			check(t, v.Elem())
		}
	case reflect.Struct:
		for _, f := range v.Fields() {
			check(t, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			check(t, v.Index(i))
		}
	case reflect.String:
		if s := v.String(); strings.ReplaceAll(visible(s), "\n", "") != strings.ReplaceAll(s, "\n", "") || len(s) > maxField+4 {
			t.Errorf("%.80q", s)
		}
	}
}

// FuzzRead: whatever the description, a record can carry what it says.
func FuzzRead(f *testing.F) {
	data, err := os.ReadFile("../../../../examples/pull-request/pull_request_template.md")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	for _, s := range []string{
		"## Risk\n- [x] low\n", "Unit tests: [run](https://x.example/1)\nSAST: N/A, no code", "|Risk|Why|\n|-|-|\n|low|x|", "Why\n---\n<!-- x", "```\n## Risk",
		"## Backport\nOriginal: #1 " + strings.Repeat("a", 40), "**Why:** a\x1b\u202e\n\n> b", "Backward compatible: [x] yes [ ] no",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { bounded(t, New().Read(text)) })
}
