//go:build linux

package sbom

import (
	"fmt"
	"strings"
	"testing"
)

// bigForm returns a document of about size bytes: packages that depend on each
// other, in one of the forms besides SPDX 2 JSON.
func bigForm(form string, size int) string {
	var b strings.Builder
	var tail strings.Builder
	switch form {
	case "SPDX 3":
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, `,{"type":"software_Package","spdxId":"https://example.com/p%d","creationInfo":"_:c","name":"package-%d","software_packageVersion":"1.2.%d","software_packageUrl":"pkg:deb/debian/package-%d@1.2.%d","suppliedBy":"https://example.com/acme","verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"%064x"}]}`, i, i, i, i, i, i)
			fmt.Fprintf(&b, `,{"type":"Relationship","spdxId":"https://example.com/x%d","creationInfo":"_:c","from":"https://example.com/p%d","relationshipType":"dependsOn","to":["https://example.com/p%d"]}`, i, i, i/2)
		}
		return spdx3Doc(b.String())
	case "tag-value":
		b.WriteString(tagDoc)
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, "\nPackageName: package-%d\nSPDXID: SPDXRef-p%d\nPackageVersion: 1.2.%d\nPackageDownloadLocation: NOASSERTION\nFilesAnalyzed: false\nPackageChecksum: SHA256: %064x\nPackageLicenseConcluded: MIT\nPackageComment: <text>more\nlines</text>\nExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/package-%d@1.2.%d\nRelationship: SPDXRef-p%d DEPENDS_ON SPDXRef-p%d\n", i, i, i, i, i, i, i, i/2)
		}
		return b.String()
	case "XML":
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, `<component type="library" bom-ref="p%d"><name>package-%d</name><version>1.2.%d</version><hashes><hash alg="SHA-256">%064x</hash></hashes><licenses><license><id>MIT</id></license></licenses><purl>pkg:deb/debian/package-%d@1.2.%d</purl></component>`, i, i, i, i, i, i)
			fmt.Fprintf(&tail, `<dependency ref="p%d"><dependency ref="p%d"/></dependency>`, i, i/2)
		}
		doc := strings.Replace(xmlDoc, "</components>\n  <dependencies>", b.String()+"</components>\n  <dependencies>"+tail.String(), 1)
		return doc
	}
	panic(form)
}

// BenchmarkReadForms reads and judges 20 MB of each form besides SPDX 2 JSON.
func BenchmarkReadForms(b *testing.B) {
	for _, form := range []string{"SPDX 3", "tag-value", "XML"} {
		b.Run(form, func(b *testing.B) {
			data := []byte(bigForm(form, 20_000_000))
			b.SetBytes(int64(len(data)))
			start := cpuSeconds()
			for b.Loop() {
				if doc, err := Read(data); err != nil || !doc.Valid() {
					b.Fatal(err, doc.Problems)
				}
			}
			b.ReportMetric((cpuSeconds()-start)/float64(b.N)/float64(len(data))*1e8, "cpu-s/100MB")
		})
	}
}
