package sbom

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// told writes a diff in lines.
func told(d *Diff) []string {
	var lines []string
	for _, c := range d.Added {
		lines = append(lines, "+ "+c.Name+" "+c.Version)
	}
	for _, c := range d.Removed {
		lines = append(lines, "- "+c.Name+" "+c.Version)
	}
	for _, c := range d.Changed {
		line := "~ " + c.New.Name + " " + c.Old.Version + " " + c.New.Version
		for name, is := range map[string]bool{"hash": c.Hash, "license": c.License} {
			if is {
				line += " " + name
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func TestCompare(t *testing.T) {
	lib := func(name, version, more string) string {
		return fmt.Sprintf(`{"type":"library","name":%q,"version":%q%s}`, name, version, more)
	}
	npm := func(name, version, more string) string {
		return lib(name, version, fmt.Sprintf(`,"purl":"pkg:npm/%s@%s"%s`, name, version, more))
	}
	hash := func(h string) string { return `,"hashes":[{"alg":"SHA-256","content":"` + h + `"}]` }
	tests := []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", npm("a", "1", "") + "," + lib("b", "1", ""), lib("b", "1", "") + "," + npm("a", "1", ""), nil},
		{"version", npm("a", "1", ""), npm("a", "2", ""), []string{"~ a 1 2"}},
		{"added and removed", npm("a", "1", ""), npm("b", "1", ""), []string{"+ b 1", "- a 1"}},
		{"by name", lib("a", "1", ""), lib("A", "2", ""), []string{"~ A 1 2"}},
		{"purl against none", npm("a", "1", ""), lib("a", "2", ""), []string{"~ a 1 2"}},
		{"same name, other ecosystem", npm("a", "1", ""), lib("a", "1", `,"purl":"pkg:pypi/a@1"`), []string{"+ a 1", "- a 1"}},
		{"none against purl", lib("a", "1", ""), npm("a", "2", ""), []string{"~ a 1 2"}},
		{"another namespace", lib("a", "1", `,"purl":"pkg:deb/debian/a@1"`), lib("a", "2", `,"purl":"pkg:deb/a@2"`), []string{"~ a 1 2"}},
		{"two versions", npm("a", "1", "") + "," + npm("a", "2", ""), npm("a", "2", "") + "," + npm("a", "3", ""), []string{"~ a 1 3"}},
		{"one version more", npm("a", "1", ""), npm("a", "1", "") + "," + npm("a", "2", ""), []string{"+ a 2"}},
		{"licence", npm("a", "1", `,"licenses":[{"license":{"id":"MIT"}}]`), npm("a", "1", `,"licenses":[{"license":{"id":"Apache-2.0"}}]`), []string{"~ a 1 1 license"}},
		{"hash", npm("a", "1", hash(sha256A)), npm("a", "1", hash(sha256B)), []string{"~ a 1 1 hash"}},
		{"hash on one side", npm("a", "1", hash(sha256A)), npm("a", "1", ""), nil},
		{"purls that are written in different ways", lib("a", "1", `,"purl":"pkg:golang/Example.com/A@1"`), lib("x", "2", `,"purl":"pkg:golang/example.com/a@2"`), []string{"~ x 1 2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := Compare(mustRead(t, []byte(cdxDoc(`"components":[`+tt.old+`]`))), mustRead(t, []byte(cdxDoc(`"components":[`+tt.new+`]`))))
			if diff := cmp.Diff(tt.want, told(d)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestCompareAcrossFormats compares documents that say the same.
func TestCompareAcrossFormats(t *testing.T) {
	docs := map[string]*Document{
		"tag-value": mustRead(t, []byte(tagDoc)), "XML": mustRead(t, []byte(xmlDoc)), "SPDX 3": mustRead(t, []byte(spdx3Doc(""))),
	}
	for a, old := range docs {
		for b, new := range docs {
			if d := Compare(old, new); !d.Same() || d.Unchanged != 2 {
				t.Errorf("%s to %s: %v, %d unchanged", a, b, told(d), d.Unchanged)
			}
		}
	}
}

func TestCompareCountsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) *Document {
			d := &Document{Format: CycloneDX}
			for range rapid.IntRange(0, 8).Draw(t, label) {
				name := rapid.SampledFrom([]string{"a", "A", "b"}).Draw(t, "name")
				c := Component{Name: name, Version: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "version")}
				if rapid.Bool().Draw(t, "purl") {
					c.PURL = "pkg:npm/" + strings.ToLower(name) + "@" + c.Version + "x"
				}
				d.Components = append(d.Components, c)
			}
			return d
		}
		old, new := draw("old"), draw("new")
		d := Compare(old, new)
		if n := len(d.Removed) + len(d.Changed) + d.Unchanged; n != len(old.Components) {
			t.Fatalf("%d of %d old components: %v", n, len(old.Components), told(d))
		}
		if n := len(d.Added) + len(d.Changed) + d.Unchanged; n != len(new.Components) {
			t.Fatalf("%d of %d new components: %v", n, len(new.Components), told(d))
		}
		if again := Compare(old, new); cmp.Diff(d, again) != "" {
			t.Fatal("a second comparison differs")
		}
		if d := Compare(old, old); !d.Same() {
			t.Fatalf("a document differs from itself: %v", told(d))
		}
	})
}
