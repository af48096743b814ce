package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/interchange"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/report"
)

// exportFlags are the flags of export.
type exportFlags struct {
	format, only, output string
	input                bool
	judge                judgeFlags
}

func (c *Cmd) exportCommand() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export FILE|DIR|REF",
		Short: "Write signed statements, or what rules judge, for other tools",
		Long: `export writes the signed statements of a dossier, its own and the imported ones,
one a line. The format sigstore (.sigstore.jsonl) keeps each Sigstore bundle byte
for byte, so that "dossier import" makes the same set of it; a bundle that has
line breaks itself goes to a file of its own, with --only. The format intoto
(.intoto.jsonl) has room for envelopes alone: times, certificates and log
entries are left out. Nothing is verified.

With --input it verifies the dossier and writes the document that rules judge, as
a policy's own rules see it: for conftest and OPA. It holds only what was verified
and may be relied on.`,
		Example: `  dossier export hello-1.4.0.dossier --format sigstore -o hello-1.4.0.sigstore.jsonl
  dossier export hello-1.4.0.dossier --only sha256:3f0c... -o approval.sigstore.json
  dossier export hello-1.4.0.dossier --input --policy dossier.yaml | conftest test -`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.besides("export", f.output); err != nil {
				return err
			}
			if f.input {
				return c.exportInput(cmd.Context(), args[0], &f)
			}
			return c.export(cmd.Context(), args[0], &f)
		},
	}
	c.registerRemote(cmd)
	f.judge.registerTrust(cmd)
	f.judge.registerTime(cmd)
	f.judge.registerRules(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.input, "input", false, "write what rules judge, as JSON, instead of the statements")
	flags.StringVar(&f.format, "format", string(interchange.Sigstore), "`sigstore` or intoto")
	flags.StringVar(&f.only, "only", "", "one signature or attestation, as it is (`DIGEST`)")
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of the standard output")
	orStdout(cmd)
	c.registerResult(cmd)
	complete(cmd, "format", []string{string(interchange.Sigstore), string(interchange.InToto)})
	return cmd
}

func (c *Cmd) export(ctx context.Context, path string, f *exportFlags) error {
	format, err := interchange.ParseFormat(f.format)
	if err != nil {
		return usagef("--format: %w", err)
	}
	o, err := f.judge.options(c, c.Now())
	if err != nil {
		return err
	}
	d, err := c.open(ctx, path, o)
	if err != nil {
		return c.cannotRead(err)
	}
	defer d.Close()
	items, missing, err := interchange.Items(d)
	if err != nil {
		return usagef("%s: %w", path, err)
	}
	for _, m := range missing {
		fmt.Fprintf(c.Stderr, "dossier: left out: %s: %s\n", report.Safe(m.Name), report.Safe(m.Why))
	}
	if f.only != "" {
		return c.exportOnly(items, f)
	}
	var dropped interchange.Dropped
	err = c.exportTo(f.output, func(w io.Writer) (err error) {
		dropped, err = interchange.Write(w, format, items)
		return err
	})
	var lineBreak *interchange.LineBreakError
	if errors.As(err, &lineBreak) {
		return usagef("%w: dossier export %s --only %s -o FILE.sigstore.json", lineBreak, notAFlag(path), lineBreak.ID)
	}
	if err != nil {
		return err
	}
	written := len(items) - dropped.Envelopes - dropped.Unsigned
	fmt.Fprintf(c.Stderr, "dossier: %s written, not verified%s\n", counted(written, "statement", "statements"), leftOut(format, dropped))
	return nil
}

// exportOnly writes the bytes of one item.
func (c *Cmd) exportOnly(items []interchange.Item, f *exportFlags) error {
	id, err := evidence.ParseDigest(f.only)
	if err != nil {
		return usagef("--only: %w", err)
	}
	for _, it := range items {
		if it.ID() == id {
			return c.exportTo(f.output, text(it.Raw))
		}
	}
	return usagef("--only: the dossier holds no signature or attestation %s: \"dossier inspect\" lists them", id)
}

func (c *Cmd) exportTo(output string, write func(io.Writer) error) error {
	if output == "" {
		return write(c.Stdout)
	}
	if err := writeNew(output, 0o644, write); err != nil || !c.asJSON {
		return err
	}
	return c.printResult(result.Result{Files: []result.File{{Path: output, Change: result.Written}}})
}

// leftOut says what a format has no place for.
func leftOut(f interchange.Format, d interchange.Dropped) string {
	var list []string
	for _, l := range []struct {
		n         int
		one, many string
	}{
		{d.Certificates, "certificate", "certificates"}, {d.Timestamps, "timestamp", "timestamps"}, {d.LogEntries, "log entry", "log entries"},
		{d.Envelopes, "envelope without a bundle", "envelopes without a bundle"}, {d.Unsigned, "statement that nobody signed", "statements that nobody signed"},
	} {
		if l.n > 0 {
			list = append(list, counted(l.n, l.one, l.many))
		}
	}
	switch {
	case list != nil:
		return "; left out, because the format has no place for it: " + strings.Join(list, ", ")
	case f == interchange.InToto:
		return "; the format has no place for times, certificates and log entries: there are none"
	}
	return ""
}
