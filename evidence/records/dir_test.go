package records_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/records"
)

const parts = `record: release
release-record:
  change-requests: [https://tickets.example.com/CHG-4411]
  known-issues: [none]
  production-window: Tue-Thu 9-17
`

const folder = ".dossier/records/1.4.0"

// folderOf is a file system with the named files in the folder.
func folderOf(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[folder+"/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func frozen(id string) string {
	return "record: freeze\n" + strings.Replace(fmt.Sprintf(freeze, hex64), "freeze-1", id, 1)
}

func TestReadDir(t *testing.T) {
	files, err := records.ReadDir(folderOf(map[string]string{
		"b.yaml": frozen("freeze-2"), "a.yaml": frozen("freeze-1"), "release.yaml": parts, ".gitkeep": "",
	}), folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name+" "+f.Kind)
	}
	want := []string{folder + "/a.yaml freeze", folder + "/b.yaml freeze", folder + "/release.yaml release"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if f := files[0]; f.Record.Head().ID != "freeze-1" || f.Facts != nil || string(f.Data) != frozen("freeze-1") {
		t.Errorf("got %+v", f)
	}
	if f := files[2]; f.Record != nil || f.Facts.ReleaseRecord.KnownIssues[0] != "none" || f.Facts.Version != "" {
		t.Errorf("got %+v", f)
	}
}

func TestHidden(t *testing.T) {
	got, err := records.Hidden(folderOf(map[string]string{"a.yaml": "", ".gitkeep": "", ".b.yaml": ""}), folder)
	if err != nil || len(got) != 1 || got[0] != folder+"/.b.yaml" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestReadDirRefuses(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"other name", map[string]string{"a.yml": frozen("f")}, folder + "/a.yml: the name of a record ends in .yaml"},
		{"backup", map[string]string{"a.yaml~": frozen("f")}, "ends in .yaml"},
		{"no kind", map[string]string{"a.yaml": fmt.Sprintf(freeze, hex64)}, folder + `/a.yaml:1:1: the key "record" is missing`},
		{"unknown kind", map[string]string{"a.yaml": "record: freze\n"}, folder + `/a.yaml:1:9: record: "freze" is no kind of record: did you mean "freeze"?`},
		{"type for kind", map[string]string{"a.yaml": "record: " + evidence.ApprovalType + "\n"}, "is no kind of record"},
		{"kind is a list", map[string]string{"a.yaml": "record: [freeze]\n"}, folder + "/a.yaml:1:9: record: want text"},
		{"list", map[string]string{"a.yaml": "- record: freeze\n"}, "/a.yaml:1:1:"},
		{"empty", map[string]string{"a.yaml": ""}, folder + "/a.yaml: the file is empty"},
		{"error in a record", map[string]string{"a.yaml": "record: freeze\nid: [\n"}, folder + "/a.yaml:2:1: not valid YAML"},
		{"misspelled key", map[string]string{"a.yaml": frozen("f") + "rational: x\n"}, folder + `/a.yaml:21:1: rational: unknown key: did you mean "rationale"?`},
		{"same id", map[string]string{"a.yaml": frozen("f"), "b.yaml": frozen("f")}, folder + "/b.yaml: " + folder + `/a.yaml is a record of kind freeze with the id "f" already`},
		{"two releases", map[string]string{"a.yaml": parts, "b.yaml": parts}, "/b.yaml: " + folder + "/a.yaml is a record of kind release already"},
		{"collected member", map[string]string{"a.yaml": parts + "commit: " + oid + "\n"}, "/a.yaml:6:1: commit: unknown key"},
		{"part with an error", map[string]string{"a.yaml": "record: release\nrelease-record: { risk: tiny }\n"}, `/a.yaml:2:25: release-record.risk: `},
		{"too large", map[string]string{"a.yaml": strings.Repeat("# padding\n", 200_000)}, "/a.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, err := records.ReadDir(folderOf(tt.files), folder)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v\nwant an error with %s", files, err, tt.want)
			}
		})
	}
}

func TestReadDirLimits(t *testing.T) {
	large := parts + "# " + strings.Repeat("x", 1000_000) + "\n"
	many := map[string]string{}
	for i := range 20 {
		many[fmt.Sprintf("%02d.yaml", i)] = strings.Replace(frozen(fmt.Sprint("f-", i)), "record:", "# "+strings.Repeat("x", 1000_000)+"\nrecord:", 1)
	}
	if _, err := records.ReadDir(folderOf(many), folder); err == nil || !strings.Contains(err.Error(), "have more than 16777216 bytes") {
		t.Errorf("20 MB: %v", err)
	}
	if _, err := records.ReadDir(folderOf(map[string]string{"a.yaml": large}), folder); err != nil {
		t.Errorf("1 MB: %v", err)
	}
	clear(many)
	for i := range 1001 {
		many[fmt.Sprint(i, ".yaml")] = frozen(fmt.Sprint("f-", i))
	}
	if _, err := records.ReadDir(folderOf(many), folder); err == nil || !strings.Contains(err.Error(), "1001 files") {
		t.Errorf("1001 files: %v", err)
	}
	if _, err := records.ReadDir(folderOf(nil), folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

// TestReadDirLinks refuses what leads out of the directory.
func TestReadDirLinks(t *testing.T) {
	top, out := t.TempDir(), filepath.Join(t.TempDir(), "secret.yaml")
	dir := filepath.Join(top, "r")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(out, []byte(parts), 0o644), os.Symlink(out, filepath.Join(dir, "a.yaml"))); err != nil {
		t.Skip(err)
	}
	if _, err := records.ReadDir(os.DirFS(top), "r"); err == nil || !strings.Contains(err.Error(), "r/a.yaml: only files belong") {
		t.Errorf("link: %v", err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, "a.yaml")), os.Mkdir(filepath.Join(dir, "a.yaml"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, err := records.ReadDir(os.DirFS(top), "r"); err == nil || !strings.Contains(err.Error(), "r/a.yaml: only files belong") {
		t.Errorf("directory: %v", err)
	}
}

func TestDir(t *testing.T) {
	tests := []struct{ component, version, want string }{
		{"", "1.4.0", ".dossier/records/1.4.0"},
		{"web", "1.4.0-rc.1+build.7", ".dossier/records/web/1.4.0-rc.1+build.7"},
		{"services/api", "1.4.0", ".dossier/records/services/api/1.4.0"},
		{"services/../..", "1.4.0", ""},
		{"/api", "1.4.0", ""},
		{"", "", ""},
		{"", "..", ""},
		{"", "../../etc", ""},
		{"..", "1.4.0", ""},
		{"", ".hidden", ""},
		{"", "1.4.", ""},
		{"", "1/4", ""},
		{"web", "", ""},
		{"", "1.4\x00", ""},
		{"", strings.Repeat("1", 129), ""},
	}
	for _, tt := range tests {
		got, err := records.Dir(tt.component, tt.version)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%q, %q: got %q, %v, want %q", tt.component, tt.version, got, err, tt.want)
		}
	}
}

// TestReleaseTemplate checks that the template of the release statement's parts
// can be read once nothing in it is filled in, and that every line behind a "#"
// is a known key.
func TestReleaseTemplate(t *testing.T) {
	data, err := records.Template(records.ReleaseKind, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := records.ParseFile("release.yaml", data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if diff := cmp.Diff(&evidence.Record{}, f.Facts); diff != "" {
		t.Error(diff)
	}
	for _, key := range []string{"#release-record:", "#  known-issues:", "#rollback-plan:", "#notes:"} {
		if !strings.Contains(string(data), "\n"+key) {
			t.Errorf("the template lacks %s", key)
		}
	}
	for _, key := range []string{"commit:", "artifacts:", "materials:", "promotions:"} {
		if strings.Contains(string(data), "\n#"+key) {
			t.Errorf("the template asks for %s, which is collected", key)
		}
	}
}

// TestKindAgrees refuses a record of one kind where another is wanted.
func TestKindAgrees(t *testing.T) {
	text := []byte(frozen("f"))
	if _, err := records.ParseYAML("a.yaml", text, "freeze"); err != nil {
		t.Error(err)
	}
	if _, err := records.ParseYAML("a.yaml", text, "window"); err == nil || !strings.Contains(err.Error(), `a.yaml:1:9: record: a record of kind window is wanted here`) {
		t.Errorf("got %v", err)
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte(parts))
	f.Add([]byte(frozen("f")))
	for _, k := range evidence.Kinds() {
		f.Add(template(f, k))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := records.ParseFile("a.yaml", data)
		if err == nil && (file.Record == nil) == (file.Facts == nil) {
			t.Errorf("%q: neither or both of record and facts", data)
		}
	})
}

func ExampleReadDir() {
	files, err := records.ReadDir(fstest.MapFS{
		".dossier/records/1.4.0/release.yaml": {Data: []byte(`record: release
release-record:
  change-requests: [https://tickets.example.com/CHG-4411]
  known-issues: [none]
  production-window: Tue-Thu 9-17
`)},
	}, ".dossier/records/1.4.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range files {
		fmt.Println(f.Name, f.Kind, f.Facts.ReleaseRecord.KnownIssues)
	}
	// Output: .dossier/records/1.4.0/release.yaml release [none]
}
