package sigstore_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
)

func newKey(t testing.TB, kind string) *attest.KeySigner {
	t.Helper()
	var key crypto.Signer
	var err error
	switch kind {
	case "p256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "rsa3072":
		key, err = rsa.GenerateKey(rand.Reader, 3072)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.NewKeySigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func configOf(t *testing.T, services map[string]any) *attestsigstore.Config {
	t.Helper()
	services["mediaType"] = "application/vnd.dev.sigstore.signingconfig.v0.2+json"
	text, err := json.Marshal(services)
	if err != nil {
		t.Fatal(err)
	}
	c, err := attestsigstore.ParseConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func service(url string, version int) []any {
	return []any{map[string]any{"url": url, "majorApiVersion": version, "validFor": map[string]string{"start": "2026-01-01T00:00:00Z"}, "operator": "test"}}
}

// TestBadServices has a timestamp authority behave badly.
func TestBadServices(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var asked atomic.Int32
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
		asked   int32
	}{
		{"hangs", func(w http.ResponseWriter, r *http.Request) { <-release }, "no answer within 200ms", 1},
		{"hangs in the middle", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "0")
			w.(http.Flusher).Flush()
			<-release
		}, "no answer within 200ms", 1},
		{"is broken", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "database\n\x1b[31m gone", 500) }, "500 Internal Server Error: database [31m gone", 3},
		{"refuses", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", 404) }, "the full one, with its path", 1},
		{"redirects", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "307", 1},
		{"never ends", func(w http.ResponseWriter, r *http.Request) {
			for range 40 {
				w.Write(make([]byte, 64<<10))
			}
		}, "more than 1048576 bytes", 1},
		{"answers nonsense", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }, "not a timestamp", 1},
		{"answers nothing", func(w http.ResponseWriter, r *http.Request) {}, "not a timestamp", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked.Store(0)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); tt.handler(w, r) }))
			defer server.CloseClientConnections()
			timeout := time.Minute
			if strings.HasPrefix(tt.name, "hangs") {
				timeout = 200 * time.Millisecond
			}
			config := configOf(t, map[string]any{"tsaUrls": service(server.URL, 1), "tsaConfig": map[string]string{"selector": "ANY"}})
			s, err := attestsigstore.Proved(newKey(t, "p256"), attestsigstore.Options{
				Config: config, NoLog: true, Now: time.Now, Timeout: timeout, Check: func([]byte) error { return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := attest.Sign(t.Context(), s, payload)
			if raw != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%d bytes, error %v, want %q", len(raw), err, tt.want)
			}
			if asked.Load() != tt.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), tt.asked)
			}
		})
	}
}

// TestLostAnswer asks an authority again whose answer was lost.
func TestLostAnswer(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(lost(&asked))
	defer server.Close()
	s, err := attestsigstore.Proved(newKey(t, "p256"), attestsigstore.Options{
		Config: configOf(t, map[string]any{"tsaUrls": service(server.URL, 1), "tsaConfig": map[string]string{"selector": "ANY"}}),
		NoLog:  true, Now: time.Now, Check: func([]byte) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attest.Sign(t.Context(), s, payload); err == nil || asked.Load() != 3 {
		t.Errorf("%v, the authority was asked %d times", err, asked.Load())
	}
}

// lost is a service that breaks off before it answers.
func lost(asked *atomic.Int32) http.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		panic(http.ErrAbortHandler)
	}
}

func TestParseConfig(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"not JSON", "hello", "invalid"},
		{"a name twice", `{"mediaType":"a","mediaType":"b"}`, "duplicate"},
		{"a trusted root", `{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`, "signing configuration"},
		{"no URL", `{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{"url":"ftp://a","validFor":{"start":"2026-01-01T00:00:00Z"}}]}`, "URL of a service"},
		{"no start", `{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{"url":"https://a.example"}]}`, "no start"},
		{"no number of authorities", `{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","tsaUrls":[{"url":"https://a.example","validFor":{"start":"2026-01-01T00:00:00Z"}}]}`, "tsaConfig"},
		{"no number of logs", `{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogUrls":[{"url":"https://a.example","validFor":{"start":"2026-01-01T00:00:00Z"}}]}`, "rekorTlogConfig"},
		{"too long", strings.Repeat(" ", attestsigstore.MaxConfig+1), "at most"},
	} {
		if _, err := attestsigstore.ParseConfig([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// FuzzConfig reads signing configurations and chooses services of them.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{"url":"https://a.example","majorApiVersion":1,"validFor":{"start":"2026-01-01T00:00:00Z"}}],
		"rekorTlogUrls":[{"url":"https://b.example","majorApiVersion":2,"validFor":{"start":"2026-01-01T00:00:00Z"}}],"rekorTlogConfig":{"selector":"EXACT","count":1},
		"tsaUrls":[{"url":"https://c.example","majorApiVersion":1,"validFor":{"start":"2026-01-01T00:00:00Z"}}],"tsaConfig":{"selector":"ANY"}}`))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","tsaUrls":[{}]}`))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","tsaConfig":{"selector":"ALL"}}`))
	key := newKey(f, "p256")
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := attestsigstore.ParseConfig(data)
		if err != nil {
			return
		}
		for _, s := range c.Services() {
			if s.URL == "" || s.Start.IsZero() {
				t.Errorf("%+v", s)
			}
		}
		now := func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }
		_, _ = c.Issuer(now())
		_, _ = attestsigstore.Proved(key, attestsigstore.Options{Config: c, Now: now, Check: func([]byte) error { return nil }})
	})
}

func TestWithTimestampAuthority(t *testing.T) {
	c, err := new(attestsigstore.Config).WithTimestampAuthority("https://tsa.example")
	if err != nil {
		t.Fatal(err)
	}
	o := attestsigstore.Options{Config: c, Now: time.Now, NoLog: true, Check: func([]byte) error { return nil }}
	if _, err := attestsigstore.Proved(newKey(t, "p256"), o); err != nil {
		t.Error(err)
	}
	if list := c.Services(); len(list) != 1 || list[0].URL != "https://tsa.example" {
		t.Errorf("%+v", list)
	}
	o.NoLog = false
	if _, err := attestsigstore.Proved(newKey(t, "p256"), o); err == nil || !strings.Contains(err.Error(), "names no transparency log") {
		t.Error(err)
	}
	o.Config = new(attestsigstore.Config)
	if _, err := attestsigstore.Proved(newKey(t, "p256"), o); err == nil || !strings.Contains(err.Error(), "names no timestamp authority") {
		t.Error(err)
	}
	for _, url := range []string{"", "tsa.example", "ftp://tsa.example", "https://user@tsa.example", "https://"} {
		if _, err := c.WithTimestampAuthority(url); err == nil {
			t.Errorf("%q is an authority", url)
		}
	}
}

func TestServicesInForce(t *testing.T) {
	config := configOf(t, map[string]any{"rekorTlogUrls": service("https://rekor.example", 1), "rekorTlogConfig": map[string]string{"selector": "ANY"},
		"tsaUrls": service("https://tsa.example", 1), "tsaConfig": map[string]string{"selector": "ANY"}})
	o := attestsigstore.Options{Config: config, Now: time.Now, Check: func([]byte) error { return nil }}
	if _, err := attestsigstore.Proved(newKey(t, "p256"), o); err == nil || !strings.Contains(err.Error(), "only Rekor v2") {
		t.Errorf("a log of version 1: %v", err)
	}
	o.NoLog = true
	o.Now = func() time.Time { return time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC) }
	if _, err := attestsigstore.Proved(newKey(t, "p256"), o); err == nil || !strings.Contains(err.Error(), "timestamp authority") {
		t.Errorf("before the authority begins: %v", err)
	}
	o.Check = nil
	if _, err := attestsigstore.Proved(newKey(t, "p256"), o); err == nil {
		t.Error("without a check")
	}
}

// TestKeysOfIssuers asks nobody for keys over a connection that others can change.
func TestKeysOfIssuers(t *testing.T) {
	keys := "http://keys.example/jwks"
	var server *httptest.Server
	server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/jwks" {
			fmt.Fprint(w, `{"keys":[]}`)
			return
		}
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, server.URL, keys)
	}))
	defer server.Close()
	o := attestsigstore.Options{Transport: server.Client().Transport}
	if _, _, err := attestsigstore.FetchKeys(t.Context(), server.URL, o); err == nil || !strings.Contains(err.Error(), "which is not https") {
		t.Errorf("keys without https: %v", err)
	}
	if _, _, err := attestsigstore.FetchKeys(t.Context(), "http://issuer.example", o); err == nil || !strings.Contains(err.Error(), "not one of https") {
		t.Errorf("an issuer without https: %v", err)
	}
	keys = server.URL + "/jwks"
	if got, from, err := attestsigstore.FetchKeys(t.Context(), server.URL, o); err != nil || from != keys || string(got) != `{"keys":[]}` {
		t.Errorf("%q from %q: %v", got, from, err)
	}
}
