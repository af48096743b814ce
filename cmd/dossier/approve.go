package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

// approveFlags are the flags of approve.
type approveFlags struct {
	addition
	rationale, environment string
	reject, forge          bool
	name, supersedes       string
	commit, repository     string
	refs                   []string
}

func (c *Cmd) approveCommand() *cobra.Command {
	var f approveFlags
	cmd := &cobra.Command{
		Use:   "approve [FILE|DIR|REF]",
		Short: "Add a person's approval to a dossier, or approve a commit",
		Long: `approve verifies the dossier (layers 1 to 3, under the trust you give), prints
what is being approved, signs an approval with your key and adds it to the file.

With --commit it approves a commit before any release exists: the signed
approval is written to a file of its own, for "dossier create --attestation".
With a trust document, an approval that it would set aside is not signed.

With --forge the approver needs no key: in a job that they dispatched, the forge's
identity token vouches for them (docs/format.md, section 20).`,
		Example: `  dossier approve hello-1.4.0.dossier --key ~/.ssh/id_ed25519 --trust trust.yaml \
    --rationale "staging green"
  dossier approve --commit 9f3c61e... --repository github.com/owner/hello \
    --key ~/.ssh/id_ed25519 -o approval.sigstore.json`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.forge && (f.commit != "" || len(args) != 1):
				return usagef("approve --forge: give a dossier: an approval of a commit needs a signature of its approver")
			case f.forge:
				return c.approveForge(cmd.Context(), args[0], &f)
			case f.commit != "" && len(args) == 0:
				return c.approveCommit(cmd.Context(), &f)
			case f.commit == "" && len(args) == 1:
				return c.approve(cmd.Context(), args[0], &f)
			}
			return usagef("approve: give either a dossier or --commit")
		},
	}
	f.registerAll(c, cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.rationale, "rationale", "", "why, in one sentence (`TEXT`)")
	flags.StringVar(&f.environment, "environment", "", "the environment it is for (`NAME`; default any)")
	flags.BoolVar(&f.reject, "reject", false, "reject instead of approve")
	flags.BoolVar(&f.forge, "forge", false, "approve as the person who started this GitHub Actions job, by the forge's word; --key or --keyless is the job's")
	flags.StringVar(&f.name, "name", "", "your name, for display (`TEXT`)")
	flags.StringVar(&f.supersedes, "supersedes", "", "`ID` of an earlier approval of yours that this one corrects")
	flags.StringArrayVar(&f.refs, "ref", nil, "address of what you looked at: a ticket, a change (`URI`; repeatable)")
	flags.StringVar(&f.commit, "commit", "", "approve this commit, by its full id (`ID`)")
	flags.StringVar(&f.repository, "repository", "", "repository of the commit (`URL`)")
	return cmd
}

// approval returns the parts of the statement that the flags decide.
func (c *Cmd) approval(f *approveFlags, s *signer) (*evidence.Approval, error) {
	id, err := newID("approval")
	if err != nil {
		return nil, err
	}
	a := &evidence.Approval{
		ID:          id,
		Approver:    evidence.Actor{ID: s.identity, Kind: evidence.Human, Display: f.name},
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

// approve adds an approval to the dossier at path.
func (c *Cmd) approve(ctx context.Context, path string, f *approveFlags) error {
	b, err := c.appendable(ctx, "approve", path, &f.addition)
	if err != nil {
		return err
	}
	defer b.Close()
	a, err := c.approval(f, b.signer)
	if err != nil {
		return err
	}
	return c.add(ctx, b, a, verify.AppendOptions{})
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
	signer, err := c.signerOf(ctx, "approve", &f.addition)
	if err != nil {
		return err
	}
	a, err := c.approval(f, signer)
	if err != nil {
		return err
	}
	a.Scope = &evidence.Scope{Repository: uri, Commits: []string{strings.ToLower(f.commit)}, Environment: f.environment}
	return c.alone(ctx, "approve", a, signer, &f.addition)
}
