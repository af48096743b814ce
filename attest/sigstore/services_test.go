package sigstore_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	attestsigstore "github.com/release-dossier/dossier/attest/sigstore"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/services"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// TestServices signs with a real Fulcio, Rekor, timestamp authority and issuer,
// and verifies when all of them have stopped.
func TestServices(t *testing.T) {
	s := services.Start(t)
	w := &world{Services: s}
	t.Run("keyless", w.keyless)
	t.Run("workflow", w.workflow)
	t.Run("no log", w.noLog)
	t.Run("keys", w.keys)
	t.Run("several statements", w.several)
	t.Run("renewed for somebody else", w.renewed)
	t.Run("browser", w.browser)
	t.Run("device", w.device)
	t.Run("refused", w.refused)
	t.Run("log down", w.logDown)
	t.Run("what does not verify is not returned", w.unverified)
}

type world struct{ *services.Services }

var payload = []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"hello","digest":{"sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}}],"predicateType":"https://example.com/test/v1","predicate":{}}`)

// options are those of a run that verifies what it signed.
func (w *world) options(t *testing.T, change func(*sigstore.Config)) attestsigstore.Options {
	t.Helper()
	config, err := attestsigstore.ParseConfig(read(t, w.SigningConfig))
	if err != nil {
		t.Fatal(err)
	}
	return attestsigstore.Options{
		Config: config, Now: time.Now,
		Check: func(raw []byte) error { return w.verify(t, raw, sigstore.ByAnyoneUnsafe(), change) },
	}
}

// verify verifies a bundle under the services' trusted root.
func (w *world) verify(t *testing.T, raw []byte, by sigstore.Signers, change func(*sigstore.Config)) error {
	t.Helper()
	roots, err := sigstore.ParseRoots(read(t, w.TrustedRoot))
	if err != nil {
		t.Fatal(err)
	}
	c := sigstore.Config{Roots: roots}
	if change != nil {
		change(&c)
	}
	v, err := sigstore.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r := v.Verify(raw, sigstore.AnyArtifactUnsafe(), by, time.Now())
	if r.Verdict != sigstore.Verified {
		return fmt.Errorf("%s: %s: %+v", r.Verdict, r.Code, r.Checks)
	}
	return nil
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// signed signs the payload and returns what the bundle holds.
func signed(t *testing.T, s attest.Signer) (raw []byte, b attest.Bundle) {
	t.Helper()
	raw, err := attest.Sign(t.Context(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = attest.ParseBundle(raw); err != nil {
		t.Fatal(err)
	}
	return raw, b
}

func (w *world) person() attestsigstore.Static {
	return attestsigstore.Static(w.People.Token(services.Claims{"sub": "ana", "email": "ana@acme.example", "email_verified": true}))
}

func identity(t *testing.T, s *attestsigstore.KeylessSigner, want string) {
	t.Helper()
	if s.Identity() != evidence.Identity(want) {
		t.Errorf("identity %s, want %s", s.Identity(), want)
	}
}

func (w *world) keyless(t *testing.T) {
	s, err := attestsigstore.Keyless(t.Context(), w.person(), w.options(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	identity(t, s, "oidc:"+w.People.URL+"|ana@acme.example")
	raw, b := signed(t, s)
	if len(b.Chain) != 1 || len(b.Timestamps) != 1 || len(b.LogEntries) != 1 {
		t.Errorf("%d certificates, %d timestamps, %d log entries", len(b.Chain), len(b.Timestamps), len(b.LogEntries))
	}
	who := sigstore.ByIdentity(sigstore.Identity{Subject: sigstore.Exactly("mallory@acme.example"), Issuer: sigstore.Exactly(w.People.URL)})
	if err := w.verify(t, raw, who, nil); err == nil {
		t.Error("verified for somebody else")
	}
}

func (w *world) workflow(t *testing.T) {
	w.Workflows.Job(services.Workflow(nil))
	env := w.Workflows.JobEnvironment()
	source := attestsigstore.GitHubActions{URL: value(env, "ACTIONS_ID_TOKEN_REQUEST_URL"), Secret: value(env, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")}
	s, err := attestsigstore.Keyless(t.Context(), source, w.options(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	identity(t, s, "oidc:"+w.Workflows.URL+"|https://github.com/acme/hello/.github/workflows/release.yml@refs/heads/main")
	signed(t, s)
	source.Audience = "somebody-else"
	if _, err := attestsigstore.Keyless(t.Context(), source, w.options(t, nil)); err == nil || !strings.Contains(err.Error(), "audience") {
		t.Errorf("a token for another audience: %v", err)
	}
	source.Secret = "guessed"
	if _, err := attestsigstore.Keyless(t.Context(), source, w.options(t, nil)); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a wrong secret: %v", err)
	}
}

func value(env []string, name string) string {
	i := slices.IndexFunc(env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
	return strings.TrimPrefix(env[i], name+"=")
}

func (w *world) noLog(t *testing.T) {
	o := w.options(t, func(c *sigstore.Config) { c.LogOptional = true })
	o.NoLog = true
	s, err := attestsigstore.Keyless(t.Context(), w.person(), o)
	if err != nil {
		t.Fatal(err)
	}
	raw, b := signed(t, s)
	if len(b.Timestamps) != 1 || len(b.LogEntries) != 0 {
		t.Errorf("%d timestamps, %d log entries", len(b.Timestamps), len(b.LogEntries))
	}
	if err := w.verify(t, raw, sigstore.ByAnyoneUnsafe(), nil); err == nil {
		t.Error("a verifier that asks for a log is satisfied without one")
	}
	o.Config = w.config(t, w.Fulcio, w.Rekor, "")
	if _, err := attestsigstore.Keyless(t.Context(), w.person(), o); err == nil || !strings.Contains(err.Error(), "tsaUrls") {
		t.Errorf("neither log nor timestamp: %v", err)
	}
}

func (w *world) config(t *testing.T, fulcio, rekor, timestamp string) *attestsigstore.Config {
	t.Helper()
	name := t.TempDir() + "/config.json"
	if err := w.WriteSigningConfig(name, fulcio, rekor, timestamp); err != nil {
		t.Fatal(err)
	}
	c, err := attestsigstore.ParseConfig(read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) keys(t *testing.T) {
	for _, tt := range []struct {
		name    string
		noLog   bool
		refused string
	}{
		{"p256", false, ""}, {"p256", true, ""}, {"p384", false, ""}, {"rsa3072", false, ""},
		{"ed25519", true, ""}, {"ed25519", false, "Ed25519"},
	} {
		t.Run(fmt.Sprintf("%s, without log %v", tt.name, tt.noLog), func(t *testing.T) {
			key := newKey(t, tt.name)
			o := w.options(t, nil)
			o.NoLog = tt.noLog
			o.Check = func(raw []byte) error {
				block, _ := pem.Decode(key.Public().PEM())
				public, err := x509.ParsePKIXPublicKey(block.Bytes)
				if err != nil {
					return err
				}
				return w.verify(t, raw, sigstore.ByKey(public), func(c *sigstore.Config) { c.LogOptional = tt.noLog })
			}
			s, err := attestsigstore.Proved(key, o)
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Fatalf("error %v, want one with %q", err, tt.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			_, b := signed(t, s)
			if len(b.Timestamps) != 1 || (len(b.LogEntries) == 0) != tt.noLog || b.Hint != key.Public().Hint() {
				t.Errorf("%d timestamps, %d log entries, hint %q", len(b.Timestamps), len(b.LogEntries), b.Hint)
			}
		})
	}
}

func (w *world) several(t *testing.T) {
	now := time.Now()
	o := w.options(t, func(c *sigstore.Config) { c.LogOptional = true })
	o.NoLog, o.Now = true, func() time.Time { return now }
	s, err := attestsigstore.Keyless(t.Context(), w.person(), o)
	if err != nil {
		t.Fatal(err)
	}
	first := s.Certificate()
	signed(t, s)
	if string(s.Certificate()) != string(first) {
		t.Error("a certificate for each statement")
	}
	now = now.Add(9*time.Minute + 30*time.Second) // of ten
	signed(t, s)
	if string(s.Certificate()) == string(first) {
		t.Error("the old certificate is used to its last second")
	}
	now = now.Add(time.Hour)
	if _, err := attest.Sign(t.Context(), s, payload); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("an expired token: %v", err)
	}
}

// turns gives another token each time, the last one again and again.
type turns struct{ tokens []attestsigstore.Static }

func (s *turns) Token(ctx context.Context) (string, error) {
	next := s.tokens[0]
	if len(s.tokens) > 1 {
		s.tokens = s.tokens[1:]
	}
	return next.Token(ctx)
}

// renewed: a certificate for somebody else is never signed with, not even at the
// second attempt; many goroutines sign at once.
func (w *world) renewed(t *testing.T) {
	now := time.Now()
	o := w.options(t, func(c *sigstore.Config) { c.LogOptional = true })
	o.NoLog, o.Now = true, func() time.Time { return now }
	tom := attestsigstore.Static(w.People.Token(services.Claims{"sub": "tom", "email": "tom@acme.example", "email_verified": true}))
	ana := w.person()
	s, err := attestsigstore.Keyless(t.Context(), &turns{[]attestsigstore.Static{ana, ana, ana, ana, ana, tom}}, o)
	if err != nil {
		t.Fatal(err)
	}
	// Of ten: Fulcio's clock is right, so that every signature needs a certificate.
	now = now.Add(9*time.Minute + 30*time.Second)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := attest.Sign(t.Context(), s, payload); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for range 2 {
		if _, err := attest.Sign(t.Context(), s, payload); err == nil || !strings.Contains(err.Error(), "the one before was for") {
			t.Errorf("signed for somebody else: %v", err)
		}
	}
}

func (w *world) browser(t *testing.T) {
	w.People.SignIn(services.Claims{"sub": "tom", "email": "tom@acme.example", "email_verified": true})
	source := attestsigstore.Browser{SignIn: attestsigstore.SignIn{Issuer: w.People.URL}, Open: visit}
	o := w.options(t, func(c *sigstore.Config) { c.LogOptional = true })
	o.NoLog = true
	s, err := attestsigstore.Keyless(t.Context(), source, o)
	if err != nil {
		t.Fatal(err)
	}
	identity(t, s, "oidc:"+w.People.URL+"|tom@acme.example")
	signed(t, s)

	w.People.SignIn(services.Claims{"sub": "tom", "email": "tom@acme.example", "email_verified": false})
	if _, err := attestsigstore.Keyless(t.Context(), source, w.options(t, nil)); err == nil || !strings.Contains(err.Error(), "not verified") {
		t.Errorf("an address that nobody verified: %v", err)
	}
	w.People.SignIn(services.Claims{"sub": "tom", "nonce": "of another sign-in"})
	stolen := source
	stolen.Open = func(string) error { return errors.New("no browser") }
	if _, err := attestsigstore.Keyless(t.Context(), stolen, w.options(t, nil)); err == nil || !strings.Contains(err.Error(), "no browser") {
		t.Errorf("without a browser: %v", err)
	}
	stolen.Open = func(url string) error { return visit(strings.Replace(url, "nonce=", "nonsense=", 1)) }
	if _, err := attestsigstore.Keyless(t.Context(), stolen, w.options(t, nil)); err == nil || !strings.Contains(err.Error(), "nonce") {
		t.Errorf("a token of another sign-in: %v", err)
	}
	nobody := source
	nobody.Timeout = time.Millisecond
	nobody.Open = func(string) error { return nil }
	if _, err := attestsigstore.Keyless(t.Context(), nobody, w.options(t, nil)); err == nil || !strings.Contains(err.Error(), "nobody signed in") {
		t.Errorf("nobody comes: %v", err)
	}
}

// visit is a browser: it follows where it is sent.
func visit(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func (w *world) device(t *testing.T) {
	w.People.SignIn(services.Claims{"sub": "tom", "email": "tom@acme.example", "email_verified": true})
	shown := ""
	source := attestsigstore.Device{
		SignIn: attestsigstore.SignIn{Issuer: w.People.URL},
		Show:   func(url, code string) error { shown = url + " " + code; return nil },
	}
	s, err := attestsigstore.Keyless(t.Context(), source, w.options(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if shown != w.People.URL+"/verify ABCD-EFGH" {
		t.Errorf("shown %q", shown)
	}
	identity(t, s, "oidc:"+w.People.URL+"|tom@acme.example")
}

func (w *world) refused(t *testing.T) {
	stranger := services.NewIssuer(t)
	for _, tt := range []struct{ name, token, want string }{
		{"a stranger's token", stranger.Token(services.Claims{"sub": "ana", "email": "ana@acme.example", "email_verified": true}), "Fulcio must know that issuer"},
		{"an expired token", w.People.Token(services.Claims{"sub": "ana", "exp": time.Now().Unix() - 60}), "expired"},
		{"no token", "hello", "not an identity token"},
		{"a token without a subject", w.People.Token(nil), "names no issuer or no subject"},
	} {
		if _, err := attestsigstore.Keyless(t.Context(), attestsigstore.Static(tt.token), w.options(t, nil)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := attestsigstore.Keyless(ctx, w.person(), w.options(t, nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// logDown loses the answer of a log, which may have the entry by then: it is not
// asked again.
func (w *world) logDown(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(lost(&asked))
	defer server.Close()
	o := w.options(t, nil)
	o.Config = w.config(t, w.Fulcio, server.URL, w.TimestampURL)
	s, err := attestsigstore.Keyless(t.Context(), w.person(), o)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := attest.Sign(t.Context(), s, payload); raw != nil || err == nil || !strings.Contains(err.Error(), "transparency log") || asked.Load() != 1 {
		t.Errorf("%d bytes, %v, asked %d times", len(raw), err, asked.Load())
	}
}

// unverified signs with services of which the verifier's root knows nothing.
func (w *world) unverified(t *testing.T) {
	o := w.options(t, nil)
	o.NoLog = true
	refusal := errors.New("not by a service that is trusted")
	o.Check = func([]byte) error { return refusal }
	s, err := attestsigstore.Keyless(t.Context(), w.person(), o)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := attest.Sign(t.Context(), s, payload); raw != nil || !errors.Is(err, refusal) {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
}
