package sbom

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
)

// The three documents say the same: an application that depends on a library,
// which depends on another.

var tagDoc = `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: doc
DocumentNamespace: https://example.com/1
Creator: Organization: Acme
Creator: Tool: maker-1.0
Created: 2026-01-02T03:04:05Z
# a comment

PackageName: app
SPDXID: SPDXRef-app
PackageVersion: 2.0
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageChecksum: SHA256: ` + sha256A + `
PackageComment: <text>two
PackageName: lines</text>
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app
Relationship: SPDXRef-app DEPENDS_ON SPDXRef-lib

PackageName: lib
SPDXID: SPDXRef-lib
PackageVersion: 1.0
PackageSupplier: Organization: Libs Inc
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageLicenseConcluded: MIT
ExternalRef: PACKAGE-MANAGER purl pkg:npm/lib@1.0
Relationship: SPDXRef-lib DEPENDS_ON SPDXRef-deep

PackageName: deep
SPDXID: SPDXRef-deep
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
`

var xmlDoc = `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1">
  <metadata>
    <timestamp>2026-01-02T03:04:05Z</timestamp>
    <lifecycles><lifecycle><phase>build</phase></lifecycle></lifecycles>
    <tools><components><component type="application"><name>maker</name><version>1.0</version></component></components></tools>
    <authors><author><name>Acme</name></author></authors>
    <component type="application" bom-ref="app"><name>app</name><version>2.0</version>
      <hashes><hash alg="SHA-256">` + sha256A + `</hash></hashes></component>
  </metadata>
  <components>
    <component type="library" bom-ref="lib">
      <supplier><name>Libs Inc</name></supplier><name>lib</name><version>1.0</version>
      <licenses><license><id>MIT</id></license></licenses><purl>pkg:npm/lib@1.0</purl>
    </component>
    <component type="library" bom-ref="deep"><name>deep</name></component>
  </components>
  <dependencies>
    <dependency ref="app"><dependency ref="lib"/></dependency>
    <dependency ref="lib"><dependency ref="deep"/></dependency>
  </dependencies>
</bom>
`

// licenceSet is a package's licence of n that apply together.
func licenceSet(n int) string {
	ids := strings.Repeat(`"https://spdx.org/licenses/MIT",`, n-1) + `"https://spdx.org/licenses/AGPL-3.0-only"`
	return `,{"type":"expandedlicensing_ConjunctiveLicenseSet","spdxId":"https://example.com/set","creationInfo":"_:c","expandedlicensing_member":[` + ids + `]},
		{"type":"Relationship","spdxId":"https://example.com/r","creationInfo":"_:c","from":"https://example.com/lib","relationshipType":"hasConcludedLicense","to":["https://example.com/set"]}`
}

// spdx3Doc returns an SPDX 3.0.1 document with more elements.
func spdx3Doc(more string) string {
	element := func(kind, id, rest string) string {
		return fmt.Sprintf(`{"type":%q,"spdxId":"https://example.com/%s","creationInfo":"_:c"%s}`, kind, id, rest)
	}
	return `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[` + strings.Join([]string{
		`{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-02T03:04:05Z","createdBy":["https://example.com/acme"],"createdUsing":["https://example.com/maker"]}`,
		element("Organization", "acme", `,"name":"Acme"`),
		element("Tool", "maker", `,"name":"maker 1.0"`),
		element("Organization", "libs", `,"name":"Libs Inc"`),
		element("SpdxDocument", "doc", `,"name":"doc","rootElement":["https://example.com/bom"]`),
		element("software_Sbom", "bom", `,"rootElement":["https://example.com/app"],"software_sbomType":["build"]`),
		element("software_Package", "app", `,"name":"app","software_packageVersion":"2.0","verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"`+sha256A+`"}]`),
		element("software_Package", "lib", `,"name":"lib","software_packageVersion":"1.0","software_packageUrl":"pkg:npm/lib@1.0","suppliedBy":"https://example.com/libs"`),
		element("software_Package", "deep", `,"name":"deep"`),
		element("simplelicensing_LicenseExpression", "mit", `,"simplelicensing_licenseExpression":"MIT"`),
		element("Relationship", "r1", `,"from":"https://example.com/app","relationshipType":"dependsOn","to":["https://example.com/lib"]`),
		element("Relationship", "r2", `,"from":"https://example.com/lib","relationshipType":"dependsOn","to":["https://example.com/deep"]`),
		element("Relationship", "r3", `,"from":"https://example.com/lib","relationshipType":"hasConcludedLicense","to":["https://example.com/mit"]`),
	}, ",") + more + `]}`
}

func TestFormsSayTheSame(t *testing.T) {
	for name, in := range map[string]string{"tag-value": tagDoc, "XML": xmlDoc, "SPDX 3": spdx3Doc("")} {
		t.Run(name, func(t *testing.T) {
			doc := mustRead(t, []byte(in))
			if !doc.Valid() || doc.WarningCount > 0 {
				t.Fatalf("%+v %+v", doc.Problems, doc.Warnings)
			}
			s := doc.Summary()
			type facts struct {
				Created, Subject      string
				Tools                 int
				Components, Depth     int
				Licensed, Unreachable int
				Transitive            bool
				Elements              string
			}
			got := facts{
				s.Created.UTC().Format(time.RFC3339), s.Subjects[0]["sha256"], len(s.Tools), s.Components, s.Depth, s.Licensed, s.Unreachable, s.Transitive, "",
			}
			for _, e := range s.Elements {
				if e.ID != "context" { // SPDX 2 has no place for it
					got.Elements += fmt.Sprintf("%s %d/%d ", e.ID, e.Present, e.Of)
				}
			}
			want := facts{
				"2026-01-02T03:04:05Z", sha256A, 1, 2, 2, 1, 0, true,
				"supplier 1/3 name 3/3 version 2/3 identifier 1/3 hash 1/3 license 1/3 dependency 3/3 author 1/1 timestamp 1/1 tool 1/1 ",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			lib := doc.Components[slices.IndexFunc(doc.Components, func(c Component) bool { return c.Name == "lib" })]
			if lib.PURL != "pkg:npm/lib@1.0" || lib.Supplier != "Libs Inc" || !slices.Equal(lib.Licenses, []string{"MIT"}) || !lib.Direct || lib.Version != "1.0" {
				t.Errorf("%+v", lib)
			}
		})
	}
}

// TestFindings checks problems and warnings of all forms, with their places.
func TestFindings(t *testing.T) {
	xmlWith := func(old, new string) string { return strings.Replace(xmlDoc, old, new, 1) }
	tagWith := func(old, new string) string { return strings.Replace(tagDoc, old, new, 1) }
	lib := func(ref, more string) string {
		return `{"bom-ref":"` + ref + `","type":"library","name":"` + ref + `"` + more + `}`
	}
	app := `"metadata":{"component":{"bom-ref":"app","type":"application","name":"app"}},`
	tests := []struct {
		name, in, code, pointer string
		line                    int
		problem                 bool
	}{
		{"bad purl", cdxDoc(`"components":[` + lib("a", `,"purl":"pkg:npm"`) + `]`), CodePURL, "/components/0/purl", 0, false},
		{"bad nested purl", cdxDoc(`"components":[` + lib("a", `,"components":[`+lib("b", `,"purl":"npm/b"`)+`]`) + `]`), CodePURL, "/components/0/components/0/purl", 0, false},
		{"bad expression", cdxDoc(`"components":[` + lib("a", `,"licenses":[{"expression":"MIT AND"}]`) + `]`), CodeLicense, "/components/0/licenses/0/expression", 0, false},
		{"unknown licence", cdxDoc(`"components":[` + lib("a", `,"licenses":[{"expression":"MIT AND Nonsense-1.0"}]`) + `]`), CodeUnknownLicense, "/components/0/licenses/0/expression", 0, false},
		{"unknown exception", cdxDoc(`"components":[` + lib("a", `,"licenses":[{"expression":"MIT WITH Nonsense"}]`) + `]`), CodeUnknownLicense, "/components/0/licenses/0/expression", 0, false},
		{"unreachable", cdxDoc(app + `"components":[` + lib("a", "") + `,` + lib("b", "") + `],"dependencies":[{"ref":"app","dependsOn":["a"]}]`), CodeUnreachable, "/components/1", 0, false},
		{"cycle", cdxDoc(`"components":[` + lib("a", "") + `,` + lib("b", "") + `],"dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a"]}]`), CodeCycle, "/components/0", 0, false},
		{"cycle of one", cdxDoc(`"components":[` + lib("a", "") + `],"dependencies":[{"ref":"a","dependsOn":["a"]}]`), CodeCycle, "/components/0", 0, false},
		{"spdx purl", spdxDoc(`"packages":[` + spdxPackage("SPDXRef-a", `,"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"x"}]`) + `]`), CodePURL, "/packages/0/externalRefs/0/referenceLocator", 0, false},
		{"spdx licence without text", spdxDoc(`"packages":[` + spdxPackage("SPDXRef-a", `,"licenseDeclared":"LicenseRef-x"`) + `]`), CodeUnknownLicense, "/packages/0/licenseDeclared", 0, false},
		{"spdx unreachable", spdxDoc(`"packages":[` + spdxPackage("SPDXRef-a", "") + `,` + spdxPackage("SPDXRef-b", "") + `,` + spdxPackage("SPDXRef-c", "") + `],"documentDescribes":["SPDXRef-a"],"relationships":[{"spdxElementId":"SPDXRef-a","relatedSpdxElement":"SPDXRef-b","relationshipType":"CONTAINS"}]`), CodeUnreachable, "/packages/2", 0, false},
		{"XML schema", xmlWith(`alg="SHA-256"`, `alg="SHA-0"`), CodeSchema, "", 9, true},
		{"XML duplicate ref", xmlWith(`bom-ref="deep"`, `bom-ref="lib"`), CodeDuplicateRef, "", 16, true},
		{"XML dangling ref", xmlWith(`<dependency ref="deep"/>`, `<dependency ref="gone"/>`), CodeDanglingRef, "/dependencies/1/dependsOn/0", 20, true},
		{"XML purl", xmlWith(`pkg:npm/lib@1.0`, `pkg:npm`), CodePURL, "/components/0/purl", 14, false},
		{"XML version", strings.ReplaceAll(xmlDoc, "bom/1.6", "bom/9.9"), CodeVersion, "", 2, true},
		{"XML 1.0", `<bom xmlns="http://cyclonedx.org/schema/bom/1.0" version="1"><components><component type="library"><name>a</name></component></components></bom>`, CodeSchema, "", 1, true},
		{"tag schema", tagWith("Created: 2026", "Created: <text>x</text> # 2026"), CodeSchema, "", 0, false},
		{"tag unknown", tagWith("# a comment", "Nonsense: x"), CodeSyntax, "", 9, true},
		{"tag no tag", tagWith("# a comment", "nonsense"), CodeSyntax, "", 9, true},
		{"tag duplicate", tagWith("SPDXRef-deep\nPack", "SPDXRef-lib\nPack"), CodeDuplicateRef, "/packages/2/SPDXID", 32, true},
		{"tag dangling", tagWith("DEPENDS_ON SPDXRef-deep", "DEPENDS_ON SPDXRef-gone"), CodeDanglingRef, "/relationships/2/relatedSpdxElement", 30, true},
		{"tag missing member", tagWith("SPDXRef-lib\nPackageVersion: 1.0\nPackageSupplier: Organization: Libs Inc\nPackageDownloadLocation: NOASSERTION\n", "SPDXRef-lib\n"), CodeSchema, "/packages/1", 22, true},
		{"tag relationship", tagWith("Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app", "Relationship: a b"), CodeSyntax, "", 19, true},
		{"spdx 3 schema", spdx3Doc(`,{"type":"software_Package","spdxId":"https://example.com/x"}`), CodeSchema, "/@graph/13", 0, true},
		{"spdx 3 unknown member", spdx3Doc(`,{"type":"Person","spdxId":"https://example.com/x","creationInfo":"_:c","nonsense":1}`), CodeSchema, "/@graph/13", 0, true},
		{"spdx 3 unknown class", spdx3Doc(`,{"type":"Nonsense","spdxId":"https://example.com/x","creationInfo":"_:c"}`), CodeSchema, "/@graph/13", 0, true},
		{"spdx 3 duplicate", spdx3Doc(`,{"type":"Person","spdxId":"https://example.com/lib","creationInfo":"_:c"}`), CodeDuplicateRef, "/@graph/13/spdxId", 0, true},
		{"spdx 3 dangling blank node", spdx3Doc(`,{"type":"Person","spdxId":"https://example.com/x","creationInfo":"_:gone"}`), CodeDanglingRef, "/@graph/13/creationInfo", 0, true},
		{"spdx 3 element of another document", spdx3Doc(`,{"type":"Relationship","spdxId":"https://example.com/x","creationInfo":"_:c","from":"https://example.com/app","relationshipType":"contains","to":["https://example.com/gone"]}`), CodeForeignRef, "/@graph/13/to/0", 0, false},
		{"spdx 3 purl", spdx3Doc(`,{"type":"software_Package","spdxId":"https://example.com/x","creationInfo":"_:c","software_packageUrl":"pkg:x"}`), CodePURL, "/@graph/13/software_packageUrl", 0, false},
		{"spdx 3 large set of licences", spdx3Doc(licenceSet(101)), CodeLimit, "", 0, true},
		{"spdx 3.0.0", strings.Replace(spdx3Doc(""), "3.0.1/spdx-context", "3.0.0/spdx-context", 1), CodeVersion, "/@context", 0, true},
		{"spdx 3 of one element", `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","type":"Person","spdxId":"https://example.com/x"}`, CodeSchema, "", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := Read([]byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			list := doc.Warnings
			if tt.problem {
				list = doc.Problems
			}
			if tt.name == "tag schema" {
				if doc.Created != "x" { // text ends at </text>
					t.Errorf("created %q", doc.Created)
				}
				return
			}
			if tt.problem == doc.Valid() {
				t.Errorf("valid: %v", doc.Valid())
			}
			for _, p := range list {
				if p.Code == tt.code && p.Pointer == tt.pointer && p.Line == tt.line && p.Message != "" {
					return
				}
			}
			t.Errorf("got %+v and %+v, want %s at %q, line %d", doc.Problems, doc.Warnings, tt.code, tt.pointer, tt.line)
		})
	}
}

func TestGraph(t *testing.T) {
	const n = 100_000 // a chain that long must not take a stack
	var components, dependencies strings.Builder
	for i := range n {
		comma := ","
		if i == 0 {
			comma = ""
		}
		fmt.Fprintf(&components, `%s{"bom-ref":"%d","type":"library","name":"%d"}`, comma, i, i)
		fmt.Fprintf(&dependencies, `%s{"ref":"%d","dependsOn":["%d"]}`, comma, i, (i+1)%n)
	}
	doc := mustRead(t, []byte(cdxDoc(`"metadata":{"component":{"bom-ref":"app","type":"application","name":"app"}},"components":[`+components.String()+
		`],"dependencies":[`+dependencies.String()+`,{"ref":"app","dependsOn":["0"]}]`)))
	if want := (Graph{Depth: n, Cycles: 1}); doc.Graph != want {
		t.Errorf("got %+v, want %+v", doc.Graph, want)
	}
}

func TestSummaryLicenses(t *testing.T) {
	doc := mustRead(t, []byte(spdxDoc(`"packages":[`+
		spdxPackage("SPDXRef-a", `,"licenseConcluded":"Apache-2.0","licenseDeclared":"MIT"`)+`,`+
		spdxPackage("SPDXRef-b", `,"licenseConcluded":"NOASSERTION","licenseDeclared":"MIT"`)+`,`+
		spdxPackage("SPDXRef-c", `,"licenseDeclared":"MIT"`)+`]`)))
	want := []evidence.SBOMLicense{
		{License: "MIT", Components: 2, Example: "n-SPDXRef-b"}, {License: "Apache-2.0", Components: 1, Example: "n-SPDXRef-a"},
	}
	if diff := cmp.Diff(want, doc.Summary().Licenses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A document that describes every package hides none of their licences.
func TestSummaryLicensesOfSeveralSubjects(t *testing.T) {
	packages := `"packages":[` + spdxPackage("SPDXRef-a", `,"licenseDeclared":"AGPL-3.0-only"`) + `,` +
		spdxPackage("SPDXRef-b", `,"licenseDeclared":"MIT"`) + `]`
	describes := func(ids ...string) string {
		var list []string
		for _, id := range ids {
			list = append(list, `{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"`+id+`"}`)
		}
		return `,"relationships":[` + strings.Join(list, ",") + `]`
	}
	for name, c := range map[string]struct {
		described []string
		want      int
	}{
		"one": {[]string{"SPDXRef-a"}, 1}, "all": {[]string{"SPDXRef-a", "SPDXRef-b"}, 2},
	} {
		doc := mustRead(t, []byte(spdxDoc(packages+describes(c.described...))))
		if got := doc.Summary().Licenses; len(got) != c.want {
			t.Errorf("%s: got %v, want %d", name, got, c.want)
		}
	}
}

// SPDX 2.3, clause 9.9: a snippet need not have a name.
func TestTagValueSnippetWithoutName(t *testing.T) {
	doc := mustRead(t, []byte(tagDoc+`
SnippetSPDXID: SPDXRef-Snippet
SnippetFromFileSPDXID: SPDXRef-app
SnippetByteRange: 1:2
`))
	for _, p := range doc.Problems {
		if strings.Contains(p.Message, "name") {
			t.Errorf("got %v", p)
		}
	}
}
