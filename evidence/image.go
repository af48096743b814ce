package evidence

import (
	"errors"
	"fmt"
	"slices"
)

// Image is what is known of a container image beside its manifest's digest,
// which is the artifact's. Digest, media type and size of the platforms are
// those of the index, so they are proven if its bytes are among the materials.
type Image struct {
	// Repository is registry and repository: "ghcr.io/acme/hello".
	Repository string `json:"repository" rec:"R;1.9.3.3"`
	// Tag is the tag by which it was found. It may be moved any time.
	Tag string `json:"tag,omitempty" rec:"O;1.9.3.3"`
	// ResolvedAt is when the tag named this image.
	ResolvedAt *Time `json:"resolvedAt,omitempty" rec:"C;1.9.3.3;when tag is given"`
	// Labels are what the image says of itself.
	Labels ImageLabels `json:"labels,omitzero" rec:"O;1.9.3.3"`
	// Platform is what it runs on, if it is for one platform: "linux/arm64/v8".
	Platform string `json:"platform,omitempty" rec:"C;1.9.3.3;when it is no index"`
	// Platforms are the images of an index, in its order.
	Platforms []PlatformImage `json:"platforms,omitempty" rec:"C;1.3.2,1.13.5.3;when it is an index"`
}

// PlatformImage is one image of an index.
type PlatformImage struct {
	// Platform is what it runs on: "linux/arm64/v8".
	Platform string `json:"platform,omitempty" rec:"O;1.3.2"`
	// Digest is the SHA-256 of its manifest.
	Digest Digest `json:"digest" rec:"R;1.3.2"`
	// MediaType is that of the manifest.
	MediaType string `json:"mediaType" rec:"R;1.3.2"`
	// Size is the number of bytes of the manifest.
	Size int64 `json:"size" rec:"R;1.3.2"`
	// Labels are what the image says of itself.
	Labels ImageLabels `json:"labels,omitzero" rec:"O;1.9.3.3"`
}

// ImageLabels are labels of an image's configuration or annotations of its
// manifest (OCI image specification 1.1, annotations).
type ImageLabels struct {
	// Source is where the source lives: org.opencontainers.image.source.
	Source string `json:"source,omitempty" rec:"O;1.9.3.3"`
	// Revision is the commit: org.opencontainers.image.revision.
	Revision string `json:"revision,omitempty" rec:"O;1.9.3.3"`
	// Version is the version: org.opencontainers.image.version.
	Version string `json:"version,omitempty" rec:"O;1.9.3.3"`
}

// Digests returns the artifact's digest and, of an index, those of its images.
func (a Artifact) Digests() []Digest {
	list := []Digest{a.Digest}
	if a.Image != nil {
		for _, p := range a.Image.Platforms {
			list = append(list, p.Digest)
		}
	}
	return list
}

// Covered reports whether something that holds for single digests holds for the
// artifact: for its own digest or, of an index, for those of all its images.
func (a Artifact) Covered(holds func(Digest) bool) bool {
	list := a.Digests()
	return holds(list[0]) || len(list) > 1 && !slices.ContainsFunc(list[1:], func(d Digest) bool { return !holds(d) })
}

// MaxPlatforms is the most images of an index.
const MaxPlatforms = 200

func (i *Image) conditions(v *validator, at string) {
	if (i.Tag != "") != (i.ResolvedAt != nil) {
		v.fail(at+"/resolvedAt", errors.New("a tag names an image at some time, and only a tag does"))
	}
	if len(i.Platforms) > MaxPlatforms {
		v.fail(at+"/platforms", fmt.Errorf("%d images, at most %d are allowed", len(i.Platforms), MaxPlatforms))
	}
	seen := map[Digest]bool{}
	for _, p := range i.Platforms {
		if seen[p.Digest] {
			v.fail(at+"/platforms", fmt.Errorf("%s is listed twice", p.Digest))
		}
		seen[p.Digest] = true
	}
}
