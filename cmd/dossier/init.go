package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/internal/strictyaml"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) initCommand() *cobra.Command {
	var dir, key string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write the short configuration files for this repository",
		Long: `init looks at the repository (go.mod, remotes, the key that signs tags, CI
files) and writes two short files:

  .dossier/release.yaml   what to collect, the same for every release: commit it
  dossier.yaml            whom to trust and what must hold: give it to those who
                          verify; it is never read from the judged repository

Files that exist are left alone, and what they lack is said. In a repository of
several Go modules each is a component, with tags such as api/v1.2.0.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.init(cmd.Context(), dir, key) },
	}
	cmd.Flags().StringVarP(&dir, "dir", "C", ".", "the repository (`DIR`)")
	cmd.Flags().StringVar(&key, "key", "", "public or private key to use instead of the one that signs tags (`FILE`)")
	c.registerResult(cmd)
	return cmd
}

func (c *Cmd) init(ctx context.Context, dir, key string) error {
	if err := mustBeDir(dir); err != nil {
		return err
	}
	s, err := c.look(ctx, dir, key)
	if err != nil {
		return err
	}
	at, release := filepath.Join(s.top, filepath.FromSlash(configPath)), s.releaseYAML()
	trustAt, trust := filepath.Join(s.top, "dossier.yaml"), s.dossierYAML(c.Now())
	err = strictyaml.Decode(at, []byte(release), new(config))
	if err == nil && s.public != nil { // without a key it cannot be read yet
		_, err = c.readTrust(trustAt, []byte(trust))
	}
	if err != nil {
		return usagef("init cannot describe this repository: %w: write the file by hand", err)
	}
	offered := false // by dossier.yaml, the last of the files
	var told result.Result
	for _, file := range []struct {
		path, text string
		kept       func(s *surroundings, path string)
	}{
		{at, release, c.compareConfig},
		{trustAt, trust, c.compareTrust},
	} {
		written, err := writeConfig(file.path, file.text)
		if err != nil {
			return err
		}
		change := result.Written
		switch {
		case !written:
			change = result.Kept
			file.kept(s, file.path)
		case file.path == at && s.guessed:
			s.note("the artifact in release.yaml, " + s.artifacts[0] + ", is a guess: no Go module tells what is built here; put what your build makes there")
		}
		told.Files = append(told.Files, result.File{Path: file.path, Change: change})
		if !c.asJSON {
			fmt.Fprintf(c.Stdout, "%-7s  %s\n", change, report.Safe(file.path))
		}
		offered = written
	}
	if offered && s.offer != "" {
		s.note(s.offer + s.public.Fingerprint())
	}
	if c.asJSON {
		for _, n := range s.notes {
			told.Notes = append(told.Notes, strings.Join(append([]string{n.text}, n.paste...), "\n"))
		}
		return c.printResult(told)
	}
	for _, n := range s.notes {
		fmt.Fprintln(c.Stdout, "note:", wrap(report.Safe(n.text), 6, columns))
		for _, line := range n.paste {
			fmt.Fprintln(c.Stdout, report.SafeLine(line))
		}
	}
	run := []string{"dossier", "create", "TAG", "--dry-run"}
	if s.dir != "." {
		run = slices.Insert(run, 3, "-C", s.dir)
	}
	_, err = fmt.Fprintf(c.Stdout, `next: commit both files, and let git ignore what the build makes: while git sees
      changed or unknown files, Go marks a build "+dirty" and solo does not accept it
then: tag, build from the tag, and run: %s
`, shell(run, 6))
	return err
}

// writeConfig writes a file, unless there is one.
func writeConfig(path, content string) (written bool, err error) {
	if _, err := os.Lstat(path); err == nil {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, usageError{err}
	}
	err = writeNew(path, 0o644, text([]byte(content)))
	return err == nil, err
}
