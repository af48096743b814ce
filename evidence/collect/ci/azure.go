package ci

import "net/url"

// azure reads what learn.microsoft.com lists under "Predefined variables". The
// definition's file and the templates it extends are not among them, so a
// definition is never pinned.
func (v *variables) azure() Run {
	project := v.server("SYSTEM_COLLECTIONURI") + "/" + url.PathEscape(v.required("SYSTEM_TEAMPROJECT"))
	id, definition := v.must("BUILD_BUILDID", number), v.must("SYSTEM_DEFINITIONID", number)
	run := Run{
		System:      Azure,
		RunID:       id,
		URI:         project + "/_build/results?buildId=" + id,
		Workflow:    v.text("BUILD_DEFINITIONNAME"),
		WorkflowRef: project + "/_build?definitionId=" + definition,
		Commit:      v.must("BUILD_SOURCEVERSION", objectID),
		Ref:         v.may("BUILD_SOURCEBRANCH", gitRef),
		Repository:  v.repository("BUILD_REPOSITORY_URI", v.text("BUILD_REPOSITORY_URI")),
		BuilderID:   project + "/_build?definitionId=" + definition,
		Runner:      v.azureRunner(),
		Event:       v.text("BUILD_REASON"),
		Attempt:     v.attempt("SYSTEM_JOBATTEMPT", 1),
		Actor:       v.may("BUILD_REQUESTEDFORID", uuid),
	}
	if v.text("BUILD_REPOSITORY_PROVIDER") == "TfsGit" { // else it is another system's name of it
		run.RepositoryID = v.may("BUILD_REPOSITORY_ID", uuid)
	}
	run.RefType = typeOf(run.Ref)
	return run
}

func (v *variables) azureRunner() string {
	switch v.text("AGENT_ISSELFHOSTED") {
	case "0":
		return "microsoft-hosted"
	case "1":
		return "self-hosted"
	}
	return v.text("AGENT_ID")
}
