package policy

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/trust"
)

var _ verify.Policy = (*Policy)(nil)

// head is a policy without its optional parts.
const head = `id: hello-policy
version: 3
effective: { from: 2026-01-01, until: 2028-01-01 }
extends: minimal
`

func parse(t testing.TB, text string) *Policy {
	t.Helper()
	p, err := Parse("policy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func find(t testing.TB, checks []verify.Check, id string) verify.Check {
	t.Helper()
	i := slices.IndexFunc(checks, func(c verify.Check) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no check %s", id)
	}
	return checks[i]
}

// TestSoloOnALaptop is the promise of the profile solo: one person, one key,
// no CI, no approval, and nothing that blocks.
func TestSoloOnALaptop(t *testing.T) {
	f := baseFacts(t)
	me, err := trust.ForSigner(string(keyAna))
	if err != nil {
		t.Fatal(err)
	}
	f.Trust, f.Approvals, f.Statements = me, nil, f.Statements[:1]
	f.Signers[0] = verify.Signer{Identity: keyAna, Person: "signer", Roles: me.Roles(keyAna), Allowed: true}
	f.Tag.Signature.Identity, f.Tag.Signature.Roles = keyAna, me.Roles(keyAna)
	f.Tag.Object.Trailers = nil
	f.Record.Base = evidence.Base{None: "first"}
	v := &f.Provenance[0]
	v.Summary.BuilderID, v.Summary.RunID, v.Signer.Identity = provenance.LocalBuilder, "", keyAna
	p, err := Profile(Solo)
	if err != nil {
		t.Fatal(err)
	}
	checks, view := p.Judge(f)
	var warned []string
	for _, c := range checks {
		if c.Blocks() {
			t.Errorf("%s blocks: %s: %s", c.ID, c.Code, c.Found)
		}
		if c.Outcome == verify.Warn {
			warned = append(warned, c.ID)
		}
	}
	// Without a timestamp the time is the signer's word.
	if diff := cmp.Diff([]string{"sign/key-valid-at-signing"}, warned); diff != "" {
		t.Error(diff)
	}
	if view.Next != Minimal || !slices.Contains(view.NextAdds, "sod/approver-not-author") || !slices.Contains(view.NextAdds, "provenance/trusted-builder") {
		t.Errorf("next: %s adds %v", view.Next, view.NextAdds)
	}
}

func TestEnforceIsARatchet(t *testing.T) {
	p := parse(t, head+`enforce:
  - { controls: [approval/*], from: 2026-12-01 }
  - { controls: ["approval/rationale"], from: 2026-11-01 }
  - { controls: [approval/rationale, approval/manual], from: 2027-01-01 }
  - { controls: [sod/*], from: 2026-11-20T12:00:00Z }
`)
	f := baseFacts(t) // judged as of 2026-11-20 12:00
	f.Approvals[0].Rationale = ""
	f.Approvals[0].Approver.Kind = evidence.Service
	checks, _ := p.Judge(f)
	december := evidence.At(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	if c := find(t, checks, "approval/manual"); c.Outcome != verify.Fail || c.EnforcedFrom == nil || !c.EnforcedFrom.Equal(december.Time) || c.Blocks() {
		t.Errorf("before its date a failure is shown and does not block: %+v", c)
	}
	if c := find(t, checks, "approval/rationale"); c.EnforcedFrom != nil || !c.Blocks() {
		t.Errorf("of two dates the earlier counts: %+v", c)
	}
	if c := find(t, checks, "sod/approver-not-author"); c.EnforcedFrom != nil || !c.Blocks() {
		t.Errorf("at its date a failure blocks: %+v", c)
	} else if c.FollowsFrom != "" {
		t.Errorf("a failure that blocks is hidden behind %s, which does not", c.FollowsFrom)
	}
	f.Tag.Signature = verify.TagSignature{Code: "unsigned"}
	checks, _ = p.Judge(f)
	if c := find(t, checks, "sign/tag-signed"); !c.Blocks() {
		t.Error("a control that enforce does not name blocks from the start")
	}
	f.Tag.Signature = verify.TagSignature{Scheme: "x509", Code: "no-verifier"}
	p = parse(t, head+"enforce: [{ controls: \"*\", from: 2027-01-01 }]\n")
	checks, _ = p.Judge(f)
	if c := find(t, checks, "sign/tag-signed"); c.Outcome != verify.Unknown || c.Blocks() {
		t.Errorf("what cannot be judged does not block before its date either: %+v", c)
	}
}

func TestGrades(t *testing.T) {
	p := parse(t, head+`grades:
  default: attested
  sod/*: claimed
  approval/*: { at-least: attested }
  approval/manual: { at-least: proven }
  trace/chronology: claimed
`)
	f := baseFacts(t)
	f.Approvals[0].Proof.Grade = verify.Attested
	f.Signers[0].NotAfter = nil
	checks, _ := p.Judge(f)
	for id, want := range map[string]string{
		"approval/manual":           codeGrade, // attested, where proven is asked for
		"approval/rationale":        "",
		"sod/approver-not-author":   "",
		"trace/chronology":          "",
		"sign/key-valid-at-signing": codeGrade, // a warning is no way around it
	} {
		c := find(t, checks, id)
		if got := map[bool]string{true: c.Code}[c.Outcome == verify.Fail]; got != want {
			t.Errorf("%s: %s (%s), want %q", id, c.Outcome, c.Code, want)
		}
		if c.Code == codeGrade && (c.Proof.Grade == "" || c.Expected == "") {
			t.Errorf("%s does not say which grade it has: %+v", id, c)
		}
	}
}

func TestPolicyInForce(t *testing.T) {
	p := parse(t, head)
	for at, inForce := range map[time.Time]bool{
		time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC): false,
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC):      true,
		time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC): true,
		time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC):      false,
	} {
		f := baseFacts(t)
		f.Tag.Object.Tagger.When = at
		checks, _ := p.Judge(f)
		if inForce && len(checks) < 2 {
			t.Errorf("%s: not judged: %+v", at, checks)
		}
		if !inForce && (len(checks) != 1 || checks[0].Why != "policy-in-force" || !checks[0].Blocks()) {
			t.Errorf("%s: %+v", at, checks)
		}
	}
}

// policyOf is the profile minimal with more lines.
func policyOf(t *testing.T, more string) *Policy {
	t.Helper()
	p, err := Parse("policy.yaml", []byte("id: x\nversion: 1\neffective: { from: 2020-01-01 }\nextends: minimal\n"+more+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestNothingAsked checks that a policy that asks nothing does not pass.
func TestNothingAsked(t *testing.T) {
	for name, p := range map[string]*Policy{
		"no rules":             {ID: "empty", Params: DefaultParams()},
		"nothing applicable":   {rules: []rule{{Control: Control{ID: "x", Gate: verify.GateTag, Check: func(*Facts) Result { return notApplicable("never") }}}}},
		"nothing enforced yet": policyOf(t, "enforce: [{ controls: ['*'], from: 2099-01-01 }]"),
	} {
		checks, _ := p.Judge(baseFacts(t))
		if c := checks[len(checks)-1]; c.ID != "policy/nothing-asked" || !c.Blocks() {
			t.Errorf("%s: %+v", name, c)
		}
	}
	f := baseFacts(t)
	f.Gate = "nightly"
	checks, _ := minimal(t).Judge(f)
	if len(checks) != 1 || !checks[0].Blocks() {
		t.Errorf("an unknown gate passes: %+v", checks)
	}
}

// TestPanicStaysInItsControl checks that a broken control loses no report.
func TestPanicStaysInItsControl(t *testing.T) {
	p := minimal(t)
	p.rules[3].Check = func(*Facts) Result { panic("broken") }
	checks, _ := p.Judge(baseFacts(t))
	if len(checks) != len(p.rules) {
		t.Fatalf("%d checks of %d", len(checks), len(p.rules))
	}
	if c := checks[3]; c.Outcome != verify.Unknown || c.Why != codeInternalError || !c.Blocks() {
		t.Errorf("%+v", c)
	}
}

// TestJudgeSurvivesEmptyFacts feeds facts that lack almost everything: nothing
// panics, and nothing that needs evidence passes.
func TestJudgeSurvivesEmptyFacts(t *testing.T) {
	base := baseFacts(t)
	for name, f := range map[string]*verify.Facts{
		"nothing":        {Gate: verify.GateFinal},
		"no trust":       {Gate: verify.GateFinal, Record: base.Record},
		"empty record":   {Gate: verify.GateFinal, Record: &evidence.Record{}, Trust: base.Trust},
		"empty members":  {Gate: verify.GateFinal, Record: &evidence.Record{}, Trust: base.Trust, SBOMs: make([]verify.SBOMFact, 1), Provenance: make([]verify.ProvenanceFact, 1), Approvals: make([]verify.ApprovalFact, 1), Signers: make([]verify.Signer, 1), Statements: make([]verify.StatementFact, 1)},
		"empty approval": {Gate: verify.GateFinal, Record: &evidence.Record{}, Trust: base.Trust, Approvals: []verify.ApprovalFact{{Approval: &evidence.Approval{}}}},
	} {
		checks, _ := minimal(t).Judge(f)
		blocks := 0
		for _, c := range checks {
			if c.Code == codeInternalError {
				t.Errorf("%s: %s: %s", name, c.ID, c.Found)
			}
			if c.Blocks() {
				blocks++
			}
		}
		if blocks == 0 {
			t.Errorf("%s: nothing blocks", name)
		}
	}
}

// TestEvidenceOnlyAddsAuthors is rule R11 as a property: whatever commits are
// added to the release, nobody stops being one of its authors, and a release
// that its approver may not approve stays so.
func TestEvidenceOnlyAddsAuthors(t *testing.T) {
	names := rapid.SampledFrom([]string{"Ana", "Bo", "Cy", "x", "", "A <b>"})
	emails := rapid.SampledFrom([]string{"ana@example.com", "BO@example.com", "1003+c@users.noreply.github.com", "77+b@users.noreply.github.com", "x@y.z", "no address", ""})
	rapid.Check(t, func(rt *rapid.T) {
		f := baseFacts(t)
		for range rapid.IntRange(0, 4).Draw(rt, "commits") {
			c := addCommit(t, f, "fix: x\n\nCo-authored-by: "+names.Draw(rt, "co")+" <"+emails.Draw(rt, "co-email")+">", "Ana", "ana@example.com")
			c.Author.Name, c.Author.Email = names.Draw(rt, "name"), emails.Draw(rt, "email")
			before, _, _ := releaseAuthors(&Facts{Facts: f})
			held := find(t, judgeAll(t, f), "sod/approver-not-author").Outcome
			more := addCommit(t, f, "fix: y", "Ana", "ana@example.com")
			more.Author.Email = emails.Draw(rt, "more")
			after, _, _ := releaseAuthors(&Facts{Facts: f})
			for _, key := range before.order {
				if _, ok := after.byKey[key]; !ok {
					rt.Fatalf("%s is no author any more", key)
				}
			}
			if now := find(t, judgeAll(t, f), "sod/approver-not-author").Outcome; held == verify.Fail && now != verify.Fail {
				rt.Fatalf("one more commit turned %s into %s", held, now)
			}
		}
	})
}

func judgeAll(t testing.TB, f *verify.Facts) []verify.Check {
	checks, _ := minimal(t).Judge(f)
	return checks
}

func TestDigests(t *testing.T) {
	same := parse(t, "# a comment\nextends: minimal\nversion: 3\nid: hello-policy\neffective:\n  until: 2028-01-01T01:00:00+01:00\n  from: 2026-01-01\nparameters:\n  approvers: 1\n")
	p := parse(t, head)
	if p.Digest != same.Digest || p.Rules != same.Rules {
		t.Error("layout and written defaults change the digest")
	}
	seen := map[evidence.Digest]string{p.Rules: "itself"}
	for _, more := range []string{
		"parameters: { approvers: 2 }\n", "parameters: { clock-skew: 6m }\n", "parameters: { builders: [x] }\n",
		"parameters: { tag-pattern: x }\n", "parameters: { stock-rationales: [] }\n", "grades: { default: proven }\n",
		"grades: { tag/format: proven }\n", "enforce: [{ controls: tag/format, from: 2026-02-01 }]\n",
	} {
		q := parse(t, head+more)
		if old, ok := seen[q.Rules]; ok {
			t.Errorf("%q has the digest of %s", more, old)
		}
		seen[q.Rules] = more
	}
	other := parse(t, strings.Replace(head, "hello-policy", "other-policy", 1))
	if other.Rules != p.Rules || other.Digest == p.Digest {
		t.Error("the name belongs to the document's digest and not to the rules'")
	}
}

func TestParseFile(t *testing.T) {
	policyPart := "policy:\n  " + strings.ReplaceAll(strings.TrimSpace(head), "\n", "\n  ") + "\n"
	trustPart := "trust:\n  id: t\n  version: 1\n  effective: { from: 2026-01-01 }\n"
	for name, c := range map[string]struct {
		text          string
		policy, trust bool
	}{
		"both":        {trustPart + policyPart, true, true},
		"trust only":  {trustPart, false, true},
		"policy only": {policyPart, true, false},
		"alone":       {head, true, false},
	} {
		p, tr, err := ParseFile("dossier.yaml", []byte(c.text))
		if err != nil || (p != nil) != c.policy || (tr != nil) != c.trust {
			t.Errorf("%s: %v %v %v", name, p, tr, err)
		}
		if p != nil && p.Digest != parse(t, head).Digest {
			t.Errorf("%s: the digest depends on the file around it", name)
		}
	}
	for _, c := range []struct{ text, want string }{
		{trustPart + "polcy: {}\n", `dossier.yaml:5:1: polcy: unknown key beside trust and policy`},
		{trustPart + strings.Replace(policyPart, "minimal", "maximal", 1), `dossier.yaml:9:12: policy.extends: unknown profile "maximal": did you mean "minimal"?`},
		{policyPart + "trust: 7\n", `dossier.yaml:6:8: trust: want a mapping, got the number "7"`},
	} {
		if _, _, err := ParseFile("dossier.yaml", []byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestMalformedPolicies(t *testing.T) {
	at := func(old, new string) string { return strings.Replace(head, old, new, 1) }
	for _, c := range []struct{ text, want string }{
		{"", `p.yaml: the file is empty`},
		{"id: x\n", `p.yaml:1:1: the key "version" is missing`},
		{at("hello-policy", "\"a b\""), `p.yaml:1:5: id: want at most 100 letters, digits and . _ -, beginning with a letter or digit`},
		{at("3", "0"), `p.yaml:2:10: version: want a whole number from 1`},
		{at("3", "1.10"), `p.yaml:2:10: version: want a whole number in decimal digits, got the number "1.10"`},
		{at("2028-01-01", "2026-01-01"), `p.yaml:3:12: effective: until is not after from, so that the policy is never in force`},
		{at("2026-01-01", "1969-01-01"), `p.yaml:3:12: effective: want times in the years 1970 to 9999`},
		{at("minimal", "slo"), `p.yaml:4:10: extends: unknown profile "slo": did you mean "solo"?`},
		{at("minimal", "https://x.example/p"), `p.yaml:4:10: extends: "https://x.example/p" is an address: a policy extends a profile or a file, so that it means the same everywhere`},
		{head + "enforced: []\n", `p.yaml:5:1: enforced: unknown key: did you mean "enforce"?`},
		{head + "enforce: [{ controls: [tag/*, evidence], from: 2026-01-01 }]\n", `p.yaml:5:31: enforce[0].controls[1]: unknown control "evidence": want an id such as tag/format, a theme such as "tag/*", or "*"`},
		{head + "enforce: [{ controls: [tag/anotated], from: 2026-01-01 }]\n", `p.yaml:5:24: enforce[0].controls[0]: unknown control "tag/anotated": did you mean "tag/annotated"?`},
		{head + "enforce: [{ controls: [tags/*], from: 2026-01-01 }]\n", `p.yaml:5:24: enforce[0].controls[0]: unknown control "tags/*": did you mean "tag/*"?`},
		{head + "enforce: [{ controls: [], from: 2026-01-01 }]\n", `p.yaml:5:33: enforce[0].from: names no control`},
		{head + "enforce: [{ controls: [tag/*] }]\n", `p.yaml:5:11: enforce[0]: the key "from" is missing`},
		{at("minimal", "solo") + "enforce: [{ controls: [approval/*], from: 2026-01-01 }]\n", `p.yaml:5:24: enforce[0].controls[0]: the profile solo does not ask approval/*: extend minimal, or leave it out`},
		{head + "grades: { default: prooven }\n", `p.yaml:5:20: grades.default: unknown grade "prooven": want proven, attested or claimed`},
		{head + "grades: { tag/*: { at-least: proven, by: recorder } }\n", `p.yaml:5:38: grades."tag/*".by: unknown key: want one of at-least`},
		{head + "grades: { tga/*: proven }\n", `p.yaml:5:11: grades."tga/*": unknown control "tga/*": did you mean "tag/*"?`},
		{head + "parameters: { builder: [x] }\n", `p.yaml:5:15: parameters.builder: unknown parameter "builder": did you mean "builders"?`},
		{head + "parameters: { builders: [\"\"] }\n", `p.yaml:5:26: parameters.builders[0]: want a text that is not empty and has at most 2000 bytes`},
		{head + "parameters: { tag-pattern: \"v(\" }\n", `p.yaml:5:28: parameters.tag-pattern: want a regular expression (RE2) of at most 256 bytes`},
		{head + "parameters: { approvers: 0 }\n", `p.yaml:5:26: parameters.approvers: want a number from 1 to 100`},
		{head + "parameters: { licensed-percent: 101 }\n", `p.yaml:5:33: parameters.licensed-percent: want a number from 0 to 100`},
		{head + "parameters: { clock-skew: 5 minutes }\n", `p.yaml:5:27: parameters.clock-skew: want whole seconds from 0s to 24h, such as 5m`},
		{head + "parameters: { clock-skew: 25h }\n", `p.yaml:5:27: parameters.clock-skew: want whole seconds from 0s to 24h, such as 5m`},
	} {
		if _, err := Parse("p.yaml", []byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%q\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, c := range Controls() {
		e, err := Explain(c.ID)
		if err != nil || e.Wants == "" || e.Judged == "" || e.Asked == "" || e.Applies == c.Applies || e.Waive == c.Waive {
			t.Errorf("%s: %+v %v", c.ID, e, err)
		}
	}
	if _, err := Explain("tag/anotated"); err == nil || err.Error() != `unknown control "tag/anotated": did you mean "tag/annotated"?` {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head))
	f.Add([]byte(head + "enforce: [{ controls: \"*\", from: 2027-01-01 }]\ngrades: { default: claimed, tag/*: { at-least: proven } }\n"))
	f.Add([]byte(head + "parameters: { builders: [x], tag-pattern: \"v.*\", approvers: 2, clock-skew: 1m }\n"))
	f.Add([]byte("trust: { id: t, version: 1, effective: { from: 2026-01-01 } }\npolicy: { id: p }\n"))
	facts := baseFacts(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, _, err := ParseFile("policy.yaml", data)
		if err != nil || p == nil {
			return
		}
		checks, view := p.Judge(facts)
		if len(checks) == 0 || view.Effective.IsZero() || view.Digest.IsZero() {
			t.Errorf("a policy that judges nothing or has no digest: %+v", view)
		}
	})
}

// TestExampleFile checks the policy file in testdata, which uses every key.
func TestExampleFile(t *testing.T) {
	data, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t, string(data))
	if p.Params.Approvers != 2 || p.Profile != Minimal {
		t.Errorf("%+v", p)
	}
}
