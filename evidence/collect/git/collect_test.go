package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/gitobj"
)

func TestCollect(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r := newRepo(t, format)
			r.Commit("one")
			r.Tag("v1.0.0")
			r.Commit("two")
			r.Write(".github/CODEOWNERS", "* @ann\n")
			head := r.Commit("three")
			object := r.Tag("v1.1.0")
			r.Git("remote", "add", "origin", "https://user:secret@example.org/org/repo.git")

			res, objects := r.collect(Options{Tag: "refs/tags/v1.1.0"})
			if string(res.Format) != format || res.TagName != "v1.1.0" || res.TagObject != object || res.TagType != "tag" ||
				res.Commit != head || res.PreviousTag != "v1.0.0" || len(res.Range) != 2 {
				t.Errorf("Collect = %+v", res)
			}
			if res.Tag.Name != "v1.1.0" || res.Tag.Object != head || res.Tag.Message != "Release v1.1.0\n" {
				t.Errorf("Tag = %+v", res.Tag)
			}
			if res.RemoteURL != "https://example.org/org/repo.git" {
				t.Errorf("RemoteURL = %q", res.RemoteURL)
			}
			if got := r.notes(res); got != "" {
				t.Errorf("notes = %s", got)
			}
			r.checkRange(res, objects)
			if tag, err := objects.Tag(object); err != nil || tag.Object != head {
				t.Errorf("the archive's tag = %+v, %v", tag, err)
			}
			if _, body, err := objects.File(head, ".github/CODEOWNERS"); string(body) != "* @ann\n" || err != nil {
				t.Errorf("CODEOWNERS = %q, %v", body, err)
			}
			if f := res.Files[".github/CODEOWNERS"]; len(res.Files) != 1 || f.Size != 7 {
				t.Errorf("Files = %v", res.Files)
			}
			for _, path := range []string{"SECURITY.md", "docs/SECURITY.md"} {
				if _, _, err := objects.File(head, path); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("absence of %s is not proven: %v", path, err)
				}
			}
		})
	}
}

func TestFirstRelease(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1") // a moving tag, no release
	r.Commit("two")
	r.Tag("v1.0.0-rc.1")
	r.Commit("three")
	r.Tag("v1.0.0")
	res, objects := r.collect(Options{Tag: "v1.0.0"})
	if res.PreviousTag != "" || res.PreviousCommit != "" || len(res.Range) != 3 || r.notes(res) != "first-release" {
		t.Errorf("Collect = %+v", res)
	}
	r.checkRange(res, objects)
}

// The previous release is found by ancestry, on the same line first.
func TestPreviousRelease(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	r.Git("checkout", "-q", "-b", "hotfix")
	r.Commit("fix")
	r.Tag("v1.0.1")
	r.Git("checkout", "-q", "main")
	r.Commit("two")
	r.Tag("v1.1.0")
	r.Tag("v1.1.1") // the same commit again
	r.Commit("three")
	r.Tag("v1.2.0")
	r.Git("checkout", "-q", "hotfix")
	r.Commit("fix two")
	r.Tag("v1.0.2")
	for tag, want := range map[string]string{
		"v1.0.1": "v1.0.0", "v1.0.2": "v1.0.1", "v1.1.0": "v1.0.0", "v1.1.1": "v1.1.0", "v1.2.0": "v1.1.1",
	} {
		res, objects := r.collect(Options{Tag: tag})
		if res.PreviousTag != want {
			t.Errorf("previous of %s = %q, want %q", tag, res.PreviousTag, want)
		}
		r.checkRange(res, objects)
	}
	res, objects := r.collect(Options{Tag: "v1.2.0", PreviousTag: "v1.0.1"})
	if got := r.notes(res); got != "base-not-an-ancestor" {
		t.Errorf("notes = %q", got)
	}
	r.checkRange(res, objects)
}

// A change that was begun long before the previous release and merged after
// it has a boundary of its own, which the archive must prove.
func TestRangeWithOldBranch(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("root")
	r.Git("checkout", "-q", "-b", "old")
	r.Commit("old1")
	r.Git("checkout", "-q", "main")
	for i := range 5 {
		r.Commit(fmt.Sprintf("before%d", i))
	}
	r.Git("checkout", "-q", "-b", "side")
	r.Commit("side1")
	r.Git("checkout", "-q", "main")
	r.Commit("base")
	r.Tag("v1.0.0")
	for _, name := range []string{"a", "b"} {
		r.Git("checkout", "-q", "-b", name, "main")
		r.Commit("work-" + name)
	}
	r.Git("checkout", "-q", "main")
	r.Git("merge", "-q", "--no-ff", "-m", "merge old", "old")
	r.Git("merge", "-q", "-m", "octopus", "a", "b", "side")
	head := r.Commit("last")
	r.Tag("v1.1.0")
	res, objects := r.collect(Options{Tag: "v1.1.0"})
	if len(res.Range) != 7 || res.Commit != head {
		t.Errorf("Range has %d, want 7", len(res.Range))
	}
	r.checkRange(res, objects)
}

func TestLightweightTag(t *testing.T) {
	r := newRepo(t, "sha1")
	head := r.Commit("one")
	r.Git("tag", "v1.0.0")
	res, _ := r.collect(Options{Tag: "v1.0.0"})
	if res.TagType != gitobj.TypeCommit || res.TagObject != head || res.Commit != head || res.Tag.Name != "" {
		t.Errorf("Collect = %+v", res)
	}
	want := map[string]string{
		"":         "git tag -s -f v1.0.0 " + string(head),
		"upstream": "git fetch --force upstream refs/tags/v1.0.0:refs/tags/v1.0.0",
		"origin":   "git fetch --force origin refs/tags/v1.0.0:refs/tags/v1.0.0",
	}
	for _, remote := range []string{"", "upstream", "origin"} {
		if remote != "" {
			r.Git("remote", "add", remote, "https://example.com/acme/x")
		}
		res, _ := r.collect(Options{Tag: "v1.0.0"})
		if n := res.Notes[0]; n.Code != NoteLightweight || n.Remedy != want[remote] {
			t.Errorf("remote %q: note = %+v, want %s", remote, n, want[remote])
		}
	}
}

// A remedy is copied into a shell.
func TestRemedyIsQuoted(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Git("tag", "v1;reboot")
	res, _ := r.collect(Options{Tag: "v1;reboot"})
	if got, want := res.Notes[0].Remedy, "git tag -s -f 'v1;reboot' "+string(res.Commit); got != want {
		t.Errorf("remedy = %s, want %s", got, want)
	}
	r.Git("config", "remote.a b.url", "https://example.com/acme/x")
	res, _ = r.collect(Options{Tag: "v1;reboot"})
	if got, want := res.Notes[0].Remedy, "git fetch --force 'a b' 'refs/tags/v1;reboot:refs/tags/v1;reboot'"; got != want {
		t.Errorf("remedy = %s, want %s", got, want)
	}
}

func TestNestedTag(t *testing.T) {
	r := newRepo(t, "sha1")
	head := r.Commit("one")
	inner := r.Tag("inner")
	r.Git("tag", "-a", "-m", "outer", "v1.0.0", "inner")
	res, objects := r.collect(Options{Tag: "v1.0.0"})
	if res.Tag.Type != gitobj.TypeTag || res.Tag.Object != inner || res.Commit != head || !strings.Contains(r.notes(res), "nested-tag") {
		t.Errorf("Collect = %+v", res)
	}
	if _, err := objects.Tag(inner); err != nil {
		t.Errorf("the inner tag is not embedded: %v", err)
	}
	for i := range 6 {
		r.Git("tag", "-a", "-m", "x", fmt.Sprintf("deep%d", i+1), map[bool]string{true: "v1.0.0", false: fmt.Sprintf("deep%d", i)}[i == 0])
	}
	if _, err := r.try(Options{Tag: "deep6"}); err == nil {
		t.Error("eight tags deep: no error")
	}
}

func TestTagOfTree(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Git("tag", "v1.0.0", "HEAD^{tree}")
	if _, err := r.try(Options{Tag: "v1.0.0"}); err == nil || !strings.Contains(err.Error(), "tree") {
		t.Errorf("err = %v", err)
	}
}

// Two objects in one tag: git takes the first, another reader might not.
func TestTagWithTwoObjects(t *testing.T) {
	r := newRepo(t, "sha1")
	one, two := r.Commit("one"), r.Commit("two")
	text := fmt.Sprintf("object %s\nobject %s\ntype commit\ntag v1.0.0\ntagger A <a@b> 1 +0000\n\nm\n", one, two)
	id := r.Feed(text, "hash-object", "-t", "tag", "--literally", "-w", "--stdin")
	r.Write(".git/refs/tags/v1.0.0", id+"\n")
	if _, err := r.try(Options{Tag: "v1.0.0"}); err == nil || !strings.Contains(err.Error(), `header "type" is missing or out of order`) {
		t.Errorf("err = %v", err)
	}
	// Such a tag does not stand in the way of other releases.
	r.Commit("three")
	r.Tag("v1.1.0")
	res, _ := r.collect(Options{Tag: "v1.1.0"})
	if len(res.Range) != 3 {
		t.Errorf("Collect beside a broken tag = %+v", res)
	}
}

func TestRenamedTag(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Git("update-ref", "refs/tags/v2.0.0", string(r.Tag("v1.0.0")))
	res, _ := r.collect(Options{Tag: "v2.0.0"})
	if !strings.Contains(r.notes(res), "tag-name") {
		t.Errorf("notes = %s", r.notes(res))
	}
}

// Replaced objects and grafts show another history than the one that was
// tagged.
func TestReplacedObjectsDoNotLie(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	r.Commit("two")
	hidden := r.Commit("hidden")
	head := r.Commit("four")
	r.Tag("v1.1.0")
	other := r.Feed("", "commit-tree", "-m", "innocent", "-p", r.Git("rev-parse", "v1.0.0^{commit}"), "HEAD^{tree}")
	r.Git("replace", string(head), other)
	r.Write(".git/info/grafts", fmt.Sprintf("%s %s\n", head, r.Git("rev-parse", "v1.0.0^{commit}")))
	res, objects := r.collect(Options{Tag: "v1.1.0"})
	if len(res.Range) != 3 {
		t.Errorf("Range has %d, want 3", len(res.Range))
	}
	if _, err := objects.Commit(hidden); err != nil {
		t.Errorf("a commit was hidden: %v", err)
	}
}

func TestShallowClone(t *testing.T) {
	r := newRepo(t, "sha1")
	for i := range 4 {
		r.Commit(fmt.Sprintf("c%d", i))
		r.Tag(fmt.Sprintf("v1.%d.0", i))
		r.Commit(fmt.Sprintf("d%d", i))
	}
	r.Git("tag", "-a", "-m", "x", "v2.0.0")
	clone := func(args ...string) string {
		dir := filepath.Join(t.TempDir(), "clone")
		r.Git(append(append([]string{"clone", "-q"}, args...), "file://"+r.Dir, dir)...)
		return dir
	}
	var shallow *ShallowError
	if _, err := r.try(Options{Dir: clone("--depth=1", "--branch=v2.0.0"), Tag: "v2.0.0"}); !errors.As(err, &shallow) {
		t.Errorf("depth 1: %v, want a ShallowError", err)
	}
	cut := clone("--depth=1", "--branch=v2.0.0")
	r.Git("-C", cut, "fetch", "-q", "--depth=1", "origin", "refs/tags/v1.2.0:refs/tags/v1.2.0")
	if _, err := r.try(Options{Dir: cut, Tag: "v2.0.0", PreviousTag: "v1.2.0"}); !errors.As(err, &shallow) || shallow.Commit == "" {
		t.Errorf("range cut: %v, want a ShallowError", err)
	}
	// A range that lies above the cut is whole.
	enough := clone("--depth=3", "--branch=v2.0.0")
	r.Git("-C", enough, "fetch", "-q", "--depth=3", "origin", "refs/tags/v1.3.0:refs/tags/v1.3.0")
	res, objects := r.collect(Options{Dir: enough, Tag: "v2.0.0", PreviousTag: "v1.3.0"})
	r.checkRange(res, objects)
}

func TestErrors(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	var missing *TagError
	if _, err := r.try(Options{Tag: "v9.9.9"}); !errors.As(err, &missing) || !strings.HasSuffix(err.Error(), ": make it with git tag -s v9.9.9") {
		t.Errorf("missing tag without a remote: %v", err)
	}
	r.Git("remote", "add", "upstream", "https://example.com/acme/x")
	if _, err := r.try(Options{Tag: "v9.9.9"}); !errors.As(err, &missing) || !strings.HasSuffix(err.Error(), ": fetch it with git fetch --force upstream refs/tags/v9.9.9:refs/tags/v9.9.9") {
		t.Errorf("missing tag: %v", err)
	}
	for _, tag := range []string{"", "--output=x", "-x", "v1.0.0^{tree}", "HEAD", "a b", "x\ny", "../heads/main"} {
		if _, err := r.try(Options{Tag: tag}); err == nil {
			t.Errorf("tag %q: no error", tag)
		}
	}
	if _, err := r.try(Options{Tag: "v1.0.0", PreviousTag: "--all"}); err == nil {
		t.Error("previous tag --all: no error")
	}
	if _, err := r.try(Options{Tag: "v1.0.0", PreviousTag: "v1.0.0"}); err == nil {
		t.Error("its own previous release: no error")
	}
	if _, err := r.try(Options{Tag: "v1.0.0", TagPattern: "[", Files: []string{"a"}}); err == nil {
		t.Error("bad pattern: no error")
	}
	if _, err := r.try(Options{Tag: "v1.0.0", Files: []string{"../x"}}); err == nil {
		t.Error("bad path: no error")
	}
	var none *RepositoryError
	if _, err := r.try(Options{Dir: t.TempDir(), Tag: "v1.0.0"}); !errors.As(err, &none) {
		t.Errorf("no repository: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Collect(ctx, Options{Dir: r.Dir, Tag: "v1.0.0", Env: r.Env}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestMissingObject(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Write("SECURITY.md", "x")
	r.Commit("one")
	r.Tag("v1.0.0")
	blob := r.Git("rev-parse", "HEAD:SECURITY.md")
	if err := os.Remove(filepath.Join(r.Dir, ".git/objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	var missing *ObjectError
	if _, err := r.try(Options{Tag: "v1.0.0"}); !errors.As(err, &missing) || missing.ID != blob {
		t.Errorf("err = %v, want an ObjectError", err)
	}
}

func TestSymlink(t *testing.T) {
	r := newRepo(t, "sha1")
	if err := os.Symlink("/etc/passwd", filepath.Join(r.Dir, "SECURITY.md")); err != nil {
		t.Skip(err)
	}
	r.Commit("one")
	r.Tag("v1.0.0")
	res, _ := r.collect(Options{Tag: "v1.0.0"})
	if len(res.Files) != 0 || !strings.Contains(r.notes(res), "file-not-regular") {
		t.Errorf("Files = %v, notes = %s", res.Files, r.notes(res))
	}
}

// A repository's configuration must not run programs: neither the lazy fetch of a
// missing object, which both GIT_ALLOW_PROTOCOL and, in newer versions of git,
// GIT_NO_LAZY_FETCH prevent, nor anything else.
func TestHostileConfiguration(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Write("SECURITY.md", "x")
	r.Commit("one")
	r.Tag("v1.0.0")
	r.Commit("two")
	r.Tag("v1.1.0")
	blob := r.Git("rev-parse", "HEAD:SECURITY.md")
	ran := filepath.Join(t.TempDir(), "ran")
	run := filepath.Join(r.Dir, "run.sh")
	r.Write("run.sh", "#!/bin/sh\necho \"$@\" >> "+ran+"\n")
	if err := os.Chmod(run, 0o700); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"core.fsmonitor": run, "core.pager": run, "core.sshCommand": run, "core.editor": run, "core.askPass": run,
		"core.alternateRefsCommand": run, "core.gitProxy": run, "diff.external": run, "gpg.program": run,
		"core.hooksPath": r.Dir, "credential.helper": run, "protocol.ext.allow": "always", "protocol.allow": "always",
		"extensions.partialClone": "origin", "remote.origin.promisor": "true", "core.repositoryFormatVersion": "1",
		"remote.origin.url": "ext::" + run + " x",
		"alias.rev-list":    "!" + run, "alias.cat-file": "!" + run,
	} {
		r.Git("config", key, value)
	}
	if err := os.Remove(filepath.Join(r.Dir, ".git/objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	var missing *ObjectError
	if _, err := r.try(Options{Tag: "v1.1.0"}); !errors.As(err, &missing) {
		t.Errorf("err = %v, want an ObjectError", err)
	}
	if _, err := r.try(Options{Tag: "v1.1.0", Files: []string{"README"}}); err != nil {
		t.Errorf("without the file: %v", err)
	}
	if _, err := Detect(t.Context(), r.Dir, "", r.Env); err != nil {
		t.Errorf("Detect: %v", err)
	}
	if out, err := os.ReadFile(ran); err == nil {
		t.Errorf("the configuration ran a program: %s", out)
	}
}

// The environment must not point git elsewhere.
func TestEnvironmentIsDropped(t *testing.T) {
	r, other := newRepo(t, "sha1"), newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	r.Env = append(r.Env, "GIT_DIR="+other.Dir+"/.git", "GIT_OBJECT_DIRECTORY=/nonexistent")
	if _, err := r.try(Options{Tag: "v1.0.0"}); err != nil {
		t.Errorf("Collect: %v", err)
	}
}

func TestProgressAndFailingWriter(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	var last, total int
	res, _ := r.collect(Options{Tag: "v1.0.0", Progress: func(d, n int) { last, total = d, n }})
	if last != total || total != res.Objects() {
		t.Errorf("progress ended at %d of %d, want %d", last, total, res.Objects())
	}
	pr, pw := io.Pipe()
	pr.Close()
	if err := res.WriteObjects(t.Context(), pw); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("WriteObjects to a closed pipe: %v", err)
	}
}

func TestDetect(t *testing.T) {
	r := newRepo(t, "sha256")
	r.Commit("one")
	for _, tag := range []string{"v1.9.0", "v1.10.0", "v1", "v2.0.0-rc.1", "other"} {
		r.Git("tag", tag)
	}
	r.Git("config", "gpg.format", "ssh")
	r.Git("config", "user.signingkey", "key.pub")
	r.Write("sub/x", "")
	info, err := Detect(t.Context(), filepath.Join(r.Dir, "sub"), "", r.Env)
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.EvalSymlinks(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.TopLevel != top || info.Format != "sha256" || info.RemoteURL != "" || info.SigningFormat != "ssh" || info.SigningKey != "key.pub" || info.Shallow {
		t.Errorf("Detect = %+v", info)
	}
	if got := strings.Join(info.Releases, " "); got != "v2.0.0-rc.1 v1.10.0 v1.9.0" {
		t.Errorf("Releases = %s", got)
	}
	empty := newRepo(t, "sha1")
	if info, err := Detect(t.Context(), empty.Dir, "", empty.Env); err != nil || len(info.Releases) != 0 {
		t.Errorf("Detect of an empty repository = %+v, %v", info, err)
	}
}

func TestComponentPattern(t *testing.T) {
	for _, tt := range []struct{ pattern, tag, want string }{
		{"v*", "v1.2.3", "v1.2.3"}, {"v*", "v1.2", ""}, {"v*", "v1", ""}, {"v*", "x1.2.3", ""}, {"*", "1.2.3", "v1.2.3"}, {"*", "v1.2.3", "v1.2.3"},
		{"api/v*", "api/v1.2.3-rc.1", "v1.2.3-rc.1"}, {"api/v*", "web/v1.2.3", ""}, {"v*", "v1.2.3+meta", "v1.2.3+meta"}, {"v*", "v01.2.3", ""},
		{"v*", "v1.2-a.b.c", ""}, {"release-*", "release-1.2.3", "v1.2.3"},
		{"v2.*", "v2.3.4", "v2.3.4"}, {"v2.*", "v20.3.4", ""}, {"api/v2.1.*", "api/v2.1.4-rc.1", "v2.1.4-rc.1"}, {"api/v[01].*", "api/v1.2.3", "v1.2.3"},
		{"api/v[01].*", "api/v2.0.0", ""}, {"2026.*", "2026.02.0", "v2026.2.0"}, {"v1.2.3", "v1.2.3", "v1.2.3"}, {"app2*", "app2v1.2.3", "v1.2.3"}, {"app2-*", "app2-1.2.3", "v1.2.3"}, {"go1*", "go10.0.0", "v10.0.0"}, {"V1*", "V10.0.0", "v10.0.0"}, {"v1*", "v10.0.0", "v10.0.0"}, {"v1*", "v1.9.0", "v1.9.0"},
	} {
		if r, _ := parseRelease(tt.pattern, tt.tag); r.version != tt.want {
			t.Errorf("parseRelease(%q, %q) = %q, want %q", tt.pattern, tt.tag, r.version, tt.want)
		}
	}
}

func TestWithoutSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"https://token@h/o/r":       "https://h/o/r",
		"https://u:p@h/o/r":         "https://h/o/r",
		"https://u:p@@h:8443/o/r@x": "https://h:8443/o/r@x",
		"ssh://git@h/o/r":           "ssh://git@h/o/r",
		"ssh://git:secret@h/o/r":    "ssh://git@h/o/r",
		"git@h:o/r.git":             "git@h:o/r.git",
		"/srv/git/r":                "/srv/git/r",
		"":                          "",
	} {
		if got := withoutSecrets(in); got != want {
			t.Errorf("withoutSecrets(%q) = %q, want %q", in, got, want)
		}
	}
}
