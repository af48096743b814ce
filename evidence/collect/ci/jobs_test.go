package ci_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/collect/ci"
)

func TestJobs(t *testing.T) {
	const central = "fintech/pipelines/.github/workflows/build.yml@" + sha
	for name, tt := range map[string]struct {
		env      []string
		files    tree
		jobs     []string
		template string
	}{
		"GitHub, by need": {github(), tree{".github/workflows/release.yml": `
jobs:
  publish: { needs: [build, scan] }
  build: { name: Build it, needs: test }
  matrix: { name: "on ${{ matrix.os }}" }
  test: {}
  scan: { needs: gone }
`}, []string{"test", "Build it", "scan", "publish", "matrix"}, ""},
		"GitHub, called workflows": {github(), tree{
			".github/workflows/release.yml": `
jobs:
  deploy: { needs: ci, uses: ` + central + ` }
  ci: { uses: ./.github/workflows/ci.yml }
  more: { uses: ` + central + ` }
`, ".github/workflows/ci.yml": "jobs: { unit-test: {needs: lint}, lint: {} }"},
			[]string{"ci / lint", "ci / unit-test", "deploy", "more"}, central},
		"GitHub, two templates": {github(), tree{".github/workflows/release.yml": "jobs: { a: { uses: " + central + " }, b: { uses: acme/x/.github/workflows/y.yml@v1 } }"},
			[]string{"a", "b"}, ""},
		"GitHub, an action is no template": {github(), tree{".github/workflows/release.yml": "jobs: { a: { steps: [ { uses: actions/checkout@v5 } ] } }"},
			[]string{"a"}, ""},
		"GitHub, circles": {github(), tree{".github/workflows/release.yml": "jobs: { a: {needs: b}, b: {needs: a}, c: {needs: c} }"},
			[]string{"b", "a", "c"}, ""},
		"GitHub, calls itself": {github(), tree{".github/workflows/release.yml": "jobs: { a: { uses: ./.github/workflows/release.yml } }"},
			[]string{strings.Repeat("a / ", 10) + "a"}, ""},
		"GitHub, a name for terminals": {github(), tree{".github/workflows/release.yml": `jobs: { a: { name: "\e[2J" } }`},
			[]string{"a"}, ""},
		"GitHub, no jobs": {github(), tree{".github/workflows/release.yml": "jobs: [a, b]"}, nil, ""},
		"GitLab": {gitlab(), tree{".gitlab-ci.yml": `
stages: [check, ship]
variables: { X: y }
.base: { stage: ship }
.wider: { extends: .base }
deploy: { extends: [.nothing, .wider] }
lint: { stage: check }
unit-test: { stage: check }
first: { stage: .pre }
last: { stage: .post }
include: [ { component: gitlab.example/bank/build@` + sha + ` }, { local: more.yml } ]
`, "more.yml": "sast: { stage: check }\nstages: [ship, check]\n"},
			[]string{"first", "lint", "unit-test", "sast", "deploy", "last"}, "gitlab.example/bank/build@" + sha},
		"GitLab, usual stages": {gitlab(), tree{".gitlab-ci.yml": "b: {stage: deploy}\na: {script: x}\nc: {stage: build}\ndefault: {}\n"},
			[]string{"c", "a", "b"}, ""},
		"GitLab, extends itself": {gitlab(), tree{".gitlab-ci.yml": "a: { extends: [a, .b] }\n.b: { extends: [.b, a] }\n"}, []string{"a"}, ""},
		"Jenkins": {jenkins(), tree{"Jenkinsfile": "pipeline { stages { stage('build') { }\n stage ( \"unit-test\" ) { } stage(x) { } } }"},
			[]string{"build", "unit-test"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			run, err := ci.FromEnviron(tt.env)
			if err != nil {
				t.Fatal(err)
			}
			d, err := run.ReadDefinition(tt.files.read)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(d.Jobs, tt.jobs) || d.Template != tt.template {
				t.Errorf("jobs %q, template %q; want %q, %q", d.Jobs, d.Template, tt.jobs, tt.template)
			}
		})
	}
}

// TestManyJobs: a definition that a file of a megabyte can hold takes no long time
// and no memory.
func TestManyJobs(t *testing.T) {
	var chain, calls strings.Builder
	chain.WriteString("jobs:\n")
	calls.WriteString("jobs:\n")
	for i := range 20_000 {
		fmt.Fprintf(&chain, "  j%d: {needs: j%d}\n", i, i+1)
		if i < 900 {
			fmt.Fprintf(&calls, "  j%d: {uses: ./.github/workflows/release.yml}\n", i)
		}
	}
	for name, text := range map[string]string{"a chain": chain.String(), "calls": calls.String()} {
		run, err := ci.FromEnviron(github())
		if err != nil {
			t.Fatal(err)
		}
		_, err = run.ReadDefinition(tree{".github/workflows/release.yml": text}.read)
		if err == nil || !strings.Contains(err.Error(), "more than 1000 jobs") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
