package ci

// tekton reads variables that the task passes on, because Tekton sets none of
// its own. The package documentation has the block to copy.
func (v *variables) tekton() Run {
	namespace := v.server("TEKTON_CLUSTER_URL") + "/namespaces/" + v.must("TEKTON_NAMESPACE", slug)
	id := v.must("TEKTON_TASKRUN_UID", uuid)
	run := Run{
		System:      Tekton,
		RunID:       id,
		URI:         namespace + "/taskruns/" + v.must("TEKTON_TASKRUN_NAME", slug),
		Workflow:    v.text("TEKTON_PIPELINE_NAME"),
		WorkflowRef: v.text("TEKTON_PIPELINE_REF"),
		Commit:      v.must("TEKTON_COMMIT", objectID),
		Ref:         v.may("TEKTON_REF", gitRef),
		Repository:  v.repository("TEKTON_REPOSITORY", v.text("TEKTON_REPOSITORY")),
		BuilderID:   namespace,
		Event:       v.text("TEKTON_EVENT"),
	}
	run.RefType = typeOf(run.Ref)
	if run.WorkflowRef != "" {
		run.Templates = []Template{newTemplate(run.WorkflowRef)}
	}
	run.pin(pinned(run.WorkflowRef))
	return run
}
