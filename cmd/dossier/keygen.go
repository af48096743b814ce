package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/report"
)

// defaultKey is where keygen puts the private key. init looks for it in the
// repository and in the home directory.
const defaultKey = "dossier.key"

func (c *Cmd) keygenCommand() *cobra.Command {
	var out, passphraseFile string
	var plain bool
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a new signing key, if you have none",
		Long: `keygen writes a new ECDSA P-256 key: FILE holds the private key (PKCS #8, PEM),
FILE.pub the public one, and prints its line for a trust document. Keep FILE out
of the repository: -o ~/dossier.key. It is the last resort: an SSH key, an
agent, a PEM key or a cosign.key that you already have works as well, and people
know it.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			pass, err := c.newPassphrase(cmd.Context(), passphraseFile, plain)
			if err != nil {
				return err
			}
			return c.keygen(cmd.Context(), out, pass)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", defaultKey, "`FILE` of the private key")
	cmd.Flags().StringVar(&passphraseFile, "passphrase-file", "", "encrypt the key with the passphrase in `FILE`")
	c.registerResult(cmd)
	cmd.Flags().BoolVar(&plain, "no-passphrase", false, "do not encrypt the key")
	return cmd
}

func (c *Cmd) keygen(ctx context.Context, out string, pass []byte) error {
	private, public, err := attest.GenerateKey(pass)
	if err != nil {
		return err
	}
	if err := writeNew(out, 0o600, text(private)); err != nil {
		return err
	}
	if err := writeNew(out+".pub", 0o644, text(public.PEM())); err != nil {
		os.Remove(out)
		return err
	}
	if risk := c.exposed(ctx, out); risk != "" {
		fmt.Fprintf(c.Stderr, "dossier: note: %s\n", report.Safe(risk))
	}
	name := report.Safe(out)
	return c.done(result.Result{
		Files: []result.File{{Path: out, Change: result.Written}, {Path: out + ".pub", Change: result.Written}},
		Key: &result.Key{
			Private: out, Public: out + ".pub", Fingerprint: public.Fingerprint(), Identity: public.Identity(),
			AuthorizedKey: public.AuthorizedKey(),
		},
	}, "%s      private key: keep it secret, and out of the repository\n%s.pub  public key: give it to those who verify\nfingerprint  %s\nidentity     %s\nin dossier.yaml, under trust, keys:\n%s\n",
		name, name, public.Fingerprint(), public.Identity(), trustLine("release", public))
}

// newPassphrase asks for the passphrase of a new key.
func (c *Cmd) newPassphrase(ctx context.Context, file string, plain bool) ([]byte, error) {
	switch {
	case plain && file != "":
		return nil, usagef("--no-passphrase and --passphrase-file exclude each other")
	case plain:
		return nil, nil
	case file != "":
		data, err := readFile(file)
		if pass := bytes.TrimRight(data, "\r\n"); len(pass) > 0 || err != nil {
			return pass, err
		}
		return nil, usagef("%s: the passphrase is empty", file)
	case !isTerminal(c.Stdin):
		return nil, usagef("there is no terminal to ask for a passphrase: give --passphrase-file, or --no-passphrase")
	}
	first, err := c.ask(ctx, "New passphrase: ")
	if err != nil {
		return nil, err
	}
	again, err := c.ask(ctx, "The same again: ")
	switch {
	case err != nil:
		return nil, err
	case !bytes.Equal(first, again):
		return nil, usagef("the passphrases differ")
	case len(first) == 0:
		return nil, usagef("the passphrase is empty: use --no-passphrase for a key without one")
	}
	return first, nil
}
