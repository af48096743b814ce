// Package services starts the services of a Sigstore instance for tests: Fulcio,
// Rekor v2 (rekor-tiles) and a timestamp authority as processes, a
// certificate-transparency log and OpenID Connect issuers within the test itself.
// All listen on loopback only, on ports of their own, and end with the test.
//
// The three programs are found on PATH. They come from the module in .ci/tools:
//
//	go build -C .ci/tools -o DIR/ tool
//
// A test whose programs are absent is skipped, and says so.
package services

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/release-dossier/dossier/internal/loopback"
	"github.com/release-dossier/dossier/verify/sigstore"
)

// Services are running services, and what clients need to know of them.
type Services struct {
	// Dir holds the files below, and the services' logs (NAME.log).
	Dir string
	// Fulcio, Rekor and Timestamps are base URLs; TimestampURL is the full one.
	Fulcio, Rekor, Timestamps, TimestampURL string
	// People issues tokens for e-mail addresses, Workflows those of a forge's jobs
	// in the shape of GitHub Actions. Fulcio knows both.
	People, Workflows *Issuer
	// CertificateLog is what Fulcio logs certificates in.
	CertificateLog *CertificateLog
	// TrustedRoot and SigningConfig are files: trusted_root.json and
	// signing_config.json. The latter names all the services.
	TrustedRoot, SigningConfig string
	// AuthorityChain, TimestampChain, RekorKey and CertificateLogKey are PEM files
	// of which TrustedRoot was made.
	AuthorityChain, TimestampChain, RekorKey, CertificateLogKey string

	stop []func()
}

// binaries are the programs, and the names under which .ci/tools builds them.
const (
	fulcioBinary = "fulcio"
	rekorBinary  = "posix" // the last element of its import path
	tsaBinary    = "loopback-tsa"
)

// Start starts all services. They stop when the test ends. Start once for a whole
// test binary and run what needs them as subtests.
func Start(t testing.TB) *Services {
	t.Helper()
	for _, name := range []string{fulcioBinary, rekorBinary, tsaBinary} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("SKIPPED, NOT TESTED: %s is not on PATH: build it with \"go build -C .ci/tools -o DIR/ tool\" and add DIR to PATH", name)
		}
	}
	s := &Services{Dir: t.TempDir(), People: NewIssuer(t), Workflows: NewIssuer(t), CertificateLog: newCertificateLog(t)}
	t.Cleanup(s.Stop)
	if err := s.start(t.Context()); err != nil {
		s.Stop()
		t.Fatal(err)
	}
	return s
}

// Stop stops the processes, as a test of "offline" does.
func (s *Services) Stop() {
	for _, stop := range s.stop {
		stop()
	}
	s.stop = nil
}

func (s *Services) start(ctx context.Context) error {
	ports, err := loopback.Ports(6)
	if err != nil {
		return err
	}
	s.Fulcio, s.Rekor, s.Timestamps = "http://127.0.0.1:"+ports[0], "http://127.0.0.1:"+ports[1], "http://127.0.0.1:"+ports[2]
	s.TimestampURL = s.Timestamps + "/api/v1/timestamp"
	if err := s.keys(); err != nil {
		return err
	}
	list := []process{
		{fulcioBinary, s.Fulcio + "/healthz", []string{
			"serve", "--host", "127.0.0.1", "--port", ports[0], "--grpc-host", "127.0.0.1", "--grpc-port", ports[3],
			"--metrics-port", "0", "--legacy-unix-domain-socket", s.file("fulcio.sock"), "--ca", "ephemeralca",
			"--ct-log-url", s.CertificateLog.URL, "--ct-log-public-key-path", s.CertificateLogKey, "--config-path", s.file("fulcio.json"),
		}},
		{rekorBinary, s.Rekor + "/healthz", []string{
			"serve", "--http-address", "127.0.0.1", "--http-port", ports[1], "--grpc-address", "127.0.0.1", "--grpc-port", ports[4],
			// The name in its checkpoints must be the host of its URL.
			"--http-metrics-port", ports[5], "--hostname", "127.0.0.1", "--storage-dir", s.file("rekor"), "--signer-filepath", s.file("rekor.key"),
			"--checkpoint-interval", "200ms", "--batch-max-age", "50ms",
		}},
		{tsaBinary, s.Timestamps + "/ping", []string{"-port", ports[2]}},
	}
	for _, p := range list {
		stop, err := p.start(s.Dir)
		if err != nil {
			return err
		}
		s.stop = append(s.stop, stop)
	}
	for _, p := range list {
		if err := wait(ctx, p.health); err != nil {
			log, _ := os.ReadFile(s.file(p.name + ".log"))
			return fmt.Errorf("%w; its log ends with:\n%s", err, log[max(0, len(log)-2000):])
		}
	}
	return s.describe(ctx)
}

func (s *Services) file(name string) string { return filepath.Join(s.Dir, name) }

// keys writes what the processes need to start.
func (s *Services) keys() error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	s.RekorKey, s.CertificateLogKey = s.file("rekor.pub"), s.file("ct.pub")
	issuers := map[string]any{
		s.People.URL:    map[string]string{"IssuerURL": s.People.URL, "ClientID": Audience, "Type": "email"},
		s.Workflows.URL: map[string]string{"IssuerURL": s.Workflows.URL, "ClientID": Audience, "Type": "github-workflow"},
	}
	config, err := json.Marshal(map[string]any{"OIDCIssuers": issuers})
	if err != nil {
		return err
	}
	rekorKey, err := publicPEM(public)
	if err != nil {
		return err
	}
	ctKey, err := publicPEM(s.CertificateLog.Key())
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		s.file("rekor.key"): pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		s.RekorKey:          rekorKey, s.CertificateLogKey: ctKey,
		s.file("fulcio.json"): config,
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// describe writes trusted_root.json and signing_config.json.
func (s *Services) describe(ctx context.Context) error {
	s.AuthorityChain, s.TimestampChain = s.file("fulcio.pem"), s.file("tsa.pem")
	s.TrustedRoot, s.SigningConfig = s.file("trusted_root.json"), s.file("signing_config.json")
	chains := map[string][]*x509.Certificate{}
	for name, url := range map[string]string{
		s.AuthorityChain: s.Fulcio + "/api/v1/rootCert", s.TimestampChain: s.Timestamps + "/api/v1/timestamp/certchain",
	} {
		text, err := get(ctx, url)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return err
		}
		if chains[name], err = certificates(text); err != nil {
			return fmt.Errorf("%s: %w", url, err)
		}
	}
	key, err := os.ReadFile(s.RekorKey)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(key)
	rekorKey, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return err
	}
	start := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	root, err := sigstore.NewRoot(sigstore.Services{
		Authorities:          []sigstore.AuthorityService{{URL: s.Fulcio, Chain: chains[s.AuthorityChain]}},
		TimestampAuthorities: []sigstore.AuthorityService{{URL: s.Timestamps, Chain: chains[s.TimestampChain]}},
		Logs:                 []sigstore.LogService{{URL: s.Rekor, Key: rekorKey, Origin: "127.0.0.1", Start: start}},
		CertificateLogs:      []sigstore.LogService{{URL: s.CertificateLog.URL, Key: s.CertificateLog.Key(), Start: start}},
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.TrustedRoot, root, 0o600); err != nil {
		return err
	}
	return s.WriteSigningConfig(s.SigningConfig, s.Fulcio, s.Rekor, s.TimestampURL)
}

// WriteSigningConfig writes a signing configuration that names the given
// services; an empty URL leaves a service out.
func (s *Services) WriteSigningConfig(name, fulcio, rekor, timestamp string) error {
	service := func(url string, version int) []any {
		if url == "" {
			return []any{}
		}
		start := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
		return []any{map[string]any{"url": url, "majorApiVersion": version, "validFor": map[string]string{"start": start}, "operator": "test"}}
	}
	text, err := json.MarshalIndent(map[string]any{
		"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
		"caUrls":    service(fulcio, 1), "oidcUrls": service(s.People.URL, 1),
		"rekorTlogUrls": service(rekor, 2), "rekorTlogConfig": map[string]string{"selector": "ANY"},
		"tsaUrls": service(timestamp, 1), "tsaConfig": map[string]string{"selector": "ANY"},
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}

func publicPEM(key any) ([]byte, error) {
	spki, err := x509.MarshalPKIXPublicKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}), err
}

func certificates(text []byte) (list []*x509.Certificate, err error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return list, nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
}

// patience is how long a service may take to start, on a machine that does much
// else.
const patience = time.Minute

func wait(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		_, err := get(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not start: %w", url, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 1<<20))
}

// process is a program to start.
type process struct {
	name, health string
	args         []string
}

// start starts the program; its output goes to NAME.log.
func (p process) start(dir string) (stop func(), err error) {
	log, err := os.Create(filepath.Join(dir, p.name+".log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(p.name, p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.Env = append(os.Environ(), "HOME="+dir)
	if err := cmd.Start(); err != nil {
		log.Close()
		return nil, fmt.Errorf("%s: %w", p.name, err)
	}
	var once sync.Once
	return func() {
		once.Do(func() {
			cmd.Process.Kill()
			cmd.Wait()
			log.Close()
		})
	}, nil
}
