package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// run runs the command in process at a fixed time and returns what it printed.
func run(t *testing.T, w *testrelease.World, now time.Time, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	c := &Cmd{
		Args: args, Env: w.Environ(), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Now: func() time.Time { return now },
	}
	status = c.Run(context.Background())
	return status, out.String(), errs.String()
}

func create(t *testing.T, w *testrelease.World, now time.Time, file string) {
	t.Helper()
	args := []string{"create", "v1.0.1", "-C", w.Repo, "--artifact", w.Binary, "--key", w.Key, "--first", "-o", file}
	if status, _, stderr := run(t, w, now, args...); status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
}

// TestCreateTwice: two builds of the same inputs at the same time have the same
// bytes (an Ed25519 signature has one value); at another time only signed
// times, and what hangs on them, differ.
func TestCreateTwice(t *testing.T) {
	w := testrelease.New(t)
	var files [3]string
	for i, now := range []time.Time{testrelease.Signed, testrelease.Signed, testrelease.Signed.Add(time.Hour)} {
		files[i] = filepath.Join(t.TempDir(), "hello.dossier")
		create(t, w, now, files[i])
	}
	a, b := testrelease.ReadFile(t, files[0]), testrelease.ReadFile(t, files[1])
	if !bytes.Equal(a, b) {
		t.Error("two builds of the same inputs at the same time differ")
	}
	early, late := materials(t, files[0]), materials(t, files[2])
	for name, digest := range early {
		timed := strings.HasPrefix(name, "sbom/") // provenance made here states no time
		if same := late[name] == digest; same == timed {
			t.Errorf("%s: same bytes an hour later: %t, want %t", name, same, !timed)
		}
	}
	if len(early) != len(late) || len(early) < 4 {
		t.Errorf("%d and %d materials", len(early), len(late))
	}
}

// materials returns the digests of the materials of a dossier by name.
func materials(t *testing.T, file string) map[string]string {
	t.Helper()
	d, err := bundle.Open(t.Context(), file, bundle.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, record := testrelease.Release(t, d)
	out := map[string]string{}
	for _, m := range record.Materials {
		out[m.Name] = m.Digest.Hex()
	}
	return out
}

// TestNoProgressInPipes: what is not a terminal sees no progress and no colour.
func TestNoProgressInPipes(t *testing.T) {
	w := testrelease.New(t)
	file := filepath.Join(w.Dir, "hello.dossier")
	create(t, w, testrelease.Signed, file)
	for _, args := range [][]string{{file}, {file, file}} {
		args = append([]string{"verify", "--any-release", "--signer", w.Signer.Public().Fingerprint()}, args...)
		status, stdout, stderr := run(t, w, testrelease.AsOf, args...)
		if status != 0 || stderr != "" || strings.Contains(stdout, "\x1b") {
			t.Errorf("%v: exit status %d, stderr %q", args, status, stderr)
		}
	}
}

// TestInterrupted: an interrupt is one line and no success.
func TestInterrupted(t *testing.T) {
	w := testrelease.New(t)
	file := filepath.Join(w.Dir, "hello.dossier")
	create(t, w, testrelease.Signed, file)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	c := &Cmd{Args: []string{"verify", file, "--any-release"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now}
	if status := c.Run(ctx); status != 2 || errs.String() != "dossier: interrupted\n" {
		t.Errorf("exit status %d, %q", status, errs.String())
	}
}

// truncating cuts a file short as soon as an SBOM of it is read.
type truncating struct{ path string }

func (x truncating) Summarize([]byte) (*evidence.SBOMSummary, error) {
	return &evidence.SBOMSummary{}, os.Truncate(x.path, 0)
}

// TestChangedMeanwhile: a file that changes while it is verified cannot be read,
// which is no verdict about its release.
func TestChangedMeanwhile(t *testing.T) {
	w := testrelease.New(t)
	file := filepath.Join(w.Dir, "hello.dossier")
	create(t, w, testrelease.Signed, file)
	o, err := (&judgeFlags{signer: w.Signer.Public().Fingerprint()}).options(new(Cmd), testrelease.AsOf)
	if err != nil {
		t.Fatal(err)
	}
	o.SBOMs = truncating{file}
	_, err = new(Cmd).verifyTarget(t.Context(), file, verify.ExpectAnyUnsafe(), o)
	var unread *targetError
	if !errors.As(err, &unread) || statusOf(err) != 4 || strings.Count(err.Error(), file) != 1 {
		t.Errorf("got %v, want an error of exit status 4 that names the file once", err)
	}
}
