package collect_test

import (
	"context"
	"crypto/ed25519"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/collect"
)

// tester is what a world needs of a test; an example brings its own.
type tester interface {
	Helper()
	TempDir() string
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Error(args ...any)
	Cleanup(func())
	Context() context.Context
}

// exampleTester makes an example's world.
type exampleTester struct{ dir string }

func newExample() (exampleTester, func()) {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	return exampleTester{dir}, func() { os.RemoveAll(dir) }
}

func (e exampleTester) Helper()                           {}
func (e exampleTester) Fatal(args ...any)                 { log.Fatal(args...) }
func (e exampleTester) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }
func (e exampleTester) Error(args ...any)                 { log.Print(args...) }
func (e exampleTester) Cleanup(func())                    {}
func (e exampleTester) Context() context.Context          { return context.Background() }

func (e exampleTester) TempDir() string {
	dir, err := os.MkdirTemp(e.dir, "")
	if err != nil {
		log.Fatal(err)
	}
	return dir
}

// world is a repository with two releases and a Go binary built from the
// second, as a release job has them.
type world struct {
	t              tester
	repo, dist     string
	env            []string
	hello, archive string
	commit         string
}

func newWorld(t tester) *world {
	t.Helper()
	w := &world{t: t, repo: t.TempDir(), dist: t.TempDir()}
	w.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Alice", "GIT_AUTHOR_EMAIL=alice@example.com", "GIT_COMMITTER_NAME=Alice", "GIT_COMMITTER_EMAIL=alice@example.com",
		"GOCACHE=" + goCache(t), "GOFLAGS=", "GOPROXY=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0",
	}
	w.git("init", "-q", "-b", "main")
	w.git("remote", "add", "origin", "git@github.com:org/hello.git")
	w.write("go.mod", "module github.com/org/hello\n\ngo 1.26\n")
	w.write("main.go", "package main\n\nfunc main() { println(\"hello\") }\n")
	w.write("SECURITY.md", "Write to us.\n")
	w.release("v1.3.0")
	w.write("main.go", "package main\n\nfunc main() { println(\"hello, world\") }\n")
	w.release("v1.4.0")
	w.commit = w.git("rev-parse", "HEAD")
	w.hello, w.archive = filepath.Join(w.dist, "hello"), w.file("hello.tar.gz", "not really an archive")
	w.run("go", "build", "-o", w.hello, ".")
	return w
}

// goCache finds the build cache of the test's own run, so that the standard
// library is not compiled again.
func goCache(t tester) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func (w *world) run(name string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = w.repo, w.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w *world) git(args ...string) string {
	w.t.Helper()
	return w.run("git", args...)
}

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.repo, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// file writes a file outside of the repository and returns its path.
func (w *world) file(name, text string) string {
	w.t.Helper()
	path := filepath.Join(w.dist, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *world) release(tag string) {
	w.t.Helper()
	w.git("add", ".")
	w.git("commit", "-q", "-m", "feat: "+tag)
	w.git("tag", "-a", "-m", "Release "+tag, tag)
}

// options are those of the simplest release.
func (w *world) options() collect.Options {
	return collect.Options{
		Dir: w.repo, Tag: "v1.4.0", Artifacts: []string{w.hello, w.archive}, Environ: w.env,
		Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), TempDir: w.t.TempDir(), First: true,
	}
}

// collect assembles a draft that the test closes.
func (w *world) collect(o collect.Options) *collect.Draft {
	w.t.Helper()
	d, err := collect.Release(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := d.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return d
}

// signer signs with a throw-away key.
type signer struct{ key ed25519.PrivateKey }

func newSigner(t tester) signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key}
}

func (s signer) Sign(_ context.Context, message []byte) (attest.Signed, error) {
	return attest.Signed{Signature: ed25519.Sign(s.key, message), Hint: "throw-away"}, nil
}

// equal compares two values by their content.
func equal[T any](t tester, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}
