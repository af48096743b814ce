package records_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

var update = flag.Bool("update", false, "write the expected files instead of comparing them")

var (
	hex64 = strings.Repeat("0a", 32)
	oid   = strings.Repeat("c", 40)
)

const day = "2026-11-20T09:00:00Z"

// values fills a template: every required field, and what conditions ask for.
func values(k evidence.KindInfo) map[string]string {
	filled := map[string]string{}
	left := "none" // the object left out last: its members are not filled
	for _, f := range evidence.Fields(k.Name) {
		switch {
		case strings.HasPrefix(f.Pointer, left+"/"):
		case f.Need != evidence.Required:
			left = f.Pointer
		default:
			fillField(filled, f)
		}
	}
	if k.Scoped {
		filled["/scope/repository"] = "https://example.com/acme/hello"
		if k.Name == "approval" {
			filled["/scope/commits"] = oid
		} else {
			filled["/scope/interval/notBefore"], filled["/scope/interval/notAfter"] = day, day
		}
	}
	for pointer, v := range conditional[k.Name] {
		filled[pointer] = v
	}
	return filled
}

func fillField(filled map[string]string, f evidence.Field) {
	switch typ := strings.TrimPrefix(f.Type, "list of "); {
	case typ == "object", typ == "material", typ == "parent", typ == "reference":
	case typ == "interval":
		filled[f.Pointer+"/notBefore"], filled[f.Pointer+"/notAfter"] = day, day
	case len(f.Values) > 0:
		filled[f.Pointer] = f.Values[0]
	default:
		filled[f.Pointer] = map[string]string{
			"time": day, "time or interval": day, "digest": "sha256:" + hex64, "digest set": "sha256:" + hex64,
			"descriptor": "https://example.com/7", "object id": oid, "text": "some text", "identity": "mailto:a@b",
			"actor": "mailto:ana@acme.example", "whole number": "1",
		}[typ]
		if typ == "actor" && (f.Name == "who" || f.Name == "to" || f.Name == "reviewer") {
			filled[f.Pointer] = "mailto:tom@acme.example"
		}
	}
}

// conditional is what conditions ask of each kind.
var conditional = map[string]map[string]string{
	"emergency":    {"/followUps/*/ownerRole": "service-owner"},
	"exception":    {"/expiresAt": day, "/reviewAt": day, "/remediation/*/ticket": "https://example.com/8", "/remediation/*/ownerRole": "team", "/remediation/*/due": day, "/remediation/*/state": "open"},
	"forward-port": {"/pullRequest": "https://example.com/9", "/method": "merge"},
	"go-no-go":     {"/subject/digests": "sha256:" + hex64},
	"hotfix":       {"/securityReview/exception": "exc-1"},
	"migration":    {"/destructive": "no"},
	"promotion":    {"/finishedAt": day},
	"train":        {"/branch": "release/1.4"},
	"verification": {"/environment": "staging"},
	"monthly-report": {
		"/contributors/*/ownerRole": "platform",
	},
	"rollback": {"/verifiedAt": day, "/verification/*/kind": "smoke", "/verification/*/result": "pass", "/verification/*/at": day},
}

// template returns a filled template. A compliance review names all five areas.
func template(t testing.TB, k evidence.KindInfo) []byte {
	t.Helper()
	known := records.Values{}
	for pointer, text := range values(k) {
		known[pointer] = []string{text}
	}
	data, err := records.Template(k.Name, known)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if k.Name == "compliance-review" {
		text = areas.ReplaceAllString(text, "$0"+`  - { area: reviews, result: pass }
  - { area: signatures, result: pass }
  - { area: no-rebuild, result: pass }
  - { area: windows, result: pass }
`)
	}
	return []byte(text)
}

var areas = regexp.MustCompile(`(?m)^areas:.*\n`)

func TestTemplatesParseOnceFilled(t *testing.T) {
	for _, k := range evidence.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			data := template(t, k)
			p, err := records.ParseYAML("record.yaml", data, k.Type)
			if err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			if h := p.Head(); h.ID != "some text" || h.Release != nil || h.Parents != nil || h.Materials != nil {
				t.Errorf("head %+v", h)
			}
			if !k.Scoped {
				d := evidence.Sum(nil)
				var materials []evidence.Material
				if in, ok := p.(*evidence.Import); ok {
					materials = []evidence.Material{{Name: "attestations/a", MediaType: evidence.MediaTypeDSSE, Digest: in.Attestations[0].Material}}
				}
				evidence.Link(p, &evidence.Reference{Digest: d}, []evidence.Parent{{Statement: d, Signature: d}}, materials)
			}
			raw, err := strictjson.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			again, err := evidence.DecodeKind(k.Type, raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, again); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEmptyTemplates checks that an unfilled template is refused with a place,
// and that every line behind a "#" is YAML once the "#" is gone.
func TestEmptyTemplates(t *testing.T) {
	for _, k := range evidence.Kinds() {
		data, err := records.Template(k.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantPlace(t, data, k.Name)
		var all strings.Builder
		for i, line := range strings.SplitAfter(string(data), "\n") {
			if i > 1 {
				line = strings.TrimPrefix(line, "#")
			}
			all.WriteString(line)
		}
		n, err := strictyaml.Parse("all.yaml", []byte(all.String()))
		if err != nil {
			t.Fatalf("%s: %v", k.Name, err)
		}
		known := map[string]bool{"/record": true}
		for _, f := range evidence.Fields(k.Name) {
			known["/"+records.Key(f.Name)] = true
		}
		for _, m := range n.Members() {
			if !known["/"+m.Name] {
				t.Errorf("%s: the template has the key %s, the kind has not", k.Name, m.Name)
			}
		}
	}
}

func wantPlace(t *testing.T, data []byte, kind string) {
	t.Helper()
	_, err := records.ParseYAML("record.yaml", data, kind)
	var e *strictyaml.Error
	if !errors.As(err, &e) || e.Line == 0 || e.Column == 0 || e.File != "record.yaml" {
		t.Errorf("%s: got %v, want an error with file, line and column", kind, err)
	}
}

func TestTemplateOfFreeze(t *testing.T) {
	got, err := records.Template("freeze", records.Values{"/id": {"freeze-1"}, "/at": {day}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "freeze.yaml")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

const freeze = `id: freeze-1
at: 2026-11-20T09:00:00Z
scope:
  repository: https://example.com/acme/hello
  branches: [main]
  interval: { not-before: 2026-12-20T00:00:00Z, not-after: 2027-01-02T00:00:00Z }
approval:
  who: mailto:tom@acme.example
  at: { not-after: 2026-11-20T09:00:00Z }
actions: [merge]
rationale: end of the year
exit-criteria: [the books are closed]
re-enable-plan: open main again
links:
  - https://example.com/1
  - { name: CHG-1, digest: "sha256:` + "%s" + `" }
  - hello@sha256:` + "%[1]s" + `
  - https://example.com/hello@sha256:` + "%[1]s" + `
  - ana@acme.example
`

func TestParseYAML(t *testing.T) {
	p, err := records.ParseYAML("freeze.yaml", fmt.Appendf(nil, freeze, hex64), "freeze")
	if err != nil {
		t.Fatal(err)
	}
	f := p.(*evidence.Freeze)
	digest, _ := evidence.ParseDigest(hex64)
	want := []evidence.ResourceDescriptor{{URI: "https://example.com/1"}, {Name: "CHG-1", Digest: digest.Set()},
		{Name: "hello", Digest: digest.Set()}, {URI: "https://example.com/hello@sha256:" + hex64}, {URI: "ana@acme.example"}}
	if diff := cmp.Diff(want, f.Links); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(evidence.Actor{ID: "mailto:tom@acme.example", Kind: evidence.Human}, f.Approval.Who); diff != "" {
		t.Errorf("approver %+v", f.Approval.Who)
	}
	if f.Approval.At.Interval == nil || f.Scope.Interval.NotBefore == nil {
		t.Error("an interval was not read")
	}
}
