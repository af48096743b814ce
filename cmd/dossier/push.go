package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/bundle/registry"
	"github.com/release-dossier/dossier/internal/result"
	"github.com/release-dossier/dossier/verify/report"
)

func (c *Cmd) pushCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "push FILE|DIR [REPOSITORY|REF...]",
		Short: "Add a dossier to the registry where its images are",
		Long: `push attaches the statements of a dossier to the images that they name, where
cosign and others find them. A statement about no image that is there gets the
tag dossier-HEX, and so does the whole dossier of a release without images.

Without REPOSITORY it goes wherever the release statement says that its images
are. REF is an image of the release there. Nothing that is there is changed or
removed: several may push at once, and a push that failed can be repeated.
Credentials are those of "docker login".`,
		Example: `  dossier push hello-1.4.0.dossier
  dossier push hello-1.4.0.dossier ghcr.io/acme/hello`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			pushed, err := c.pushFile(cmd.Context(), args[0], args[1:])
			if c.asJSON && (err == nil || pushed != nil) {
				err = errors.Join(c.printResult(result.Result{Pushed: pushed}), err)
			}
			return err
		},
	}
	c.registerRemote(cmd)
	c.registerResult(cmd)
	return cmd
}

func (c *Cmd) pushFile(ctx context.Context, file string, to []string) ([]result.Push, error) {
	if _, ok, err := reference(file); ok || err != nil {
		return nil, firstError(err, usagef("push: the first argument is a file or directory: \"dossier pull %s -o FILE\" makes one", file))
	}
	d, err := c.openFile(ctx, file)
	if err != nil {
		return nil, c.cannotRead(err)
	}
	defer d.Close()
	return c.push(ctx, d, to)
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// push pushes a dossier to repositories, or to where its images are. It returns what
// was pushed before an error, too. People are told of each at once.
func (c *Cmd) push(ctx context.Context, d *bundle.Dossier, to []string) (list []result.Push, err error) {
	if len(to) == 0 {
		if to = imageRepositories(d); len(to) == 0 {
			return nil, usagef("push: the release statement lists no image that is in a registry: say which repository: REGISTRY/NAME")
		}
	}
	for _, ref := range to {
		p, err := registry.Push(ctx, d, strings.TrimPrefix(ref, scheme), c.registryOptions())
		if err != nil {
			return list, usagef("%w; a push can be repeated", err)
		}
		told := result.Push{Repository: p.Repository, Images: p.Images, Manifests: p.Manifests, Blobs: p.Blobs, Bytes: p.Bytes}
		if p.Anchored {
			told.Tag = registry.Tag(p.Release)
		}
		list = append(list, told)
		if !c.asJSON {
			c.pushedTo(told)
		}
	}
	return list, nil
}

// pushedTo says where a dossier is now.
func (c *Cmd) pushedTo(p result.Push) {
	added := "all of it was there"
	if p.Manifests+p.Blobs > 0 {
		added = fmt.Sprintf("added %s and %s of %s", counted(p.Manifests, "manifest", "manifests"), counted(p.Blobs, "blob", "blobs"), counted(p.Bytes, "byte", "bytes"))
	}
	fmt.Fprintf(c.Stdout, "%s  %s\n", report.Safe(p.Repository), added)
	if p.Tag != "" {
		fmt.Fprintf(c.Stdout, "  %s:%s\n", report.Safe(p.Repository), p.Tag)
	}
	for _, img := range p.Images {
		fmt.Fprintf(c.Stdout, "  %s@%s\n", report.Safe(p.Repository), img)
	}
}

// imageRepositories are the repositories that the release statement names.
func imageRepositories(d *bundle.Dossier) []string {
	var list []string
	for _, st := range d.Statements() {
		record, err := evidence.DecodeRecord(st.Statement.Predicate)
		if !st.IsRelease() || err != nil {
			continue
		}
		for _, a := range record.Artifacts {
			if a.Image != nil && a.Image.Repository != "" {
				list = append(list, a.Image.Repository)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// pushFinished pushes a dossier that create has made.
func (c *Cmd) pushFinished(ctx context.Context, f finished, job *creation) ([]result.Push, error) {
	pushed, err := c.pushFile(ctx, f.out, job.pushTo())
	if err != nil {
		err = fmt.Errorf("%s is written and signed, but not in the registry: %w", f.out, err)
	}
	return pushed, err
}

// pushToImages is what --push stands for without a repository.
const pushToImages = "images"

// pushTo is where create pushes to: as the flag says, as the configuration says,
// or, if that is nothing, where the images are.
func (job *creation) pushTo() []string {
	if job.push != pushToImages {
		return []string{job.push}
	}
	if job.config.Store.Value != "" {
		return []string{job.config.Store.Value}
	}
	return nil
}
