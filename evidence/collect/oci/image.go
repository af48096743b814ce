package oci

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// image is one image, as it was found in a registry.
type image struct {
	repo     *repository
	artifact evidence.Artifact
	// manifests and configs are bytes to embed, the image's own manifest first.
	manifests, configs [][]byte
	mediaTypes         []string // of the manifests
	// attested are the attestation manifests that BuildKit puts into an index.
	attested []descriptor
}

// parse reads a reference with tag or digest.
func parse(reference string, plain bool) (name.Reference, error) {
	options := []name.Option{name.StrictValidation}
	if plain {
		options = append(options, name.Insecure)
	}
	ref, err := name.ParseReference(reference, options...)
	if err != nil {
		return nil, fmt.Errorf("%.200q is no image: want REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:<64 hex>", reference)
	}
	return ref, nil
}

// CheckReference refuses what cannot be one of [Options.Images].
func CheckReference(reference string) error {
	_, err := parse(reference, true)
	return err
}

// resolve finds out what a reference names.
func resolve(ctx context.Context, ref name.Reference, o Options, g *guard) (*image, error) {
	repo, err := open(ctx, ref.Context(), o, g)
	if err != nil {
		return nil, err
	}
	m, err := repo.manifest(ctx, ref.Identifier())
	if err != nil {
		return nil, err
	}
	about := &evidence.Image{Repository: ref.Context().Name()}
	if tag, ok := ref.(name.Tag); ok {
		now := evidence.At(o.Now)
		about.Tag, about.ResolvedAt = tag.TagStr(), &now
	}
	img := &image{repo: repo, artifact: evidence.Artifact{
		Name: ref.Context().Name(), Digest: evidence.Sum(m.raw), Size: int64(len(m.raw)), MediaType: m.MediaType, Image: about,
	}}
	img.keep(m)
	if m.isIndex() {
		err = img.readIndex(ctx, m)
	} else {
		about.Platform, about.Labels, err = img.readConfig(ctx, m)
	}
	img.artifact.Version = about.Labels.Version
	return img, err
}

func (i *image) keep(m *manifest) {
	i.manifests, i.mediaTypes = append(i.manifests, m.raw), append(i.mediaTypes, m.MediaType)
}

// readIndex reads the manifests of an index.
func (i *image) readIndex(ctx context.Context, index *manifest) error {
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
			return fmt.Errorf("image %s of the index: %w", printable(d.Digest, 80), err)
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

func (i *image) readPlatform(ctx context.Context, d descriptor) (evidence.PlatformImage, error) {
	p := evidence.PlatformImage{MediaType: d.MediaType, Size: d.Size}
	if !isImage(d.MediaType) {
		return p, fmt.Errorf("%.100q is not the type of an image", d.MediaType)
	}
	m, err := i.repo.byDigest(ctx, d)
	if err != nil {
		return p, err
	}
	i.keep(m)
	p.Digest = evidence.Sum(m.raw)
	if p.Platform, p.Labels, err = i.readConfig(ctx, m); err != nil {
		return p, err
	}
	if d.Platform != nil {
		p.Platform = printable(d.Platform.String(), 100)
	}
	return p, nil
}

// readConfig reads platform and labels of an image. What is no container, such
// as a chart, has neither.
func (i *image) readConfig(ctx context.Context, m *manifest) (string, evidence.ImageLabels, error) {
	if m.Config.MediaType != typeConfig && m.Config.MediaType != typeDockerConfig {
		return "", labels(m.Annotations), nil
	}
	raw, err := i.repo.blob(ctx, *m.Config, i.repo.limits.Manifest)
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
func (i *image) subjects() []descriptor {
	a := i.artifact
	list := []descriptor{{MediaType: a.MediaType, Digest: a.Digest.String(), Size: a.Size}}
	for _, p := range a.Image.Platforms {
		list = append(list, descriptor{MediaType: p.MediaType, Digest: p.Digest.String(), Size: p.Size})
	}
	return list
}
