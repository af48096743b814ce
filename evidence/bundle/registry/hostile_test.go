package registry_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/bundle/registry"
	"github.com/release-dossier/dossier/internal/testregistry"
)

// liar passes requests on to a registry and answers some by itself.
type liar struct {
	honest string
	mu     sync.Mutex
	lie    func(w http.ResponseWriter, r *http.Request) bool // reports whether it answered
}

func newLiar(t testing.TB) (*liar, *world) {
	t.Helper()
	host, stop := testregistry.Olareg(0)
	t.Cleanup(stop)
	l := &liar{honest: "http://" + host}
	s := httptest.NewServer(l)
	t.Cleanup(s.Close)
	w := newWorld(t, strings.TrimPrefix(s.URL, "http://"))
	w.push(t, w.d, w.image())
	return l, w
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	lie := l.lie
	l.mu.Unlock()
	if lie != nil && lie(w, r) {
		return
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, l.honest+r.URL.RequestURI(), r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	req.Header, req.ContentLength = r.Header, r.ContentLength
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	for k, v := range resp.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// at lies where the path has that part and the method is GET.
func at(part string, lie http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, part) {
			return false
		}
		lie(w, r)
		return true
	}
}

const (
	indexType    = "application/vnd.oci.image.index.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
)

func says(mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = io.WriteString(w, body)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"errors":[{"code":"DENIED","message":"no \u001b[31mway"}]}`)
	}
}

// endless sends zeros until nobody reads on.
func endless(mediaType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		for buf := make([]byte, 1<<16); ; {
			if _, err := w.Write(buf); err != nil {
				return
			}
		}
	}
}

// lists answers with a list of n referrers.
func lists(n int, entry string) http.HandlerFunc {
	return says(indexType, `{"schemaVersion":2,"mediaType":"`+indexType+`","manifests":[`+strings.TrimSuffix(strings.Repeat(entry+",", n), ",")+`]}`)
}

func tenGigabytes(mediaType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Content-Length", "10737418240")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(make([]byte, 1<<16))
	}
}

// A registry that lies gets one clear error, soon, and nothing of what it sent
// is kept.
func TestLyingRegistry(t *testing.T) {
	sbom := "/blobs/" + evidence.Sum([]byte("sbom")).String()
	tests := []struct {
		name string
		lie  func(http.ResponseWriter, *http.Request) bool
		want string
	}{
		{"unauthorised", at("/referrers/", status(401)), "log in"},
		{"forbidden", at("/referrers/", status(403)), "do not allow to pull"},
		{"rate limit", at("/referrers/", status(429)), "rate limit"},
		{"server error", at("/referrers/", status(503)), "try again later"},
		{"list of another type", at("/referrers/", says("text/html", "<html>")), "no release is attached"},
		{"list that is no JSON", at("/referrers/", says(indexType, "<html>")), "not valid"},
		{"list of 10 GB", at("/referrers/", tenGigabytes(indexType)), "the most that is read"},
		{"endless list", at("/referrers/", endless(indexType)), "the most that is read"},
		{"100,000 referrers in a page", at("/referrers/", lists(100_000, `{}`)), "more than 25000 referrers"},
		{"pages without end", at("/referrers/", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", `<`+r.URL.Path+`?n=1>; rel="next"`)
			lists(0, "")(w, r)
		}), "more than 100 pages"},
		{"page elsewhere", at("/referrers/", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", `<https://evil.example/>; rel="next"`)
			lists(0, "")(w, r)
		}), "not on the same host"},
		{"another image", at("/manifests/sha256:", says(manifestType, `{"schemaVersion":2,"config":{},"layers":[]}`)), "do not trust it"},
		{"manifest of 10 GB", at("/manifests/sha256:", tenGigabytes(manifestType)), "the most that is read"},
		{"redirect loop", at("/manifests/sha256:", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}), "more than 10 redirects"},
		{"redirect into the network", at(sbom, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		}), "private network"},
		{"redirect without TLS", at(sbom, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://blobs.example/x", http.StatusFound)
		}), "without TLS"},
		{"another material", at(sbom, says("application/octet-stream", "SBOM")), "do not trust it"},
		{"half a material", at(sbom, says("application/octet-stream", "sb")), "do not trust it"},
		{"material cut short", at(sbom, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4")
			_, _ = io.WriteString(w, "sb")
		}), "cut short"},
		{"half a range", at(sbom, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", "bytes 0-1/4")
				w.WriteHeader(http.StatusPartialContent)
				return
			}
			w.Header().Set("Content-Length", "4")
			_, _ = io.WriteString(w, "sb")
		}), "was asked for the bytes from 2"},
	}
	l, w := newLiar(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l.mu.Lock()
			l.lie = tt.lie
			l.mu.Unlock()
			dir := t.TempDir()
			_, err := registry.Pull(context.Background(), w.image(), dir, registry.Impatient(registry.Options{}), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q in it", err, tt.want)
			}
			if text := err.Error(); strings.ContainsAny(text, "\x1b\n") || len(text) > 900 || !strings.HasPrefix(text, w.repo) {
				t.Errorf("the error is %q", text)
			}
			files, err := os.ReadDir(dir)
			check(t, err)
			for _, f := range files {
				info, err := f.Info()
				check(t, err)
				if info.Size() > 10 || f.Name() == evidence.Sum([]byte("sbom")).Hex() {
					t.Errorf("%s of %d bytes is left", f.Name(), info.Size())
				}
			}
		})
	}
}

// More bytes than a statement lists may be the registry's lie or that of whoever
// wrote the statement, which must not keep anybody from the rest: it is left out.
func TestLongMaterial(t *testing.T) {
	l, w := newLiar(t)
	for name, lie := range map[string]http.HandlerFunc{
		"endless": endless("application/octet-stream"), "10 GB": tenGigabytes("application/octet-stream"),
	} {
		l.mu.Lock()
		l.lie = at("/blobs/"+evidence.Sum([]byte("sbom")).String(), lie)
		l.mu.Unlock()
		dir := t.TempDir()
		p, err := registry.Pull(context.Background(), w.image(), dir, registry.Impatient(registry.Options{}), nil)
		check(t, err)
		if len(p.Absent) != 1 || !strings.Contains(p.Absent[0].Why, "sends more than the 4 bytes") {
			t.Errorf("%s: got %+v", name, p.Absent)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
			t.Errorf("%s: %d files are left, %v", name, len(files), err)
		}
	}
}

// Names from a registry or from others lead nowhere: what anybody may attach is
// reported.
func TestHostileNames(t *testing.T) {
	_, w := newLiar(t)
	attach(t, w.repo, w.index, "application/vnd.release-dossier.materials.v1", []byte("../../.ssh/authorized_keys"))
	hostile := record(nil, w.index)
	hostile.Materials = []evidence.Material{{Name: "../../etc/passwd", MediaType: "text/plain", Digest: evidence.Sum([]byte("x")), Size: 1}}
	attach(t, w.repo, w.index, evidence.MediaTypeSigstoreBundle, signRecord(t, keySigner(9), hostile))
	l, w2 := newLiar(t)
	list := lists(1, `{"mediaType":"`+manifestType+`","digest":"sha256:../../../`+strings.Repeat("0", 54)+`","size":1}`)
	l.lie = func(rw http.ResponseWriter, r *http.Request) bool {
		return at("/referrers/"+w2.index.Image.Platforms[0].Digest.String(), list)(rw, r)
	}
	for reference, want := range map[string]string{
		w.image(): "at /materials/0",
		w2.repo + "@" + w2.index.Image.Platforms[0].Digest.String(): "no release is attached",
	} {
		p, err := registry.Pull(context.Background(), reference, t.TempDir(), registry.Options{}, nil)
		said := fmt.Sprint(err)
		if err == nil {
			for _, o := range p.Others {
				said += o.ArtifactType + ": " + o.Why + "\n"
			}
		}
		if !strings.Contains(said, want) {
			t.Errorf("%s: got %s, want %q", reference, said, want)
		}
	}
}

// A registry that takes what is pushed and keeps something else is found out.
func TestLyingPush(t *testing.T) {
	tests := []struct {
		name string
		lie  func(http.ResponseWriter, *http.Request) bool
		want string
	}{
		{"forbidden", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				status(403)(w, r)
			}
			return r.Method == http.MethodPost
		}, "do not allow to push"},
		{"nowhere to upload", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				w.WriteHeader(http.StatusAccepted)
			}
			return r.Method == http.MethodPost
		}, "where to upload"},
		{"upload into the network", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				w.Header().Set("Location", "https://169.254.169.254/")
				w.WriteHeader(http.StatusAccepted)
			}
			return r.Method == http.MethodPost
		}, "private network"},
		{"swallows blobs", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/blobs/") {
				w.WriteHeader(http.StatusCreated)
				return true
			}
			return false
		}, "do not trust it"},
		{"swallows manifests", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/") {
				w.WriteHeader(http.StatusCreated)
				return true
			}
			return false
		}, "does not list"},
		{"keeps another signature", func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") {
				says("application/octet-stream", "another")(w, r)
				return true
			}
			return false
		}, "do not trust it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, w := newLiar(t)
			l.lie = tt.lie
			w.approve(t, w.d, "a1", w.index)
			if _, err := registry.Push(t.Context(), w.d, w.image(), registry.Impatient(registry.Options{})); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// What fails for a reason that passes is asked again, and a download goes on
// where it ended.
func TestResumes(t *testing.T) {
	l, w := newLiar(t)
	material := strings.Repeat("provenance of the release\n", 1000)
	d, img := bundle.New(), image("s390x")
	check(t, remote.Write(must(name.NewRepository(w.repo)).Tag("long"), img))
	w.release = w.add(t, d, signRecord(t, keySigner(1), record([]string{material}, artifact("long", img))))
	d.AddBlob(bundle.BytesBlob([]byte(material)))
	w.push(t, d, w.repo+":long")
	blob, n := "/blobs/"+evidence.Sum([]byte(material)).String(), 0
	var ranges []string
	l.lie = at(blob, func(rw http.ResponseWriter, r *http.Request) {
		n++
		ranges = append(ranges, r.Header.Get("Range"))
		from := 0
		if r.Header.Get("Range") != "" {
			_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
			check(t, err)
			rw.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(material)-1, len(material)))
		}
		switch n {
		case 1:
			rw.Header().Set("Retry-After", "0")
			status(429)(rw, r)
			return
		case 2:
			status(503)(rw, r)
			return
		}
		rw.Header().Set("Content-Length", fmt.Sprint(len(material)-from))
		if from > 0 {
			rw.WriteHeader(http.StatusPartialContent)
		}
		if n < 5 {
			_, _ = io.WriteString(rw, material[from:from+10_000])
			return
		}
		_, _ = io.WriteString(rw, material[from:])
	})
	dir := t.TempDir()
	// Four attempts are not enough; what came is kept for the next call.
	if _, err := registry.Pull(context.Background(), w.repo+":long", dir, registry.Impatient(registry.Options{}), nil); err == nil {
		t.Error("the first pull succeeded")
	}
	p, err := registry.Pull(context.Background(), w.repo+":long", dir, registry.Impatient(registry.Options{}), nil)
	check(t, err)
	same(t, p.Dossier, d)
	if got, want := strings.Join(ranges, " "), "   bytes=10000- bytes=20000-"; got != want {
		t.Errorf("asked for %q, want %q", got, want)
	}
	if _, err := registry.Pull(context.Background(), w.repo+":long", dir, registry.Options{}, nil); err != nil || n != 5 {
		t.Errorf("the third pull: %v, and the material was asked for %d times, want 5", err, n)
	}
	// What was changed meanwhile is found and downloaded anew.
	check(t, os.WriteFile(filepath.Join(dir, evidence.Sum([]byte(material)).Hex()), []byte("changed"), 0o600))
	p, err = registry.Pull(context.Background(), w.repo+":long", dir, registry.Options{}, nil)
	check(t, err)
	same(t, p.Dossier, d)
}

// A registry far away is asked over TLS only.
func TestNoPlainHTTP(t *testing.T) {
	_, err := registry.Pull(context.Background(), "registry.example:80/acme/hello:v1", t.TempDir(), registry.Impatient(registry.Options{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme != "https" {
				t.Errorf("asked %s", r.URL)
			}
			return nil, io.EOF
		}),
	}), nil)
	if err == nil {
		t.Error("no error")
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An answer that stops coming is given up.
func TestIdle(t *testing.T) {
	l, w := newLiar(t)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	l.lie = at("/referrers/", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", indexType)
		_, _ = io.WriteString(rw, `{"schemaVersion":2,`)
		rw.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	})
	o := registry.Impatient(registry.Options{})
	o.Limits.Idle = 50 * time.Millisecond
	if _, err := registry.Pull(context.Background(), w.image(), t.TempDir(), o, nil); err == nil || !strings.Contains(err.Error(), "stopped coming") {
		t.Errorf("got %v", err)
	}
}

// keychain has one password for everything.
type keychain struct{ user, password string }

func (k keychain) Resolve(authn.Resource) (authn.Authenticator, error) {
	return &authn.Basic{Username: k.user, Password: k.password}, nil
}

// Credentials come from the keychain, and no error has them.
func TestCredentials(t *testing.T) {
	l, w := newLiar(t)
	l.lie = func(rw http.ResponseWriter, r *http.Request) bool {
		user, password, _ := r.BasicAuth()
		if user == "ana" && password == "s3cret" {
			return false
		}
		rw.Header().Set("WWW-Authenticate", `Basic realm="acme"`)
		status(http.StatusUnauthorized)(rw, r)
		return true
	}
	for _, tt := range []struct {
		keychain authn.Keychain
		want     string
	}{
		{nil, "docker login"}, {keychain{"ana", "wr0ng"}, "docker login"}, {keychain{"ana", "s3cret"}, ""},
	} {
		o := registry.Impatient(registry.Options{Keychain: tt.keychain})
		_, err := registry.Pull(context.Background(), w.image(), t.TempDir(), o, nil)
		_, perr := registry.Push(context.Background(), w.d, w.image(), o)
		for _, err := range []error{err, perr} {
			if got := fmt.Sprint(err); (err == nil) != (tt.want == "") || !strings.Contains(got, tt.want) || strings.Contains(got, "wr0ng") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		}
	}
}
