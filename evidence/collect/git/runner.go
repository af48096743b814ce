package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// runner runs git in one directory.
type runner struct {
	program string // absolute
	dir     string // absolute
	env     []string
}

// newRunner finds git. Asking PATH once keeps a change of the working directory
// or of PATH from bringing in another program.
func newRunner(dir string, env []string) (*runner, error) {
	program, err := exec.LookPath("git")
	if err == nil {
		program, err = filepath.Abs(program)
	}
	if err != nil {
		return nil, fmt.Errorf("git is needed to collect from a repository and was not found in PATH: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	return &runner{program: program, dir: dir, env: environment(env)}, nil
}

// command prepares git with fixed arguments; outside data in args must be full
// object ids or follow --end-of-options.
func (g *runner) command(ctx context.Context, stderr *head, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.program, append(safeFlags(), args...)...)
	cmd.Dir = g.dir
	cmd.Env = g.env
	cmd.Stderr = stderr
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// errStop ends lines early without an error.
var errStop = errors.New("stop")

// maxOutputLine bounds one line of git's output; the longest is a merge of
// 1,024 parents.
const maxOutputLine = 1 << 18

// lines runs git and hands each line of its output to each.
func (g *runner) lines(ctx context.Context, each func(string) error, args ...string) error {
	return g.feed(ctx, nil, each, args...)
}

// feed is lines with an input for git.
func (g *runner) feed(ctx context.Context, input io.Reader, each func(string) error, args ...string) error {
	return g.stream(ctx, input, func(out io.Reader) error { return scan(out, each) }, args...)
}

// stream runs git and hands its output to read.
func (g *runner) stream(ctx context.Context, input io.Reader, read func(io.Reader) error, args ...string) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var stderr head
	cmd := g.command(running, &stderr, args...)
	cmd.Stdin = input
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return g.explain(args[0], &stderr, err)
	}
	err = read(out)
	if err != nil {
		cancel() // git may have much more to say
	}
	ended := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errStop):
		return nil
	case err != nil:
		return err
	case ended != nil:
		return g.explain(args[0], &stderr, ended)
	}
	return nil
}

// scan hands each line of r to each, until one fails. A line beyond
// maxOutputLine is an error, not a cut.
func scan(r io.Reader, each func(string) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 64<<10), maxOutputLine)
	for s.Scan() {
		if err := each(s.Text()); err != nil {
			return err
		}
	}
	return s.Err()
}

// output runs git and returns the few lines it prints.
func (g *runner) output(ctx context.Context, args ...string) ([]string, error) {
	var out []string
	err := g.lines(ctx, func(line string) error {
		if len(out) == 1000 {
			return fmt.Errorf("git %s: more output than expected", args[0])
		}
		out = append(out, line)
		return nil
	}, args...)
	return out, err
}

// explain turns git's message into an error that names the remedy.
func (g *runner) explain(command string, stderr *head, err error) error {
	text := stderr.String()
	switch {
	case strings.Contains(text, "dubious ownership"):
		return &OwnershipError{g.dir}
	case strings.Contains(text, "not a git repository"):
		return &RepositoryError{g.dir}
	case lacksObjects(text):
		return &ObjectError{}
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("git %s in %s: %w", command, g.dir, err)
	}
	return fmt.Errorf("git %s in %s: %s", command, g.dir, strings.Join(strings.Fields(text), " "))
}

// head keeps the first bytes of what git writes to standard error.
type head struct{ bytes.Buffer }

// Write implements io.Writer.
func (h *head) Write(p []byte) (int, error) {
	const most = 2000
	h.Buffer.Write(p[:min(len(p), max(0, most-h.Len()))])
	return len(p), nil
}
