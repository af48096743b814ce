package slsa_test

import (
	"bufio"
	"crypto"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/verify/sigstore"
	"github.com/release-dossier/dossier/verify/slsa"
)

// at is the moment of judgement of all cases: later than the newest.
var at = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// corpus is the directory of the labelled corpus; the test is skipped loudly
// without one.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("DOSSIER_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED, NOT PASSED: set DOSSIER_CORPUS to the labelled corpus")
	}
	return dir
}

// row is one case: how slsa-verifier was called, and what it said.
type row struct {
	Kind, Test, Name, Expect, Err string
	Offline                       string `json:"offline_verdict"`
	Source, Branch, Tag, Builder  string
	Versioned                     string `json:"versioned_tag"`
	Inputs                        map[string]string
	Package                       string `json:"pkg"`
	PackageVersion                string `json:"pkgver"`
	Dir, Provenance, Format       string
	Artifacts                     []string
	Subjects                      []struct{ SHA256, SHA512 string }
}

func rows(t testing.TB, root string) []row {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []row
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !strings.Contains(lines.Text(), `"kind": "provenance"`) {
			continue
		}
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		t.Fatal("the corpus has no provenance cases")
	}
	return list
}

// codes are the reason codes that stand for an error of slsa-verifier.
func codes(upstream, format string) []string {
	var list []string
	for _, r := range provenance.Reasons() {
		first, google, _ := strings.Cut(r.SLSAVerifier, "; for Google ")
		if slices.Contains(strings.Split(first, ", "), upstream) || format == "gcb" && slices.Contains(strings.Split(google, ", "), upstream) {
			list = append(list, string(r.Code))
		}
	}
	switch upstream {
	case "ErrorMismatchHash":
		list = append(list, string(sigstore.ArtifactDigest))
	case "ErrorInvalidSignature", "ErrorNoValidSignature":
		list = append(list, string(sigstore.BadSignature), string(sigstore.LogMismatch))
	}
	return list
}

// trw is the builder of the delegator's own tests that a statement names.
func trw(raw []byte) string {
	const tests = "https://github.com/slsa-framework/example-trw/.github/workflows/"
	in, err := provenance.ReadAny(raw)
	if err != nil {
		return tests + "builder_high-perms_slsa3.yml"
	}
	for _, e := range in.Entries {
		if s, err := provenance.Parse(e.Statement); err == nil && strings.HasPrefix(s.BuilderID, tests) {
			name, _, _ := strings.Cut(s.BuilderID, "@")
			return name
		}
	}
	return tests + "builder_high-perms_slsa3.yml"
}

// builders are the builders of which slsa-verifier's suite tries several ways
// to name them, where a case does not say which one.
func (r row) builders(raw []byte) []provenance.Builder {
	e2e := r.Source == "github.com/slsa-framework/example-package"
	version := path.Base(r.Dir)
	name := map[string]string{
		"gha_go":              "builder_go_slsa3.yml",
		"gha_generic":         "generator_generic_slsa3.yml",
		"gha_container-based": "builder_container-based_slsa3.yml",
		"gha_maven":           "builder_maven_slsa3.yml",
		"gha_gradle":          "builder_gradle_slsa3.yml",
	}[path.Dir(r.Dir)]
	const generators = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"
	switch {
	case r.Builder != "":
		return []provenance.Builder{{ID: r.Builder, Unreleased: e2e}}
	case path.Dir(r.Dir) == "gha_delegator":
		return []provenance.Builder{{ID: trw(raw), Unreleased: true}}
	case name != "" && !strings.HasPrefix(version, "v"):
		return []provenance.Builder{{Unreleased: e2e}, {ID: generators + name, Unreleased: e2e}}
	case name != "":
		return []provenance.Builder{
			{}, {ID: generators + name}, {ID: generators + name + "@" + version}, {ID: generators + name + "@refs/tags/" + version},
		}
	}
	return []provenance.Builder{{}}
}

func (r row) expect(t *testing.T, b provenance.Builder) slsa.Expect {
	source, err := provenance.NormalSource(r.Source)
	if err != nil {
		t.Fatal(err)
	}
	return slsa.Expect{
		Expect: provenance.Expect{
			Repository: source, Branch: r.Branch, Tag: r.Tag, VersionedTag: r.Versioned, Inputs: r.Inputs,
		},
		Builder: b, Package: r.Package, Version: r.PackageVersion,
	}
}

// artifacts are those of the case. An image in a registry is named by the
// digest that the document is of, or by another one where it must not match.
func (r row) artifacts(t *testing.T, raw []byte) []sigstore.Artifact {
	t.Helper()
	var list []sigstore.Artifact
	digests := []string{}
	for _, s := range r.Subjects {
		if strings.HasPrefix(r.Dir, "npm/") {
			digests = append(digests, "sha512:"+s.SHA512)
		} else {
			digests = append(digests, "sha256:"+s.SHA256)
		}
	}
	if len(r.Subjects) == 0 {
		g, err := provenance.ParseGoogle(raw)
		if err != nil {
			t.Fatal(err)
		}
		digest := g.Digest
		if r.Err == "ErrorMismatchHash" {
			digest = "sha256:" + strings.Repeat("0", 64)
		}
		digests = append(digests, digest)
	}
	for _, d := range digests {
		a, err := sigstore.ParseDigest(d)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

func verifier(t testing.TB, root string) *slsa.Verifier {
	t.Helper()
	trusted, err := os.ReadFile(filepath.Join(root, "roots", "prod.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := slsa.Config{Google: slsa.GoogleKeys{}}
	if c.Roots, err = sigstore.ParseRoots(trusted); err != nil {
		t.Fatal(err)
	}
	npm, err := os.ReadFile(filepath.Join(root, "roots", "npm-keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	if c.NPM, err = slsa.ParseNPMKeys(npm); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "provenance", "gcb-keys", "*.key"))
	if err != nil || len(files) == 0 {
		t.Fatal("no keys of Google Cloud Build", err)
	}
	for _, f := range files {
		c.Google[strings.TrimSuffix(filepath.Base(f), ".key")] = key(t, f)
	}
	v, err := slsa.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func key(t testing.TB, file string) crypto.PublicKey {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	k, err := sigstore.ParsePublicKey(pem)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestCorpus gives every case of slsa-verifier's suite its verdict, and every
// refusal its reason.
func TestCorpus(t *testing.T) {
	root := corpus(t)
	v := verifier(t, root)
	counts := map[sigstore.Verdict]int{}
	for _, r := range rows(t, root) {
		raw, err := os.ReadFile(filepath.Join(root, "provenance", r.Provenance))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range r.builders(raw) {
			for _, a := range r.artifacts(t, raw) {
				got := v.Verify(raw, a, r.expect(t, b), at)
				counts[got.Verdict]++
				r.check(t, b, got)
			}
		}
	}
	t.Logf("%v", counts)
	if counts[sigstore.Verified] < 58 || counts[sigstore.Unproven] < 10 {
		t.Errorf("too few of the cases are accepted: %v", counts)
	}
}

func (r row) check(t *testing.T, b provenance.Builder, got *slsa.Result) {
	t.Helper()
	where := r.Provenance + ": " + r.Name + " (builder " + b.ID + ")"
	switch {
	case r.Offline == "accept" && got.Verdict != sigstore.Verified,
		r.Expect == "reject" && got.Verdict != sigstore.Rejected:
		t.Errorf("%s: %s %s, want %s", where, got.Verdict, got.Code, r.Offline)
	case r.Offline != "accept" && r.Offline != "reject" && got.Code == string(sigstore.KeyMissing):
		return // an envelope that does not even hold the certificate
	case r.Expect == "accept" && r.Offline != "accept" && (got.Verdict != sigstore.Unproven || got.Code != string(sigstore.UnprovenOffline)):
		t.Errorf("%s: %s %s, want unproven", where, got.Verdict, got.Code)
	case r.Err != "" && !slices.Contains(codes(r.Err, r.Format), got.Code):
		t.Errorf("%s: %s, want one of %q for %s", where, got.Code, codes(r.Err, r.Format), r.Err)
	default:
		return
	}
	for _, c := range got.Checks {
		t.Logf("    %-20s %-5s %-18s %s", c.ID, c.Outcome, c.Code, c.Found)
	}
}

// TestGooglePackage asks Google's document for an npm package: it has none.
func TestGooglePackage(t *testing.T) {
	root := corpus(t)
	v := verifier(t, root)
	for _, r := range rows(t, root) {
		if r.Format != "gcb" || r.Offline != "accept" {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(root, "provenance", r.Provenance))
		if err != nil {
			t.Fatal(err)
		}
		r.Package = "hello"
		got := v.Verify(raw, r.artifacts(t, raw)[0], r.expect(t, r.builders(raw)[0]), at)
		if got.Code != string(provenance.PackageName) {
			t.Errorf("%s: %s %s", r.Name, got.Verdict, got.Code)
		}
		return
	}
	t.Fatal("no document of Google's is accepted")
}
