package ci

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// Systems that FromEnviron knows.
const (
	GitHub    = "github"
	GitLab    = "gitlab"
	Jenkins   = "jenkins"
	Buildkite = "buildkite"
	CircleCI  = "circleci"
	Azure     = "azure-pipelines"
	Tekton    = "tekton"
	Local     = "local" // no CI system
)

// Run is one CI run. For Local only System and BuilderID are set.
type Run struct {
	// System is one of the constants above.
	System string
	// RunID is the run's id in its system: GitHub's run id, GitLab's job id,
	// Jenkins' job#number. Attempts of a GitHub run share it; URI tells them
	// apart.
	RunID string
	// URI is the address of this attempt of the run.
	URI string
	// Workflow is the name of the workflow, pipeline or job.
	Workflow string
	// WorkflowRef is the reference of the definition: repository, file and ref
	// where the system tells them, else the pipeline's own name or address.
	WorkflowRef string
	// Reusable is the reference of the called workflow that this job is part
	// of, if the environment tells. A recorder that judged developers cannot
	// change is one; a job without it belongs to the project's own pipeline.
	Reusable string
	// Templates are the definitions from elsewhere that the environment names:
	// the reusable workflow, Jenkins' shared libraries, Tekton's remote pipeline.
	Templates []Template
	// Pinned reports that the definition and every template in Templates is
	// named by a digest or full object id, or is part of the commit itself. It
	// is false where the system does not tell.
	Pinned bool
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
	// Runner says where the job runs: "github-hosted", "self-hosted", or the
	// runner's, agent's or node's id.
	Runner string
	// Event is what started the run: "push", "workflow_dispatch", ...
	Event string
	// Environment is the protected environment whose credentials the job may use;
	// "" if the system does not tell.
	Environment string
	// Attempt counts the executions of the run, or of the job in it, from 1; 0
	// if the system does not tell.
	Attempt int64
	// StartedAt is when the job began; zero if the system does not tell.
	StartedAt evidence.Time
	// Actor is the stable id of the account that started the run, not a login;
	// "" if the system gives none.
	Actor string
}

// Template is a definition that lies outside of the released commit.
type Template struct {
	// Ref is the reference as it was given.
	Ref string
	// Pinned reports that Ref ends in a digest or full object id.
	Pinned bool
	// Resolved is the object id that Ref stood for in this run, if the
	// environment tells.
	Resolved string
}

// FromEnviron reads the run from env, a list of "NAME=value" as os.Environ
// returns it. Without a known CI system the run is Local. A value that does
// not have the form its system documents is an error that names the variable.
func FromEnviron(env []string) (Run, error) {
	vars, err := newVariables(env)
	if err != nil {
		return Run{}, err
	}
	s, err := vars.detect()
	if err != nil {
		return Run{}, err
	}
	run := s.read(vars)
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
	b := &evidence.Build{
		System: r.System, RunID: r.RunID, Attempt: r.Attempt, URI: r.URI, Name: r.Workflow, Workflow: r.WorkflowRef, Called: r.Reusable,
		Commit: evidence.ObjectID(r.Commit), Ref: r.Ref, Repository: r.Repository, Builder: r.BuilderID, Runner: r.Runner, Event: r.Event, Environment: r.Environment,
	}
	if u, err := url.Parse(r.URI); err == nil && r.Actor != "" {
		b.Actor = evidence.Identity("account:" + strings.ToLower(u.Hostname()) + ":" + r.Actor)
	}
	if !r.StartedAt.IsZero() {
		b.StartedAt = &r.StartedAt
	}
	b.Templates = buildTemplates(r.Templates)
	return b
}

// Own reports whether the run's job belongs to the project's own pipeline, by
// what the environment says: no called workflow, or one of the same repository.
func (r Run) Own() bool {
	called, _, _ := strings.Cut(r.Reusable, "/.github/")
	return called == "" || r.of(called)
}

// AddTo states in b what a definition takes from elsewhere. file describes the
// first of its files, by name and digest.
func (d Definition) AddTo(b *evidence.Build, file evidence.ResourceDescriptor) {
	if len(d.Files) == 0 {
		return
	}
	for _, t := range buildTemplates(d.Templates) {
		if !slices.ContainsFunc(b.Templates, func(have evidence.BuildTemplate) bool { return have.Ref == t.Ref }) {
			b.Templates = append(b.Templates, t)
		}
	}
	b.TemplatesFrom = &file
	b.TemplatesUnread = d.Unread
}

func buildTemplates(list []Template) []evidence.BuildTemplate {
	var out []evidence.BuildTemplate
	for _, t := range list {
		b := evidence.BuildTemplate{Ref: t.Ref}
		if t.Resolved != "" {
			b.Digest = evidence.DigestSet{"gitCommit": t.Resolved}
			if len(t.Resolved) == 64 {
				b.Digest = evidence.DigestSet{"sha256": t.Resolved}
			}
		}
		out = append(out, b)
	}
	return out
}
