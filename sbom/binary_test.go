package sbom

import (
	"bytes"
	"debug/buildinfo"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

var update = flag.Bool("update", false, "write the golden files anew")

var madeAt = time.Date(2026, 11, 20, 10, 0, 0, 0, time.FixedZone("", 3600))

// buildHello builds a program of a module without dependencies.
func buildHello(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "go.mod", "module example.com/Hello/v2\n\ngo 1.26\n")
	writeFile(t, dir, "cmd/hi/main.go", "package main\n\nfunc main() { println(\"hello\") }\n")
	out := filepath.Join(dir, "hi")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-X=main.secret=hunter2", "-o", out, "./cmd/hi")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1", "GOEXPERIMENT=")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, msg)
	}
	return out
}

func writeFile(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// mustRead reads a document that must be valid.
func mustRead(t *testing.T, data []byte) *Document {
	t.Helper()
	doc, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if !doc.Valid() {
		t.Fatalf("not valid: %+v\n%s", doc.Problems, data)
	}
	return doc
}

func TestForBinaryGolden(t *testing.T) {
	data, err := os.ReadFile(buildHello(t))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Version: "v2.1.0", Time: madeAt, ToolVersion: "v0.1.0", Digest: evidence.Sum(data)}
	got, err := ForBinary(bytes.NewReader(data), o)
	if err != nil {
		t.Fatal(err)
	}
	doc := mustRead(t, got)
	want := []Subject{{
		Ref: evidence.Sum(data).String(), Name: "hi", Version: "v2.1.0",
		PURL: "pkg:golang/example.com/hello/v2@v2.1.0#cmd/hi", Digests: evidence.Sum(data).Set(), Identified: true,
	}}
	if diff := cmp.Diff(want, doc.Subjects); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
	if bytes.Contains(got, []byte("hunter2")) {
		t.Error("a linker flag is passed on")
	}
	golden(t, "binary.cdx.json", got, evidence.Sum(data).Hex())
}

// golden compares with a file in testdata, apart from what depends on the
// toolchain: the digest of the binary, the Go version, the serial number.
func golden(t *testing.T, name string, got []byte, digest string) {
	t.Helper()
	s := strings.ReplaceAll(string(got), digest, "DIGEST")
	s = strings.ReplaceAll(s, strings.TrimPrefix(runtime.Version(), "go"), "GOVERSION")
	s = regexp.MustCompile(`urn:uuid:[0-9a-f-]{36}`).ReplaceAllString(s, "urn:uuid:SERIAL")
	path := filepath.Join("testdata", name)
	if *update {
		writeFile(t, "testdata", name, s)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test -update", err)
	}
	if diff := cmp.Diff(string(want), s); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestForBinaryIsDeterministic(t *testing.T) {
	f, err := os.Open(buildHello(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	first, err := ForBinary(f, Options{Time: madeAt})
	if err != nil {
		t.Fatal(err)
	}
	second, _ := ForBinary(f, Options{Time: madeAt})
	if !bytes.Equal(first, second) {
		t.Error("two runs differ")
	}
	other, _ := ForBinary(f, Options{Time: madeAt.Add(time.Second)})
	if a, b := mustRead(t, first), mustRead(t, other); a.ID == b.ID {
		t.Error("two documents have one serial number")
	}
}

// buildUser builds a program that uses a dependency of this module. It needs
// no network: the dependency is in the module cache, or this test would not
// have been built.
func buildUser(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "main.go", `package main

import (
	"os"

	"github.com/CycloneDX/cyclonedx-go"
	"golang.org/x/mod/semver"
)

func main() {
	_ = cyclonedx.NewBOMEncoder(os.Stdout, cyclonedx.BOMFileFormatJSON).Encode(cyclonedx.NewBOM())
	println(semver.IsValid(os.Args[0]))
}
`)
	out := filepath.Join(dir, "user")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", out, filepath.Join(dir, "main.go"))
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, msg)
	}
	return out
}

func TestForBinaryWithDependencies(t *testing.T) {
	name := buildUser(t)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, err := ForBinary(f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	doc := mustRead(t, out)
	info, err := buildinfo.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) < 2 {
		t.Fatalf("the binary names %d dependencies, want 2", len(info.Deps))
	}
	if doc.ComponentCount != len(info.Deps)+1 {
		t.Errorf("%d components, want %d modules and std", doc.ComponentCount, len(info.Deps))
	}
	found := map[string]bool{}
	for _, c := range doc.Components {
		found[c.PURL] = true
		if !c.Direct {
			t.Errorf("%s does not hang on the binary", c.Ref)
		}
	}
	for _, d := range info.Deps {
		if purl := golangPURL(d.Path, d.Version, ""); !found[purl] {
			t.Errorf("%s is not in the document", purl)
		}
		if !bytes.Contains(out, []byte(d.Sum)) {
			t.Errorf("%s: its sum is not in the document", d.Path)
		}
	}
	if !bytes.Contains(out, []byte(`"incomplete"`)) {
		t.Error("the document claims to know the dependencies")
	}
}

func TestForBinaryRefuses(t *testing.T) {
	data, err := os.ReadFile(buildHello(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, want string
		data       []byte
		o          Options
	}{
		{"empty", "no Go build info", nil, Options{}},
		{"text", "no Go build info", []byte("#!/bin/sh\n"), Options{}},
		{"truncated", "", data[:len(data)/3], Options{}},
		{"other digest", "not the expected", data, Options{Digest: evidence.Sum([]byte("x"))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := ForBinary(bytes.NewReader(tt.data), tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.40s, %v, want an error with %q", out, err, tt.want)
			}
		})
	}
}

func TestLinked(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.8 X:synctest", Deps: []*debug.Module{
		{Path: "github.com/BurntSushi/toml", Version: "v1.5.0", Sum: "h1:a="},
		{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/new", Version: "v1.1.0+incompatible", Sum: "h1:b="}},
		{Path: "example.com/here", Version: "v1.0.0", Sum: "h1:c=", Replace: &debug.Module{Path: "../here"}},
		{Path: "example.com/new", Version: "v1.1.0+incompatible"},
	}}
	got, err := linked(info)
	if err != nil {
		t.Fatal(err)
	}
	want := []mod{
		{path: "std", version: "1.26.8"},
		{path: "github.com/BurntSushi/toml", version: "v1.5.0", sum: "h1:a="},
		{path: "example.com/new", version: "v1.1.0+incompatible", sum: "h1:b=", replaces: "example.com/old@v1.0.0"},
		{path: "example.com/here", version: "v1.0.0", local: "../here"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(mod{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := got[3].component().PURL; p != "" {
		t.Errorf("a local directory has the purl %s of the published module", p)
	}
	for _, bad := range []string{"", "a\xff"} {
		if _, err := linked(&debug.BuildInfo{Deps: []*debug.Module{{Path: bad}}}); err == nil {
			t.Errorf("module path %q is accepted", bad)
		}
	}
}

func TestCommandName(t *testing.T) {
	for in, want := range map[string]string{
		"example.com/hello": "hello", "example.com/hello/v2": "hello", "example.com/hello/v2/cmd/hi": "hi",
		"command-line-arguments": "command-line-arguments", "": "command", "gopkg.in/yaml.v3": "yaml",
	} {
		if got := commandName(in); got != want {
			t.Errorf("commandName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestGolangPURL(t *testing.T) {
	tests := []struct{ module, version, subpath, want string }{
		{"google.golang.org/genproto", "abcdedf", "googleapis/api/annotations", "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations"},
		{"github.com/BurntSushi/toml", "v1.5.0", "", "pkg:golang/github.com/burntsushi/toml@v1.5.0"},
		{"example.com/a b", "v2.0.0+incompatible", "", "pkg:golang/example.com/a%20b@v2.0.0%2Bincompatible"},
		{"std", "1.26.8", "", "pkg:golang/std@1.26.8"},
		{"example.com/é", "", "", "pkg:golang/example.com/%C3%A9"},
	}
	for _, tt := range tests {
		if got := golangPURL(tt.module, tt.version, tt.subpath); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
