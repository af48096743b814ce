package dossier_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/release-dossier/dossier"

// deps returns the packages that pkg links, itself excluded, as the go command
// lists them.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", module+pkg).CombinedOutput()
	if err != nil {
		t.Fatalf("go list -deps %s: %v\n%s", pkg, err, out)
	}
	list := strings.Fields(string(out))
	return slices.DeleteFunc(list, func(p string) bool { return p == module+pkg })
}

// TestForbiddenImports keeps heavy and networking packages out of what
// importers link. It is the lasting guard of the sizes below.
func TestForbiddenImports(t *testing.T) {
	network := []string{"net/http", "github.com/sigstore/", "google.golang.org/", "github.com/open-policy-agent/", "cel.dev/"}
	heavy := []string{"github.com/ProtonMail/", "github.com/CycloneDX/", "github.com/santhosh-tekuri/", "github.com/spf13/", "os/exec"}
	tests := []struct {
		pkg    string
		forbid []string
	}{
		{"/evidence", append(append([]string{"golang.org/x/", "go.yaml.in/", "net", "os/exec"}, network...), heavy...)},
		{"/evidence/gitobj", append(append([]string{"golang.org/x/", "net", "os/exec"}, network...), heavy...)},
		{"/evidence/codeowners", append(append([]string{"golang.org/x/", "net", "os/exec"}, network...), heavy...)},
		{"/attest", append(network, heavy...)},
		{"/evidence/bundle", append(network, heavy...)},
		{"/evidence/provenance", append(network, heavy...)},
		{"/evidence/vsa", append(network, heavy...)},
		{"/evidence/redact", append(network, heavy...)},
		{"/evidence/checks", append(network, heavy...)},
		{"/evidence/foreign", append(network, heavy...)},
		{"/evidence/interchange", append(network, heavy...)},
		{"/sbom", append(append([]string{"encoding/gob", "encoding/xml"}, network...), heavy...)},
		{"/verify/trust", append(network, heavy...)},
		{"/verify", append(network, heavy...)},
		{"/verify/policy", append(network, heavy...)},
		{"/verify/report", append(network, heavy...)},
		{"/verify/oidc", append(network, heavy...)},
		{"/verify/tagsig", append(network, "os/exec", "github.com/CycloneDX/")},
		{"/attest/kms", []string{"net/http", "google.golang.org/", "github.com/sigstore/sigstore-go/", "github.com/ThalesGroup/"}},
		// Sigstore's own signing library links OpenPGP of x/crypto, which is not
		// maintained, gRPC and 200 packages more, which every start would pay for.
		{"/attest/sigstore", []string{module + "/verify", "github.com/sigstore/sigstore-go/pkg/sign", "github.com/sigstore/rekor/", "golang.org/x/crypto/openpgp/", "google.golang.org/grpc/"}},
		{"/verify/layout", []string{"github.com/sigstore/", "net/http", "google.golang.org/grpc/", "github.com/spiffe/", "github.com/spf13/"}},
		{"/verify/slsa", []string{"github.com/sigstore/sigstore-go/pkg/sign", "golang.org/x/crypto/openpgp/", "github.com/CycloneDX/", "github.com/ProtonMail/"}},
		{"/verify/sigstore", []string{"github.com/sigstore/sigstore-go/pkg/sign", "golang.org/x/crypto/openpgp/", "github.com/CycloneDX/", "github.com/ProtonMail/"}},
	}
	for _, tt := range tests {
		t.Run(strings.TrimPrefix(tt.pkg, "/"), func(t *testing.T) {
			for _, d := range deps(t, tt.pkg) {
				for _, f := range tt.forbid {
					if d == f || strings.HasSuffix(f, "/") && strings.HasPrefix(d, f) {
						t.Errorf("links %s", d)
					}
				}
			}
		})
	}
}

// order lists all packages of the module so that each imports only packages
// before it.
var order = []string{
	// Readers of formats, which know nothing of releases.
	"/internal/lazyregexp", "/internal/noreplace", "/internal/strictjson", "/internal/strictxml", "/internal/strictyaml", "/internal/bundlejson", "/internal/cms",
	// The model of the evidence, and its signatures.
	"/evidence/gitobj", "/evidence/commits", "/evidence/codeowners", "/evidence", "/evidence/records", "/evidence/checks",
	"/attest", "/attest/sigstore", "/attest/kms", "/evidence/provenance", "/evidence/vsa", "/evidence/foreign",
	// The file.
	"/evidence/bundle", "/internal/distribution", "/evidence/bundle/registry", "/evidence/interchange", "/evidence/redact",
	"/sbom/schema", "/sbom/xmlschema", "/sbom/license", "/sbom/purl", "/sbom",
	// Collectors.
	"/evidence/collect/deploy", "/evidence/collect/ci", "/evidence/collect/git", "/evidence/collect/secrets", "/evidence/collect/internal/cut",
	"/evidence/collect", "/evidence/collect/results", "/evidence/collect/oci", "/evidence/collect/http",
	"/evidence/collect/forge/description", "/evidence/collect/forge", "/evidence/collect/forge/github", "/evidence/collect/forge/gitlab",
	// Verifiers, judges and reports.
	"/verify/trust", "/verify/trust/tuf", "/verify", "/verify/tagsig", "/verify/oidc", "/verify/sigstore", "/verify/slsa", "/verify/layout",
	"/verify/policy", "/verify/policy/pack", "/verify/cel", "/verify/report",
	// The commands.
	"/internal/result", "/cmd/dossier", "/cmd/sigstore-kms-pkcs11",
	// What only tests, examples and generators use.
	"/internal/loopback", "/internal/fakeforge", "/internal/testrepo", "/internal/testregistry", "/internal/testca", "/internal/tufrepo",
	"/internal/testrelease", "/internal/controlvectors", "/internal/services", "/internal/schemagen",
	"/examples/ci", "/examples/pipeline", "/examples/quickstart", "/examples/ticket-to-production",
}

// imports returns what each package of this module imports of it, both without
// the module's path, as the go command lists them for this system. Tests are not
// looked at: they may import anything.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		pkg, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		if pkg == module {
			continue // has tests only
		}
		pkg = strings.TrimPrefix(pkg, module)
		all[pkg] = nil
		for _, d := range strings.Fields(list) {
			if d, ok := strings.CutPrefix(d, module+"/"); ok {
				all[pkg] = append(all[pkg], "/"+d)
			}
		}
	}
	return all
}

// TestOneDirection checks that no package imports one that comes later, that all
// packages are listed, and that no verifier imports a collector: data flows
// collect -> model -> sign -> bundle -> verify -> judge -> report, and no import
// leads back. Since a package imports only earlier ones, what these import is
// earlier as well.
func TestOneDirection(t *testing.T) {
	all := imports(t)
	for pkg, list := range all {
		at := slices.Index(order, pkg)
		if at < 0 {
			t.Errorf("%s is not in the order: list it after what it imports", pkg)
			continue
		}
		for _, d := range list {
			if slices.Index(order, d) > at {
				t.Errorf("%s imports %s, which comes after it", pkg, d)
			}
		}
	}
	collects := map[string]bool{}
	for i, pkg := range order {
		if slices.Contains(order[:i], pkg) {
			t.Errorf("%s is listed twice", pkg)
		}
		if _, ok := all[pkg]; !ok {
			t.Errorf("%s is listed and no package", pkg)
		}
		collects[pkg] = strings.HasPrefix(pkg, "/evidence/collect") || slices.ContainsFunc(all[pkg], func(d string) bool { return collects[d] })
		if collects[pkg] && strings.HasPrefix(pkg, "/verify") {
			t.Errorf("%s imports a collector", pkg)
		}
	}
}

// TestSizes builds programs that import only what their names say, and keeps
// them small: who embeds a verifier pays for it.
func TestSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	const call = `_, _ = verify.Bundle(context.Background(), mustOpen(), verify.ExpectAnyUnsafe(), verify.Options{%s})`
	tests := []struct {
		name, imports, options string
		limit                  int64
	}{
		{"verify", "", "", 8 << 20},
		{"verify, sbom and tagsig", `"` + module + `/sbom"; "` + module + `/verify/tagsig"`,
			"SBOMs: sbom.Reader{}, Tags: []verify.TagVerifier{tagsig.OpenPGP{}}", 13 << 20},
		{"verify and sigstore", `"` + module + `/verify/sigstore"`, "Signatures: sigstore.Statements{}", 16 << 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := `package main
import ("context"; "os"; "` + module + `/evidence/bundle"; "` + module + `/verify"; ` + tt.imports + `)
func mustOpen() *bundle.Dossier { d, err := bundle.Open(context.Background(), os.Args[1], bundle.Limits{}); if err != nil { panic(err) }; return d }
func main() { ` + strings.Replace(call, "%s", tt.options, 1) + ` }
`
			size := buildSize(t, source)
			t.Logf("%d bytes, stripped", size)
			if size > tt.limit {
				t.Errorf("%d bytes, at most %d are promised", size, tt.limit)
			}
		})
	}
}

// TestCommandSize: nothing that the command links calls methods by names that
// the linker cannot know (docs/decisions/0017). One such package, as html/template,
// makes it a quarter larger and slower to start.
func TestCommandSize(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	const limit = 40 << 20
	if size := packageSize(t, "./cmd/dossier"); size > limit {
		t.Errorf("the command has %d bytes, stripped, at most %d are expected: see what new import keeps all methods", size, limit)
	}
}

// buildSize builds a program within this module and returns its size.
func buildSize(t *testing.T, source string) int64 {
	t.Helper()
	dir, err := os.MkdirTemp(".", "_size")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	return packageSize(t, "./"+dir)
}

// packageSize builds a package main of this module and returns its stripped size.
func packageSize(t *testing.T, path string) int64 {
	t.Helper()
	out := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, path)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, msg)
	}
	info, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
