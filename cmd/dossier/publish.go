package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/internal/noreplace"
	"github.com/release-dossier/dossier/internal/result"
)

// finished is a dossier that is signed and written under a temporary name.
type finished struct {
	draft     *collect.Draft
	preview   *preview
	temp, out string
	signed    []result.Statement
	state     evidence.Digest
}

// keep writes a dossier. One of several waits under a temporary name beside its
// own until all of them are there: a run makes all or none.
func (job *creation) keep(ctx context.Context, d *bundle.Dossier, f finished) error {
	for _, other := range job.finished {
		if other.out == f.out {
			return usagef("%s would be the name of two components' dossiers: make one of them by itself, with --component and --output", f.out)
		}
	}
	f.temp = f.out
	if job.several {
		f.temp = filepath.Join(filepath.Dir(f.out), ".dossier-"+rand.Text())
	}
	if err := writeNewDossier(ctx, d, f.temp); err != nil {
		return err
	}
	job.finished = append(job.finished, f)
	return nil
}

// discard removes what waits under a temporary name.
func (job *creation) discard() error {
	var errs []error
	for _, f := range job.finished {
		if f.temp != f.out {
			errs = append(errs, os.Remove(f.temp))
		}
	}
	return errors.Join(errs...)
}

// publish gives all dossiers their names. If one of them is taken meanwhile, it
// takes the others back.
func (job *creation) publish() error {
	for i, f := range job.finished {
		if f.temp == f.out {
			continue
		}
		if err := rename(f.temp, f.out); err != nil {
			for _, done := range job.finished[:i] {
				err = errors.Join(err, os.Rename(done.out, done.temp))
			}
			return err
		}
	}
	for i := range job.finished {
		job.finished[i].temp = job.finished[i].out
	}
	return nil
}

// rename gives a file the name of a dossier that is not there.
func rename(temp, out string) error {
	if err := mustBeNew(out); err != nil {
		return err
	}
	err := noreplace.RenameFile(temp, out)
	if errors.Is(err, fs.ErrExist) {
		return taken(out)
	}
	return err
}

// mustExist refuses a configured directory of records that is not there: it is
// a typing error, and every release would be without its records.
func (c *collectConfig) mustExist(dir string) error {
	base := recordsBase(c.Records.Value)
	if base == "." || base == filepath.FromSlash(records.Root) {
		return nil
	}
	info, err := os.Stat(filepath.Join(dir, base))
	if err == nil && info.IsDir() {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usageError{c.Records.Errorf("%w", reason(err))}
	}
	return usageError{c.Records.Errorf("there is no directory %s in the repository: make it, or mend the path; one without records may hold a file .gitkeep", base)}
}
