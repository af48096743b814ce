package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/verify/layout"
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

// TestRemedyFlags: the flags of remedies are there.
func TestRemedyFlags(t *testing.T) {
	for code, flags := range byFlag {
		for flag := range strings.SplitSeq(flags, ", ") {
			name, _, _ := strings.Cut(strings.TrimPrefix(flag, "--"), " ")
			found := false
			for _, verb := range []string{"verify-bundle", "verify-layout", "verify-provenance"} {
				cmd, _, err := (&Cmd{Args: []string{verb}}).root().Find([]string{verb})
				if err != nil {
					t.Fatal(err)
				}
				found = found || cmd.Flags().Lookup(name) != nil
			}
			if !found {
				t.Errorf("%s: there is no flag %s", code, flag)
			}
		}
	}
	if got := remedy(layout.InspectionSkipped, layout.Explain(layout.InspectionSkipped).Fix); !strings.HasSuffix(got, "say so (--skip-inspections).") {
		t.Error(got)
	}
}
