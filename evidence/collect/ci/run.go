package ci

import (
	"errors"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// Systems that FromEnviron knows.
const (
	GitHub = "github"
	GitLab = "gitlab"
	Local  = "local" // no CI system
)

// Run is one CI run. For Local only System and BuilderID are set.
type Run struct {
	// System is GitHub, GitLab or Local.
	System string
	// RunID is the run's id in its system: GitHub's run id, GitLab's job id.
	// Attempts of a GitHub run share it; URI tells them apart.
	RunID string
	// URI is the address of this attempt of the run.
	URI string
	// Workflow is the name of the workflow or of GitLab's job.
	Workflow string
	// WorkflowRef is the reference of the definition: repository, file and ref.
	WorkflowRef string
	// Commit is the full object id that the run was started for.
	Commit string
	// Ref is the full git reference, such as "refs/tags/v1.4.0". RefType is
	// "tag" or "branch".
	Ref, RefType string
	// Repository is the source in the form of evidence.NormalRepository;
	// RepositoryID is the system's own number for it.
	Repository   string
	RepositoryID string
	// BuilderID names the builder; see the package documentation.
	BuilderID string
	// Runner says where the job runs: "github-hosted", "self-hosted", or
	// GitLab's runner id.
	Runner string
	// Event is what started the run: "push", "workflow_dispatch", ...
	Event string
	// Actor is the stable id of the account that started the run, not a login;
	// "" if the system gives none.
	Actor string
}

// FromEnviron reads the run from env, a list of "NAME=value" as os.Environ
// returns it. Without a known CI system the run is Local. A value that does
// not have the form its system documents is an error that names the variable.
func FromEnviron(env []string) (Run, error) {
	vars, err := newVariables(env)
	if err != nil {
		return Run{}, err
	}
	github, gitlab := vars.values["GITHUB_ACTIONS"] == "true", vars.values["GITLAB_CI"] == "true"
	var run Run
	switch {
	case github && gitlab:
		return Run{}, errors.New("the environment claims to be both GitHub Actions and GitLab CI: unset GITHUB_ACTIONS or GITLAB_CI")
	case github:
		run = vars.github()
	case gitlab:
		run = vars.gitlab()
	default:
		run = Run{System: Local, BuilderID: provenance.LocalBuilder}
	}
	if vars.err != nil {
		return Run{}, fmt.Errorf("%s run: %w", run.System, vars.err)
	}
	return run, nil
}

// Build returns the run as the release record states it; nil for a local run.
func (r Run) Build() *evidence.Build {
	if r.System == Local {
		return nil
	}
	return &evidence.Build{System: r.System, RunID: r.RunID, URI: r.URI, Workflow: r.WorkflowRef}
}
