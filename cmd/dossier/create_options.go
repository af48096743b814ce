package main

import (
	"context"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/attest/kms"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/oci"
	"github.com/release-dossier/dossier/evidence/records"
	"github.com/release-dossier/dossier/verify/trust"
)

// collectOptions joins flags and configuration; flags prevail.
func (c *Cmd) collectOptions(release string, job *creation) (collect.Options, error) {
	o, p := job.options, job.product
	tags := p.tagNames(release)
	o.Dir, o.Tag, o.OrTags, o.PreviousTag, o.TagPattern = job.dir, tags[0], tags[1:], job.previous, p.tags
	o.Version, o.Name, o.Component = job.version, p.name, p.Component
	o.Kind = evidence.Kind(firstOf(job.kind, p.kind))
	o.Repository = firstOf(job.repository, job.config.Repository)
	o.IncludeArtifacts, o.GenerateSBOM = job.include, true
	for _, f := range job.config.Collect.Git.Files {
		o.Files = append(o.Files, f.Value)
	}
	g := job.config.Collect.Git
	o.ReleaseBranches, o.DefaultBranch, o.PatchIDs = g.ReleaseBranches, g.DefaultBranch, !g.SkipPatchIDs
	o.Environ, o.Now, o.ToolVersion = c.Env, job.now, programVersion()
	o.AllowIncomplete, o.RecordsDir = job.incomplete, job.recordsDir()
	for _, one := range job.config.Components {
		o.Components = append(o.Components, one.Name)
	}
	o.Withhold = job.withheld()
	var err error
	if o.TicketPattern, err = job.config.Collect.ticketPattern(); err != nil {
		return o, err
	}
	if err := job.addFiles(&o); err != nil {
		return o, err
	}
	return o, c.addArtifacts(job, &o)
}

// withheld are the parts that are withheld. A component without results or
// images has none of theirs.
func (job *creation) withheld() (list []string) {
	for _, w := range job.config.Withhold {
		source, _, _ := strings.Cut(w.Part, ".")
		lacks := source == "results" && job.product.results == nil || source == "oci" && !job.product.hasImages()
		if !job.product.part || !lacks {
			list = append(list, w.Part)
		}
	}
	return list
}

// recordsDir is where the configuration says that records are.
func (job *creation) recordsDir() func(component, version string) (string, error) {
	if job.config.Collect.Records.Value == "" {
		return nil
	}
	return func(component, version string) (string, error) {
		if _, err := records.Dir(component, version); err != nil {
			return "", err
		}
		return recordsDir(job.config.Collect.Records.Value, component, version), nil
	}
}

// addFiles finds the documents that others made for the release.
func (job *creation) addFiles(o *collect.Options) error {
	for _, l := range []struct {
		flag  []string
		lines []located
		into  *[]string
	}{
		{job.sboms, job.product.SBOMs, &o.SBOMs},
		{job.provenance, job.product.Provenance, &o.Provenance},
		{job.attestations, job.product.Attestations, &o.Attestations},
	} {
		*l.into = l.flag
		if len(l.flag) > 0 {
			continue
		}
		var err error
		if *l.into, err = expand(job.dir, l.lines); err != nil {
			return err
		}
	}
	return nil
}

// addArtifacts tells files and images apart, and adds the sources of what is
// released.
func (c *Cmd) addArtifacts(job *creation, o *collect.Options) error {
	var images []string
	var patterns []located
	for _, a := range job.artifacts {
		if oci.IsReference(a) {
			images = append(images, a)
		} else {
			o.Artifacts = append(o.Artifacts, a)
		}
	}
	if len(job.artifacts) == 0 {
		for _, a := range job.product.Artifacts {
			if a.Image != "" {
				images = append(images, a.Image)
			} else {
				patterns = append(patterns, a.File)
			}
		}
	}
	files, err := expand(job.dir, patterns)
	if err != nil {
		return err
	}
	o.Artifacts = append(o.Artifacts, files...)
	if len(o.Artifacts)+len(images) == 0 {
		return usagef("create: no artifact is given: use --artifact FILE, or list artifacts in %s", configPath)
	}
	return c.productSources(job, images, o)
}

// loadSigners loads the keys of the release statement and of provenance. A dry
// run that has none, or would have to ask services, which may publish what they
// are asked, signs with a key that is thrown away, so that the policy can be asked.
func (c *Cmd) loadSigners(ctx context.Context, job *creation) (err error) {
	job.config.Sign.into(&job.sign)
	if !job.sign.isKeyless() && job.sign.key == "" {
		if job.sign.key, err = job.configuredKey(job.config.Sign.Key); err != nil {
			return err
		}
		job.sign.keyAt = &job.config.Sign.Key
	}
	build, err := job.builderFlags()
	if err != nil {
		return err
	}
	anchors, err := job.judge.allAnchors(c, job.now)
	if err != nil {
		return err
	}
	if job.dryRun && (job.sign.key == "" || job.sign.asksServices()) {
		return c.makeThrowaway(ctx, job, build, anchors)
	}
	if job.sign.key == "" && !job.sign.isKeyless() {
		return errNoKey
	}
	if job.signer, err = c.signerFor(ctx, "create", &job.sign, anchors); err != nil {
		return err
	}
	job.builder = job.signer
	if build.key != "" && build.key != job.sign.key {
		job.builder, err = c.signerFor(ctx, "create", build, anchors)
	}
	return err
}

// builderFlags say who signs provenance: a key, if another one than that of the
// release statement, with the same proofs.
func (job *creation) builderFlags() (*signFlags, error) {
	sign := &job.sign
	f := &signFlags{
		key: job.builderKey, builder: true, config: sign.config, timestamp: sign.timestamp, log: sign.log, timeout: sign.timeout, byFile: sign.byFile,
	}
	if sign.isKeyless() { // certificates always have a timestamp
		f.timestamp.wanted, f.log = true, !sign.noLog
	}
	if f.key != "" {
		return f, nil
	}
	f.keyAt = &job.config.Sign.BuilderKey
	var err error
	f.key, err = job.configuredKey(*f.keyAt)
	return f, err
}

// makeThrowaway makes a key for a dry run. What is given is read all the same, so
// that its mistakes show.
func (c *Cmd) makeThrowaway(ctx context.Context, job *creation, build *signFlags, anchors trust.Anchors) error {
	if err := job.sign.contradict("create"); err != nil {
		return err
	}
	if _, err := job.sign.services(); err != nil {
		return err
	}
	for _, f := range []*signFlags{&job.sign, build} {
		if f.key == "" {
			continue
		}
		alone := &signFlags{key: f.key, passphraseFile: f.passphraseFile, keyAt: f.keyAt, builder: f.builder, certificate: f.certificate, timeout: f.timeout}
		if _, err := c.signerFor(ctx, "create", alone, anchors); err != nil {
			return err
		}
	}
	private, _, err := attest.GenerateKey(nil)
	if err != nil {
		return err
	}
	key, err := attest.LoadSigner(private, nil)
	if err != nil {
		return err
	}
	job.throwaway = true
	job.signer = ofKey(key, "signed")
	job.builder = job.signer
	return nil
}

// configuredKey is the key that the configuration names. One of a plugin is a
// program to run, which the repository does not decide.
func (job *creation) configuredKey(key located) (string, error) {
	switch {
	case !kms.IsReference(key.Value):
		return beside(job.dir, key.Value), nil
	case job.createFlags.config == "":
		return "", usageError{key.Errorf("%s is the key of a plugin, and a repository does not say which program runs: give it with --key or --builder-key, or name this file with --config", key.Value)}
	}
	return key.Value, nil
}

// twoKeys reports whether release statement and provenance have different
// signers.
func (job *creation) twoKeys() bool { return job.builder != job.signer }

// signWith puts the public halves of the keys among the materials, and lets them
// sign what is signed before the release statement.
func (job *creation) signWith(ctx context.Context, c *Cmd, o *collect.Options) {
	if job.twoKeys() {
		o.PublicKeys = append(o.PublicKeys, job.builder.key.PEM())
	}
	if !job.throwaway && job.signer.key.Algorithm() != "" {
		o.PublicKeys = append(o.PublicKeys, job.signer.key.PEM())
	}
	o.BuildProvenance = func(payload []byte) ([]byte, error) { return attest.Sign(ctx, job.builder, payload) }
	o.SignRecord = func(f records.File, payload []byte) ([]byte, error) { return job.signScoped(ctx, c, f, payload) }
}

var errNoKey = usagef("create: no key is given: use --key with the key that already signs your tags, sign.key or sign.keyless in %s, or --keyless; \"dossier keygen\" makes one as a last resort", configPath)
