package git

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlaceOf(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Write(".gitignore", "*.secret\n/[k]ey\n")
	r.Write("sub/committed", "x")
	r.Git("add", ".")
	for _, name := range []string{"sub/new", "sub/a.secret", "key", "[k]ey", "*"} {
		r.Write(name, "x")
	}
	outside := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]Place{
		"sub/committed": Tracked, "sub/new": Untracked, "sub/a.secret": Elsewhere, "key": Elsewhere,
		"[k]ey": Untracked, "*": Untracked, "missing": Elsewhere,
	} {
		if got, err := PlaceOf(t.Context(), filepath.Join(r.Dir, file), r.Env); got != want || err != nil {
			t.Errorf("PlaceOf(%q) = %q, %v; want %q", file, got, err, want)
		}
	}
	for _, file := range []string{outside, filepath.Join(r.Dir, ".git", "config"), filepath.Join(r.Dir, "missing", "x")} {
		if got, err := PlaceOf(t.Context(), file, r.Env); got != Elsewhere || err == nil {
			t.Errorf("PlaceOf(%q) = %q, %v; want an error", file, got, err)
		}
	}
}

func TestNamed(t *testing.T) {
	r := newRepo(t, "sha1")
	r.Write(".gitignore", "/ignored/\n")
	r.Write("b/go.mod", "x")
	r.Git("add", ".")
	for _, name := range []string{"go.mod", "a/c/go.mod", "ignored/go.mod", "a/xgo.mod", "a/go.mod.d/x", "\u00fc \"\n/go.mod", "vendor/go.mod"} {
		r.Write(name, "x")
	}
	keep := func(file string) bool { return file != "vendor/go.mod" }
	got, more, err := Named(t.Context(), r.Dir, "go.mod", keep, r.Env)
	if want := "a/c/go.mod b/go.mod go.mod \u00fc \"\n/go.mod"; strings.Join(got, " ") != want || more || err != nil {
		t.Errorf("Named = %q, %v, %v; want %q", got, more, err, want)
	}
	for i := range maxNamedFiles {
		r.Write(fmt.Sprintf("many/%d/go.mod", i), "x")
	}
	if got, more, err := Named(t.Context(), r.Dir, "go.mod", keep, r.Env); len(got) != maxNamedFiles || !more || err != nil {
		t.Errorf("Named found %d files, %v, %v; want %d and more", len(got), more, err, maxNamedFiles)
	}
	none := func(string) bool { return false }
	if got, more, err := Named(t.Context(), r.Dir, "go.mod", none, r.Env); len(got) != 0 || more || err != nil {
		t.Errorf("Named = %q, %v, %v; want none", got, more, err)
	}
}
