package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// FuzzConfig reads any file as a configuration: an error has a place, and what
// is accepted holds no fact and no path that leads out of the repository.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{
		"version: 1\n", "version: 1\nrisk: low\n", "version: 1\nartifacts: [a, { image: b }]\nwithhold: [a.b]\n",
		"version: 1\ncomponents: [{ name: api, results: [{ check: c, junit: x }] }]\n",
		"version: 1\ncollect: { github: { token: T }, tickets: { jira: { keys: 'A-[0-9]+' } }, records: 'r/{version}' }\n",
		"version: 1\npolicy: p.yaml@sha256:" + strings.Repeat("0", 64) + "\nsign: { keyless: true }\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var c config
		n, err := strictyaml.Parse("release.yaml", data)
		if err != nil {
			return
		}
		if err := n.Decode(&c); err != nil {
			if !strings.HasPrefix(err.Error(), "release.yaml:") {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		for _, m := range n.Members() {
			if _, ok := facts[m.Name]; ok {
				t.Fatalf("%s was accepted", m.Name)
			}
		}
		for _, list := range [][]product{products(&c, "1.0.0"), products(&c, "v1.0.0"), products(&c, "api/v1.0.0")} {
			for _, p := range list {
				if len(p.tagNames("v1.0.0")) > 2 {
					t.Fatalf("tags %q", p.tagNames("v1.0.0"))
				}
			}
		}
		if dir := recordsDir(c.Collect.Records.Value, "api", "1.0.0"); dir != "" && !filepath.IsLocal(dir) {
			t.Fatalf("records in %s", dir)
		}
		for _, p := range append(c.SBOMs, c.Collect.Git.Files...) {
			if !filepath.IsLocal(p.Value) {
				t.Fatalf("a file in %s", p.Value)
			}
		}
	})
}

func products(c *config, release string) []product {
	list, _ := c.products(release, "")
	return list
}

func TestTagNames(t *testing.T) {
	tests := []struct {
		p       product
		release string
		want    string
	}{
		{product{}, "v1.2.3", "v1.2.3"},
		{product{}, "1.2.3", "1.2.3 v1.2.3"},
		{product{}, "nightly", "nightly"},
		{product{tags: "release-*"}, "v1.2.3", "v1.2.3 release-1.2.3"},
		{product{tags: "api/v[01].*", part: true}, "1.2.3", "api/v1.2.3"},
		{product{tags: "api/v[01].*", part: true}, "2.0.0", ""},
		{product{tags: "v2.*", part: true}, "2.3.4", "v2.3.4"},
		{product{tags: "v2.*", part: true}, "1.3.4", ""},
		{product{tags: "v*-api", part: true}, "1.2.3", "v1.2.3-api"},
		{product{tags: "v*-?", part: true}, "1.2.3", ""},
		{product{tags: "api/v*", part: true}, "1.2.3", "api/v1.2.3"},
		{product{tags: "api/v*", part: true}, "v1.2.3", "api/v1.2.3"},
		{product{tags: "api/v*", part: true}, "api/v1.2.3", "api/v1.2.3"},
		{product{tags: "v*", part: true}, "v1.2.3", "v1.2.3"},
		{product{tags: "v?*", part: true}, "1.2.3", "v1.2.3"},
	}
	for _, tt := range tests {
		if got := strings.Join(tt.p.tagNames(tt.release), " "); got != tt.want {
			t.Errorf("tags %q, release %s: got %q, want %q", tt.p.tags, tt.release, got, tt.want)
		}
	}
}

// TestOwnConfiguration reads the one of this repository, and the example of the
// documentation up to what only an example has.
func TestOwnConfiguration(t *testing.T) {
	if _, err := readConfig(filepath.Join("..", ".."), ""); err != nil {
		t.Error(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "release-yaml.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(page), "```yaml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		if !strings.HasPrefix(text, "version:") {
			text = "version: 1\n" + strings.ReplaceAll(text, "results: [...]", "results: [{ check: c, junit: x }]")
		}
		var c config
		if err := strictyaml.Decode("release-yaml.md", []byte(text), &c); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
}
