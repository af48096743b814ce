package oci

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/internal/distribution"
)

// Source collects images. It implements [collect.Source].
type Source struct {
	o    Options
	refs []name.Reference
}

var _ collect.Source = (*Source)(nil)

// New returns a source of the images that o names.
func New(o Options) (*Source, error) {
	if len(o.Images) == 0 {
		return nil, errors.New("no image is given")
	}
	if o.Now.IsZero() {
		return nil, errors.New("no time was given at which tags are resolved")
	}
	o.Limits = o.Limits.withDefaults()
	s := &Source{o: o}
	for _, text := range o.Images {
		ref, err := distribution.Parse(text, o.PlainHTTP)
		if err != nil {
			return nil, err
		}
		s.refs = append(s.refs, ref)
	}
	return s, nil
}

// Name implements [collect.Source].
func (s *Source) Name() string { return "oci" }

// Stage implements [collect.Source].
func (s *Source) Stage() collect.Stage { return collect.Artifacts }

// Unknown implements [collect.Source].
func (s *Source) Unknown() []string { return []string{"artifact/*", "sbom/*", "provenance/*"} }

// The parts of what is embedded, by which it can be withheld.
const (
	partManifests = "manifests"
	partConfigs   = "configs"
)

// Parts are the parts of what is embedded by which it can be withheld.
func Parts() []string { return []string{partManifests, partConfigs} }

// Collect implements [collect.Source]. An image that cannot be read is an
// error; what is attached to it and cannot be read is listed as unread.
func (s *Source) Collect(ctx context.Context, t collect.Target) (*collect.Part, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Limits.Time)
	defer cancel()
	client := s.o.client()
	g := distribution.NewGuard(client)
	c := &collection{target: t, part: &collect.Part{URI: s.refs[0].Context().Scheme() + "://" + s.refs[0].Context().Name()}, files: map[evidence.Digest]bool{}}
	for n, ref := range s.refs {
		img, err := resolve(ctx, ref, client, s.o.Now, g)
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", ref.Name(), distribution.Explain(err, ref.Context().RegistryStr()))
		}
		if err := c.add(ctx, img, ref, s.o.Limits); err != nil {
			return nil, fmt.Errorf("image %s: %w", ref.Name(), distribution.Explain(err, ref.Context().RegistryStr()))
		}
		if t.Progress != nil {
			t.Progress(int64(n+1), int64(len(s.refs)))
		}
	}
	if err := c.name(); err != nil {
		return nil, err
	}
	c.part.Fill = func(r *evidence.Record) error {
		r.Artifacts = append(r.Artifacts, c.artifacts...)
		return nil
	}
	return c.part, nil
}

// collection is a part in the making.
type collection struct {
	target    collect.Target
	part      *collect.Part
	artifacts []evidence.Artifact
	files     map[evidence.Digest]bool // written already
	disk      error                    // why a document could not be written
}

func (c *collection) add(ctx context.Context, img *image, ref name.Reference, limits Limits) error {
	a := img.artifact
	c.artifacts = append(c.artifacts, a)
	text := fmt.Sprintf("%s, %s", a.Name, a.Digest)
	if n := len(a.Image.Platforms); n > 0 {
		text += fmt.Sprintf(", %d platforms", n)
	}
	c.part.Found = append(c.part.Found, collect.Found{What: "image", Text: text, Grade: collect.Proven, Source: ref.Name()})
	c.revision(a)
	dir := "images/" + a.Digest.Short()
	for i, raw := range img.manifests {
		c.document(fmt.Sprintf("%s/manifest-%d.json", dir, i), img.mediaTypes[i], raw, partManifests)
	}
	for i, raw := range img.configs {
		c.document(fmt.Sprintf("%s/config-%d.json", dir, i), distribution.TypeConfig, raw, partConfigs)
	}
	s, err := img.referrers(ctx, limits, c.attach)
	if err != nil {
		return err
	}
	c.missed(s)
	return c.disk
}

// revision notices an image that says it was built from another commit.
func (c *collection) revision(a evidence.Artifact) {
	switch said := a.Image.Labels.Revision; {
	case said == "":
		c.part.Gaps = append(c.part.Gaps, collect.Gap{What: "an image that names its commit", Who: collect.Setting,
			Why: a.Name + " has no label org.opencontainers.image.revision", Fix: "set it when the image is built"})
	case said != c.target.Commit:
		c.part.Gaps = append(c.part.Gaps, collect.Gap{What: "an image of the tagged commit", Who: collect.Setting,
			Why: fmt.Sprintf("%s says that its revision is %.80q", a.Name, said), Fix: "build the image from the tag"})
	}
}

func (c *collection) document(name, mediaType string, raw []byte, part string) {
	c.part.Documents = append(c.part.Documents, collect.Document{Name: name, MediaType: mediaType, Blob: bundle.BytesBlob(raw), Part: part})
}

// attach writes a document where package collect reads files, once. One that
// cannot be read is an error.
func (c *collection) attach(doc attached) error {
	if c.files[doc.digest] {
		return nil
	}
	k, err := doc.classify()
	if err != nil {
		return err
	}
	c.files[doc.digest] = true
	path := filepath.Join(c.target.TempDir, fmt.Sprintf("%s-%d%s", doc.digest.Short(), len(c.files), k.extension()))
	if err := os.WriteFile(path, doc.data, 0o600); err != nil {
		c.disk = err
		return err
	}
	f := collect.File{Path: path, From: doc.from, Location: doc.from, RunID: doc.run}
	switch k {
	case kindSBOM:
		c.part.SBOMs = append(c.part.SBOMs, f)
	case kindProvenance:
		c.part.Provenance = append(c.part.Provenance, f)
	case kindAttestation:
		c.part.Attestations = append(c.part.Attestations, f)
	}
	return nil
}

// missed lists what was attached and not embedded, alike failures once.
func (c *collection) missed(s *search) {
	for _, u := range s.unread {
		err := distribution.Explain(u.err, s.repo.RegistryStr())
		i := slices.IndexFunc(c.part.Unread, func(v evidence.Unread) bool { return v.What == u.what && v.Why == err.Error() })
		if i >= 0 {
			c.part.Unread[i].Count = max(c.part.Unread[i].Count, 1) + 1
			continue
		}
		unread := evidence.Unread{
			What: u.what, Subject: distribution.Printable(u.subject, 300), Status: int64(err.Status), Why: err.Error(), Remedy: remedy(err.Status),
			Unknown: []string{"sbom/*", "provenance/*"},
		}
		if hidden(err.Status) {
			unread.Needs = "pull"
		}
		c.part.Unread = append(c.part.Unread, unread)
	}
	if len(s.kinds) > 0 {
		c.part.Found = append(c.part.Found, collect.Found{
			What: "attached", Text: "not embedded: " + s.others(), Grade: collect.Claimed, Source: s.artifact.Name,
		})
	}
}

// others lists what is attached and of no kind that is read.
func (s *search) others() string {
	var list []string
	for k, n := range s.kinds {
		list = append(list, fmt.Sprintf("%d of %s", n, distribution.Printable(cmp.Or(k, "no type"), 80)))
	}
	slices.Sort(list)
	if len(list) > 5 {
		list = append(list[:5], "others")
	}
	return strings.Join(list, ", ")
}

// name tells images of one repository apart by their tags.
func (c *collection) name() error {
	count, seen := map[string]int{}, map[evidence.Digest]string{}
	for _, a := range c.artifacts {
		count[a.Name]++
	}
	for i, a := range c.artifacts {
		if other, ok := seen[a.Digest]; ok {
			return fmt.Errorf("images %s and %s are the same (%s): give one of them", other, a.Name, a.Digest)
		}
		if count[a.Name] > 1 {
			a.Name += "@" + a.Digest.String()
			if tag := a.Image.Tag; tag != "" {
				a.Name = a.Image.Repository + ":" + tag
			}
		}
		c.artifacts[i].Name, seen[a.Digest] = a.Name, a.Name
	}
	return nil
}
