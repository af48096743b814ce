package sbom

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/release-dossier/dossier/evidence"
)

const goMod = `module example.com/App

go 1.26

require (
	example.com/direct v1.2.0
	example.com/local v1.0.0
	example.com/old v1.0.0
)

require example.com/indirect v0.3.0 // indirect

replace example.com/old => example.com/new v1.5.0

replace example.com/local => ../local
`

const goSum = `example.com/direct v1.2.0 h1:ZGlyZWN0
example.com/direct v1.2.0/go.mod h1:bW9k
example.com/indirect v0.3.0 h1:aW5kaXJlY3Q=
example.com/new v1.5.0 h1:bmV3
`

const graph = `example.com/App example.com/direct@v1.2.0
example.com/App example.com/old@v1.0.0
example.com/App go@1.26
example.com/direct@v1.2.0 example.com/indirect@v0.2.0
example.com/direct@v1.1.0 example.com/local@v1.0.0
example.com/old@v1.0.0 example.com/direct@v1.0.0
example.com/old@v1.0.0 example.com/testonly@v1.0.0
go@1.26 toolchain@go1.26
`

func TestForModule(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "go.mod", goMod)
	writeFile(t, dir, "go.sum", goSum)
	zip := evidence.Sum([]byte("zip"))
	out, err := ForModule(dir, Options{Version: "v0.9.0", Time: madeAt, Digest: zip})
	if err != nil {
		t.Fatal(err)
	}
	doc := mustRead(t, out)
	wantSubject := []Subject{{Ref: "example.com/App@", Name: "example.com/App", Version: "v0.9.0", PURL: "pkg:golang/example.com/app@v0.9.0", Digests: zip.Set()}}
	if diff := cmp.Diff(wantSubject, doc.Subjects, cmpopts.IgnoreFields(Subject{}, "Identified")); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
	want := []Component{
		{Ref: "example.com/direct@v1.2.0", Name: "example.com/direct", Version: "v1.2.0", PURL: "pkg:golang/example.com/direct@v1.2.0", Direct: true},
		{Ref: "example.com/indirect@v0.3.0", Name: "example.com/indirect", Version: "v0.3.0", PURL: "pkg:golang/example.com/indirect@v0.3.0"},
		{Ref: "example.com/local@v1.0.0", Name: "example.com/local", Version: "v1.0.0", Direct: true},
		{Ref: "example.com/new@v1.5.0", Name: "example.com/new", Version: "v1.5.0", PURL: "pkg:golang/example.com/new@v1.5.0", Direct: true},
	}
	if diff := cmp.Diff(want, doc.Components, cmpopts.IgnoreFields(Component{}, "Identified", "Related")); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
	for _, s := range []string{"h1:ZGlyZWN0", "h1:bmV3", "example.com/old@v1.0.0", "../local", `"2026-11-20T09:00:00Z"`} {
		if !bytes.Contains(out, []byte(s)) {
			t.Errorf("%s is not in the document", s)
		}
	}
	if bytes.Contains(out, []byte("h1:bW9k")) {
		t.Error("the sum of a go.mod is taken for that of a module")
	}
}

func TestForModuleGraph(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "go.mod", goMod)
	out, err := ForModule(dir, Options{Graph: strings.NewReader(graph)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"example.com/App@":          {"example.com/direct@v1.2.0", "example.com/local@v1.0.0", "example.com/new@v1.5.0"},
		"example.com/direct@v1.2.0": {"example.com/indirect@v0.3.0"},
		"example.com/new@v1.5.0":    {"example.com/direct@v1.2.0"},
	}
	if diff := cmp.Diff(want, mustRead(t, out).Dependencies); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestForModuleRealGraph uses this module and what the go command says of it.
func TestForModuleRealGraph(t *testing.T) {
	cmd := exec.Command("go", "mod", "graph")
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	graph, err := cmd.Output()
	if err != nil {
		t.Skipf("go mod graph needs the module cache: %v", err)
	}
	out, err := ForModule("..", Options{Graph: bytes.NewReader(graph)})
	if err != nil {
		t.Fatal(err)
	}
	doc := mustRead(t, out)
	if doc.ComponentCount < 10 || len(doc.Dependencies) < 3 {
		t.Errorf("%d components, %d with dependencies", doc.ComponentCount, len(doc.Dependencies))
	}
}

func TestForModuleRefuses(t *testing.T) {
	tests := []struct{ name, mod, sum, graph, want string }{
		{"no module", "go 1.26\n", "", "", "no module directive"},
		{"syntax", "module x\nrequire (\n", "", "", "go.mod"},
		{"sum", "module x\n", "a b\n", "", "line 1"},
		{"graph of another", goMod, "", "example.com/b c@v1.0.0\n", "not of example.com/App"},
		{"graph line", goMod, "", "x\n", "line 1"},
		{"long graph line", goMod, "", strings.Repeat("x", 1<<17), "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, dir, "go.mod", tt.mod)
			if tt.sum != "" {
				writeFile(t, dir, "go.sum", tt.sum)
			}
			var o Options
			if tt.graph != "" {
				o.Graph = strings.NewReader(tt.graph)
			}
			if _, err := ForModule(dir, o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
	if _, err := ForModule(t.TempDir(), Options{}); err == nil {
		t.Error("a directory without go.mod is accepted")
	}
}

func TestForModuleStaysInside(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	writeFile(t, outside, "go.mod", "module example.com/outside\n")
	if err := os.Symlink(filepath.Join(outside, "go.mod"), filepath.Join(dir, "go.mod")); err != nil {
		t.Skip(err)
	}
	if _, err := ForModule(dir, Options{}); err == nil {
		t.Error("a symbolic link out of the directory is followed")
	}
}
