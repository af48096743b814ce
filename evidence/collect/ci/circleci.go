package ci

// circleci reads what circleci.com/docs lists under "Built-in environment
// variables". The configuration's file and its orbs are not among them, so a
// definition is never pinned.
func (v *variables) circleci() Run {
	// The same path as in the subject of CircleCI's identity tokens.
	project := "org/" + v.must("CIRCLE_ORGANIZATION_ID", uuid) + "/project/" + v.must("CIRCLE_PROJECT_ID", uuid)
	server := v.origin("CIRCLE_BUILD_URL")
	run := Run{
		System:      CircleCI,
		RunID:       v.must("CIRCLE_WORKFLOW_ID", uuid),
		URI:         v.page("CIRCLE_BUILD_URL", server),
		Workflow:    v.text("CIRCLE_JOB"),
		WorkflowRef: project,
		Commit:      v.must("CIRCLE_SHA1", objectID),
		Repository:  v.repository("CIRCLE_REPOSITORY_URL", v.text("CIRCLE_REPOSITORY_URL")),
		BuilderID:   server + "/" + project,
	}
	run.Ref, run.RefType = v.ref("CIRCLE_TAG", "CIRCLE_BRANCH")
	return run
}
