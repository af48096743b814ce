package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/verify"
	"github.com/release-dossier/dossier/verify/report"
)

// createFlags are the flags of create.
type createFlags struct {
	dir, config                  string
	artifacts, sboms, provenance []string
	attestations                 []string
	version, previous, kind      string
	repository, component        string
	key, builderKey, passphrase  string
	predecessor                  string
	first, include, dryRun, json bool
	output                       string
	judge                        judgeFlags
}

func (c *Cmd) createCommand() *cobra.Command {
	var f createFlags
	cmd := &cobra.Command{
		Use:   "create TAG",
		Short: "Assemble the evidence of a release and sign it into one file",
		Long: `create reads the git repository, the artifacts, their SBOMs and provenance, signs
the release statement with your key and writes one .dossier file.

What .dossier/release.yaml says need not be typed. An SBOM is generated for
each Go binary that has none, and provenance, signed with the builder's key,
for each artifact that has none.

With --dry-run nothing is signed or written: it lists what is there, how well
it will be known, and what is missing, sorted by who can close the gap.`,
		Example: `  dossier create v1.4.0 --artifact bin/hello --key ~/.ssh/id_ed25519
  dossier create v1.4.0 --dry-run`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.create(cmd.Context(), args[0], &f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.dir, "dir", "C", ".", "the repository (`DIR`)")
	flags.StringVar(&f.config, "config", "", "configuration instead of the repository's "+configPath+" (`FILE`)")
	flags.StringArrayVar(&f.artifacts, "artifact", nil, "a released artifact (`FILE`; repeatable)")
	flags.StringArrayVar(&f.sboms, "sbom", nil, "an SBOM, CycloneDX or SPDX (`FILE`; repeatable)")
	flags.StringArrayVar(&f.provenance, "provenance", nil, "build provenance, SLSA v1 or v0.2 (`FILE`; repeatable)")
	flags.StringArrayVar(&f.attestations, "attestation", nil, "an attestation signed before the release, such as an approval of the commit (`FILE`; repeatable)")
	flags.StringVar(&f.version, "version", "", "the release's version (`VERSION`; default from the tag)")
	flags.StringVar(&f.previous, "previous", "", "the previous release's tag (`TAG`; default found by ancestry)")
	flags.StringVar(&f.kind, "kind", "", "type of the repository (`svc|lib|iac|app|mono`)")
	flags.StringVar(&f.repository, "repository", "", "the repository's address (`URL`; default the remote origin)")
	flags.StringVar(&f.component, "component", "", "the component, in a repository of several (`NAME`)")
	flags.StringVar(&f.key, "key", "", "key that signs the release statement (`FILE`)")
	flags.StringVar(&f.builderKey, "builder-key", "", "key that signs generated provenance (`FILE`; default --key)")
	flags.StringVar(&f.passphrase, "passphrase-file", "", "passphrase of the key (`FILE`)")
	flags.StringVar(&f.predecessor, "predecessor", "", "the repository's last dossier, which is verified first (`FILE`)")
	flags.BoolVar(&f.first, "first", false, "this is the repository's first dossier")
	flags.BoolVar(&f.include, "include-artifacts", false, "embed the artifacts themselves")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would be in it and what is missing; write nothing")
	flags.BoolVar(&f.json, "json", false, "print the result as JSON")
	flags.StringVarP(&f.output, "output", "o", "", "`FILE` to write (default NAME-VERSION.dossier)")
	f.judge.register(cmd)
	return cmd
}

func (c *Cmd) create(ctx context.Context, tag string, f *createFlags) error {
	cfg, err := readConfig(f.dir, f.config)
	if err != nil {
		return err
	}
	o, err := c.collectOptions(ctx, tag, f, cfg)
	if err != nil {
		return err
	}
	signer, err := c.createSigners(ctx, f, cfg, &o)
	if err != nil {
		return err
	}
	show, end := c.progress()
	o.Progress = show
	draft, err := collect.Release(ctx, o)
	end()
	if err != nil {
		return usageError{err}
	}
	defer draft.Close()
	if f.dryRun {
		return c.preview(draft, f.json)
	}
	return c.sign(ctx, draft, signer, f)
}

// collectOptions joins flags and configuration; flags prevail.
func (c *Cmd) collectOptions(ctx context.Context, tag string, f *createFlags, cfg config) (collect.Options, error) {
	o := collect.Options{
		Dir: f.dir, Tag: tag, PreviousTag: f.previous, TagPattern: cfg.TagPattern,
		Version: f.version, Name: cfg.Name, Component: firstOf(f.component, cfg.Component),
		Kind: evidence.Kind(firstOf(f.kind, cfg.Kind)), Repository: firstOf(f.repository, cfg.Repository),
		IncludeArtifacts: f.include, GenerateSBOM: true, Files: cfg.Files,
		Environ: c.Env, Now: c.Now(), First: f.first, ToolVersion: programVersion(),
	}
	for _, l := range []struct {
		what        string
		flag, lines []string
		into        *[]string
	}{
		{"artifacts", f.artifacts, cfg.Artifacts, &o.Artifacts},
		{"sboms", f.sboms, cfg.SBOMs, &o.SBOMs},
		{"provenance", f.provenance, cfg.Provenance, &o.Provenance},
		{"attestations", f.attestations, cfg.Attestations, &o.Attestations},
	} {
		*l.into = l.flag
		if len(l.flag) > 0 {
			continue
		}
		var err error
		if *l.into, err = expand(f.dir, l.what, l.lines); err != nil {
			return o, err
		}
	}
	if len(o.Artifacts) == 0 {
		return o, usagef("create: no artifact is given: use --artifact FILE, or list artifacts in %s", configPath)
	}
	if f.predecessor != "" {
		if f.first {
			return o, usagef("--first and --predecessor exclude each other")
		}
		p, err := c.predecessor(ctx, f)
		if err != nil {
			return o, err
		}
		o.Predecessor = p
	}
	return o, nil
}

// createSigners loads the keys and puts their public halves among the
// materials. A dry run needs none.
func (c *Cmd) createSigners(ctx context.Context, f *createFlags, cfg config, o *collect.Options) (*attest.KeySigner, error) {
	key := firstOf(f.key, cfg.Sign.Key)
	if key == "" {
		if f.dryRun {
			return nil, nil
		}
		return nil, usagef("create: no key is given: use --key with the key that already signs your tags, or sign.key in %s; \"dossier keygen\" makes one as a last resort", configPath)
	}
	signer, err := c.loadSigner(key, f.passphrase)
	if err != nil {
		return nil, err
	}
	builder := signer
	if path := firstOf(f.builderKey, cfg.Sign.BuilderKey); path != "" && path != key {
		if builder, err = c.loadSigner(path, ""); err != nil {
			return nil, err
		}
		o.PublicKeys = append(o.PublicKeys, builder.Public().PEM())
	}
	o.PublicKeys = append(o.PublicKeys, signer.Public().PEM())
	o.BuildProvenance = func(payload []byte) ([]byte, error) { return attest.Sign(ctx, builder, payload) }
	return signer, nil
}

// predecessor verifies the repository's last dossier and returns the link to it
// (rules of format, R15).
func (c *Cmd) predecessor(ctx context.Context, f *createFlags) (*evidence.Predecessor, error) {
	o, err := f.judge.options(c.Now())
	if err != nil {
		return nil, err
	}
	if o.Trust == nil {
		return nil, usagef("--predecessor: say whose release statement you trust: --trust FILE or --signer FINGERPRINT")
	}
	d, err := openDossier(f.predecessor)
	if err != nil {
		return nil, c.cannotRead(err)
	}
	defer d.Close()
	o.Target = f.predecessor
	r, err := verify.Bundle(ctx, d, verify.ExpectAnyUnsafe(), o)
	if err != nil {
		return nil, err
	}
	if err := r.Appendable(); err != nil {
		fmt.Fprintf(c.Stderr, "dossier: --predecessor %s: %s\n", f.predecessor, report.Safe(err.Error()))
		return nil, exitStatus(max(r.Verdict.ExitCode(), 1))
	}
	st, _ := d.Statement(r.Release.Statement)
	record, err := evidence.DecodeRecord(st.Statement.Predicate)
	if err != nil {
		return nil, err
	}
	if record.Sequence == 0 {
		return nil, usagef("--predecessor %s: it has no sequence number of its own, so nothing can follow it: begin the chain with --first", f.predecessor)
	}
	return &evidence.Predecessor{Statement: &r.Release.Statement, State: r.State, Sequence: record.Sequence}, nil
}

// sign signs the draft, writes the file and says what is in it.
func (c *Cmd) sign(ctx context.Context, draft *collect.Draft, signer *attest.KeySigner, f *createFlags) error {
	payload, err := draft.Payload()
	if err != nil {
		return err
	}
	raw, err := attest.Sign(ctx, signer, payload)
	if err != nil {
		return err
	}
	d := bundle.New()
	if _, err := d.AddSignature(raw); err != nil {
		return err
	}
	for _, b := range draft.Blobs {
		d.AddBlob(b)
	}
	out := firstOf(f.output, fileName(draft))
	if err := writeDossier(d, out); err != nil {
		return err
	}
	if f.json {
		return c.printJSON(map[string]any{
			"file": out, "statement": evidence.Sum(payload), "signer": signer.Public().Identity(),
			"fingerprint": signer.Public().Fingerprint(), "gaps": draft.Gaps,
		})
	}
	c.found(draft)
	c.gaps(draft.Gaps)
	_, err = fmt.Fprintf(c.Stdout, "\n%s  signed by %s\nverify it: dossier verify %s --release %s@%s --signer %s\n", out, signer.Public().Fingerprint(),
		out, strings.TrimPrefix(draft.Record.Repository.URI, "https://"), draft.Record.Version, signer.Public().Fingerprint())
	return err
}

// fileName is <name>-<version>.dossier, made safe for every file system.
func fileName(draft *collect.Draft) string {
	name := strings.ReplaceAll(evidence.SafeMaterialName(draft.Name+"-"+draft.Record.Version), "/", "-")
	return filepath.Base(name) + ".dossier"
}

// preview prints what is there and what is missing.
func (c *Cmd) preview(draft *collect.Draft, asJSON bool) error {
	if asJSON {
		return c.printJSON(map[string]any{"record": draft.Record, "facts": draft.Facts, "gaps": draft.Gaps})
	}
	fmt.Fprintf(c.Stdout, "%s %s, not signed and not written (--dry-run)\n\n", report.Safe(draft.Name), report.Safe(draft.Record.Version))
	c.found(draft)
	c.gaps(draft.Gaps)
	return nil
}

// found lists what is there: label, text, and the best grade a verifier can
// give it, in columns of 90.
func (c *Cmd) found(draft *collect.Draft) {
	fmt.Fprintf(c.Stdout, "%-80s%s\n", "What is there", "best grade")
	for _, x := range draft.Facts {
		lines := strings.Split(wrap(report.Safe(x.Text), 0, 64), "\n")
		fmt.Fprintf(c.Stdout, "  %-13s %-64s%s\n", report.Safe(x.What), lines[0], x.Grade)
		for _, line := range lines[1:] {
			fmt.Fprintf(c.Stdout, "  %-13s %s\n", "", line)
		}
	}
}

func (c *Cmd) gaps(gaps []collect.Gap) {
	if len(gaps) == 0 {
		return
	}
	fmt.Fprintln(c.Stdout, "\nWhat is missing, by who can close it")
	var who []string
	for _, g := range gaps {
		if w := string(g.Who); !slices.Contains(who, w) {
			who = append(who, w)
		}
	}
	for _, w := range who {
		fmt.Fprintf(c.Stdout, "  %s\n", w)
		for _, g := range gaps {
			if string(g.Who) == w {
				fmt.Fprintf(c.Stdout, "    %s: %s\n      %s\n", report.Safe(g.What),
					wrap(report.Safe(g.Why), 6, 90), wrap(report.Safe(g.Fix), 6, 90))
			}
		}
	}
}
