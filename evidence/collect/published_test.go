package collect_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// gitlabJob is the environment of a release job.
func (w *world) gitlabJob() []string {
	return append(w.env, "GITLAB_CI=true", "CI_SERVER_URL=https://github.com", "CI_PROJECT_PATH=org/hello", "CI_JOB_ID=99",
		"CI_RUNNER_ID=3", "CI_COMMIT_SHA="+w.commit, "CI_COMMIT_TAG=v1.4.0", "CI_JOB_STARTED_AT=2026-11-20T08:51:00Z")
}

const job = "https://github.com/org/hello/-/jobs/99"

// TestRunMade: what the run makes itself names the run, and the provenance says
// when it began and which SBOM it made.
func TestRunMade(t *testing.T) {
	w, key := newWorld(t), newSigner(t)
	o := w.options()
	o.Environ, o.GenerateSBOM = w.gitlabJob(), true
	var payload []byte
	o.BuildProvenance = func(p []byte) ([]byte, error) {
		payload = p
		return attest.Sign(context.Background(), key, p)
	}
	r := w.collect(o).Record
	if len(r.SBOMs) != 1 || r.SBOMs[0].RunID != job || len(r.Provenance) != 1 || r.Provenance[0].RunID != job {
		t.Fatalf("SBOMs %+v, provenance %+v", r.SBOMs, r.Provenance)
	}
	in, err := provenance.ReadAny(payload)
	if err != nil {
		t.Fatal(err)
	}
	s, err := provenance.Parse(in.Entries[0].Statement)
	if err != nil {
		t.Fatal(err)
	}
	began := evidence.At(time.Date(2026, 11, 20, 8, 51, 0, 0, time.UTC))
	equal(t, began, s.StartedAt)
	equal(t, &began, r.Build.StartedAt)
	equal(t, []evidence.DigestSet{r.SBOMs[0].Material.Set()}, s.Byproducts)
}

// TestGivenIsNotMade: nobody knows which run made a file that is given.
func TestGivenIsNotMade(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Environ = w.gitlabJob()
	o.SBOMs = []string{w.file("hello.cdx.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}`)}
	if r := w.collect(o).Record; r.SBOMs[0].RunID != "" || r.SBOMs[0].Location != "" {
		t.Errorf("%+v", r.SBOMs[0])
	}
}

// TestPublished: artifacts, SBOMs and attestations are where a source has their
// bytes, and nothing else is.
func TestPublished(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	sbom := w.file("hello.cdx.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}`)
	o.SBOMs = []string{sbom}
	at := evidence.At(time.Date(2026, 11, 20, 8, 55, 0, 0, time.UTC))
	page := "https://forge.example/org/hello/releases/"
	place := func(name string) evidence.Publication {
		return evidence.Publication{Registry: "forge.example/org/hello/releases", Coordinates: page + name, PublishedAt: &at}
	}
	of := func(path string) evidence.Digest {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return evidence.Sum(data)
	}
	o.Sources = []collect.Source{
		source{"forge", collect.Changes, says(collect.Part{Published: map[evidence.Digest]evidence.Publication{
			of(w.archive): place("hello.tar.gz"), of(sbom): place("hello.cdx.json"), evidence.Sum([]byte("other")): place("hello"),
		}}), nil},
		source{"mirror", collect.Changes, says(collect.Part{Published: map[evidence.Digest]evidence.Publication{
			of(w.archive): {Registry: "mirror.example"},
		}}), nil},
	}
	r := w.collect(o).Record
	want := place("hello.tar.gz")
	equal(t, &want, r.Artifacts[1].Publication)
	if p := r.Artifacts[0].Publication; p != nil {
		t.Errorf("hello is published by its name alone: %+v", p)
	}
	equal(t, page+"hello.cdx.json", r.SBOMs[0].Location)
}
