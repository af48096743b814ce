package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) inspectCommand() *cobra.Command {
	var asJSON bool
	var f judgeFlags
	cmd := &cobra.Command{
		Use:   "inspect FILE|DIR|REF",
		Short: "Show what is in a dossier, as a tree; judges nothing",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options(c, c.Now())
			if err != nil {
				return err
			}
			r, err := c.verifyTarget(cmd.Context(), args[0], verify.Expect{}, o)
			var t *targetError
			if errors.As(err, &t) && asJSON {
				err = errors.Join(err, report.Write(c.Stdout, report.FormatJSON, []report.Result{{Target: t.path, Err: t}}, report.Options{}))
			}
			if err != nil {
				return c.cannotRead(err)
			}
			if asJSON {
				return report.Contents(c.Stdout, r)
			}
			return c.tree(r)
		},
	}
	f.registerTrust(cmd)
	f.registerTime(cmd)
	c.registerRemote(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what is in it as JSON")
	return cmd
}

// tree prints the statements with their signers and materials. Exhibits come
// in the order of the report, so that "dossier show" knows their numbers.
func (c *Cmd) tree(r *verify.Report) error {
	w := &strings.Builder{}
	if r.Release != nil {
		fmt.Fprintf(w, "%s %s  %s\n", report.Safe(r.Release.Name), report.Safe(r.Release.Version), report.Safe(r.Release.Repository))
	} else {
		fmt.Fprintf(w, "%s: no release statement that can be read\n", report.Safe(r.Target))
	}
	if r.State != nil {
		fmt.Fprintf(w, "state %s\n", r.State)
	}
	shown := map[string]bool{}
	for i, e := range r.Exhibits {
		if strings.HasSuffix(e.Name, " statement") && e.MediaType == "application/vnd.in-toto+json" {
			fmt.Fprintf(w, "\nE%-3d %s  %s\n", e.Number, e.Name, e.Digest)
			c.signers(w, r, e, shown)
			continue
		}
		branch := "├─"
		if i+1 == len(r.Exhibits) || strings.HasSuffix(r.Exhibits[i+1].Name, " statement") {
			branch = "└─"
		}
		note := ""
		switch {
		case e.Withheld != "":
			note = "  WITHHELD: " + report.Safe(e.Withheld)
		case !e.Present:
			note = "  MISSING"
		}
		fmt.Fprintf(w, "  %s E%-3d %-40s %10d  %s  %s%s\n", branch, e.Number, report.Safe(e.Name), e.Size, e.Digest.Short(), report.Safe(e.MediaType), note)
		for _, line := range saysWhat(r, e) {
			fmt.Fprintf(w, "  │       %s\n", line)
		}
	}
	for _, s := range r.Signers {
		if !shown[s.Signature.Hex()] {
			fmt.Fprintf(w, "\nset aside: statement %s, signature %s by %s: %s\n", s.Statement.Short(), s.Signature.Short(), report.Safe(s.Name()), report.Safe(s.Detail))
		}
	}
	for _, k := range report.Problems(r) {
		fmt.Fprintf(w, "\n%s: %s\n", k.Title, report.Safe(k.Found))
	}
	_, err := fmt.Fprint(c.Stdout, w.String())
	return err
}

// saysWhat are lines on what statements of other tools in an exhibit say, and
// how that is known.
func saysWhat(r *verify.Report, e verify.Exhibit) []string {
	var lines []string
	for _, a := range r.Attestations {
		if a.Exhibit != e.Number {
			continue
		}
		about := ""
		if !a.About {
			about = ", not about this release"
		}
		lines = append(lines, report.Safe(fmt.Sprintf("%s: %s [%s by %s%s]", a.PredicateType, a.Says, a.Proof.Grade, a.Proof.By, about)))
	}
	return lines
}

func (c *Cmd) signers(w *strings.Builder, r *verify.Report, e verify.Exhibit, shown map[string]bool) {
	for _, s := range r.Signers {
		if s.Statement != e.Digest {
			continue
		}
		shown[s.Signature.Hex()] = true
		state := "counts"
		if !s.Allowed {
			state = s.Code
		}
		fmt.Fprintf(w, "  signed by %s (%s)  %s\n", report.Safe(s.Name()), s.Signature.Short(), state)
	}
}
