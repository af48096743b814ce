package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/verify"
)

func (c *Cmd) sealCommand() *cobra.Command {
	var a addition
	var until, due string
	cmd := &cobra.Command{
		Use:   "seal FILE|DIR|REF",
		Short: "Add a checkpoint: so far this is all",
		Long: `seal states that up to a moment nothing else is known to have happened. Only
under a seal is it a fact that there was no incident, no freeze, no rejection.
Later statements follow a seal; the next seal follows the last.`,
		Example: `  dossier seal hello-1.4.0.dossier --covers-until 2026-11-20T09:00:00Z \
    --next-due 2026-12-20T09:00:00Z --key recorder --trust trust.yaml`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.seal(cmd.Context(), args[0], until, due, &a)
		},
	}
	a.registerAll(c, cmd)
	cmd.Flags().StringVar(&until, "covers-until", "", "the moment up to which this is all, RFC 3339 (`TIME`; default now)")
	cmd.Flags().StringVar(&due, "next-due", "", "when the next seal is to be expected, RFC 3339 (`TIME`)")
	return cmd
}

func (c *Cmd) seal(ctx context.Context, path, until, due string, a *addition) error {
	now := evidence.At(c.Now())
	s := &evidence.Seal{CoversUntil: now}
	s.At = evidence.Moment(now)
	if until != "" {
		t, err := evidence.ParseTime(until)
		if err != nil {
			return usagef("--covers-until: %w", err)
		}
		if t.After(now.Time) {
			return usagef("--covers-until %s: nobody knows yet what happens until then", until)
		}
		s.CoversUntil = t
	}
	if due != "" {
		t, err := evidence.ParseTime(due)
		if err != nil {
			return usagef("--next-due: %w", err)
		}
		s.NextDue = &t
	}
	var err error
	if s.ID, err = newID("seal"); err != nil {
		return err
	}
	b, err := c.appendable(ctx, "seal", path, a)
	if err != nil {
		return err
	}
	defer b.Close()
	return c.add(ctx, b, s, verify.AppendOptions{})
}
