package main

import (
	"context"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
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
	last                         *evidence.Record // the predecessor's, once it is verified
	first, include, dryRun, json bool
	output                       string
	judge                        judgeFlags
	twoKeys                      bool // release statement and provenance have different signers
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
	flags.StringVar(&f.predecessor, "predecessor", "", "the repository's last dossier: it is verified first, and its repository and version are compared (`FILE`)")
	flags.BoolVar(&f.first, "first", false, "this is the repository's first dossier")
	flags.BoolVar(&f.include, "include-artifacts", false, "embed the artifacts themselves")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would be in it and what is missing; write nothing")
	flags.BoolVar(&f.json, "json", false, "print the result as JSON")
	flags.StringVarP(&f.output, "output", "o", "", "`FILE` to write (default NAME-VERSION.dossier)")
	f.judge.registerTrust(cmd)
	return cmd
}

func (c *Cmd) create(ctx context.Context, tag string, f *createFlags) error {
	if err := mustBeDir(f.dir); err != nil {
		return err
	}
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
	if err := follows(draft.Record, f.last, f.predecessor); err != nil {
		return err
	}
	if f.dryRun {
		return c.dryRun(draft, f.json)
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
	for _, a := range o.Artifacts {
		if !utf8.ValidString(a) {
			return o, usagef("artifact %s: the name is not UTF-8, which a statement cannot hold: rename the file", a)
		}
	}
	if len(o.Artifacts) == 0 {
		return o, usagef("create: no artifact is given: use --artifact FILE, or list artifacts in %s", configPath)
	}
	if f.predecessor != "" {
		if f.first {
			return o, usagef("--first and --predecessor exclude each other")
		}
		var err error
		if o.Predecessor, f.last, err = c.predecessor(ctx, f); err != nil {
			return o, err
		}
	}
	return o, nil
}

// createSigners loads the keys and puts their public halves among the
// materials. A dry run needs none.
func (c *Cmd) createSigners(ctx context.Context, f *createFlags, cfg config, o *collect.Options) (*attest.KeySigner, error) {
	key := firstOf(f.key, beside(f.dir, cfg.Sign.Key))
	if key == "" {
		if f.dryRun {
			return nil, nil
		}
		return nil, usagef("create: no key is given: use --key with the key that already signs your tags, or sign.key in %s; \"dossier keygen\" makes one as a last resort", configPath)
	}
	signer, err := c.loadSigner(ctx, key, f.passphrase)
	if err != nil {
		return nil, err
	}
	builder := signer
	if path := firstOf(f.builderKey, beside(f.dir, cfg.Sign.BuilderKey)); path != "" && path != key {
		if builder, err = c.loadSigner(ctx, path, ""); err != nil {
			return nil, err
		}
		o.PublicKeys = append(o.PublicKeys, builder.Public().PEM())
		f.twoKeys = true
	}
	o.PublicKeys = append(o.PublicKeys, signer.Public().PEM())
	o.BuildProvenance = func(payload []byte) ([]byte, error) { return attest.Sign(ctx, builder, payload) }
	return signer, nil
}
