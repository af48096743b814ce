package http_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

const token = "s3cr3t-t0ken-value"

var now = time.Date(2026, 11, 20, 9, 15, 0, 0, time.UTC)

// system serves files of testdata by path and query.
func system(t *testing.T, routes map[string]string) *httptest.Server {
	t.Helper()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := routes[r.URL.RequestURI()]
		if !ok || r.Method != http.MethodGet {
			t.Errorf("%s %s is not foreseen", r.Method, r.URL.RequestURI())
			http.NotFound(w, r)
			return
		}
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Error(err)
		}
		answer(w, bytes.ReplaceAll(data, []byte("{{base}}"), []byte(server.URL)))
	}))
	t.Cleanup(server.Close)
	return server
}

func answer(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Date", now.Format(http.TimeFormat))
	w.Write(body)
}

func options() httprec.Options {
	return httprec.Options{
		Environ:   map[string]string{"TOKEN": token, "USER_TOKEN": "lena@fintech.example:" + token},
		Now:       func() time.Time { return now },
		Retriever: "oidc:https://issuer.example|recorder",
		Random:    bytes.NewReader(make([]byte, 32)),
		Sleep:     func(context.Context, time.Duration) error { return nil },
	}
}

func builtin(t *testing.T, id string) *httprec.Mapping {
	t.Helper()
	m, err := httprec.Builtin(id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// small is a mapping of one request with the given extra lines.
func small(t *testing.T, records string) *httprec.Mapping {
	t.Helper()
	m, err := httprec.ParseMapping("small.yaml", []byte(smallYAML+records))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const smallYAML = `id: small
version: 1
title: a small mapping
access: ["the scope read:things"]
credential: { scheme: Bearer }
variables: { ticket: "[A-Za-z0-9._%/ -]+", place: "[a-z]+" }
requests:
  - name: thing
    path: /things/{ticket}
`

const smallRecords = `    records:
      - kind: ticket
        fields:
          /id: { from: /id, required: true }
          /state: { from: /state }
`

// collect asks handler with the small mapping.
func collect(t *testing.T, m *httprec.Mapping, handler http.HandlerFunc, o httprec.Options) (*httprec.Result, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return httprec.Collect(t.Context(), httprec.Source{
		Mapping: m, Base: server.URL, Credential: httprec.Credential{Variable: "TOKEN"},
	}, httprec.Targets{Tickets: []string{"T-1"}}, o)
}

// noSecret fails if text shows the credential.
func noSecret(t *testing.T, what, text string) {
	t.Helper()
	if strings.Contains(text, token) || strings.Contains(text, "czNjcjN0") {
		t.Errorf("%s shows the credential: %.300s", what, text)
	}
}
