package xmlschema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/strictxml"
)

func TestEverySchemaIsRead(t *testing.T) {
	for v := range versions {
		s, err := CycloneDX(v)
		if err != nil || s.target != Namespace+v {
			t.Errorf("%s: %v, %v", v, s, err)
		}
	}
	if s, err := CycloneDX("1.8"); s != nil || err != nil {
		t.Errorf("CycloneDX(1.8) = %v, %v", s, err)
	}
}

// TestCorpus judges the labelled documents of CycloneDX.
func TestCorpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party documents are not read")
	}
	files, err := filepath.Glob(filepath.Join(root, "cyclonedx", "1.*", "*.xml"))
	if err != nil || len(files) < 120 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		s, err := CycloneDX(filepath.Base(filepath.Dir(file)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		e, err := strictxml.Parse(text, strictxml.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := s.Validate(e)
		if strings.HasPrefix(name, "invalid-component-ref-") {
			continue // refs that are not unique, which package sbom finds
		}
		if (len(found) == 0) != strings.HasPrefix(name, "valid-") {
			t.Errorf("%s: %v", name, found)
		}
	}
}
