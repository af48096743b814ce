package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// batch verifies files one after the other.
type batch struct {
	*Cmd
	flags   *verifyFlags
	expect  verify.Expect
	options verify.Options
	files   []string
	out     *outputs
	// verdicts are signed summaries of the verdict, if any are asked for.
	verdicts *verdicts

	worst int // the exit status that prevails so far
}

func (b *batch) run(ctx context.Context) error {
	show, end := b.progress()
	defer end()
	for i, file := range b.files {
		if len(b.files) > 1 {
			show("verify", int64(i), int64(len(b.files)))
		}
		r, err := b.verifyTarget(ctx, file, b.expect, b.options)
		var t *targetError
		switch {
		case errors.As(err, &t):
			err = b.cannotRead(t)
		case err == nil:
			b.worst = worse(b.worst, r.Verdict.ExitCode())
			r.Repeat = b.flags.repeat(r)
			if b.remote.plainHTTP {
				r.Repeat = append(r.Repeat, "--plain-http")
			}
			if err = b.out.add(report.Result{Report: r}); err == nil && b.verdicts != nil {
				err = b.verdicts.write(ctx, r)
			}
		}
		if err != nil {
			return err
		}
	}
	return b.out.close()
}

// cannotRead tells of a file that has no report: in full if it is the only
// one, otherwise in a line.
func (b *batch) cannotRead(t *targetError) error {
	b.worst = worse(b.worst, 4)
	if err := b.out.add(report.Result{Target: t.path, Err: t}); err != nil {
		return err
	}
	if len(b.files) == 1 {
		return report.CannotRead(b.Stderr, t.path, t.err)
	}
	_, err := fmt.Fprintf(b.Stderr, "%-15s%s\n", "CANNOT READ", report.Safe(t.Error()))
	return err
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
	// Errors of registries say which reference they are about.
	return fmt.Sprintf("%s: %s", e.path, strings.TrimPrefix(e.err.Error(), strings.TrimPrefix(e.path, scheme)+": "))
}

func (e *targetError) Unwrap() error { return e.err }

// worse returns the exit status that prevails: 4 before 2 before 3 before 1
// before 0.
func worse(a, b int) int {
	rank := map[int]int{0: 0, 1: 1, 3: 2, 2: 3, 4: 4}
	if rank[b] > rank[a] {
		return b
	}
	return a
}
