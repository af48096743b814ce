package deploy_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence/collect/deploy"
)

// clock is a clock whose every look is a minute later.
func clock() func() time.Time {
	t := time.Date(2026, 11, 19, 14, 0, 0, 0, time.UTC)
	return func() time.Time { t = t.Add(time.Minute); return t }
}

func command(t *testing.T, script string) (deploy.Command, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	var out, err bytes.Buffer
	return deploy.Command{
		Args: []string{"sh", "-c", script, "deploy"}, Env: os.Environ(), Stdin: strings.NewReader("typed\n"),
		Stdout: &out, Stderr: &err, Now: clock(),
	}, &out, &err
}

func TestRun(t *testing.T) {
	tests := []struct {
		name, script string
		code         int
		result       string
	}{
		{"success", "cat; echo done >&2", 0, deploy.Success},
		{"failure", "cat; echo done >&2; exit 7", 7, deploy.Failure},
		{"killed", "cat; echo done >&2; kill -KILL $$", 137, deploy.Failure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, out, err := command(t, tt.script)
			o, e := c.Run(t.Context())
			if e != nil || o.ExitCode != tt.code || o.Result != tt.result || len(o.Output) > 0 {
				t.Errorf("got %+v, %v", o, e)
			}
			if out.String() != "typed\n" || err.String() != "done\n" {
				t.Errorf("output %q, %q", out, err)
			}
			if got := o.Finished.Sub(o.Started); got != time.Minute {
				t.Errorf("took %s", got)
			}
		})
	}
}

func TestNotStarted(t *testing.T) {
	c, _, _ := command(t, "")
	for name, args := range map[string][]string{"nothing": nil, "missing": {"/no/such/program"}, "empty": {""}, "directory": {t.TempDir()}} {
		c.Args = args
		if o, err := c.Run(t.Context()); err == nil {
			t.Errorf("%s: got %+v", name, o)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	c, out, _ := command(t, "echo deployed")
	if _, err := c.Run(ended); err == nil || out.Len() > 0 {
		t.Errorf("an interrupted run deployed: %v, %q", err, out)
	}
}

// TestInterrupted asks a command to end, once, and lets it end in its own way.
func TestInterrupted(t *testing.T) {
	for name, want := range map[string]struct {
		exit   string
		result string
	}{"gives up": {"exit 3", deploy.Cancelled}, "completes": {"exit 0", deploy.Success}} {
		t.Run(name, func(t *testing.T) {
			c, _, _ := command(t, `trap 'echo cleaned up; `+want.exit+`' TERM; echo ready; while :; do sleep 0.05; done`)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := &watched{word: "ready", found: cancel}
			c.Stdout = out
			o, err := c.Run(ctx)
			if err != nil || o.Result != want.result || !strings.Contains(out.text.String(), "cleaned up") {
				t.Errorf("got %+v, %v, output %q", o, err, out.text.String())
			}
		})
	}
}

// watched calls found once word has been written to it.
type watched struct {
	text  bytes.Buffer
	word  string
	found func()
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.text.Write(p)
	if strings.Contains(w.text.String(), w.word) {
		w.found()
	}
	return n, err
}

// TestClockSetBack keeps a deployment from ending before it began.
func TestClockSetBack(t *testing.T) {
	c, _, _ := command(t, "true")
	first := time.Date(2026, 11, 19, 14, 0, 0, 0, time.UTC)
	times := []time.Time{first, first.Add(-time.Hour)}
	c.Now = func() time.Time { now := times[0]; times = times[1:]; return now }
	o, err := c.Run(t.Context())
	if err != nil || !o.Finished.Equal(first) {
		t.Errorf("got %+v, %v", o, err)
	}
}

func TestKeptOutput(t *testing.T) {
	c, out, _ := command(t, "echo first; echo second >&2; sleep 0.1; echo third")
	c.KeepOutput = true
	o, err := c.Run(t.Context())
	if err != nil || !strings.Contains(string(o.Output), "second\n") || !strings.HasSuffix(string(o.Output), "third\n") {
		t.Errorf("kept %q, %v", o.Output, err)
	}
	if out.String() != "first\nthird\n" {
		t.Errorf("passed on %q", out)
	}
}

// TestLongOutput keeps the beginning and the end of more output than is kept.
func TestLongOutput(t *testing.T) {
	c, out, _ := command(t, "echo begin; dd if=/dev/zero bs=1000 count=3000 2>/dev/null; echo; echo end")
	c.KeepOutput = true
	o, err := c.Run(t.Context())
	text := string(o.Output)
	if err != nil || !strings.HasPrefix(text, "begin\n") || !strings.HasSuffix(text, "\nend\n") ||
		!strings.Contains(text, "\n[2475723 bytes are left out]\n") || len(text) > deploy.MaxOutput+100 {
		t.Errorf("kept %d bytes, %.20q ... %.20q, %v", len(text), text, text[len(text)-20:], err)
	}
	if out.Len() != 3000011 {
		t.Errorf("passed on %d bytes", out.Len())
	}
}

// TestLeftRunning does not wait for ever for what the command left behind.
func TestLeftRunning(t *testing.T) {
	if testing.Short() {
		t.Skip("waits two seconds")
	}
	c, _, _ := command(t, "sleep 60 & echo started")
	o, err := c.Run(t.Context())
	if err != nil || o.Result != deploy.Success {
		t.Errorf("got %+v, %v", o, err)
	}
}
