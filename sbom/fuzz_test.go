package sbom

import (
	"bytes"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{"bomFormat":"CycloneDX","specVersion":"1.6"}`,
		cdxDoc(`"metadata":{"component":{"bom-ref":"a","type":"container","name":"n","version":"sha256:` + sha256A + `"}},"components":[{"bom-ref":"b","type":"library","name":"b","hashes":[{"alg":"SHA-1","content":"` + sha1A + `"}],"licenses":[{"expression":"MIT"}]}],"dependencies":[{"ref":"a","dependsOn":["b","c"]}]`),
		spdxDoc(`"documentDescribes":["SPDXRef-a","SPDXRef-f"],"packages":[` + spdxPackage("SPDXRef-a", "") + `],"files":[{"SPDXID":"SPDXRef-f"}]`),
		`{"$schema":"http://cyclonedx.org/schema/bom-1.7.schema.json","specVersion":"1.7","components":[[],{},null,{"components":[1]}]}`,
		tagDoc, xmlDoc, spdx3Doc(`,{"type":"Relationship","spdxId":"_:r","from":"_:c","to":[{"type":"software_File"}],"relationshipType":"describes"}`),
		"SPDXVersion: SPDX-2.2\nFileName: a\nSPDXID: b\nFileChecksum: SHA1: c\nSnippetSPDXID: d\nSnippetByteRange: 1:2\nLicenseID: e\nRelationship: a b c\nAnnotator: <text>f\n</text>",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="a" bom-ref="b"><components><x:y xmlns:x="z"/></components></component></components></bom>`,
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","type":"software_Package","spdxId":"a:b"}`,
		"\xef\xbb\xbf{\"spdxVersion\":\"SPDX-2.3\",\"relationships\":[{\"spdxElementId\":1}]}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		doc, err := Read(data)
		if !bytes.Equal(before, data) {
			t.Fatal("the bytes were changed")
		}
		if err != nil {
			return
		}
		checkInvariants(t, doc, data)
	})
}

// checkInvariants checks what holds for every document that was read.
func checkInvariants(t *testing.T, doc *Document, data []byte) {
	t.Helper()
	if doc.Digest != evidence.Sum(data) || !bytes.Equal(doc.Bytes, data) {
		t.Fatal("not the original bytes")
	}
	if doc.ComponentCount != len(doc.Components) || doc.ProblemCount < len(doc.Problems) || doc.Valid() != (len(doc.Problems) == 0) {
		t.Fatalf("counts: %d of %d components, %d of %d problems", len(doc.Components), doc.ComponentCount, len(doc.Problems), doc.ProblemCount)
	}
	for _, c := range doc.Components {
		if c.Digests != nil && c.Digests.Validate() != nil {
			t.Fatalf("malformed digest %v", c.Digests)
		}
	}
	for _, p := range append(doc.Problems[:len(doc.Problems):len(doc.Problems)], doc.Warnings...) {
		if p.Code == "" || p.Message == "" || p.Pointer != "" && !strings.HasPrefix(p.Pointer, "/") || len(p.Message) > 1000 {
			t.Fatalf("problem %+v", p)
		}
	}
	again, err := Read(data)
	if err != nil || len(again.Problems) != len(doc.Problems) {
		t.Fatal("a second read differs")
	}
	for i, p := range doc.Problems {
		if again.Problems[i] != p {
			t.Fatalf("a second read says %+v, not %+v", again.Problems[i], p)
		}
	}
}

func FuzzForBinary(f *testing.F) {
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Add([]byte("MZ\x90\x00"))
	f.Add([]byte("\xff Go buildinf:\x08\x02go1.26\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := ForBinary(bytes.NewReader(data), Options{})
		if err == nil {
			mustRead(t, out)
		}
	})
}

func FuzzForModule(f *testing.F) {
	f.Add(goMod, goSum, graph)
	f.Add("module x\n", "", "x y@v1.0.0\n")
	f.Fuzz(func(t *testing.T, mod, sum, graph string) {
		dir := t.TempDir()
		writeFile(t, dir, "go.mod", mod)
		writeFile(t, dir, "go.sum", sum)
		out, err := ForModule(dir, Options{Graph: strings.NewReader(graph)})
		if err == nil {
			mustRead(t, out)
		}
	})
}
