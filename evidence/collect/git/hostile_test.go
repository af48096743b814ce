package git

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/codeowners"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

func TestEmptyRepository(t *testing.T) {
	r := newRepo(t, "sha1")
	var missing *TagError
	if _, err := r.try(Options{Tag: "v1.0.0"}); !errors.As(err, &missing) {
		t.Errorf("err = %v, want a TagError", err)
	}
}

// A pack that was cut off, or bytes changed within, is one error.
func TestDamagedPack(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"cut off": func(b []byte) []byte { return b[:len(b)/2] },
		"changed": func(b []byte) []byte { b[len(b)/3] ^= 0xff; return b },
	} {
		r := newRepo(t, "sha1")
		for i := range 20 {
			r.Commit(fmt.Sprintf("commit %d\n\n%s", i, strings.Repeat(fmt.Sprint("text ", i), 50)))
		}
		r.Tag("v1.0.0")
		r.Git("repack", "-q", "-a", "-d")
		packs, err := filepath.Glob(filepath.Join(r.Dir, ".git/objects/pack/*.pack"))
		if err != nil || len(packs) != 1 {
			t.Fatal(packs, err)
		}
		data, err := os.ReadFile(packs[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(packs[0], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(packs[0], damage(data), 0o600); err != nil {
			t.Fatal(err)
		}
		res, err := r.try(Options{Tag: "v1.0.0", PatchIDs: true})
		if err == nil {
			err = res.WriteObjects(t.Context(), new(strings.Builder))
		}
		if err == nil || strings.Contains(err.Error(), "\n") || len(err.Error()) > 3000 {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func TestTagsOfOtherObjects(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Git("tag", "blob", "HEAD:one")
	r.Git("tag", "-a", "-m", "x", "annotated-tree", "HEAD^{tree}")
	r.Git("tag", "-a", "-m", "x", "annotated-blob", "HEAD:one")
	for tag, kind := range map[string]string{"blob": "blob", "annotated-tree": "tree", "annotated-blob": "blob"} {
		if _, err := r.try(Options{Tag: tag}); err == nil || !strings.Contains(err.Error(), "points at a "+kind+", want a commit") {
			t.Errorf("%s: %v", tag, err)
		}
	}
	// They do not stand in the way of a release.
	r.Tag("v1.0.0")
	if _, err := r.try(Options{Tag: "v1.0.0"}); err != nil {
		t.Error(err)
	}
}

// Replaced objects can make a history that never ends.
func TestCycleOfReplacedObjects(t *testing.T) {
	r := newRepo(t, "sha1")
	one := r.Commit("one")
	two := r.Commit("two")
	r.Tag("v1.0.0")
	text := fmt.Sprintf("tree %s\nparent %s\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n", r.Git("rev-parse", "HEAD^{tree}"), two)
	r.Git("update-ref", "refs/replace/"+string(one), r.Feed(text, "hash-object", "-t", "commit", "-w", "--stdin"))
	r.Write(".git/info/grafts", fmt.Sprintf("%s %s\n", one, two))
	res, objects := r.collect(Options{Tag: "v1.0.0", PatchIDs: true})
	if len(res.Range) != 2 {
		t.Errorf("Range = %v", res.Range)
	}
	r.Env = append(r.Env, "GIT_NO_REPLACE_OBJECTS=1")
	r.Write(".git/info/grafts", "")
	r.checkRange(res, objects)
}

// Names, authors and messages with escapes and bytes that are no text do not
// stop the collection, and are nowhere in what a record states.
func TestHostileNames(t *testing.T) {
	r := newRepo(t, "sha1")
	const bad = "\x1b]0;owned\a\x1b[31m\xff\xfe"
	r.Write("CODEOWNERS", "* @a\n"+bad+" @b\n")
	base := r.Commit("base")
	r.Write(bad+"\n/x", "1")
	r.Git("add", "-A")
	tree := r.Git("write-tree")
	text := fmt.Sprintf("tree %s\nparent %s\nauthor %s <a%s@b> 1 +0000\ncommitter %s <a@b> 1 +0000\n\nfix: %s (#1)\n\nRisk: %s\n", tree, base, bad, bad, bad, bad, bad)
	id := r.Feed(text, "hash-object", "-t", "commit", "-w", "--stdin")
	r.Git("update-ref", "refs/heads/main", id)
	r.Git("tag", "-a", "-m", bad+"\n\nRisk: "+bad, "v1.0.0", id)
	res, _ := r.collect(Options{Tag: "v1.0.0", PatchIDs: true})
	ch := r.change("1", gitobj.ID(id))
	if err := res.AddChanges(t.Context(), codeowners.GitHub, []*evidence.Change{ch}); err != nil {
		t.Fatal(err)
	}
	stated := fmt.Sprintf("%+v %+v %+v %+v", res.Branches, res.Named, res.Notes, ch)
	if strings.ContainsAny(stated, "\x1b\a") || strings.Contains(stated, "\xff") || ch.MergeMethod != "squash" || len(res.PatchIDs) != 2 {
		t.Errorf("stated: %q", stated)
	}
}

// A commit that git takes and verifiers refuse is noted, not hidden.
func TestMalformedCommit(t *testing.T) {
	r := newRepo(t, "sha1")
	base := r.Commit("base")
	text := fmt.Sprintf("tree %s\nparent %s\nauthor A <a@b> <c@d> 1 +0000\ncommitter A <a@b> 1 +0000\n\nfix: x\n\n(cherry picked from commit %040x)\n", r.Git("rev-parse", "HEAD^{tree}"), base, 1)
	id := r.Feed(text, "hash-object", "-t", "commit", "--literally", "-w", "--stdin")
	r.Git("update-ref", "refs/heads/main", id)
	r.Commit("three")
	r.Tag("v1.0.0")
	res, err := r.try(Options{Tag: "v1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.notes(res); !strings.Contains(got, "malformed-commit") || len(res.Named) != 1 {
		t.Errorf("notes = %s, named = %v", got, res.Named)
	}
	if err := res.AddChanges(t.Context(), "", []*evidence.Change{r.change("1", gitobj.ID(id))}); err != nil || !strings.Contains(r.notes(res), "change-not-in-clone") {
		t.Errorf("AddChanges: %v, notes %s", err, r.notes(res))
	}
}

func TestHugeMessage(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	id := r.Feed(strings.Repeat("x", gitobj.MaxText+1), "commit-tree", "-p", "HEAD", "HEAD^{tree}")
	r.Git("tag", "v1.0.0", id)
	if _, err := r.try(Options{Tag: "v1.0.0"}); err == nil || !strings.Contains(err.Error(), id) || !strings.Contains(err.Error(), "larger than allowed") {
		t.Errorf("err = %v", err)
	}
}

// More is said than may be: the reader stops and so does git.
func TestTooMuchOutput(t *testing.T) {
	r := newRepo(t, "sha1")
	for i := range 4 {
		r.Commit(fmt.Sprint("c", i))
	}
	g, err := newRunner(r.Dir, r.Env)
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int]bool{3: true, 4: false} {
		if _, err := g.revisions(t.Context(), r.ID("HEAD"), "", most); (err != nil) != want {
			t.Errorf("at most %d commits: %v", most, err)
		}
	}
	stop := errors.New("enough")
	n := 0
	// A million ids, of which two are read.
	args := []string{"cat-file", "--batch-check", "--buffer"}
	err = g.feed(t.Context(), strings.NewReader(strings.Repeat("HEAD\n", 1_000_000)), func(string) error {
		if n++; n == 2 {
			return stop
		}
		return nil
	}, args...)
	if !errors.Is(err, stop) || n != 2 {
		t.Errorf("%d lines, %v", n, err)
	}
}
