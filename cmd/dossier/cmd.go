package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

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

	remote  registries
	asJSON  bool          // what was done is told as JSON
	command string        // whose that is, such as "policy pack"
	inputs  []fs.FileInfo // what the run reads and must not overwrite
	written []string      // the places of what it replaces
}

// Run runs the command and returns its exit status.
func (c *Cmd) Run(ctx context.Context) int {
	root := c.root()
	root.SetArgs(c.Args)
	help := &writer{w: c.Stdout}
	root.SetOut(help)
	err := refuseKeys(c.Args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if err == nil && help.err != nil {
		err = help.err
	}
	c.endRemote()
	var status exitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil:
		err = errors.New("interrupted")
	}
	fmt.Fprintf(c.Stderr, "dossier: %s\n", safeLines(inFlags(err.Error())))
	return statusOf(err)
}

// writer remembers the first error of w: cobra drops those of help.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// safeLines makes an error safe to print. Some list several things, each in a
// line of its own; whoever gets a line break into a text gets no further than a
// line that is indented.
func safeLines(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, report.Safe(line))
	}
	return strings.Join(lines, "\n  ")
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

// getenv looks a variable up in the command's environment.
func (c *Cmd) getenv(name string) string {
	for _, kv := range c.Env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}
