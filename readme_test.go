package dossier_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify/policy"
)

// between returns the part of a file between two marks, without outer space.
func between(t *testing.T, file, begin, end string) string {
	t.Helper()
	_, rest, ok := strings.Cut(read(t, file), begin)
	part, _, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no part from %q to %q", file, begin, end)
	}
	return strings.TrimSpace(part)
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The code in the README is the code that is compiled and run here.
func TestReadmeCode(t *testing.T) {
	code := between(t, "example_test.go", "\n// README begin\n", "\n// README end\n")
	if shown := between(t, "README.md", "\n```go\n", "\n```\n"); shown != code {
		t.Errorf("README.md shows\n%s\n\nexample_test.go has\n%s", shown, code)
	}
	if n := strings.Count(code, "\n") + 1; n > 30 {
		t.Errorf("the code in the README has %d lines, at most 30 are one screen", n)
	}
}

// The first session in the README is run here, as it stands there, and must
// print the lines that stand there, whatever the key and the digests are.
func TestReadmeSession(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the README's session is for a POSIX shell")
	}
	const dir = "/tmp/demo"
	session := between(t, "README.md", "\n```sh\n", "\n```\n")
	if !strings.Contains(session, dir) {
		t.Fatalf("the README's session does not work in %s", dir)
	}
	session = strings.ReplaceAll(session, dir, filepath.Join(t.TempDir(), "demo"))
	out, err := exec.Command("sh", "-ec", session).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	digest := regexp.MustCompile(`\b[0-9a-f]{8}\b`)
	printed := strings.Split(digest.ReplaceAllString(string(out), "DIGEST"), "\n")
	for shown := range strings.Lines(between(t, "README.md", "\n```text\n", "\n```\n")) {
		if shown = strings.TrimRight(shown, "\n"); !slices.Contains(printed, digest.ReplaceAllString(shown, "DIGEST")) {
			t.Errorf("the README shows\n%s\nwhich the session does not print:\n%s", shown, out)
		}
	}
}

func TestReadmeIsShort(t *testing.T) {
	if n := strings.Count(read(t, "README.md"), "\n"); n > 120 {
		t.Errorf("README.md has %d lines, at most 120 are wanted", n)
	}
}

func TestReadmeCountsControls(t *testing.T) {
	want := fmt.Sprintf("ask %d controls of a catalogue of %d", len(policy.Controls()), policy.CatalogueSize)
	if !strings.Contains(read(t, "README.md"), want) {
		t.Errorf("README.md does not say %q", want)
	}
}

func TestReadmeCodeDecides(t *testing.T) {
	w := testrelease.New(t)
	d := w.Create(t)
	file := filepath.Join(w.Dir, "hello.dossier")
	if err := d.WriteFile(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(w.Dir, "other")
	if err := os.WriteFile(other, []byte("another program"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, stranger := testrelease.NewKey(t, w.Dir, "stranger")
	for _, test := range []struct {
		name, artifact, fingerprint, want string
	}{
		{"as expected", w.Binary, w.Signer.Public().Fingerprint(), ""},
		{"another artifact", other, w.Signer.Public().Fingerprint(), "NOT ACCEPTED"},
		{"another key", w.Binary, stranger.Public().Fingerprint(), "NOT ACCEPTED"},
	} {
		err := accept(context.Background(), file, test.artifact, test.fingerprint, testrelease.AsOf)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
