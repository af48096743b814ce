package http_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

// TestFailures has one server for each way to fail. None yields a record, none
// shows the credential, and each says what is unknown by it.
func TestFailures(t *testing.T) {
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			w.Write([]byte(`{"errorMessages":["no"]}`))
		}
	}
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(text)) }
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		status  int
		want    string
	}{
		{"401", status(401), 401, "the credential in TOKEN was refused"},
		{"403", status(403), 403, "it needs the scope read:things"},
		{"404", status(404), 404, "there is no such thing, or it is hidden"},
		{"429", status(429, "Retry-After", "3600"), 429, "try again after 1h0m0s"},
		{"429 until a date", status(429, "Retry-After", now.Add(2*time.Hour).Format(http.TimeFormat), "Date", now.Format(http.TimeFormat)), 429, "try again after 2h0m0s"},
		{"500", status(500), 500, "the system failed"},
		{"204", status(204), 204, "not foreseen"},
		{"another host", status(302, "Location", "https://evil.example/"+token), 0, "redirected to https://evil.example"},
		{"another host that is told the secret", status(302, "Location", "https://"+token+".evil.example/"), 0, "left out"},
		{"another scheme", status(302, "Location", "ftp://127.0.0.1/"), 0, "redirected to ftp://"},
		{"redirects without end", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) }, 0, "more than 5 redirects"},
		{"sign-in page", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, 200, "a sign-in page"},
		{"truncated JSON", body(`{"id":"T-1","state":`), 200, "not JSON that can be relied on"},
		{"truncated body", truncated, 200, "ends early"},
		{"empty", body(""), 200, "no JSON value"},
		{"a name twice", body(`{"id":"T-1","id":"T-2"}`), 200, "duplicate"},
		{"beyond 2^53", body(`{"id":"T-1","state":9007199254740993}`), 200, "beyond 2^53"},
		{"two values", body(`{"id":"T-1"}{"id":"T-2"}`), 200, "data after"},
		{"not UTF-8", body("{\"id\":\"\xff\"}"), 200, "UTF-8"},
		{"deep", body(strings.Repeat("[", 100) + strings.Repeat("]", 100)), 200, "nested deeper"},
		{"many values", body("[" + strings.Repeat("[],", 1<<20) + "[]]"), 200, "values"},
		{"200 MB", endless(200 << 20), 200, "more than 8388608 bytes"},
		{"the credential", body(`{"id":"T-1","state":"` + token + `"}`), 200, "repeats the credential"},
		{"the credential behind escapes", body(`{"id":"T-1","state":"\u0073` + token[1:] + `"}`), 200, "repeats the credential"},
		{"the credential as a name", body(`{"id":"T-1","\u0073` + token[1:] + `":1}`), 200, "repeats the credential"},
		{"the credential in a refusal", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, token, 500) }, 500, "the system failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(t, small(t, smallRecords), tt.handler, options())
			var f *httprec.Failure
			if !errors.As(err, &f) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if f.Status != tt.status || len(f.Kinds) != 1 || f.Kinds[0] != "ticket" || f.Request != "thing" || len(err.Error()) > 700 {
				t.Errorf("failure %+v, want status %d and the kind ticket", f, tt.status)
			}
			checkFailed(t, got, err)
		})
	}
}

func checkFailed(t *testing.T, got *httprec.Result, err error) {
	t.Helper()
	if len(got.Records) != 0 || len(got.Answers) != 1 || got.Answers[0].Complete || got.Answers[0].Failure == "" {
		t.Errorf("result %+v, want one answer that failed and no record", got)
	}
	_, data, _, merr := got.Material()
	if merr != nil {
		t.Fatal(merr)
	}
	noSecret(t, "the error", err.Error())
	noSecret(t, "the material", string(data))
	noSecret(t, "the result", fmt.Sprintf("%+v", got))
}

func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	w.Write([]byte(`{"id":"T-1"}`))
}

func endless(size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"id":"`))
		chunk := []byte(strings.Repeat("a", 1<<20))
		for range size >> 20 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
}

// TestNoCredentialElsewhere watches what another host is sent.
func TestNoCredentialElsewhere(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was asked: %s %v", r.URL, r.Header)
	}))
	defer other.Close()
	_, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			t.Errorf("the credential did not arrive: %v", r.Header)
		}
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}, options())
	if err == nil {
		t.Error("the redirect was followed")
	}
}

// TestNoCredentialBeside: where a system lives below a path, nothing beside that
// is asked, whatever the system answers.
func TestNoCredentialBeside(t *testing.T) {
	for _, to := range []string{"/evil", "/jiraevil", "/jira/../evil", "/jira/..%2fevil", "/jira/..;/evil", `/jira/..%5cevil`, "http://{host}/evil"} {
		var asked []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.URL.Path)
			to := strings.Replace(to, "{host}", r.Host, 1)
			if strings.HasSuffix(r.URL.Path, "/T-1") {
				w.Header().Set("Location", to)
				w.WriteHeader(http.StatusFound)
				return
			}
			answer(w, fmt.Appendf(nil, `{"values":[{"id":"a"}],"next":%q}`, to))
		}))
		defer server.Close()
		s := httprec.Source{Mapping: paged(t, "next-url: /next"), Base: server.URL + "/jira", Credential: httprec.Credential{Variable: "TOKEN"}}
		for ticket, want := range map[string]string{"T-1": "redirected to what is not below", "T-2": "next page is not below"} {
			if _, err := httprec.Collect(t.Context(), s, httprec.Targets{Tickets: []string{ticket}}, options()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %s: got %v, want %q", to, ticket, err, want)
			}
		}
		if len(asked) != 2 {
			t.Errorf("%s: asked %q", to, asked)
		}
	}
}

func TestRetry(t *testing.T) {
	calls, waited := 0, time.Duration(0)
	o := options()
	o.Sleep = func(_ context.Context, d time.Duration) error { waited += d; return nil }
	got, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls < 3 {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		answer(w, []byte(`{"id":"T-1","state":"Done"}`))
	}, o)
	if err != nil || calls != 3 || waited != 14*time.Second || len(got.Records) != 1 || len(got.Answers) != 1 {
		t.Errorf("%d calls, waited %s, %v, %+v; want 3 calls, 14 s and one record", calls, waited, err, got)
	}
}

func TestNoRetry(t *testing.T) {
	for _, code := range []int{400, 401, 403, 404, 500} {
		calls := 0
		_, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, _ *http.Request) {
			calls++
			w.WriteHeader(code)
		}, options())
		if calls != 1 || err == nil {
			t.Errorf("%d: %d calls, %v, want one", code, calls, err)
		}
	}
}

func TestClockSkew(t *testing.T) {
	got, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Date", now.Add(-3*time.Hour).Format(http.TimeFormat))
		w.Write([]byte(`{"id":"T-1","state":"Done"}`))
	}, options())
	if err != nil {
		t.Fatal(err)
	}
	a := got.Answers[0]
	if !strings.Contains(a.Note, "differ by 3h0m0s") || !a.ServerTime.Equal(now.Add(-3*time.Hour)) || !a.RetrievedAt.Equal(now) {
		t.Errorf("answer %+v, want both clocks and a note", a)
	}
}

func TestRedirectOnTheSameHost(t *testing.T) {
	got, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/moved" {
			http.Redirect(w, r, "/moved", http.StatusFound)
			return
		}
		answer(w, []byte(`{"id":"T-1","state":"Done"}`))
	}, options())
	if err != nil || !strings.HasSuffix(got.Answers[0].URL, "/things/T-1") || !strings.HasSuffix(got.Answers[0].Note, "/moved") {
		t.Errorf("got %+v, %v, want the address that was asked and a note", got, err)
	}
}

// TestUnknown looks at what pointers to nothing and odd values become.
func TestUnknown(t *testing.T) {
	tests := []struct{ name, body, why string }{
		{"missing", `{"id":"T-1"}`, "is not there"},
		{"null", `{"id":"T-1","state":null}`, "is empty"},
		{"empty", `{"id":"T-1","state":""}`, "is empty"},
		{"object", `{"id":"T-1","state":{"name":"Done"}}`, "is an object"},
		{"list", `{"id":"T-1","state":["Done"]}`, "is a list"},
		{"fraction", `{"id":"T-1","state":1.5}`, "is not whole"},
		{"escape", `{"id":"T-1","state":"\u001b[2J"}`, "control character"},
		{"long", `{"id":"T-1","state":"` + strings.Repeat("a", 5000) + `"}`, "at most 4096"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(tt.body)) }, options())
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Unknown) != 1 || got.Unknown[0].Field != "/state" || !strings.Contains(got.Unknown[0].Why, tt.why) {
				t.Errorf("unknown %+v, want /state: %s", got.Unknown, tt.why)
			}
			if _, there := got.Records[0].Fields["state"]; there {
				t.Errorf("the record has the field: %+v", got.Records[0])
			}
		})
	}
}

// TestNoID wants no record, and a word about it.
func TestNoID(t *testing.T) {
	got, err := collect(t, small(t, smallRecords), func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(`{"state":"Done"}`)) }, options())
	if err != nil || len(got.Records) != 0 || len(got.Unknown) != 1 || !strings.Contains(got.Unknown[0].Why, "/id: is not there") {
		t.Errorf("got %+v, %v", got, err)
	}
	records := strings.Replace(smallRecords, "kind: ticket\n", "kind: ticket\n        required: true\n", 1)
	_, err = collect(t, small(t, records), func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(`{"state":"Done"}`)) }, options())
	if err == nil || !strings.Contains(err.Error(), "holds no ticket") {
		t.Errorf("a required record that is missing gives %v", err)
	}
}

func TestReferenceOnly(t *testing.T) {
	got, err := httprec.Collect(t.Context(), httprec.Source{
		Mapping: builtin(t, "jira-cloud"), Base: "https://fintech.atlassian.net", ReferenceOnly: true,
		Credential: httprec.Credential{Variable: "NOT_SET"},
	}, httprec.Targets{Tickets: []string{"PAY-7", "PAY-7"}}, options())
	if err != nil || len(got.Records) != 1 {
		t.Fatalf("%+v, %v, want one record", got, err)
	}
	r := got.Records[0]
	if r.Basis != httprec.ReferencedOnly || r.ID != "PAY-7" || r.Answer != -1 || r.Fields["uri"] != "https://fintech.atlassian.net/browse/PAY-7" {
		t.Errorf("record %+v", r)
	}
	if _, _, ok, err := got.Material(); ok || err != nil {
		t.Errorf("there is a material (%v), though nobody was asked", err)
	}
}

func TestArguments(t *testing.T) {
	good := func() (httprec.Source, httprec.Targets, httprec.Options) {
		return httprec.Source{Mapping: small(t, smallRecords), Base: "https://127.0.0.1:1", Credential: httprec.Credential{Variable: "TOKEN"}},
			httprec.Targets{Tickets: []string{"T-1"}}, options()
	}
	tests := []struct {
		name   string
		change func(*httprec.Source, *httprec.Targets, *httprec.Options)
		want   string
	}{
		{"no mapping", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Mapping = nil }, "no mapping"},
		{"no clock", func(_ *httprec.Source, _ *httprec.Targets, o *httprec.Options) { o.Now = nil }, "no clock"},
		{"in the clear", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Base = "http://jira.example" }, "use https"},
		{"user in address", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) {
			s.Base = "https://u:" + token + "@jira.example"
		}, "holds a user"},
		{"broken address", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) {
			s.Base = "https://u:" + token + "@jira.example\x7f"
		}, "not a URL"},
		{"query in address", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Base = "https://jira.example?x" }, "cannot be used"},
		{"file", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Base = "file:///etc/passwd" }, "cannot be used"},
		{"variable not set", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Credential.Variable = "OTHER" }, "OTHER is not set"},
		{"line break", func(_ *httprec.Source, _ *httprec.Targets, o *httprec.Options) {
			o.Environ["TOKEN"] = token + "\r\nX: y"
		}, "line break"},
		{"short", func(_ *httprec.Source, _ *httprec.Targets, o *httprec.Options) { o.Environ["TOKEN"] = "abc" }, "no usable credential"},
		{"Basic without colon", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Credential.Scheme = "Basic" }, "user:password"},
		{"Host as header", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Credential.Header = "Host" }, "cannot be the header"},
		{"unknown parameter", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) {
			s.Parameters = map[string]string{"city": "x"}
		}, "no variable"},
		{"parameter of another form", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) {
			s.Parameters = map[string]string{"place": "X"}
		}, "form"},
		{"unknown request", func(s *httprec.Source, _ *httprec.Targets, _ *httprec.Options) { s.Include = []string{"x"} }, "no request"},
		{"retriever", func(_ *httprec.Source, _ *httprec.Targets, o *httprec.Options) { o.Retriever = "somebody" }, "retriever"},
		{"no salt", func(_ *httprec.Source, _ *httprec.Targets, o *httprec.Options) { o.Random = strings.NewReader("x") }, "salt"},
		{"no tickets", func(_ *httprec.Source, g *httprec.Targets, _ *httprec.Options) { g.Tickets = nil }, "no ticket was given"},
		{"control character", func(_ *httprec.Source, g *httprec.Targets, _ *httprec.Options) { g.Tickets = []string{"T\n1"} }, "control character"},
		{"out of its segment", func(_ *httprec.Source, g *httprec.Targets, _ *httprec.Options) { g.Tickets = []string{".."} }, "dots only"},
		{"slash", func(_ *httprec.Source, g *httprec.Targets, _ *httprec.Options) { g.Tickets = []string{"../x"} }, "slash"},
		{"too many", func(_ *httprec.Source, g *httprec.Targets, o *httprec.Options) {
			o.Limits.Requests = 2
			g.Tickets = []string{"a", "b", "c"}
		}, "more than 2 requests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, g, o := good()
			tt.change(&s, &g, &o)
			_, err := httprec.Collect(t.Context(), s, g, o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			noSecret(t, "the error", err.Error())
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel() }))
	defer server.Close()
	_, err := httprec.Collect(ctx, httprec.Source{Mapping: small(t, smallRecords), Base: server.URL},
		httprec.Targets{Tickets: []string{"a", "b"}}, options())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancelled context", err)
	}
}

func TestTimeout(t *testing.T) {
	done := make(chan struct{})
	o := options()
	o.Limits.Timeout = 50 * time.Millisecond
	_, err := collect(t, small(t, smallRecords), func(http.ResponseWriter, *http.Request) { <-done }, o)
	close(done)
	if err == nil || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("got %v, want a timeout", err)
	}
}

// TestListMissing wants a list that is not there to be unknown, and an empty
// one to be a fact.
func TestListMissing(t *testing.T) {
	m := small(t, pagedRecords)
	for body, unknown := range map[string]int{`{}`: 1, `{"values":null}`: 1, `{"values":{}}`: 1, `{"values":[]}`: 0} {
		got, err := collect(t, m, func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(body)) }, options())
		if err != nil || len(got.Unknown) != unknown || len(got.Records) != 0 {
			t.Errorf("%s: %+v, %v, want %d unknown", body, got, err, unknown)
		}
	}
}

// TestNotAboutSeveral gives two environments to a mapping that asks once: the
// one answer must not be said to be about both.
func TestNotAboutSeveral(t *testing.T) {
	yaml := strings.Replace(smallYAML, "variables: { ", `variables: { environment: "[a-z]+", `, 1) +
		smallRecords + "          /environment: { variable: environment }\n"
	m, err := httprec.ParseMapping("small.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	source := httprec.Source{Mapping: m, Base: "https://127.0.0.1:1"}
	targets := httprec.Targets{Tickets: []string{"T-1"}, Environments: []string{"staging", "production"}}
	if _, err := httprec.Collect(t.Context(), source, targets, options()); err == nil || !strings.Contains(err.Error(), "does not say which environment") {
		t.Errorf("got %v, want an error about the environment", err)
	}
}
