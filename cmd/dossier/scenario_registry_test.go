package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"path"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/olareg/olareg"
	olaregconfig "github.com/olareg/olareg/config"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/sbom"
)

// build is what the release job did before it recorded the release: it made an
// image of the artifact, pushed that as the tag's name, and attached the image's
// SBOM and its provenance, signed by the builder.
type build struct {
	Run      string        `json:"run"`
	Started  evidence.Time `json:"started"`
	Finished evidence.Time `json:"finished"`
}

// push makes the registry at $REGISTRY and what the release job left there: the
// image payments, whose digest is $DIGEST, and payments-debug, $DEBUG, which is
// released only where a scenario says so.
func (w *world) push(ts *testscript.TestScript, artifact string) {
	r := olareg.New(olaregconfig.Config{Storage: olaregconfig.ConfigStorage{StoreType: olaregconfig.StoreMem}})
	s := httptest.NewServer(r)
	ts.Defer(func() { s.Close(); r.Close() })
	host := strings.TrimPrefix(s.URL, "http://")
	ts.Setenv("REGISTRY", host)
	ts.Setenv("DIGEST", w.pushImage(ts, host+"/payments", artifact))
	ts.Setenv("DEBUG", w.pushImage(ts, host+"/payments-debug", artifact))
}

// pushImage pushes one image with what is attached to it.
func (w *world) pushImage(ts *testscript.TestScript, repository, artifact string) string {
	repo, err := name.NewRepository(repository)
	ts.Check(err)
	p := pushing{ts, repo, ts.Getenv("COMMIT")}
	img := p.imageOf(artifact, w.Version)
	ts.Check(remote.Write(repo.Tag("v"+w.Version), img))
	digest, err := img.Digest()
	ts.Check(err)
	size, err := img.Size()
	ts.Check(err)
	subject := v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: digest, Size: size}
	bom := w.imageSBOM(ts, artifact, digest)
	p.attach(subject, "application/vnd.cyclonedx+json", bom)
	p.attach(subject, evidence.MediaTypeSigstoreBundle, w.imageProvenance(ts, path.Base(repository), digest, bom))
	return digest.Hex
}

// imageOf is an image with the artifact in its only layer.
func (p pushing) imageOf(artifact, version string) v1.Image {
	data, err := os.ReadFile(artifact)
	p.ts.Check(err)
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	p.ts.Check(t.WriteHeader(&tar.Header{Name: path.Base(p.repo.Name()), Mode: 0o755, Size: int64(len(data))}))
	_, err = t.Write(data)
	p.ts.Check(err)
	p.ts.Check(t.Close())
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	p.ts.Check(err)
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layer)
	p.ts.Check(err)
	c, err := img.ConfigFile()
	p.ts.Check(err)
	c = c.DeepCopy()
	c.OS, c.Architecture, c.Config.Entrypoint = "linux", "amd64", []string{"/" + path.Base(p.repo.Name())}
	c.Config.Labels = map[string]string{
		"org.opencontainers.image.source":   "https://github.com/fintech/payments",
		"org.opencontainers.image.revision": p.commit,
		"org.opencontainers.image.version":  version,
	}
	img, err = mutate.ConfigFile(img, c)
	p.ts.Check(err)
	return mutate.ConfigMediaType(img, types.OCIConfigJSON)
}

// imageSBOM is that of the artifact, made the image's own.
func (w *world) imageSBOM(ts *testscript.TestScript, artifact string, image v1.Hash) []byte {
	f, err := os.Open(artifact)
	ts.Check(err)
	defer f.Close()
	raw, err := sbom.ForBinary(f, sbom.Options{Name: "payments", Version: "v" + w.Version, Time: w.Build.Finished.Time, ToolVersion: "1.0.0"})
	ts.Check(err)
	var doc object
	ts.Check(json.Unmarshal(raw, &doc))
	about := doc["metadata"].(object)["component"].(object)
	about["type"] = "container"
	about["hashes"] = []object{{"alg": "SHA-256", "content": image.Hex}}
	raw, err = json.Marshal(doc)
	ts.Check(err)
	return raw
}

// imageProvenance is what the builder says of the image and of its SBOM.
func (w *world) imageProvenance(ts *testscript.TestScript, name string, image v1.Hash, bom []byte) []byte {
	digest, err := evidence.ParseDigest(image.String())
	ts.Check(err)
	tag := ts.Getenv("TAG")
	payload, err := provenance.New(provenance.Build{
		Artifacts:  []evidence.Artifact{{Name: name, Digest: digest}},
		Repository: "https://github.com/fintech/payments", Commit: ts.Getenv("COMMIT"), Ref: "refs/tags/" + tag,
		BuilderID: "https://github.com/fintech/payments/.github/workflows/release.yml@refs/tags/" + tag,
		Workflow:  "fintech/payments/.github/workflows/release.yml@refs/tags/" + tag,
		RunID:     "https://github.com/fintech/payments/actions/runs/" + w.Build.Run + "/attempts/1",
		System:    "github", Event: "push", Runner: "github-hosted", StartedAt: w.Build.Started, FinishedAt: w.Build.Finished,
		Byproducts: []evidence.ResourceDescriptor{{Name: name + ".cdx.json", Digest: evidence.Sum(bom).Set()}},
	})
	ts.Check(err)
	key, err := attest.LoadSigner([]byte(ts.ReadFile("builder")), nil)
	ts.Check(err)
	raw, err := attest.Sign(context.Background(), key, payload)
	ts.Check(err)
	return raw
}
