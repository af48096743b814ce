// Package ci_test checks the templates in this folder: that they are short,
// well formed, pinned and, with the linters at hand, without a complaint.
package ci_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// maxLines is what a template may have: who adopts it reads it first.
const maxLines = 24

func templates(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no file matches %s: %v", pattern, err)
	}
	return files
}

func TestShort(t *testing.T) {
	for _, file := range append(templates(t, "*.yml"), templates(t, "*.sh")...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(data, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines, at most %d are wanted", file, n, maxLines)
		}
	}
}

func TestYAML(t *testing.T) {
	for _, file := range templates(t, "*.yml") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		decoder, documents := yaml.NewDecoder(bytes.NewReader(data)), 0
		for ; ; documents++ {
			var document map[string]any
			if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
		if want := 1 + strings.Count(string(data), "\n---\n"); documents != want {
			t.Errorf("%s has %d documents, want %d", file, documents, want)
		}
	}
}

// TestPinned checks that every action is named by a commit: a tag can be moved.
func TestPinned(t *testing.T) {
	uses, pinned := regexp.MustCompile(`uses: (actions/\S+)`), regexp.MustCompile(`@[0-9a-f]{40}$`)
	for _, file := range templates(t, "github-*.yml") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := uses.FindAllStringSubmatch(string(data), -1)
		if len(found) == 0 {
			t.Errorf("%s uses no action", file)
		}
		for _, m := range found {
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s: %s is not pinned", file, m[1])
			}
		}
	}
}

func TestLint(t *testing.T) {
	for _, tool := range []struct {
		name  string
		files []string
	}{
		{"actionlint", templates(t, "github-*.yml")},
		{"shellcheck", templates(t, "*.sh")},
		{"sh", append([]string{"-n"}, templates(t, "*.sh")...)},
	} {
		t.Run(tool.name, func(t *testing.T) {
			if _, err := exec.LookPath(tool.name); err != nil {
				t.Skipf("%s is not installed: the templates are not checked by it", tool.name)
			}
			if out, err := exec.Command(tool.name, tool.files...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
