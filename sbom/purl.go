package sbom

import (
	"strings"

	"github.com/release-dossier/dossier/sbom/purl"
)

// golangPURL returns the package URL of a Go module, or of the package in it
// at subpath (purl specification, type golang: namespace and name are
// lower-case). version may be empty.
func golangPURL(module, version, subpath string) string {
	p := purl.PURL{Type: "golang", Name: strings.ToLower(module), Version: version, Subpath: subpath}
	if i := strings.LastIndexByte(p.Name, '/'); i >= 0 {
		p.Namespace, p.Name = p.Name[:i], p.Name[i+1:]
	}
	return p.String()
}
