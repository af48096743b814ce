package ci

// buildkite reads what buildkite.com/docs lists under "Environment variables".
// Where the steps come from is not among them, so a definition is never
// pinned.
func (v *variables) buildkite() Run {
	server := v.origin("BUILDKITE_BUILD_URL")
	pipeline := v.must("BUILDKITE_ORGANIZATION_SLUG", slug) + "/" + v.must("BUILDKITE_PIPELINE_SLUG", slug)
	run := Run{
		System:      Buildkite,
		RunID:       v.must("BUILDKITE_BUILD_ID", uuid),
		URI:         v.page("BUILDKITE_BUILD_URL", server+"/"+pipeline+"/builds"),
		Workflow:    v.text("BUILDKITE_LABEL"),
		WorkflowRef: pipeline,
		Commit:      v.must("BUILDKITE_COMMIT", objectID),
		Repository:  v.repository("BUILDKITE_REPO", v.text("BUILDKITE_REPO")),
		BuilderID:   server + "/" + pipeline,
		Runner:      v.text("BUILDKITE_AGENT_ID"),
		Event:       v.text("BUILDKITE_SOURCE"),
		Attempt:     v.attempt("BUILDKITE_RETRY_COUNT", 0),
	}
	if job := v.may("BUILDKITE_JOB_ID", uuid); job != "" {
		run.URI += "#" + job
	}
	run.Ref, run.RefType = v.ref("BUILDKITE_TAG", "BUILDKITE_BRANCH")
	return run
}
