package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/sbom"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// sbomFlags are the flags of sbom.
type sbomFlags struct {
	artifact, name, version, graph, output string
}

func (c *Cmd) sbomCommand() *cobra.Command {
	var f sbomFlags
	cmd := &cobra.Command{
		Use:   "sbom [DIR|BINARY]",
		Short: "Make an SBOM of a Go module or binary; check and compare SBOMs",
		Long: `sbom writes a CycloneDX 1.6 document: of a Go module from its go.mod and go.sum,
or of a Go binary from the build info in it. No command is run and no network is
asked.

"dossier create" makes the SBOMs of Go binaries by itself. A library is released
as an archive: name it with --artifact, so that the document says what it is
about, and hand the document to create with --sbom.

"dossier sbom check" and "dossier sbom diff" read SBOMs of any tool.`,
		Example: `  git archive --prefix=hello-1.4.0/ -o dist/hello-1.4.0.tar.gz v1.4.0
  dossier sbom . --artifact dist/hello-1.4.0.tar.gz --version v1.4.0 -o hello.cdx.json
  dossier create v1.4.0 --artifact dist/hello-1.4.0.tar.gz --sbom hello.cdx.json`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.sbom(cmd.Context(), firstOf(append(args, ".")...), &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.artifact, "artifact", "", "the released archive that the SBOM of a module is about (`FILE`)")
	flags.StringVar(&f.name, "name", "", "what it is called (`NAME`; default: the command or the module's path)")
	flags.StringVar(&f.version, "version", "", "version of the release, such as v1.4.0 (`VERSION`; default: what a binary says)")
	flags.StringVar(&f.graph, "graph", "", "output of \"go mod graph\", which adds who requires whom (`FILE`, or - for standard input)")
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of standard output")
	orStdout(cmd)
	c.registerResult(cmd)
	cmd.AddCommand(c.sbomCheckCommand(), c.sbomDiffCommand())
	return cmd
}

// sbom writes the SBOM of the module in the directory or of the binary at path.
func (c *Cmd) sbom(ctx context.Context, path string, f *sbomFlags) error {
	if err := c.besides("sbom", f.output); err != nil {
		return err
	}
	o := sbom.Options{Name: f.name, Version: f.version, Time: c.Now(), ToolVersion: programVersion()}
	info, err := os.Stat(path)
	if err != nil {
		return usagef("%s: %w", path, reason(err))
	}
	var raw []byte
	switch {
	case info.IsDir():
		raw, err = c.sbomOfModule(ctx, path, f, o)
	case info.Mode().IsRegular():
		raw, err = sbomOfBinary(path, f, o)
	default:
		err = usagef("%s is neither a directory nor a regular file", path)
	}
	if err != nil {
		return err
	}
	if f.output == "" {
		_, err := c.Stdout.Write(raw)
		return err
	}
	return c.writeSBOM(raw, firstOf(f.artifact, path), f.output)
}

func (c *Cmd) writeSBOM(raw []byte, about, output string) error {
	if err := writeNew(output, 0o644, text(raw)); err != nil {
		return err
	}
	doc, err := sbom.Read(raw)
	if err != nil {
		return err
	}
	components := "components"
	if doc.ComponentCount == 1 {
		components = "component"
	}
	return c.done(result.Result{Files: []result.File{{Path: output, Change: result.Written}}},
		"%s  %s %s, %d %s, about %s\n", report.Safe(output),
		doc.Format, doc.SpecVersion, doc.ComponentCount, components, report.Safe(about))
}

func sbomOfBinary(path string, f *sbomFlags, o sbom.Options) ([]byte, error) {
	if f.artifact != "" || f.graph != "" {
		return nil, usagef("%s is a file: --artifact and --graph are for the directory of a module", path)
	}
	file, err := openNow(path)
	if err != nil {
		return nil, usagef("%s: %w", path, reason(err))
	}
	defer file.Close()
	raw, err := sbom.ForBinary(file, o)
	if err != nil {
		return nil, usagef("%s: %w", path, err)
	}
	return raw, nil
}

func (c *Cmd) sbomOfModule(ctx context.Context, dir string, f *sbomFlags, o sbom.Options) ([]byte, error) {
	if f.artifact == "" {
		fmt.Fprintln(c.Stderr, "dossier: note: the SBOM names no digest, so nothing binds it to a release: give the released archive with --artifact")
	} else {
		list, err := verify.HashFiles(ctx, []string{f.artifact})
		if err != nil {
			return nil, usagef("--artifact: %w", err)
		}
		o.Digest = list[0].Digest
	}
	if f.graph != "" {
		graph, err := c.openGraph(f.graph)
		if err != nil {
			return nil, err
		}
		defer graph.Close()
		o.Graph = graph
	}
	raw, err := sbom.ForModule(dir, o)
	if err != nil {
		return nil, usagef("%s: %w", dir, err)
	}
	return raw, nil
}

func (c *Cmd) openGraph(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(c.Stdin), nil
	}
	f, err := openNow(path)
	if err != nil {
		return nil, usagef("--graph %s: %w", path, reason(err))
	}
	return f, nil
}
