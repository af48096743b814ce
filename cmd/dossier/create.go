package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/git"
	"github.com/release-dossier/dossier/evidence/collect/results"
	"github.com/release-dossier/dossier/evidence/collect/secrets"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/report"
)

// createFlags are the flags of create.
type createFlags struct {
	dir, config                  string
	artifacts, sboms, provenance []string
	attestations                 []string
	version, previous, kind      string
	repository, component        string
	sign                         signFlags
	builderKey                   string
	predecessor                  string
	incomplete, recorded         []string
	first, include, dryRun       bool
	output, push                 string
	judge                        judgeFlags
}

func (c *Cmd) createCommand() *cobra.Command {
	var f createFlags
	cmd := &cobra.Command{
		Use:   "create RELEASE",
		Short: "Assemble the evidence of a release and sign it into one file",
		Long: `create reads the git repository, the artifacts, their SBOMs and provenance, asks
the systems that ` + configPath + ` names, signs the release statement with
your key and writes one .dossier file. With --push it is in the registry then, too.
RELEASE is the tag or the version.

What people say of the release stands in the trailers of the annotated tag
(Rollback, Known-issues, Risk, Window, Ticket) and in .dossier/records/VERSION/.
An SBOM is generated for each Go binary that has none, and provenance, signed
with the builder's key, for each file that has none.

A system that cannot be read stops the run, unless --allow-incomplete names it;
then the dossier says so. At its end create lists what it has and from where,
how well that is known, and what is missing, by who can close it: for the policy
of --policy or of the configuration, otherwise for the profile solo.

With --dry-run nothing is signed for good and nothing is written.`,
		Example: `  dossier create v1.4.0 --artifact bin/hello --key ~/.ssh/id_ed25519
  dossier create 1.4.0 --dry-run
  dossier create api/v1.4.0 --policy policy.yaml --trust trust.yaml`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.create(cmd.Context(), args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.dir, "dir", "C", ".", "the repository (`DIR`)")
	flags.StringVar(&f.config, "config", "", "configuration instead of the repository's "+configPath+" (`FILE`)")
	flags.StringArrayVar(&f.artifacts, "artifact", nil, "a released artifact: a file, or an image in a registry (`FILE|IMAGE`; repeatable)")
	flags.StringArrayVar(&f.sboms, "sbom", nil, "an SBOM, CycloneDX or SPDX (`FILE`; repeatable)")
	flags.StringArrayVar(&f.provenance, "provenance", nil, "build provenance, SLSA v1 or v0.2 (`FILE`; repeatable)")
	flags.StringArrayVar(&f.attestations, "attestation", nil, "an attestation signed before the release, such as an approval of the commit (`FILE`; repeatable)")
	flags.StringVar(&f.version, "version", "", "the release's version (`VERSION`; default from the tag)")
	flags.StringVar(&f.previous, "previous", "", "the previous release's tag (`TAG`; default found by ancestry)")
	flags.StringVar(&f.kind, "kind", "", "type of the repository (`svc|lib|iac|app|mono`)")
	flags.StringVar(&f.repository, "repository", "", "the repository's address (`URL`; default the remote origin)")
	flags.StringVar(&f.component, "component", "", "the component, in a repository of several (`NAME`; default all that RELEASE is a tag of)")
	f.sign.register(cmd)
	flags.StringVar(&f.builderKey, "builder-key", "", "key that signs generated provenance (`FILE`; default who signs the release)")
	flags.StringVar(&f.predecessor, "predecessor", "", "the repository's last dossier, which is verified first (`FILE|REF`)")
	flags.BoolVar(&f.first, "first", false, "this is the repository's first dossier")
	flags.StringArrayVar(&f.incomplete, "allow-incomplete", nil, "go on without this system if it cannot be read, and say so in the dossier (`NAME`; repeatable)")
	flags.StringArrayVar(&f.recorded, "recorded", nil, "take a system's answers from a file instead of asking it (`NAME=FILE`; repeatable)")
	flags.BoolVar(&f.include, "include-artifacts", false, "embed the artifacts themselves, if they are files")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would be in it and what is missing; write nothing")
	c.registerResult(cmd)
	flags.StringVarP(&f.output, "output", "o", "", "`FILE` to write (default NAME-VERSION.dossier)")
	flags.StringVar(&f.push, "push", "", "push it as well, to the configuration's store or where the images are (--push=`REPOSITORY`: to that one)")
	flags.Lookup("push").NoOptDefVal = pushToImages
	c.registerRemote(cmd)
	f.judge.registerTrust(cmd)
	return cmd
}

// creation is one dossier in the making.
type creation struct {
	createFlags
	config  config
	product product
	options collect.Options
	// signer signs the release statement, builder provenance.
	signer, builder *signer
	throwaway       bool // the key was made for this dry run
	sources         []collect.Source
	now             time.Time
	temp            string           // directory for files of the whole run
	last            *evidence.Record // the predecessor's, once it is verified
	lastIn          string           // where that was found
	scanner         *secrets.Scanner
	several         bool       // dossiers are made in this run
	finished        []finished // those that are written
}

// create makes a dossier of the release, or one of each component.
func (c *Cmd) create(ctx context.Context, release string, f createFlags) error {
	if err := mustBeDir(f.dir); err != nil {
		return err
	}
	if f.kind != "" && !isKind(f.kind) {
		return usagef("--kind %s: want svc, lib, iac, app or mono", f.kind)
	}
	if c.remote.release != nil && f.predecessor == "" {
		return usagef("--dossier-id says which dossier --predecessor is: give that too, or leave it out")
	}
	if f.config == "" && !hasConfig(f.dir) { // perhaps it is within the repository
		if info, err := git.Detect(ctx, f.dir, "", c.Env); err == nil && info.TopLevel != "" && info.Prefix != "." {
			f.dir = homeIn(f.dir, info.TopLevel)
		}
	}
	cfg, err := readConfig(f.dir, f.config)
	if err != nil {
		return err
	}
	products, err := cfg.products(release, f.component)
	if err != nil {
		return err
	}
	if len(products) > 1 && (f.output != "" || len(f.artifacts) > 0 || f.version != "") {
		return usagef("create: --output, --artifact and --version are of one component: name it with --component")
	}
	job := &creation{createFlags: f, config: cfg, now: c.Now()}
	if job.temp, err = os.MkdirTemp("", "dossier-"); err != nil {
		return err
	}
	defer os.RemoveAll(job.temp)
	if products, err = c.tagged(ctx, release, job, products); err != nil {
		return err
	}
	if err := c.prepare(ctx, job); err != nil {
		return err
	}
	return c.createAll(ctx, release, job, products)
}

// createAll makes all dossiers or, if one of them cannot be made, none.
func (c *Cmd) createAll(ctx context.Context, release string, job *creation, products []product) (err error) {
	job.several = len(products) > 1
	defer func() {
		if err != nil {
			err = errors.Join(err, job.discard())
		}
	}()
	for _, p := range products {
		job.product = p
		if err := c.createOne(ctx, release, job); err != nil {
			return inComponent(p, err)
		}
	}
	if err := job.publish(); err != nil {
		return err
	}
	return c.tellFinished(ctx, job)
}

// tellFinished says which dossiers there are, and pushes them if that is wanted:
// programs are told of each once it is where it is to be, people before.
func (c *Cmd) tellFinished(ctx context.Context, job *creation) (err error) {
	if !c.asJSON {
		for _, f := range job.finished {
			if err := c.created(f, job); err != nil {
				return err
			}
		}
	}
	for _, f := range job.finished {
		var pushed []result.Push
		if job.push != "" && err == nil {
			pushed, err = c.pushFinished(ctx, f, job)
		}
		if !c.asJSON {
			continue
		}
		if err := c.printCreated(f, job, pushed); err != nil {
			return err
		}
	}
	return err
}

// tagged leaves out the components that the release is no tag of, and says so
// before anything is read or written.
func (c *Cmd) tagged(ctx context.Context, release string, job *creation, products []product) ([]product, error) {
	if len(products) == 1 && len(products[0].tagNames(release)) > 0 {
		return products, nil
	}
	var list []product
	for _, p := range products {
		tags := p.tagNames(release)
		if len(tags) == 0 {
			fmt.Fprintf(c.Stderr, "dossier: %s is not released: %s is none of its tags, which are %s\n", report.Safe(p.Component), report.Safe(release), report.Safe(p.tags))
			continue
		}
		var none *git.TagError
		for _, tag := range tags {
			_, err := git.Commit(ctx, job.dir, tag, c.Env)
			if none = nil; !errors.As(err, &none) {
				break
			}
		}
		if none == nil {
			list = append(list, p)
			continue
		}
		fmt.Fprintf(c.Stderr, "dossier: %s is not released: %s\n", report.Safe(p.Component), report.Safe(none.Error()))
	}
	if list == nil {
		return nil, usagef("create: %s is no release of any component", release)
	}
	return list, nil
}

// inComponent says which of several components an error is about.
func inComponent(p product, err error) error {
	var status exitStatus
	if !p.part || errors.As(err, &status) {
		return err
	}
	return fmt.Errorf("component %s: %w", p.Component, err)
}

// prepare finds what all dossiers of a run have in common.
func (c *Cmd) prepare(ctx context.Context, job *creation) (err error) {
	if err := job.config.judge(job.dir, &job.judge); err != nil {
		return err
	}
	if err := job.config.Collect.mustExist(job.dir); err != nil {
		return err
	}
	if job.scanner, err = secrets.New(job.config.Credentials); err != nil {
		return err
	}
	return c.findPredecessor(ctx, job)
}

// findPredecessor verifies the last dossier, if one is given.
func (c *Cmd) findPredecessor(ctx context.Context, job *creation) (err error) {
	job.options.First = job.first
	if job.predecessor == "" {
		return nil
	}
	if job.first {
		return usagef("--first and --predecessor exclude each other")
	}
	job.lastIn = "--predecessor " + job.predecessor
	job.options.Predecessor, job.last, err = c.predecessor(ctx, &job.createFlags)
	return err
}

// createOne makes the dossier of one product.
func (c *Cmd) createOne(ctx context.Context, release string, job *creation) error {
	o, err := c.collectOptions(release, job)
	if err != nil {
		return err
	}
	if job.signer == nil {
		if err := c.loadSigners(ctx, job); err != nil {
			return err
		}
		if job.sources, err = c.sources(ctx, job); err != nil {
			return err
		}
	}
	o.Sources = slices.Concat(o.Sources, job.sources)
	job.signWith(ctx, c, &o)
	show, end := c.progress()
	o.Progress = show
	draft, err := collect.Release(ctx, o)
	end()
	if err != nil {
		return usageError{job.withRemedy(err)}
	}
	defer draft.Close()
	for i := range draft.Gaps {
		draft.Gaps[i].Fix = inFlags(draft.Gaps[i].Fix)
	}
	if err := follows(draft.Record, job.last, job.lastIn); err != nil {
		return err
	}
	return c.sign(ctx, draft, job)
}

// withRemedy gives mistakes of the configuration their line, and says how to go
// on without the sources that failed. Without one that is configured wrongly no
// run goes on: its remedy is the configuration.
func (job *creation) withRemedy(err error) error {
	var file *git.FileError
	if errors.As(err, &file) {
		return job.config.inFiles(file)
	}
	var part *collect.PartError
	if errors.As(err, &part) {
		return placed(job.config.part(part.Part).at, err)
	}
	var failed *collect.SourcesError
	if !errors.As(err, &failed) {
		return err
	}
	flags := ""
	for _, f := range failed.Failed {
		if file := job.recordedIn(f.Source); file != "" {
			return fmt.Errorf("%w\nthe answers of %s were taken from %s: give those that were recorded for this release, or leave --recorded out, so that it is asked", err, f.Source, file)
		}
		var mistake *results.EntryError
		if errors.As(f, &mistake) {
			return err
		}
		flags += " --allow-incomplete " + f.Source
	}
	return fmt.Errorf("%w\nmend that, or go on without it, which the dossier will say, with%s", err, flags)
}
