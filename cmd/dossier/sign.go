package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/internal/result"
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
	payload, err := draft.Payload()
	if err != nil {
		return err
	}
	if err := job.search(ctx, payload, draft); err != nil {
		return usageError{err}
	}
	o, err := job.judgeOptions(c, job.now)
	if err != nil {
		return err
	}
	s := &signing{creation: job, draft: draft, verify: o}
	d, err := s.dossier(ctx, payload)
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
	if err := job.keep(d, finished{draft: draft, preview: p, out: out, signed: s.signed, state: state}); err != nil {
		return err
	}
	s.becomePredecessor(state, payload)
	return nil
}

// search looks for credentials in what is about to be signed.
func (job *creation) search(ctx context.Context, payload []byte, draft *collect.Draft) error {
	var there []evidence.Material
	for _, m := range draft.Record.Materials {
		if !slices.ContainsFunc(draft.Withheld, func(w collect.Withheld) bool { return w.Material.Digest == m.Digest }) {
			there = append(there, m)
		}
	}
	found, err := job.scanner.Release(ctx, payload, there, draft.Blobs)
	if err != nil {
		return err
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("%w, under allow-credentials in %s", err, configPath)
	}
	for _, f := range draft.Records {
		if err := job.searchRecord(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// searchRecord looks for credentials in what a person wrote.
func (job *creation) searchRecord(ctx context.Context, f records.File) error {
	name := evidence.SafeMaterialName(strings.TrimPrefix(f.Name, "."))
	found, err := job.scanner.Release(ctx, f.Data, nil, nil)
	if err != nil {
		return err
	}
	if err := found.Err(); err != nil {
		return fmt.Errorf("%s: %w, under allow-credentials in %s", name, err, configPath)
	}
	return nil
}

// signScoped signs a record that names no release.
func (job *creation) signScoped(ctx context.Context, c *Cmd, f records.File, payload []byte) ([]byte, error) {
	if err := job.searchRecord(ctx, f); err != nil {
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
	signed []result.Statement
}

// dossier signs the release statement and everything that is stated about it in
// the same run.
func (s *signing) dossier(ctx context.Context, payload []byte) (*bundle.Dossier, error) {
	later := s.later(payload)
	if err := s.maySign(later); err != nil {
		return nil, err
	}
	d := bundle.New()
	if _, err := s.add(ctx, d, payload, ""); err != nil {
		return nil, err
	}
	for _, b := range s.draft.Blobs {
		d.AddBlob(b)
	}
	if later == nil {
		return d, nil
	}
	// What is withheld is there until its redaction is stated: nothing is built
	// upon a dossier that lacks something without a word.
	for _, w := range s.draft.Withheld {
		d.AddBlob(w.Blob)
	}
	if err := s.append(ctx, d, later); err != nil {
		return nil, err
	}
	return s.shareable(d), nil
}

// add signs a payload and adds the statement. id is that of the record, "" of the
// release statement.
func (s *signing) add(ctx context.Context, d *bundle.Dossier, payload []byte, id string) (evidence.Parent, error) {
	raw, err := attest.Sign(ctx, s.signer, payload)
	if err != nil {
		return evidence.Parent{}, err
	}
	st, err := d.AddSignature(raw)
	if err != nil {
		return evidence.Parent{}, err
	}
	head := evidence.Parent{Statement: st.ID, Signature: evidence.Sum(raw)}
	s.signed = append(s.signed, result.Statement{
		Digest: head.Statement, Signature: head.Signature, PredicateType: st.Statement.PredicateType, ID: id,
	})
	return head, nil
}

// append states one record after the other, each upon the one before.
func (s *signing) append(ctx context.Context, d *bundle.Dossier, later []evidence.Predicate) error {
	r, err := verify.Bundle(ctx, d, verify.ExpectAnyUnsafe(), s.verify)
	if err != nil {
		return err
	}
	for _, p := range later {
		payload, err := r.Append(d, p, s.signer.key, verify.AppendOptions{})
		if err != nil {
			return usagef("%s: %w", describe(p), err)
		}
		head, err := s.add(ctx, d, payload, p.Head().ID)
		if err != nil {
			return err
		}
		r.Heads = []evidence.Parent{head}
	}
	return nil
}

// shareable is the dossier without what is withheld.
func (s *signing) shareable(full *bundle.Dossier) *bundle.Dossier {
	var withheld []evidence.Digest
	for _, w := range s.draft.Withheld {
		withheld = append(withheld, w.Material.Digest)
	}
	return full.Without(withheld...)
}

// fileName is <name>-<version>.dossier, made safe for every file system. A
// component's name is part of it.
func fileName(draft *collect.Draft) string {
	name := strings.ReplaceAll(evidence.SafeMaterialName(draft.Name+"-"+draft.Record.Version), "/", "-")
	return filepath.Base(name) + ".dossier"
}
