package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// In a partial clone an object may have to be fetched. That is never done.
func TestPartialClone(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Git("config", "uploadpack.allowFilter", "true")
	r.Write("SECURITY.md", "x")
	r.Commit("one")
	r.Tag("v1.0.0")
	r.Commit("two")
	r.Tag("v1.1.0")
	for _, filter := range []string{"blob:none", "tree:0"} {
		dir := filepath.Join(t.TempDir(), "clone")
		r.Git("clone", "-q", "--no-checkout", "--filter="+filter, "file://"+r.Dir, dir)
		var missing *ObjectError
		if _, err := r.try(Options{Dir: dir, Tag: "v1.0.0"}); !errors.As(err, &missing) || !strings.Contains(err.Error(), "--refetch") {
			t.Errorf("%s: %v, want an ObjectError", filter, err)
		}
		if _, err := r.try(Options{Dir: dir, Tag: "v1.1.0", Files: []string{}, PatchIDs: true}); !errors.As(err, &missing) || !strings.Contains(err.Error(), "lacks objects: ") {
			t.Errorf("%s, patch ids: %v, want an ObjectError", filter, err)
		}
	}
}

func TestRepositoryOfAnotherUser(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	for _, path := range []string{r.Dir, filepath.Join(r.Dir, ".git")} {
		if err := os.Chown(path, 12345, 12345); err != nil {
			t.Skip("only root can give a directory away")
		}
	}
	var owned *OwnershipError
	if _, err := r.try(Options{Tag: "v1.0.0"}); !errors.As(err, &owned) || !strings.Contains(err.Error(), "safe.directory "+r.Dir) {
		t.Errorf("err = %v, want an OwnershipError", err)
	}
	// The remedy works: the user's own configuration is honoured.
	for _, kv := range r.Env {
		if home, ok := strings.CutPrefix(kv, "HOME="); ok {
			config := "[safe]\n\tdirectory = " + r.Dir + "\n"
			if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := r.try(Options{Tag: "v1.0.0"}); err != nil {
		t.Errorf("with safe.directory set: %v", err)
	}
}

func TestBareRepositoryAndWorktree(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Commit("one")
	r.Tag("v1.0.0")
	bare, tree := filepath.Join(t.TempDir(), "bare"), filepath.Join(t.TempDir(), "tree")
	r.Git("clone", "-q", "--bare", "file://"+r.Dir, bare)
	r.Git("worktree", "add", "-q", tree, "HEAD")
	for _, dir := range []string{bare, tree} {
		res, objects := r.collect(Options{Dir: dir, Tag: "v1.0.0"})
		r.checkRange(res, objects)
	}
	if info, err := Detect(t.Context(), bare, "", r.Env); err != nil || info.TopLevel != "" {
		t.Errorf("Detect of a bare repository = %+v, %v", info, err)
	}
}
