package collect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMisplacedRecords: what is nearly where records belong is named, never left
// out. What is of other releases is no business of this one.
func TestMisplacedRecords(t *testing.T) {
	w := newWorld(t)
	for path, c := range map[string]struct {
		component string
		all       []string
		want      string // "" is no error
	}{
		".dossier/records/v1.4.0/r.yaml":       {"", nil, "belong in .dossier/records/1.4.0"},
		".dossier/records/r.yaml":              {"", nil, "r.yaml is not read, because it is in the directory of no release: move it to .dossier/records/1.4.0"},
		".dossier/records/r.yml":               {"", nil, "r.yml is not read"},
		".dossier/records/README.md":           {"", nil, ""},
		".dossier/records/1.3.0/r.yaml":        {"", nil, ""},
		".dossier/record/1.4.0/r.yaml":         {"", nil, ".dossier/record/1.4.0 is not read: did you mean .dossier/records/1.4.0?"},
		".dosier/records/1.4.0/r.yaml":         {"", nil, ".dosier/records/1.4.0 is not read: did you mean"},
		"docs/records/1.4.0/r.yaml":            {"", nil, ""},
		".dossier/records/api/1.4.0/r.yaml":    {"", nil, "no component api is configured"},
		".dossier/records/1.4.0/r.yaml":        {"api", []string{"api", "web"}, "records of api belong in .dossier/records/api/1.4.0"},
		".dossier/records/apii/1.4.0/r.yaml":   {"web", []string{"web", "api"}, "did you mean .dossier/records/api/1.4.0?"},
		".dossier/records/ledger/1.4.0/r.yaml": {"web", []string{"web", "api"}, "of none of the components (web, api)"},
		".dossier/records/ledger/1.3.0/r.yaml": {"web", []string{"web", "api"}, ""},
		".dossier/records/api/1.4.0/r.yml":     {"web", []string{"web", "api"}, ""},
		".dossier/records/api/r.yaml":          {"api", []string{"web", "api"}, "api/r.yaml is not read"},
		".dossier/records/svc/apu/1.4.0/r.yaml": {
			"svc/api", []string{"svc/api", "web"}, "did you mean .dossier/records/svc/api/1.4.0?"},
	} {
		t.Run(path, func(t *testing.T) {
			defer os.RemoveAll(filepath.Join(w.repo, filepath.FromSlash(strings.SplitN(path, "/", 2)[0])))
			file := filepath.Join(w.repo, filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("record: release\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			o := w.options()
			o.Component, o.Components = c.component, c.all
			if c.want == "" {
				w.collect(o)
				return
			}
			refuse(t, o, c.want)
		})
	}
}

// TestUntouchedTemplate: a file of the release's parts that has none says so.
func TestUntouchedTemplate(t *testing.T) {
	w := newWorld(t)
	w.record("release.yaml", "record: release\n#notes: ...\n")
	refuse(t, w.options(), "records/1.4.0/release.yaml: states nothing about the release: fill in")
}
