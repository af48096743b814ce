package verify

import (
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// FuzzImageIndex: an index lists the images that it lists, and none that are not
// recorded.
func FuzzImageIndex(f *testing.F) {
	f.Add([]byte(`{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","size":7},
		{"digest":"sha256:1","annotations":{"vnd.docker.reference.type":"attestation-manifest"}}]}`))
	f.Add([]byte(`{"manifests":[{"digest":"sha256:ABC","size":-1}]}`))
	f.Add([]byte(`{"manifests":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var index imageIndex
		if strictjson.Unmarshal(data, &index) != nil {
			return
		}
		var recorded []evidence.PlatformImage
		for _, m := range index.Manifests {
			if m.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
				continue
			}
			digest, err := evidence.ParseDigest(m.Digest)
			if err != nil {
				return
			}
			recorded = append(recorded, evidence.PlatformImage{MediaType: m.MediaType, Digest: digest, Size: m.Size})
		}
		if differs := index.differs(recorded); differs != "" {
			t.Errorf("what it lists itself differs: %s", differs)
		}
		if len(recorded) > 0 && index.differs(nil) == "" {
			t.Error("images that nobody recorded are no difference")
		}
		other := append(recorded, evidence.PlatformImage{Digest: evidence.Sum(data), Size: 1})
		if index.differs(other) == "" {
			t.Error("an image that it does not list is no difference")
		}
	})
}
