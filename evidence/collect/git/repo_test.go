package git

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

// repo is a repository made for a test.
type repo struct {
	testing.TB
	dir  string
	env  []string
	tick int
}

// isolated is an environment without any configuration of the user.
func isolated(t testing.TB) []string {
	home := t.TempDir()
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GNUPGHOME=" + home, "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org",
		"GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@example.org",
	}
}

func newRepo(t testing.TB, format string) *repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := &repo{TB: t, dir: t.TempDir(), env: isolated(t)}
	r.git("init", "-q", "-b", "main", "--object-format="+format)
	return r
}

// git runs git, feeds it no input and returns what it prints, trimmed.
func (r *repo) git(args ...string) string { r.Helper(); return r.feed("", args...) }

func (r *repo) feed(input string, args ...string) string {
	r.Helper()
	r.tick++
	date := fmt.Sprintf("%d +0000", 1700000000+r.tick)
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(slices.Clone(r.env), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		r.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return strings.TrimSpace(string(out))
}

func (r *repo) write(name, text string) {
	r.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.Fatal(err)
	}
}

// commit makes a commit that changes a file of the same name as its message.
func (r *repo) commit(message string) gitobj.ID {
	r.Helper()
	r.write(message, message)
	r.git("add", "-A")
	r.git("commit", "-q", "-m", message)
	return gitobj.ID(r.git("rev-parse", "HEAD"))
}

func (r *repo) tag(name string) gitobj.ID {
	r.Helper()
	r.git("tag", "-a", "-m", "Release "+name, name)
	return gitobj.ID(r.git("rev-parse", "refs/tags/"+name))
}

// collect collects a tag and reads its archive back.
func (r *repo) collect(o Options) (*Result, *gitobj.Objects) {
	r.Helper()
	res, err := r.try(o)
	if err != nil {
		r.Fatalf("Collect: %v", err)
	}
	var archive bytes.Buffer
	if err := res.WriteObjects(r.Context(), &archive); err != nil {
		r.Fatalf("WriteObjects: %v", err)
	}
	objects, err := gitobj.ReadArchive(&archive, gitobj.Limits{})
	if err != nil {
		r.Fatalf("ReadArchive: %v", err)
	}
	if objects.Len() != res.Objects() {
		r.Errorf("the archive has %d objects, Objects says %d", objects.Len(), res.Objects())
	}
	return res, objects
}

func (r *repo) try(o Options) (*Result, error) {
	r.Helper()
	if o.Dir == "" {
		o.Dir = r.dir
	}
	o.Env = r.env
	return Collect(r.Context(), o)
}

// checkRange compares the archive's range with that of git.
func (r *repo) checkRange(res *Result, objects *gitobj.Objects) {
	r.Helper()
	args := []string{"rev-list", string(res.Commit)}
	if res.PreviousCommit != "" {
		args = append(args, "^"+string(res.PreviousCommit))
	}
	want := strings.Fields(r.git(args...))
	commits, err := objects.Range(res.Commit, res.PreviousCommit)
	if err != nil {
		r.Fatalf("Range: %v", err)
	}
	var got []string
	for _, c := range commits {
		got = append(got, string(c.ID))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(res.Range) != len(want) {
		r.Errorf("range = %d commits, Range has %d, git says %d", len(got), len(res.Range), len(want))
	}
}

func (r *repo) notes(res *Result) string {
	var codes []string
	for _, n := range res.Notes {
		codes = append(codes, string(n.Code))
	}
	slices.Sort(codes)
	return strings.Join(codes, " ")
}
