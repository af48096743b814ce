package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/policy/pack"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Check, show, compare and pack policies",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.policyCheckCommand(), c.policyShowCommand(), c.policyDiffCommand(), c.policyPackCommand())
	return cmd
}

// policyReader reads policies and what they extend from files.
func (c *Cmd) policyReader() policy.Reader {
	return policy.Reader{
		Open:  func(name string) ([]byte, error) { return c.readFile(filepath.FromSlash(name)) },
		Rules: ownRules(),
	}
}

// policyAt reads the policy in a file, packed or not, or the built-in profile
// of that name.
func (c *Cmd) policyAt(name string) (*policy.Policy, error) {
	if _, err := os.Stat(name); err != nil {
		if p, err := policy.Profile(name); err == nil {
			return p, nil
		}
	}
	data, err := c.readFile(name)
	if err != nil {
		return nil, err
	}
	if pack.Is(data) {
		return nil, usagef("%s is packed: whose it is can be told with an anchor only; look at the documents that it was packed from", name)
	}
	p, _, err := c.policyReader().ParseFile(filepath.ToSlash(name), data)
	switch {
	case err != nil:
		return nil, usageError{err}
	case p == nil:
		return nil, usagef("%s: holds no policy", name)
	}
	return p, nil
}

func (c *Cmd) policyCheckCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a policy, and say which controls each of its lines changes",
		Example: `  dossier policy check policy.yaml
  dossier policy check policy.yaml --json`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return c.policyCheck(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func (c *Cmd) policyCheck(name string, asJSON bool) error {
	p, err := c.policyAt(name)
	if err != nil {
		return err
	}
	lines, warnings := p.Lines(c.Now()), p.Warnings(c.Now())
	if asJSON {
		return c.printJSON(struct {
			ID       string        `json:"id"`
			Version  int           `json:"version"`
			Profile  string        `json:"profile"`
			Lines    []policy.Line `json:"lines"`
			Warnings []string      `json:"warnings"`
		}{p.ID, p.Version, p.Profile, lines, append([]string{}, warnings...)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d extends %s, in force %s: %s asked\n", p.ID, p.Version, p.Profile, firstOf(p.Effective.String(), "always"), counted(len(p.Show().Controls), "control", "controls"))
	for _, l := range lines {
		fmt.Fprintf(&b, "  %s  %s\n", l.At, l.Says)
		if len(l.Controls) > 0 {
			fmt.Fprintf(&b, "      %s\n", wrap(fmt.Sprintf("%d: %s", len(l.Controls), themes(l.Controls)), 6, columns))
		}
		if l.Warning != "" {
			fmt.Fprintf(&b, "      note: %s\n", l.Warning)
		}
	}
	for _, w := range warnings {
		fmt.Fprintf(&b, "  note: %s\n", wrap(w, 8, columns))
	}
	_, err = io.WriteString(c.Stdout, b.String())
	return err
}

// themes writes controls for people: a theme of which there are many as one.
func themes(ids []string) string {
	const most = 6
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	count := map[string]int{}
	var order []string
	for _, id := range ids {
		theme, _, _ := strings.Cut(id, "/")
		if count[theme] == 0 {
			order = append(order, theme)
		}
		count[theme]++
	}
	var parts []string
	for _, theme := range order {
		parts = append(parts, fmt.Sprintf("%s/* (%d)", theme, count[theme]))
	}
	return strings.Join(parts, ", ")
}

func (c *Cmd) policyShowCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show FILE|PROFILE",
		Short: "Show what a policy comes to, every value with where it comes from",
		Example: `  dossier policy show sox
  dossier policy show policy.yaml --json`,
		Args:      usageArgs(cobra.ExactArgs(1)),
		ValidArgs: policy.Profiles(),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := c.policyAt(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(p.Show())
			}
			return c.policyShow(p.Show())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func (c *Cmd) policyShow(e policy.Effective) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d, by the profile %s; in force %s\n", e.ID, e.Version, e.Profile, firstOf(e.In, "always"))
	fmt.Fprintf(&b, "policy %s  effective %s  catalogue %d\n\n", e.Digest.Short(), e.Rules.Short(), e.Catalogue)
	fmt.Fprintf(&b, "Parameters\n")
	for _, x := range e.Parameters {
		fmt.Fprintf(&b, "  %-26s %s   %s\n", x.Name, report.Safe(x.Value), from(x.At, "default"))
		fmt.Fprintf(&b, "  %-26s %s (%s)\n", "", wrap(x.Doc, 29, columns), x.Source)
	}
	fmt.Fprintf(&b, "\nControls asked: %d\n", len(e.Controls))
	for _, k := range e.Controls {
		says := k.Level + ", gate " + string(k.Gate)
		if k.AtLeast != "" {
			says += ", at least " + string(k.AtLeast) + fromDocument(k.Graded)
		}
		if k.EnforcedFrom != nil {
			says += ", blocks from " + k.EnforcedFrom.Format("2006-01-02") + fromDocument(k.Enforced)
		}
		fmt.Fprintf(&b, "  %-40s %s   %s\n", k.ID, says, from(k.Asked, "profile "+k.Profile))
	}
	for _, l := range e.Loosened {
		fmt.Fprintf(&b, "LOOSENED  %s: %s, by exception %s   %s\n", l.What, l.Less, report.Safe(l.Exception), l.At)
	}
	fmt.Fprintf(&b, "Not asked: %d of the controls that this version judges.\n", len(e.NotAsked))
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}

// from tells where a value comes from.
func from(o policy.Origin, otherwise string) string { return firstOf(o.String(), otherwise) }

func fromDocument(o policy.Origin) string {
	if o == (policy.Origin{}) {
		return ""
	}
	return " (" + o.String() + ")"
}

func (c *Cmd) policyDiffCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Say what two policies judge differently",
		Long: `diff compares what two policies come to. Each is a file or a built-in profile.
It ends with status 0 if both judge alike, and 1 if they do not.`,
		Example: `  dossier policy diff policy-6.yaml policy-7.yaml
  dossier policy diff standard sox`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error { return c.policyDiff(args[0], args[1], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func (c *Cmd) policyDiff(first, second string, asJSON bool) error {
	a, err := c.policyAt(first)
	if err != nil {
		return err
	}
	b, err := c.policyAt(second)
	if err != nil {
		return err
	}
	list := append([]policy.Difference{}, policy.Diff(a, b)...)
	if asJSON {
		err = c.printJSON(list)
	} else {
		for _, d := range list {
			fmt.Fprintf(c.Stdout, "%s%s\n  - %s\n  + %s\n", d.What, fromDocument(d.At), report.Safe(d.Before), report.Safe(d.After))
			if len(d.Controls) > 0 {
				fmt.Fprintf(c.Stdout, "    judged by it: %s\n", wrap(themes(d.Controls), 18, columns))
			}
		}
		if len(list) == 0 {
			fmt.Fprintln(c.Stdout, "Both judge alike.")
		}
	}
	if err == nil && len(list) > 0 {
		return exitStatus(1)
	}
	return err
}

// packFlags are the flags of policy pack.
type packFlags struct{ trust, key, passphraseFile, output string }

func (c *Cmd) policyPackCommand() *cobra.Command {
	var f packFlags
	cmd := &cobra.Command{
		Use:   "pack POLICY",
		Short: "Pack a policy and trust document into one signed file",
		Long: `pack reads a policy, the documents that it extends and the trust document, checks
them, and writes one signed, dated file. Whoever verifies with it names the key of
its owners, and needs no other file:

  dossier verify FILE --policy company-7.policy --anchor SHA256:...`,
		Example: `  dossier policy pack policy.yaml --trust trust.yaml --key ~/.ssh/id_ed25519`,
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return c.policyPack(cmd.Context(), args[0], &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.trust, "trust", "", "the trust document (`FILE`; default: in the policy file)")
	flags.StringVar(&f.key, "key", "", "your private key, or a public key whose private half the SSH agent holds (`FILE`)")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "read the key's passphrase from `FILE`")
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE` (default: ID-VERSION.policy)")
	c.registerResult(cmd)
	return cmd
}

func (c *Cmd) policyPack(ctx context.Context, name string, f *packFlags) error {
	if f.key == "" {
		return usagef("policy pack: --key is required: the key of those who own the policy")
	}
	signer, err := c.loadSigner(ctx, f.key, f.passphraseFile)
	if err != nil {
		return err
	}
	dir, base := filepath.Split(name)
	trust := base
	if f.trust != "" {
		if trust, err = filepath.Rel(firstOf(dir, "."), f.trust); err != nil {
			return usagef("--trust %s: %w", f.trust, err)
		}
	}
	reader := c.policyReader()
	raw, err := pack.Pack(ctx, signer, pack.Files{
		Policy: base, Trust: filepath.ToSlash(trust), Rules: reader.Rules,
		Open: func(name string) ([]byte, error) { return reader.Open(path.Join(filepath.ToSlash(dir), name)) },
	}, c.Now())
	if err != nil {
		return usageError{err}
	}
	packed, err := pack.Open(raw, signer.Public().Fingerprint(), reader.Rules)
	if err != nil {
		return err
	}
	out := firstOf(f.output, fmt.Sprintf("%s-%d.policy", packed.Policy.ID, packed.Policy.Version))
	if err := writeNew(out, 0o644, text(raw)); err != nil {
		return err
	}
	return c.done(result.Result{
		Files:  []result.File{{Path: out, Change: result.Written}},
		Signer: ofKey(signer, "signed").told(),
		Policy: &result.Document{ID: packed.Policy.ID, Version: packed.Policy.Version},
		Trust:  &result.Document{ID: packed.Trust.ID, Version: packed.Trust.Version},
	}, "%s: %s %d and %s %d, %s\nverify with: --policy %s --anchor %s\n",
		out, packed.Policy.ID, packed.Policy.Version, packed.Trust.ID, packed.Trust.Version, counted(len(packed.Documents), "document", "documents"), out, packed.Signer)
}
