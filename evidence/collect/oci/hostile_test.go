package oci_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/release-dossier/dossier/evidence/collect/oci"
)

// liar is a registry that answers some requests by itself.
type liar struct {
	honest http.Handler
	mu     sync.Mutex
	lies   map[string]http.HandlerFunc // by a part of the path
}

func newLiar(t testing.TB) (*liar, *world) {
	t.Helper()
	l := &liar{honest: registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(true))}
	return l, newWorld(t, serve(t, l))
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for part, lie := range l.lies {
		if strings.Contains(r.URL.Path, part) {
			lie(w, r)
			return
		}
	}
	l.honest.ServeHTTP(w, r)
}

// says answers with a manifest.
func says(mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		io.WriteString(w, body)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, `{"errors":[{"code":"DENIED","message":"no \u001b[31mway"}]}`)
	}
}

// endless sends zeros until nobody reads on.
func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
	for buf := make([]byte, 1<<16); ; {
		if _, err := w.Write(buf); err != nil {
			return
		}
	}
}

const indexType = "application/vnd.oci.image.index.v1+json"

func TestImageErrors(t *testing.T) {
	tests := []struct {
		name, part string
		lie        http.HandlerFunc
		want       string
	}{
		{"unauthorised", "/manifests/", status(401), "log in"},
		{"forbidden", "/manifests/", status(403), "do not allow to pull"},
		{"not found", "/manifests/", status(404), "there is no such image"},
		{"rate limit", "/manifests/", status(429), "rate limit"},
		{"server error", "/manifests/", status(500), "try again later"},
		{"gone", "/manifests/", status(410), "410"},
		{"another digest", "/manifests/sha256", says(indexType, `{"schemaVersion":2,"manifests":[]}`), "do not trust it"},
		{"cut short", "/manifests/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Header().Set("Content-Type", indexType)
			io.WriteString(w, `{"schemaVersion":2`)
		}, "cut short"},
		{"10 GB", "/manifests/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10737418240")
			w.Header().Set("Content-Type", indexType)
			w.WriteHeader(200)
		}, "the most that is read"},
		{"endless", "/manifests/", endless, "the most that is read"},
		{"endless configuration", "/blobs/", endless, "has more than"},
		{"redirect loop", "/manifests/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, "more than 10 redirects"},
		{"redirect to a file", "/manifests/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, "which is not HTTP"},
		{"redirect into the network", "/manifests/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://169.254.169.254/latest", http.StatusFound)
		}, "private network"},
		{"redirect without TLS", "/manifests/", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://blobs.example/x", http.StatusFound)
		}, "without TLS"},
		{"not JSON", "/manifests/v1.4.0", says(indexType, `<html>`), "not valid"},
		{"duplicate member", "/manifests/v1.4.0", says(indexType, `{"schemaVersion":2,"schemaVersion":2}`), "not valid"},
		{"two types", "/manifests/v1.4.0", says(indexType, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}`), "is sent as"},
		{"two readings", "/manifests/v1.4.0", says(indexType, `{"schemaVersion":2,"manifests":[],"config":{}}`), "as a manifest and as an index"},
		{"schema 1", "/manifests/v1.4.0", says("application/vnd.docker.distribution.manifest.v1+json", `{"schemaVersion":1}`), "is no image"},
		{"empty index", "/manifests/v1.4.0", says(indexType, `{"schemaVersion":2,"manifests":[]}`), "lists no image"},
		{"too many images", "/manifests/v1.4.0", says(indexType, `{"schemaVersion":2,"manifests":[{}`+strings.Repeat(",{}", 200)+`]}`), "at most 200"},
		{"MD5", "/manifests/v1.4.0", says(indexType, `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"md5:00","size":1}]}`), "want sha256"},
		{"index in an index", "/manifests/v1.4.0", says(indexType, `{"schemaVersion":2,"manifests":[{"mediaType":"`+indexType+`","digest":"sha256:`+strings.Repeat("0", 64)+`","size":1}]}`), "not the type of an image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, w := newLiar(t)
			l.lies = map[string]http.HandlerFunc{tt.part: tt.lie}
			reference := w.repo.Name() + ":v1.4.0"
			if tt.part == "/manifests/sha256" {
				reference = w.repo.Name() + "@" + w.digest.String()
			}
			_, err := w.collect(oci.Impatient(w.options(reference)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q in it", err, tt.want)
			}
			if text := err.Error(); strings.ContainsAny(text, "\x1b\n") || len(text) > 700 || !strings.HasPrefix(text, "image "+w.repo.Name()) {
				t.Errorf("the error is %q", text)
			}
			var e *oci.Error
			if strings.Contains(tt.name, "found") && (!errors.As(err, &e) || e.Status != 404) {
				t.Errorf("the status is not in %v", err)
			}
		})
	}
}

// TestStatedDigest has a registry that names another digest for a tag than that
// of the bytes it sends.
func TestStatedDigest(t *testing.T) {
	l, w := newLiar(t)
	l.lies = map[string]http.HandlerFunc{"/manifests/v1.4.0": func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", indexType)
		rw.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64))
		rw.Write(must(w.index.RawManifest()))
	}}
	if _, err := w.collect(w.options(w.repo.Name() + ":v1.4.0")); err == nil || !strings.Contains(err.Error(), "do not trust it") {
		t.Errorf("got %v", err)
	}
}

// TestReferrerErrors has a registry that fails or lies about what is attached:
// the image is collected, and each failure is named.
func TestReferrerErrors(t *testing.T) {
	zero := strings.Repeat("0", 64)
	tests := []struct {
		name string
		lies func(*world) map[string]http.HandlerFunc
		want string
	}{
		{"forbidden", func(*world) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/referrers/": status(403)}
		}, "403"},
		{"server error", func(*world) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/referrers/": status(503)}
		}, "503"},
		{"endless", func(*world) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/referrers/": endless}
		}, "the most that is read"},
		{"missing manifest", func(*world) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/referrers/": says(indexType, `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:`+zero+`","size":1}]}`)}
		}, "404"},
		{"attached to something else", func(w *world) map[string]http.HandlerFunc {
			d := w.attach(w.platform(0), "application/vnd.cyclonedx+json", cyclonedx(w.digest, 1))
			return map[string]http.HandlerFunc{"/referrers/" + w.digest.String(): says(indexType, `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"`+
				d.String()+`","size":`+fmt.Sprint(size(w, d.String()))+`}]}`)}
		}, "attached to something else"},
		{"another size", func(w *world) map[string]http.HandlerFunc {
			d := w.attach(w.descriptor(), "application/vnd.cyclonedx+json", cyclonedx(w.digest, 1))
			return map[string]http.HandlerFunc{"/referrers/" + w.digest.String(): says(indexType, `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"`+d.String()+`","size":1}]}`)}
		}, "it is listed with 1 bytes"},
		{"next page elsewhere", func(*world) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/referrers/": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Link", `<https://evil.example/v2/>; rel="next"`)
				says(indexType, `{"schemaVersion":2,"manifests":[]}`)(w, r)
			}}
		}, "not on the same host"},
		{"pages without end", func(*world) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/referrers/": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Link", `<`+r.URL.Path+`?n=1>; rel="next"`)
				says(indexType, `{"schemaVersion":2,"manifests":[]}`)(w, r)
			}}
		}, "more than 100 pages"},
		{"unreadable document", func(w *world) map[string]http.HandlerFunc {
			w.attach(w.descriptor(), "application/vnd.in-toto+json", []byte("\x1b[31mnot JSON"))
			return nil
		}, "attached document"},
		{"no SBOM", func(w *world) map[string]http.HandlerFunc {
			w.attach(w.descriptor(), "application/spdx+json", []byte(`{}`))
			return nil
		}, "attached document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, w := newLiar(t)
			l.lies = tt.lies(w)
			p, artifacts := w.mustCollect(oci.Impatient(w.options(w.repo.Name() + ":v1.4.0")))
			if len(artifacts) != 1 || len(p.Unread) == 0 {
				t.Fatalf("%d artifacts, unread %v", len(artifacts), p.Unread)
			}
			u := p.Unread[0]
			if text := fmt.Sprint(u); !strings.Contains(text, tt.want) || strings.Contains(text, "\x1b") {
				t.Errorf("got %q, want %q in it", text, tt.want)
			}
			if u.What == "" || u.Subject == "" || u.Why == "" || len(u.Unknown) == 0 {
				t.Errorf("incomplete: %+v", u)
			}
		})
	}
}

// size asks the registry for the size of a manifest.
func size(w *world, digest string) int64 {
	w.t.Helper()
	return must(remote.Get(w.repo.Digest(digest))).Size
}

// TestNoReferrers has registries that answer in other ways than 404 that they
// have no referrers interface: the tag is read instead.
func TestNoReferrers(t *testing.T) {
	for name, lie := range map[string]http.HandlerFunc{
		"400": status(400), "404": status(404), "405": status(405), "406": status(406),
		"a page": says("text/html", "<html>"),
	} {
		t.Run(name, func(t *testing.T) {
			l, w := newLiar(t)
			// A client that finds no interface writes the tag.
			l.lies = map[string]http.HandlerFunc{"/referrers/": status(404)}
			w.attach(w.descriptor(), "application/vnd.cyclonedx+json", cyclonedx(w.digest, 1))
			l.lies = map[string]http.HandlerFunc{"/referrers/": lie}
			p, _ := w.mustCollect(w.options(w.repo.Name() + ":v1.4.0"))
			if len(p.SBOMs) != 1 || len(p.Unread) > 0 {
				t.Errorf("%d SBOMs, unread %v", len(p.SBOMs), p.Unread)
			}
		})
	}
}

func TestNothingAttached(t *testing.T) {
	_, w := newLiar(t)
	p, _ := w.mustCollect(w.options(w.repo.Name() + ":v1.4.0"))
	if len(p.SBOMs)+len(p.Provenance)+len(p.Attestations)+len(p.Unread) > 0 {
		t.Errorf("got %+v", p)
	}
}

// secret keys a keychain.
type secret struct{ name, password string }

func (s secret) Resolve(authn.Resource) (authn.Authenticator, error) {
	return &authn.Basic{Username: s.name, Password: s.password}, nil
}

// TestCredentialsStay has a registry that wants credentials and sends blobs from
// another host: they never go there, and never into an error.
func TestCredentialsStay(t *testing.T) {
	const password = "hunter2hunter2"
	for _, scheme := range []string{"Basic", "Bearer"} {
		t.Run(scheme, func(t *testing.T) {
			l, w := newLiar(t)
			var leaked []string
			blobs := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				leaked = append(leaked, r.Header.Get("Authorization"))
				l.honest.ServeHTTP(rw, r)
			}))
			t.Cleanup(blobs.Close)
			host := w.repo.RegistryStr()
			tokens := 0
			front := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				auth := r.Header.Get("Authorization")
				switch {
				case r.URL.Path == "/token":
					if _, p, _ := r.BasicAuth(); p != password {
						status(401)(rw, r)
						return
					}
					tokens++
					io.WriteString(rw, `{"token":"`+password+`"}`)
				case auth == "" && scheme == "Basic":
					rw.Header().Set("WWW-Authenticate", `Basic realm="r"`)
					status(401)(rw, r)
				case auth == "":
					rw.Header().Set("WWW-Authenticate", `Bearer realm="http://`+host+`/token",service="s"`)
					status(401)(rw, r)
				case strings.Contains(r.URL.Path, "/blobs/"):
					http.Redirect(rw, r, strings.Replace(blobs.URL, "127.0.0.1", "localhost", 1)+r.URL.Path, http.StatusTemporaryRedirect)
				default:
					l.honest.ServeHTTP(rw, r)
				}
			})
			l.mu.Lock()
			l.lies = map[string]http.HandlerFunc{"": front}
			l.mu.Unlock()
			o := oci.Impatient(w.options(w.repo.Name() + ":v1.4.0"))
			o.Keychain = secret{"u", password}
			_, err := w.collect(o)
			if err == nil || !strings.Contains(err.Error(), "private network") {
				t.Errorf("a redirect to localhost: %v", err)
			}
			// The same port on the registry's own name is another server, too.
			front2 := strings.NewReplacer("localhost", "127.0.0.1")
			l.mu.Lock()
			l.lies = map[string]http.HandlerFunc{"": func(rw http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/blobs/") && r.Header.Get("Authorization") != "" {
					http.Redirect(rw, r, front2.Replace(blobs.URL)+r.URL.Path, http.StatusTemporaryRedirect)
					return
				}
				front(rw, r)
			}}
			l.mu.Unlock()
			if _, err := w.collect(o); err != nil {
				t.Fatal(err)
			}
			if len(leaked) == 0 || strings.Join(leaked, "") != "" {
				t.Errorf("the other host got %q", leaked)
			}
			if (tokens > 0) != (scheme == "Bearer") {
				t.Errorf("%d tokens were given out", tokens)
			}
			o.Keychain = secret{"u", "wrong-" + password}
			l.mu.Lock()
			l.lies = map[string]http.HandlerFunc{"": status(401)}
			l.mu.Unlock()
			if _, err := w.collect(o); err == nil || strings.Contains(err.Error(), password) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// overTLS fails a test on any request without TLS.
type overTLS struct{ t *testing.T }

func (o overTLS) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		o.t.Errorf("%s was asked without TLS", r.URL.Host)
	}
	return nil, errors.New("not reachable")
}

func TestNoPlainHTTP(t *testing.T) {
	w := &world{t: t}
	for _, host := range []string{"registry.example", "10.0.0.1:5000", "registry.local", "192.168.1.1"} {
		o := oci.Impatient(w.options(host + "/acme/hello:v1"))
		o.Transport = overTLS{t}
		if _, err := w.collect(o); err == nil {
			t.Errorf("%s: no error", host)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	l, w := newLiar(t)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	l.lies = map[string]http.HandlerFunc{"/manifests/": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}}
	o := w.options(w.repo.Name() + ":v1.4.0")
	o.Limits.Time = 100 * time.Millisecond
	if _, err := w.collect(o); err == nil || !strings.Contains(err.Error(), "longer than is allowed") {
		t.Errorf("got %v", err)
	}
}

func TestRequestLimit(t *testing.T) {
	_, w := newLiar(t)
	o := w.options(w.repo.Name() + ":v1.4.0")
	o.Limits.Requests = 4
	if _, err := w.collect(o); err == nil || !strings.Contains(err.Error(), "more than 4 requests") {
		t.Errorf("got %v", err)
	}
}
