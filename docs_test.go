package dossier_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/gitobj"
	"github.com/release-dossier/dossier/verify/policy"
	"github.com/release-dossier/dossier/verify/trust"
)

// files returns the repository's files with that suffix.
func files(t *testing.T, suffix string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "dist"):
			return fs.SkipDir
		case strings.HasSuffix(name, suffix):
			list = append(list, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// all returns the text of the repository's files with that suffix, except the
// tests of this package.
func all(t *testing.T, suffix string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range files(t, suffix) {
		if name != "docs_test.go" {
			b.WriteString(read(t, name))
		}
	}
	return b.String()
}

// A link in a document leads to a file that is there.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)
	for _, name := range files(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// A test that the documents name exists.
func TestNamedTestsExist(t *testing.T) {
	tests := all(t, "_test.go")
	name := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9]*)`")
	found := 0
	for _, m := range name.FindAllStringSubmatch(all(t, ".md"), -1) {
		found++
		if !strings.Contains(tests, "\nfunc "+m[1]+"(") {
			t.Errorf("the documents name %s, which is no test", m[1])
		}
	}
	if found == 0 {
		t.Error("the documents name no test at all")
	}
}

// A control that the documents name exists.
func TestNamedControlsExist(t *testing.T) {
	id := regexp.MustCompile("`((?:trace|tag|version|sbom|provenance|sign|approval|sod)/[a-z][a-z-]+[a-z])`")
	for _, m := range id.FindAllStringSubmatch(all(t, ".md"), -1) {
		_, err := os.Stat(filepath.FromSlash(m[1]))
		if _, ok := policy.Lookup(m[1]); !ok && err != nil {
			t.Errorf("the documents name %s, which is no control and no folder", m[1])
		}
	}
}

// Every reason code of the format stands in the code.
func TestReasonCodesExist(t *testing.T) {
	code := all(t, ".go")
	table := between(t, "docs/format.md", "| code | layer |", "\n\n")
	rows := regexp.MustCompile("\n\\| `([a-z-]+)` \\|").FindAllStringSubmatch(table, -1)
	if len(rows) < 40 {
		t.Fatalf("the table of reason codes has %d rows", len(rows))
	}
	for _, m := range rows {
		if !strings.Contains(code, `"`+m[1]+`"`) {
			t.Errorf("docs/format.md lists the code %s, which the code does not have", m[1])
		}
	}
}

func TestFormatState(t *testing.T) {
	text := between(t, "docs/format.md", "\n```state\n", "\n```\n") + "\n"
	want := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
	if !strings.Contains(read(t, "docs/format.md"), "\n"+want+"\n") {
		t.Errorf("the state in docs/format.md is not that of its text, %s", want)
	}
}

// The manifests in the format are those that its index lists.
func TestFormatManifests(t *testing.T) {
	blocks := regexp.MustCompile("(?s)\n```json\n(.*?)\n```\n").FindAllStringSubmatch(read(t, "docs/format.md"), -1)
	if len(blocks) != 3 {
		t.Fatalf("docs/format.md has %d JSON blocks, want two manifests and an index", len(blocks))
	}
	for _, b := range blocks[:2] {
		want := fmt.Sprintf(`"digest":"sha256:%x","size":%d}`, sha256.Sum256([]byte(b[1])), len(b[1]))
		if !strings.Contains(blocks[2][1], want) {
			t.Errorf("the index in docs/format.md does not list %s", want)
		}
	}
}

func TestFormatDocuments(t *testing.T) {
	blocks := regexp.MustCompile("(?s)\n```yaml\n(.*?\n)```\n").FindAllStringSubmatch(read(t, "docs/format.md"), -1)
	if len(blocks) != 2 {
		t.Fatalf("docs/format.md has %d YAML blocks, want a trust document and a policy", len(blocks))
	}
	if _, err := trust.Parse("format.md", []byte(blocks[0][1])); err != nil {
		t.Error(err)
	}
	if _, err := policy.Parse("format.md", []byte(blocks[1][1])); err != nil {
		t.Error(err)
	}
}

func TestPredicateExamples(t *testing.T) {
	if _, err := evidence.DecodeRecord([]byte(between(t, "docs/predicates/record.md", "```json", "```"))); err != nil {
		t.Error(err)
	}
	if _, err := evidence.DecodeApproval([]byte(between(t, "docs/predicates/approval.md", "```json", "```"))); err != nil {
		t.Error(err)
	}
	archive := between(t, "docs/predicates/git-objects.md", "`one`:\n\n```\n", "```") + "\n"
	if o, err := gitobj.ReadArchive(strings.NewReader(archive), gitobj.Limits{}); err != nil || o.Len() != 1 {
		t.Errorf("the archive in git-objects.md: %v", err)
	}
}
