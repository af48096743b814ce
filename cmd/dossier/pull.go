package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle/registry"
	"github.com/release-dossier/dossier/evidence/collect/oci"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) pullCommand() *cobra.Command {
	var f judgeFlags
	var output string
	var list bool
	cmd := &cobra.Command{
		Use:   "pull REF",
		Short: "Download a dossier from a registry into one file",
		Long: `pull writes the dossier that is attached to an image, or has the tag that is
given, into one file: the same bytes that were pushed, and what was added since.
What else is attached is listed and left out. Nothing is verified but digests.

A download that was interrupted goes on where it ended: until the file is whole,
what came is in FILE.partial.` + aboutReferences,
		Example: `  dossier pull ghcr.io/acme/hello@sha256:0f1e... -o hello-1.4.0.dossier
  dossier pull ghcr.io/acme/hello:v1.4.0 --list`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref := strings.TrimPrefix(args[0], scheme)
			if err := oci.CheckReference(ref); err != nil {
				return usageError{err}
			}
			if list {
				return c.listReleases(cmd.Context(), ref)
			}
			return c.pullTo(cmd.Context(), ref, output, &f)
		},
	}
	f.registerTrust(cmd)
	c.registerRemote(cmd)
	c.registerResult(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`FILE` or directory to write (default NAME-VERSION.dossier)")
	cmd.Flags().BoolVar(&list, "list", false, "only list the releases whose dossiers are there")
	return cmd
}

// listReleases prints a line for each release.
func (c *Cmd) listReleases(ctx context.Context, ref string) error {
	list, err := registry.List(ctx, ref, c.registryOptions())
	if err != nil {
		return &targetError{ref, err}
	}
	if c.asJSON {
		told := result.Result{}
		for _, r := range list {
			told.Releases = append(told.Releases, result.Listed{ReleaseView: viewOf(r.Statement, r.Repository, r.Component, r.Version), Statements: r.Statements, Signatures: r.Signatures})
		}
		return c.printResult(told)
	}
	for _, r := range list {
		if _, err := fmt.Fprintln(c.Stdout, report.Safe(describeRelease(r))); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cmd) pullTo(ctx context.Context, ref, output string, f *judgeFlags) error {
	o, err := f.options(c, c.Now())
	if err != nil {
		return err
	}
	if output != "" {
		if err := mustBeNew(output); err != nil {
			return err
		}
	}
	dir := partialDir(output, ref)
	if err := makePartial(dir); err != nil {
		return err
	}
	p, err := c.download(ctx, ref, dir, o)
	if err != nil {
		if errors.Is(err, registry.ErrSeveral) {
			return removeEmpty(dir, usageError{err})
		}
		return removeEmpty(dir, &targetError{ref, err})
	}
	c.tellOthers(ref, p.Others)
	if output == "" {
		output = pulledName(p)
		if err := mustBeNew(output); err != nil {
			return err
		}
	}
	if err := writeNewDossier(ctx, p.Dossier, notAFlag(output)); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if c.asJSON {
		return c.printResult(pulledResult(notAFlag(output), p))
	}
	absent := ""
	for i, m := range p.Absent {
		if i == maxOthers {
			break
		}
		fmt.Fprintf(c.Stderr, "dossier: note: not there: %s, %s: %s\n", report.Safe(m.Name), m.Digest.Short(), report.Safe(m.Why))
	}
	if n := len(p.Absent); n > 0 {
		absent = fmt.Sprintf("; %s listed and not there", counted(n, "material is", "materials are"))
	}
	_, err = fmt.Fprintf(c.Stdout, "%s  %s%s; not verified yet: dossier verify %s\n", report.Safe(output),
		counted(len(p.Dossier.Statements()), "statement", "statements"), absent, report.Safe(notAFlag(output)))
	return err
}

// pulledResult is what was downloaded, for programs.
func pulledResult(output string, p *registry.Pulled) result.Result {
	told := result.Result{Files: []result.File{{Path: output, Change: result.Written}}}
	st, _ := p.Dossier.Statement(p.Release)
	if r, err := evidence.DecodeRecord(st.Statement.Predicate); err == nil {
		view := viewOf(p.Release, r.Repository.URI, r.Component, r.Version)
		told.Release = &view
	}
	for _, m := range p.Absent {
		told.Absent = append(told.Absent, result.Absent{Name: m.Name, Digest: m.Digest, Why: m.Why})
	}
	return told
}

// partialDir is where blobs are until the file is whole.
func partialDir(output, ref string) string {
	if output == "" {
		return "dossier-" + evidence.Sum([]byte(ref)).Short() + ".partial"
	}
	return strings.TrimRight(notAFlag(output), `/\`) + ".partial"
}

// makePartial makes the directory, or takes the one that an earlier pull left.
func makePartial(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return usagef("%s is no directory: remove it, or choose another name with --output", dir)
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if _, other := evidence.ParseDigest("sha256:" + strings.TrimSuffix(e.Name(), ".part")); other != nil {
			return usagef("%s holds %s, which no pull has left there, and would be removed at the end: choose another name with --output", dir, e.Name())
		}
	}
	return err
}

// removeEmpty removes the directory if nothing came before the error.
func removeEmpty(dir string, err error) error {
	_ = os.Remove(dir)
	return err
}

// pulledName is the name of the file for a dossier that was pulled.
func pulledName(p *registry.Pulled) string {
	st, _ := p.Dossier.Statement(p.Release)
	name := path.Base(p.Repository)
	if r, err := evidence.DecodeRecord(st.Statement.Predicate); err == nil {
		name += "-" + r.Version
	}
	return strings.ReplaceAll(evidence.SafeMaterialName(name), "/", "-") + ".dossier"
}
