package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
	"github.com/release-dossier/dossier/verify/trust"
)

// approveFlags are the flags of approve.
type approveFlags struct {
	judge                    judgeFlags
	key, passphraseFile      string
	rationale, environment   string
	reject, anyway           bool
	name, supersedes, output string
	commit, repository       string
	refs                     []string
}

func (c *Cmd) approveCommand() *cobra.Command {
	var f approveFlags
	cmd := &cobra.Command{
		Use:   "approve [FILE|DIR]",
		Short: "Add a person's approval to a dossier, or approve a commit",
		Long: `approve verifies the dossier (layers 1 to 3, under the trust you give), prints
what is being approved, signs an approval with your key and adds it to the file.
If the trust you give does not let your key approve this, nothing is signed:
whoever verifies by it would set the approval aside. With --anyway it is signed
for those who verify by another one.

With --commit it approves a commit before any release exists: the signed
approval is written to a file of its own, for "dossier create --attestation".`,
		Example: `  dossier approve hello-1.4.0.dossier --key ~/.ssh/id_ed25519 --trust trust.yaml \
    --rationale "staging green"
  dossier approve --commit 9f3c61e... --repository github.com/owner/hello \
    --key ~/.ssh/id_ed25519 -o approval.sigstore.json`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.commit != "" && len(args) == 0:
				return c.approveCommit(cmd.Context(), &f)
			case f.commit == "" && len(args) == 1:
				return c.approve(cmd.Context(), args[0], &f)
			}
			return usagef("approve: give either a dossier or --commit")
		},
	}
	f.judge.registerTrust(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "your private key, or the public one if an SSH agent holds it (`FILE`)")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "passphrase of the key (`FILE`)")
	flags.StringVar(&f.rationale, "rationale", "", "why, in one sentence (`TEXT`)")
	flags.StringVar(&f.environment, "environment", "", "the environment it is for (`NAME`; default any)")
	flags.BoolVar(&f.reject, "reject", false, "reject instead of approve")
	flags.BoolVar(&f.anyway, "anyway", false, "sign although the trust you give sets this approval aside")
	flags.StringVar(&f.name, "name", "", "your name, for display (`TEXT`)")
	flags.StringVar(&f.supersedes, "supersedes", "", "`ID` of an earlier approval of yours that this one corrects")
	flags.StringArrayVar(&f.refs, "ref", nil, "address of what you looked at: a ticket, a change (`URI`; repeatable)")
	flags.StringVar(&f.commit, "commit", "", "approve this commit, by its full id (`ID`)")
	flags.StringVar(&f.repository, "repository", "", "repository of the commit (`URL`)")
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of adding to the dossier in place")
	return cmd
}

// approval returns the parts of the statement that the flags decide.
func (c *Cmd) approval(f *approveFlags, s *attest.KeySigner) (evidence.Approval, error) {
	id := make([]byte, 8)
	if _, err := rand.Read(id); err != nil {
		return evidence.Approval{}, err
	}
	a := evidence.Approval{
		ID:          "approval-" + hex.EncodeToString(id),
		Approver:    evidence.Actor{ID: s.Public().Identity(), Kind: evidence.Human, Display: f.name},
		Decision:    evidence.Approved,
		Environment: f.environment,
		Rationale:   f.rationale,
		At:          evidence.At(c.Now()),
		Supersedes:  f.supersedes,
	}
	if f.reject {
		a.Decision = evidence.Rejected
	}
	for _, ref := range f.refs {
		a.Refs = append(a.Refs, evidence.ResourceDescriptor{URI: ref})
	}
	return a, nil
}

func (c *Cmd) approverKey(ctx context.Context, f *approveFlags) (*attest.KeySigner, error) {
	if f.key == "" {
		return nil, usagef("approve: --key is required: your own key, with which you sign your commits or tags")
	}
	return c.loadSigner(ctx, f.key, f.passphraseFile)
}

// approve adds an approval to the dossier at path.
func (c *Cmd) approve(ctx context.Context, path string, f *approveFlags) error {
	signer, err := c.approverKey(ctx, f)
	if err != nil {
		return err
	}
	if f.output != "" {
		if err := mustBeNew(f.output); err != nil {
			return err
		}
	}
	d, err := openDossier(path)
	if err != nil {
		return c.cannotRead(err)
	}
	defer d.Close()
	o, err := c.appendOptions(path, f)
	if err != nil {
		return err
	}
	r, err := c.beforeAppend(ctx, d, o)
	if err != nil {
		return err
	}
	a, err := c.approval(f, signer)
	if err != nil {
		return err
	}
	payload, err := r.Append(d, &a, signer.Public(), verify.AppendOptions{})
	if err != nil {
		return usagef("approve: %w", err)
	}
	about := fmt.Sprintf("%s %s of %s, state %s", r.Release.Name, r.Release.Version, r.Release.Repository, r.State.Short())
	if err := c.beforeSigning(about, r.Release.Repository, a, signer, o, f.anyway); err != nil {
		return err
	}
	raw, err := attest.Sign(ctx, signer, payload)
	if err != nil {
		return err
	}
	if _, err := d.AddSignature(raw); err != nil {
		return err
	}
	out := notAFlag(firstOf(f.output, path))
	if err := writeAddition(d, path, f.output); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Stdout, "%s  %s added by %s\n", report.Safe(out), a.ID, signer.Public().Fingerprint())
	return err
}

// beforeAppend verifies what is about to be built upon and prints what is
// being approved (rules of format, R14): nobody signs over what they have not
// checked.
func (c *Cmd) beforeAppend(ctx context.Context, d *bundle.Dossier, o verify.Options) (*verify.Report, error) {
	r, err := verify.Bundle(ctx, d, verify.ExpectAnyUnsafe(), o)
	if err != nil {
		return nil, err
	}
	if err := r.Appendable(); err != nil {
		fmt.Fprintf(c.Stderr, "dossier: %s: nothing is added: %s\n", report.Safe(o.Target), report.Safe(err.Error()))
		return nil, exitStatus(max(r.Verdict.ExitCode(), 1))
	}
	return r, nil
}

// appendOptions says by whose word the dossier at path is checked before it is
// built upon.
func (c *Cmd) appendOptions(path string, f *approveFlags) (verify.Options, error) {
	o, err := f.judge.options(c.Now())
	if err != nil {
		return o, err
	}
	if o.Trust == nil {
		return o, usagef("approve: say whose release statement you trust: --trust FILE or --signer FINGERPRINT; \"dossier verify %s\" lists the signers", path)
	}
	o.Target = path
	return o, nil
}

// beforeSigning prints what is about to be signed, and refuses an approval that
// whoever verifies by the given trust would set aside, unless the approver wants
// it anyway. Without trust there is nothing to ask.
func (c *Cmd) beforeSigning(about, repository string, a evidence.Approval, s *attest.KeySigner, o verify.Options, anyway bool) error {
	fmt.Fprintf(c.Stderr, "about to sign: %s %s, as %s\n", a.Decision, report.Safe(about), s.Public().Fingerprint())
	if o.Trust == nil {
		return nil
	}
	t, err := o.Trust.Resolve(s.Public())
	if err != nil {
		return usageError{err}
	}
	d := t.Allows(trust.Question{
		Signer: a.Approver.ID, Kind: evidence.ApprovalType, Repository: repository, Environment: a.Environment,
		Stated: a.At.Time, AsOf: o.AsOf, Proof: "signed",
	})
	if d.Allowed {
		return nil
	}
	why := fmt.Sprintf("whoever verifies by the trust you gave sets this approval aside (%s): %s", d.Code, report.Safe(d.Detail))
	if anyway {
		fmt.Fprintf(c.Stderr, "dossier: warning: %s\n", why)
		return nil
	}
	fmt.Fprintf(c.Stderr, "dossier: nothing is signed: %s; give a trust document that lets your key approve, or --anyway to sign for those who verify by another one\n", why)
	return exitStatus(verify.NotAccepted.ExitCode())
}

// approveCommit writes a signed approval of a commit.
func (c *Cmd) approveCommit(ctx context.Context, f *approveFlags) error {
	if f.repository == "" || f.output == "" {
		return usagef("approve --commit: --repository and --output are required")
	}
	uri, err := evidence.NormalRepository(f.repository)
	if err != nil {
		return usagef("--repository: %w", err)
	}
	signer, err := c.approverKey(ctx, f)
	if err != nil {
		return err
	}
	a, err := c.approval(f, signer)
	if err != nil {
		return err
	}
	a.Scope = &evidence.Scope{Repository: uri, Commits: []string{strings.ToLower(f.commit)}, Environment: f.environment}
	if err := a.Validate(); err != nil {
		return usagef("approve: %w", err)
	}
	o, err := f.judge.options(c.Now())
	if err != nil {
		return err
	}
	about := fmt.Sprintf("commit %s of %s", a.Scope.Commits[0], uri)
	if err := c.beforeSigning(about, uri, a, signer, o, f.anyway); err != nil {
		return err
	}
	payload, err := attest.NewStatement(a.Scope.ScopeSubjects(), evidence.ApprovalType, a)
	if err != nil {
		return err
	}
	raw, err := attest.Sign(ctx, signer, payload)
	if err != nil {
		return err
	}
	if err := writeNew(f.output, 0o644, text(raw)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Stdout, "%s  %s by %s: add it with dossier create --attestation\n", report.Safe(f.output), a.ID, signer.Public().Fingerprint())
	return err
}
