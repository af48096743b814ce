package oci

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/distribution"
)

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
	return distribution.Printable(p.String(), 100)
}

// labels reads what an image says of itself in the first of the sets that has
// it.
func labels(sets ...map[string]string) evidence.ImageLabels {
	first := func(key string) string {
		for _, s := range sets {
			if v := s["org.opencontainers.image."+key]; v != "" {
				return distribution.Printable(v, 500)
			}
		}
		return ""
	}
	return evidence.ImageLabels{Source: first("source"), Revision: first("revision"), Version: first("version")}
}
