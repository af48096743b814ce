package collect_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/sbom"
)

func (w *world) sbomFor(path string) string {
	w.t.Helper()
	f, err := os.Open(path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	raw, err := sbom.ForBinary(f, sbom.Options{Time: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(raw)
}

func TestSBOMs(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Artifacts = o.Artifacts[:1]
	given := w.file("My SBOM.json", w.sbomFor(w.hello))
	other := w.file("other.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"hello"}}}`)
	broken := w.file("broken.spdx.json", `{"spdxVersion":"SPDX-2.3"}`)
	tests := []struct {
		name      string
		sboms     []string
		generate  bool
		materials []string
		about     int
		gaps      []string
	}{
		{"given", []string{given}, true, []string{"sbom/hello.cdx.json"}, 1, nil},
		{"given twice", []string{given, given}, false, []string{"sbom/hello.cdx.json"}, 1, nil},
		{"generated", nil, true, []string{"sbom/hello.cdx.json"}, 1, nil},
		{"about nothing", []string{other}, false, []string{"sbom/other.cdx.json"}, 0, []string{"an SBOM", "an SBOM bound to an artifact"}},
		{"about nothing, and generated", []string{other}, true, []string{"sbom/other.cdx.json", "sbom/hello.cdx.json"}, 0, []string{"an SBOM bound to an artifact"}},
		{"not valid", []string{broken}, false, []string{"sbom/broken.spdx.json"}, 0, []string{"an SBOM", "an SBOM bound to an artifact", "a valid SBOM"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := o
			o.SBOMs, o.GenerateSBOM = tt.sboms, tt.generate
			d := w.collect(o)
			if diff := cmp.Diff(append([]string{"git/objects"}, tt.materials...), materials(d)); diff != "" {
				t.Errorf("materials (-want +got):\n%s", diff)
			}
			if got := d.Record.SBOMs; len(got) != len(tt.materials) || len(got[0].About) != tt.about {
				t.Errorf("sboms %+v, want %d, the first about %d artifacts", got, len(tt.materials), tt.about)
			}
			var got []string
			for _, g := range gaps(d) {
				if strings.Contains(g, "SBOM") {
					got = append(got, g)
				}
			}
			if diff := cmp.Diff(tt.gaps, got); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSBOMIsArtifact releases and embeds an SBOM that is attached as well: one
// material, one attachment.
func TestSBOMIsArtifact(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	path := w.file("hello.cdx.json", w.sbomFor(w.hello))
	o.Artifacts, o.SBOMs, o.IncludeArtifacts = []string{w.hello, path}, []string{path}, true
	d := w.collect(o)
	want := []string{"artifacts/hello", "artifacts/hello.cdx.json", "git/objects"}
	if diff := cmp.Diff(want, materials(d)); diff != "" || len(d.Record.SBOMs) != 1 {
		t.Errorf("%d sboms, materials (-want +got):\n%s", len(d.Record.SBOMs), diff)
	}
}

// provenanceOf returns a statement about data, built from the world's commit.
func (w *world) provenanceOf(path string, change func(*provenance.Build)) []byte {
	w.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	b := provenance.Build{
		Artifacts:  []evidence.Artifact{{Name: "hello", Digest: evidence.Sum(data)}},
		Repository: "https://github.com/org/hello", Commit: w.commit, Ref: "refs/tags/v1.4.0",
		BuilderID: "https://github.com/org/hello/.github/workflows/release.yml@refs/tags/v1.4.0",
	}
	change(&b)
	payload, err := provenance.New(b)
	if err != nil {
		w.t.Fatal(err)
	}
	return payload
}

func (w *world) signed(payload []byte) string {
	w.t.Helper()
	raw, err := attest.Sign(w.t.Context(), newSigner(w.t), payload)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(raw)
}

func TestProvenance(t *testing.T) {
	w := newWorld(t)
	none := func(*provenance.Build) {}
	good := w.provenanceOf(w.hello, none)
	tests := []struct {
		name, file, text, material string
		gaps                       []string
	}{
		{"bundle", "a.json", w.signed(good), "provenance/hello.sigstore.json", nil},
		{"lines", "a.jsonl", w.signed(good) + "\n" + w.signed(good) + "\n", "provenance/hello.sigstore.jsonl", nil},
		{"statement", "a.intoto.json", string(good), "provenance/hello.intoto.json", []string{"signed provenance"}},
		{"another artifact", "multiple.intoto.jsonl", w.signed(w.provenanceOf(w.archive+"", func(b *provenance.Build) {
			b.Artifacts[0].Digest = evidence.Sum(nil)
		})), "provenance/multiple.sigstore.json", []string{"provenance of the artifacts", "provenance"}},
		{"another commit", "a.json", w.signed(w.provenanceOf(w.hello, func(b *provenance.Build) { b.Commit = strings.Repeat("a", 40) })),
			"provenance/hello.sigstore.json", []string{"provenance of the tagged commit"}},
		{"another repository", "a.json", w.signed(w.provenanceOf(w.hello, func(b *provenance.Build) { b.Repository += "-fork" })),
			"provenance/hello.sigstore.json", []string{"provenance of this repository"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := w.options()
			o.Artifacts, o.Provenance = o.Artifacts[:1], []string{w.file(tt.file, tt.text)}
			d := w.collect(o)
			if !slices.Contains(materials(d), tt.material) || len(d.Record.Provenance) != 1 {
				t.Errorf("materials %q, want %q", materials(d), tt.material)
			}
			var got []string
			for _, g := range gaps(d) {
				if strings.Contains(g, "provenance") {
					got = append(got, g)
				}
			}
			if diff := cmp.Diff(tt.gaps, got); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBuildProvenance(t *testing.T) {
	w := newWorld(t)
	github := append(slices.Clone(w.env), "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=org/hello",
		"GITHUB_REPOSITORY_ID=42", "GITHUB_RUN_ID=7", "GITHUB_WORKFLOW_REF=org/hello/.github/workflows/release.yml@refs/tags/v1.4.0")
	sign := func(payload []byte) ([]byte, error) { return []byte(w.signed(payload)), nil }
	tests := []struct {
		name    string
		environ []string
		sign    func([]byte) ([]byte, error)
		builder string // "" if none is made
		err     string
	}{
		{"local", w.env, sign, provenance.LocalBuilder, ""},
		{"GitHub", append(slices.Clone(github), "GITHUB_SHA="+w.commit), sign, "https://github.com/org/hello/.github/workflows/release.yml@refs/tags/v1.4.0", ""},
		{"run of another commit", append(slices.Clone(github), "GITHUB_SHA="+strings.Repeat("a", 40)), sign, "", ""},
		{"no signer", w.env, nil, "", ""},
		{"signer fails", w.env, func([]byte) ([]byte, error) { return nil, fmt.Errorf("no token") }, "", "no token"},
		{"signer signs something else", w.env, func([]byte) ([]byte, error) {
			return []byte(w.signed(w.provenanceOf(w.hello, func(*provenance.Build) {}))), nil
		}, "", "other bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := w.options()
			o.Environ, o.BuildProvenance = tt.environ, tt.sign
			d, err := collect.Release(t.Context(), o)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want an error with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if got := builder(t, d); got != tt.builder {
				t.Errorf("builder %q, want %q", got, tt.builder)
			}
			if missing := slices.Contains(gaps(d), "provenance"); missing != (tt.builder == "") {
				t.Errorf("gaps %q", gaps(d))
			}
		})
	}
}

// builder returns the builder that the draft's own provenance names.
func builder(t *testing.T, d *collect.Draft) string {
	t.Helper()
	i := slices.Index(materials(d), "provenance/release.sigstore.json")
	if i < 0 {
		return ""
	}
	raw, err := d.Blobs[i].Read(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	in, err := provenance.ReadAny(raw)
	if err != nil {
		t.Fatal(err)
	}
	s, err := provenance.Parse(in.Entries[0].Statement)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Subjects) != 2 || len(d.Record.Provenance[0].About) != 2 || !slices.Equal(s.SourceCommits, []string{d.Record.Commit}) {
		t.Errorf("subjects %+v, commits %q", s.Subjects, s.SourceCommits)
	}
	return s.BuilderID
}

// approval returns the payload of an approval; release may be nil.
func approval(t *testing.T, w *world, release *evidence.Reference) []byte {
	t.Helper()
	a := evidence.Approval{
		ID: "A-1", Decision: evidence.Approved, At: evidence.At(time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)),
		Approver: evidence.Actor{ID: "mailto:bob@example.com", Kind: evidence.Human},
		Scope:    &evidence.Scope{Repository: "https://github.com/org/hello", Commits: []string{w.commit}},
	}
	subjects := a.Scope.ScopeSubjects()
	if release != nil {
		a.Release, a.Scope = release, nil
		a.Parents = []evidence.Parent{{Statement: release.Digest, Signature: evidence.Sum([]byte("signature"))}}
	}
	payload, err := attest.NewStatement(subjects, evidence.ApprovalType, a)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestAttestations(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Attestations = []string{w.file("approval of Bob.json", w.signed(approval(t, w, nil)))}
	d := w.collect(o)
	if !slices.Contains(materials(d), "attestations/approval-of-bob.json") || len(d.Record.Attestations) != 1 || slices.Contains(gaps(d), "an approval") {
		t.Errorf("materials %q, gaps %q", materials(d), gaps(d))
	}
	o.Attestations = []string{w.file("late.json", w.signed(approval(t, w, &evidence.Reference{Digest: evidence.Sum([]byte("release"))})))}
	if _, err := collect.Release(t.Context(), o); err == nil || !strings.Contains(err.Error(), "existing dossier") {
		t.Errorf("an approval of another release: got %v", err)
	}
	o.Attestations, o.Provenance = nil, []string{w.file("approval.json", w.signed(approval(t, w, nil)))}
	if _, err := collect.Release(t.Context(), o); err == nil || !strings.Contains(err.Error(), "not SLSA provenance") {
		t.Errorf("an approval as provenance: got %v", err)
	}
}

func TestPublicKeys(t *testing.T) {
	w := newWorld(t)
	s := newSigner(t)
	key, err := attest.NewPublicKey(s.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	o := w.options()
	o.PublicKeys = [][]byte{key.PEM(), key.PEM()}
	want := "keys/" + strings.TrimPrefix(string(key.Identity()), "key:sha256:") + ".pem"
	if got := materials(w.collect(o)); !slices.Contains(got, want) || len(got) != 2 {
		t.Errorf("materials %q, want %q", got, want)
	}
}
