package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/release-dossier/dossier/evidence/records"
)

// job is what the tests read of a Kubernetes Job.
type job struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   map[string]any
	Spec       struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Image         string
					Command, Args []string
				}
			}
		}
	}
}

// blocks returns the YAML in docs/life.md.
func blocks(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "life.md"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range regexp.MustCompile("(?s)\n```yaml\n(.*?\n)```\n").FindAllSubmatch(data, -1) {
		list = append(list, string(m[1]))
	}
	return list
}

// TestHooks reads the hooks in the documentation as Kubernetes would, and the
// commands in them as the program does.
func TestHooks(t *testing.T) {
	commands := 0
	for _, text := range blocks(t)[1:] {
		d := yaml.NewDecoder(strings.NewReader(text))
		for {
			var j job
			err := d.Decode(&j)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if j.APIVersion == "" || j.Kind == "" || j.Metadata["name"] == nil && j.Metadata["generateName"] == nil {
				t.Errorf("no Kubernetes object:\n%s", text)
			}
			for _, c := range j.Spec.Template.Spec.Containers {
				checkPromote(t, c.Command, c.Args)
				commands++
			}
		}
	}
	if commands != 3 {
		t.Errorf("the documentation has %d hooks, want 3", commands)
	}
}

// checkPromote checks that a container's command is one that promote takes.
func checkPromote(t *testing.T, command, args []string) {
	t.Helper()
	if len(command) > 0 { // sh -c
		script := regexp.MustCompile(`"\$\(.*?\)"`).ReplaceAllString(args[0], "2026-11-19T14:05:00Z")
		args = strings.Fields(strings.TrimPrefix(script, "dossier "))
	}
	c := &Cmd{Args: args}
	cmd, rest, err := c.root().Find(args)
	if err != nil || cmd.Name() != "promote" {
		t.Fatalf("%q is not promote: %v", args, err)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("%q: %v", args, err)
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		t.Errorf("%q: %v", args, err)
	}
	for _, name := range []string{"env", "result", "key", "trust"} {
		if !cmd.Flags().Changed(name) {
			t.Errorf("%q lacks --%s", args, name)
		}
	}
}

// TestDocumentedRecord reads the record in the documentation.
func TestDocumentedRecord(t *testing.T) {
	if f, err := records.ParseFile("life.md", []byte(blocks(t)[0])); err != nil || f.Kind != "quarantine" {
		t.Errorf("got %+v, %v", f, err)
	}
}
