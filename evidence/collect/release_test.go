package collect_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

func gaps(d *collect.Draft) []string {
	var list []string
	for _, g := range d.Gaps {
		list = append(list, g.What)
	}
	return list
}

func materials(d *collect.Draft) []string {
	var list []string
	for _, m := range d.Record.Materials {
		list = append(list, m.Name)
	}
	return list
}

func TestRelease(t *testing.T) {
	w := newWorld(t)
	d := w.collect(w.options())
	r := d.Record
	if r.Version != "1.4.0" || r.Repository.URI != "https://github.com/org/hello" || r.Commit != w.commit || r.Kind != evidence.KindApp {
		t.Errorf("version %q, repository %q, commit %q, kind %q", r.Version, r.Repository.URI, r.Commit, r.Kind)
	}
	if want := (evidence.Base{Tag: "v1.3.0", Commit: w.git("rev-parse", "v1.3.0^{commit}")}); r.Base != want {
		t.Errorf("base %+v, want %+v", r.Base, want)
	}
	if want := (evidence.Tag{Name: "v1.4.0", Object: w.git("rev-parse", "v1.4.0"), Type: "tag"}); r.Tag != want {
		t.Errorf("tag %+v, want %+v", r.Tag, want)
	}
	if r.Sequence != 1 || r.Predecessor.None != "first" || r.Build != nil || d.Name != "hello" {
		t.Errorf("sequence %d, predecessor %+v, build %+v, name %q", r.Sequence, r.Predecessor, r.Build, d.Name)
	}
	if len(r.Artifacts) != 2 || r.Artifacts[0].Name != "hello" || r.Artifacts[1].Name != "hello.tar.gz" || r.Artifacts[0].Version == "" {
		t.Errorf("artifacts %+v", r.Artifacts)
	}
	if diff := cmp.Diff([]string{"git/objects"}, materials(d)); diff != "" {
		t.Errorf("materials (-want +got):\n%s", diff)
	}
	want := []string{"an SBOM", "an SBOM", "a build in CI", "provenance", "a signed tag", "an approval"}
	if diff := cmp.Diff(want, gaps(d)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

// TestPayload signs a draft and reads everything back from the dossier.
func TestPayload(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.IncludeArtifacts, o.GenerateSBOM = true, true
	d := w.collect(o)
	payload, err := d.Payload()
	if err != nil {
		t.Fatal(err)
	}
	signature, err := attest.Sign(t.Context(), newSigner(t), payload)
	if err != nil {
		t.Fatal(err)
	}
	set := bundle.New()
	st, err := set.AddSignature(signature)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range d.Blobs {
		set.AddBlob(b)
	}
	for _, m := range st.Links.Materials {
		b, ok := set.Blob(m.Digest)
		if !ok || b.Size != m.Size {
			t.Errorf("material %s is not there", m.Name)
		}
	}
	b, _ := set.Blob(d.Record.Materials[slices.Index(materials(d), "git/objects")].Digest)
	archive, err := b.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	objects, err := gitobj.ReadArchive(archive, gitobj.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, body, err := objects.File(gitobj.ID(w.commit), "SECURITY.md"); err != nil || string(body) != "Write to us.\n" {
		t.Errorf("SECURITY.md is %q, %v", body, err)
	}
}

func TestSameInputSamePayload(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.GenerateSBOM = true
	var payloads [2][]byte
	for i := range payloads {
		var err error
		if payloads[i], err = w.collect(o).Payload(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(payloads[0], payloads[1]) {
		t.Errorf("two drafts of one release differ:\n%s\n%s", payloads[0], payloads[1])
	}
}

// TestRefuses changes one option of a sound release at a time.
func TestRefuses(t *testing.T) {
	w := newWorld(t)
	copied := w.file("copy/hello.tar.gz", "not really an archive")
	tests := []struct {
		name   string
		change func(*collect.Options)
		want   string
	}{
		{"no artifact", func(o *collect.Options) { o.Artifacts = nil }, "no artifact"},
		{"absent artifact", func(o *collect.Options) { o.Artifacts = []string{"/nowhere/x"} }, "/nowhere/x"},
		{"directory", func(o *collect.Options) { o.Artifacts = []string{w.dist} }, "is a directory"},
		{"device", func(o *collect.Options) { o.Artifacts = []string{os.DevNull} }, "not a regular file"},
		{"artifact twice", func(o *collect.Options) { o.Artifacts = []string{w.hello, w.hello} }, "same bytes"},
		{"same bytes twice", func(o *collect.Options) { o.Artifacts = append(o.Artifacts, copied) }, "same bytes"},
		{"too many", func(o *collect.Options) { o.Artifacts = make([]string, 999) }, "checksum list"},
		{"other version", func(o *collect.Options) { o.Version = "1.5.0" }, "disagrees with tag v1.4.0"},
		{"no such tag", func(o *collect.Options) { o.Tag = "v9.9.9" }, "v9.9.9"},
		{"option as tag", func(o *collect.Options) { o.Tag = "--upload-pack=x" }, "tag"},
		{"no repository", func(o *collect.Options) { o.Dir = w.dist }, "not in a git repository"},
		{"local repository", func(o *collect.Options) { o.Repository = "/srv/repo" }, "give it as https://host/org/repo"},
		{"artifact as sbom", func(o *collect.Options) { o.SBOMs = []string{w.archive} }, "hello.tar.gz"},
		{"artifact as provenance", func(o *collect.Options) { o.Provenance = []string{w.archive} }, "hello.tar.gz"},
		{"artifact as attestation", func(o *collect.Options) { o.Attestations = []string{w.archive} }, "hello.tar.gz"},
		{"pipe as attestation", func(o *collect.Options) { o.Attestations = []string{os.DevNull} }, "not a regular file"},
		{"no key", func(o *collect.Options) { o.PublicKeys = [][]byte{[]byte("x")} }, "public key 1"},
		{"first with predecessor", func(o *collect.Options) { o.Predecessor = &evidence.Predecessor{None: "unknown"} }, "not both"},
		{"unknown kind", func(o *collect.Options) { o.Kind = "toy" }, "/kind"},
		{"broken environment", func(o *collect.Options) { o.Environ = append(slices.Clone(o.Environ), "GITHUB_ACTIONS=true") }, "GITHUB_"},
		{"file outside the repository", func(o *collect.Options) { o.Files = []string{"../x"} }, "../x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := w.options()
			tt.change(&o)
			_, err := collect.Release(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
			if left, _ := filepath.Glob(filepath.Join(o.TempDir, "*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// TestNames gives artifacts of one name from several directories.
func TestNames(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.IncludeArtifacts = true
	o.Artifacts = []string{
		w.file("linux/amd64/Hello World", "1"), w.file("darwin/amd64/Hello World", "2"),
		w.file("x/release", "3"), w.file("hello-world", "4"),
	}
	d := w.collect(o)
	var names []string
	for _, a := range d.Record.Artifacts {
		names = append(names, a.Name)
	}
	want := []string{"linux/amd64/Hello World", "darwin/amd64/Hello World", "x/release", "hello-world"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("artifacts (-want +got):\n%s", diff)
	}
	wantMaterials := []string{"artifacts/linux/amd64/hello-world", "artifacts/darwin/amd64/hello-world", "artifacts/x/release", "artifacts/hello-world", "git/objects"}
	if diff := cmp.Diff(wantMaterials, materials(d)); diff != "" {
		t.Errorf("materials (-want +got):\n%s", diff)
	}
}

func TestPredecessor(t *testing.T) {
	w := newWorld(t)
	statement, state := evidence.Sum([]byte("statement")), evidence.Sum([]byte("state"))
	o := w.options()
	o.First = false
	if d := w.collect(o); d.Record.Predecessor.None != "unknown" || d.Record.Sequence != 0 || !slices.Contains(gaps(d), "the previous dossier") {
		t.Errorf("unknown: %+v, sequence %d, gaps %q", d.Record.Predecessor, d.Record.Sequence, gaps(d))
	}
	o.Predecessor = &evidence.Predecessor{Statement: &statement, State: &state, Sequence: 41}
	if d := w.collect(o); d.Record.Sequence != 42 || slices.Contains(gaps(d), "the previous dossier") {
		t.Errorf("known: sequence %d, gaps %q", d.Record.Sequence, gaps(d))
	}
}

func TestClose(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	d, err := collect.Release(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(o.TempDir, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestLightweight shows that a tag without an object is reported, not refused.
func TestLightweight(t *testing.T) {
	w := newWorld(t)
	w.git("tag", "v1.4.1")
	o := w.options()
	o.Tag = "v1.4.1"
	d := w.collect(o)
	if d.Record.Tag.Type != "commit" || !slices.Contains(gaps(d), "lightweight-tag") {
		t.Errorf("tag %+v, gaps %q", d.Record.Tag, gaps(d))
	}
}

// TestOtherCommit builds from another commit than the tag's.
func TestOtherCommit(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Tag, o.Artifacts = "v1.3.0", []string{w.hello}
	o.BuildProvenance = func([]byte) ([]byte, error) {
		t.Error("provenance is signed for a binary that says it is of another commit")
		return nil, nil
	}
	if d := w.collect(o); len(d.Record.Provenance) > 0 || !slices.Contains(gaps(d), "provenance") {
		t.Errorf("provenance %v, gaps %q", d.Record.Provenance, gaps(d))
	}
	o.BuildProvenance = nil
	if d := w.collect(o); !slices.Contains(gaps(d), "a build of the tagged commit") {
		t.Errorf("gaps %q", gaps(d))
	}
}

// TestCancelledSource ends the run while one source is at work.
func TestCancelledSource(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	ctx, cancel := context.WithCancel(t.Context())
	o.Sources = []collect.Source{source{name: "slow", stage: collect.Changes, answer: func(collect.Target) (*collect.Part, error) {
		cancel()
		return nil, ctx.Err()
	}}}
	var at *collect.SourceError
	if _, err := collect.Release(ctx, o); !errors.Is(err, context.Canceled) || !errors.As(err, &at) || at.Source != "slow" {
		t.Errorf("got %v, want context.Canceled in the source slow", err)
	}
}

func TestCancelled(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(stage string, done, total int64) {
		if stage != "artifacts" || done > total {
			t.Errorf("progress %s %d of %d", stage, done, total)
		}
		cancel()
	}
	if _, err := collect.Release(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if left, _ := filepath.Glob(filepath.Join(o.TempDir, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestChangedArtifact changes an artifact between collecting and writing.
func TestChangedArtifact(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.IncludeArtifacts, o.Artifacts = true, []string{w.archive}
	d := w.collect(o)
	w.file("hello.tar.gz", "not really an Archive")
	if _, err := d.Blobs[0].Read(1 << 20); err == nil {
		t.Error("other bytes were read as the artifact's")
	}
}
