package sbom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"
	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/evidence"
)

// The tests in this file compare the reader with the formats' own libraries.

// row is what both readers must say of a component.
type row struct{ Ref, Name, Version, PURL string }

func rows(doc *Document) []row {
	out := []row{}
	for _, c := range doc.Components {
		out = append(out, row{c.Ref, c.Name, c.Version, c.PURL})
	}
	return out
}

func cdxRows(out []row, list *[]cdx.Component) []row {
	if list == nil {
		return out
	}
	for _, c := range *list {
		name := c.Name
		if c.Group != "" {
			name = c.Group + "/" + c.Name
		}
		out = cdxRows(append(out, row{c.BOMRef, name, c.Version, c.PackageURL}), c.Components)
	}
	return out
}

func libraryRows(data []byte) ([]row, error) {
	var bom cdx.BOM
	format := cdx.BOMFileFormatJSON
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")) {
		format = cdx.BOMFileFormatXML
	}
	if err := cdx.NewBOMDecoder(bytes.NewReader(data), format).Decode(&bom); err != nil {
		return nil, err
	}
	out := []row{}
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		out = cdxRows(out, bom.Metadata.Component.Components)
	}
	return cdxRows(out, bom.Components), nil
}

func TestAgreesWithCycloneDX(t *testing.T) {
	root, cases := corpus(t, "cyclonedx")
	n := 0
	for _, c := range cases {
		if c.Format == "textproto" || c.Expect != "accept" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, c.File))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := Read(data)
		if err != nil {
			t.Fatal(err)
		}
		want, err := libraryRows(data)
		if err != nil {
			t.Logf("%s: the library cannot read it: %v", c.File, err)
			continue
		}
		if diff := cmp.Diff(want, rows(doc)); diff != "" {
			t.Errorf("%s (-library +ours):\n%s", c.File, diff)
		}
		n++
	}
	if n < 140 {
		t.Errorf("only %d documents", n)
	}
}

func TestAgreesWithSPDX(t *testing.T) {
	data := bigSPDX(1 << 20)
	doc := mustRead(t, data)
	var lib v2_3.Document
	if err := json.Unmarshal(data, &lib); err != nil {
		t.Fatal(err)
	}
	var want []row
	for _, p := range lib.Packages {
		purl := ""
		for _, r := range p.PackageExternalReferences {
			if r.RefType == "purl" {
				purl = r.Locator
			}
		}
		// The library cuts "SPDXRef-" off an id.
		want = append(want, row{"SPDXRef-" + string(p.PackageSPDXIdentifier), p.PackageName, p.PackageVersion, purl})
	}
	if diff := cmp.Diff(want, rows(doc)); diff != "" {
		t.Errorf("(-library +ours):\n%s", diff)
	}
	if doc.FileCount != len(lib.Files) {
		t.Errorf("%d files, want %d", doc.FileCount, len(lib.Files))
	}
}

// TestAgreesOnTagValue reads the documents that come with SPDX's own library, and
// what it writes of the official JSON example.
func TestAgreesOnTagValue(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/spdx/tools-golang").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "examples", "sample-docs", "tv", "*.spdx"))
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	docs := map[string][]byte{}
	for _, file := range files {
		if docs[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if root := os.Getenv("DOSSIER_CORPUS"); root != "" {
		data, err := os.ReadFile(filepath.Join(root, "sbom", "spdx-spec-2.3.1", "examples", "SPDXJSONExample-v2.3.spdx.json"))
		if err != nil {
			t.Fatal(err)
		}
		var lib v2_3.Document
		if err := json.Unmarshal(data, &lib); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := tagvalue.Write(&lib, &out); err != nil {
			t.Fatal(err)
		}
		docs["written"] = out.Bytes()
	}
	for name, data := range docs {
		t.Run(name, func(t *testing.T) {
			doc := mustRead(t, data)
			for _, p := range doc.Problems {
				t.Logf("%+v", p)
			}
			lib, err := tagvalue.Read(bytes.NewReader(data))
			if err != nil {
				t.Logf("the library cannot read it: %v", err)
				return
			}
			want := []row{}
			for _, p := range lib.Packages {
				purl := ""
				for _, r := range p.PackageExternalReferences {
					if r.RefType == "purl" {
						purl = r.Locator
					}
				}
				want = append(want, row{"SPDXRef-" + string(p.PackageSPDXIdentifier), p.PackageName, p.PackageVersion, purl})
			}
			byRef := cmpopts.SortSlices(func(a, b row) bool { return a.Ref < b.Ref })
			if diff := cmp.Diff(want, rows(doc), byRef); diff != "" {
				t.Errorf("(-library +ours):\n%s", diff)
			}
		})
	}
}

// libraryWrite writes a document with the format's own library.
func libraryWrite(bom *cdx.BOM) ([]byte, error) {
	var out bytes.Buffer
	e := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false)
	err := e.EncodeVersion(bom, cdx.SpecVersion1_6)
	return out.Bytes(), err
}

// some returns nil for an empty list, as the library wants it.
func some[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

// TestWritesAsTheLibraryDoes reads what was written with the format's own
// library, which must write the same bytes.
func TestWritesAsTheLibraryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("ab<&\"\\é\x01/@ ")), 1, 6, -1)
		b := bill{
			subject:   cdxComponent{Type: typeApplication, Ref: "s", Name: word.Draw(t, "name"), Hashes: hashes(evidence.Sum(nil)), Properties: []cdxProperty{{"p", word.Draw(t, "value")}}},
			edges:     map[string][]string{"s": rapid.SliceOf(word).Draw(t, "edges")},
			partial:   rapid.SliceOf(word).Draw(t, "partial"),
			lifecycle: phasePreBuild,
		}
		for _, path := range rapid.SliceOf(word).Draw(t, "modules") {
			b.mods = append(b.mods, mod{path: path, version: word.Draw(t, "version"), sum: word.Draw(t, "sum")})
		}
		ours, err := b.encode(Options{Time: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "time"), 0), ToolVersion: "1.2"})
		if err != nil {
			t.Fatal(err)
		}
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(ours), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			t.Fatal(err)
		}
		theirs, err := libraryWrite(&bom)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(theirs), string(ours)); diff != "" {
			t.Fatalf("(-library +ours):\n%s", diff)
		}
	})
}

// drawComponents draws a list of components with components within them and
// counts them; each has its own bom-ref.
func drawComponents(t *rapid.T, depth int, next *int) *[]cdx.Component {
	var out []cdx.Component
	for range rapid.IntRange(0, 4).Draw(t, "n") {
		*next++
		c := cdx.Component{
			BOMRef: fmt.Sprintf("ref/%d", *next), Type: cdx.ComponentTypeLibrary,
			Name: rapid.StringN(1, 10, -1).Draw(t, "name"), Version: rapid.StringN(0, 5, -1).Draw(t, "version"),
		}
		if depth > 0 {
			c.Components = drawComponents(t, depth-1, next)
		}
		out = append(out, c)
	}
	return some(out)
}

func TestAnyTreeIsReadWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 0
		bom := cdx.NewBOM()
		bom.Metadata = &cdx.Metadata{Component: &cdx.Component{Type: cdx.ComponentTypeApplication, Name: "app", Components: drawComponents(t, 1, &n)}}
		bom.Components = drawComponents(t, 4, &n)
		var deps []cdx.Dependency
		for range rapid.IntRange(0, n).Draw(t, "edges") {
			ref := func() string { return fmt.Sprintf("ref/%d", rapid.IntRange(1, n).Draw(t, "ref")) }
			deps = append(deps, cdx.Dependency{Ref: ref(), Dependencies: &[]string{ref()}})
		}
		bom.Dependencies = some(deps)
		data, err := libraryWrite(bom)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := Read(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range doc.Problems {
			if !strings.HasPrefix(p.Pointer, "/dependencies/") || p.Code != CodeSchema { // two edges may be equal
				t.Fatalf("%+v\n%s", p, data)
			}
		}
		if doc.ComponentCount != n {
			t.Fatalf("%d components, want %d", doc.ComponentCount, n)
		}
		want, err := libraryRows(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rows(doc)); diff != "" {
			t.Fatalf("(-library +ours):\n%s", diff)
		}
	})
}
