package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

var (
	sha256A = strings.Repeat("a", 64)
	sha256B = strings.Repeat("b", 64)
	sha1A   = strings.Repeat("c", 40)
)

// cdxDoc returns a CycloneDX 1.6 document with the given members.
func cdxDoc(members string) string {
	return `{"bomFormat":"CycloneDX","specVersion":"1.6",` + members + `}`
}

// spdxDoc returns an SPDX 2.3 document with the given members.
func spdxDoc(members string) string {
	return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","dataLicense":"CC0-1.0","name":"doc","documentNamespace":"https://example.com/1",` +
		`"creationInfo":{"created":"2026-01-02T03:04:05Z","creators":["Person: A","Tool: syft-1.2.3"]},` + members + `}`
}

func spdxPackage(id, more string) string {
	return `{"SPDXID":"` + id + `","name":"n-` + id + `","downloadLocation":"NOASSERTION"` + more + `}`
}

func TestReadCycloneDX(t *testing.T) {
	in := cdxDoc(`"serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,
	"dependencies":[{"ref":"app","dependsOn":["lib"]},{"ref":"lib","dependsOn":["inner"]},{"ref":"inner"}],
	"metadata":{"timestamp":"2026-01-02T03:04:05Z",
	  "tools":{"components":[{"type":"application","name":"syft","version":"1.2.3"}],"services":[{"name":"svc"}]},
	  "component":{"bom-ref":"app","type":"application","group":"org","name":"app","version":"2.0","purl":"pkg:generic/app@2.0",
	    "hashes":[{"alg":"SHA-256","content":"` + strings.ToUpper(sha256A) + `"},{"alg":"MD5","content":"` + sha1A[:32] + `"}],
	    "components":[{"bom-ref":"part","type":"file","name":"part","hashes":[{"alg":"SHA-1","content":"` + sha1A + `"}]}]}},
	"components":[{"bom-ref":"lib","type":"library","name":"lib","licenses":[{"license":{"id":"MIT"}},{"license":{"name":"Own"}}],
	  "components":[{"bom-ref":"inner","type":"library","name":"inner","licenses":[{"expression":"MIT OR Apache-2.0"}]}]}]`)
	want := &Document{
		Bytes: []byte(in), Digest: evidence.Sum([]byte(in)), Format: CycloneDX, Encoding: JSON, SpecVersion: "1.6",
		ID: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", Name: "org/app", Created: "2026-01-02T03:04:05Z",
		Tools: []string{"syft 1.2.3", "svc"},
		Subjects: []Subject{
			{Ref: "app", Name: "org/app", Version: "2.0", PURL: "pkg:generic/app@2.0", Digests: evidence.DigestSet{"sha256": sha256A}, Identified: true},
			{Ref: "part", Name: "part", Digests: evidence.DigestSet{"sha1": sha1A}, Part: true},
		},
		Components: []Component{
			{Ref: "part", Name: "part", Digests: evidence.DigestSet{"sha1": sha1A}, Related: true},
			{Ref: "lib", Name: "lib", Licenses: []string{"MIT", "Own"}, Direct: true, Related: true},
			{Ref: "inner", Name: "inner", Licenses: []string{"MIT OR Apache-2.0"}, Related: true},
		},
		ComponentCount: 3,
		Dependencies:   map[string][]string{"app": {"lib"}, "lib": {"inner"}, "inner": {}},
		Graph:          Graph{Depth: 2},
	}
	if diff := cmp.Diff(want, mustRead(t, []byte(in)), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadSPDX(t *testing.T) {
	in := spdxDoc(`"relationships":[
	  {"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-app","relationshipType":"DESCRIBES"},
	  {"spdxElementId":"SPDXRef-file","relatedSpdxElement":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBED_BY"},
	  {"spdxElementId":"SPDXRef-lib","relatedSpdxElement":"SPDXRef-app","relationshipType":"DEPENDENCY_OF"},
	  {"spdxElementId":"SPDXRef-lib","relatedSpdxElement":"SPDXRef-deep","relationshipType":"DEPENDS_ON"},
	  {"spdxElementId":"SPDXRef-app","relatedSpdxElement":"NOASSERTION","relationshipType":"DEPENDS_ON"},
	  {"spdxElementId":"SPDXRef-app","relatedSpdxElement":"DocumentRef-o:SPDXRef-x","relationshipType":"OTHER"}],
	"packages":[` + spdxPackage("SPDXRef-app", `,"versionInfo":"2.0","checksums":[{"algorithm":"SHA256","checksumValue":"`+sha256A+`"}]`) + `,` +
		spdxPackage("SPDXRef-lib", `,"licenseConcluded":"NOASSERTION","licenseDeclared":"MIT","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/lib@1"}]`) + `,` +
		spdxPackage("SPDXRef-deep", "") + `],
	"files":[{"SPDXID":"SPDXRef-other","fileName":"o","checksums":[{"algorithm":"SHA1","checksumValue":"` + sha1A + `"}]},
	  {"SPDXID":"SPDXRef-file","fileName":"bin/app","checksums":[{"algorithm":"SHA256","checksumValue":"` + sha256B + `"}]}]`)
	want := &Document{
		Bytes: []byte(in), Digest: evidence.Sum([]byte(in)), Format: SPDX, Encoding: JSON, SpecVersion: "2.3",
		ID: "https://example.com/1", Name: "doc", Created: "2026-01-02T03:04:05Z", Tools: []string{"syft-1.2.3"}, Authors: []string{"A"},
		Subjects: []Subject{
			{Ref: "SPDXRef-app", Name: "n-SPDXRef-app", Version: "2.0", Digests: evidence.DigestSet{"sha256": sha256A}},
			{Ref: "SPDXRef-file", Name: "bin/app", Digests: evidence.DigestSet{"sha256": sha256B}},
		},
		Components: []Component{
			{Ref: "SPDXRef-app", Name: "n-SPDXRef-app", Version: "2.0", Digests: evidence.DigestSet{"sha256": sha256A}, Subject: true, Related: true},
			{Ref: "SPDXRef-lib", Name: "n-SPDXRef-lib", PURL: "pkg:npm/lib@1", Licenses: []string{"MIT"}, Identified: true, Direct: true, Related: true},
			{Ref: "SPDXRef-deep", Name: "n-SPDXRef-deep", Related: true},
		},
		ComponentCount: 3, FileCount: 2,
		Dependencies: map[string][]string{"SPDXRef-app": {"SPDXRef-lib"}, "SPDXRef-lib": {"SPDXRef-deep"}},
		Graph:        Graph{Depth: 2},
	}
	if diff := cmp.Diff(want, mustRead(t, []byte(in)), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestImageSubject(t *testing.T) {
	want := evidence.DigestSet{"sha256": sha256A}
	for _, member := range []string{
		`"version":"sha256:` + sha256A + `"`,
		`"purl":"pkg:oci/app@sha256%3A` + sha256A + `?repository_url=example.com/app"`,
		`"purl":"pkg:oci/app@sha256:` + sha256A + `"`,
		`"version":"sha256:` + sha256B + `","hashes":[{"alg":"SHA-256","content":"` + sha256A + `"}]`,
	} {
		doc := mustRead(t, []byte(cdxDoc(`"metadata":{"component":{"type":"container","name":"app",`+member+`}}`)))
		if diff := cmp.Diff(want, doc.Subjects[0].Digests); diff != "" {
			t.Errorf("%s (-want +got):\n%s", member, diff)
		}
	}
	for _, member := range []string{
		`"version":"` + sha256A + `"`, `"purl":"pkg:oci/app@1.0"`, `"purl":"pkg:npm/app@sha256:` + sha256A + `"`,
	} {
		doc := mustRead(t, []byte(cdxDoc(`"metadata":{"component":{"type":"container","name":"app",`+member+`}}`)))
		if d := doc.Subjects[0].Digests; d != nil {
			t.Errorf("%s is taken for the digest %s", member, d)
		}
	}
}

func TestProblems(t *testing.T) {
	lib := `{"bom-ref":"l","type":"library","name":"l"}`
	tests := []struct{ name, in, code, pointer string }{
		{"component without type", cdxDoc(`"components":[` + lib + `,{"name":"x"}]`), CodeSchema, "/components/1"},
		{"first component", cdxDoc(`"components":[{"type":"library"}]`), CodeSchema, "/components/0"},
		{"nested component", cdxDoc(`"components":[{"type":"library","name":"a","components":[{"type":"x","name":"b"}]}]`), CodeSchema, "/components/0/components/0/type"},
		{"same component twice", cdxDoc(`"components":[{"type":"library","name":"l"},{"name":"l", "type":"library"}]`), CodeSchema, "/components/1"},
		{"components is a string", cdxDoc(`"components":"none"`), CodeSchema, "/components"},
		{"version is a list", cdxDoc(`"version":[1,2]`), CodeSchema, "/version"},
		{"component is a number", cdxDoc(`"components":[` + lib + `,7]`), CodeSchema, "/components/1"},
		{"unknown member", cdxDoc(`"x/y~z":[1]`), CodeSchema, ""},
		{"metadata is null", cdxDoc(`"metadata":null`), CodeSchema, "/metadata"},
		{"bad bomFormat", `{"bomFormat":"Other","specVersion":"1.6"}`, CodeSchema, "/bomFormat"},
		{"duplicate bom-ref", cdxDoc(`"components":[` + lib + `],"services":[{"bom-ref":"l","name":"s"}]`), CodeDuplicateRef, "/services/0/bom-ref"},
		{"duplicate nested bom-ref", cdxDoc(`"components":[{"bom-ref":"l","type":"library","name":"a","components":[` + lib + `]}]`), CodeDuplicateRef, "/components/0/components/0/bom-ref"},
		{"dangling dependsOn", cdxDoc(`"dependencies":[{"ref":"l","dependsOn":["gone"]}],"components":[` + lib + `]`), CodeDanglingRef, "/dependencies/0/dependsOn/0"},
		{"dangling ref", cdxDoc(`"dependencies":[{"ref":"gone"}]`), CodeDanglingRef, "/dependencies/0/ref"},
		{"digest of wrong length", cdxDoc(`"components":[{"type":"library","name":"a","hashes":[{"alg":"SHA-256","content":"` + sha1A + `"}]}]`), CodeDigest, "/components/0/hashes"},
		{"two digests", cdxDoc(`"metadata":{"component":{"type":"library","name":"a","hashes":[{"alg":"SHA-1","content":"` + sha1A + `"},{"alg":"SHA-1","content":"` + strings.Repeat("d", 40) + `"}]}}`), CodeDigest, "/metadata/component/hashes"},
		{"old version", `{"bomFormat":"CycloneDX","specVersion":"1.1"}`, CodeVersion, "/specVersion"},
		{"no version", `{"bomFormat":"CycloneDX"}`, CodeVersion, "/specVersion"},
		{"version of wrong type", `{"bomFormat":"CycloneDX","specVersion":1.6}`, CodeVersion, "/specVersion"},
		{"byte order mark", "\xef\xbb\xbf" + cdxDoc(`"version":1`), CodeByteOrderMark, ""},
		{"spdx package", spdxDoc(`"packages":[` + spdxPackage("SPDXRef-a", "") + `,{"SPDXID":"SPDXRef-b"}]`), CodeSchema, "/packages/1"},
		{"spdx 2.1", `{"spdxVersion":"SPDX-2.1"}`, CodeVersion, "/spdxVersion"},
		{"spdx duplicate", spdxDoc(`"packages":[` + spdxPackage("SPDXRef-a", "") + `,` + spdxPackage("SPDXRef-a", "") + `]`), CodeDuplicateRef, "/packages/1/SPDXID"},
		{"spdx dangling", spdxDoc(`"documentDescribes":["SPDXRef-gone"]`), CodeDanglingRef, "/documentDescribes/0"},
		{"spdx dangling relationship", spdxDoc(`"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-x","relationshipType":"DESCRIBES"}]`), CodeDanglingRef, "/relationships/0/relatedSpdxElement"},
		{"both formats", `{"bomFormat":"CycloneDX","specVersion":"1.6","spdxVersion":"SPDX-2.3"}`, CodeSchema, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := Read([]byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range doc.Problems {
				if p.Code == tt.code && p.Pointer == tt.pointer && p.Message != "" {
					return
				}
			}
			t.Errorf("got %+v, want %s at %q", doc.Problems, tt.code, tt.pointer)
		})
	}
}

func TestReadRefuses(t *testing.T) {
	utf16 := []byte{0xff, 0xfe}
	for _, c := range cdxDoc(`"version":1`) {
		utf16 = append(utf16, byte(c), 0)
	}
	good := cdxDoc(`"components":[{"type":"library","name":"a"}]`)
	tests := []struct{ name, in, want string }{
		{"empty", "", "empty"},
		{"white space", " \n", "empty"},
		{"only a mark", "\xef\xbb\xbf", "empty"},
		{"two marks", "\xef\xbb\xbf\xef\xbb\xbf{}", "not a JSON object"},
		{"UTF-16", string(utf16), "UTF-16"},
		{"UTF-16 without mark", string(utf16[2:]), "UTF-16"},
		{"XML", `<?xml version="1.0"?><bom/>`, "XML and not CycloneDX"},
		{"XML with entities", `<!DOCTYPE bom [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6">&a;</bom>`, "document type"},
		{"tag-value of SPDX 3", "SPDXVersion: SPDX-3.0\n", "no such form"},
		{"text", "# a comment\nno tags\n", "first tag"},
		{"open text", "SPDXVersion: SPDX-2.3\nDocumentComment: <text>a\n", "line 2: <text> is not closed"},
		{"tag twice", "SPDXVersion: SPDX-2.3\nSPDXVersion: SPDX-2.2\n", "line 2: SPDXVersion is there twice"},
		{"array", "[]", "not a JSON object"},
		{"other object", `{"a":1}`, "neither CycloneDX nor SPDX"},
		{"truncated", good[:len(good)-4], "not readable JSON"},
		{"data after", good + "{}", "after the JSON value"},
		{"duplicate name", cdxDoc(`"version":1,"version":2`), "at /version"},
		{"duplicate name within", cdxDoc(`"metadata":{"component":{"name":"a","name":"b"}}`), "at /metadata/component/name"},
		{"invalid UTF-8", cdxDoc("\"serialNumber\":\"\xff\""), "UTF-8"},
		{"deep", cdxDoc(`"x":` + strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)), "nested deeper"},
		{"very deep", strings.Repeat(`{"components":[`, 1<<20), "nested deeper"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Read([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
	var e *strictjson.Error
	if _, err := Read([]byte(cdxDoc(`"version":1,"version":2`))); !errors.As(err, &e) || e.Pointer != "/version" {
		t.Errorf("got %v, want a *strictjson.Error", err)
	}
}

func TestReadFrom(t *testing.T) {
	in := []byte(cdxDoc(`"components":[{"type":"library","name":"a"}]`))
	name := t.TempDir() + "/a.json"
	if err := os.WriteFile(name, in, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, r := range []io.Reader{f, bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in))} {
		doc, err := ReadFrom(r, int64(len(in)))
		if err != nil || !bytes.Equal(doc.Bytes, in) || doc.ComponentCount != 1 {
			t.Errorf("%T: %+v, %v", r, doc, err)
		}
	}
	if _, err := ReadFrom(bytes.NewReader(in), int64(len(in)-1)); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v, want a refusal of the size", err)
	}
	if _, err := ReadFrom(iotest.ErrReader(io.ErrClosedPipe), 0); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	const n = 1000
	doc, err := Read([]byte(cdxDoc(`"components":[` + strings.Repeat(`7,`, n) + `7]`)))
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Problems) != MaxProblems || doc.ProblemCount < n {
		t.Errorf("%d problems kept of %d", len(doc.Problems), doc.ProblemCount)
	}
}

func TestManyComponents(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a million components")
	}
	var b bytes.Buffer
	b.WriteString(`{"spdxVersion":"SPDX-2.1","packages":[{}`)
	for range MaxComponents {
		b.WriteString(`,{}`)
	}
	b.WriteString(`]}`)
	doc, err := Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if doc.ComponentCount != MaxComponents+1 || len(doc.Components) != MaxComponents {
		t.Errorf("%d components, %d kept", doc.ComponentCount, len(doc.Components))
	}
	if p := doc.Problems[len(doc.Problems)-1]; p.Code != CodeLimit {
		t.Errorf("last problem is %+v, want the limit", p)
	}
}

func TestHugeElementIsNotExamined(t *testing.T) {
	in := cdxDoc(`"components":[{"type":"library","name":"a"}],"metadata":{"x":[` + strings.Repeat("0,", maxValues) + `0]}`)
	doc, err := Read([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Problems) != 1 || doc.Problems[0].Code != CodeLimit || doc.Problems[0].Pointer != "/metadata" {
		t.Errorf("got %+v", doc.Problems)
	}
	if doc.ComponentCount != 1 {
		t.Error("the rest of the document is not read")
	}
}

func TestDeeplyNestedComponents(t *testing.T) {
	in := `{"type":"library","name":"c"}`
	const depth = 200
	for range depth {
		in = `{"type":"library","name":"c","components":[` + in + `]}`
	}
	doc := mustRead(t, []byte(cdxDoc(`"components":[`+in+`]`)))
	if doc.ComponentCount != depth+1 {
		t.Errorf("%d components, want %d", doc.ComponentCount, depth+1)
	}
}

// TestProblemsAreInOrder reads a document with many problems repeatedly: the
// validator walks maps in random order.
func TestProblemsAreInOrder(t *testing.T) {
	in := []byte(cdxDoc(`"a":1,"version":"x","serialNumber":1,"metadata":{"timestamp":"x","y":1},"components":[{"type":1,"name":2,"bom-ref":"","hashes":[{"alg":"x"}],"q":1,"r":2,"s":3,"licenses":[{"license":{"id":"x","u":1}},{"expression":7,"v":1}]}]`))
	first, _ := Read(in)
	for range 20 {
		again, _ := Read(in)
		if diff := cmp.Diff(first.Problems, again.Problems); diff != "" {
			t.Fatal(diff)
		}
	}
	if len(first.Problems) < 6 {
		t.Errorf("only %+v", first.Problems)
	}
}

func ExampleRead() {
	doc, err := Read([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
		{"type":"library","name":"zlib","version":"1.3.1"},
		{"type":"librairie","name":"xz"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(doc.Format, doc.SpecVersion, doc.ComponentCount, doc.Valid())
	for _, p := range doc.Problems {
		fmt.Println(p.Pointer)
	}
	// Output:
	// CycloneDX 1.6 2 false
	// /components/1/type
}
