package main

import (
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
