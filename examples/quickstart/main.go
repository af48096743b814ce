// Command quickstart shows the whole path of a release in one run: a git
// repository with a signed tag, a program built from that tag, its SBOM and
// provenance, one .dossier file, a verification without a network, and the
// same file refused after one byte of it was changed.
//
// It needs Go, git and ssh-keygen, works in a temporary directory and leaves
// nothing behind:
//
//	go run ./examples/quickstart
//
// With -keep DIR the files stay in DIR, to try the dossier command on.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/trust"
)

func main() {
	keep := flag.String("keep", "", "work in this new directory and keep it")
	verifyOnly := flag.Bool("verify", false, "only verify: FILE ARTIFACT FINGERPRINT (used by quickstart itself)")
	flag.Parse()
	var err error
	if *verifyOnly {
		err = verifyFile(flag.Arg(0), flag.Arg(1), flag.Arg(2))
	} else {
		err = run(*keep)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(keep string) error {
	dir, err := workDir(keep)
	if err != nil {
		return err
	}
	if keep == "" {
		defer os.RemoveAll(dir)
	}
	w := &world{dir: dir, repo: filepath.Join(dir, "hello"), key: filepath.Join(dir, "release-key")}
	say("1  A git repository, a key, two commits and a signed annotated tag")
	if err := w.release(); err != nil {
		return err
	}
	say("2  The evidence, assembled and signed into one file")
	file, err := w.create()
	if err != nil {
		return err
	}
	say("3  Verified, with the network switched off where the system lets us")
	if err := w.verifyOffline(file); err != nil {
		return err
	}
	say("4  The same file with one byte changed")
	return w.tamper(file)
}

func workDir(keep string) (string, error) {
	if keep == "" {
		return os.MkdirTemp("", "dossier-quickstart-")
	}
	if err := os.Mkdir(keep, 0o755); err != nil {
		return "", err
	}
	return filepath.Abs(keep)
}

func say(title string) { fmt.Printf("\n== %s\n\n", title) }

// world is where the quickstart happens.
type world struct {
	dir, repo, key string
	signer         *attest.KeySigner
}

// release makes the repository, tags it and builds the program from the tag.
func (w *world) release() error {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		return errors.New("ssh-keygen is needed to make and use an SSH key: install the OpenSSH client")
	}
	if err := os.Mkdir(w.repo, 0o755); err != nil {
		return err
	}
	files := map[string]string{
		"go.mod":     "module example.com/acme/hello\n\ngo 1.24\n",
		"main.go":    "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n",
		"RELEASE.md": "# Releases\n\nTags are annotated and signed with the release key.\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(w.repo, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	steps := [][]string{
		{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release@acme.example", "-f", w.key},
		{"git", "init", "-q", "-b", "main", "."},
		{"git", "remote", "add", "origin", "https://example.com/acme/hello"},
		{"git", "add", "."},
		{"git", "commit", "-q", "-m", "feat: say hello"},
		{"git", "tag", "-s", "-m", "hello 1.0.0", "v1.0.0"},
		{"git", "commit", "-q", "--allow-empty", "-m", "fix: say it politely"},
		{"git", "tag", "-s", "-m", "hello 1.0.1", "v1.0.1"},
		{"go", "build", "-trimpath", "-buildvcs=true", "-o", filepath.Join(w.dir, "bin", "hello"), "."},
	}
	for _, args := range steps {
		fmt.Println("$", filepath.Base(args[0]), quoted(args[1:]))
		if err := w.command(args...); err != nil {
			return err
		}
	}
	return nil
}

func quoted(args []string) string {
	var b bytes.Buffer
	for i, a := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		if filepath.IsAbs(a) {
			a = filepath.Base(a)
		}
		if a == "" || bytes.ContainsAny([]byte(a), " :") {
			a = fmt.Sprintf("%q", a)
		}
		b.WriteString(a)
	}
	return b.String()
}

// command runs a program in the repository, with a git configuration of its
// own, so that the user's is neither needed nor touched.
func (w *world) command(args ...string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = w.repo
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off",
		"GIT_AUTHOR_NAME=Ana Ruiz", "GIT_AUTHOR_EMAIL=ana@acme.example",
		"GIT_COMMITTER_NAME=Ana Ruiz", "GIT_COMMITTER_EMAIL=ana@acme.example",
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=gpg.format", "GIT_CONFIG_VALUE_0=ssh",
		"GIT_CONFIG_KEY_1=user.signingkey", "GIT_CONFIG_VALUE_1="+w.key)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", args[0], err, out)
	}
	return nil
}

// create collects the evidence, signs it and writes the file.
func (w *world) create() (string, error) {
	ctx := context.Background()
	private, err := os.ReadFile(w.key)
	if err != nil {
		return "", err
	}
	if w.signer, err = attest.LoadSigner(private, nil); err != nil {
		return "", err
	}
	draft, err := collect.Release(ctx, collect.Options{
		Dir: w.repo, Tag: "v1.0.1", Kind: "app", First: true, GenerateSBOM: true,
		Artifacts:  []string{filepath.Join(w.dir, "bin", "hello")},
		PublicKeys: [][]byte{w.signer.Public().PEM()},
		Environ:    os.Environ(), Now: time.Now(),
		BuildProvenance: func(payload []byte) ([]byte, error) { return attest.Sign(ctx, w.signer, payload) },
	})
	if err != nil {
		return "", err
	}
	defer draft.Close()
	for _, f := range draft.Facts {
		fmt.Printf("  %-12s %s\n", f.What, folded(report.Safe(f.Text)))
	}
	d, err := draft.Sign(ctx, w.signer, collect.SignOptions{})
	if err != nil {
		return "", err
	}
	file := filepath.Join(w.dir, "hello-1.0.1.dossier")
	fmt.Printf("\n  -> %s, signed by %s\n", filepath.Base(file), w.signer.Public().Fingerprint())
	return file, d.WriteFile(ctx, file)
}

// folded breaks a text that is too wide at its last comma.
func folded(text string) string {
	at := strings.LastIndex(text, ", ")
	if len(text) <= 75 || at < 0 {
		return text
	}
	return text[:at+1] + "\n" + strings.Repeat(" ", 15) + text[at+2:]
}

// verifyOffline runs this program again in a network namespace without
// interfaces, if the system allows it, and otherwise just verifies.
func (w *world) verifyOffline(file string) error {
	artifact, fingerprint := filepath.Join(w.dir, "bin", "hello"), w.signer.Public().Fingerprint()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if unshare, err := exec.LookPath("unshare"); err == nil && exec.Command(unshare, "-rn", "true").Run() == nil {
		cmd := exec.Command(unshare, "-rn", self, "-verify", file, artifact, fingerprint)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return cmd.Run()
	}
	fmt.Println("(this system has no network namespaces: verify opens no socket in any case)")
	return verifyFile(file, artifact, fingerprint)
}

// verifyFile is all that a deploy gate or an auditor's program needs.
func verifyFile(file, artifact, fingerprint string) error {
	r, err := judge(file, artifact, fingerprint)
	if err != nil {
		return err
	}
	if err := report.Text(os.Stdout, r, report.Options{}); err != nil {
		return err
	}
	if r.Verdict != verify.Accepted {
		return fmt.Errorf("the dossier is %s", r.Verdict)
	}
	return nil
}

func judge(file, artifact, fingerprint string) (*verify.Report, error) {
	ctx := context.Background()
	d, err := bundle.Open(ctx, file, bundle.Limits{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	artifacts, err := verify.HashFiles(ctx, []string{artifact})
	if err != nil {
		return nil, err
	}
	t, err := trust.ForSigner(fingerprint)
	if err != nil {
		return nil, err
	}
	p, err := policy.Profile("solo")
	if err != nil {
		return nil, err
	}
	return verify.Bundle(ctx, d, verify.ExpectArtifacts(artifacts...), verify.Options{
		Trust: t, Policy: p, AsOf: time.Now(), Target: filepath.Base(file), SBOMs: sbom.Reader{},
	})
}

// tamper changes one byte of the SBOM within the file and expects a refusal.
func (w *world) tamper(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	at := bytes.Index(data, []byte(`"bomFormat"`))
	if at < 0 {
		return errors.New("no SBOM in the file")
	}
	data[at+1] ^= 1
	tampered := filepath.Join(w.dir, "tampered.dossier")
	if err := os.WriteFile(tampered, data, 0o644); err != nil {
		return err
	}
	r, err := judge(tampered, filepath.Join(w.dir, "bin", "hello"), w.signer.Public().Fingerprint())
	if err != nil {
		return err
	}
	if err := report.Text(os.Stdout, r, report.Options{}); err != nil {
		return err
	}
	if r.Verdict != verify.NotGenuine {
		return fmt.Errorf("the tampered file is %s, want %s", r.Verdict, verify.NotGenuine)
	}
	return nil
}
