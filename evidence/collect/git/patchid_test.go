package git

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/internal/testrepo"
	"pgregory.net/rapid"
)

// gitPatchIDs are the patch ids of all commits, as git computes them.
func (r *repo) gitPatchIDs(flags ...string) map[gitobj.ID]gitobj.ID {
	r.Helper()
	args := append([]string{"diff-tree", "--stdin", "--root", "-r", "-p", "--full-index"}, flags...)
	diffs := r.Feed(r.Git("rev-list", "--all")+"\n", args...)
	found := map[gitobj.ID]gitobj.ID{}
	for line := range strings.Lines(r.Feed(diffs+"\n", "patch-id", "--stable")) {
		patch, commit, _ := strings.Cut(strings.TrimSpace(line), " ")
		found[gitobj.ID(commit)] = gitobj.ID(patch)
	}
	return found
}

// agree compares all patch ids with those of git.
func (r *repo) agree() {
	r.Helper()
	g, err := newRunner(r.Dir, r.Env)
	if err != nil {
		r.Fatal(err)
	}
	var ids []gitobj.ID
	for id := range strings.FieldsSeq(r.Git("rev-list", "--all")) {
		ids = append(ids, gitobj.ID(id))
	}
	format := gitobj.Format(r.Git("rev-parse", "--show-object-format"))
	got, err := g.patchIDs(r.Context(), format, ids, ids)
	if err != nil {
		r.Fatal(err)
	}
	forth, back := r.gitPatchIDs(), r.gitPatchIDs("-R", "--src-prefix=b/", "--dst-prefix=a/")
	if len(got) != len(forth) {
		r.Errorf("%d patch ids, git has %d", len(got), len(forth))
	}
	for _, p := range got {
		if p.Patch != forth[p.Commit] || p.Reverse != back[p.Commit] {
			r.Errorf("%s: patch id %s and %s, git says %s and %s\n%s", p.Commit, p.Patch, p.Reverse, forth[p.Commit], back[p.Commit], r.Git("show", string(p.Commit)))
		}
	}
}

// Patch ids are those of git, also for modes, links, binary files and names
// that have to be quoted.
func TestPatchIDs(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r := newRepo(t, format)
			chmod := func(name string) {
				if err := os.Chmod(filepath.Join(r.Dir, name), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			commit := func() {
				r.Git("add", "-A")
				r.Git("commit", "-q", "--allow-empty", "-m", "x")
			}
			r.Write("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n")
			r.Write("z/empty", "")
			commit()
			commit() // nothing changes
			r.Write("a", "one\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\ntwenty")
			r.Write("b", "no end")
			commit()
			r.Write("b", "an end\n")
			r.Write("bin", "\x00\x01\x02")
			r.Write("c", "text\n")
			commit()
			r.Write("bin", "\x00\x01\x03")
			r.Write("bin2", "\x00")
			r.Write("c", "text\nmore\n")
			r.Write("é \"\t\n", "-- a\n++ b\n@@ -1 +1 @@\n")
			commit()
			chmod("a")
			chmod("b")
			r.Write("c", "other\n")
			commit()
			chmod("bin")
			commit()
			r.Git("mv", "c", "renamed")
			r.Git("rm", "-q", "bin2", "b")
			commit()
			if err := os.Symlink("a", filepath.Join(r.Dir, "link")); err == nil {
				commit()
				r.Git("rm", "-q", "link")
				r.Write("link", "a file now\n")
				commit()
			}
			r.Git("checkout", "-q", "-b", "side", "HEAD~2")
			r.Write("long", strings.Repeat("x y\t", 100_000)+"\n"+strings.Repeat("z", 200_000))
			commit()
			r.Git("checkout", "-q", "main")
			r.Git("merge", "-q", "--no-ff", "-m", "merge", "side")
			r.agree()
		})
	}
}

// Random texts, whose lines look like parts of a patch.
func TestPatchIDsOfRandomFiles(t *testing.T) {
	r := newRepo(t, "sha1")
	line := rapid.SampledFrom([]string{"", "a", "b", " c", "-d", "--- e", "+++ f", "@@ -1 +1 @@", "diff --git a/x b/x", "index 1..2", `\ No newline`, "Binary files", "\t", strings.Repeat("0", 40)})
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		if n++; n > 40 {
			return
		}
		for _, name := range []string{"x", "y", "z"} {
			text := strings.Join(rapid.SliceOfN(line, 0, 12).Draw(t, name), rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
			r.Write(name, text+rapid.SampledFrom([]string{"", "\n"}).Draw(t, "last"))
		}
		r.Git("add", "-A")
		r.Git("commit", "-q", "--allow-empty", "-m", "x")
	})
	r.agree()
}

// Neither the user's configuration nor attributes of the working tree change a
// patch id.
func TestPatchIDsAreIndependent(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Write("é.txt", "1\n2\n\n3\n4\n\n6\n7\n8\n9\n")
	r.Write("z", "a\n")
	r.Commit("one")
	r.Write("é.txt", "1\n2\n\n3\nfive\n\n6\n7\n8\n9\n")
	r.Git("mv", "z", "zz")
	head := r.Commit("two")
	r.Git("tag", "v1.0.0")
	patch := func() gitobj.ID {
		t.Helper()
		res, err := r.try(Options{Tag: "v1.0.0", PatchIDs: true})
		if err != nil {
			t.Fatal(err)
		}
		p, ok := gitobj.FindPatchID(res.PatchIDs, head)
		if !ok {
			t.Fatal("no patch id")
		}
		return p.Patch
	}
	want := patch()
	ran := filepath.Join(t.TempDir(), "ran")
	r.Write("run.sh", "#!/bin/sh\necho >> "+ran+"\n")
	run := filepath.Join(r.Dir, "run.sh")
	if err := os.Chmod(run, 0o700); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"core.quotePath": "false", "diff.noprefix": "true", "diff.context": "0", "diff.algorithm": "patience", "diff.renames": "copies",
		"diff.external": run, "diff.x.textconv": run, "diff.x.command": run, "diff.indentHeuristic": "false", "core.attributesFile": filepath.Join(r.Dir, ".gitattributes"),
		"color.ui": "always", "diff.mnemonicPrefix": "true", "diff.interHunkContext": "9", "core.bigFileThreshold": "1", "diff.ignoreSubmodules": "all",
		"diff.suppressBlankEmpty": "true", "diff.default.binary": "true", "diff.default.textconv": run, "diff.default.command": run, "diff.default.algorithm": "patience",
	} {
		r.Git("config", key, value)
	}
	r.Write(".gitattributes", "* -diff\n*.txt diff=x\n")
	if got := patch(); got != want {
		t.Errorf("patch id = %s, want %s", got, want)
	}
	r.Git("add", "-A")
	r.Git("rm", "-q", "--cached", "zz")
	if err := os.Remove(filepath.Join(r.Dir, ".gitattributes")); err != nil {
		t.Fatal(err)
	}
	if got := patch(); got != want { // the attributes are still in the index
		t.Errorf("patch id = %s, want %s", got, want)
	}
	if out, err := os.ReadFile(ran); err == nil {
		t.Errorf("the configuration ran a program: %s", out)
	}
}

// What git prints is read without ever holding a line.
func FuzzPatchHasher(f *testing.F) {
	id := strings.Repeat("a", 40)
	f.Add(id + "\ndiff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n+b\n+c\n\\ No newline at end of file\n" + id + "\nBinary files a and b differ\ndiff --git a b\n")
	f.Add("diff --git a b\nold mode 1\ndiff --git c d\nindex x\nBinary files\n--- \n@@ -9999999999999999999,3 +x @@\n")
	f.Fuzz(func(t *testing.T, text string) {
		h := &patchHasher{format: gitobj.SHA1, found: map[gitobj.ID]gitobj.ID{}, hash: newHash(gitobj.SHA1)}
		if err := h.read(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		for id, patch := range h.found {
			if len(patch) != 40 || id != "" && !strings.Contains(text, string(id)) {
				t.Errorf("%q has patch id %q", id, patch)
			}
		}
	})
}

// longRepo has a release of n commits with merges.
func longRepo(t testing.TB, n int, signed bool) *repo {
	r := newRepo(t, "sha1")
	r.Import(testrepo.History{Commits: n + 1, Merges: true, Releases: 20, Sign: signed})
	return r
}

// A history of 2,000 commits with merges and 20 signed tags.
func TestLongHistory(t *testing.T) {
	r := longRepo(t, 2000, true)
	res, objects := r.collect(Options{Tag: "v1.19.0", PreviousTag: "v1.0.0", PatchIDs: true, Now: snapshot})
	r.checkRange(res, objects)
	if len(res.Range) != 2000 || len(res.PatchIDs) < 1800 {
		t.Errorf("%d commits, %d patch ids", len(res.Range), len(res.PatchIDs))
	}
	want := r.gitPatchIDs()
	for _, p := range res.PatchIDs {
		if p.Patch != want[p.Commit] {
			t.Fatalf("patch id of %s = %s, git says %s", p.Commit, p.Patch, want[p.Commit])
		}
	}
	r.Git("config", "gpg.ssh.allowedSignersFile", os.DevNull)
	for i := range 20 {
		tag := fmt.Sprintf("v1.%d.0", i)
		res, err := r.try(Options{Tag: tag})
		if err != nil {
			t.Fatal(err)
		}
		previous := ""
		if i > 0 {
			previous = fmt.Sprintf("v1.%d.0", i-1)
		}
		if res.PreviousTag != previous || len(res.Tag.Signature) == 0 || len(res.Tag.Trailers) != 3 || res.Branches.Source != "main" {
			t.Errorf("%s: previous %q, %d bytes of signature, trailers %v, source %q", tag, res.PreviousTag, len(res.Tag.Signature), res.Tag.Trailers, res.Branches.Source)
		}
	}
	if !slices.IsSorted(res.ids) {
		t.Error("the objects are not sorted")
	}
}
