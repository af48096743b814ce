package evidence_test

import (
	"slices"
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

func TestArtifactCovered(t *testing.T) {
	a, b, c := evidence.Sum([]byte("a")), evidence.Sum([]byte("b")), evidence.Sum([]byte("c"))
	file := evidence.Artifact{Digest: a}
	index := evidence.Artifact{Digest: a, Image: &evidence.Image{Platforms: []evidence.PlatformImage{{Digest: b}, {Digest: c}}}}
	single := evidence.Artifact{Digest: a, Image: &evidence.Image{}}
	tests := []struct {
		name     string
		artifact evidence.Artifact
		have     []evidence.Digest
		want     bool
	}{
		{"file", file, []evidence.Digest{a}, true},
		{"other file", file, []evidence.Digest{b}, false},
		{"index", index, []evidence.Digest{a}, true},
		{"all platforms", index, []evidence.Digest{c, b}, true},
		{"one platform", index, []evidence.Digest{b}, false},
		{"nothing", index, nil, false},
		{"single image", single, nil, false},
	}
	for _, tt := range tests {
		if got := tt.artifact.Covered(func(d evidence.Digest) bool { return slices.Contains(tt.have, d) }); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
