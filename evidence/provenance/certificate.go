package provenance

import (
	"fmt"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// Git's references of tags and branches (gitglossary).
const (
	tagPrefix    = "refs/tags/"
	branchPrefix = "refs/heads/"
)

// GitHubIssuer is the OpenID Connect issuer of GitHub Actions.
const GitHubIssuer = "https://token.actions.githubusercontent.com"

// Certificate is what a certificate of Fulcio says of the run that it was
// issued for (Fulcio, docs/oid-info.md); each is "" if it does not say.
// Unlike a predicate it was not written by the build: Fulcio took it from the
// token of the CI system.
type Certificate struct {
	// Subject is the one subject alternative name: the workflow that signed,
	// perhaps a reusable one, with its reference.
	Subject string
	// Issuer is the OpenID Connect issuer.
	Issuer string
	// Repository is the source repository's URI, Ref and Commit what of it
	// started the run.
	Repository, Ref, Commit string
	RepositoryID, OwnerID   string
	// Trigger is the event that started the run.
	Trigger string
	// Workflow is the URI of the workflow that the run started from, with its
	// reference, WorkflowCommit the commit that it was taken from.
	Workflow, WorkflowCommit string
	// WorkflowName is the name that this workflow gives itself, or its path.
	WorkflowName string
	// Runner is "github-hosted" or "self-hosted".
	Runner string
	// Run is the URI of the run and its attempt.
	Run string
}

// Contradictions says in what the statement and the certificate of its signer
// disagree. A predicate that names another repository, reference, commit,
// event, workflow or run than the token that its signer held is a lie or a
// mistake, whoever tells it. delegated is whether the builder may have taken a
// later commit than the one that started the run: see [Known].
func (s *Summary) Contradictions(c Certificate, delegated bool) []string {
	var list []string
	differ := func(what, says, certificate string) {
		if says != "" && certificate != "" && says != certificate {
			list = append(list, fmt.Sprintf("%s is %.200q, in the certificate %.200q", what, says, certificate))
		}
	}
	repository := c.Repository
	if normal, err := evidence.NormalRepository(repository); err == nil {
		repository = normal
	}
	differ("the source repository", s.SourceURI, repository)
	differ("the repository of the run", s.host(repository, s.Claims.Repository), repository)
	differ("the repository's number", s.Claims.RepositoryID, c.RepositoryID)
	differ("the owner's number", s.Claims.OwnerID, c.OwnerID)
	differ("the source reference", s.SourceRef, c.Ref)
	differ("the reference of the run", s.Claims.Ref, c.Ref)
	// Tag and branch may be stated apart from the reference. The certificate of a
	// tag says nothing of branches.
	if s.SourceTag != "" {
		differ("the reference of the source tag", tagPrefix+s.SourceTag, c.Ref)
	}
	if s.SourceBranch != "" && !strings.HasPrefix(c.Ref, tagPrefix) {
		differ("the reference of the source branch", branchPrefix+s.SourceBranch, c.Ref)
	}
	differ("the commit of the run", s.Claims.Commit, c.Commit)
	if !delegated || s.SourceRef != "" {
		for _, id := range s.SourceCommits {
			differ("the source commit", id, c.Commit)
		}
	}
	differ("the event", s.Trigger, c.Trigger)
	differ("the runner", s.Claims.Runner, c.Runner)
	differ("the workflow's commit", s.Claims.WorkflowCommit, c.WorkflowCommit)
	if workflow, ref, ok := strings.Cut(c.Workflow, "@"); ok {
		path, inside := strings.CutPrefix(workflow, repository+"/")
		switch {
		case inside && strings.HasPrefix(s.Workflow, ".github/"):
			differ("the workflow", s.Workflow, path)
		case c.Issuer == GitHubIssuer && s.Workflow != "": // by its name, as generators wrote it
			differ("the workflow", s.Workflow, c.WorkflowName)
		}
		claimed, claimedRef, _ := strings.Cut(s.Claims.WorkflowRef, "@")
		differ("the workflow of the run", s.host(workflow, claimed), workflow)
		differ("the workflow's reference", claimedRef, ref)
	}
	run := runOf(c.Run)
	differ("the run", s.run(), run.id)
	if s.attempt() != "" {
		differ("the run's attempt", s.attempt(), run.attempt)
	}
	return list
}

// host puts the scheme and host of uri before a path that has none.
func (s *Summary) host(uri, path string) string {
	if path == "" {
		return ""
	}
	scheme, rest, _ := strings.Cut(uri, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host + "/" + path
}

// actionsRun is the number of a run of GitHub Actions and its attempt.
type actionsRun struct{ id, attempt string }

// runOf reads ".../actions/runs/5947345583/attempts/1" and "5947345583-1".
func runOf(id string) actionsRun {
	if _, tail, ok := strings.Cut(id, "/actions/runs/"); ok {
		run, attempt, _ := strings.Cut(tail, "/attempts/")
		return actionsRun{number(run), number(attempt)}
	}
	run, attempt, _ := strings.Cut(id, "-")
	if number(run) == "" || number(attempt) == "" {
		return actionsRun{}
	}
	return actionsRun{run, attempt}
}

func number(s string) string {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	return s
}

func (s *Summary) run() string     { return first(s.Claims.RunID, runOf(s.RunID).id) }
func (s *Summary) attempt() string { return first(s.Claims.Attempt, runOf(s.RunID).attempt) }
