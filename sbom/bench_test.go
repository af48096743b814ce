package sbom

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// bigSPDX returns an SPDX document of about size bytes in the shape of an
// image scan: packages, files that they contain, and the relationships.
func bigSPDX(size int) []byte {
	var packages, files, relationships bytes.Buffer
	total := func() int { return packages.Len() + files.Len() + relationships.Len() }
	for i := 0; total() < size; i++ {
		hash := fmt.Sprintf("%064x", i)
		comma := ","
		if i == 0 {
			comma = ""
		}
		fmt.Fprintf(&packages, `%s{"name":"package-%d","SPDXID":"SPDXRef-Package-%d","versionInfo":"1.2.%d","supplier":"NOASSERTION","downloadLocation":"NOASSERTION","filesAnalyzed":false,"checksums":[{"algorithm":"SHA256","checksumValue":"%s"}],"sourceInfo":"acquired package info from the package database","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT","copyrightText":"NOASSERTION","externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:package-%d:package-%d:1.2.%d:*:*:*:*:*:*:*"},{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/package-%d@1.2.%d?arch=amd64"}]}`,
			comma, i, i, i, hash, i, i, i, i, i)
		fmt.Fprintf(&relationships, `%s{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-Package-%d","relationshipType":"CONTAINS"}`, comma, i)
		for k := range 4 {
			if k > 0 {
				comma = ","
			}
			fmt.Fprintf(&files, `%s{"fileName":"/usr/share/doc/package-%d/file-%d","SPDXID":"SPDXRef-File-%d-%d","fileTypes":["TEXT"],"checksums":[{"algorithm":"SHA1","checksumValue":"%s"},{"algorithm":"SHA256","checksumValue":"%s"}],"licenseConcluded":"NOASSERTION","licenseInfoInFiles":["NOASSERTION"],"copyrightText":""}`, comma, i, k, i, k, hash[:40], hash)
			fmt.Fprintf(&relationships, `,{"spdxElementId":"SPDXRef-Package-%d","relatedSpdxElement":"SPDXRef-File-%d-%d","relationshipType":"CONTAINS"}`, i, i, k)
		}
	}
	var b bytes.Buffer
	b.WriteString(`{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"big","documentNamespace":"https://example.com/big","creationInfo":{"creators":["Tool: generator-1"],"created":"2026-01-02T03:04:05Z"},"packages":[`)
	b.Write(packages.Bytes())
	b.WriteString(`],"files":[`)
	b.Write(files.Bytes())
	b.WriteString(`],"relationships":[`)
	b.Write(relationships.Bytes())
	b.WriteString(`]}`)
	return b.Bytes()
}

const bigSize = 90 << 20

func BenchmarkReadSPDX(b *testing.B) {
	data := bigSPDX(bigSize)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := Read(data)
		if err != nil || !doc.Valid() {
			b.Fatal(err, doc.Problems)
		}
	}
	b.ReportMetric(peakMiB(b), "peak-MiB")
}

// BenchmarkBaseline is what reading costs at the least: one pass of
// encoding/json into any, and the digest.
func BenchmarkBaseline(b *testing.B) {
	data := bigSPDX(bigSize)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			b.Fatal(err)
		}
		_ = sha256.Sum256(data)
	}
	b.ReportMetric(peakMiB(b), "peak-MiB")
}

// peakMiB returns the most memory the process has had resident. It says
// something only if one benchmark is run alone.
func peakMiB(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc here")
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	fmt.Sscan(rest, &kib)
	return kib / 1024
}
