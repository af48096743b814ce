package records_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/internal/strictjson"
)

func TestParseYAMLRefuses(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"unknown key", "rationale:", "rational:", `freeze.yaml:11:1: rational: unknown key: did you mean "rationale"?`},
		{"JSON name", "exit-criteria:", "exitCriteria:", "freeze.yaml:12:1: exitCriteria: unknown key: did you mean"},
		{"nested unknown key", "  branches:", "  colours:", "freeze.yaml:5:3: scope.colours: unknown key"},
		{"missing", "rationale: end of the year\n", "", `freeze.yaml:1:1: the key "rationale": missing`},
		{"nested missing", "  who: mailto:tom@acme.example\n", "", `freeze.yaml:8:3: approval: the key "who": missing`},
		{"blank", "end of the year", `" "`, "freeze.yaml:11:12: rationale: missing"},
		{"null", "end of the year", "", "freeze.yaml:11:11: rationale: has no value"},
		{"value", "[merge]", "[deploy]", "freeze.yaml:10:11: actions[0]: got \"deploy\", want one of merge, promote"},
		{"not a list", "[merge]", "merge", "freeze.yaml:10:10: actions: want a list"},
		{"list for text", "end of the year", "[a]", "freeze.yaml:11:12: rationale: want text, got a list"},
		{"number for text", "end of the year", "2026", "freeze.yaml:11:12: rationale: want text, got the number"},
		{"text for mapping", "  who: mailto:tom@acme.example\n  at: { not-after: 2026-11-20T09:00:00Z }\n", "  yes\n", "approval: want a mapping with the keys who, role"},
		{"time", "at: 2026-11-20T09:00:00Z", "at: yesterday", "freeze.yaml:2:5: at: \"yesterday\" is not an RFC 3339 time"},
		{"interval", "not-after: 2027-01-02T00:00:00Z", "not-after: 2025-01-02T00:00:00Z", "freeze.yaml:6:13: scope.interval: not-after is before not-before"},
		{"identity", "mailto:tom@acme.example", "tom", "freeze.yaml:8:8: approval.who: identity \"tom\" has no scheme"},
		{"repository", "https://example.com/acme/hello", "https://example.com/acme/hello.git", "freeze.yaml:4:15: scope.repository: the repository's address is not in its normal form"},
		{"digest", "sha256:0a", "sha256:0", "freeze.yaml:16:5: links[1]: sha256 digest has"},
		{"digest of a name", "hello@sha256:0a", "hello@sha256:", "freeze.yaml:17:5: links[2]: sha256 digest has"},
		{"digest without algorithm", `"sha256:`, `"`, "freeze.yaml:16:28: links[1].digest: want algorithm"},
		{"condition", "not-before: 2026-12-20T00:00:00Z, ", "", `freeze.yaml:6:13: scope.interval: missing: required by a freeze`},
		{"release", "id: freeze-1", "id: freeze-1\nrelease: {}", "freeze.yaml:2:1: release: is filled in when the record is signed"},
		{"parents", "id: freeze-1", "id: freeze-1\nparents: []", "freeze.yaml:2:1: parents: is filled in"},
		{"materials", "id: freeze-1", "id: freeze-1\nmaterials: []", "freeze.yaml:2:1: materials: is filled in"},
		{"critical", "id: freeze-1", "id: freeze-1\ncritical: []", "freeze.yaml:2:1: critical: is filled in"},
		{"twice", "id: freeze-1", "id: freeze-1\nid: freeze-2", "freeze.yaml:2:1: id: the key \"id\" is given twice"},
		{"alias", "[main]", "&a [main]", "anchors"},
	}
	good := fmt.Sprintf(freeze, hex64)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(good, tt.from, tt.to, 1)
			if bad == good {
				t.Fatal("nothing was replaced")
			}
			p, err := records.ParseYAML("freeze.yaml", []byte(bad), "freeze")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v\nwant an error with %s", p, err, tt.want)
			}
		})
	}
}

// TestFilledQuotes fills in the quotes of a template where a number is wanted.
func TestFilledQuotes(t *testing.T) {
	yaml := "id: r\nat: " + day + "\nitems:\n  - { item: sbom, system: archive, retain-days: %s, link-keys: [commit] }\n"
	for _, days := range []string{"365", `"365"`, "'365'"} {
		p, err := records.ParseYAML("r.yaml", fmt.Appendf(nil, yaml, days), "retention")
		if err != nil || *p.(*evidence.Retention).Items[0].RetainDays != 365 {
			t.Errorf("%s: %v, %v", days, p, err)
		}
	}
	for _, days := range []string{`""`, `" 365"`, `"0365"`, `"3e2"`, "0x10", "1_000", "true", `"9223372036854775808"`, "[365]", `"-1"`} {
		p, err := records.ParseYAML("r.yaml", fmt.Appendf(nil, yaml, days), "retention")
		if err == nil || !strings.HasPrefix(err.Error(), "r.yaml:4:") {
			t.Errorf("%s: got %v, %v, want an error with its place", days, p, err)
		}
	}
}

// TestYAMLNames wants errors and templates to name fields as they are written.
func TestYAMLNames(t *testing.T) {
	var names []string
	for _, k := range evidence.Kinds() {
		names = append(names, k.Name)
	}
	for _, kind := range append(names, records.ReleaseKind) {
		text, err := records.Template(kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"ownerRole is", "skipBranchRationale is", "expiryCondition is", "dataMigration is", "mergeMethod."} {
			if strings.Contains(string(text), bad) {
				t.Errorf("the template of %s says %q", kind, bad)
			}
		}
	}
	yaml := "id: e\nat: " + day + "\nseverity: \"\"\n"
	if _, err := records.ParseYAML("i.yaml", []byte(yaml), "incident"); err == nil || !strings.Contains(err.Error(), "i.yaml:3:11: severity: missing: fill it in") {
		t.Error(err)
	}
}

func TestDigests(t *testing.T) {
	yaml := func(state string) []byte {
		return []byte("id: s\nat: " + day + "\nsequence: 1\ncovers-until: " + day + "\nstate: " + state + "\n")
	}
	for _, state := range []string{hex64, "sha256:" + hex64, "{ sha256: " + hex64 + " }"} {
		p, err := records.ParseYAML("s.yaml", yaml(`"`+strings.Trim(state, `"`)+`"`), "seal")
		if strings.HasPrefix(state, "{") {
			p, err = records.ParseYAML("s.yaml", yaml(state), "seal")
		}
		if err != nil || p.(*evidence.Seal).State.Hex() != hex64 {
			t.Errorf("%s: %v, %v", state, p, err)
		}
	}
	for _, state := range []string{"{}", "[]", "{ sha512: a }", "{ sha256: a, sha512: b }", "sha256:abc", "1"} {
		if p, err := records.ParseYAML("s.yaml", yaml(state), "seal"); err == nil {
			t.Errorf("%s is read as %v", state, p)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	if _, err := records.ParseYAML("a.yaml", []byte("id: a"), "wish"); err == nil || !strings.Contains(err.Error(), "approval, backport") {
		t.Error(err)
	}
	if _, err := records.Template("wish", nil); err == nil || !strings.Contains(err.Error(), "approval, backport") {
		t.Error(err)
	}
}

// TestDeepFile keeps a hostile file from costing much.
func TestDeepFile(t *testing.T) {
	for _, data := range []string{"", "- a", "a", "{}", "[]", strings.Repeat("[", 10000), "id: " + strings.Repeat("{a: ", 40) + strings.Repeat("}", 40)} {
		if _, err := records.ParseYAML("a.yaml", []byte(data), "freeze"); err == nil {
			t.Errorf("%.20q is accepted", data)
		}
	}
}

func TestKey(t *testing.T) {
	for in, want := range map[string]string{"id": "id", "rollbackPlan": "rollback-plan", "exportURL": "export-u-r-l", "": ""} {
		if got := records.Key(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func FuzzParseYAML(f *testing.F) {
	for _, k := range evidence.Kinds() {
		f.Add(k.Name, template(f, k))
	}
	f.Add("freeze", fmt.Appendf(nil, freeze, hex64))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		p, err := records.ParseYAML("f.yaml", data, kind)
		if err != nil {
			return
		}
		if err := evidence.ValidateFacts(p); err != nil {
			t.Error(err)
		}
		if _, err := strictjson.Marshal(p); err != nil {
			t.Error(err)
		}
	})
}

func ExampleParseYAML() {
	p, err := records.ParseYAML("quarantine.yaml", []byte(`
id: quarantine-7
at: 2026-11-20T09:00:00Z
test: TestCheckout
suite: end-to-end
failure-mode: times out one time in fifty
run: https://ci.example.com/runs/812
check: integration-test
approval: { who: "account:github.com:4410021", at: 2026-11-20T09:00:00Z }
rationale: the payment sandbox is slow, not the product
ticket: https://tickets.example.com/PAY-812
expires-at: 2026-12-04T09:00:00Z
restoration-plan: a local sandbox, PAY-813
covered-by: [TestCheckoutUnit]
`), "quarantine")
	fmt.Println(p.Head().ID, err)

	_, err = records.ParseYAML("quarantine.yaml", []byte("id: quarantine-7\ntst: TestCheckout\n"), "quarantine")
	fmt.Println(err)
	// Output:
	// quarantine-7 <nil>
	// quarantine.yaml:2:1: tst: unknown key: did you mean "test"?
}

func ExampleTemplate() {
	data, err := records.Template("freeze", records.Values{"/id": {"freeze-2026-12"}})
	fmt.Println(strings.Contains(string(data), `id: "freeze-2026-12"`), err)
	// Output: true <nil>
}
