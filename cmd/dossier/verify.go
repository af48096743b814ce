package main

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
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
	json, all  bool
}

func (c *Cmd) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify FILE|DIR...",
		Short: "Check a dossier offline: integrity, signatures, linkage, policy",
		Long: `verify checks one or more dossiers and says what holds, what does not, and how
each fact is known. It opens no socket and reads only the files it is given.

Say which release you mean, by an artifact in your hands (--artifact) or by
name (--release), whom you trust (--trust or --signer) and which rules judge
(--policy or --profile; the default is the profile solo). Without any of these
it shows what the file says of itself, and accepts nothing.

Exit status: 0 ACCEPTED, 1 NOT ACCEPTED, 2 usage or configuration,
3 NOT GENUINE, 4 CANNOT READ.`,
		Example: `  dossier verify hello-1.4.0.dossier
  dossier verify hello-1.4.0.dossier --artifact hello --signer SHA256:9d2f...
  dossier verify *.dossier --any-release --policy dossier.yaml --json`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.verify(cmd.Context(), args, &f) },
	}
	f.judge.register(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.artifacts, "artifact", nil, "expect a release with this artifact (`FILE` or sha256:HEX; repeatable)")
	flags.StringVar(&f.release, "release", "", "expect this release (`REPOSITORY@VERSION`)")
	flags.BoolVar(&f.anyRelease, "any-release", false, "expect nothing: accept whichever release the file is about")
	flags.StringVar(&f.expectHead, "expect-head", "", "this statement must be there (`sha256:HEX`)")
	flags.StringVar(&f.exactState, "exact-state", "", "the dossier must have exactly this state (`sha256:HEX`)")
	flags.BoolVar(&f.json, "json", false, "print the report as JSON")
	flags.BoolVar(&f.all, "all", false, "list every check")
	return cmd
}

// usageArgs makes a wrong number of arguments a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usagef("%s: %w; see dossier %s --help", cmd.Name(), err, cmd.Name())
		}
		return nil
	}
}

func (c *Cmd) verify(ctx context.Context, args []string, f *verifyFlags) error {
	o, err := f.judge.options(c.Now())
	if err != nil {
		return err
	}
	if err := f.pins(&o); err != nil {
		return err
	}
	expect, err := f.expect(ctx)
	if err != nil {
		return err
	}
	files, err := targets(args)
	if err != nil {
		return c.cannotRead(err)
	}
	worst := 0
	var reports []*verify.Report
	for _, file := range files {
		r, err := verifyFile(ctx, file, expect, o)
		var unreadable *targetError
		switch {
		case errors.As(err, &unreadable):
			if err := report.CannotRead(c.Stderr, unreadable.path, unreadable.err); err != nil {
				return err
			}
			worst = worse(worst, 4)
			continue
		case err != nil:
			return err
		}
		reports = append(reports, r)
		worst = worse(worst, r.Verdict.ExitCode())
	}
	if err := c.print(reports, len(files) > 1, f); err != nil {
		return err
	}
	if worst != 0 {
		return exitStatus(worst)
	}
	return nil
}

// cannotRead prints why a target cannot be read and returns the exit status.
func (c *Cmd) cannotRead(err error) error {
	var t *targetError
	if !errors.As(err, &t) {
		return err
	}
	return errors.Join(report.CannotRead(c.Stderr, t.path, t.err), exitStatus(4))
}

func verifyFile(ctx context.Context, file string, e verify.Expect, o verify.Options) (*verify.Report, error) {
	d, err := openDossier(file)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	o.Target = file
	return verify.Bundle(ctx, d, e, o)
}

func (c *Cmd) print(reports []*verify.Report, several bool, f *verifyFlags) error {
	switch {
	case f.json:
		for _, r := range reports {
			if err := report.JSON(c.Stdout, r); err != nil {
				return err
			}
		}
		return nil
	case several:
		return report.Summary(c.Stdout, reports)
	}
	for _, r := range reports {
		o := report.Options{Color: c.color(c.Stdout), All: f.all, Repeat: f.repeat(r)}
		if err := report.Text(c.Stdout, r, o); err != nil {
			return err
		}
	}
	return nil
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

func (f *verifyFlags) pins(o *verify.Options) error {
	for _, p := range []struct {
		flag, value string
		into        **evidence.Digest
	}{{"--expect-head", f.expectHead, &o.ExpectHead}, {"--exact-state", f.exactState, &o.ExactState}} {
		if p.value == "" {
			continue
		}
		d, err := evidence.ParseDigest(p.value)
		if err != nil {
			return usagef("%s: %w", p.flag, err)
		}
		*p.into = &d
	}
	return nil
}

// expect builds the expectation from the flags.
func (f *verifyFlags) expect(ctx context.Context) (verify.Expect, error) {
	var e verify.Expect
	if f.anyRelease {
		if f.release != "" || len(f.artifacts) > 0 {
			return e, usagef("--any-release excludes --release and --artifact")
		}
		return verify.ExpectAnyUnsafe(), nil
	}
	if f.release != "" {
		i := strings.LastIndexByte(f.release, '@')
		if i <= 0 {
			return e, usagef("--release %q: write REPOSITORY@VERSION, such as github.com/owner/name@1.4.0", f.release)
		}
		var err error
		if e, err = verify.ExpectRelease(f.release[:i], f.release[i+1:]); err != nil {
			return e, usagef("--release: %w", err)
		}
	}
	artifacts, err := hashArtifacts(ctx, f.artifacts)
	return e.WithArtifacts(artifacts...), err
}

// hashArtifacts hashes the files among the arguments, and takes digests as
// they are.
func hashArtifacts(ctx context.Context, args []string) ([]verify.Artifact, error) {
	var list []verify.Artifact
	var files []string
	for _, a := range args {
		if !looksLikeDigest(a) {
			files = append(files, a)
			continue
		}
		d, err := evidence.ParseDigest(a)
		if err != nil {
			return nil, usagef("--artifact: %w", err)
		}
		list = append(list, verify.Artifact{Name: a, Digest: d})
	}
	hashed, err := verify.HashFiles(ctx, files)
	if err != nil {
		return nil, usagef("--artifact: %w", err)
	}
	return append(list, hashed...), nil
}

// looksLikeDigest tells a digest from a file name: "sha256:" before anything,
// or 64 hex digits.
func looksLikeDigest(s string) bool {
	if strings.HasPrefix(s, "sha256:") {
		return true
	}
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 64
}

// worse returns the exit status that prevails: 4 before 2 before 3 before 1
// before 0.
func worse(a, b int) int {
	rank := map[int]int{0: 0, 1: 1, 3: 2, 2: 3, 4: 4}
	if rank[b] > rank[a] {
		return b
	}
	return a
}
