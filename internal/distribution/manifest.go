package distribution

import (
	"errors"
	"fmt"
	"mime"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Media types of manifests and configurations.
const (
	TypeManifest       = "application/vnd.oci.image.manifest.v1+json"
	TypeIndex          = "application/vnd.oci.image.index.v1+json"
	TypeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	TypeDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	TypeConfig         = "application/vnd.oci.image.config.v1+json"
	TypeDockerConfig   = "application/vnd.docker.container.image.v1+json"
)

var manifestTypes = []string{TypeIndex, TypeManifest, TypeDockerList, TypeDockerManifest}

// Descriptor points to content by its digest (OCI image specification 1.1).
type Descriptor struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	Size         int64             `json:"size"`
	ArtifactType string            `json:"artifactType"`
	Annotations  map[string]string `json:"annotations"`
	Platform     *v1.Platform      `json:"platform"`
}

// ID is the digest; an error if it is not a SHA-256 in its one form.
func (d Descriptor) ID() (evidence.Digest, error) {
	digest, err := evidence.ParseDigest(d.Digest)
	if err != nil || digest.String() != d.Digest {
		return digest, fmt.Errorf("digest %.100q: want sha256: and 64 hex digits", d.Digest)
	}
	return digest, nil
}

// check compares bytes with what d says of them. Other bytes are the registry's
// lie; another size is the mistake of whoever wrote d, which anybody may.
func (d Descriptor) check(data []byte) error {
	if sum := evidence.Sum(data).String(); sum != d.Digest {
		return liesf("the registry was asked for %s and sends %s: do not trust it", d.Digest, sum)
	}
	if int64(len(data)) != d.Size {
		return fmt.Errorf("it is listed with %d bytes and has %d", d.Size, len(data))
	}
	return nil
}

// Manifest is a manifest or an index.
type Manifest struct {
	SchemaVersion int64             `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        *Descriptor       `json:"config"`
	Layers        []Descriptor      `json:"layers"`
	Manifests     []Descriptor      `json:"manifests"`
	Subject       *Descriptor       `json:"subject"`
	Annotations   map[string]string `json:"annotations"`

	// Raw are the bytes that were sent.
	Raw []byte `json:"-"`
}

// parseManifest reads a manifest that was sent as contentType. Bytes that could
// be read as something else are refused (OCI image specification 1.1, manifest,
// mediaType).
func parseManifest(raw []byte, contentType string) (*Manifest, error) {
	m := &Manifest{Raw: raw}
	if err := strictjson.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("the manifest is not valid: %w", err)
	}
	sent, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, fmt.Errorf("the registry sends it as %.100q, which is no media type", contentType)
	}
	if m.MediaType == "" {
		m.MediaType = sent
	}
	switch {
	case m.MediaType != sent:
		return nil, fmt.Errorf("it says that it is %.100q and is sent as %.100q", m.MediaType, sent)
	case !slices.Contains(manifestTypes, m.MediaType):
		return nil, fmt.Errorf("%.100q is no image: want an OCI or Docker manifest or index", m.MediaType)
	case m.SchemaVersion != 2:
		return nil, fmt.Errorf("schema version %d, want 2", m.SchemaVersion)
	case m.IsIndex() != (m.Config == nil) || m.IsIndex() && m.Layers != nil || !m.IsIndex() && m.Manifests != nil:
		return nil, errors.New("it can be read as a manifest and as an index")
	}
	return m, nil
}

// IsIndex reports whether m is an index.
func (m *Manifest) IsIndex() bool { return m.MediaType == TypeIndex || m.MediaType == TypeDockerList }

// IsImage reports whether a media type is that of something that runs.
func IsImage(mediaType string) bool {
	return mediaType == TypeManifest || mediaType == TypeDockerManifest
}

// Describe is the descriptor of a referrer, as a list of referrers has it.
func (m *Manifest) Describe() Descriptor {
	d := Descriptor{
		MediaType: m.MediaType, Digest: evidence.Sum(m.Raw).String(), Size: int64(len(m.Raw)),
		ArtifactType: m.ArtifactType, Annotations: m.Annotations,
	}
	if d.ArtifactType == "" && m.Config != nil {
		d.ArtifactType = m.Config.MediaType
	}
	return d
}

// Describe is [Manifest.Describe] of an OCI manifest by its bytes.
func Describe(raw []byte) (Descriptor, error) {
	m, err := parseManifest(raw, TypeManifest)
	if err != nil {
		return Descriptor{}, err
	}
	return m.Describe(), nil
}
