package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/bundle/registry"
	"github.com/release-dossier/dossier/internal/distribution"
	"github.com/release-dossier/dossier/internal/testregistry"
)

// A dossier comes back as the same set whatever it was asked by: the image, its
// tag, another image of the release, one platform, or the release's own tag.
func TestRoundTrip(t *testing.T) {
	testregistry.Each(t, func(t *testing.T, host string) {
		w := newWorld(t, host)
		w.approve(t, w.d, "of-all", w.index, w.second, file)
		w.approve(t, w.d, "of-the-second", w.second)
		w.approve(t, w.d, "of-the-file", file)
		pushed := w.push(t, w.d, w.repo)
		if !pushed.Anchored || pushed.Release != w.release.ID || len(pushed.Subjects) != 5 {
			t.Errorf("got %+v, want two images, two platforms and the anchor", pushed)
		}
		for _, reference := range []string{
			w.image(), w.repo + ":v1", w.repo + ":debug", w.repo + "@" + w.index.Image.Platforms[1].Digest.String(),
			w.repo + ":" + registry.Tag(w.release.ID),
		} {
			p := w.pull(t, reference)
			same(t, p.Dossier, w.d)
			if isAnchor := strings.Contains(reference, ":dossier-"); p.IsImage == isAnchor || len(p.Others) > 0 || len(p.Absent) > 0 {
				t.Errorf("%s: got %+v", reference, p)
			}
		}
		if again := w.push(t, w.d, w.image()); again.Manifests != 0 || again.Blobs != 0 {
			t.Errorf("pushing again writes %d manifests and %d blobs", again.Manifests, again.Blobs)
		}
	})
}

// A long list comes in pages.
func TestPages(t *testing.T) {
	host, stop := testregistry.Olareg(1200)
	defer stop()
	w := newWorld(t, host)
	for i := range 8 {
		w.approve(t, w.d, fmt.Sprintf("a%d", i), w.index)
	}
	w.push(t, w.d, w.repo)
	same(t, w.pull(t, w.image()).Dossier, w.d)
}

// A release without images has a tag of its own.
func TestNoImage(t *testing.T) {
	testregistry.Each(t, func(t *testing.T, host string) {
		w := newWorld(t, host)
		d := bundle.New()
		w.release = w.add(t, d, signRecord(t, keySigner(1), record([]string{"sbom"}, file)))
		d.AddBlob(bundle.BytesBlob([]byte("sbom")))
		w.approve(t, d, "a1", file)
		repo := host + "/acme/files"
		if p := w.push(t, d, repo+":v1.0.0"); !p.Anchored || len(p.Subjects) != 1 {
			t.Errorf("got %+v", p)
		}
		for _, tag := range []string{"v1.0.0", registry.Tag(w.release.ID)} {
			same(t, w.pull(t, repo+":"+tag).Dossier, d)
		}
		w.approve(t, d, "a2", file)
		w.push(t, d, repo+":v1.0.0")
		same(t, w.pull(t, repo+":v1.0.0").Dossier, d)
	})
}

// attach adds a referrer with one layer to subject.
func attach(t testing.TB, repo string, subject evidence.Artifact, mediaType string, data []byte) {
	t.Helper()
	layer := static.NewLayer(data, types.MediaType(mediaType))
	img := must(mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), mutate.Addendum{Layer: layer}))
	img = mutate.ConfigMediaType(img, types.MediaType(mediaType))
	img = mutate.Subject(img, v1.Descriptor{
		MediaType: types.MediaType(subject.MediaType), Digest: must(v1.NewHash(subject.Digest.String())), Size: subject.Size,
	}).(v1.Image)
	check(t, remote.Write(must(name.NewRepository(repo)).Digest(must(img.Digest()).String()), img))
}

// attachSized attaches what says that it is a signature, and says a wrong size of it.
func attachSized(t testing.TB, repo string, subject evidence.Artifact, data []byte, size int64) {
	t.Helper()
	r := must(name.NewRepository(repo))
	for _, blob := range [][]byte{data, []byte("{}")} {
		check(t, remote.WriteLayer(r, static.NewLayer(blob, "application/octet-stream")))
	}
	raw := fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"artifactType":%q,"config":{"mediaType":%q,"digest":%q,"size":2},"layers":[{"mediaType":%q,"digest":%q,"size":%d}],"subject":{"mediaType":%q,"digest":%q,"size":%d}}`,
		types.OCIManifestSchema1, evidence.MediaTypeSigstoreBundle, "application/vnd.oci.empty.v1+json", evidence.Sum([]byte("{}")),
		evidence.MediaTypeSigstoreBundle, evidence.Sum(data), size, subject.MediaType, subject.Digest, subject.Size)
	check(t, remote.Put(r.Digest(evidence.Sum(raw).String()), manifest(raw)))
}

// manifest is one that ggcr pushes as it is.
type manifest []byte

func (m manifest) RawManifest() ([]byte, error)      { return m, nil }
func (manifest) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

// What others attached is reported and not imported, and junk ruins nothing.
func TestOthers(t *testing.T) {
	testregistry.Each(t, func(t *testing.T, host string) {
		w := newWorld(t, host)
		w.approve(t, w.d, "a1", w.index)
		w.push(t, w.d, w.image())
		attach(t, w.repo, w.index, "application/vnd.cyclonedx+json", []byte(`{}`))
		attach(t, w.repo, w.index, evidence.MediaTypeSigstoreBundle, []byte(`{"mediaType":"junk"}`))
		attachSized(t, w.repo, w.index, []byte("listed as smaller than it is"), 3)
		attachSized(t, w.repo, w.index, make([]byte, attest.MaxBundle+1), 3)
		other := signRecord(t, keySigner(3), record(nil, w.second))
		attach(t, w.repo, w.index, evidence.MediaTypeSigstoreBundle, sign(t, keySigner(3), []evidence.ResourceDescriptor{w.index.Subject()},
			"https://slsa.dev/verification_summary/v1", map[string]any{}))
		p := w.pull(t, w.image())
		same(t, p.Dossier, w.d)
		if len(p.Others) != 5 {
			t.Errorf("got others %+v, want five", p.Others)
		}
		for _, o := range p.Others {
			if o.Why == "" || o.Digest == "" {
				t.Errorf("%+v says too little", o)
			}
		}
		// A second release of the same image: one has to be chosen.
		attach(t, w.repo, w.index, evidence.MediaTypeSigstoreBundle, other)
		_, err := registry.Pull(context.Background(), w.image(), t.TempDir(), registry.Options{}, nil)
		if !errors.Is(err, registry.ErrSeveral) {
			t.Errorf("got %v, want %v", err, registry.ErrSeveral)
		}
		list, err := registry.List(context.Background(), w.image(), registry.Options{})
		check(t, err)
		if len(list) != 2 || !slices.ContainsFunc(list, func(r registry.Release) bool {
			return r.Statement == w.release.ID && r.Statements == 2 && r.Version == "1.0.0"
		}) {
			t.Errorf("got %+v", list)
		}
		p, err = registry.Pull(context.Background(), w.image(), t.TempDir(), registry.Options{}, func([]registry.Release) (evidence.Digest, error) {
			return w.release.ID, nil
		})
		check(t, err)
		same(t, p.Dossier, w.d)
		if len(p.Others) != 6 {
			t.Errorf("got others %+v, want six", p.Others)
		}
	})
}

// An append pushes what was added and nothing else.
func TestAppend(t *testing.T) {
	testregistry.Each(t, func(t *testing.T, host string) {
		w := newWorld(t, host)
		w.push(t, w.d, w.image())
		p := w.pull(t, w.image())
		w.approve(t, p.Dossier, "a1", w.index)
		pushed, err := registry.PushAdded(context.Background(), p.Dossier, w.image(), registry.Options{})
		check(t, err)
		if pushed.Manifests != 2 || pushed.Blobs != 2 || len(pushed.Subjects) != 3 {
			t.Errorf("got %+v, want a signature and its materials", pushed)
		}
		w.approve(t, w.d, "a1", w.index)
		same(t, w.pull(t, w.image()).Dossier, w.d)
	})
}

// Ten who append at once lose nothing, whether to an image or to a release
// without one.
func TestAppendAtOnce(t *testing.T) {
	const people = 10
	testregistry.Each(t, func(t *testing.T, host string) {
		w := newWorld(t, host)
		w.push(t, w.d, w.image())
		now := pack(t, w.pull(t, w.image()).Dossier)
		var group sync.WaitGroup
		errs := make([]error, people)
		for i := range people {
			mine, about := must(bundle.OpenTar(t.Context(), bytes.NewReader(now), int64(len(now)), bundle.Limits{})), w.index
			if i%3 == 0 {
				about = file
			}
			id := fmt.Sprintf("a%d", i)
			w.approve(t, mine, id, about)
			w.approve(t, w.d, id, about)
			group.Go(func() { _, errs[i] = registry.PushAdded(context.Background(), mine, w.image(), registry.Options{}) })
		}
		group.Wait()
		check(t, errors.Join(errs...))
		same(t, w.pull(t, w.image()).Dossier, w.d)
		w.listed(t)
	})
}

// listed fails unless other clients, which know no tags of ours, find the same
// referrers of the image.
func (w *world) listed(t testing.TB) {
	t.Helper()
	o := distribution.Options{Limits: distribution.Limits{Requests: 1000, Manifest: 1 << 20, Document: 1 << 20, Total: 1 << 30, Referrers: 1000}}
	repo, err := distribution.Open(context.Background(), must(name.NewRepository(w.repo)), o, distribution.NewGuard(o))
	check(t, err)
	list, _, err := repo.Referrers(context.Background(), w.index.Digest.String())
	check(t, err)
	got := map[string]bool{}
	for _, d := range list {
		got[d.Digest] = true
	}
	for _, st := range w.d.Statements() {
		for _, img := range w.d.Images()[st.ID] {
			if img.Digest != w.index.Digest {
				continue
			}
			for _, a := range must(w.d.Attachments(st, img)) {
				if !got[a.Digest.String()] {
					t.Errorf("%s of statement %s is not in the list of referrers", a.ArtifactType, st.ID)
				}
			}
		}
	}
}

// A push is refused where it would go to something else.
func TestPushRefuses(t *testing.T) {
	host, stop := testregistry.Olareg(0)
	defer stop()
	w := newWorld(t, host)
	check(t, remote.Write(must(name.NewRepository(w.repo)).Tag("other"), image("s390x")))
	for _, tt := range []struct{ reference, want string }{
		{w.repo + ":other", "does not list"},
		{w.repo + ":missing", "push the image first"},
		{w.repo + "@sha256:" + strings.Repeat("0", 64), "push the image first"},
		{"registry.example/hello@sha256:" + strings.Repeat("0", 63), "is no re"},
		{"no registry", "is no reference"},
	} {
		if _, err := registry.Push(context.Background(), w.d, tt.reference, registry.Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.reference, err, tt.want)
		}
	}
	// Nothing is overwritten.
	check(t, remote.Write(must(name.NewRepository(host+"/acme/files")).Tag("v1"), image("s390x")))
	d := bundle.New()
	w.add(t, d, signRecord(t, keySigner(1), record(nil, file)))
	if _, err := registry.Push(context.Background(), d, host+"/acme/files:v1", registry.Options{}); err == nil || !strings.Contains(err.Error(), "does not list") {
		t.Errorf("got %v", err)
	}
	if _, err := registry.Pull(context.Background(), w.image(), t.TempDir(), registry.Options{}, nil); !errors.Is(err, registry.ErrNone) {
		t.Errorf("got %v, want %v", err, registry.ErrNone)
	}
}

// The anchor is the one that docs/format.md shows.
func TestAnchorIsDocumented(t *testing.T) {
	host, stop := testregistry.Olareg(0)
	defer stop()
	w := newWorld(t, host)
	d := bundle.New()
	w.release = w.add(t, d, signRecord(t, keySigner(1), record(nil, file)))
	w.push(t, d, w.repo)
	got := must(remote.Get(must(name.NewRepository(w.repo)).Tag(registry.Tag(w.release.ID)))).Manifest
	text := must(os.ReadFile(filepath.Join("..", "..", "..", "docs", "format.md")))
	shown := regexp.MustCompile(`"dossier.release":"sha256:[0-9a-f]{64}"`)
	want := shown.ReplaceAll(got, []byte("X"))
	if !bytes.Contains(shown.ReplaceAll(text, []byte("X")), want) {
		t.Errorf("docs/format.md does not show %s", got)
	}
}
