package main

import (
	"context"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// predecessor verifies the repository's last dossier and returns the link to it
// (rules of format, R15).
func (c *Cmd) predecessor(ctx context.Context, f *createFlags) (*evidence.Predecessor, error) {
	o, err := f.judge.options(c.Now())
	if err != nil {
		return nil, err
	}
	if o.Trust == nil {
		return nil, usagef("--predecessor: say whose release statement you trust: --trust FILE or --signer FINGERPRINT")
	}
	d, err := openDossier(f.predecessor)
	if err != nil {
		return nil, c.cannotRead(err)
	}
	defer d.Close()
	o.Target = f.predecessor
	r, err := verify.Bundle(ctx, d, verify.ExpectAnyUnsafe(), o)
	if err != nil {
		return nil, err
	}
	if err := r.Appendable(); err != nil {
		fmt.Fprintf(c.Stderr, "dossier: --predecessor %s: %s\n", report.Safe(f.predecessor), report.Safe(err.Error()))
		return nil, exitStatus(max(r.Verdict.ExitCode(), 1))
	}
	st, _ := d.Statement(r.Release.Statement)
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		return nil, err
	}
	if record.Sequence == 0 {
		return nil, usagef("--predecessor %s: it has no sequence number of its own, so nothing can follow it: begin the chain with --first", f.predecessor)
	}
	return &evidence.Predecessor{Statement: &r.Release.Statement, State: r.State, Sequence: record.Sequence}, nil
}
