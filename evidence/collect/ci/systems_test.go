package ci_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/release-dossier/dossier/evidence/collect/ci"
)

const id = "0a1b2c3d-0000-4000-8000-0123456789ab"

func jenkins() []string {
	return []string{
		"JENKINS_URL=https://jenkins.example.com/", "JOB_NAME=payments/v1.4.0", "BUILD_NUMBER=7",
		"JOB_URL=https://jenkins.example.com/job/payments/job/v1.4.0/", "BUILD_TAG=jenkins-payments-v1.4.0-7",
		"BUILD_URL=https://jenkins.example.com/job/payments/job/v1.4.0/7/", "NODE_NAME=built-in",
		"GIT_COMMIT=" + commit, "GIT_URL=git@github.com:org/repo.git", "BRANCH_NAME=v1.4.0", "TAG_NAME=v1.4.0",
	}
}

func buildkite() []string {
	return []string{
		"BUILDKITE=true", "BUILDKITE_ORGANIZATION_SLUG=org", "BUILDKITE_PIPELINE_SLUG=payments", "BUILDKITE_BUILD_ID=" + id,
		"BUILDKITE_BUILD_URL=https://buildkite.com/org/payments/builds/7", "BUILDKITE_JOB_ID=" + id, "BUILDKITE_LABEL=release",
		"BUILDKITE_COMMIT=" + commit, "BUILDKITE_REPO=git@github.com:org/repo.git", "BUILDKITE_BRANCH=v1.4.0",
		"BUILDKITE_TAG=v1.4.0", "BUILDKITE_SOURCE=webhook", "BUILDKITE_RETRY_COUNT=1", "BUILDKITE_AGENT_ID=" + id, "BUILDKITE_AGENT_ACCESS_TOKEN=secret",
	}
}

func circleci() []string {
	return []string{
		"CIRCLECI=true", "CIRCLE_ORGANIZATION_ID=" + id, "CIRCLE_PROJECT_ID=" + id, "CIRCLE_WORKFLOW_ID=" + id,
		"CIRCLE_BUILD_URL=https://circleci.com/gh/org/repo/7", "CIRCLE_JOB=release", "CIRCLE_SHA1=" + commit,
		"CIRCLE_REPOSITORY_URL=https://github.com/org/repo", "CIRCLE_BRANCH=main",
	}
}

func azure() []string {
	return []string{
		"TF_BUILD=True", "SYSTEM_COLLECTIONURI=https://dev.azure.com/org/", "SYSTEM_TEAMPROJECT=Pay Ments", "BUILD_BUILDID=7",
		"SYSTEM_DEFINITIONID=3", "BUILD_DEFINITIONNAME=release", "BUILD_SOURCEVERSION=" + commit,
		"BUILD_SOURCEBRANCH=refs/tags/v1.4.0", "BUILD_REPOSITORY_URI=https://org@dev.azure.com/org/pay/_git/repo",
		"BUILD_REPOSITORY_ID=" + id, "BUILD_REPOSITORY_PROVIDER=TfsGit", "AGENT_ISSELFHOSTED=0", "BUILD_REASON=IndividualCI", "SYSTEM_JOBATTEMPT=1", "BUILD_REQUESTEDFORID=" + id,
	}
}

func tekton() []string {
	return []string{
		"TEKTON_CLUSTER_URL=https://ci.example.com", "TEKTON_NAMESPACE=build", "TEKTON_TASKRUN_NAME=release-x7k",
		"TEKTON_TASKRUN_UID=" + id, "TEKTON_COMMIT=" + commit, "TEKTON_REPOSITORY=https://github.com/org/repo.git",
		"TEKTON_REF=refs/tags/v1.4.0", "TEKTON_PIPELINE_NAME=release",
		"TEKTON_PIPELINE_REF=registry.example.com/pipelines@sha256:" + strings.Repeat("a", 64),
	}
}

func TestSystems(t *testing.T) {
	const repository = "https://github.com/org/repo"
	bundle := "registry.example.com/pipelines@sha256:" + strings.Repeat("a", 64)
	tests := []struct {
		env  []string
		want ci.Run
	}{
		{jenkins(), ci.Run{
			System: ci.Jenkins, RunID: "payments/v1.4.0#7", URI: "https://jenkins.example.com/job/payments/job/v1.4.0/7",
			Workflow: "payments/v1.4.0", WorkflowRef: "https://jenkins.example.com/job/payments/job/v1.4.0",
			Commit: commit, Ref: "refs/tags/v1.4.0", RefType: "tag", Repository: repository,
			BuilderID: "https://jenkins.example.com/job/payments/job/v1.4.0", Runner: "built-in",
		}},
		{buildkite(), ci.Run{
			System: ci.Buildkite, RunID: id, URI: "https://buildkite.com/org/payments/builds/7#" + id, Workflow: "release",
			WorkflowRef: "org/payments", Commit: commit, Ref: "refs/tags/v1.4.0", RefType: "tag", Repository: repository,
			BuilderID: "https://buildkite.com/org/payments", Runner: id, Event: "webhook", Attempt: 2,
		}},
		{circleci(), ci.Run{
			System: ci.CircleCI, RunID: id, URI: "https://circleci.com/gh/org/repo/7", Workflow: "release",
			WorkflowRef: "org/" + id + "/project/" + id, Commit: commit, Ref: "refs/heads/main", RefType: "branch",
			Repository: repository, BuilderID: "https://circleci.com/org/" + id + "/project/" + id,
		}},
		{azure(), ci.Run{
			System: ci.Azure, RunID: "7", URI: "https://dev.azure.com/org/Pay%20Ments/_build/results?buildId=7", Workflow: "release",
			WorkflowRef: "https://dev.azure.com/org/Pay%20Ments/_build?definitionId=3", Commit: commit,
			Ref: "refs/tags/v1.4.0", RefType: "tag", Repository: "https://dev.azure.com/org/pay/_git/repo", RepositoryID: id,
			BuilderID: "https://dev.azure.com/org/Pay%20Ments/_build?definitionId=3", Runner: "microsoft-hosted",
			Event: "IndividualCI", Actor: id, Attempt: 1,
		}},
		{tekton(), ci.Run{
			System: ci.Tekton, RunID: id, URI: "https://ci.example.com/namespaces/build/taskruns/release-x7k", Workflow: "release",
			WorkflowRef: bundle, Templates: []ci.Template{{Ref: bundle, Pinned: true}}, Pinned: true, Commit: commit,
			Ref: "refs/tags/v1.4.0", RefType: "tag", Repository: repository, BuilderID: "https://ci.example.com/namespaces/build",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.want.System, func(t *testing.T) {
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

func TestSystemsHostile(t *testing.T) {
	tests := []struct {
		env         []string
		name, value string
	}{
		{jenkins(), "JOB_URL", "https://evil.example/job/payments/"},
		{jenkins(), "BUILD_URL", "https://jenkins.example.com.evil.example/7/"},
		{jenkins(), "BUILD_URL", "https://jenkins.example.com/job/../../x/"},
		{jenkins(), "JENKINS_URL", "https://user:secret@jenkins.example.com/"},
		{jenkins(), "JENKINS_URL", "https://user:sec\x7fret@jenkins.example.com/"},
		{jenkins(), "BUILD_NUMBER", "07"},
		{jenkins(), "GIT_COMMIT", "HEAD"},
		{jenkins(), "GIT_URL", "https://user:secret@"},
		{jenkins(), "GIT_URL", "/srv/git/repo"},
		{jenkins(), "TAG_NAME", "a..b"},
		{jenkins(), "JOB_NAME", ""},
		{jenkins(), "library.a\x1b.version", "main"},
		{buildkite(), "BUILDKITE_COMMIT", "HEAD"},
		{buildkite(), "BUILDKITE_BUILD_ID", "7"},
		{buildkite(), "BUILDKITE_BUILD_URL", "https://buildkite.com/other/payments/builds/7"},
		{buildkite(), "BUILDKITE_PIPELINE_SLUG", "../x"},
		{circleci(), "CIRCLE_PROJECT_ID", ""},
		{circleci(), "CIRCLE_BUILD_URL", "javascript:alert(1)"},
		{circleci(), "CIRCLE_BRANCH", "a b"},
		{azure(), "SYSTEM_COLLECTIONURI", "https://dev.azure.com/org/?x=1"},
		{azure(), "BUILD_SOURCEBRANCH", "main"},
		{azure(), "SYSTEM_JOBATTEMPT", "0"},
		{buildkite(), "BUILDKITE_RETRY_COUNT", "-1"},
		{azure(), "BUILD_REQUESTEDFORID", "alice"},
		{tekton(), "TEKTON_NAMESPACE", "a/../b"},
		{tekton(), "TEKTON_TASKRUN_UID", "x"},
		{tekton(), "TEKTON_PIPELINE_REF", "a\nb"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s=%.20q", tt.name, tt.value), func(t *testing.T) {
			got, err := ci.FromEnviron(set(tt.env, tt.name, tt.value))
			if err == nil {
				t.Fatalf("accepted: %+v", got)
			}
			name, _, _ := strings.Cut(tt.name, ".")
			if !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "secret") || len(err.Error()) > 400 {
				t.Errorf("error %q does not name the variable, or says too much", err)
			}
		})
	}
}

func TestJenkinsReferences(t *testing.T) {
	plain := set(set(jenkins(), "TAG_NAME", ""), "BRANCH_NAME", "")
	tests := []struct {
		name string
		env  []string
		want string
	}{
		{"change", set(set(set(jenkins(), "TAG_NAME", ""), "BRANCH_NAME", "PR-7"), "CHANGE_ID", "7"), ""},
		{"branch", set(set(jenkins(), "TAG_NAME", ""), "BRANCH_NAME", "main"), "refs/heads/main"},
		{"freestyle", set(plain, "GIT_BRANCH", "origin/main"), "refs/heads/main"},
		{"freestyle, tag or branch", set(plain, "GIT_BRANCH", "v1.4.0"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ci.FromEnviron(tt.env)
			if err != nil || got.Ref != tt.want {
				t.Errorf("got %q, %v, want %q", got.Ref, err, tt.want)
			}
		})
	}
}

// TestPinned asks which definitions are named by exact bytes.
func TestPinned(t *testing.T) {
	const called = "org/pipelines/.github/workflows/dossier.yml@"
	own := set(github(), "GITHUB_WORKFLOW_SHA", commit)
	tests := []struct {
		name string
		env  []string
		want bool
	}{
		{"GitHub, by tag", github(), false},
		{"GitHub, of this commit", own, true},
		{"GitHub, of another commit", set(github(), "GITHUB_WORKFLOW_SHA", strings.Repeat("0", 40)), false},
		{"GitHub, of another repository", set(own, "GITHUB_WORKFLOW_REF", "Org/Repository/.github/workflows/x.yml@refs/heads/main"), false},
		{"GitHub, called by tag", set(own, "DOSSIER_CALLED_WORKFLOW", called+"refs/tags/v5"), false},
		{"GitHub, called by commit", set(own, "DOSSIER_CALLED_WORKFLOW", called+commit), true},
		{"GitLab, elsewhere", set(gitlab(), "CI_CONFIG_PATH", "ci.yml@group/ci:main"), false},
		{"GitLab, elsewhere by commit", set(gitlab(), "CI_CONFIG_PATH", "ci.yml@group/ci:"+commit), true},
		{"GitLab, an address", set(gitlab(), "CI_CONFIG_PATH", "https://example.com/ci.yml"), false},
		{"Tekton, by tag", set(tekton(), "TEKTON_PIPELINE_REF", "registry.example.com/pipelines:v1"), false},
		{"Tekton, untold", set(tekton(), "TEKTON_PIPELINE_REF", ""), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ci.FromEnviron(tt.env)
			if err != nil || got.Pinned != tt.want {
				t.Errorf("pinned %t, %v, want %t", got.Pinned, err, tt.want)
			}
		})
	}
}

func TestTemplates(t *testing.T) {
	env := append(jenkins(), "library.release.version=main", "library.audit.version="+commit)
	got, err := ci.FromEnviron(env)
	if err != nil {
		t.Fatal(err)
	}
	want := []ci.Template{{Ref: "audit@" + commit, Pinned: true}, {Ref: "release@main"}}
	if diff := cmp.Diff(want, got.Templates); diff != "" {
		t.Errorf("libraries (-want +got):\n%s", diff)
	}
	const called = "org/pipelines/.github/workflows/dossier.yml@refs/tags/v5"
	got, err = ci.FromEnviron(set(github(), "DOSSIER_CALLED_WORKFLOW", called))
	if err != nil || got.Reusable != called {
		t.Errorf("called workflow %q, %v, want %q", got.Reusable, err, called)
	}
	if _, err := ci.FromEnviron(set(github(), "DOSSIER_CALLED_WORKFLOW", "dossier.yml")); err == nil {
		t.Error("a called workflow without repository was accepted")
	}
}

// TestOnlyOneSystem joins every two systems.
func TestOnlyOneSystem(t *testing.T) {
	all := [][]string{github(), gitlab(), jenkins(), buildkite(), circleci(), azure(), tekton()}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if got, err := ci.FromEnviron(append(append([]string{}, a...), b...)); err == nil {
				t.Errorf("%s and %s: accepted as %s", a[0], b[0], got.System)
			}
		}
	}
}
