package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/report"
)

// summaryFlags are the flags of verify-vsa.
type summaryFlags struct {
	judge                                       judgeFlags
	vsa, release, policyDigest, effectivePolicy string
	exactState, gate                            string
	heads                                       []string
	maxAge                                      time.Duration
	json                                        bool
}

func (c *Cmd) verifyVSACommand() *cobra.Command {
	var f summaryFlags
	cmd := &cobra.Command{
		Use:   "verify-vsa --vsa FILE FILE|DIGEST...",
		Short: "Accept a signed verdict in the place of a dossier, offline",
		Long: `verify-vsa is the gate for those who do not verify the dossier themselves: it
accepts a SLSA verification summary, as "dossier verify --vsa" writes it, of a
verifier whom trust grants the kind vsa for the release's repository. The summary
must be about every artifact given, must have passed by the policy that you
expect (--policy, or a digest), and must not be older than --max-age.
docs/vsa.md has the reason codes. A file whose name is a digest is ./sha256:HEX.

--expect-head names a statement that you know of: a summary of a state before it
is refused.

Exit status: 0 ACCEPTED, 1 NOT ACCEPTED, 2 usage or configuration,
4 CANNOT READ.`,
		Example: `  dossier verify-vsa --vsa hello.vsa.json --trust trust.yaml --max-age 24h \
    --policy policy.yaml --gate production hello`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.verifyVSA(cmd.Context(), args, &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.vsa, "vsa", "", "the signed summary (`FILE`)")
	f.judge.registerTrust(cmd)
	f.judge.registerTime(cmd)
	flags.StringVar(&f.release, "release", "", "expect a summary of this release, that of a component as REPOSITORY@COMPONENT/VERSION (`REPOSITORY@VERSION`)")
	flags.StringVar(&f.policyDigest, "policy-digest", "", "the policy that must have judged (`sha256:HEX`)")
	flags.StringVar(&f.effectivePolicy, "effective-policy", "", "the policy after profile and defaults that must have judged (`sha256:HEX`)")
	flags.StringVar(&f.exactState, "exact-state", "", "the state of the dossier that must have been judged (`sha256:HEX`)")
	flags.StringArrayVar(&f.heads, "expect-head", nil, "a statement that must have been used (`sha256:HEX`; repeatable)")
	flags.StringVar(&f.gate, "gate", "", "the decision that must have been judged (`GATE`; default final; not asked of the summaries of other tools)")
	flags.DurationVar(&f.maxAge, "max-age", 24*time.Hour, "how long ago the verification may have been (`DURATION`)")
	flags.BoolVar(&f.json, "json", false, "print every check, and the summary, as JSON")
	return cmd
}

func (c *Cmd) verifyVSA(ctx context.Context, args []string, f *summaryFlags) error {
	if f.vsa == "" {
		return usagef("--vsa: name the file of the summary")
	}
	o, err := f.judge.options(c, c.Now())
	if err != nil {
		return err
	}
	e, err := f.expect(ctx, c, args)
	if err != nil {
		return err
	}
	if set, ok := o.Policy.(*policy.Set); ok && f.judge.policy != "" && e.EffectivePolicy == nil {
		e.EffectivePolicy = &set.Newest().Rules
	}
	raw, err := readBundle(f.vsa)
	if err != nil {
		return err
	}
	r, err := verify.Summary(ctx, raw, e, o)
	if err != nil {
		return usageError{err}
	}
	if f.json {
		err = c.printJSON(r)
	} else {
		err = c.printSummary(f.vsa, r)
	}
	switch {
	case err != nil:
		return err
	case r.Summary == nil:
		return exitStatus(4)
	case !r.Accepted:
		return exitStatus(1)
	}
	return nil
}

// expect is what the flags expect of the summary.
func (f *summaryFlags) expect(ctx context.Context, c *Cmd, args []string) (verify.SummaryExpect, error) {
	e := verify.SummaryExpect{MaxAge: f.maxAge}
	if f.maxAge <= 0 {
		return e, usagef("--max-age: want a time span above 0, such as 24h")
	}
	if f.policyDigest+f.effectivePolicy+f.judge.policy == "" {
		return e, usagef("by which rules must have been judged? Give --policy, or --effective-policy as the report of a verification that you agree with prints it")
	}
	var err error
	if e.Artifacts, err = c.hashArtifacts(ctx, args); err != nil {
		return e, err
	}
	if f.release != "" {
		i := strings.LastIndexByte(f.release, '@')
		if i <= 0 || i == len(f.release)-1 {
			return e, usagef("--release %q: write REPOSITORY@VERSION, such as github.com/owner/name@1.4.0", f.release)
		}
		if e.Repository, err = evidence.NormalRepository(f.release[:i]); err != nil {
			return e, usagef("--release: %w", err)
		}
		e.Version = f.release[i+1:]
	}
	if f.gate != "" {
		if e.Gate, err = verify.ParseGate(f.gate); err != nil {
			return e, usageError{err}
		}
	}
	for _, p := range []struct {
		flag, value string
		into        **evidence.Digest
	}{{"--policy-digest", f.policyDigest, &e.Policy}, {"--effective-policy", f.effectivePolicy, &e.EffectivePolicy}, {"--exact-state", f.exactState, &e.State}} {
		if p.value == "" {
			continue
		}
		d, err := evidence.ParseDigest(p.value)
		if err != nil {
			return e, usagef("%s: %w", p.flag, err)
		}
		*p.into = &d
	}
	for _, h := range f.heads {
		d, err := evidence.ParseDigest(h)
		if err != nil {
			return e, usagef("--expect-head: %w", err)
		}
		e.Heads = append(e.Heads, d)
	}
	return e, nil
}

func (c *Cmd) printSummary(name string, r *verify.SummaryReport) error {
	var b strings.Builder
	verdict := verify.NotAccepted
	if r.Accepted {
		verdict = verify.Accepted
	}
	fmt.Fprintf(&b, "%s  %s\n", verdict, report.Safe(name))
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-9s %s\n", what, report.Safe(text))
		}
	}
	if s := r.Summary; s != nil {
		line("verified", s.TimeVerified.UTC().Format(time.RFC3339)+", "+s.Result)
		if d := s.Dossier; d != nil {
			state, _ := d.State.SHA256()
			line("release", d.Repository+"@"+d.Version)
			line("state", state.String())
		}
	}
	if r.Signer != nil {
		line("by", r.Signer.Name())
	}
	for _, k := range r.Checks {
		if k.Outcome != verify.Pass {
			line(string(k.Outcome), fmt.Sprintf("%s: %s; expected %s, found %s", k.Code, k.Title, k.Expected, k.Found))
		}
	}
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}
