package registry_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/bundle/registry"
)

var signedAt = evidence.At(time.Date(2026, 11, 19, 14, 5, 0, 0, time.UTC))

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// keySigner returns a signer whose key depends on seed alone.
func keySigner(seed byte) attest.Signer {
	return must(attest.NewKeySigner(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))))
}

// world is a repository with an image for two platforms, another one, and the
// dossier of their release.
type world struct {
	host, repo    string
	index, second evidence.Artifact
	d             *bundle.Dossier
	release       *bundle.Statement
}

// newWorld pushes the images. Artifacts beside them have names alone.
func newWorld(t testing.TB, host string) *world {
	t.Helper()
	w := &world{host: host, repo: host + "/acme/hello"}
	repo := must(name.NewRepository(w.repo))
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	var platforms []evidence.PlatformImage
	for _, arch := range []string{"amd64", "arm64"} {
		img := image(arch)
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
		a := artifact("", img)
		platforms = append(platforms, evidence.PlatformImage{Platform: "linux/" + arch, Digest: a.Digest, MediaType: a.MediaType, Size: a.Size})
	}
	check(t, remote.WriteIndex(repo.Tag("v1"), index))
	second := image("riscv64")
	check(t, remote.Write(repo.Tag("debug"), second))
	w.index, w.second = artifact(w.repo, index), artifact(w.repo+":debug", second)
	w.index.Image = &evidence.Image{Repository: w.repo, Platforms: platforms}
	w.d = bundle.New()
	w.release = w.add(t, w.d, signRecord(t, keySigner(1), record([]string{"sbom", "provenance"}, w.index, w.second, file)))
	for _, m := range []string{"sbom", "provenance"} {
		w.d.AddBlob(bundle.BytesBlob([]byte(m)))
	}
	return w
}

var file = evidence.Artifact{Name: "hello.tgz", Digest: evidence.Sum([]byte("hello.tgz"))}

func image(arch string) v1.Image {
	img := must(random.Image(64, 1))
	c := must(img.ConfigFile()).DeepCopy()
	c.OS, c.Architecture = "linux", arch
	img = must(mutate.ConfigFile(img, c))
	return mutate.ConfigMediaType(mutate.MediaType(img, types.OCIManifestSchema1), types.OCIConfigJSON)
}

func artifact(name string, img interface {
	Digest() (v1.Hash, error)
	Size() (int64, error)
	MediaType() (types.MediaType, error)
}) evidence.Artifact {
	return evidence.Artifact{
		Name: name, Digest: must(evidence.ParseDigest(must(img.Digest()).String())),
		Size: must(img.Size()), MediaType: string(must(img.MediaType())), Image: &evidence.Image{Repository: name},
	}
}

func record(materials []string, artifacts ...evidence.Artifact) *evidence.Record {
	commit := strings.Repeat("c", 40)
	r := &evidence.Record{
		Version:      "1.0.0",
		Repository:   evidence.Repository{URI: "https://example.com/acme/hello"},
		Kind:         evidence.KindService,
		CreatedAt:    signedAt,
		Sequence:     1,
		Predecessor:  evidence.Predecessor{None: "first"},
		ObjectFormat: "sha1",
		Tag:          evidence.Tag{Name: "v1.0.0", Object: commit, Type: "commit"},
		Commit:       commit,
		Base:         evidence.Base{None: "first"},
		Artifacts:    artifacts,
	}
	for i, m := range materials {
		r.Materials = append(r.Materials, evidence.Material{
			Name: fmt.Sprintf("material/%d", i), MediaType: evidence.MediaTypeOctets, Digest: evidence.Sum([]byte(m)), Size: int64(len(m)),
		})
	}
	return r
}

func signRecord(t testing.TB, s attest.Signer, r *evidence.Record) []byte {
	t.Helper()
	return sign(t, s, r.Subjects(), evidence.RecordType, r)
}

func sign(t testing.TB, s attest.Signer, subjects []evidence.ResourceDescriptor, kind string, predicate any) []byte {
	t.Helper()
	payload, err := attest.NewStatement(subjects, kind, predicate)
	check(t, err)
	raw, err := attest.Sign(context.Background(), s, payload)
	check(t, err)
	return raw
}

func (w *world) add(t testing.TB, d *bundle.Dossier, raw []byte) *bundle.Statement {
	t.Helper()
	st, err := d.AddSignature(raw)
	check(t, err)
	return st
}

// approve adds an approval with a document of its own to d.
func (w *world) approve(t testing.TB, d *bundle.Dossier, id string, about ...evidence.Artifact) {
	t.Helper()
	document := bundle.BytesBlob([]byte("ticket of " + id))
	a := &evidence.Approval{
		ID: id, Release: &evidence.Reference{Digest: w.release.ID},
		Parents:  []evidence.Parent{{Statement: w.release.ID, Signature: w.release.Signatures[0].ID}},
		Approver: evidence.Actor{ID: "mailto:ana@acme.example", Kind: evidence.Human},
		Decision: evidence.Approved, At: signedAt,
		Materials: []evidence.Material{{Name: "ticket/" + id, MediaType: "text/plain", Digest: document.Digest, Size: document.Size}},
	}
	w.add(t, d, sign(t, keySigner(2), evidence.OwnSubjects(w.release.ID, about), evidence.ApprovalType, a))
	d.AddBlob(document)
}

func (w *world) image() string { return w.repo + "@" + w.index.Digest.String() }

func (w *world) push(t testing.TB, d *bundle.Dossier, reference string) *registry.Pushed {
	t.Helper()
	p, err := registry.Push(context.Background(), d, reference, registry.Options{})
	check(t, err)
	return p
}

func (w *world) pull(t testing.TB, reference string) *registry.Pulled {
	t.Helper()
	p, err := registry.Pull(context.Background(), reference, t.TempDir(), registry.Options{}, nil)
	check(t, err)
	return p
}

func pack(t testing.TB, d *bundle.Dossier) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, d.Pack(t.Context(), &b))
	return b.Bytes()
}

// same fails unless both are the same set.
func same(t testing.TB, got, want *bundle.Dossier) {
	t.Helper()
	if !bytes.Equal(pack(t, got), pack(t, want)) {
		t.Errorf("the packagings differ: %d statements and %d blobs, want %d and %d",
			len(got.Statements()), len(got.Blobs()), len(want.Statements()), len(want.Blobs()))
	}
	all := func(bundle.Pair) bool { return true }
	g, err := got.State(got.Heads(all))
	check(t, err)
	if w := must(want.State(want.Heads(all))); g != w {
		t.Errorf("got state %s, want %s", g, w)
	}
}
