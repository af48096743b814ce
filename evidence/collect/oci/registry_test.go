package oci_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/oci"
	"github.com/release-dossier/dossier/evidence/provenance"
)

const (
	commit     = "9f3c61e0a1b2c3d4e5f60718293a4b5c6d7e8f90"
	repository = "https://forge.example/acme/hello"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// serve runs a registry in this process and returns its host.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// withReferrers is a registry that has the referrers interface, whose lists
// have at most limit bytes a page.
func withReferrers(t testing.TB, limit int64) string {
	t.Helper()
	r := olareg.New(config.Config{
		Storage: config.ConfigStorage{StoreType: config.StoreMem},
		API:     config.ConfigAPI{Referrer: config.ConfigAPIReferrer{Limit: limit}},
	})
	t.Cleanup(func() { r.Close() })
	return serve(t, r)
}

// withoutReferrers is a registry that has not.
func withoutReferrers(t testing.TB) string {
	t.Helper()
	return serve(t, registry.New(registry.Logger(log.New(io.Discard, "", 0))))
}

// world is a registry with one multi-platform image in it.
type world struct {
	t      testing.TB
	repo   name.Repository
	index  v1.ImageIndex
	digest v1.Hash
	images []v1.Image
	key    *attest.KeySigner
}

func newWorld(t testing.TB, host string) *world {
	t.Helper()
	w := &world{t: t, repo: must(name.NewRepository(host + "/acme/hello"))}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	w.check(err)
	w.key = must(attest.NewKeySigner(private))
	w.index = mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range []string{"amd64", "arm64"} {
		img := w.image(arch)
		w.images = append(w.images, img)
		w.index = mutate.AppendManifests(w.index, mutate.IndexAddendum{
			Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	w.digest = must(w.index.Digest())
	w.check(remote.WriteIndex(w.repo.Tag("v1.4.0"), w.index))
	return w
}

func (w *world) image(arch string) v1.Image {
	img := must(random.Image(64, 1))
	c := must(img.ConfigFile()).DeepCopy()
	c.OS, c.Architecture = "linux", arch
	c.Config.Labels = map[string]string{
		"org.opencontainers.image.source":   repository,
		"org.opencontainers.image.revision": commit,
		"org.opencontainers.image.version":  "1.4.0",
	}
	img = must(mutate.ConfigFile(img, c))
	return mutate.ConfigMediaType(mutate.MediaType(img, types.OCIManifestSchema1), types.OCIConfigJSON)
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// attach adds a referrer with one layer to subject.
func (w *world) attach(subject v1.Descriptor, mediaType string, data []byte) v1.Hash {
	w.t.Helper()
	layer := static.NewLayer(data, types.MediaType(mediaType))
	img := must(mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), mutate.Addendum{Layer: layer}))
	img = mutate.ConfigMediaType(img, types.MediaType(mediaType))
	img = mutate.Subject(img, subject).(v1.Image)
	d := must(img.Digest())
	w.check(remote.Write(w.repo.Digest(d.String()), img))
	return d
}

// tag writes an image with one layer under a tag, as older tools attach things.
func (w *world) tag(suffix, mediaType string, data []byte) {
	w.t.Helper()
	layer := static.NewLayer(data, types.MediaType(mediaType))
	img := must(mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), mutate.Addendum{Layer: layer}))
	w.check(remote.Write(w.repo.Tag(strings.Replace(w.digest.String(), ":", "-", 1)+suffix), img))
}

func (w *world) descriptor() v1.Descriptor {
	return v1.Descriptor{MediaType: types.OCIImageIndex, Digest: w.digest, Size: must(w.index.Size())}
}

// platform describes the i-th image of the index.
func (w *world) platform(i int) v1.Descriptor {
	img := w.images[i]
	return v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: must(img.Digest()), Size: must(img.Size())}
}

// provenance is a signed statement about a digest, as a Sigstore bundle.
func (w *world) provenance(d v1.Hash) []byte {
	w.t.Helper()
	payload := must(provenance.New(provenance.Build{
		Artifacts:  []evidence.Artifact{{Name: "hello", Digest: must(evidence.ParseDigest(d.String()))}},
		Repository: repository, Commit: commit, Ref: "refs/tags/v1.4.0", BuilderID: "https://builder.example/1",
	}))
	return w.sign(payload)
}

func (w *world) sign(payload []byte) []byte {
	w.t.Helper()
	return must(attest.Sign(context.Background(), w.key, payload))
}

// envelope takes the DSSE envelope out of a bundle.
func envelope(bundle []byte) []byte {
	var b struct {
		Envelope json.RawMessage `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(bundle, &b); err != nil {
		panic(err)
	}
	return b.Envelope
}

// statement is one of any type.
func statement(predicateType string, d v1.Hash) []byte {
	return must(attest.NewStatement([]evidence.ResourceDescriptor{{Name: "hello", Digest: evidence.DigestSet{"sha256": d.Hex}}},
		predicateType, map[string]any{"a": 1}))
}

// cyclonedx is an SBOM of an image.
func cyclonedx(d v1.Hash, serial int) []byte {
	return fmt.Appendf(nil, `{"bomFormat":"CycloneDX","specVersion":"1.6","version":%d,"metadata":{"component":{"type":"container","name":"hello","version":"%s"}},"components":[]}`, serial, d)
}

func (w *world) options(reference string) oci.Options {
	return oci.Options{Images: []string{reference}, Now: now}
}

// collect runs a collection.
func (w *world) collect(o oci.Options) (*collect.Part, error) {
	w.t.Helper()
	s, err := oci.New(o)
	if err != nil {
		return nil, err
	}
	return s.Collect(w.t.Context(), collect.Target{Commit: commit, TempDir: w.t.TempDir()})
}

func (w *world) mustCollect(o oci.Options) (*collect.Part, []evidence.Artifact) {
	w.t.Helper()
	p, err := w.collect(o)
	w.check(err)
	var r evidence.Record
	w.check(p.Fill(&r))
	return p, r.Artifacts
}

func read(t testing.TB, d collect.Document) []byte {
	t.Helper()
	data, err := d.Blob.Read(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
