package evidence_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

var update = flag.Bool("update", false, "write the samples instead of comparing them")

func TestKinds(t *testing.T) {
	list := evidence.Kinds()
	names := map[string]bool{}
	for _, k := range list {
		if names[k.Name] {
			t.Errorf("%s is listed twice", k.Name)
		}
		names[k.Name] = true
		if k.Title == "" || k.Sections == "" || k.Type != evidence.PredicateBase+k.Name+"/v1" {
			t.Errorf("%s is incomplete: %+v", k.Name, k)
		}
		for _, name := range []string{k.Name, k.Type} {
			if got, ok := evidence.LookupKind(name); !ok || got.Name != k.Name {
				t.Errorf("%s is not found", name)
			}
		}
	}
	if !slices.IsSortedFunc(list, func(a, b evidence.KindInfo) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the kinds are not sorted")
	}
	for _, name := range []string{"", "record", "Approval", evidence.PredicateBase, evidence.PredicateBase + "approval/v2"} {
		if _, ok := evidence.LookupKind(name); ok {
			t.Errorf("%q is found", name)
		}
	}
}

// TestScopedKinds holds the kinds that rule R9 names.
func TestScopedKinds(t *testing.T) {
	var got []string
	for _, k := range evidence.Kinds() {
		if k.Scoped {
			got = append(got, k.Name)
		}
	}
	want := []string{"approval", "emergency", "exception", "freeze", "role-directory", "window"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTags checks the tags that validation, schema and pages are made of.
func TestTags(t *testing.T) {
	types := map[reflect.Type]bool{}
	collect(types, reflect.TypeFor[evidence.Record]())
	for _, k := range evidence.Kinds() {
		collect(types, reflect.TypeOf(k.New()))
	}
	for typ := range types {
		for f := range typ.Fields() {
			text, ok := f.Tag.Lookup("rec")
			if !ok {
				continue
			}
			where := typ.Name() + "." + f.Name
			parts := strings.SplitN(text, ";", 3)
			if len(parts) < 2 || parts[1] == "" || !slices.Contains([]string{"R", "C", "A", "O", "d"}, parts[0]) {
				t.Errorf("%s: tag %q", where, text)
				continue
			}
			if parts[0] != "A" && (parts[0] == "C") != (len(parts) == 3) {
				t.Errorf("%s: a condition belongs to C, and to nothing else but A: %q", where, text)
			}
			if leftOut := strings.Contains(f.Tag.Get("json"), ",omit"); leftOut == (parts[0] == "R") {
				t.Errorf("%s: need %s and JSON tag %q contradict", where, parts[0], f.Tag.Get("json"))
			}
			if parts[0] == "R" && f.Type.Kind() == reflect.Bool {
				t.Errorf("%s: nobody can tell false from missing", where)
			}
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); !strings.EqualFold(name, f.Name) {
				t.Errorf("%s is %s in JSON", where, name)
			}
		}
	}
}

func collect(types map[reflect.Type]bool, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		collect(types, t.Elem())
	case reflect.Struct:
		if !types[t] && strings.HasSuffix(t.PkgPath(), "/evidence") {
			types[t] = true
			for f := range t.Fields() {
				collect(types, f.Type)
			}
		}
	}
}

// object is a predicate as JSON, made of the fields' description.
type object = map[string]any

// minimal returns the smallest valid predicate of a kind: what is required, and
// what the conditions ask for.
func minimal(k evidence.KindInfo) object {
	o := object{}
	for _, f := range evidence.Fields(k.Name) {
		if f.Need == evidence.Required {
			put(o, f.Pointer, sample(f))
		}
	}
	delete(o, "scope")
	if k.Scoped {
		o["scope"] = object{"repository": "https://example.com/acme/hello", "interval": object{"notBefore": day}}
		if k.Name == "approval" {
			o["scope"] = object{"repository": "https://example.com/acme/hello", "commits": []any{oid}}
		}
	} else {
		digest := object{"sha256": hex64}
		o["release"] = object{"digest": digest}
		o["parents"] = []any{object{"statement": digest, "signature": digest}}
		if k.Name == "import" { // an attestation is one of its own materials
			o["materials"] = []any{object{"name": "attestations/a.sigstore.json", "mediaType": evidence.MediaTypeSigstoreBundle, "digest": digest, "size": 9}}
		}
	}
	for pointer, v := range conditional[k.Name] {
		put(o, pointer, v)
	}
	return clone(o)
}

// clone returns a copy that shares nothing.
func clone(o object) object {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	var c object
	if err := json.Unmarshal(raw, &c); err != nil {
		panic(err)
	}
	return c
}

const day = "2026-11-20T09:00:00Z"

var (
	human = object{"id": "mailto:ana@acme.example", "kind": "human"}
	other = object{"id": "mailto:tom@acme.example", "kind": "human"}
	thing = object{"uri": "https://example.com/7"}
)

// conditional is what the conditions ask of each kind's smallest predicate.
var conditional = map[string]object{
	"backport":          {"/original/commits": []any{oid}},
	"compliance-review": {"/areas": areas("pass")},
	"emergency":         {"/followUps/*/ownerRole": "service-owner"},
	"exception": {
		"/expiresAt": "2027-01-01T00:00:00Z", "/reviewAt": day,
		"/remediation": []any{object{"ticket": thing, "owner": human, "due": day, "state": "open"}},
	},
	"flag-change":    {"/environment": "staging"},
	"forward-port":   {"/pullRequest": thing, "/method": "merge"},
	"go-no-go":       {"/subject/digests": []any{object{"sha256": hex64}}},
	"migration":      {"/destructive": "no"},
	"hotfix":         {"/securityReview/exception": "exc-1"},
	"monthly-report": {"/contributors/*/owner": human},
	"promotion":      {"/finishedAt": day},
	"rollback":       {"/verifiedAt": day, "/verification": []any{object{"kind": "smoke", "result": "pass", "at": day}}},
	"train":          {"/branch": "release/1.4"},
	"verification":   {"/environment": "staging"},
}

func areas(result string) []any {
	var list []any
	for _, area := range []string{"protections", "reviews", "signatures", "no-rebuild", "windows"} {
		list = append(list, object{"area": area, "result": result})
	}
	return list
}

// sample returns a value of the field's type.
func sample(f evidence.Field) any {
	if item, ok := strings.CutPrefix(f.Type, "list of "); ok {
		f.Type = item
		return []any{sample(f)}
	}
	switch f.Type {
	case "object":
		return object{}
	case "time", "time or interval":
		return day
	case "interval":
		return object{"notBefore": day, "notAfter": day}
	case "digest", "digest set":
		return object{"sha256": hex64}
	case "actor":
		if slices.Contains([]string{"who", "to", "reviewer"}, f.Name) {
			return other
		}
		return human
	case "descriptor":
		return thing
	case "object id":
		return oid
	case "whole number":
		return 1
	case "identity":
		return human["id"]
	}
	if len(f.Values) > 0 {
		return f.Values[0]
	}
	if f.Name == "repository" {
		return "https://example.com/acme/hello"
	}
	return "some text"
}

// put sets the member at a pointer, if the object around it is there; "*" is
// the first item of a list.
func put(o object, pointer string, v any) {
	inside(o, pointer, func(in object, name string) { in[name] = v })
}

func inside(o object, pointer string, do func(in object, name string)) {
	tokens := strings.Split(pointer[1:], "/")
	for i, token := range tokens[:len(tokens)-1] {
		switch next := o[token].(type) {
		case object:
			o = next
		case []any:
			o, _ = next[0].(object)
			if i == len(tokens)-3 && tokens[i+1] == "*" {
				do(o, tokens[i+2])
				return
			}
			inside(o, "/"+strings.Join(tokens[i+2:], "/"), do)
			return
		default:
			return
		}
	}
	do(o, tokens[len(tokens)-1])
}

func TestDecodeKind(t *testing.T) {
	for _, k := range evidence.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			p, err := evidence.DecodeKind(k.Type, encode(t, minimal(k)))
			if err != nil {
				t.Fatal(err)
			}
			if p.Head().ID != "some text" || p.Happened().IsZero() {
				t.Errorf("head %+v, happened %+v", p.Head(), p.Happened())
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

// TestSamples keeps the smallest predicates of all kinds as files, for other
// readers of the format and the test of the schemas.
func TestSamples(t *testing.T) {
	for _, k := range evidence.Kinds() {
		raw, err := json.MarshalIndent(minimal(k), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, '\n')
		file := filepath.Join("testdata", "kinds", k.Name+".json")
		if *update {
			if err := os.WriteFile(file, raw, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v: run go test -update", err)
		}
		if diff := cmp.Diff(string(raw), string(got)); diff != "" {
			t.Errorf("%s is stale, run go test -update: %s", file, diff)
		}
	}
}

// TestRequiredFields removes each required field in turn.
func TestRequiredFields(t *testing.T) {
	for _, k := range evidence.Kinds() {
		for _, f := range evidence.Fields(k.Name) {
			if f.Need != evidence.Required || len(f.Sections) == 0 || f.Pointer == "/scope" {
				continue
			}
			o, removed := minimal(k), false
			inside(o, f.Pointer, func(in object, name string) {
				_, removed = in[name]
				delete(in, name)
			})
			if !removed {
				continue // within a part that may be left out
			}
			_, err := evidence.DecodeKind(k.Type, encode(t, o))
			wantField(t, err, strings.ReplaceAll(f.Pointer, "*", "0"))
		}
	}
}

// TestFieldForms puts what does not fit into each field in turn.
func TestFieldForms(t *testing.T) {
	long := strings.Repeat("x", 16<<10+1)
	bad := map[string][]any{
		"text": {long, " "}, "object id": {"c0ffee"}, "whole number": {-1}, "time or interval": {object{}},
		"interval": {object{"notBefore": day, "notAfter": "2020-01-01T00:00:00Z"}},
		"actor":    {object{"id": "Ana", "kind": "human"}}, "descriptor": {object{"name": ""}},
	}
	for _, k := range evidence.Kinds() {
		for _, f := range evidence.Fields(k.Name) {
			if f.Need != evidence.Required || len(f.Sections) == 0 {
				continue
			}
			for _, v := range bad[f.Type] {
				o, there := minimal(k), false
				inside(o, f.Pointer, func(in object, name string) {
					_, there = in[name]
					in[name] = v
				})
				if _, err := evidence.DecodeKind(k.Type, encode(t, o)); there && err == nil {
					t.Errorf("%s: %s accepts %.40v", k.Name, f.Pointer, v)
				}
			}
		}
	}
}

func TestDecodeKindRefuses(t *testing.T) {
	good := func(kind string) object {
		k, _ := evidence.LookupKind(kind)
		return minimal(k)
	}
	tests := []struct {
		name, kind, pointer string
		edit                func(o object)
	}{
		{"null", "freeze", "/rationale", func(o object) { o["rationale"] = nil }},
		{"wrong type", "freeze", "/actions", func(o object) { o["actions"] = "merge" }},
		{"unknown value", "freeze", "/actions/0", func(o object) { o["actions"] = []any{"deploy"} }},
		{"empty item", "freeze", "/exitCriteria/0", func(o object) { o["exitCriteria"] = []any{" "} }},
		{"too many items", "freeze", "/exitCriteria", func(o object) { o["exitCriteria"] = make([]string, 10001) }},
		{"critical unknown", "freeze", "/critical/0", func(o object) { o["critical"] = []any{"/colour"} }},
		{"no scope", "freeze", "/scope", func(o object) { delete(o, "scope") }},
		{"scope's repository", "freeze", "/scope/repository", func(o object) { o["scope"].(object)["repository"] = "acme" }},
		{"scope's commit", "freeze", "/scope/commits/0", func(o object) { o["scope"].(object)["commits"] = []any{"c0"} }},
		{"scope's branch", "freeze", "/scope/branches/0", func(o object) { o["scope"].(object)["branches"] = []any{""} }},
		{"scope's pipeline", "freeze", "/scope/pipelines/0", func(o object) { o["scope"].(object)["pipelines"] = []any{""} }},
		{"scope's artifact", "freeze", "/scope/artifacts/0/digest", func(o object) { o["scope"].(object)["artifacts"] = []any{object{"name": "a"}} }},
		{"scope's interval", "freeze", "/scope/interval", func(o object) { o["scope"].(object)["interval"] = object{} }},
		{"parents without release", "freeze", "/parents", func(o object) { o["parents"] = good("seal")["parents"] }},
		{"scope where there is none", "seal", "/scope", func(o object) { o["scope"] = good("freeze")["scope"] }},
		{"no release", "seal", "/release", func(o object) { delete(o, "release") }},
		{"no parents", "seal", "/parents", func(o object) { delete(o, "parents") }},
		{"material", "seal", "/materials/0", func(o object) { o["materials"] = []any{object{"name": "a"}} }},
		{"supersedes itself", "seal", "/supersedes", func(o object) { o["supersedes"] = o["id"] }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good(tt.kind)
			tt.edit(o)
			_, err := evidence.DecodeKind(evidence.PredicateBase+tt.kind+"/v1", encode(t, o))
			wantField(t, err, tt.pointer)
		})
	}
}

func TestCriticalSeesEmbeddedFields(t *testing.T) {
	k, _ := evidence.LookupKind("freeze")
	o := minimal(k)
	o["critical"] = []any{"/id", "/at", "/scope/interval", "/approval/who/id", "/exitCriteria/0"}
	if _, err := evidence.DecodeKind(k.Type, encode(t, o)); err != nil {
		t.Error(err)
	}
}

func TestDecodeKindUnknown(t *testing.T) {
	for _, uri := range []string{"", "freeze", evidence.RecordType, evidence.PredicateBase + "freeze/v2"} {
		_, err := evidence.DecodeKind(uri, []byte("{}"))
		wantError(t, err, "not known")
	}
}

func TestFields(t *testing.T) {
	for _, k := range evidence.Kinds() {
		seen := map[string]bool{}
		for _, f := range evidence.Fields(k.Type) {
			if seen[f.Pointer] || f.Source == "" || f.Type == "" || !strings.HasSuffix(f.Pointer, "/"+f.Name) {
				t.Errorf("%s: %+v", k.Name, f)
			}
			seen[f.Pointer] = true
		}
		if seen["/scope"] != k.Scoped || !seen["/id"] || !seen["/at"] {
			t.Errorf("%s: scope, id or at", k.Name)
		}
	}
	if evidence.Fields("unknown") != nil {
		t.Error("an unknown kind has fields")
	}
	want := evidence.Field{
		Name: "type", Pointer: "/type", Need: evidence.Required, Sections: []string{"1.32.3.1"},
		Type: "text", Values: []string{"temporary", "permanent"}, Source: "Exception.Type",
	}
	for _, f := range evidence.Fields("exception") {
		if f.Pointer == want.Pointer {
			if diff := cmp.Diff(want, f); diff != "" {
				t.Error(diff)
			}
		}
	}
	var paths []string
	for _, f := range evidence.Fields("record") {
		paths = append(paths, f.Pointer)
	}
	for _, p := range []string{"/version", "/releaseRecord/knownIssues", "/changes/*/details/risk/label", "/manifest/components/*/commit"} {
		if !slices.Contains(paths, p) {
			t.Errorf("%s is not a field of the release record", p)
		}
	}
}

func TestLink(t *testing.T) {
	reference := &evidence.Reference{Digest: evidence.Sum([]byte("r"))}
	parents := []evidence.Parent{{Statement: evidence.Sum([]byte("s")), Signature: evidence.Sum([]byte("t"))}}
	materials := []evidence.Material{{Name: "a", MediaType: "text/plain", Digest: evidence.Sum(nil)}}
	for _, k := range evidence.Kinds() {
		p := k.New()
		evidence.Link(p, reference, parents, materials)
		if h := p.Head(); h.Release != reference || len(h.Parents) != 1 || len(h.Materials) != 1 {
			t.Errorf("%s is not linked: %+v", k.Name, h)
		}
	}
}

func FuzzDecodeKind(f *testing.F) {
	for _, k := range evidence.Kinds() {
		f.Add(k.Name, encode(f, minimal(k)))
	}
	f.Add("freeze", []byte(`{"at":{"notAfter":"x"}}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		p, err := evidence.DecodeKind(evidence.PredicateBase+kind+"/v1", data)
		if err != nil {
			return
		}
		raw, err := strictjson.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := evidence.DecodeKind(evidence.PredicateBase+kind+"/v1", raw); err != nil {
			t.Errorf("%s became %s: %v", data, raw, err)
		}
	})
}
