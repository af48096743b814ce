package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	judge      judgeFlags
	artifacts  []string
	release    string
	anyRelease bool
	expectHead string
	exactState string
	output     outputFlags
	verdict    verdictFlags
}

func (c *Cmd) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify FILE|DIR|REF...",
		Short: "Check a dossier offline: integrity, signatures, linkage, policy",
		Long: `verify checks one or more dossiers and says what holds, what does not, and how
each fact is known. It opens no socket and reads only the files it is given. A
reference to a registry is downloaded whole first, and verified offline then.

Say which release you mean, by an artifact in your hands (--artifact), by the
digest of an image (HOST/NAME@sha256:HEX; a tag says nothing) or by name
(--release), whom you trust (--trust, --signer or --from) and which rules
judge (--policy or --profile; the default is the profile solo). Without any of
these it shows what the file says of itself, and accepts nothing.

The report is text for a terminal. --format writes it as json, html, csv, junit,
sarif or markdown instead, --report in a further form beside it. Of several files
text, csv and markdown have a line each, junit a suite, sarif a run, json an
object; html shows one.

--vsa and --svr write the verdict as a signed statement for others to rely on:
verify-vsa accepts it in the place of the dossier (docs/vsa.md).

Exit status: 0 ACCEPTED, 1 NOT ACCEPTED, 2 usage or configuration,
3 NOT GENUINE, 4 CANNOT READ.` + aboutReferences,
		Example: `  dossier verify hello-1.4.0.dossier
  dossier verify hello-1.4.0.dossier --artifact hello --signer SHA256:9d2f...
  dossier verify *.dossier --any-release --policy dossier.yaml --format csv
  dossier verify hello-1.4.0.dossier --any-release --trust trust.yaml \
    --report html=report.html --report junit=report.xml
  dossier verify hello-1.4.0.dossier --artifact hello --trust trust.yaml \
    --policy policy.yaml --vsa hello.vsa.json --key verifier_key`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.verify(cmd.Context(), args, &f) },
	}
	f.judge.registerTrust(cmd)
	f.judge.registerTime(cmd)
	f.judge.registerRules(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.artifacts, "artifact", nil, "expect a release with this artifact (`FILE` or sha256:HEX, which as a file is ./sha256:HEX; repeatable)")
	flags.StringVar(&f.release, "release", "", "expect this release, that of a component as REPOSITORY@COMPONENT/VERSION (`REPOSITORY@VERSION`)")
	flags.BoolVar(&f.anyRelease, "any-release", false, "expect nothing: accept whichever release the file is about")
	flags.StringVar(&f.expectHead, "expect-head", "", "this statement must be there (`sha256:HEX`)")
	flags.StringVar(&f.exactState, "exact-state", "", "the dossier must have exactly this state (`sha256:HEX`)")
	f.output.register(cmd)
	c.registerRemote(cmd)
	f.verdict.register(cmd)
	return cmd
}

// usageArgs makes a wrong number of arguments a usage error, and an empty one.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if slices.Contains(args, "") {
			return usagef("%s: an argument is empty, as by a variable that is not set; see %s --help", cmd.Name(), cmd.CommandPath())
		}
		if err := check(cmd, args); err != nil {
			return usagef("%s: %w; see %s --help%s", cmd.Name(), err, cmd.CommandPath(), withoutValue(cmd))
		}
		return nil
	}
}

func (c *Cmd) verify(ctx context.Context, args []string, f *verifyFlags) error {
	o, err := f.judge.options(c, c.Now())
	if err != nil {
		return err
	}
	if f.judge.note != "" {
		fmt.Fprintf(c.Stderr, "dossier: note: %s\n", report.Safe(f.judge.note))
	}
	if err := f.pins(&o); err != nil {
		return err
	}
	expect, err := f.expect(ctx, c)
	if err != nil {
		return err
	}
	b := batch{Cmd: c, flags: f, expect: expect, options: o, files: c.targets(args)}
	for _, file := range b.files {
		c.reads(file)
	}
	if b.verdicts, err = f.verdict.open(ctx, c, f, b.files); err != nil {
		return err
	}
	defer b.verdicts.discard()
	if b.out, err = f.output.open(c, len(b.files)); err != nil {
		return err
	}
	defer b.out.discard()
	if err := b.run(ctx); err != nil {
		return err
	}
	if b.worst != 0 {
		return exitStatus(b.worst)
	}
	return nil
}

// cannotRead prints why the one target cannot be read.
func (c *Cmd) cannotRead(err error) error {
	var t *targetError
	if !errors.As(err, &t) {
		return err
	}
	return errors.Join(exitStatus(4), report.CannotRead(c.Stderr, t.path, t.err))
}

func (c *Cmd) verifyTarget(ctx context.Context, file string, e verify.Expect, o verify.Options) (*verify.Report, error) {
	d, err := c.open(ctx, file, o)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	o.Target = file
	r, err := verify.Bundle(ctx, d, c.expected(file, e), o)
	var lost *bundle.ReadError
	if errors.As(err, &lost) && ctx.Err() == nil {
		return nil, &targetError{file, err}
	}
	return r, err
}

// repeat is the command that repeats this verification.
func (f *verifyFlags) repeat(r *verify.Report) []string {
	args := []string{"dossier", "verify", r.Target}
	for _, a := range f.artifacts {
		args = append(args, "--artifact", a)
	}
	if f.release != "" {
		args = append(args, "--release", f.release)
	}
	if f.anyRelease {
		args = append(args, "--any-release")
	}
	if f.expectHead != "" {
		args = append(args, "--expect-head", f.expectHead)
	}
	if f.exactState != "" {
		args = append(args, "--exact-state", f.exactState)
	}
	return append(args, f.judge.repeat(r)...)
}
