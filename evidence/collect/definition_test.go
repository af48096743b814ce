package collect_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

// TestTemplates states the templates of the pipeline that assembles the record,
// from its definition at the tagged commit and not from the working tree.
func TestTemplates(t *testing.T) {
	w := newWorld(t)
	for name, text := range map[string]string{
		".github/workflows/release.yml":   "jobs: { a: { steps: [ { uses: actions/checkout@v5 }, { uses: ./.github/actions/own } ] } }\n",
		".github/actions/own/action.yaml": "runs: { steps: [ { uses: acme/deep@" + strings.Repeat("a", 40) + " } ] }\n",
	} {
		if err := os.MkdirAll(filepath.Join(w.repo, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		w.write(name, text)
	}
	w.release("v1.5.0")
	commit := w.git("rev-parse", "HEAD")
	w.write(".github/workflows/release.yml", "jobs: { a: { uses: evil/x/.github/workflows/y.yml@main } }\n")
	o := w.options()
	o.Tag = "v1.5.0"
	o.Environ = append(slices.Clone(w.env), "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=org/hello",
		"GITHUB_RUN_ID=7", "GITHUB_WORKFLOW_REF=org/hello/.github/workflows/release.yml@refs/tags/v1.5.0", "GITHUB_SHA="+commit)
	d := w.collect(o)
	want := []evidence.BuildTemplate{{Ref: "acme/deep@" + strings.Repeat("a", 40)}, {Ref: "actions/checkout@v5"}}
	equal(t, want, d.Record.Build.Templates)
	if b := d.Record.Build; b.TemplatesFrom == nil || b.TemplatesFrom.Name != ".github/workflows/release.yml" || b.TemplatesUnread != nil {
		t.Errorf("build %+v", b)
	}
	p := d.Record.Pipeline
	if p == nil || p.Definition == nil || p.Definition.Name != ".github/workflows/release.yml" || p.Template != "" {
		t.Fatalf("pipeline %+v", p)
	}
	equal(t, []evidence.PipelineStage{{Name: "a"}}, p.Stages)

	// What people wrote of the pipeline stays.
	dir := filepath.Join(w.repo, ".dossier", "records", "1.5.0")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.write(".dossier/records/1.5.0/release.yaml", "record: release\npipeline:\n  template: acme/own@v1\n  stages:\n  - {name: build, intents: [build]}\n")
	p = w.collect(o).Record.Pipeline
	if p.Template != "acme/own@v1" || p.Definition == nil {
		t.Errorf("pipeline %+v", p)
	}
	equal(t, []evidence.PipelineStage{{Name: "build", Intents: []string{"build"}}}, p.Stages)
}
