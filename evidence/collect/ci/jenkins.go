package ci

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

var errNoLibrary = errors.New("the name of a shared library holds something else than letters, digits, dots, dashes and underscores")

// jenkins reads what a controller lists under <JENKINS_URL>/env-vars.html/,
// the GIT_* variables of the git plugin and, for shared libraries, the
// library.<name>.version of the pipeline-groovy-lib plugin. The name of the
// Jenkinsfile is not among them, so a definition is never pinned.
func (v *variables) jenkins() Run {
	server := v.server("JENKINS_URL")
	job := v.page("JOB_URL", server)
	run := Run{
		System:      Jenkins,
		RunID:       v.required("JOB_NAME") + "#" + v.must("BUILD_NUMBER", number),
		URI:         v.page("BUILD_URL", server),
		Workflow:    v.text("JOB_NAME"),
		WorkflowRef: job,
		Templates:   v.libraries(),
		Commit:      v.must("GIT_COMMIT", objectID),
		Repository:  v.repository("GIT_URL", v.text("GIT_URL")),
		BuilderID:   job,
		Runner:      v.text("NODE_NAME"),
	}
	run.Ref, run.RefType = v.jenkinsRef()
	run.pin(false)
	return run
}

// jenkinsRef knows the reference of multibranch jobs from their own variables.
// For a change (CHANGE_ID) the branch is Jenkins' invention, and elsewhere only
// a branch of the remote "origin" is told apart from a tag.
func (v *variables) jenkinsRef() (ref, kind string) {
	if v.values["TAG_NAME"] != "" || v.values["BRANCH_NAME"] != "" {
		if v.values["CHANGE_ID"] != "" {
			return "", ""
		}
		return v.ref("TAG_NAME", "BRANCH_NAME")
	}
	name, ok := strings.CutPrefix(v.text("GIT_BRANCH"), "origin/")
	if !ok {
		return "", ""
	}
	if ref = "refs/heads/" + name; !gitRef.matches(ref) {
		v.fail("GIT_BRANCH", errNoRef)
	}
	return ref, "branch"
}

func (v *variables) libraries() []Template {
	var list []Template
	for _, name := range slices.Sorted(maps.Keys(v.values)) {
		library, ok := strings.CutPrefix(name, "library.")
		library, end := strings.CutSuffix(library, ".version")
		if !ok || !end {
			continue
		}
		if !slug.matches(library) {
			v.fail("library.*.version", errNoLibrary)
			continue
		}
		list = append(list, newTemplate(library+"@"+v.required(name)))
	}
	return list
}
