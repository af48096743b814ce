package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) sbomDiffCommand() *cobra.Command {
	var asJSON, exitCode bool
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show which components changed between two SBOMs",
		Long: `sbom diff compares two SBOMs of any of the formats that are read, or those of two
dossiers: components that were added or removed, and those of which the version,
the licence or the hash changed. Components are matched by their package URL without
the version, then by name. What the dossiers say is not verified here.

A dossier with several SBOMs: FILE:NAME, with the material's name.`,
		Example: `  dossier sbom diff hello-1.3.0.dossier hello-1.4.0.dossier
  dossier sbom diff old.cdx.json new.spdx.json --json`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.sbomDiff(cmd.Context(), args[0], args[1], asJSON, exitCode)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the changes as JSON")
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 1 if something changed")
	return cmd
}

// diffAnswer is the JSON of sbom diff.
type diffAnswer struct {
	Old       diffDocument    `json:"old"`
	New       diffDocument    `json:"new"`
	Added     []diffComponent `json:"added"`
	Removed   []diffComponent `json:"removed"`
	Changed   []diffChange    `json:"changed"`
	Unchanged int             `json:"unchanged"`
}

type diffDocument struct {
	Name        string          `json:"name"`
	Digest      evidence.Digest `json:"digest"`
	Format      string          `json:"format"`
	SpecVersion string          `json:"specVersion"`
}

type diffComponent struct {
	Name     string             `json:"name"`
	Version  string             `json:"version,omitempty"`
	PURL     string             `json:"purl,omitempty"`
	Licenses []string           `json:"licenses,omitempty"`
	Digests  evidence.DigestSet `json:"digests,omitempty"`
}

type diffChange struct {
	Fields []string      `json:"fields"` // version, license, hash
	Old    diffComponent `json:"old"`
	New    diffComponent `json:"new"`
}

func (c *Cmd) sbomDiff(ctx context.Context, oldPath, newPath string, asJSON, exitCode bool) error {
	old, err := oneSBOM(ctx, oldPath)
	if err != nil {
		return err
	}
	current, err := oneSBOM(ctx, newPath)
	if err != nil {
		return err
	}
	d := sbom.Compare(old.doc, current.doc)
	if asJSON {
		err = c.printJSON(answerOf(old, current, d))
	} else {
		_, err = fmt.Fprint(c.Stdout, diffText(old, current, d))
	}
	if err == nil && exitCode && !d.Same() {
		return exitStatus(1)
	}
	return err
}

func answerOf(old, current namedSBOM, d *sbom.Diff) diffAnswer {
	document := func(s namedSBOM) diffDocument {
		return diffDocument{s.name, s.doc.Digest, s.doc.Format, s.doc.SpecVersion}
	}
	a := diffAnswer{
		Old: document(old), New: document(current), Added: componentsOf(d.Added), Removed: componentsOf(d.Removed),
		Changed: []diffChange{}, Unchanged: d.Unchanged,
	}
	for _, change := range d.Changed {
		a.Changed = append(a.Changed, diffChange{fieldsOf(change), componentOf(change.Old), componentOf(change.New)})
	}
	return a
}

func componentsOf(list []sbom.Component) []diffComponent {
	out := []diffComponent{}
	for _, c := range list {
		out = append(out, componentOf(c))
	}
	return out
}

func componentOf(c sbom.Component) diffComponent {
	return diffComponent{c.Name, c.Version, c.PURL, c.Licenses, c.Digests}
}

func fieldsOf(c sbom.Change) []string {
	var fields []string
	for _, f := range []struct {
		name string
		is   bool
	}{{"version", c.Version}, {"license", c.License}, {"hash", c.Hash}} {
		if f.is {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// diffText is a diff for people, one line a component.
func diffText(old, current namedSBOM, d *sbom.Diff) string {
	var b strings.Builder
	for _, s := range []struct {
		mark string
		namedSBOM
	}{{"---", old}, {"+++", current}} {
		fmt.Fprintf(&b, "%s %s  %s %s, about %s\n", s.mark, report.Safe(s.name), s.doc.Format, report.Safe(s.doc.SpecVersion), report.Safe(about(s.doc)))
	}
	for _, c := range d.Added {
		fmt.Fprintf(&b, "+ %s\n", component(c))
	}
	for _, c := range d.Removed {
		fmt.Fprintf(&b, "- %s\n", component(c))
	}
	for _, c := range d.Changed {
		fmt.Fprintf(&b, "~ %s", report.Safe(c.New.Name))
		if c.Version {
			fmt.Fprintf(&b, "  %s -> %s", orNone(c.Old.Version), orNone(c.New.Version))
		} else if c.New.Version != "" {
			fmt.Fprintf(&b, " %s", report.Safe(c.New.Version))
		}
		if c.License {
			fmt.Fprintf(&b, "  licence %s -> %s", orNone(strings.Join(c.Old.Licenses, ", ")), orNone(strings.Join(c.New.Licenses, ", ")))
		}
		if c.Hash && !c.Version { // a new version has a new hash
			b.WriteString("  the hash changed and the version did not")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%d added, %d removed, %d changed, %d unchanged\n", len(d.Added), len(d.Removed), len(d.Changed), d.Unchanged)
	return b.String()
}

// component names a component by its package URL, or else by name and version.
func component(c sbom.Component) string {
	if c.PURL != "" {
		return report.Safe(c.PURL)
	}
	return report.Safe(strings.TrimSpace(c.Name + " " + c.Version))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return report.Safe(s)
}
