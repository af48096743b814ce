package main

import (
	"context"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
)

func (c *Cmd) attestCommand() *cobra.Command {
	scoped := slices.DeleteFunc(evidence.Kinds(), func(k evidence.KindInfo) bool { return !k.Scoped })
	return c.kindGroup(&cobra.Command{
		Use:   "attest KIND",
		Short: "Sign a record that stands before any release: a freeze, an exception",
		Long: `attest signs a record that says itself where it holds (its scope: repository,
branches, environment, interval) and writes it to a file of its own. Give that
file to "dossier create --attestation" for every release it concerns.`,
		Example: `  dossier attest exception --record exception.yaml --key id_ed25519 \
    -o exception.sigstore.json`,
	}, scoped, func(k evidence.KindInfo) *cobra.Command { return c.scopedCommand(k, k.Name, "Sign: "+k.Title) })
}

func (c *Cmd) freezeCommand() *cobra.Command {
	k, _ := evidence.LookupKind("freeze")
	return c.scopedCommand(k, "freeze", "Sign a freeze, for the releases that it stops")
}

// scopedCommand is the command that signs a record of a kind by itself.
func (c *Cmd) scopedCommand(k evidence.KindInfo, use, short string) *cobra.Command {
	f := &addFlags{recordFlags: recordFlags{kind: k.Name}}
	cmd := &cobra.Command{
		Use: use + " --output FILE", Short: short,
		Long: short + `.

The record comes from --record FILE, or from flags. With a trust document, a
statement that it would set aside is not signed.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.attest(cmd.Context(), cmd.Name(), f) },
	}
	f.addition.register(cmd, "`FILE` to write, such as "+k.Name+".sigstore.json")
	c.registerResult(cmd)
	f.registerRecord(cmd)
	f.recordFlags.register(cmd, c.Args)
	return cmd
}

func (c *Cmd) attest(ctx context.Context, verb string, f *addFlags) error {
	p, err := f.fromFile(verb)
	if err != nil {
		return err
	}
	if f.output == "" {
		return usagef("%s: --output FILE is required: the signed record is a file of its own", verb)
	}
	if _, err := os.Lstat(f.output); err == nil {
		return usagef("%s exists already: it is not overwritten", f.output)
	}
	signer, err := c.signerOf(ctx, verb, &f.addition)
	if err != nil {
		return err
	}
	if p == nil {
		p, err = c.fromFlags(f, signer.identity, normalScope)
		if err != nil {
			return usagef("%s: %w", verb, err)
		}
	}
	return c.alone(ctx, verb, p, signer, &f.addition)
}

// normalScope brings the repository that was given into its normal form.
func normalScope(v records.Values) {
	const pointer = "/scope/repository"
	if list := v[pointer]; len(list) == 1 {
		if uri, err := evidence.NormalRepository(list[0]); err == nil {
			v[pointer] = []string{uri}
		}
	}
}
