package ci

import (
	"strconv"
	"strings"
)

// github reads what docs.github.com lists under "Default environment
// variables".
func (v *variables) github() Run {
	server, repository := v.server("GITHUB_SERVER_URL"), v.must("GITHUB_REPOSITORY", project)
	ref := v.must("GITHUB_WORKFLOW_REF", workflow)
	id := v.must("GITHUB_RUN_ID", number)
	address := server + "/" + repository
	run := Run{
		System:       GitHub,
		RunID:        id,
		URI:          address + "/actions/runs/" + id,
		Workflow:     v.text("GITHUB_WORKFLOW"),
		WorkflowRef:  ref,
		Commit:       v.must("GITHUB_SHA", objectID),
		Ref:          v.may("GITHUB_REF", gitRef),
		RefType:      v.may("GITHUB_REF_TYPE", refType),
		Repository:   v.repository("GITHUB_REPOSITORY", address),
		RepositoryID: v.may("GITHUB_REPOSITORY_ID", number),
		BuilderID:    server + "/" + ref,
		Runner:       v.text("RUNNER_ENVIRONMENT"),
		Event:        v.text("GITHUB_EVENT_NAME"),
		Environment:  v.text("DOSSIER_ENVIRONMENT"),
		Attempt:      v.attempt("GITHUB_RUN_ATTEMPT", 1),
		Actor:        v.may("GITHUB_ACTOR_ID", number),
	}
	if run.Attempt > 0 {
		run.URI += "/attempts/" + strconv.FormatInt(run.Attempt, 10)
	}
	run.Reusable = v.may("DOSSIER_CALLED_WORKFLOW", workflow)
	if run.Reusable != "" {
		called := newTemplate(run.Reusable)
		called.Resolved = v.may("DOSSIER_CALLED_WORKFLOW_SHA", objectID)
		run.Templates = []Template{called}
	}
	own := strings.HasPrefix(ref, repository+"/") && v.may("GITHUB_WORKFLOW_SHA", objectID) == run.Commit
	run.pin(own || pinned(ref))
	return run
}
