package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestInFlags: whoever types a command reads of its flags, whoever calls a
// package of its options.
func TestInFlags(t *testing.T) {
	option := regexp.MustCompile(`"[^"\n]*(?:\(|without )(Options\.[A-Z][A-Za-z]+)`)
	flag := regexp.MustCompile(`"[^"\n]* (with|give|use|say) --[a-z-]+`)
	seen := 0
	for _, dir := range []string{"attest", "evidence", "sbom"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			data, err := os.ReadFile(path)
			for _, m := range option.FindAllStringSubmatch(string(data), -1) {
				if seen++; strings.Contains(inFlags(m[1]), "Options.") {
					t.Errorf("%s: %s has no flag", path, m[1])
				}
			}
			if m := flag.FindString(string(data)); m != "" {
				t.Errorf("%s names a flag: %s", path, m)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 8 {
		t.Errorf("only %d texts name an option: are they written differently?", seen)
	}
}
