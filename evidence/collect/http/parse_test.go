package http_test

import (
	"errors"
	"strings"
	"testing"

	httprec "github.com/release-dossier/dossier/evidence/collect/http"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// TestParseErrors changes one line of a good mapping and wants the place of it.
func TestParseErrors(t *testing.T) {
	good := smallYAML + smallRecords
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "title:", "titel:", `3:1: titel: unknown key: did you mean "title"?`},
		{"unknown key below", "/state: { from:", "/state: { form:", `14:21: requests[0].records[0].fields."/state".form: unknown key: did you mean "from"?`},
		{"id", "id: small", "id: Small!", "1:5: id:"},
		{"version", "version: 1", "version: 0", "2:10: version:"},
		{"version as text", "version: 1", `version: "1"`, "2:10: version:"},
		{"pattern", `"[a-z]+"`, `"["`, "6:"},
		{"scheme", "scheme: Bearer", "scheme: Digest", "5:23: credential.scheme:"},
		{"header", "{ scheme: Bearer }", `{ header: "X: y", scheme: Bearer }`, "5:"},
		{"path outside", "path: /things", "path: //evil.example/things", "9:11: requests[0].path:"},
		{"path with query", "{ticket}\n", "{ticket}?x=1\n", "9:11:"},
		{"path with dots", "/things/{ticket}", "/things/../{ticket}", "9:11:"},
		{"path not closed", "{ticket}\n", "{ticket\n", "9:11:"},
		{"path with undeclared variable", "{ticket}\n", "{tikcet}\n", `"tikcet" is not declared`},
		{"pointer", "from: /state", "from: state", "14:27:"},
		{"pointer with bad escape", "from: /state", "from: /a~2b", "14:27:"},
		{"pointer up without end", "from: /state", "from: 999/a", "14:27:"},
		{"target", "/state:", "state:", "14:11:"},
		{"target too deep", "/state:", "/a/b/c/d/e:", "14:11:"},
		{"target in a target", "/state:", "/id/x:", "14:11:"},
		{"two sources", "from: /state", "from: /state, const: x", "14:19:"},
		{"no source", "from: /state", "optional: true", "14:19:"},
		{"form", "from: /state", "from: /state, as: date", `14:39: requests[0].records[0].fields."/state".as: unknown form "date"`},
		{"required and optional", "from: /state", "from: /state, required: true, optional: true", "14:19:"},
		{"list without fields", "from: /state", "each: /state", "14:19:"},
		{"id not required", ", required: true", "", "11:9:"},
		{"kind", "kind: ticket", "kind: Ticket", "11:15:"},
		{"request without name", "name: thing", `name: ""`, "8:11:"},
		{"page with two ways", "    records:", "    page: { items: /x, next-url: /a, link-header: true }\n    records:", "10:11:"},
		{"page with token alone", "    records:", "    page: { items: /x, next-token: /a }\n    records:", "10:11:"},
		{"query name", "    records:", "    query: { \"a b\": x }\n    records:", "10:14:"},
		{"reference", "requests:", "reference: { kind: ticket, variable: tikcet }\nrequests:", "7:12:"},
		{"no requests", good[strings.Index(good, "requests:"):], "requests: []\n", "small"},
		{"where", "kind: ticket\n", "kind: ticket\n        where: { x: [y] }\n", "12:18:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("%q is not in the mapping", tt.old)
			}
			_, err := httprec.ParseMapping("small.yaml", []byte(strings.Replace(good, tt.old, tt.new, 1)))
			var e *strictyaml.Error
			if !errors.As(err, &e) || e.Line == 0 || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q with a place", err, tt.want)
			}
		})
	}
}

func TestBuiltinUnknown(t *testing.T) {
	for _, id := range []string{"", "jira", "../doc", "jira-cloud.yaml"} {
		if _, err := httprec.Builtin(id); err == nil || !strings.Contains(err.Error(), "jira-cloud") {
			t.Errorf("%q: %v, want an error that names the mappings", id, err)
		}
	}
}

func FuzzParseMapping(f *testing.F) {
	f.Add([]byte(smallYAML + smallRecords))
	f.Add([]byte(smallYAML + "    page: { items: \"/values/*\", next-url: 2/next }\n" + pagedRecords))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := httprec.ParseMapping("fuzz.yaml", data)
		if (m == nil) != (err != nil) {
			t.Fatalf("mapping %v beside %v", m, err)
		}
	})
}
