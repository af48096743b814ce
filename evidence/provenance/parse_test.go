package provenance_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

const (
	commitA = "4d329c75e7ec1725f7c9ce917a8799d408d06be3"
	commitB = "b38894f2dda4355ea5606fccb166e61565e12a14"
	sha256A = "9e2ba52487d945504d250de186cb4fe2e3ba023ed2921dd6ac8b97ed43e76af9"
)

// statement wraps a predicate as builders do.
func statement(t testing.TB, predicateType, predicate string) attest.Statement {
	t.Helper()
	payload, err := json.Marshal(map[string]any{
		"_type":         "https://in-toto.io/Statement/v1",
		"subject":       []any{map[string]any{"name": "hello", "digest": map[string]string{"sha256": sha256A}}},
		"predicateType": predicateType,
		"predicate":     json.RawMessage(predicate),
	})
	if err != nil {
		t.Fatal(err)
	}
	st, err := attest.ParseImported(payload)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// The shapes of four builders, cut to what is read.
const (
	githubV1 = `{"buildDefinition":{"buildType":"https://actions.github.io/buildtypes/workflow/v1",
		"externalParameters":{"workflow":{"ref":"refs/tags/v1.4.0","repository":"https://github.com/Org/Repo","path":".github/workflows/release.yml"}},
		"internalParameters":{"github":{"event_name":"push","repository_id":"1"}},
		"resolvedDependencies":[{"uri":"git+https://github.com/Org/Repo@refs/tags/v1.4.0","digest":{"gitCommit":"` + commitA + `"}}]},
		"runDetails":{"builder":{"id":"https://github.com/Org/Repo/.github/workflows/release.yml@refs/tags/v1.4.0"},
		"metadata":{"invocationId":"https://github.com/Org/Repo/actions/runs/7/attempts/1"}}}`
	googleV1 = `{"buildDefinition":{"buildType":"https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
		"externalParameters":{"buildConfigSource":{"path":"cloudbuild.yaml","ref":"refs/heads/main","repository":"git+https://github.com/org/repo"},"substitutions":{}},
		"resolvedDependencies":[{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"gitCommit":"` + commitA + `"}},
		{"uri":"gcr.io/cloud-builders/docker@sha256:` + sha256A + `","digest":{"sha256":"` + sha256A + `"}}]},
		"runDetails":{"builder":{"id":"https://cloudbuild.googleapis.com/GoogleHostedWorker"},
		"metadata":{"invocationId":"https://cloudbuild.googleapis.com/v1/projects/p/locations/global/builds/1","startedOn":"2023-10-16T19:12:41.4Z","finishedOn":"2023-10-16T19:13:41Z"}}}`
	containerV1 = `{"buildDefinition":{"buildType":"https://slsa.dev/container-based-build/v0.1?draft",
		"externalParameters":{"source":{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"sha1":"` + commitA + `"}}},
		"resolvedDependencies":[{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"sha1":"` + commitA + `"}},
		{"uri":"git+https://github.com/slsa-framework/slsa-github-generator@refs/tags/v1.7.0","digest":{"sha256":"` + sha256A + `"}}]},
		"runDetails":{"builder":{"id":"https://github.com/b"},"metadata":{"startedOn":"0001-01-01T00:00:00Z"},
		"byproducts":[{"name":"log","content":"aGk="},{"name":"hello.cdx.json","digest":{"sha256":"` + sha256A + `"},"annotations":{"size":7}}]}}`
	npmV02 = `{"buildType":"https://github.com/npm/cli/gha/v2","builder":{"id":"https://github.com/actions/runner"},
		"invocation":{"configSource":{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"sha1":"` + commitA + `"},"entryPoint":".github/workflows/release.yml"}},
		"metadata":{"buildInvocationId":"4757060009-1"},
		"materials":[{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"sha1":"` + commitA + `"}}]}`
	generatorV02 = `{"buildType":"https://github.com/slsa-framework/slsa-github-generator/go@v1","builder":{"id":"https://github.com/b@refs/tags/v2.1.0"},
		"invocation":{"configSource":{"uri":"git+https://github.com/org/repo@refs/tags/v1.4.0","digest":{"sha1":"` + commitA + `"},"entryPoint":".github/workflows/release.yml"},
		"environment":{"github_event_name":"push","github_ref":"refs/tags/v1.4.0","github_sha1":"` + commitA + `","github_run_id":"7","github_run_attempt":1,"github_repository_id":"9",
		"github_event_payload":{"base_ref":"refs/heads/main","inputs":null}}},
		"metadata":{"buildInvocationID":"7-1"},
		"materials":[{"uri":"git+https://github.com/org/repo@refs/tags/v1.4.0","digest":{"sha1":"` + commitA + `"}}]}`
	delegatedV1 = `{"buildDefinition":{"buildType":"https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0",
		"externalParameters":{"inputs":{"target":"of the builder"},"vars":{}},
		"internalParameters":{"GITHUB_EVENT_NAME":"workflow_dispatch","GITHUB_REPOSITORY":"org/repo","GITHUB_REF":"refs/heads/main","GITHUB_SHA":"` + commitA + `","GITHUB_RUN_ID":7,
		"GITHUB_WORKFLOW_REF":"org/repo/.github/workflows/r.yml@refs/heads/main","GITHUB_EVENT_PAYLOAD":{"inputs":{"target":"prod","debug":"true","other":5}}},
		"resolvedDependencies":[{"uri":"git+https://github.com/tools/tool@refs/heads/main","digest":{"gitCommit":"` + commitA + `"}},
		{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"gitCommit":"` + commitA + `"}}]},
		"runDetails":{"builder":{"id":"https://github.com/b@refs/tags/v1.9.0"}}}`
	googleV01 = `{"builder":{"id":"https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"},
		"recipe":{"type":"https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1","entryPoint":"cloudbuild.yaml","arguments":{"substitutions":{"TAG_NAME":"v33.0.4"}}},
		"metadata":{"buildInvocationId":"1"},
		"materials":[{"uri":"https://github.com/org/repo","digest":{"sha1":"` + commitA + `"}}]}`
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, predicateType, predicate string
		want                           provenance.Summary
	}{
		{"GitHub attestation", provenance.TypeV1, githubV1, provenance.Summary{
			BuildType: "https://actions.github.io/buildtypes/workflow/v1",
			BuilderID: "https://github.com/Org/Repo/.github/workflows/release.yml@refs/tags/v1.4.0",
			SourceURI: "https://github.com/Org/Repo", SourceCommits: []string{commitA}, SourceRef: "refs/tags/v1.4.0",
			SourceTag: "v1.4.0", Workflow: ".github/workflows/release.yml", Trigger: "push",
			Claims:     provenance.Claims{Event: "push", RepositoryID: "1"},
			RunID:      "https://github.com/Org/Repo/actions/runs/7/attempts/1",
			Parameters: []string{"workflow.ref=refs/tags/v1.4.0", "workflow.repository=https://github.com/Org/Repo", "workflow.path=.github/workflows/release.yml"},
			Materials:  1, PinnedMaterials: 1,
		}},
		{"Google Cloud Build", provenance.TypeV1, googleV1, provenance.Summary{
			BuildType: "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
			BuilderID: "https://cloudbuild.googleapis.com/GoogleHostedWorker",
			SourceURI: "https://github.com/org/repo", SourceCommits: []string{commitA}, SourceRef: "refs/heads/main",
			SourceBranch: "main", Workflow: "cloudbuild.yaml",
			RunID:     "https://cloudbuild.googleapis.com/v1/projects/p/locations/global/builds/1",
			StartedAt: at(t, "2023-10-16T19:12:41.4Z"), FinishedAt: at(t, "2023-10-16T19:13:41Z"),
			Parameters: []string{"buildConfigSource.path=cloudbuild.yaml", "buildConfigSource.ref=refs/heads/main", "buildConfigSource.repository=git+https://github.com/org/repo"},
			Materials:  2, PinnedMaterials: 2,
		}},
		{"container-based, with the builder's repository", provenance.TypeV1, containerV1, provenance.Summary{
			BuildType: "https://slsa.dev/container-based-build/v0.1?draft", BuilderID: "https://github.com/b",
			SourceURI: "https://github.com/org/repo", SourceCommits: []string{commitA}, SourceRef: "refs/heads/main", SourceBranch: "main",
			Parameters: []string{"source.uri=git+https://github.com/org/repo@refs/heads/main", "source.digest.sha1=" + commitA},
			Materials:  2, PinnedMaterials: 2, Byproducts: []evidence.DigestSet{{"sha256": sha256A}},
		}},
		{"npm", provenance.TypeV02, npmV02, provenance.Summary{
			BuildType: "https://github.com/npm/cli/gha/v2", BuilderID: "https://github.com/actions/runner",
			SourceURI: "https://github.com/org/repo", SourceCommits: []string{commitA}, SourceRef: "refs/heads/main",
			SourceBranch: "main", Workflow: ".github/workflows/release.yml",
			RunID: "4757060009-1", Materials: 1, PinnedMaterials: 1,
		}},
		{"slsa-github-generator, a tag pushed from a branch", provenance.TypeV02, generatorV02, provenance.Summary{
			BuildType: "https://github.com/slsa-framework/slsa-github-generator/go@v1", BuilderID: "https://github.com/b@refs/tags/v2.1.0",
			SourceURI: "https://github.com/org/repo", SourceCommits: []string{commitA}, SourceRef: "refs/tags/v1.4.0",
			SourceTag: "v1.4.0", SourceBranch: "main", Workflow: ".github/workflows/release.yml", Trigger: "push",
			Claims: provenance.Claims{Event: "push", Ref: "refs/tags/v1.4.0", Commit: commitA, RunID: "7", Attempt: "1", RepositoryID: "9"},
			RunID:  "7-1", Materials: 1, PinnedMaterials: 1,
		}},
		{"delegated, dispatched with inputs", provenance.TypeV1, delegatedV1, provenance.Summary{
			BuildType: "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0", BuilderID: "https://github.com/b@refs/tags/v1.9.0",
			SourceURI: "https://github.com/org/repo", SourceCommits: []string{commitA}, SourceRef: "refs/heads/main",
			SourceBranch: "main", Workflow: ".github/workflows/r.yml", Trigger: "workflow_dispatch",
			Inputs:     map[string]string{"target": "prod", "debug": "true"},
			Claims:     provenance.Claims{Event: "workflow_dispatch", Repository: "org/repo", Ref: "refs/heads/main", Commit: commitA, WorkflowRef: "org/repo/.github/workflows/r.yml@refs/heads/main", RunID: "7"},
			Parameters: []string{"inputs.target=of the builder"},
			Materials:  2, PinnedMaterials: 2,
		}},
		{"Google Cloud Build v0.1", provenance.TypeV01, googleV01, provenance.Summary{
			BuildType: "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1", BuilderID: "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3",
			SourceURI: "https://github.com/org/repo", SourceCommits: []string{commitA}, SourceTag: "v33.0.4",
			Workflow: "cloudbuild.yaml", RunID: "1",
			Parameters: []string{"substitutions.TAG_NAME=v33.0.4"},
			Materials:  1, PinnedMaterials: 1,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			st := statement(t, tt.predicateType, tt.predicate)
			tt.want.PredicateType, tt.want.Subjects = tt.predicateType, st.Subject
			got, err := provenance.Parse(st)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got, cmpopts.IgnoreFields(provenance.Summary{}, "Dependencies")); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParameters asks for the texts among the parameters, and that there is an
// end to them.
func TestParameters(t *testing.T) {
	parse := func(parameters string) []string {
		t.Helper()
		got, err := provenance.Parse(statement(t, provenance.TypeV02, `{"invocation":{"parameters":`+parameters+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		return got.Parameters
	}
	want := []string{"target=prod", "inputs.0=a", "inputs.1.b/c=d"}
	if diff := cmp.Diff(want, parse(`{"target":"prod","n":1,"inputs":["a",{"b/c":"d"}],"none":null}`)); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if got := parse(`["` + strings.Repeat("x", 600) + `","y"]`); len(got) != 1 || got[0] != "1=y" {
		t.Errorf("a long text: %.80q", got)
	}
	if got := parse(`["x"` + strings.Repeat(`,"x"`, 2000) + `]`); len(got) != 1000 {
		t.Errorf("%d parameters are kept", len(got))
	}
	if got := parse(`null`); got != nil {
		t.Errorf("no parameters: %q", got)
	}
}

func at(t *testing.T, s string) evidence.Time {
	t.Helper()
	got, err := evidence.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestProblems changes one thing in sound provenance at a time.
func TestProblems(t *testing.T) {
	tests := []struct {
		name, predicateType, predicate, old, new, problem string
		commits                                           int
	}{
		{"materials of another commit", provenance.TypeV02, npmV02, `"materials":[{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"sha1":"` + commitA, `"materials":[{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"sha1":"` + commitB, "2 commits", 2},
		{"source written in two ways", provenance.TypeV1, containerV1, `"resolvedDependencies":[{"uri":"git+https://github.com/org/repo@refs/heads/main","digest":{"sha1":"` + commitA, `"resolvedDependencies":[{"uri":"git+ssh://git@GitHub.com/org/repo.git@refs/heads/main","digest":{"sha1":"` + commitB, "2 commits", 2},
		{"two references", provenance.TypeV02, npmV02, `"materials":[{"uri":"git+https://github.com/org/repo@refs/heads/main`, `"materials":[{"uri":"git+https://github.com/org/repo@refs/tags/v1`, "2 references", 1},
		{"two declared sources", provenance.TypeV1, githubV1, `"workflow":`, `"source":"git+https://github.com/org/other","workflow":`, "2 repositories", 0},
		{"two run ids", provenance.TypeV02, npmV02, `"buildInvocationId":"4757060009-1"`, `"buildInvocationId":"1","buildInvocationID":"2"`, "two run ids", 1},
		{"no builder", provenance.TypeV02, npmV02, `"https://github.com/actions/runner"`, `""`, "no builder", 1},
		{"no build type", provenance.TypeV02, npmV02, `"https://github.com/npm/cli/gha/v2"`, `""`, "no build type", 1},
		{"ended before it started", provenance.TypeV1, googleV1, `2023-10-16T19:13:41Z`, `2022-10-16T19:13:41Z`, "before it started", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(tt.predicate, tt.old, tt.new, 1)
			if changed == tt.predicate {
				t.Fatal("the case changes nothing")
			}
			got, err := provenance.Parse(statement(t, tt.predicateType, changed))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Problems) != 1 || !strings.Contains(got.Problems[0], tt.problem) {
				t.Errorf("problems %q, want one with %q", got.Problems, tt.problem)
			}
			if len(got.SourceCommits) != tt.commits {
				t.Errorf("commits %q, want %d", got.SourceCommits, tt.commits)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, predicateType, predicate, want string }{
		{"wrong type", provenance.TypeV1, `{"buildDefinition":[]}`, "/buildDefinition"},
		{"digest is no map", provenance.TypeV02, `{"materials":[{"uri":"x","digest":"` + sha256A + `"}]}`, "/materials/0/digest"},
		{"bad time", provenance.TypeV1, strings.Replace(googleV1, "2023-10-16T19:12:41.4Z", "yesterday", 1), "yesterday"},
		{"too many materials", provenance.TypeV02, `{"materials":[{}` + strings.Repeat(",{}", 20_000) + `]}`, "20001 build inputs"},
		{"too many byproducts", provenance.TypeV1, `{"runDetails":{"byproducts":[{}` + strings.Repeat(",{}", 20_000) + `]}}`, "20001 byproducts"},
		{"byproducts are no list", provenance.TypeV1, `{"runDetails":{"byproducts":{}}}`, "/runDetails/byproducts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := provenance.Parse(statement(t, tt.predicateType, tt.predicate))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
	_, err := provenance.Parse(statement(t, "https://slsa.dev/provenance/v0.3", `{}`))
	if !errors.Is(err, provenance.ErrNotProvenance) {
		t.Errorf("v0.3: got %v, want ErrNotProvenance", err)
	}
}

func FuzzParse(f *testing.F) {
	types := []string{provenance.TypeV01, provenance.TypeV02, provenance.TypeV1}
	for _, v1 := range []string{githubV1, googleV1, containerV1, delegatedV1} {
		f.Add(uint8(2), v1)
	}
	f.Add(uint8(1), npmV02)
	f.Add(uint8(1), generatorV02)
	f.Add(uint8(0), googleV01)
	f.Fuzz(func(t *testing.T, version uint8, predicate string) {
		st := attest.Statement{PredicateType: types[int(version)%len(types)], Predicate: []byte(predicate)}
		s, err := provenance.Parse(st)
		if err != nil {
			return
		}
		if s.PinnedMaterials > s.Materials {
			t.Errorf("%d of %d materials are pinned", s.PinnedMaterials, s.Materials)
		}
		if len(s.SourceCommits) > 1 && len(s.Problems) == 0 {
			t.Errorf("%d commits are no problem", len(s.SourceCommits))
		}
		if got := s.Contradictions(provenance.Certificate{}, false); len(got) > 0 {
			t.Errorf("a certificate that says nothing contradicts: %q", got)
		}
	})
}
