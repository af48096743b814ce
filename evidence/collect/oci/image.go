package oci

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/distribution"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// image is one image, as it was found in a registry.
type image struct {
	repo     *distribution.Repository
	artifact evidence.Artifact
	// manifests and configs are bytes to embed, the image's own manifest first.
	manifests, configs [][]byte
	mediaTypes         []string // of the manifests
	// attested are the attestation manifests that BuildKit puts into an index.
	attested []distribution.Descriptor
	most     int64 // bytes of a configuration
}

// CheckReference refuses what cannot be one of [Options.Images].
func CheckReference(reference string) error {
	_, err := distribution.Parse(reference, true)
	return err
}

// resolve finds out what a reference names.
func resolve(ctx context.Context, ref name.Reference, o distribution.Options, now time.Time, g *distribution.Guard) (*image, error) {
	repo, err := distribution.Open(ctx, ref.Context(), o, g)
	if err != nil {
		return nil, err
	}
	m, err := repo.Manifest(ctx, ref.Identifier())
	if err != nil {
		return nil, err
	}
	about := &evidence.Image{Repository: ref.Context().Name()}
	if tag, ok := ref.(name.Tag); ok {
		at := evidence.At(now)
		about.Tag, about.ResolvedAt = tag.TagStr(), &at
	}
	img := &image{repo: repo, most: o.Limits.Manifest, artifact: evidence.Artifact{
		Name: ref.Context().Name(), Digest: evidence.Sum(m.Raw), Size: int64(len(m.Raw)), MediaType: m.MediaType, Image: about,
	}}
	img.keep(m)
	if m.IsIndex() {
		err = img.readIndex(ctx, m)
	} else {
		about.Platform, about.Labels, err = img.readConfig(ctx, m)
	}
	img.artifact.Version = about.Labels.Version
	return img, err
}

func (i *image) keep(m *distribution.Manifest) {
	i.manifests, i.mediaTypes = append(i.manifests, m.Raw), append(i.mediaTypes, m.MediaType)
}

// readIndex reads the manifests of an index.
func (i *image) readIndex(ctx context.Context, index *distribution.Manifest) error {
	if len(index.Manifests) > evidence.MaxPlatforms {
		return fmt.Errorf("the index lists %d images, at most %d are read", len(index.Manifests), evidence.MaxPlatforms)
	}
	about, seen := i.artifact.Image, map[string]bool{}
	for _, d := range index.Manifests {
		if seen[d.Digest] {
			continue // one image may serve several platforms
		}
		seen[d.Digest] = true
		if d.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
			i.attested = append(i.attested, d)
			continue
		}
		p, err := i.readPlatform(ctx, d)
		if err != nil {
			return fmt.Errorf("image %s of the index: %w", distribution.Printable(d.Digest, 80), err)
		}
		about.Platforms = append(about.Platforms, p)
	}
	if len(about.Platforms) == 0 {
		return errors.New("the index lists no image")
	}
	about.Labels = labels(index.Annotations)
	if about.Labels == (evidence.ImageLabels{}) {
		about.Labels = common(about.Platforms)
	}
	return nil
}

// common returns the labels if all images have the same.
func common(list []evidence.PlatformImage) evidence.ImageLabels {
	for _, p := range list {
		if p.Labels != list[0].Labels {
			return evidence.ImageLabels{}
		}
	}
	return list[0].Labels
}

func (i *image) readPlatform(ctx context.Context, d distribution.Descriptor) (evidence.PlatformImage, error) {
	p := evidence.PlatformImage{MediaType: d.MediaType, Size: d.Size}
	if !distribution.IsImage(d.MediaType) {
		return p, fmt.Errorf("%.100q is not the type of an image", d.MediaType)
	}
	m, err := i.repo.ByDigest(ctx, d)
	if err != nil {
		return p, err
	}
	i.keep(m)
	p.Digest = evidence.Sum(m.Raw)
	if p.Platform, p.Labels, err = i.readConfig(ctx, m); err != nil {
		return p, err
	}
	if d.Platform != nil {
		p.Platform = distribution.Printable(d.Platform.String(), 100)
	}
	return p, nil
}

// readConfig reads platform and labels of an image. What is no container, such
// as a chart, has neither.
func (i *image) readConfig(ctx context.Context, m *distribution.Manifest) (string, evidence.ImageLabels, error) {
	if m.Config.MediaType != distribution.TypeConfig && m.Config.MediaType != distribution.TypeDockerConfig {
		return "", labels(m.Annotations), nil
	}
	raw, err := i.repo.Blob(ctx, *m.Config, i.most)
	if err != nil {
		return "", evidence.ImageLabels{}, fmt.Errorf("configuration: %w", err)
	}
	var c config
	if err := strictjson.Unmarshal(raw, &c); err != nil {
		return "", evidence.ImageLabels{}, fmt.Errorf("configuration: %w", err)
	}
	i.configs = append(i.configs, raw)
	return c.platform(), labels(c.Config.Labels, m.Annotations), nil
}

// subjects are the image and the images of its index.
func (i *image) subjects() []distribution.Descriptor {
	a := i.artifact
	list := []distribution.Descriptor{{MediaType: a.MediaType, Digest: a.Digest.String(), Size: a.Size}}
	for _, p := range a.Image.Platforms {
		list = append(list, distribution.Descriptor{MediaType: p.MediaType, Digest: p.Digest.String(), Size: p.Size})
	}
	return list
}
