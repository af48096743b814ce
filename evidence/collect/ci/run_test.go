package ci_test

import (
	"fmt"
	"log"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/ci"
	"github.com/release-dossier/dossier/evidence/provenance"
)

const commit = "4d329c75e7ec1725f7c9ce917a8799d408d06be3"

func github() []string {
	return []string{
		"HOME=/home/runner", "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com",
		"GITHUB_REPOSITORY=Org/Repo", "GITHUB_REPOSITORY_ID=42", "GITHUB_RUN_ID=5201384557", "GITHUB_RUN_ATTEMPT=2",
		"GITHUB_WORKFLOW=Release", "GITHUB_WORKFLOW_REF=Org/Repo/.github/workflows/release.yml@refs/tags/v1.4.0",
		"GITHUB_SHA=" + commit, "GITHUB_REF=refs/tags/v1.4.0", "GITHUB_REF_TYPE=tag",
		"GITHUB_EVENT_NAME=push", "GITHUB_ACTOR=alice", "GITHUB_ACTOR_ID=7", "RUNNER_ENVIRONMENT=github-hosted",
	}
}

func gitlab() []string {
	return []string{
		"GITLAB_CI=true", "CI_SERVER_URL=https://gitlab.example.com", "CI_PROJECT_PATH=group/sub/repo", "CI_PROJECT_ID=42",
		"CI_JOB_ID=99", "CI_JOB_NAME=release", "CI_RUNNER_ID=3", "CI_COMMIT_SHA=" + commit, "CI_COMMIT_TAG=v1.4.0",
		"CI_COMMIT_REF_NAME=v1.4.0", "CI_PIPELINE_SOURCE=push", "CI_CONFIG_PATH=.gitlab-ci.yml", "GITLAB_USER_ID=7",
		"CI_JOB_STARTED_AT=2026-11-20T08:51:00Z",
	}
}

func TestFromEnviron(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		want ci.Run
	}{
		{"GitHub", github(), ci.Run{
			System: ci.GitHub, RunID: "5201384557", URI: "https://github.com/Org/Repo/actions/runs/5201384557/attempts/2",
			Workflow: "Release", WorkflowRef: "Org/Repo/.github/workflows/release.yml@refs/tags/v1.4.0",
			Commit: commit, Ref: "refs/tags/v1.4.0", RefType: "tag", Repository: "https://github.com/Org/Repo", RepositoryID: "42",
			BuilderID: "https://github.com/Org/Repo/.github/workflows/release.yml@refs/tags/v1.4.0",
			Runner:    "github-hosted", Event: "push", Actor: "7", Attempt: 2,
		}},
		{"GitLab", gitlab(), ci.Run{
			System: ci.GitLab, RunID: "99", URI: "https://gitlab.example.com/group/sub/repo/-/jobs/99",
			Workflow: "release", WorkflowRef: "group/sub/repo//.gitlab-ci.yml@refs/tags/v1.4.0",
			Commit: commit, Ref: "refs/tags/v1.4.0", RefType: "tag", Repository: "https://gitlab.example.com/group/sub/repo", RepositoryID: "42",
			BuilderID: "https://gitlab.example.com/group/sub/repo/-/runners/3",
			Runner:    "3", Event: "push", Actor: "7", Pinned: true, StartedAt: evidence.At(time.Date(2026, 11, 20, 8, 51, 0, 0, time.UTC)),
		}},
		{"none", []string{"CI=1", "HOME=/"}, ci.Run{System: ci.Local, BuilderID: provenance.LocalBuilder}},
		{"not quite GitHub", []string{"GITHUB_ACTIONS=1", "GITHUB_SHA=x"}, ci.Run{System: ci.Local, BuilderID: provenance.LocalBuilder}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ci.FromEnviron(tt.env)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("run (-want +got):\n%s", diff)
			}
		})
	}
}

// set replaces or adds one variable.
func set(env []string, name, value string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(e string) bool { return strings.HasPrefix(e, name+"=") })
	return append(env, name+"="+value)
}

func TestGitLabReferences(t *testing.T) {
	branch := set(set(gitlab(), "CI_COMMIT_TAG", ""), "CI_COMMIT_REF_NAME", "feature/x")
	tests := []struct {
		name      string
		env       []string
		ref, kind string
	}{
		{"branch", branch, "refs/heads/feature/x", "branch"},
		{"merge request", set(branch, "CI_MERGE_REQUEST_REF_PATH", "refs/merge-requests/1/head"), "refs/merge-requests/1/head", "branch"},
		{"definition elsewhere", set(branch, "CI_CONFIG_PATH", "ci.yml@other/project:main"), "refs/heads/feature/x", "branch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ci.FromEnviron(tt.env)
			if err != nil || got.Ref != tt.ref || got.RefType != tt.kind {
				t.Errorf("got %q %q, %v, want %q %q", got.Ref, got.RefType, err, tt.ref, tt.kind)
			}
			if tt.name == "definition elsewhere" && got.WorkflowRef != "other/project//ci.yml@main" {
				t.Errorf("definition %q, want that of the other project", got.WorkflowRef)
			}
		})
	}
}

// TestHostile changes one variable at a time.
func TestHostile(t *testing.T) {
	tests := []struct{ name, value string }{
		{"GITHUB_SERVER_URL", "https://user:secret@github.com"},
		{"GITHUB_SERVER_URL", "javascript:alert(1)"},
		{"GITHUB_SERVER_URL", "https://github.com/?x=1"},
		{"GITHUB_SERVER_URL", ""},
		{"GITHUB_REPOSITORY", "../../etc"},
		{"GITHUB_REPOSITORY", "org/../other"},
		{"GITHUB_REPOSITORY", "org"},
		{"GITHUB_REPOSITORY", "org/repo?x"},
		{"GITHUB_RUN_ID", "1; rm -rf /"},
		{"GITHUB_RUN_ID", strings.Repeat("9", 21)},
		{"GITHUB_RUN_ATTEMPT", "0"},
		{"GITHUB_WORKFLOW_REF", "org/repo/.github/workflows/x.yml"},
		{"GITHUB_WORKFLOW_REF", "https://evil.example/x@refs/heads/main"},
		{"GITHUB_WORKFLOW_REF", "Org/Repo/../../Other/Repo/.github/workflows/release.yml@refs/heads/main"},
		{"GITHUB_WORKFLOW", "a\x1b[2Jb"},
		{"GITHUB_WORKFLOW", "a\nb"},
		{"GITHUB_EVENT_NAME", strings.Repeat("x", 2049)},
		{"GITHUB_EVENT_NAME", "\xff"},
		{"GITHUB_SHA", commit[:39]},
		{"GITHUB_SHA", strings.ToUpper(commit)},
		{"GITHUB_REF", "v1.4.0"},
		{"GITHUB_REF_TYPE", "commit"},
		{"GITHUB_ACTOR_ID", "alice"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s=%.20q", tt.name, tt.value), func(t *testing.T) {
			got, err := ci.FromEnviron(set(github(), tt.name, tt.value))
			if err == nil {
				t.Fatalf("accepted: %+v", got)
			}
			if !strings.Contains(err.Error(), tt.name) || strings.Contains(err.Error(), "secret") || len(err.Error()) > 400 {
				t.Errorf("error %q does not name the variable, or says too much", err)
			}
			if !cmp.Equal(got, ci.Run{}) {
				t.Errorf("a run beside the error: %+v", got)
			}
		})
	}
	for _, at := range []string{"yesterday", "2026-11-20", "1763629860", "2026-11-20T08:51:00Z\x1b"} {
		if got, err := ci.FromEnviron(set(gitlab(), "CI_JOB_STARTED_AT", at)); err == nil {
			t.Errorf("begun %q: accepted as %v", at, got.StartedAt)
		}
	}
	for _, ref := range []string{"a b", "a..b", "a\x7f", "^x"} {
		if got, err := ci.FromEnviron(set(gitlab(), "CI_COMMIT_TAG", ref)); err == nil {
			t.Errorf("tag %q: accepted as %q", ref, got.Ref)
		}
	}
}

func TestContradictions(t *testing.T) {
	if _, err := ci.FromEnviron(append(github(), "GITLAB_CI=true")); err == nil {
		t.Error("two systems at once were accepted")
	}
	if _, err := ci.FromEnviron(append(github(), "GITHUB_SHA="+strings.Repeat("0", 40))); err == nil {
		t.Error("a variable with two values was accepted")
	}
	if _, err := ci.FromEnviron(make([]string, 20_001)); err == nil {
		t.Error("20,001 variables were accepted")
	}
}

func TestBuild(t *testing.T) {
	run, err := ci.FromEnviron(append(github(), "DOSSIER_ENVIRONMENT=release"))
	if err != nil {
		t.Fatal(err)
	}
	want := &evidence.Build{
		System: "github", RunID: run.RunID, Attempt: 2, URI: run.URI, Name: "Release", Workflow: run.WorkflowRef,
		Commit: commit, Ref: "refs/tags/v1.4.0", Repository: "https://github.com/Org/Repo", Builder: run.BuilderID,
		Runner: "github-hosted", Event: "push", Environment: "release", Actor: "account:github.com:7",
	}
	if diff := cmp.Diff(want, run.Build()); diff != "" {
		t.Errorf("build (-want +got):\n%s", diff)
	}
	if b := (ci.Run{System: ci.Local}).Build(); b != nil {
		t.Errorf("a local run is stated as %+v", b)
	}
}

func FuzzFromEnviron(f *testing.F) {
	f.Add(strings.Join(github(), "\x00"))
	f.Add(strings.Join(gitlab(), "\x00"))
	for _, env := range [][]string{jenkins(), buildkite(), circleci(), azure(), tekton()} {
		f.Add(strings.Join(env, "\x00"))
	}
	f.Fuzz(func(t *testing.T, env string) {
		run, err := ci.FromEnviron(strings.Split(env, "\x00"))
		if err != nil {
			return
		}
		if run.System != ci.Local {
			if got, err := evidence.NormalRepository(run.Repository); err != nil || got != run.Repository {
				t.Errorf("repository %q is not normal: %v", run.Repository, err)
			}
		}
		for _, s := range []string{run.URI, run.BuilderID, run.Ref, run.WorkflowRef, run.Workflow} {
			if strings.ContainsAny(s, "\n\r\x1b\x00") {
				t.Errorf("%q holds control characters", s)
			}
		}
	})
}

func ExampleFromEnviron() {
	run, err := ci.FromEnviron([]string{
		"GITHUB_ACTIONS=true",
		"GITHUB_SERVER_URL=https://github.com",
		"GITHUB_REPOSITORY=org/repo",
		"GITHUB_RUN_ID=7",
		"GITHUB_WORKFLOW_REF=org/repo/.github/workflows/release.yml@refs/tags/v1.4.0",
		"GITHUB_SHA=4d329c75e7ec1725f7c9ce917a8799d408d06be3",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(run.System, run.RunID)
	fmt.Println(run.BuilderID)
	// Output:
	// github 7
	// https://github.com/org/repo/.github/workflows/release.yml@refs/tags/v1.4.0
}
