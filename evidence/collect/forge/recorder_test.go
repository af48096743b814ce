package forge

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// plain are options for a server, with a clock that stands still.
func plain(base string) Options {
	return Options{
		Repository: "github.com/org/repo", BaseURL: base, Commit: commit,
		Now:   func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) },
		Sleep: func(context.Context, time.Duration) error { return nil },
		Rand:  bytes.NewReader(make([]byte, 64)),
	}
}

func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, Options) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, plain(s.URL)
}

func record(t *testing.T, o Options) (*Recorder, *http.Client) {
	t.Helper()
	r, err := NewRecorder(o)
	if err != nil {
		t.Fatal(err)
	}
	return r, &http.Client{Transport: r}
}

func get(t *testing.T, c *http.Client, url string) (string, error) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func answersOf(t *testing.T, r *Recorder) []Answer {
	t.Helper()
	s, err := r.Answers("github")
	if err != nil {
		t.Fatal(err)
	}
	return s.List
}

func TestRecorderAsksOnce(t *testing.T) {
	n := 0
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { n++; w.Write([]byte("{ \"a\" :  1.50 }\n")) })
	r, c := record(t, o)
	for _, u := range []string{"/x?b=2&a=1", "/x?a=1&b=2", "/x?a=1&b=2#frag"} {
		if body, err := get(t, c, s.URL+u); err != nil || body != `{"a":1.50}` {
			t.Errorf("%s: %q, %v", u, body, err)
		}
	}
	list := answersOf(t, r)
	if n != 1 || len(list) != 1 || *list[0].BodyDigest != evidence.Sum([]byte("{ \"a\" :  1.50 }\n")) {
		t.Errorf("asked %d times, kept %+v", n, list)
	}
}

func TestRecorderRefuses(t *testing.T) {
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s was sent", r.URL) })
	o.Token = func(context.Context) (string, error) { return "tok", nil }
	_, c := record(t, o)
	var host *HostError
	if _, err := get(t, c, "http://127.0.0.1:1/"); !errors.As(err, &host) {
		t.Errorf("another host: %v", err)
	}
	if _, err := get(t, c, strings.Replace(s.URL, "http:", "https:", 1)); !errors.As(err, &host) {
		t.Errorf("another scheme: %v", err)
	}
	if _, err := c.Post(s.URL, "text/plain", strings.NewReader("x")); err == nil || !strings.Contains(err.Error(), "not GET") {
		t.Errorf("POST: %v", err)
	}
}

// TestRecorderRefusesNull: an answer that is null is neither an object, which a
// client would fall over, nor an empty list, which would hide what there is.
func TestRecorderRefusesNull(t *testing.T) {
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(" null\n")) })
	_, c := record(t, o)
	var shape *ShapeError
	if _, err := get(t, c, s.URL+"/x"); !errors.As(err, &shape) {
		t.Errorf("%v", err)
	}
}

func TestTokenErrorsDoNotShowIt(t *testing.T) {
	for _, token := range []string{"abc\n", "ab c", "abc\x00", "abcé"} {
		s, o := serve(t, func(w http.ResponseWriter, r *http.Request) {})
		o.Token = func(context.Context) (string, error) { return token, nil }
		_, c := record(t, o)
		if _, err := get(t, c, s.URL); err == nil || strings.Contains(err.Error(), "abc") || strings.Contains(err.Error(), "ab c") {
			t.Errorf("%q: %v", token, err)
		}
	}
}

// TestRequestCarriesLittle: no header of the client goes out but two.
func TestRequestCarriesLittle(t *testing.T) {
	var got http.Header
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Clone(); w.Write([]byte("{}")) })
	_, c := record(t, o)
	req, _ := http.NewRequest(http.MethodGet, s.URL, nil)
	req.Header.Set("Cookie", "a=1")
	req.Header.Set("Accept", "application/json")
	if resp, err := c.Do(req); err != nil {
		t.Fatal(err)
	} else {
		resp.Body.Close()
	}
	if got.Get("Cookie") != "" || got.Get("Authorization") != "" || got.Get("Accept") != "application/json" || got.Get("User-Agent") != "release-dossier" {
		t.Errorf("sent %v", got)
	}
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*Limits)
		last string
	}{
		"requests":   {func(l *Limits) { l.Requests = 3 }, "requests"},
		"bytes":      {func(l *Limits) { l.Bytes = 250 }, "bytes of answers"},
		"per answer": {func(l *Limits) { l.PerAnswer = 50 }, "bytes in the answer"},
	} {
		s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(`"` + strings.Repeat("x", 98) + `"`)) })
		c.set(&o.Limits)
		_, client := record(t, o)
		var err error
		for _, p := range []string{"/1", "/2", "/3", "/4"} {
			if _, e := get(t, client, s.URL+p); e != nil {
				err = e
			}
		}
		var limit *LimitError
		if !errors.As(err, &limit) || !strings.Contains(limit.What, c.last) || fatal(limit) == limit.Answer {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFiveMillionCommitsClaimed(t *testing.T) {
	o := plain("https://api.github.com/")
	o.Limits.Commits = 3
	o.Commits = []string{commit, commit, commit, commit}
	var limit *LimitError
	if _, err := NewRecorder(o); !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
}

func TestGiveUp(t *testing.T) {
	n := 0
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { n++; w.WriteHeader(http.StatusServiceUnavailable) })
	var slept []time.Duration
	o.Sleep = func(_ context.Context, d time.Duration) error { slept = append(slept, d); return nil }
	r, c := record(t, o)
	var status *StatusError
	if _, err := get(t, c, s.URL); !errors.As(err, &status) || status.Status != 503 {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(slept, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}) || n != 4 || len(answersOf(t, r)) != 4 {
		t.Errorf("slept %v, asked %d times", slept, n)
	}
}

func TestNoRetryOfOurFault(t *testing.T) {
	for _, code := range []int{400, 401, 403, 404, 410, 422, 451} {
		n := 0
		s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { n++; w.WriteHeader(code) })
		_, c := record(t, o)
		if _, err := get(t, c, s.URL); err == nil || n != 1 {
			t.Errorf("%d: asked %d times, %v", code, n, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	s.Close()
	r, c := record(t, o)
	var none *NoAnswerError
	if _, err := get(t, c, s.URL); !errors.As(err, &none) || none.Attempts != 4 {
		t.Errorf("got %v", err)
	}
	if list := answersOf(t, r); len(list) != 4 || list[0].Fault != FaultNoAnswer || list[0].Complete {
		t.Errorf("kept %+v", list)
	}
}

func TestAskedToWait(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		header map[string]string
		want   time.Duration
		ok     bool
	}{
		{nil, 0, false},
		{map[string]string{"Retry-After": "30"}, 30 * time.Second, true},
		{map[string]string{"Retry-After": "Fri, 20 Nov 2026 09:01:00 GMT"}, time.Minute, true},
		{map[string]string{"Retry-After": "Fri, 20 Nov 2020 09:01:00 GMT"}, 0, true},
		{map[string]string{"Retry-After": "-5"}, 0, false},
		{map[string]string{"Retry-After": "99999999999999999999"}, 0, false},
		{map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795165260"}, time.Minute, true},
		{map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "1795165260"}, time.Minute, true},
		{map[string]string{"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "1795165260"}, 0, false},
		{map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "never"}, 0, false},
	} {
		h := http.Header{}
		for k, v := range c.header {
			h.Set(k, v)
		}
		if d, ok := asked(h, now); d != c.want || ok != c.ok {
			t.Errorf("%v: %s, %v", c.header, d, ok)
		}
	}
}

func TestClockSkew(t *testing.T) {
	for date, want := range map[string]time.Duration{
		"Fri, 20 Nov 2026 09:01:59 GMT": 0,
		"Fri, 20 Nov 2026 09:10:00 GMT": 10 * time.Minute,
		"Fri, 20 Nov 2026 08:10:00 GMT": -50 * time.Minute,
		"nonsense":                      0,
	} {
		s, o := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Date", date); w.Write([]byte("{}")) })
		r, c := record(t, o)
		if _, err := get(t, c, s.URL); err != nil {
			t.Fatal(err)
		}
		if got := clockSkew(answersOf(t, r)); got != want {
			t.Errorf("%s: %s, want %s", date, got, want)
		}
	}
}

func TestCompleteOnlyWithAllPages(t *testing.T) {
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("page") {
		case "", "1":
			w.Header().Set("Link", `<https://elsewhere.example/repositories/1/x?page=2>; rel="next", <https://elsewhere.example/x?page=50000>; rel="last"`)
		case "2":
			w.Header().Set("X-Next-Page", "3")
		}
		w.Write([]byte("[]"))
	})
	r, c := record(t, o)
	complete := func() (got []bool) {
		for _, a := range answersOf(t, r) {
			got = append(got, a.Complete)
		}
		return got
	}
	r.o.Rand = bytes.NewReader(make([]byte, 1024))
	for i, want := range [][]bool{{false}, {false, false}, {true, true, true}} {
		if _, err := get(t, c, s.URL+"/x?page="+string(rune('1'+i))); err != nil {
			t.Fatal(err)
		}
		if got := complete(); !slices.Equal(got, want) {
			t.Errorf("after page %d: %v, want %v", i+1, got, want)
		}
	}
	if list := answersOf(t, r); list[0].Next != s.URL+"/x?page=2" {
		t.Errorf("next is %q: want the query of the link on our own path", list[0].Next)
	}
}

func TestNextLink(t *testing.T) {
	for header, want := range map[string]string{
		"":                                     "",
		`<a?page=2>; rel="next"`:               "a?page=2",
		`<a>; rel="prev", <b>; rel="next"`:     "b",
		`<a>; title="x"; rel=next`:             "a",
		`<a>; rel`:                             "",
		`<a; rel="next"`:                       "",
		`garbage`:                              "",
		strings.Repeat("<", 20_000):            "",
		`<a>; rel="last"`:                      "",
		`<a?x=1,2>; rel="next", <>; rel=first`: "a?x=1,2",
	} {
		if got := nextLink(header); got != want {
			t.Errorf("%.50q: %q, want %q", header, got, want)
		}
	}
}

func TestEachStopsAtTheFirstError(t *testing.T) {
	c, err := Begin(plain("https://api.github.com/"), "github", nil)
	if err != nil {
		t.Fatal(err)
	}
	bad := errors.New("bad")
	var calls []int
	err = c.Each(t.Context(), "x", 1000, func(ctx context.Context, i int) error {
		c.Do(func(*Result) { calls = append(calls, i) })
		if i == 5 {
			return bad
		}
		if i > 5 {
			<-ctx.Done() // what runs beside the one that fails ends after it, whatever the scheduler does
		}
		return nil
	})
	// 0 to 5, and one more in each of the others.
	if !errors.Is(err, bad) || len(calls) > 6+c.Parallel-1 {
		t.Errorf("%v after %d calls", err, len(calls))
	}
	if err := c.Each(t.Context(), "x", 0, nil); err != nil {
		t.Error(err)
	}
}

func TestMissFoldsAndEscapes(t *testing.T) {
	c, err := Begin(plain("https://api.github.com/"), "github", nil)
	if err != nil {
		t.Fatal(err)
	}
	e := Endpoint{Name: "GET /x", Scope: "X: read", Controls: []string{"x/*"}}
	for _, subject := range []string{"commit 2", "commit 1\x1b[31m"} {
		status := &StatusError{Path: "/" + subject, Status: 403, Message: printable("no\x1b]0;pwned\x07\u202e", 100)}
		if err := c.Miss(e, subject, &url.Error{Op: "Get", URL: "https://h/?q", Err: status}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Unread) != 1 || r.Unread[0].Count != 2 || r.Unread[0].Subject != "commit 2" || strings.ContainsAny(r.Unread[0].Why, "\x1b\x07\u202e") {
		t.Errorf("gaps: %+v", r.Unread)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for want, set := range map[string]func(*Options){
		"clock":          func(o *Options) { o.Now = nil },
		"salt":           func(o *Options) { o.Rand = nil },
		"object id":      func(o *Options) { o.Commit = "HEAD" },
		"want https":     func(o *Options) { o.BaseURL = "http://forge.example/" },
		"not a plain":    func(o *Options) { o.BaseURL = "https://user:pa55@forge.example/" },
		"the repository": func(o *Options) { o.Repository = "../here" },
	} {
		o := plain("https://api.github.com/")
		set(&o)
		if _, err := NewRecorder(o); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pa55") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestCoAuthors(t *testing.T) {
	const message = "x\n\nCo-authored-by: A <7+a@users.noreply.github.com>\nCO-AUTHORED-BY: B <8+b@USERS.noreply.GitHub.com>\n" +
		"Co-authored-by: C <c@example.com>\nCo-authored-by: D <-9+d@users.noreply.github.com>\nCo-authored-by: E <x+e@users.noreply.github.com>\n" +
		"Co-authored-by: F <9+f@users.noreply.github.com.evil.example>\nSee Co-authored-by: nothing\n"
	if got := CoAuthors(message, "github.com", "+"); !slices.Equal(got, []int64{7, 8}) {
		t.Errorf("got %v", got)
	}
}

// TestCompressedBomb: the limit is of what comes out of the compression.
func TestCompressedBomb(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write([]byte("["))
	for range 64 {
		z.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	z.Close()
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb.Bytes())
	})
	o.Limits.PerAnswer = 1 << 20
	_, c := record(t, o)
	var limit *LimitError
	if _, err := get(t, c, s.URL); !errors.As(err, &limit) || !limit.Answer {
		t.Errorf("got %v", err)
	}
}

// TestErrorsNamePlaceAndRemedy reads the texts as a person would.
func TestErrorsNamePlaceAndRemedy(t *testing.T) {
	for want, err := range map[string]error{
		"run again in 1h0m0s":     &RateLimitError{Path: "/x", Wait: time.Hour, Limit: time.Minute},
		"check the address":       &NoAnswerError{Path: "/x", Attempts: 4},
		"ask the forge":           &NotRecordedError{Path: "/x"},
		"/x: the forge's answer ": &ShapeError{Path: "/x", Why: "broke off"},
		"release fewer commits":   &LimitError{What: "requests", Limit: 3},
		"give that host":          &HostError{Host: "evil.example"},
		"revoke the token":        (&Answer{URL: "https://h/x", Fault: FaultToken}).err(Limits{}),
	} {
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Limits") {
			t.Errorf("%q lacks %q", err, want)
		}
	}
}

// TestRecordedAlone: the transport of a recording also serves a plain client.
func TestRecordedAlone(t *testing.T) {
	c := &http.Client{Transport: Recorded(sample())}
	if body, err := get(t, c, "https://api.github.com/old"); err != nil || !strings.HasPrefix(body, `[{"id":1`) {
		t.Errorf("got %q, %v", body, err)
	}
	if _, err := get(t, c, "https://api.github.com/none"); err == nil {
		t.Error("an address that was not recorded is answered")
	}
}

// TestSecondaryLimit: a 403 without any header but with GitHub's words.
func TestSecondaryLimit(t *testing.T) {
	n := 0
	s, o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			w.WriteHeader(http.StatusForbidden)
			w.Write([]byte(`{"message":"You have exceeded a secondary rate limit."}`))
			return
		}
		w.Write([]byte("{}"))
	})
	var slept time.Duration
	o.Sleep = func(_ context.Context, d time.Duration) error { slept += d; return nil }
	_, c := record(t, o)
	if _, err := get(t, c, s.URL); err != nil || slept != time.Minute {
		t.Errorf("slept %s, %v", slept, err)
	}
}
