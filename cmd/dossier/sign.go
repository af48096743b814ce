package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/secrets"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/verify"
)

// sign signs the draft and what is stated about it in the same run, and writes
// the file.
func (c *Cmd) sign(ctx context.Context, draft *collect.Draft, job *creation) error {
	out := notAFlag(firstOf(job.output, fileName(draft)))
	if !job.dryRun {
		if err := mustBeNew(out); err != nil {
			return err
		}
	}
	o, err := job.judgeOptions(c, job.now)
	if err != nil {
		return err
	}
	s := &signing{creation: job, draft: draft, verify: o}
	d, err := s.dossier(ctx)
	if err != nil {
		return err
	}
	p, err := s.preview(ctx, d)
	if err != nil {
		return err
	}
	if job.dryRun {
		return c.dryRun(draft, p)
	}
	state, err := d.State(d.Heads(func(bundle.Pair) bool { return true }))
	if err != nil {
		return err
	}
	if err := job.keep(ctx, d, finished{draft: draft, preview: p, out: out, signed: signedIn(d), state: state}); err != nil {
		return err
	}
	s.becomePredecessor(state, signedIn(d)[0].Digest)
	return nil
}

// searchRecord looks for credentials in what a person wrote, and in what of it is
// signed: YAML has escapes of its own.
func (job *creation) searchRecord(ctx context.Context, f records.File, payload []byte) error {
	name := evidence.SafeMaterialName(strings.TrimPrefix(f.Name, "."))
	for _, text := range [][]byte{f.Data, payload} {
		found, err := job.scanner.Release(ctx, text, nil, nil)
		if err != nil {
			return err
		}
		if err := found.Err(); err != nil {
			return fmt.Errorf("%s: %w, under allow-credentials in %s", name, err, configPath)
		}
	}
	return nil
}

// signScoped signs a record that names no release.
func (job *creation) signScoped(ctx context.Context, c *Cmd, f records.File, payload []byte) ([]byte, error) {
	if err := job.searchRecord(ctx, f, payload); err != nil {
		return nil, err
	}
	if job.judge.trusts() && !job.throwaway {
		o, err := job.judgeOptions(c, job.now)
		if err != nil {
			return nil, err
		}
		if err := job.maySign(f.Record, f.Record.Head().Scope.Repository, o); err != nil {
			return nil, err
		}
	}
	return attest.Sign(ctx, job.signer, payload)
}

// signing is a draft that is being signed.
type signing struct {
	*creation
	draft  *collect.Draft
	verify verify.Options // by whose word and which rules the result is previewed
}

// dossier signs the draft.
func (s *signing) dossier(ctx context.Context) (*bundle.Dossier, error) {
	d, err := s.draft.Sign(ctx, s.signer, s.signOptions())
	if found := (*secrets.FoundError)(nil); errors.As(err, &found) {
		return nil, usagef("%w, under allow-credentials in %s", err, configPath)
	}
	return d, err
}

// fileName is <name>-<version>.dossier, made safe for every file system. A
// component's name is part of it.
func fileName(draft *collect.Draft) string {
	name := strings.ReplaceAll(evidence.SafeMaterialName(draft.Name+"-"+draft.Record.Version), "/", "-")
	return filepath.Base(name) + ".dossier"
}
