package sbom

import (
	"bytes"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
)

// describedSPDX is the digest of the package that bigSPDX describes.
var describedSPDX = evidence.Digest{31: 7}

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
		if i == 0 {
			relationships.WriteString(`{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-Package-7","relationshipType":"DESCRIBES"}`)
			comma = ","
		}
		fmt.Fprintf(&relationships, `%s{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-Package-%d","relationshipType":"CONTAINS"}`, comma, i)
		for k := range 4 {
			separator := ","
			if i == 0 && k == 0 {
				separator = ""
			}
			fmt.Fprintf(&files, `%s{"fileName":"/usr/share/doc/package-%d/file-%d","SPDXID":"SPDXRef-File-%d-%d","fileTypes":["TEXT"],"checksums":[{"algorithm":"SHA1","checksumValue":"%s"},{"algorithm":"SHA256","checksumValue":"%s"}],"licenseConcluded":"NOASSERTION","licenseInfoInFiles":["NOASSERTION"],"copyrightText":""}`, separator, i, k, i, k, hash[:40], hash)
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
