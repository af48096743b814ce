// Package testrepo makes git repositories for tests, with the installed git and
// none of the user's configuration. Everything lies in the test's temporary
// directory.
package testrepo

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

// Repo is a repository and the test it is for.
type Repo struct {
	testing.TB
	Dir string
	// Env is the environment that git runs with.
	Env  []string
	tick int
}

// Isolated is an environment without any configuration of the user.
func Isolated(t testing.TB) []string {
	home := t.TempDir()
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GNUPGHOME=" + home, "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org",
		"GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@example.org",
	}
}

// New makes an empty repository with the branch main. It skips the test if git
// is not installed.
func New(t testing.TB, format string) *Repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := &Repo{TB: t, Dir: t.TempDir(), Env: Isolated(t)}
	r.Git("init", "-q", "-b", "main", "--object-format="+format)
	return r
}

// Git runs git, feeds it no input and returns what it prints, trimmed.
func (r *Repo) Git(args ...string) string { r.Helper(); return r.Feed("", args...) }

// Feed runs git with an input. Each run is a second later than the one before.
func (r *Repo) Feed(input string, args ...string) string {
	r.Helper()
	r.tick++
	date := fmt.Sprintf("%d +0000", 1700000000+r.tick)
	cmd := exec.Command("git", args...)
	cmd.Dir = r.Dir
	cmd.Env = append(slices.Clone(r.Env), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		r.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return strings.TrimSpace(string(out))
}

// Write writes a file of the working tree.
func (r *Repo) Write(name, text string) {
	r.Helper()
	path := filepath.Join(r.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.Fatal(err)
	}
}

// Commit makes a commit that changes a file of the same name as its subject.
func (r *Repo) Commit(message string) gitobj.ID {
	r.Helper()
	subject, _, _ := strings.Cut(message, "\n")
	r.Write(subject, message)
	r.Git("add", "-A")
	r.Git("commit", "-q", "-m", message)
	return r.ID("HEAD")
}

// Tag makes an annotated tag.
func (r *Repo) Tag(name string) gitobj.ID {
	r.Helper()
	r.Git("tag", "-a", "-m", "Release "+name, name)
	return r.ID("refs/tags/" + name)
}

// ID returns the full object id of a revision.
func (r *Repo) ID(rev string) gitobj.ID {
	r.Helper()
	return gitobj.ID(r.Git("rev-parse", "--verify", rev))
}

// Lookup returns a commit by its id, as commits.Lookup wants it.
func (r *Repo) Lookup(id gitobj.ID) (gitobj.Commit, bool, error) {
	r.Helper()
	cmd := exec.Command("git", "cat-file", "commit", string(id))
	cmd.Dir, cmd.Env = r.Dir, r.Env
	body, err := cmd.Output()
	if err != nil {
		return gitobj.Commit{}, false, nil
	}
	c, err := gitobj.ParseCommit(body)
	return c, err == nil, err
}

// SignWithSSH makes an SSH key that signs tags and commits, and returns the file
// of the private key. It skips the test if ssh-keygen is not installed.
func (r *Repo) SignWithSSH() string {
	r.Helper()
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		r.Skip("ssh-keygen is not installed")
	}
	key := filepath.Join(r.TempDir(), "key")
	if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		r.Fatalf("%v: %s", err, out)
	}
	r.Git("config", "gpg.format", "ssh")
	r.Git("config", "user.signingkey", key)
	return key
}
