package registry

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/distribution"
)

const (
	typeRelease   = "application/vnd.release-dossier.release.v1"
	typeMaterials = "application/vnd.release-dossier.materials.v1"
	typeEmpty     = "application/vnd.oci.empty.v1+json"

	annotationRelease = "dossier.release"
)

// emptyBlob is the configuration of every manifest (OCI image specification 1.1,
// guidance for an empty descriptor).
var emptyBlob = bundle.BytesBlob([]byte("{}"))

// anchor returns the manifest that statements without an image are attached to.
// It depends on the release alone, so that everybody writes the same one.
func anchor(release evidence.Digest) []byte {
	empty := fmt.Sprintf(`{"mediaType":"%s","digest":"%s","size":%d}`, typeEmpty, emptyBlob.Digest, emptyBlob.Size)
	return fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":"%s","artifactType":"%s","config":%s,"layers":[%s],"annotations":{"%s":"%s"}}`,
		distribution.TypeManifest, typeRelease, empty, empty, annotationRelease, release)
}

// anchorImage describes the anchor as a subject.
func anchorImage(release evidence.Digest) bundle.Image {
	raw := anchor(release)
	return bundle.Image{MediaType: distribution.TypeManifest, Digest: evidence.Sum(raw), Size: int64(len(raw))}
}

// Tag is the tag of a release that has statements about no image.
func Tag(release evidence.Digest) string { return "dossier-" + release.Hex() }

// anchored returns the release that a manifest is the anchor of.
func anchored(m *distribution.Manifest) (evidence.Digest, bool) {
	release, err := evidence.ParseDigest(m.Annotations[annotationRelease])
	return release, err == nil && string(anchor(release)) == string(m.Raw)
}

// entryTag is the tag that a manifest attached to subject has in a registry
// without the referrers interface, so that no list has to be written to add it.
func entryTag(subject, manifest evidence.Digest) string {
	return entryPrefix(subject) + manifest.Hex()
}

func entryPrefix(subject evidence.Digest) string { return "dossier-" + subject.Hex()[:32] + "-" }

// attachedTo lists what is attached to subject. ByTag says that the registry has
// no referrers interface.
func attachedTo(ctx context.Context, r *distribution.Repository, subject evidence.Digest) (list []distribution.Descriptor, byTag bool, err error) {
	list, byTag, err = r.Referrers(ctx, subject.String())
	if err != nil || !byTag {
		return list, byTag, err
	}
	missing, err := unlisted(ctx, r, subject, list)
	return append(list, missing...), true, err
}

// unlisted returns what has a tag of its own and is not in the list.
func unlisted(ctx context.Context, r *distribution.Repository, subject evidence.Digest, list []distribution.Descriptor) ([]distribution.Descriptor, error) {
	listed := map[string]bool{}
	for _, d := range list {
		listed[d.Digest] = true
	}
	tags, err := r.Tags(ctx, entryPrefix(subject))
	if cannotList(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tags: %w", err)
	}
	var more []distribution.Descriptor
	for _, tag := range tags {
		id, err := evidence.ParseDigest("sha256:" + strings.TrimPrefix(tag, entryPrefix(subject)))
		if err != nil || listed[id.String()] {
			continue
		}
		m, err := r.Manifest(ctx, id.String())
		if err := distribution.Found(err); err != nil {
			return nil, fmt.Errorf("tag %s: %w", distribution.Printable(tag, 130), err)
		}
		if err == nil && m.Subject != nil && m.Subject.Digest == subject.String() {
			more = append(more, m.Describe())
		}
	}
	return more, nil
}

// cannotList reports whether a registry does not list tags, or not for us. Then
// only the index says what is attached.
func cannotList(err error) bool {
	switch distribution.StatusOf(err) {
	case 401, 403, 404, 405, 501:
		return true
	}
	return false
}

// target is a reference with or without tag or digest.
type target struct {
	repo name.Repository
	// tag or digest; both empty for the repository as a whole.
	tag    string
	digest string
}

func parseTarget(reference string, plain bool) (target, error) {
	if ref, err := distribution.Parse(reference, plain); err == nil {
		t := target{repo: ref.Context()}
		if d, ok := ref.(name.Digest); ok {
			t.digest = d.DigestStr()
		} else {
			t.tag = ref.Identifier()
		}
		if t.digest != "" {
			if _, err := evidence.ParseDigest(t.digest); err != nil {
				return target{}, fmt.Errorf("%.200q: %w", reference, err)
			}
		}
		return t, nil
	}
	repo, err := distribution.ParseRepository(reference, plain)
	if err != nil {
		return target{}, fmt.Errorf("%.200q is no reference: want REGISTRY/NAME, REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:<64 hex>", reference)
	}
	return target{repo: repo}, nil
}

// CheckRepository refuses what is no name of a repository: "ghcr.io/acme/hello",
// without tag or digest.
func CheckRepository(repository string) error {
	_, err := distribution.ParseRepository(repository, true)
	return err
}

func (t target) identifier() string {
	if t.digest != "" {
		return t.digest
	}
	return t.tag
}
