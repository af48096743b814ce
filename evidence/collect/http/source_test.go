package http_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	evcollect "github.com/release-dossier/dossier/evidence/collect"
	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

func newSystem(t *testing.T, s httprec.System) evcollect.Source {
	t.Helper()
	made, err := httprec.NewSystem(s)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func runTarget(t *testing.T, tickets ...string) evcollect.Target {
	return evcollect.Target{Version: "4.2.0", Commit: strings.Repeat("ab", 20), Tickets: tickets, TempDir: t.TempDir()}
}

// documents reads what is to be embedded, by part.
func documents(t *testing.T, part *evcollect.Part) map[string]string {
	t.Helper()
	docs := map[string]string{}
	for _, d := range part.Documents {
		r, err := d.Blob.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || evidence.CheckMaterialName(d.Name) != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		r.Close()
		docs[d.Part] = string(data)
		noSecret(t, d.Name, string(data))
	}
	return docs
}

// TestSystems compares the facts that each mapping adds to a release record with
// testdata/<id>/record.json; they are valid, live and from recorded answers.
func TestSystems(t *testing.T) {
	for _, tt := range builtinTests() {
		t.Run(tt.id, func(t *testing.T) {
			server := system(t, tt.routes)
			s := httprec.System{As: "it", Source: tt.source(t, server.URL), Options: options()}
			part, err := newSystem(t, s).Collect(t.Context(), runTarget(t, tt.ticket, "OTHER"))
			if err != nil {
				t.Fatal(err)
			}
			got := facts(t, part, server.URL)
			name := filepath.Join("testdata", tt.id, "record.json")
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
			recorded, err := httprec.ReadRecorded(strings.NewReader(documents(t, part)["answers"]), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			server.Close()
			s.Options = options()
			s.Options.Transport = recorded
			again, err := newSystem(t, s).Collect(t.Context(), runTarget(t, tt.ticket))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, facts(t, again, server.URL)); diff != "" {
				t.Errorf("from recorded answers (-live +recorded):\n%s", diff)
			}
		})
	}
}

// TestSoleEnvironment configures Argo CD, which does not know how its environment
// is called, with a list of environments.
func TestSoleEnvironment(t *testing.T) {
	for _, tt := range builtinTests() {
		if tt.id != "argocd" {
			continue
		}
		server := system(t, tt.routes)
		tt.parameters = map[string]string{"application": "payments"}
		s := httprec.System{As: "it", Source: tt.source(t, server.URL), Options: options(), Environments: []string{"production"}}
		part, err := newSystem(t, s).Collect(t.Context(), runTarget(t))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("testdata", tt.id, "record.json"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), facts(t, part, server.URL)); diff != "" {
			t.Errorf("record (-want +got):\n%s", diff)
		}
		if len(tt.parameters) != 1 {
			t.Errorf("the caller's parameters became %v", tt.parameters)
		}
		s.Options, s.Environments = options(), []string{"staging", "production"}
		if _, err := newSystem(t, s).Collect(t.Context(), runTarget(t)); err == nil || !strings.Contains(err.Error(), "for several configure several systems") {
			t.Errorf("two environments: got %v", err)
		}
	}
}

// facts are what a part adds to a record, and what it could not read.
func facts(t *testing.T, part *evcollect.Part, base string) string {
	t.Helper()
	var rec evidence.Record
	if err := part.Fill(&rec); err != nil {
		t.Fatal(err)
	}
	for i := range rec.Tickets {
		check(t, &rec.Tickets[i])
	}
	for i := range rec.Deployments {
		check(t, &rec.Deployments[i])
	}
	for i := range rec.Workloads {
		check(t, &rec.Workloads[i])
	}
	for i := range part.Unread {
		check(t, &part.Unread[i])
	}
	data, err := json.MarshalIndent(map[string]any{
		"tickets": rec.Tickets, "deployments": rec.Deployments, "workloads": rec.Workloads, "unread": part.Unread, "notes": part.Notes,
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), base, "{{base}}") + "\n"
}

func check(t *testing.T, fact any) {
	t.Helper()
	if err := evidence.ValidatePart(fact); err != nil {
		t.Errorf("%T: %v", fact, err)
	}
}

// TestReferencedOnly: nothing is asked, and the record says so.
func TestReferencedOnlySystem(t *testing.T) {
	s := httprec.System{As: "jira", Source: httprec.Source{Mapping: builtin(t, "jira-cloud"), Base: "https://jira.example", ReferenceOnly: true}, Options: options()}
	part, err := newSystem(t, s).Collect(t.Context(), runTarget(t, "PAY-1", "PAY-2", "CHG0030042"))
	if err != nil {
		t.Fatal(err)
	}
	var rec evidence.Record
	if err := part.Fill(&rec); err != nil {
		t.Fatal(err)
	}
	want := []evidence.Ticket{
		{ID: "PAY-1", Basis: "referenced-only", System: "jira-cloud", URI: "https://jira.example/browse/PAY-1"},
		{ID: "PAY-2", Basis: "referenced-only", System: "jira-cloud", URI: "https://jira.example/browse/PAY-2"},
	}
	if diff := cmp.Diff(want, rec.Tickets); diff != "" {
		t.Error(diff)
	}
	if len(part.Documents) != 0 || len(part.Unread) != 1 || part.Unread[0].Count != 2 || !slices.Contains(part.Unread[0].Unknown, "approval/*") || part.Found[0].Grade != evcollect.Claimed {
		t.Errorf("part %+v", part)
	}
}

// TestNoTickets: a release that names none of its tickets is no failure of the
// system.
func TestNoTickets(t *testing.T) {
	s := httprec.System{As: "jira", Source: httprec.Source{Mapping: builtin(t, "jira-cloud"), Base: "https://jira.invalid"}, Options: options(), Keys: regexp.MustCompile(`PAY-[0-9]+`)}
	part, err := newSystem(t, s).Collect(t.Context(), runTarget(t, "OPS-1", "XPAY-1"))
	if err != nil || part.Fill != nil || len(part.Notes) != 1 || !strings.Contains(part.Notes[0], "no ticket") {
		t.Errorf("part %+v, %v", part, err)
	}
}

// TestSystemRefused: of one ticket that is hidden the others survive, and the
// endpoint, the rights and the controls are named; of nothing at all nothing.
func TestSystemRefused(t *testing.T) {
	m := small(t, smallRecords)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/things/T-2" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		answer(w, []byte(`{"id":"T-1","state":"done"}`))
	}))
	defer server.Close()
	s := httprec.System{As: "things", Source: httprec.Source{Mapping: m, Base: server.URL, Credential: httprec.Credential{Variable: "TOKEN"}}, Options: options()}
	part, err := newSystem(t, s).Collect(t.Context(), runTarget(t, "T-1", "T-2"))
	if err != nil {
		t.Fatal(err)
	}
	want := evidence.Unread{What: "GET /things/{ticket}", Status: 403, Needs: "the scope read:things"}
	if u := part.Unread[0]; len(part.Unread) != 1 || u.What != want.What || u.Status != want.Status || u.Needs != want.Needs || len(u.Unknown) == 0 {
		t.Errorf("unread %+v", part.Unread)
	}
	s.Options = options()
	if _, err := newSystem(t, s).Collect(t.Context(), runTarget(t, "T-2")); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("nothing at all: %v", err)
	}
}

// TestSystemParts keeps addresses and words apart.
func TestSystemParts(t *testing.T) {
	tt := builtinTests()[0]
	server := system(t, tt.routes)
	target := runTarget(t, tt.ticket)
	target.Separate = []string{"emails", "comments"}
	o := options()
	o.Random = zeros{}
	s := newSystem(t, httprec.System{As: "jira", Source: tt.source(t, server.URL), Options: o})
	part, err := s.Collect(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	docs := documents(t, part)
	if strings.Contains(docs["answers"], "@fintech.example") || strings.Contains(docs["answers"], "Lena Vogt") {
		t.Errorf("the answers hold an address or a name: %s", docs["answers"])
	}
	if !strings.Contains(docs["emails"], "lena.vogt@fintech.example") || !strings.Contains(docs["comments"], "Lena Vogt") {
		t.Errorf("the parts: %q", docs)
	}
	target.Separate, target.TempDir = []string{"phones"}, t.TempDir()
	if _, err := s.Collect(t.Context(), target); err == nil || !strings.Contains(err.Error(), "phones") {
		t.Errorf("an unknown part: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestUnaskedIsChecked gives a release without tickets to systems with mistakes:
// what nobody was asked with must not reach the record or the terminal either.
func TestUnaskedIsChecked(t *testing.T) {
	const good = "https://host.example"
	tests := []struct {
		name, base string
		credential httprec.Credential
		value      string
		want       string // of the error; "" means none
	}{
		{"good", good + "/", httprec.Credential{Variable: "T"}, "long-enough", ""},
		{"no value", good, httprec.Credential{Variable: "T"}, "", ""},
		{"user and password", "https://bob:" + "hunter2@host.example", httprec.Credential{}, "", "holds a user"},
		{"no slashes", "https:bob:hunter2@host.example", httprec.Credential{}, "", "cannot be used"},
		{"no scheme", "bob:hunter2@host.example", httprec.Credential{}, "", "cannot be used"},
		{"query", good + "?token=hunter2", httprec.Credential{}, "", "cannot be used"},
		{"no URL", "https://bob:" + "hunter2%zz@host.example", httprec.Credential{}, "", "not a URL"},
		{"in the clear", "http://host.example", httprec.Credential{}, "", "not encrypted"},
		{"header", good, httprec.Credential{Variable: "T", Header: "Host: x"}, "", "header"},
		{"scheme", good, httprec.Credential{Variable: "T", Scheme: "Digest"}, "", "unknown scheme"},
		{"value", good, httprec.Credential{Variable: "T"}, "hunter2", "no usable credential"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			o.Environ = map[string]string{"T": tt.value}
			s, err := httprec.NewSystem(httprec.System{As: "jira", Options: o,
				Source: httprec.Source{Mapping: small(t, smallRecords), Base: tt.base, Credential: tt.credential}})
			var part *evcollect.Part
			if err == nil {
				part, err = s.Collect(t.Context(), runTarget(t))
			}
			if tt.want == "" {
				if err != nil || part.URI != good {
					t.Fatalf("got %+v and %v", part, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got the error %v, want one with %q and no password", err, tt.want)
			}
		})
	}
}

func TestNewSystemRefuses(t *testing.T) {
	m, err := httprec.ParseMapping("x.yaml", []byte(smallYAML+strings.Replace(smallRecords, "kind: ticket", "kind: unicorn", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := httprec.NewSystem(httprec.System{Source: httprec.Source{Mapping: m, Base: "https://example.com"}}); err == nil || !strings.Contains(err.Error(), "unicorn") {
		t.Errorf("got %v", err)
	}
	if _, err := httprec.NewSystem(httprec.System{}); err == nil {
		t.Error("no mapping")
	}
}

// TestRetries: a gateway that fails, and one that does not answer, are asked
// again, with growing pauses; a redirect elsewhere is not.
func TestRetries(t *testing.T) {
	for name, tt := range map[string]struct {
		fail   http.HandlerFunc
		asked  int
		failed bool
	}{
		"502":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, 3, false},
		"no answer": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 3, false},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://localhost:1/x", http.StatusFound)
		}, 1, true},
		"500": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			got, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked < 3 {
					tt.fail(w, r)
					return
				}
				answer(w, []byte(`{"id":"T-1","state":"done"}`))
			}, options())
			if asked != tt.asked || (err != nil) != tt.failed || len(got.Answers) > 1 {
				t.Errorf("asked %d times, %v", asked, err)
			}
		})
	}
}
