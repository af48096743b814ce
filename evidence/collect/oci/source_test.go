package oci_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/collect/oci"
)

// registries runs a test on a registry with the referrers interface, on one
// that pages its lists, and on one without.
func registries(t *testing.T, test func(*testing.T, *world)) {
	t.Run("referrers", func(t *testing.T) { test(t, newWorld(t, withReferrers(t, 0))) })
	t.Run("pages", func(t *testing.T) { test(t, newWorld(t, withReferrers(t, 1200))) })
	t.Run("tags", func(t *testing.T) { test(t, newWorld(t, withoutReferrers(t))) })
}

func TestIndex(t *testing.T) {
	registries(t, func(t *testing.T, w *world) {
		for _, reference := range []string{w.repo.Name() + ":v1.4.0", w.repo.Name() + "@" + w.digest.String()} {
			p, artifacts := w.mustCollect(w.options(reference))
			at := evidence.At(now)
			labels := evidence.ImageLabels{Source: repository, Revision: commit, Version: "1.4.0"}
			want := evidence.Artifact{
				Name: w.repo.Name(), Version: "1.4.0", Digest: must(evidence.ParseDigest(w.digest.String())),
				Size: must(w.index.Size()), MediaType: string(types.OCIImageIndex),
				Image: &evidence.Image{Repository: w.repo.Name(), Labels: labels},
			}
			if strings.Contains(reference, ":v1") {
				want.Image.Tag, want.Image.ResolvedAt = "v1.4.0", &at
			}
			for i, arch := range []string{"amd64", "arm64"} {
				d := w.platform(i)
				want.Image.Platforms = append(want.Image.Platforms, evidence.PlatformImage{
					Platform: "linux/" + arch, Digest: must(evidence.ParseDigest(d.Digest.String())),
					MediaType: string(d.MediaType), Size: d.Size, Labels: labels,
				})
			}
			if diff := cmp.Diff([]evidence.Artifact{want}, artifacts); diff != "" {
				t.Fatal(diff)
			}
			if len(p.Documents) != 5 || len(p.Unread) != 0 || len(p.Gaps) != 0 {
				t.Errorf("%d documents, unread %v, gaps %v", len(p.Documents), p.Unread, p.Gaps)
			}
			if got := p.Documents[0].Blob.Digest; got != want.Digest {
				t.Errorf("the first document is %s, not the index", got)
			}
			if got := read(t, p.Documents[1]); !slices.Equal(got, must(w.images[0].RawManifest())) {
				t.Error("the second document is not the first manifest")
			}
		}
	})
}

func TestSingleImage(t *testing.T) {
	w := newWorld(t, withReferrers(t, 0))
	_, artifacts := w.mustCollect(w.options(w.repo.Name() + "@" + must(w.images[1].Digest()).String()))
	if img := artifacts[0].Image; img.Platform != "linux/arm64" || img.Platforms != nil || img.Labels.Revision != commit {
		t.Errorf("got %+v", img)
	}
}

// TestReferrers attaches all kinds of documents to the index and to one of its
// images, in both ways.
func TestReferrers(t *testing.T) {
	registries(t, func(t *testing.T, w *world) {
		const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"
		w.attach(w.descriptor(), bundleType, w.provenance(w.digest))
		w.attach(w.descriptor(), "application/vnd.cyclonedx+json", cyclonedx(w.digest, 1))
		w.attach(w.platform(1), "application/vnd.cyclonedx+json", cyclonedx(w.platform(1).Digest, 2))
		w.attach(w.descriptor(), "application/vnd.in-toto+json", statement("https://scanner.example/v1", w.digest))
		w.attach(w.descriptor(), bundleType, w.sign(statement(evidence.PredicateBase+"record/v1", w.digest)))
		w.attach(w.descriptor(), "application/vnd.example.other", []byte("other"))
		w.tag(".att", "application/vnd.dsse.envelope.v1+json", envelope(w.sign(statement("https://old.example/v1", w.digest))))
		w.tag(".sbom", "text/spdx+json", []byte(`{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"n","dataLicense":"CC0-1.0","documentNamespace":"https://e.example/1","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: t"]},"packages":[]}`))
		w.tag(".sig", "application/vnd.dev.cosign.simplesigning.v1+json", []byte(`{}`))

		p, _ := w.mustCollect(w.options(w.repo.Name() + ":v1.4.0"))
		if len(p.Unread) > 0 {
			t.Errorf("unread: %v", p.Unread)
		}
		got := []int{len(p.SBOMs), len(p.Provenance), len(p.Attestations)}
		if diff := cmp.Diff([]int{3, 1, 2}, got); diff != "" {
			t.Errorf("SBOMs, provenance, attestations: %s", diff)
		}
		for _, f := range slices.Concat(p.SBOMs, p.Provenance, p.Attestations) {
			if !strings.HasPrefix(f.Location, w.repo.Name()+"@sha256:") || f.RunID != "" {
				t.Errorf("%s: location %q, run %q", f.Path, f.Location, f.RunID)
			}
		}
		text := fmt.Sprint(p.Found)
		for _, want := range []string{"vnd.example.other", "simplesigning", "statements of a dossier"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not named in %s", want, text)
			}
		}
	})
}

// TestManyReferrers needs several pages of a list.
func TestManyReferrers(t *testing.T) {
	registries(t, func(t *testing.T, w *world) {
		for i := range 12 {
			w.attach(w.descriptor(), "application/vnd.cyclonedx+json", cyclonedx(w.digest, i+1))
		}
		p, _ := w.mustCollect(w.options(w.repo.Name() + ":v1.4.0"))
		if len(p.SBOMs) != 12 || len(p.Unread) > 0 {
			t.Errorf("%d SBOMs, unread %v", len(p.SBOMs), p.Unread)
		}
		o := w.options(w.repo.Name() + ":v1.4.0")
		o.Limits.Referrers = 5
		p, _ = w.mustCollect(o)
		if len(p.Unread) != 1 || len(p.SBOMs) >= 5 {
			t.Errorf("%d SBOMs, unread %v: want the limit named once", len(p.SBOMs), p.Unread)
		}
	})
}

// TestBuildKit reads the attestation manifests within an index. One build wrote
// all that is in one of them, so that its SBOM is of the provenance's run.
func TestBuildKit(t *testing.T) {
	const run = "https://builder.example/runs/7"
	for name, tt := range map[string]struct {
		runs []string // of the provenance
		want string   // run of the SBOM
	}{
		"a run":         {[]string{run}, run},
		"twice the run": {[]string{run, run}, run},
		"two runs":      {[]string{run, run + "1"}, ""},
		"no run":        {[]string{""}, ""},
		"no provenance": {nil, ""},
		"escapes":       {[]string{"\x1b[2J"}, ""},
		"endless":       {[]string{strings.Repeat("x", 501)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withoutReferrers(t))
			platform := w.platform(0)
			add := []mutate.Addendum{{Layer: static.NewLayer(statement("https://spdx.dev/Document", platform.Digest), "application/vnd.in-toto+json")}}
			for i, run := range tt.runs {
				st := must(attest.NewStatement([]evidence.ResourceDescriptor{{Name: "hello", Digest: evidence.DigestSet{"sha256": platform.Digest.Hex}}},
					"https://slsa.dev/provenance/v0.2", map[string]any{"metadata": map[string]any{"buildInvocationID": run}, "n": i}))
				add = append(add, mutate.Addendum{
					Layer:       static.NewLayer(st, "application/vnd.in-toto+json"),
					Annotations: map[string]string{"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"},
				})
			}
			img := must(mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), add...))
			index := mutate.AppendManifests(w.index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{
				Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"},
				Annotations: map[string]string{
					"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": platform.Digest.String(),
				},
			}})
			w.check(remote.WriteIndex(w.repo.Tag("kit"), index))
			p, artifacts := w.mustCollect(w.options(w.repo.Name() + ":kit"))
			if got := len(artifacts[0].Image.Platforms); got != 2 {
				t.Errorf("%d platforms, want 2: an attestation is none", got)
			}
			// The SBOM is a predicate, which package collect takes out of it.
			if len(p.Attestations) != 1 || len(p.Provenance) != len(tt.runs) || len(p.Unread) != 0 {
				t.Fatalf("attestations %v, provenance %v, unread %v", p.Attestations, p.Provenance, p.Unread)
			}
			sbom := p.Attestations[0]
			if want := w.repo.Name() + "@" + must(img.Digest()).String(); sbom.Location != want || sbom.RunID != tt.want {
				t.Errorf("location %q, want %q; run %q, want %q", sbom.Location, want, sbom.RunID, tt.want)
			}
		})
	}
}

func TestSeveralImages(t *testing.T) {
	w := newWorld(t, withReferrers(t, 0))
	w.check(remote.Write(w.repo.Tag("debug"), w.images[0]))
	o := w.options(w.repo.Name() + ":v1.4.0")
	o.Images = append(o.Images, w.repo.Name()+":debug")
	_, artifacts := w.mustCollect(o)
	var names []string
	for _, a := range artifacts {
		names = append(names, a.Name)
	}
	if diff := cmp.Diff([]string{w.repo.Name() + ":v1.4.0", w.repo.Name() + ":debug"}, names); diff != "" {
		t.Error(diff)
	}
	o.Images = append(o.Images, w.repo.Name()+"@"+must(w.images[0].Digest()).String())
	if _, err := w.collect(o); err == nil || !strings.Contains(err.Error(), "are the same") {
		t.Errorf("one image twice: %v", err)
	}
}

func TestRevisionGap(t *testing.T) {
	w := newWorld(t, withReferrers(t, 0))
	s := must(oci.New(w.options(w.repo.Name() + ":v1.4.0")))
	p, err := s.Collect(t.Context(), collect.Target{Commit: strings.Repeat("a", 40), TempDir: t.TempDir()})
	w.check(err)
	if len(p.Gaps) != 1 || !strings.Contains(p.Gaps[0].Why, commit) {
		t.Errorf("gaps %v", p.Gaps)
	}
}

// TestHostileLabels has an image that says things of itself that no terminal
// should see.
func TestHostileLabels(t *testing.T) {
	w := newWorld(t, withReferrers(t, 0))
	c := must(w.images[0].ConfigFile()).DeepCopy()
	c.Architecture = "amd64\x1b[2J"
	c.Config.Labels = map[string]string{"org.opencontainers.image.version": "1.0\x1b[31m\n" + strings.Repeat("x", 5000)}
	w.check(remote.Write(w.repo.Tag("hostile"), must(mutate.ConfigFile(w.images[0], c))))
	_, artifacts := w.mustCollect(w.options(w.repo.Name() + ":hostile"))
	a := artifacts[0]
	if len(a.Version) > 600 || strings.ContainsAny(a.Version+a.Image.Platform, "\x1b\n") {
		t.Errorf("version %q, platform %q", a.Version, a.Image.Platform)
	}
}

// TestManyLayers has one referrer with more documents than are read.
func TestManyLayers(t *testing.T) {
	w := newWorld(t, withReferrers(t, 0))
	img := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	for i := range 20 {
		img = must(mutate.Append(img, mutate.Addendum{Layer: static.NewLayer(cyclonedx(w.digest, i+1), "application/vnd.cyclonedx+json")}))
	}
	img = mutate.Subject(img, w.descriptor()).(v1.Image)
	w.check(remote.Write(w.repo.Digest(must(img.Digest()).String()), img))
	o := w.options(w.repo.Name() + ":v1.4.0")
	o.Limits.Referrers = 10
	p, _ := w.mustCollect(o)
	if len(p.SBOMs) != 10 || len(p.Unread) != 1 {
		t.Errorf("%d SBOMs, unread %v", len(p.SBOMs), p.Unread)
	}
}

func TestIsReference(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("0", 64)
	for reference, want := range map[string]bool{
		"ghcr.io/acme/hello:v1":       true,
		"ghcr.io/acme/hello" + digest: true,
		"localhost/hello:v1":          true,
		"localhost:5000/hello:v1":     true,
		"ghcr.io/acme/hello":          false,
		"acme/hello:v1":               false,
		"hello:v1":                    false,
		"bin/hello":                   false,
		"./dist.d/hello:v1":           false,
		"../x/hello:v1":               false,
		"dist.d/Hello:v1":             false,
		"ghcr.io/acme/hello@sha256:0": false,
		"":                            false,
	} {
		if got := oci.IsReference(reference); got != want {
			t.Errorf("%q: got %v", reference, got)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for name, o := range map[string]oci.Options{
		"no image":  {Now: now},
		"no time":   {Images: []string{"ghcr.io/a/b:v1"}},
		"no tag":    {Images: []string{"ghcr.io/a/b"}, Now: now},
		"bad name":  {Images: []string{"ghcr.io/A/b:v1"}, Now: now},
		"bad bytes": {Images: []string{"ghcr.io/a/\x1b[31mb:v1"}, Now: now},
	} {
		if _, err := oci.New(o); err == nil || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
