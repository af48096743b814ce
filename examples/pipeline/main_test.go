package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/testrelease"
)

// TestPipeline runs the program in a real repository: for a signed tag it ends
// well, for a lightweight one it does not.
func TestPipeline(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program: left out with -short")
	}
	program := filepath.Join(t.TempDir(), "pipeline.exe")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w := testrelease.New(t)
	w.Git(t, "tag", "v1.0.2")
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"signed tag", []string{"v1.0.1", w.Binary, w.Key}, 0, ".dossier is ACCEPTED"},
		{"lightweight tag", []string{"v1.0.2", w.Binary, w.Key}, 1, ".dossier is NOT ACCEPTED"},
		{"no such tag", []string{"v9.9.9", w.Binary, w.Key}, 1, "v9.9.9"},
		{"no arguments", nil, 1, "usage: pipeline TAG ARTIFACT KEY"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.Command(program, test.args...)
			cmd.Dir, cmd.Env = w.Repo, w.Environ()
			out, err := cmd.CombinedOutput()
			status := 0
			var failed *exec.ExitError
			if errors.As(err, &failed) {
				status = failed.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if status != test.status || !strings.Contains(string(out), test.want) {
				t.Errorf("exit status %d, want %d and %q in:\n%s", status, test.status, test.want, out)
			}
		})
	}
}
