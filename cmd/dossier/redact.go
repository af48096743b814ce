package main

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/redact"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// redactFlags are the flags of redact.
type redactFlags struct {
	addition
	materials               []string
	reason, contact, name   string
	copyOnly, evenGuessable bool
}

func (c *Cmd) redactCommand() *cobra.Command {
	var f redactFlags
	cmd := &cobra.Command{
		Use:   "redact FILE|DIR",
		Short: "Write a copy to be shared that leaves documents out, and say so",
		Long: `redact signs a statement that names documents, adds it to the dossier, and writes
a copy without these documents. Whoever verifies the copy sees that they are
withheld, by whom and why; what needs them is unknown there, never passed. The
copy has the state of the whole, so later statements fit both.

Only materials can be left out: "dossier inspect FILE" lists them. Statements and
signatures stay whole.

The digest of a document stays in the copy. If the document is short and has no
random salt, it can be found by trying, and redact refuses; what "dossier create"
fetches from forges and ticket systems is salted.

At its end redact lists the controls whose result differs in the copy.`,
		Example: `  dossier redact hello-1.4.0.dossier --material forge/github.jsonl \
    --reason "personal data" --contact dpo@example.com \
    --key ~/.ssh/id_ed25519 --trust trust.yaml -o hello-1.4.0-public.dossier`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.redact(cmd.Context(), args[0], &f) },
	}
	f.register(cmd, "the copy without the documents (`FILE`)")
	c.registerResult(cmd)
	f.judge.registerRules(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.materials, "material", nil, "leave this out: a material's name, a pattern of names, or a digest (`NAME|DIGEST`; repeatable)")
	flags.StringVar(&f.reason, "reason", "", "why, in a few words that everybody may read (`TEXT`)")
	flags.StringVar(&f.contact, "contact", "", "whom to ask for it (`ADDRESS`)")
	flags.StringVar(&f.name, "name", "", "your name, for display (`TEXT`)")
	flags.BoolVar(&f.copyOnly, "copy-only", false, "add the statement to the copy and leave the dossier as it is")
	flags.BoolVar(&f.evenGuessable, "even-guessable", false, "leave out what can be guessed by its digest, too")
	return cmd
}

func (c *Cmd) redact(ctx context.Context, path string, f *redactFlags) error {
	switch {
	case f.output == "":
		return usagef("redact: --output is required: the copy to be shared")
	case f.reason == "":
		return usagef("redact: --reason is required: whoever gets the copy wants to know")
	}
	if _, ok, err := reference(path); ok || err != nil {
		return firstError(err, usagef("redact: a registry keeps what it has: \"dossier pull %s\", redact the file, and push the copy elsewhere", path))
	}
	b, err := c.appendable(ctx, "redact", path, &f.addition)
	if err != nil {
		return err
	}
	defer b.Close()
	list, err := redact.Choose(b.d, f.materials)
	if err != nil {
		return usagef("redact: --material: %w; \"dossier inspect %s\" lists what is there", err, path)
	}
	if err := c.checkGuessable(list, f.evenGuessable); err != nil {
		return err
	}
	if err := c.noteCopies(b, list); err != nil {
		return err
	}
	id, err := newID("redaction")
	if err != nil {
		return err
	}
	by := evidence.Actor{ID: b.signer.identity, Kind: evidence.Human, Display: f.name}
	r := list.Record(id, by, evidence.At(c.Now()), f.reason, f.contact)
	if err := c.signOnto(ctx, b, r, verify.AppendOptions{}); err != nil {
		return err
	}
	part := b.d.Without(list.Digests()...)
	after, err := verify.Bundle(ctx, part, verify.ExpectAnyUnsafe(), b.options)
	if err != nil {
		return err
	}
	if err := writeNewDossier(ctx, part, notAFlag(f.output)); err != nil {
		return err
	}
	if !f.copyOnly {
		if err := c.writeAddition(ctx, b.d, path, ""); err != nil {
			return fmt.Errorf("%s is written, but the statement is not in the dossier: %w", f.output, err)
		}
	}
	if c.asJSON {
		return c.printResult(f.result(b, list, after))
	}
	return c.redacted(f, r, list, b.report, after)
}

// checkGuessable refuses to leave out what its digest would give away, and says
// how well the rest is hidden.
func (c *Cmd) checkGuessable(list redact.Materials, anyway bool) error {
	for _, m := range list {
		g, err := m.Guessable()
		if err != nil {
			return err
		}
		name := report.Safe(m.Name)
		switch {
		case g == redact.Salted:
		case g == redact.Long:
			fmt.Fprintf(c.Stderr, "dossier: note: %s has no salt: whoever has or can make the same document can tell that it is the one left out\n", name)
		case anyway:
			fmt.Fprintf(c.Stderr, "dossier: warning: %s is short and has no salt: its digest, which stays in the copy, lets others find its content by trying\n", name)
		default:
			return usagef("redact: %s is short and has no salt: its digest stays in the copy, and lets others find its content by trying. Give --even-guessable if that does not matter; what is collected from forges and ticket systems has a salt", m.Name)
		}
	}
	return nil
}

// noteCopies says so if what is left out stays within something else.
func (c *Cmd) noteCopies(b *base, list redact.Materials) error {
	copies, err := list.Copies(b.d)
	for _, found := range copies {
		fmt.Fprintf(c.Stderr, "dossier: warning: %s stays in the copy as the predicate of %s: leave that out, too\n", report.Safe(found.Of.Name), report.Safe(found.In.Name))
	}
	return err
}

// result is what redacted says, for programs.
func (f *redactFlags) result(b *base, list redact.Materials, after *verify.Report) result.Result {
	told := b.result() // of the copy
	told.State = after.State
	for _, m := range list {
		told.Withheld = append(told.Withheld, m.Material)
	}
	told.Redaction = &result.Redaction{Before: b.report.Verdict, After: after.Verdict, Controls: changed(b.report, after)}
	if !f.copyOnly {
		told.Files = append(told.Files, result.File{Path: notAFlag(b.path), Change: result.Added})
	}
	return told
}

// redacted says what was left out, and what changes by that.
func (c *Cmd) redacted(f *redactFlags, r *evidence.Redaction, list redact.Materials, before, after *verify.Report) error {
	fmt.Fprintf(c.Stdout, "%s  %s by %s\n", report.Safe(notAFlag(f.output)), r.ID, report.Safe(cmp.Or(f.name, string(r.Redactor.ID))))
	for _, m := range list {
		fmt.Fprintf(c.Stdout, "  left out    %s, %s, %s\n", report.Safe(m.Name), counted(m.Size, "byte", "bytes"), m.Digest)
	}
	w := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	changes := changed(before, after)
	for _, d := range changes {
		fmt.Fprintf(w, "  differs\t%s\t%s\t-> %s\n", d.ID, d.Before, d.After)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(changes) == 0 {
		fmt.Fprintf(c.Stdout, "  differs     no control\n")
	}
	_, err := fmt.Fprintf(c.Stdout, "  verdict     %s -> %s\n", before.Verdict, after.Verdict)
	return err
}

// changed compares the controls of two reports, in their order.
func changed(before, after *verify.Report) []result.Difference {
	old := map[string]verify.Check{}
	for _, k := range before.Checks {
		old[k.ID] = k
	}
	list := []result.Difference{}
	for _, k := range after.Checks {
		if was := old[k.ID]; k.Layer == verify.Controls && resultOf(was) != resultOf(k) {
			list = append(list, result.Difference{ID: k.ID, Before: resultOf(was), After: resultOf(k)})
		}
	}
	return list
}

// resultOf is an outcome with its reason.
func resultOf(k verify.Check) string {
	text := string(k.Outcome)
	if why := cmp.Or(k.Why, k.Code); why != "" {
		text += "(" + why + ")"
	}
	return report.Safe(text)
}
