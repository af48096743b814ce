// Package fakeforge serves recorded answers over HTTP, for tests: the real
// clients run against it and do not know.
package fakeforge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Token is the access token that the server expects.
const Token = "ghp_S3cretS3cretS3cretS3cretS3cretS3cr3t"

// Server is a forge that answers from a file.
type Server struct {
	*httptest.Server
	answers []answer

	mu       sync.Mutex
	requests []string
	faults   map[string]http.HandlerFunc
}

// answer is one entry of the file. Query lists parameters that the request
// must have; "page" counts as 1 where it is absent.
type answer struct {
	Path   string            `json:"path"`
	Query  map[string]string `json:"query"`
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   json.RawMessage   `json:"body"`
}

// New starts a server for a test.
func New(t testing.TB, file string) *Server {
	t.Helper()
	s, err := Start(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Start starts a server with the answers of a file. In headers and bodies,
// {base} stands for the server's address.
func Start(file string) (*Server, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := &Server{faults: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	text := strings.ReplaceAll(string(data), "{base}", s.URL)
	if err := json.Unmarshal([]byte(text), &s.answers); err != nil {
		s.Close()
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// On answers requests for a path by h instead of by the file.
func (s *Server) On(path string, h http.HandlerFunc) { s.faults[path] = h }

// Requests returns the addresses asked so far, without host, sorted.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.requests)
	slices.Sort(list)
	return list
}

// File answers from the file, for handlers that fail only sometimes.
func (s *Server) File(w http.ResponseWriter, r *http.Request) {
	for _, a := range s.answers {
		if a.matches(r.URL) {
			a.write(w)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"message":"Not Found"}`))
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.URL.RequestURI())
	s.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+Token {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"message":"Bad credentials"}`))
		return
	}
	if h := s.faults[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	s.File(w, r)
}

func (a answer) matches(u *url.URL) bool {
	q := u.Query()
	want := a.Query["page"]
	if want == "" {
		want = "1"
	}
	have := q.Get("page")
	if have == "" {
		have = "1"
	}
	if a.Path != u.Path || want != have {
		return false
	}
	for name, value := range a.Query {
		if name != "page" && q.Get(name) != value {
			return false
		}
	}
	return true
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = w.Write(a.Body)
}
