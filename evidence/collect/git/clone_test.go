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
	r.git("config", "uploadpack.allowFilter", "true")
	r.write("SECURITY.md", "x")
	r.commit("one")
	r.tag("v1.0.0")
	for _, filter := range []string{"blob:none", "tree:0"} {
		dir := filepath.Join(t.TempDir(), "clone")
		r.git("clone", "-q", "--no-checkout", "--filter="+filter, "file://"+r.dir, dir)
		var missing *ObjectError
		if _, err := r.try(Options{Dir: dir, Tag: "v1.0.0"}); !errors.As(err, &missing) || !strings.Contains(err.Error(), "--refetch") {
			t.Errorf("%s: %v, want an ObjectError", filter, err)
		}
	}
}

func TestRepositoryOfAnotherUser(t *testing.T) {
	r := newRepo(t, "sha1")
	r.commit("one")
	r.tag("v1.0.0")
	for _, path := range []string{r.dir, filepath.Join(r.dir, ".git")} {
		if err := os.Chown(path, 12345, 12345); err != nil {
			t.Skip("only root can give a directory away")
		}
	}
	var owned *OwnershipError
	if _, err := r.try(Options{Tag: "v1.0.0"}); !errors.As(err, &owned) || !strings.Contains(err.Error(), "safe.directory "+r.dir) {
		t.Errorf("err = %v, want an OwnershipError", err)
	}
	// The remedy works: the user's own configuration is honoured.
	for _, kv := range r.env {
		if home, ok := strings.CutPrefix(kv, "HOME="); ok {
			config := "[safe]\n\tdirectory = " + r.dir + "\n"
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
	r.commit("one")
	r.tag("v1.0.0")
	bare, tree := filepath.Join(t.TempDir(), "bare"), filepath.Join(t.TempDir(), "tree")
	r.git("clone", "-q", "--bare", "file://"+r.dir, bare)
	r.git("worktree", "add", "-q", tree, "HEAD")
	for _, dir := range []string{bare, tree} {
		res, objects := r.collect(Options{Dir: dir, Tag: "v1.0.0"})
		r.checkRange(res, objects)
	}
	if info, err := Detect(t.Context(), bare, "", r.env); err != nil || info.TopLevel != "" {
		t.Errorf("Detect of a bare repository = %+v, %v", info, err)
	}
}
