package tagsig_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gpg is a GnuPG home of its own, whose clock can be set.
type gpg struct {
	t    *testing.T
	home string
	now  string // as --faked-system-time takes it; empty is the real time
}

// Times at which the tests act, in the form of gpg.
const (
	y2020 = "20200101T000000!"
	y2021 = "20210101T000000!"
	y2022 = "20220101T000000!"
)

func newGPG(t *testing.T) *gpg {
	t.Helper()
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Skip("gpg is not installed: OpenPGP is not tested against it")
	}
	// Not t.TempDir: the path of the agent's socket must be short.
	home, err := os.MkdirTemp("", "g")
	if err != nil {
		t.Fatal(err)
	}
	g := &gpg{t: t, home: home}
	t.Cleanup(func() {
		g.command("gpgconf", "--kill", "all").Run()
		os.RemoveAll(home)
	})
	return g
}

func (g *gpg) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = g.home
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + g.home, "GNUPGHOME=" + g.home, "LC_ALL=C",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	}
	return cmd
}

func (g *gpg) run(input string, args ...string) []byte {
	g.t.Helper()
	args = append([]string{"--batch", "--yes", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)
	if g.now != "" {
		args = append([]string{"--faked-system-time", g.now}, args...)
	}
	return output(g.t, g.command("gpg", args...), input)
}

func output(t *testing.T, cmd *exec.Cmd, input string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(input), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.String())
	}
	return out
}

// key makes a key and returns the fingerprint of its primary key.
func (g *gpg) key(user, algo, usage, expire string) string {
	g.t.Helper()
	g.run("", "--quick-gen-key", user, algo, usage, expire)
	return g.fingerprints(user)[0]
}

// fingerprints returns those of a key and its subkeys.
func (g *gpg) fingerprints(user string) []string {
	g.t.Helper()
	var fprs []string
	for line := range strings.Lines(string(g.run("", "--with-colons", "--list-keys", user))) {
		if f := strings.Split(line, ":"); f[0] == "fpr" {
			fprs = append(fprs, f[9])
		}
	}
	return fprs
}

func (g *gpg) export(users ...string) []byte {
	g.t.Helper()
	return g.run("", append([]string{"--armor", "--export-options", "export-minimal", "--export"}, users...)...)
}

func (g *gpg) sign(payload string, args ...string) []byte {
	g.t.Helper()
	return g.run(payload, append(args, "--armor", "--detach-sign")...)
}

// revoke revokes a key for the reason that gpg's menu has at that number.
func (g *gpg) revoke(fpr, reason string) {
	g.t.Helper()
	cmd := g.command("gpg", "--faked-system-time", g.now, "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "",
		"--command-fd", "0", "--gen-revoke", fpr)
	cert := output(g.t, cmd, "y\n"+reason+"\n\ny\n")
	g.run(string(cert), "--import")
}

// tag signs a tag with git and returns its payload and signature.
func (g *gpg) tag(user string) (payload, sig []byte) {
	g.t.Helper()
	repo := filepath.Join(g.home, "repo")
	g.git("init", "-q", repo)
	g.git("-C", repo, "commit", "-q", "--allow-empty", "-m", "c")
	g.git("-C", repo, "-c", "user.signingKey="+user, "tag", "-s", "-m", "release", "v1")
	return split(g.t, g.git("-C", repo, "cat-file", "tag", "v1"))
}

func (g *gpg) git(args ...string) []byte {
	g.t.Helper()
	return output(g.t, g.command("git", args...), "")
}

func split(t *testing.T, tag []byte) (payload, sig []byte) {
	t.Helper()
	i := bytes.Index(tag, []byte("-----BEGIN PGP SIGNATURE-----"))
	if i < 0 {
		t.Fatal("the tag is not signed")
	}
	return tag[:i], tag[i:]
}
