package verify_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// withIndex returns a release with an image index of two platforms in addition,
// the bytes of which are embedded. Change sees it before it is signed.
func (c *cast) withIndex(t *testing.T, change func(*bundle.Dossier, *evidence.Record, *evidence.Artifact)) *bundle.Dossier {
	t.Helper()
	const manifest, index = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
	var platforms []evidence.PlatformImage
	var listed []string
	for _, arch := range []string{"amd64", "arm64"} {
		d := evidence.Sum([]byte(arch))
		platforms = append(platforms, evidence.PlatformImage{Platform: "linux/" + arch, Digest: d, MediaType: manifest, Size: 5})
		listed = append(listed, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":5}`, manifest, d))
	}
	listed = append(listed, `{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:00","size":1,"annotations":{"vnd.docker.reference.type":"attestation-manifest"}}`)
	raw := []byte(`{"schemaVersion":2,"manifests":[` + strings.Join(listed, ",") + `]}`)
	return testrelease.Restate(t, c.release, c.Signer, func(d *bundle.Dossier, r *evidence.Record) {
		b := bundle.BytesBlob(raw)
		d.AddBlob(b)
		r.Materials = append(r.Materials, evidence.Material{Name: "images/index.json", MediaType: index, Digest: b.Digest, Size: b.Size})
		r.Artifacts = append(r.Artifacts, evidence.Artifact{
			Name: "registry.example/acme/hello", Digest: b.Digest, Size: b.Size, MediaType: index,
			Image: &evidence.Image{Repository: "registry.example/acme/hello", Platforms: platforms, Labels: evidence.ImageLabels{Revision: r.Commit}},
		})
		if change != nil {
			change(d, r, &r.Artifacts[len(r.Artifacts)-1])
		}
	})
}

func TestImages(t *testing.T) {
	c := newCast(t)
	tests := []struct {
		name   string
		change func(*bundle.Dossier, *evidence.Record, *evidence.Artifact)
		check  string
		want   verify.Outcome
		code   string
	}{
		{"as it is", nil, "linkage/image-platforms", verify.Pass, ""},
		{"commit", nil, "linkage/image-revision", verify.Pass, ""},
		{"platform left out", func(_ *bundle.Dossier, _ *evidence.Record, a *evidence.Artifact) {
			a.Image.Platforms = a.Image.Platforms[:1]
		}, "linkage/image-platforms", verify.Fail, "image-platform-mismatch"},
		{"platform added", func(_ *bundle.Dossier, _ *evidence.Record, a *evidence.Artifact) {
			p := a.Image.Platforms[0]
			p.Digest = evidence.Sum([]byte("evil"))
			a.Image.Platforms = append(a.Image.Platforms, p)
		}, "linkage/image-platforms", verify.Fail, "image-platform-mismatch"},
		{"another size", func(_ *bundle.Dossier, _ *evidence.Record, a *evidence.Artifact) {
			a.Image.Platforms[1].Size = 6
		}, "linkage/image-platforms", verify.Fail, "image-platform-mismatch"},
		{"index not embedded", func(_ *bundle.Dossier, r *evidence.Record, _ *evidence.Artifact) {
			r.Materials = r.Materials[:len(r.Materials)-1]
		}, "linkage/image-platforms", verify.Unknown, "missing"},
		{"another commit", func(_ *bundle.Dossier, _ *evidence.Record, a *evidence.Artifact) {
			a.Image.Labels.Revision = strings.Repeat("0", 40)
		}, "linkage/image-revision", verify.Fail, "image-revision-mismatch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := judge(t, c.withIndex(t, tt.change), c.expect(t), c.options(t, "solo"))
			i := slices.IndexFunc(r.Checks, func(k verify.Check) bool { return k.ID == tt.check })
			if i < 0 {
				t.Fatalf("there is no check %s", tt.check)
			}
			if k := r.Checks[i]; k.FollowsFrom != "" || k.Outcome != tt.want || cmp.Or(k.Code, k.Why) != tt.code {
				t.Errorf("got %s %s: %s", k.Outcome, cmp.Or(k.Code, k.Why), k.Found)
			}
		})
	}
	t.Run("not an index", func(t *testing.T) {
		d := testrelease.Restate(t, c.release, c.Signer, func(_ *bundle.Dossier, r *evidence.Record) {
			r.Artifacts[0].Image = &evidence.Image{Repository: "r", Platforms: []evidence.PlatformImage{{Digest: evidence.Sum(nil), MediaType: "m", Size: 1}}}
			r.Artifacts[0].Digest = r.SBOMs[0].Material
			r.SBOMs, r.Provenance = nil, nil
		})
		r := judge(t, d, verify.ExpectAnyUnsafe(), c.options(t, "solo"))
		if !slices.ContainsFunc(r.Checks, func(k verify.Check) bool { return k.Code == "image-platform-mismatch" }) {
			t.Error("an SBOM passes for an index")
		}
	})
}

// TestPlatformIsExpected verifies with the digest of one platform, as a cluster
// reports it.
func TestPlatformIsExpected(t *testing.T) {
	c := newCast(t)
	d := c.withIndex(t, nil)
	for name, want := range map[string]bool{"arm64": true, "riscv": false} {
		e := verify.ExpectArtifacts(verify.Artifact{Name: name, Digest: evidence.Sum([]byte(name))})
		r := judge(t, d, e, c.options(t, "solo"))
		if got := !slices.Contains(codes(r), "artifact-mismatch"); got != want {
			t.Errorf("%s: expected %v", name, got)
		}
	}
}
