package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/verify/layout"
	"github.com/release-dossier/dossier/verify/report"
)

// layoutFlags are the flags of verify-layout.
type layoutFlags struct {
	layout, artifact, at string
	keys, parameters     []string
	skip, json           bool
}

func (c *Cmd) verifyLayoutCommand() *cobra.Command {
	var f layoutFlags
	cmd := &cobra.Command{
		Use:   "verify-layout --layout FILE --key OWNER.pub LINK|DIR...",
		Short: "Verify an in-toto layout with its links, offline",
		Long: `verify-layout verifies that the steps of an in-toto layout were carried out by the
functionaries that it names, as many as it asks for, upon the artifacts that its
rules allow. Layout and links may be Metablocks or DSSE envelopes; a directory
stands for its *.link files. Each --key must have signed the layout.

Inspections, commands in the layout, are never run: a layout with some is
UNPROVEN unless --skip-inspections says that its steps are enough.
docs/layouts.md has the reason codes. The exit status is 0 only if everything is
verified.`,
		Example: `  dossier verify-layout --layout root.layout --key owner.pub \
    --artifact hello-1.4.0.tar.gz links/`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return c.verifyLayout(args, &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.layout, "layout", "", "the layout (`FILE`)")
	flags.StringArrayVar(&f.keys, "key", nil, "public key of an owner, PEM or OpenSSH (`FILE`; repeatable, all must have signed)")
	flags.StringVar(&f.artifact, "artifact", "", "what the last step must have produced (`FILE` or sha256:HEX, which as a file is ./sha256:HEX)")
	flags.StringArrayVar(&f.parameters, "parameter", nil, "value for {NAME} in the layout (`NAME=VALUE`; repeatable)")
	flags.BoolVar(&f.skip, "skip-inspections", false, "the layout's steps are enough: do not ask for its inspections")
	flags.StringVar(&f.at, "as-of", "", "the moment of judgement, RFC 3339 (`TIME`; default now)")
	flags.BoolVar(&f.json, "json", false, "print every check, and who carried out each step, as JSON")
	return cmd
}

// layoutAnswer is the JSON of verify-layout.
type layoutAnswer struct {
	*layout.Result
	Meaning string `json:"meaning,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

func (c *Cmd) verifyLayout(args []string, f *layoutFlags) error {
	if f.layout == "" || len(f.keys) == 0 {
		return usagef("--layout and --key: name the layout, and the keys of its owners")
	}
	at, err := (&bundleFlags{at: f.at}).moment(c.Now())
	if err != nil {
		return err
	}
	e, err := f.expect()
	if err != nil {
		return err
	}
	root, err := readBundle(f.layout)
	if err != nil {
		return err
	}
	links, err := readLinks(args)
	if err != nil {
		return err
	}
	r := layout.Verify(layout.Document{Name: f.layout, Data: root}, links, e, at)
	reason := layout.Explain(r.Code)
	reason.Fix = remedy(r.Code, reason.Fix)
	if f.json {
		err = c.printJSON(layoutAnswer{r, reason.Meaning, reason.Fix})
	} else {
		err = c.printLayout(f.layout, r, reason)
	}
	switch {
	case err != nil:
		return err
	case r.Verdict == layout.Verified:
		return nil
	case r.Code == layout.Malformed:
		return exitStatus(4)
	}
	return exitStatus(1)
}

func (f *layoutFlags) expect() (layout.Expect, error) {
	e := layout.Expect{SkipInspections: f.skip}
	for _, path := range f.keys {
		key, err := publicKeyOf("--key", path)
		if err != nil {
			return e, err
		}
		e.Owners = append(e.Owners, key)
	}
	for _, p := range f.parameters {
		name, value, ok := strings.Cut(p, "=")
		if _, twice := e.Parameters[name]; !ok || name == "" || twice {
			return e, usagef("--parameter %s: want NAME=VALUE, each name once", p)
		}
		if e.Parameters == nil {
			e.Parameters = map[string]string{}
		}
		e.Parameters[name] = value
	}
	if f.artifact != "" {
		a, err := artifactOf(f.artifact)
		if err != nil {
			return e, err
		}
		digest, ok := a.Digests()["sha256"]
		if !ok {
			return e, usagef("--artifact %s: in-toto names artifacts by sha256", f.artifact)
		}
		e.SHA256 = digest
	}
	return e, nil
}

// readLinks reads files, and the *.link files of directories.
func readLinks(args []string) ([]layout.Document, error) {
	var paths []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case err != nil:
			return nil, usagef("%s: %w", arg, reason(err))
		case !info.IsDir():
			paths = append(paths, arg)
			continue
		}
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, usagef("%s: %w", arg, reason(err))
		}
		for _, e := range entries {
			if filepath.Ext(e.Name()) == ".link" && !e.IsDir() {
				paths = append(paths, filepath.Join(arg, e.Name()))
			}
		}
	}
	if len(paths) > layout.MaxLinks {
		return nil, usagef("%d links, at most %d are read", len(paths), layout.MaxLinks)
	}
	var links []layout.Document
	for _, path := range paths {
		data, err := readBundle(path)
		if err != nil {
			return nil, err
		}
		links = append(links, layout.Document{Name: path, Data: data})
	}
	return links, nil
}

func (c *Cmd) printLayout(name string, r *layout.Result, why layout.Reason) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", strings.ToUpper(string(r.Verdict)), report.Safe(name))
	line := func(what, text string) {
		fmt.Fprintf(&b, "  %-8s %s\n", what, report.Safe(text))
	}
	for _, o := range r.Owners {
		line("owner", o)
	}
	for _, s := range r.Steps {
		line("step", fmt.Sprintf("%s: %d of at least %d: %s", s.Name, len(s.Functionaries), s.Threshold, strings.Join(s.Functionaries, ", ")))
	}
	for _, k := range r.Checks {
		if k.Outcome != layout.Pass && k.Outcome != layout.NotApplicable {
			line(string(k.Outcome), fmt.Sprintf("%s (%s): %s", k.Code, k.ID, k.Found))
		}
	}
	if r.Code != "" {
		fmt.Fprintf(&b, "\n%s: %s\n%s\n", r.Code, why.Meaning, why.Fix)
	}
	_, err := io.WriteString(c.Stdout, b.String())
	return err
}
