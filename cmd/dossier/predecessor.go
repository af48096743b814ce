package main

import (
	"context"
	"fmt"

	"golang.org/x/mod/semver"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// predecessor verifies the repository's last dossier and returns the link to it
// (rules of format, R15), and its record.
func (c *Cmd) predecessor(ctx context.Context, f *createFlags) (*evidence.Predecessor, *evidence.Record, error) {
	o, err := f.judge.options(c, c.Now())
	if err != nil {
		return nil, nil, err
	}
	if o.Trust == nil {
		return nil, nil, usagef("--predecessor: say whose release statement you trust: --trust FILE or --signer FINGERPRINT")
	}
	d, err := c.open(ctx, f.predecessor, o)
	if err != nil {
		return nil, nil, c.cannotRead(err)
	}
	defer d.Close()
	o.Target = f.predecessor
	r, err := verify.Bundle(ctx, d, verify.ExpectAnyUnsafe(), o)
	if err != nil {
		return nil, nil, err
	}
	if err := r.Appendable(); err != nil {
		fmt.Fprintf(c.Stderr, "dossier: --predecessor %s: %s\n", report.Safe(f.predecessor), report.Safe(err.Error()))
		return nil, nil, exitStatus(max(r.Verdict.ExitCode(), 1))
	}
	st, _ := d.Statement(r.Release.Statement)
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		return nil, nil, err
	}
	if record.Sequence == 0 {
		return nil, nil, usagef("--predecessor %s: it has no sequence number of its own, so nothing can follow it: begin the chain with --first", f.predecessor)
	}
	return &evidence.Predecessor{Statement: &r.Release.Statement, State: r.State, Sequence: record.Sequence}, record, nil
}

// follows reports why a release cannot follow its predecessor: it is of another
// repository, the same release once more, or a later one on the same line. A
// lower version of another line may follow: a hotfix of 1.x comes after 2.0.
func follows(r, last *evidence.Record, where string) error {
	switch {
	case last == nil:
		return nil
	case last.Repository.URI != r.Repository.URI:
		return usagef("%s: it is of %s, this release is of %s", where, last.Repository.URI, r.Repository.URI)
	case last.Version == r.Version && last.Component == r.Component:
		return usagef("%s: it is a dossier of version %s already: a version is released once", where, r.Version)
	case last.Component == r.Component && before(r.Version, last.Version):
		return usagef("%s: it is of version %s, which comes after %s on the same line: give the dossier that came before", where, last.Version, r.Version)
	}
	return nil
}

// before reports whether version a comes before b, both of one major and minor
// version. Versions of another form have no order here.
func before(a, b string) bool {
	a, b = "v"+a, "v"+b
	return semver.IsValid(a) && semver.IsValid(b) && semver.MajorMinor(a) == semver.MajorMinor(b) && semver.Compare(a, b) < 0
}
