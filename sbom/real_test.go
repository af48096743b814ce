package sbom

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRealFiles reads what real tools wrote; testdata/real/README.md says how.
func TestRealFiles(t *testing.T) {
	const binary = "df1c63647b595ab73e649be6daacefbe0d110779282e2673b97a51587ac45c2e"
	tests := []struct {
		name, format, version string
		component             string // its purl
		digest                string // of the subject
	}{
		{"gomod.cdx.json", CycloneDX, "1.6", "pkg:golang/golang.org/x/mod@v0.42.0?goarch=amd64&goos=linux&type=module", ""},
		{"gobin.cdx.json", CycloneDX, "1.6", "pkg:golang/golang.org/x/mod@v0.42.0?goarch=amd64&goos=linux&type=module", ""},
		{"syft-dir.cdx.json", CycloneDX, "1.7", "pkg:golang/golang.org/x/mod@v0.42.0", ""},
		{"syft-dir.spdx.json", SPDX, "2.3", "pkg:golang/golang.org/x/mod@v0.42.0", ""},
		{"syft-file.cdx.json", CycloneDX, "1.7", "pkg:golang/golang.org/x/mod@v0.42.0", binary},
		{"syft-file.spdx.json", SPDX, "2.3", "pkg:golang/golang.org/x/mod@v0.42.0", binary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", "real", tt.name))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := Read(data)
			if err != nil {
				t.Fatal(err)
			}
			if !doc.Valid() || doc.Format != tt.format || doc.SpecVersion != tt.version {
				t.Errorf("%s %s: %+v", doc.Format, doc.SpecVersion, doc.Problems)
			}
			found := false
			for _, c := range doc.Components {
				found = found || c.PURL == tt.component
			}
			if !found {
				t.Errorf("no component %s among %+v", tt.component, doc.Components)
			}
			digest := ""
			for _, s := range doc.Subjects {
				digest += s.Digests["sha256"]
			}
			if digest != tt.digest {
				t.Errorf("it is about %q, want %q", digest, tt.digest)
			}
		})
	}
}
