package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// registerResult adds --json to a command that writes.
func (c *Cmd) registerResult(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.asJSON, "json", false, "print what was done as a JSON object, and nothing else to standard output")
	cmd.PreRun = func(cmd *cobra.Command, _ []string) {
		c.command = strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
	}
}

// done says what was done: r to programs, text to people.
func (c *Cmd) done(r result.Result, text string, args ...any) error {
	if c.asJSON {
		return c.printResult(r)
	}
	_, err := fmt.Fprintf(c.Stdout, text, args...)
	return err
}

func (c *Cmd) printResult(r result.Result) error {
	r.Format, r.Command = result.Format, c.command
	return c.printJSON(r)
}

// besides refuses --json where standard output has what the command makes.
func (c *Cmd) besides(verb, output string) error {
	if c.asJSON && output == "" {
		return usagef("%s --json: give --output FILE: without it standard output has what is written, and no place for a result", verb)
	}
	return nil
}

// viewOf is the release that a statement is about.
func viewOf(statement evidence.Digest, repository, component, version string) verify.ReleaseView {
	return verify.ReleaseView{
		Statement: statement, Repository: repository, Component: component, Version: version,
		Name: firstOf(component, path.Base(repository)),
	}
}

// printJSON writes v so that no terminal acts upon what is in it.
func (c *Cmd) printJSON(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := c.Stdout.Write(report.SafeJSON(b.Bytes()))
	return err
}

// doneOnto says what was added to a dossier; text begins with its name.
func (c *Cmd) doneOnto(b *base, text string, args ...any) error {
	return c.done(b.result(), "%s  "+text+"\n", append([]any{report.Safe(notAFlag(firstOf(b.output, b.path)))}, args...)...)
}

// result is what was added to the dossier.
func (b *base) result() result.Result {
	r := result.Result{Release: b.report.Release, Statements: b.signed, Added: b.imported}
	if b.signer != nil {
		r.Signer = b.signer.told()
	}
	if state, err := b.d.State(b.d.Heads(func(bundle.Pair) bool { return true })); err == nil {
		r.State = &state
	}
	switch ref, ok, _ := reference(b.path); {
	case b.output != "":
		r.Files = []result.File{{Path: notAFlag(b.output), Change: result.Written}}
	case ok:
		r.Reference = ref
	default:
		r.Files = []result.File{{Path: notAFlag(b.path), Change: result.Added}}
	}
	return r
}

// take adds a signature that was just made to what is in memory. id is that of the
// record, if it is one of ours.
func (b *base) take(raw []byte, id string) error {
	st, err := b.report.Add(b.d, raw)
	if err != nil {
		return err
	}
	b.signed = append(b.signed, result.Statement{
		Digest: st.ID, Signature: evidence.Sum(raw), PredicateType: st.Statement.PredicateType, ID: id,
	})
	return nil
}

// told is who signed, for programs.
func (s *signer) told() *result.Signer {
	told := &result.Signer{Identity: s.identity}
	if s.key.Algorithm() != "" {
		told.Fingerprint = s.key.Fingerprint()
	}
	return told
}
