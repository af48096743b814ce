package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestGlobEscape(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the names here are not allowed on Windows")
	}
	for _, name := range []string{"plain", "a*b", "a?b", "[ab]", "[", "]", `a\b`, `\`, `a\*`, "a b", "[!a]", "[^a]"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(dir, "x.dossier")
		if err := os.WriteFile(want, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := filepath.Glob(filepath.Join(globEscape(dir), "*.dossier"))
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("in %q: got %q, %v", name, got, err)
		}
	}
}

func TestWorse(t *testing.T) {
	// The order of precedence (rules of format, R22).
	order := []int{0, 1, 3, 2, 4}
	for i, a := range order {
		for j, b := range order {
			if got, want := worse(a, b), order[max(i, j)]; got != want {
				t.Errorf("worse(%d, %d) = %d, want %d", a, b, got, want)
			}
		}
	}
}

// TestReplaceAfterCrash: what a run that was killed left beside a file does not
// keep another of the same process id from writing it, and nothing is left.
func TestReplaceAfterCrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	left := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	if err := os.WriteFile(left, []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r, err := new(Cmd).replaceFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.WriteString("whole")
		if err := errors.Join(err, r.commit()); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v; want the report and what was left", entries, err)
	}
}
