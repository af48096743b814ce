package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Results of a promotion, as [evidence.Promotion] has them.
const (
	Success   = "success"
	Failure   = "failure"
	Cancelled = "cancelled"
)

// Command is a command that is about to be run.
type Command struct {
	// Args are the program and its arguments. No shell reads them.
	Args []string
	// Dir is the working directory; "" is the current one.
	Dir string
	// Env is the command's environment.
	Env []string
	// Stdin, Stdout and Stderr are the command's.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// KeepOutput says that the output is kept as well as passed on: at most
	// MaxOutput bytes of both streams as they came, the middle left out.
	KeepOutput bool
	// SharesTerminal says that the terminal interrupts the command itself, so
	// that it gets no second signal: many programs give up their clean-up then.
	SharesTerminal bool
	// Now is the clock.
	Now func() time.Time
}

// Outcome is how a command ended.
type Outcome struct {
	Started, Finished time.Time
	// Result is Success, Failure, or Cancelled if the context ended first.
	Result string
	// ExitCode is the command's; 128 and the signal's number if one ended it,
	// as a shell counts.
	ExitCode int
	// Output is what was kept.
	Output []byte
}

// waitForOutput is how long output is read on after the command has ended: what
// it left running may hold the pipe.
const waitForOutput = 2 * time.Second

// Run runs the command to its end. The error says that it could not be started:
// then nothing was deployed.
func (c Command) Run(ctx context.Context) (Outcome, error) {
	if len(c.Args) == 0 {
		return Outcome{}, errors.New("no command is given")
	}
	if err := ctx.Err(); err != nil {
		return Outcome{}, err
	}
	cmd := exec.Command(c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr
	cmd.WaitDelay = waitForOutput
	kept := &output{}
	if c.KeepOutput {
		cmd.Stdout, cmd.Stderr = io.MultiWriter(c.Stdout, kept), io.MultiWriter(c.Stderr, kept)
	}
	o := Outcome{Started: c.Now()}
	if err := cmd.Start(); err != nil {
		return Outcome{}, fmt.Errorf("%s was not started: %w", c.Args[0], err)
	}
	stop := context.AfterFunc(ctx, func() {
		if !c.SharesTerminal {
			terminate(cmd.Process)
		}
	})
	// The error is in the state, or it is about output that came too late.
	_ = cmd.Wait()
	cancelled := !stop()
	o.Finished, o.ExitCode, o.Output = c.Now(), exitCode(cmd.ProcessState), kept.Bytes()
	if o.Finished.Before(o.Started) {
		o.Finished = o.Started // the clock was set back meanwhile
	}
	switch {
	case o.ExitCode == 0:
		o.Result = Success
	case cancelled:
		o.Result = Cancelled
	default:
		o.Result = Failure
	}
	return o, nil
}
