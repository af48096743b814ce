package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// fenced is a listing in a document, typed a command in one or in a code span.
var (
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```$|`[^`\n]+`")
	typed    = regexp.MustCompile("(?m)(?:^[ $]*|`\\$? ?)(?:go run \\./cmd/)?dossier ([a-z][a-z-]*(?: [A-Za-z-]+)?)([^`\n]*)")
	flagName = regexp.MustCompile(`[\s\[|]--([a-z][a-z0-9-]*)`)
)

// TestDocumentedCommands: the verbs and flags that documents and helps tell people
// to type are there.
func TestDocumentedCommands(t *testing.T) {
	found := 0
	check := func(place, text string) {
		text = strings.ReplaceAll(text, "\\\n", " ")
		for _, m := range typed.FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(m[1], " v") || strings.HasPrefix(m[2], "1") {
				continue // the first line of a format
			}
			args := strings.Fields(strings.Replace(m[1], "KIND", "incident", 1))
			c := &Cmd{Args: args, Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}
			root := c.root()
			cmd, _, err := root.Find(args)
			if err != nil || cmd == root {
				t.Errorf("%s: %q: there is no such verb", place, m[0])
				continue
			}
			found++
			line, _, _ := strings.Cut(m[2], " # ")
			if cut := strings.IndexAny(line, "|;>&"); cut >= 0 {
				line = line[:cut] // what follows is another command's
			}
			for _, f := range flagName.FindAllStringSubmatch(line, -1) {
				if f[1] != "help" && cmd.Flags().Lookup(f[1]) == nil {
					t.Errorf("%s: %q: %s has no flag --%s", place, m[0], cmd.CommandPath(), f[1])
				}
			}
		}
	}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || e.Name() == "decisions" || e.Name() == ".git"):
			return fs.SkipDir
		case e.IsDir() || filepath.Ext(path) != ".md" || filepath.Base(path) == "CHANGELOG.md":
			return nil
		}
		data, err := os.ReadFile(path)
		for _, listing := range fenced.FindAllString(string(data), -1) {
			check(path, listing)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		check(cmd.CommandPath()+" --help", cmd.Example)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk((&Cmd{}).root())
	if found < 120 {
		t.Errorf("%d commands were found: the documents have another form", found)
	}
}
