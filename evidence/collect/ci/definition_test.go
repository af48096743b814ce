package ci_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/ci"
)

const sha = "8f4b7f84864484a7bf31766abe9204da3cbe65b3"

// tree is the repository of a test.
type tree map[string]string

func (t tree) read(path string) ([]byte, error) {
	text, ok := t[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func definitionTests() []struct {
	name, system string
	env          []string
	files        tree
	pinned       []string
	loose        []string
	unread       []string
} {
	return []struct {
		name, system string
		env          []string
		files        tree
		pinned       []string
		loose        []string
		unread       []string
	}{
		{"GitHub", ci.GitHub, github(), tree{
			".github/workflows/release.yml": `
on: push
env: { uses: nothing/at@all }
jobs:
  build:
    uses: fintech/pipelines/.github/workflows/build.yml@v5
  local:
    uses: ./.github/workflows/inner.yml
  test:
    steps:
      - uses: actions/checkout@` + sha + ` # v5
      - uses: actions/setup-go@v6
        with: { uses: not/this@v1 }
      - uses: docker://alpine@sha256:` + strings.Repeat("ab", 32) + `
      - uses: ./.github/actions/prepare
      - run: "echo uses: none"
`,
			".github/workflows/inner.yml":        "jobs: { x: { steps: [ { uses: 'acme/inner@main' } ] } }",
			".github/actions/prepare/action.yml": "runs: { using: composite, steps: [ { uses: acme/deep@v2 } ] }",
		}, []string{"actions/checkout@" + sha, "docker://alpine@sha256:" + strings.Repeat("ab", 32)},
			[]string{"acme/deep@v2", "acme/inner@main", "actions/setup-go@v6", "fintech/pipelines/.github/workflows/build.yml@v5"}, nil},
		{"GitLab", ci.GitLab, gitlab(), tree{
			".gitlab-ci.yml": `
include:
  - local: /ci/test.yml
  - 'ci/*.yml'
  - project: bank/templates
    ref: ` + sha + `
    file: [ '/build.yml', /scan.yml ]
  - { project: bank/templates, file: /loose.yml }
  - remote: https://example.com/x.yml
  - template: Security/SAST.gitlab-ci.yml
  - component: $CI_SERVER_FQDN/bank/components/lint@1.2.0
deploy:
  script: !reference [.x, script]
  trigger: { include: [ { local: child.yml } ] }
`,
			"ci/test.yml": "include: https://example.com/deep.yml",
		}, []string{"bank/templates//build.yml@" + sha, "bank/templates//scan.yml@" + sha},
			[]string{"$CI_SERVER_FQDN/bank/components/lint@1.2.0", "bank/templates//loose.yml@HEAD", "gitlab-template:Security/SAST.gitlab-ci.yml", "https://example.com/deep.yml", "https://example.com/x.yml"},
			[]string{"child.yml", "ci/*.yml"}},
		{"CircleCI", ci.CircleCI, circleci(), tree{
			".circleci/config.yml": "orbs:\n  node: circleci/node@5.1.0\n  inline:\n    orbs: { go: circleci/go@volatile }\n    jobs: {}\n",
		}, nil, []string{"circleci/go@volatile", "circleci/node@5.1.0"}, nil},
		{"Azure", ci.Azure, azure(), tree{
			"azure-pipelines.yml": `
resources:
  repositories:
    - { repository: tpl, type: github, name: acme/templates, ref: refs/tags/v3 }
extends:
  template: base.yml@tpl
stages:
  - template: ci/steps.yml
    parameters: { task: NotThis@1 }
  - job: x
    steps: [ { task: GoTool@0 }, { template: other.yml@unknown } ]
`,
			"ci/steps.yml": "steps: [ { template: deeper.yml } ]",
		}, nil, []string{"github:acme/templates//base.yml@refs/tags/v3", "other.yml@unknown", "task:GoTool@0"}, []string{"ci/deeper.yml"}},
		{"Buildkite", ci.Buildkite, buildkite(), tree{
			".buildkite/pipeline.yml": "steps:\n  - plugins:\n      - docker#v5.0.0: { image: x }\n      - acme/scan#" + sha + "\n  - plugins: { 'ecr#v1': {} }\n",
		}, []string{"acme/scan@" + sha}, []string{"docker@v5.0.0", "ecr@v1"}, nil},
		{"Jenkins", ci.Jenkins, jenkins(), tree{
			"Jenkinsfile": "@Library(['pay@" + sha + "', \"util\"]) _\nlibrary identifier: 'late@main'\npipeline { }\n",
		}, []string{"pay@" + sha}, []string{"late@main", "util"}, nil},
		{"none", ci.GitHub, github(), tree{}, nil, nil, nil},
	}
}

func TestReadDefinition(t *testing.T) {
	for _, tt := range definitionTests() {
		t.Run(tt.name, func(t *testing.T) {
			run, err := ci.FromEnviron(tt.env)
			if err != nil {
				t.Fatal(err)
			}
			d, err := run.ReadDefinition(tt.files.read)
			if err != nil {
				t.Fatal(err)
			}
			var pinned, loose []string
			for _, template := range d.Templates {
				if template.Pinned {
					pinned = append(pinned, template.Ref)
				} else {
					loose = append(loose, template.Ref)
				}
			}
			slices.Sort(d.Unread)
			if diff := cmp.Diff([][]string{tt.pinned, tt.loose, tt.unread}, [][]string{pinned, loose, d.Unread}); diff != "" {
				t.Error(diff)
			}
			b := run.Build()
			d.AddTo(b, evidence.ResourceDescriptor{Name: "definition"})
			if (b.TemplatesFrom == nil) != (len(tt.files) == 0) {
				t.Errorf("templates from %v", b.TemplatesFrom)
			}
			if err := evidence.ValidatePart(b); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBadDefinitions: one clear error, or what can be read of it.
func TestBadDefinitions(t *testing.T) {
	run, err := ci.FromEnviron(github())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"not YAML":  "jobs: [",
		"large":     strings.Repeat("# x\n", 1<<19),
		"documents": strings.Repeat("---\na: 1\n", 60),
	} {
		if _, err := run.ReadDefinition(tree{".github/workflows/release.yml": text}.read); err == nil || !strings.Contains(err.Error(), "release.yml") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"empty":    "",
		"a text":   "hello",
		"cycle":    "jobs: { a: { uses: ./.github/workflows/release.yml } }",
		"anchors":  "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\njobs: *c\n",
		"outside":  "jobs: { a: { uses: ./../../etc/passwd.yml } }",
		"controls": "jobs: { a: { uses: \"x\\e[31m@v1\" } }",
		"deep":     strings.Repeat("[", 500) + strings.Repeat("]", 500),
	} {
		d, err := run.ReadDefinition(tree{".github/workflows/release.yml": text}.read)
		if err != nil || len(d.Templates) > 0 || len(d.Files) != 1 {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	failing := func(string) ([]byte, error) { return nil, errors.New("no") }
	if d, err := run.ReadDefinition(failing); err != nil || len(d.Unread) != 1 || d.Files != nil {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestOwn(t *testing.T) {
	for called, own := range map[string]bool{
		"":                                       true,
		"org/repo/.github/workflows/r.yml@v1":    true,
		"fintech/pipes/.github/workflows/r@v5":   false,
		"evilorg/repo/.github/workflows/r.yml@x": false,
	} {
		run, err := ci.FromEnviron(set(set(github(), "DOSSIER_CALLED_WORKFLOW", called), "DOSSIER_CALLED_WORKFLOW_SHA", sha))
		if err != nil {
			t.Fatal(err)
		}
		if run.Own() != own {
			t.Errorf("%q: own %t", called, run.Own())
		}
		if b := run.Build(); called != "" && (b.Called != called || b.Templates[0].Digest["gitCommit"] != sha) {
			t.Errorf("%q: %+v", called, b)
		}
	}
}

func TestBuilds(t *testing.T) {
	for _, env := range [][]string{github(), gitlab(), jenkins(), buildkite(), circleci(), azure(), tekton()} {
		run, err := ci.FromEnviron(env)
		if err != nil {
			t.Fatal(err)
		}
		b := run.Build()
		if err := evidence.ValidatePart(b); err != nil {
			t.Errorf("%s: %v", run.System, err)
		}
		if b.Builder == "" || b.Commit == "" || b.Repository == "" || b.RunID == "" || b.Workflow == "" {
			t.Errorf("%s: %+v", run.System, b)
		}
	}
}

// FuzzReadDefinition: whatever a file holds, references are short and visible,
// and files are within the repository.
func FuzzReadDefinition(f *testing.F) {
	for _, tt := range definitionTests() {
		for _, text := range tt.files {
			f.Add(tt.system, text)
		}
	}
	f.Add(ci.Tekton, "spec:\n  tasks:\n    - taskRef: { resolver: git, params: [ { name: url, value: https://x/y }, { name: revision, value: main } ] }\n")
	f.Fuzz(func(t *testing.T, system, text string) {
		run := ci.Run{System: system, Repository: "https://h/org/repo", WorkflowRef: "org/repo/.github/workflows/a.yml@x"}
		if system == ci.GitLab {
			run.WorkflowRef = "org/repo//a.yml@x"
		}
		d, err := run.ReadDefinition(func(path string) ([]byte, error) {
			if !fs.ValidPath(path) {
				t.Fatalf("asked for %q", path)
			}
			return []byte(text), nil
		})
		if err != nil {
			return
		}
		for _, j := range d.Jobs {
			if j == "" || strings.ContainsFunc(j, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
				t.Fatalf("%q", j)
			}
		}
		b := &evidence.Build{System: system}
		d.AddTo(b, evidence.ResourceDescriptor{Name: "x"})
		for _, ref := range b.Templates {
			if ref.Ref == "" || strings.ContainsFunc(ref.Ref, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
				t.Fatalf("%q", ref.Ref)
			}
		}
	})
}
