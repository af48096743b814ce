package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/release-dossier/dossier/verify/report"
)

// Rules of the user interface:
//
//   - results go to standard output, everything else to standard error;
//   - questions go to the terminal only, and only if there is one;
//   - messages begin in lower case with "dossier: " and end without a period;
//   - colour only on a terminal, and never if NO_COLOR is set (no-color.org);
//   - progress only on a terminal, and only for work of over a second;
//   - text from outside is made safe before it is printed.

// isTerminal reports whether w is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// color reports whether output to w may be coloured.
func (c *Cmd) color(w io.Writer) bool {
	return isTerminal(w) && c.getenv("NO_COLOR") == "" && c.getenv("TERM") != "dumb"
}

// ask asks for a secret on the terminal that standard input is. An interrupt
// ends the question and leaves the terminal as it was.
func (c *Cmd) ask(ctx context.Context, question string) ([]byte, error) {
	fd := int(c.Stdin.(*os.File).Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	fmt.Fprint(c.Stderr, report.Safe(question))
	defer fmt.Fprintln(c.Stderr)
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		return a.text, a.err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}

// progress returns a function that shows how far a stage is, beside all others
// in one line, and one that ends the display.
func (c *Cmd) progress() (show func(stage string, done, total int64), end func()) {
	if !isTerminal(c.Stderr) {
		return func(string, int64, int64) {}, func() {}
	}
	var mu sync.Mutex
	start, last, shown := time.Now(), time.Time{}, false
	var stages []string
	states := map[string]string{}
	show = func(stage string, done, total int64) {
		mu.Lock()
		defer mu.Unlock()
		if states[stage] == "" {
			stages = append(stages, stage)
		}
		states[stage] = howFar(stage, done, total)
		now := time.Now()
		if now.Sub(start) < time.Second || now.Sub(last) < 100*time.Millisecond {
			return
		}
		last, shown = now, true
		line := ""
		for _, s := range stages {
			line += "  " + states[s]
		}
		fmt.Fprintf(c.Stderr, "\r\x1b[K%.*s", columns, strings.TrimSpace(line))
	}
	end = func() {
		mu.Lock()
		defer mu.Unlock()
		if shown {
			fmt.Fprint(c.Stderr, "\r\x1b[K")
		}
	}
	return show, end
}

// howFar is a stage's part of the line of progress.
func howFar(stage string, done, total int64) string {
	switch {
	case total > 0 && done >= total:
		return stage + " done"
	case total > 0:
		return fmt.Sprintf("%s %d%%", stage, 100*done/total)
	}
	return fmt.Sprintf("%s %d", stage, done)
}

// wrap breaks text into lines of at most width columns, of which all but the
// first are indented.
func wrap(text string, indent, width int) string {
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		switch n := utf8.RuneCountInString(word); {
		case i == 0:
			column += n
		case column+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent + n
		default:
			b.WriteByte(' ')
			column += 1 + n
		}
		b.WriteString(word)
	}
	return b.String()
}

// wrapLines makes text safe and wraps it. Some errors list several things, each in
// a line of its own; what comes after the tenth line break stays in one line.
func wrapLines(text string, indent, width int) string {
	lines := strings.SplitN(text, "\n", 11)
	for i, line := range lines {
		lines[i] = wrap(report.Safe(line), indent, width)
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}

// shellSafe are the characters that no shell gives a meaning.
const shellSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-"

// shell writes a command so that it can be pasted, each flag beside its value,
// in lines of which all but the first are indented.
func shell(argv []string, indent int) string {
	var b strings.Builder
	column := 2
	for i, arg := range argv {
		if strings.Trim(arg, shellSafe) != "" || arg == "" {
			arg = "'" + strings.ReplaceAll(report.SafeLine(arg), "'", `'\''`) + "'"
		}
		n := 1 + utf8.RuneCountInString(arg)
		if strings.HasPrefix(arg, "--") && i+1 < len(argv) {
			n += 1 + utf8.RuneCountInString(argv[i+1])
		}
		switch {
		case i > 0 && strings.HasPrefix(arg, "--") && column+n+2 > columns:
			b.WriteString(" \\\n" + strings.Repeat(" ", indent))
			column = indent
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteString(arg)
		column += 1 + utf8.RuneCountInString(arg)
	}
	return b.String()
}
