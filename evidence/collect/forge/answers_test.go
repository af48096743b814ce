package forge

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/release-dossier/dossier/evidence"
	"pgregory.net/rapid"
)

// sample is a small recording: two pages, a failed attempt, a redirect.
func sample() *Answers {
	at := evidence.At(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	answer := func(path string, attempt, status int, body string) Answer {
		a := Answer{URL: "https://api.github.com" + path, Method: "GET", Attempt: attempt, RetrievedAt: at, Status: status, Retriever: "test", Page: pageOf("https://h" + path)}
		if body != "" {
			d := evidence.Sum([]byte(body))
			a.Body, a.BodyDigest = []byte(body), &d
		}
		return a
	}
	first := answer("/x", 1, 200, `[{"id":1,"note":"\u003c<&"}]`)
	first.Next = "https://api.github.com/x?page=2"
	moved := answer("/old", 1, 301, "")
	moved.Location = "https://api.github.com/x"
	lost := answer("/y", 1, 0, "")
	lost.Fault = FaultNoAnswer
	s := &Answers{
		Forge: "github", BaseURL: "https://api.github.com/", Repository: "https://github.com/org/repo",
		List: []Answer{answer("/x?page=2", 1, 200, `[]`), first, lost, answer("/y", 2, 404, `{"message":"Not Found"}`), moved},
	}
	s.Salt[0] = 1
	s.finish()
	return s
}

func written(t testing.TB, s *Answers) []byte {
	t.Helper()
	_, data, err := s.Material()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRoundTrip(t *testing.T) {
	s := sample()
	got, err := ReadAnswers(bytes.NewReader(written(t, s)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s, got); d != "" {
		t.Error(d)
	}
	if !bytes.Contains(written(t, s), []byte(`"body":[{"id":1,"note":"\u003c<&"}]`)) {
		t.Error("the body was written anew, not as it came")
	}
}

// TestRoundTripAny: whatever a recorder keeps is read back as it was.
func TestRoundTripAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &Answers{Forge: "gitlab", BaseURL: "https://h/", Repository: "https://h/a/b"}
		n := rapid.IntRange(0, 8).Draw(t, "n")
		for i := range n {
			a := Answer{
				URL: fmt.Sprintf("https://h/p/%d", rapid.IntRange(0, 4).Draw(t, "path")), Method: "GET", Attempt: i + 1,
				RetrievedAt: evidence.At(time.Unix(int64(rapid.IntRange(0, 1<<31).Draw(t, "at")), 0)),
				Status:      rapid.IntRange(100, 599).Draw(t, "status"), Retriever: rapid.String().Draw(t, "retriever"), Note: rapid.String().Draw(t, "note"),
			}
			body := []byte(rapid.SampledFrom([]string{`{"a":[1,2.50,-0,1e3,null]}`, `"\u00e9\ud83d\ude00é"`, `[ ]`, ` {} `}).Draw(t, "body"))
			d := evidence.Sum(body)
			a.BodyDigest = &d
			a.Body, _ = compact(body)
			s.List = append(s.List, a)
		}
		s.finish()
		_, data, err := s.Material()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadAnswers(bytes.NewReader(data), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestReadRefuses(t *testing.T) {
	good := string(written(t, sample()))
	lines := strings.SplitAfter(good, "\n")
	head := lines[0]
	replace := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "empty"},
		"cut in a line":    {good[:len(good)-5], "no end"},
		"cut after a line": {strings.Join(lines[:3], ""), "fewer lines"},
		"line added":       {good + lines[1], "more lines"},
		"swapped":          {head + lines[2] + lines[1] + strings.Join(lines[3:], ""), "out of order"},
		"repeated":         {head + lines[1] + lines[1] + strings.Join(lines[3:], ""), "out of order"},
		"format":           {replace("/v1", "/v2"), "format"},
		"count":            {replace(`"count":5`, `"count":5000000`), "more than 20000 answers"},
		"negative count":   {replace(`"count":5`, `"count":-1`), "answers"},
		"salt":             {replace(`"salt":"01`, `"salt":"0`), "salt"},
		"forge":            {replace(`"forge":"github"`, `"forge":"other"`), "unknown forge"},
		"repository":       {replace("https://github.com/org/repo", "https://GITHUB.com/org/repo"), "normal URI"},
		"method":           {replace(`"GET"`, `"PUT"`), "/method"},
		"attempt":          {replace(`"attempt":1`, `"attempt":0`), "/attempt"},
		"status":           {replace(`"status":200`, `"status":20`), "/status"},
		"unknown member":   {replace(`"method"`, `"token":"x","method"`), "unknown field"},
		"duplicate":        {replace(`"method":"GET"`, `"method":"GET","method":"GET"`), "duplicate"},
		"fault":            {replace(`"fault":"no-answer"`, `"fault":"tired"`), "/fault"},
		"next elsewhere":   {replace(`"next":"https://api.github.com/`, `"next":"https://evil.example/`), "/next"},
		"next injects":     {replace(`x?page=2"`, `x?page=2\r\nSet-Cookie: a=b"`), "/next"},
		"location injects": {replace(`"location":"https://api.github.com/x"`, `"location":"https://h/\r\nX: y"`), "/location"},
		"user in address":  {replace(`"url":"https://api`, `"url":"https://u:p@api`), "/url"},
		"no digest":        {replace(`"bodyDigest"`, `"x"`), "unknown field"},
		"page":             {replace(`"page":2`, `"page":3`), "/page"},
		"long line":        {replace(`"retriever":"test"`, `"retriever":"`+strings.Repeat("x", 1<<20)+`"`), "bytes"},
	} {
		_, err := ReadAnswers(strings.NewReader(c.text), Limits{PerAnswer: 1 << 16})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := ReadAnswers(strings.NewReader(good), Limits{Bytes: 400}); err == nil {
		t.Error("the limit of all bytes does not hold")
	}
}

func TestReadError(t *testing.T) {
	if _, err := ReadAnswers(errReader{}, Limits{}); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

func TestReadFS(t *testing.T) {
	data := written(t, sample())
	list, err := ReadFS(fstest.MapFS{"forge/a.jsonl": {Data: data}, "b.jsonl": {Data: data}, "README.md": {Data: []byte("x")}}, Limits{})
	if err != nil || len(list) != 2 {
		t.Errorf("%d, %v", len(list), err)
	}
	if _, err := ReadFS(fstest.MapFS{"README.md": {Data: []byte("x")}}, Limits{}); err == nil {
		t.Error("an empty directory is no recording")
	}
	if _, err := ReadFS(fstest.MapFS{"a.jsonl": {Data: data[:50]}}, Limits{}); err == nil || !strings.Contains(err.Error(), "a.jsonl") {
		t.Errorf("got %v", err)
	}
}

func TestRecordedTransport(t *testing.T) {
	c := Recorded(sample())
	client := plain("https://api.github.com/")
	client.Transport = c
	_, http := record(t, client)
	if body, err := get(t, http, "https://api.github.com/old"); err != nil || !strings.HasPrefix(body, `[{"id":1`) {
		t.Errorf("redirect played back: %q, %v", body, err)
	}
	var status *StatusError
	if _, err := get(t, http, "https://api.github.com/y"); !errors.As(err, &status) || status.Message != "Not Found" {
		t.Errorf("the last attempt counts: %v", err)
	}
	var none *NotRecordedError
	if _, err := get(t, http, "https://api.github.com/z"); !errors.As(err, &none) {
		t.Errorf("got %v", err)
	}
}

// FuzzReadAnswers: no input makes the reader panic, and what it takes it
// writes and reads again alike.
func FuzzReadAnswers(f *testing.F) {
	f.Add(written(f, sample()))
	f.Add([]byte(`{"format":"release-dossier/forge-answers/v1"}` + "\n"))
	files, _ := filepath.Glob("*/testdata/*.jsonl")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadAnswers(bytes.NewReader(data), Limits{Requests: 100, Bytes: 1 << 20})
		if err != nil {
			return
		}
		for i := range s.List {
			_ = s.List[i].err(Limits{})
			_ = s.List[i].response(nil)
		}
		again, err := ReadAnswers(bytes.NewReader(written(t, s)), Limits{})
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if !bytes.Equal(written(t, s), written(t, again)) {
			t.Fatal("writing is not stable")
		}
	})
}

// FuzzNextPage: whatever a header says, the next page is on the same path of
// the same host.
func FuzzNextPage(f *testing.F) {
	f.Add(`<https://h/x?page=2>; rel="next"`, "")
	f.Add("", "3")
	f.Fuzz(func(t *testing.T, link, next string) {
		asked := mustParse(t, "https://api.github.com/repos/o/r?per_page=100")
		got := nextPage(asked, map[string][]string{"Link": {link}, "X-Next-Page": {next}})
		path, _, _ := strings.Cut(got, "?")
		if got != "" && path != "https://api.github.com/repos/o/r" {
			t.Fatalf("next page is %q", got)
		}
	})
}

func mustParse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
