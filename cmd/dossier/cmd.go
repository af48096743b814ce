package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/report"
)

// Cmd is one run of the command, with everything it touches of its process as
// a field, in the manner of os/exec.Cmd. Tests and main run the same path.
type Cmd struct {
	Args   []string // without the program's name
	Env    []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Now is the clock; it fills in --as-of and the times that are signed.
	Now func() time.Time
}

// Run runs the command and returns its exit status.
func (c *Cmd) Run(ctx context.Context) int {
	root := c.root()
	root.SetArgs(c.Args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var status exitStatus
	if errors.As(err, &status) {
		return int(status)
	}
	fmt.Fprintf(c.Stderr, "dossier: %s\n", report.Safe(err.Error()))
	return statusOf(err)
}

// exitStatus ends a command whose output has already said what is to be said.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// usageError is a mistake in flags or configuration, with what to do instead.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// statusOf is the exit status of an error: 4 if the dossier cannot be read, 2
// otherwise.
func statusOf(err error) int {
	var unreadable *bundle.ReadError
	var file *targetError
	if errors.As(err, &unreadable) || errors.As(err, &file) {
		return 4
	}
	return 2
}

// targetError says which dossier could not be read.
type targetError struct {
	path string
	err  error
}

func (e *targetError) Error() string {
	if errors.Is(e.err, fs.ErrNotExist) {
		return fmt.Sprintf("%s: no such file or directory", e.path)
	}
	return fmt.Sprintf("%s: %v", e.path, e.err)
}

func (e *targetError) Unwrap() error { return e.err }

func (c *Cmd) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "dossier",
		Short: "Release evidence you can check offline",
		Long: `dossier assembles the evidence of one release into one signed file, and
verifies such a file offline: integrity, signatures, linkage, policy.

Start with "dossier init" in a repository, or "dossier verify FILE" with a
file you were given.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(c.Stdin)
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		c.initCommand(), c.createCommand(), c.approveCommand(), c.verifyCommand(),
		c.inspectCommand(), c.showCommand(), c.controlsCommand(), c.explainCommand(),
		c.keygenCommand(), c.versionCommand(),
	)
	return root
}

// getenv looks a variable up in the command's environment.
func (c *Cmd) getenv(name string) string {
	for _, kv := range c.Env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}
