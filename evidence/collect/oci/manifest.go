package oci

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
	typeManifest       = "application/vnd.oci.image.manifest.v1+json"
	typeIndex          = "application/vnd.oci.image.index.v1+json"
	typeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	typeDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	typeConfig         = "application/vnd.oci.image.config.v1+json"
	typeDockerConfig   = "application/vnd.docker.container.image.v1+json"
)

var manifestTypes = []string{typeIndex, typeManifest, typeDockerList, typeDockerManifest}

// descriptor points to content by its digest (OCI image specification 1.1).
type descriptor struct {
	MediaType    string            `json:"mediaType"`
	Digest       string            `json:"digest"`
	Size         int64             `json:"size"`
	ArtifactType string            `json:"artifactType"`
	Annotations  map[string]string `json:"annotations"`
	Platform     *v1.Platform      `json:"platform"`
}

func (d descriptor) digest() (evidence.Digest, error) {
	digest, err := evidence.ParseDigest(d.Digest)
	if err != nil || digest.String() != d.Digest {
		return digest, fmt.Errorf("digest %.100q: want sha256: and 64 hex digits", d.Digest)
	}
	return digest, nil
}

// check compares bytes with what d says of them.
func (d descriptor) check(data []byte) error {
	if int64(len(data)) != d.Size {
		return fmt.Errorf("it is listed with %d bytes and has %d", d.Size, len(data))
	}
	if sum := evidence.Sum(data).String(); sum != d.Digest {
		return fmt.Errorf("the registry was asked for %s and sends %s: do not trust it", d.Digest, sum)
	}
	return nil
}

// manifest is a manifest or an index.
type manifest struct {
	SchemaVersion int64             `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        *descriptor       `json:"config"`
	Layers        []descriptor      `json:"layers"`
	Manifests     []descriptor      `json:"manifests"`
	Subject       *descriptor       `json:"subject"`
	Annotations   map[string]string `json:"annotations"`

	raw []byte
}

// parseManifest reads a manifest that was sent as contentType. Bytes that could
// be read as something else are refused (OCI image specification 1.1, manifest,
// mediaType).
func parseManifest(raw []byte, contentType string) (*manifest, error) {
	m := &manifest{raw: raw}
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
	case m.isIndex() != (m.Config == nil) || m.isIndex() && m.Layers != nil || !m.isIndex() && m.Manifests != nil:
		return nil, errors.New("it can be read as a manifest and as an index")
	}
	return m, nil
}

func (m *manifest) isIndex() bool { return m.MediaType == typeIndex || m.MediaType == typeDockerList }

// isImage reports whether a media type is that of something that runs.
func isImage(mediaType string) bool {
	return mediaType == typeManifest || mediaType == typeDockerManifest
}

// config is the part of an image's configuration that is looked at.
type config struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
	OSVersion    string `json:"os.version"`
	Config       struct {
		Labels map[string]string `json:"Labels"`
	} `json:"config"`
}

func (c config) platform() string {
	p := v1.Platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant, OSVersion: c.OSVersion}
	return printable(p.String(), 100)
}

// labels reads what an image says of itself in the first of the sets that has
// it.
func labels(sets ...map[string]string) evidence.ImageLabels {
	first := func(key string) string {
		for _, s := range sets {
			if v := s["org.opencontainers.image."+key]; v != "" {
				return printable(v, 500)
			}
		}
		return ""
	}
	return evidence.ImageLabels{Source: first("source"), Revision: first("revision"), Version: first("version")}
}
