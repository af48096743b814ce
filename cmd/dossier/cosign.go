package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) signCommand() *cobra.Command {
	var a addition
	var statement string
	cmd := &cobra.Command{
		Use:   "sign FILE|DIR|REF",
		Short: "Add your signature to a statement that somebody else has signed",
		Long: `sign adds another person's signature over the same bytes: where trust asks for
several people, each signs. Without --statement it is the release statement.`,
		Example: `  dossier sign hello-1.4.0.dossier --statement sha256:5e1c... --key id_ed25519 \
    --trust trust.yaml`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.cosign(cmd.Context(), args[0], statement, &a)
		},
	}
	a.registerAll(c, cmd)
	cmd.Flags().StringVar(&statement, "statement", "", "the statement to sign (`sha256:HEX`; default the release statement)")
	return cmd
}

func (c *Cmd) cosign(ctx context.Context, path, statement string, a *addition) error {
	b, err := c.base(ctx, "sign", path, a)
	if err != nil {
		return err
	}
	defer b.Close()
	st, err := b.statement(statement)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(b.report.Signers, func(s verify.Signer) bool {
		return s.Statement == st.ID && s.Identity == b.signer.identity
	}) {
		return usagef("sign: you have signed statement %s already", st.ID.Short())
	}
	payload, err := b.report.Cosign(b.d, st.ID)
	if err != nil {
		return c.nothingAdded(b, err)
	}
	fmt.Fprintf(c.Stderr, "about to sign: statement %s of type %s, as %s\n%s", st.ID, report.Safe(st.Statement.PredicateType),
		b.signer.name, indented(st.Statement.Predicate))
	raw, err := attest.Sign(ctx, b.signer, payload)
	if err != nil {
		return err
	}
	if err := b.take(raw, ""); err != nil {
		return err
	}
	if err := c.counts(ctx, b, evidence.Sum(raw)); err != nil {
		return err
	}
	if err := c.writeAddition(ctx, b.d, path, a.output); err != nil {
		return err
	}
	return c.doneOnto(b, "%s signed by %s", st.ID.Short(), b.signer.name)
}

// statement finds the statement that was named.
func (b *base) statement(name string) (*bundle.Statement, error) {
	if b.report.Release == nil {
		return nil, usagef("sign: there is no release statement in %s", b.path)
	}
	id := b.report.Release.Statement
	if name != "" {
		var err error
		if id, err = evidence.ParseDigest(name); err != nil {
			return nil, usagef("--statement: %w", err)
		}
	}
	st, ok := b.d.Statement(id)
	if !ok {
		return nil, usagef("sign: %s holds no statement %s: \"dossier inspect\" lists them", b.path, id)
	}
	return st, nil
}

// tooFew is the code of a signature that counts once more people have signed.
const tooFew = "threshold-not-met"

// counts verifies the dossier with the new signature, and refuses one that
// would be set aside.
func (c *Cmd) counts(ctx context.Context, b *base, signature evidence.Digest) error {
	r, err := verify.Bundle(ctx, b.d, verify.ExpectAnyUnsafe(), b.options)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(r.Signers, func(s verify.Signer) bool { return s.Signature == signature })
	if i < 0 || r.Signers[i].Allowed {
		return nil
	}
	s := r.Signers[i]
	why := fmt.Sprintf("whoever verifies by the trust you gave sets this signature aside (%s): %s", s.Code, report.Safe(s.Detail))
	switch {
	case s.Code == tooFew:
		fmt.Fprintf(c.Stderr, "dossier: note: more people must sign: %s\n", report.Safe(s.Detail))
	case b.anyway:
		fmt.Fprintf(c.Stderr, "dossier: warning: %s\n", why)
	default:
		fmt.Fprintf(c.Stderr, "dossier: nothing is added: %s; give a trust document that lets your key state it, or --anyway\n", why)
		return exitStatus(verify.NotAccepted.ExitCode())
	}
	return nil
}
