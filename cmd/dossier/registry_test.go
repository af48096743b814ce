package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	lenient "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/testregistry"
)

// startRegistry starts an OCI registry, Debian's if docker is the argument, at $REGISTRY with the image acme/hello:1.0.1
// in it, for two platforms, $IMAGE by digest and $AMD64 by that of one platform.
// It says that it was built from the commit of v1.0.1. Attached are an SBOM of
// each platform and provenance of the index, signed with "key".
func startRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 || len(args) == 1 && args[0] != "docker" {
		ts.Fatalf("usage: registry [docker]")
	}
	host, stop := testregistry.Olareg(0)
	if len(args) == 1 {
		stop()
		var err error
		host, stop, err = testregistry.Docker()
		ts.Check(err)
	}
	ts.Defer(stop)
	ts.Check(ts.Exec("git", "-C", "hello", "rev-parse", "v1.0.1^{commit}"))
	repo, err := name.NewRepository(host + "/acme/hello")
	ts.Check(err)
	p := pushing{ts, repo, strings.TrimSpace(ts.ReadFile("stdout"))}
	index := p.index()
	ts.Check(remote.WriteIndex(repo.Tag("1.0.1"), index))
	d := p.attachments(index)
	ts.Setenv("REGISTRY", host)
	ts.Setenv("IMAGE", repo.Name()+"@"+d.String())
}

// lenientRegistry starts a registry at $LENIENT that takes a manifest before its
// layers, which is the order in which cosign load writes them.
func lenientRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: lenient")
	}
	s := httptest.NewServer(lenient.New(lenient.WithReferrersSupport(true), lenient.Logger(log.New(io.Discard, "", 0))))
	ts.Defer(s.Close)
	ts.Setenv("LENIENT", strings.TrimPrefix(s.URL, "http://"))
}

// pushing fills a repository of a registry.
type pushing struct {
	ts     *testscript.TestScript
	repo   name.Repository
	commit string
}

func (p pushing) index() v1.ImageIndex {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range []string{"amd64", "arm64"} {
		img, err := random.Image(64, 1)
		p.ts.Check(err)
		c, err := img.ConfigFile()
		p.ts.Check(err)
		c = c.DeepCopy()
		c.OS, c.Architecture = "linux", arch
		c.Config.Labels = map[string]string{"org.opencontainers.image.revision": p.commit, "org.opencontainers.image.version": "1.0.1"}
		img, err = mutate.ConfigFile(img, c)
		p.ts.Check(err)
		img = mutate.ConfigMediaType(mutate.MediaType(img, types.OCIManifestSchema1), types.OCIConfigJSON)
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	return index
}

// attachments attaches SBOMs and provenance, and returns the index's digest.
func (p pushing) attachments(index v1.ImageIndex) v1.Hash {
	m, err := index.IndexManifest()
	p.ts.Check(err)
	for i, d := range m.Manifests {
		p.ts.Setenv(strings.ToUpper(d.Platform.Architecture), d.Digest.String())
		p.attach(v1.Descriptor{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size}, "application/vnd.cyclonedx+json",
			fmt.Appendf(nil, `{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b7%d","version":1,"metadata":{"timestamp":"2026-11-20T08:00:00Z","component":{"type":"container","bom-ref":"hello","name":"hello","version":"%s"}},"components":[{"type":"library","bom-ref":"base","name":"base","version":"1.0","purl":"pkg:generic/base@1.0"}],"dependencies":[{"ref":"hello","dependsOn":["base"]}]}`, i, d.Digest))
	}
	digest, err := index.Digest()
	p.ts.Check(err)
	size, err := index.Size()
	p.ts.Check(err)
	id, err := evidence.ParseDigest(digest.String())
	p.ts.Check(err)
	payload, err := provenance.New(provenance.Build{
		Artifacts:  []evidence.Artifact{{Name: "hello", Digest: id}},
		Repository: "https://example.com/acme/hello", Commit: p.commit, Ref: "refs/tags/v1.0.1", BuilderID: "https://builder.example/1",
		RunID: "https://builder.example/runs/7",
	})
	p.ts.Check(err)
	key, err := attest.LoadSigner([]byte(p.ts.ReadFile("key")), nil)
	p.ts.Check(err)
	raw, err := attest.Sign(context.Background(), key, payload)
	p.ts.Check(err)
	p.attach(v1.Descriptor{MediaType: types.OCIImageIndex, Digest: digest, Size: size}, evidence.MediaTypeSigstoreBundle, raw)
	return digest
}

// attach adds a referrer.
func (p pushing) attach(subject v1.Descriptor, mediaType string, data []byte) {
	layer := static.NewLayer(data, types.MediaType(mediaType))
	img, err := mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), mutate.Addendum{Layer: layer})
	p.ts.Check(err)
	img = mutate.Subject(mutate.ConfigMediaType(img, types.MediaType(mediaType)), subject).(v1.Image)
	d, err := img.Digest()
	p.ts.Check(err)
	p.ts.Check(remote.Write(p.repo.Digest(d.String()), img))
}
