package ci

import (
	"errors"
	"strings"
)

var errNoRef = errors.New("not the name of a branch or tag")

// gitlab reads what docs.gitlab.com lists under "Predefined CI/CD variables".
func (v *variables) gitlab() Run {
	server, path := v.server("CI_SERVER_URL"), v.must("CI_PROJECT_PATH", project)
	id, runner := v.must("CI_JOB_ID", number), v.must("CI_RUNNER_ID", number)
	address := server + "/" + path
	run := Run{
		System:       GitLab,
		RunID:        id,
		URI:          address + "/-/jobs/" + id,
		Workflow:     v.text("CI_JOB_NAME"),
		Commit:       v.must("CI_COMMIT_SHA", objectID),
		RefType:      "branch",
		Repository:   v.repository("CI_PROJECT_PATH", address),
		RepositoryID: v.may("CI_PROJECT_ID", number),
		BuilderID:    address + "/-/runners/" + runner,
		Runner:       runner,
		Event:        v.text("CI_PIPELINE_SOURCE"),
		Environment:  v.text("CI_ENVIRONMENT_NAME"),
		StartedAt:    v.time("CI_JOB_STARTED_AT"),
		Actor:        v.may("GITLAB_USER_ID", number),
	}
	v.gitlabRef(&run)
	file := v.text("CI_CONFIG_PATH")
	run.WorkflowRef = gitlabDefinition(file, path, run.Ref)
	// A file of the project itself is read at the commit that the run is for.
	own := file != "" && !strings.Contains(file, "@") && !strings.Contains(file, "://")
	run.pin(own || pinned(run.WorkflowRef))
	return run
}

// gitlabDefinition writes the place of the job's definition as GitLab writes
// it in its identity tokens: "group/project//file.yml@ref". The file may lie
// in another project: "file.yml@group/other:ref".
func gitlabDefinition(file, project, ref string) string {
	if file == "" {
		return ""
	}
	if own, other, ok := strings.Cut(file, "@"); ok {
		file = own
		project, ref, _ = strings.Cut(other, ":")
	}
	definition := project + "//" + file
	if ref != "" {
		definition += "@" + ref
	}
	return definition
}

func (v *variables) gitlabRef(run *Run) {
	name := v.text("CI_COMMIT_REF_NAME")
	switch tag := v.text("CI_COMMIT_TAG"); {
	case tag != "":
		run.Ref, run.RefType = "refs/tags/"+tag, "tag"
	case v.values["CI_MERGE_REQUEST_REF_PATH"] != "":
		run.Ref = v.may("CI_MERGE_REQUEST_REF_PATH", gitRef)
	case name != "":
		run.Ref = "refs/heads/" + name
	}
	if run.Ref != "" && !gitRef.matches(run.Ref) {
		v.fail("CI_COMMIT_REF_NAME", errNoRef)
	}
}
