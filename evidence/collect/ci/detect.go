package ci

import (
	"fmt"

	"github.com/release-dossier/dossier/evidence/provenance"
)

// system is one CI system: the variable that claims it, with the value it has
// then ("" is any), and the reader of the others.
type system struct {
	variable, value string
	read            func(*variables) Run
}

func systems() []system {
	return []system{
		{"GITHUB_ACTIONS", "true", (*variables).github},
		{"GITLAB_CI", "true", (*variables).gitlab},
		{"BUILDKITE", "true", (*variables).buildkite},
		{"CIRCLECI", "true", (*variables).circleci},
		{"TF_BUILD", "True", (*variables).azure},
		{"JENKINS_URL", "", (*variables).jenkins},
		{"TEKTON_TASKRUN_UID", "", (*variables).tekton},
	}
}

// detect finds the one system that the environment claims. Two at once are an
// error: guessing would let a job choose what it is taken for.
func (v *variables) detect() (system, error) {
	var found []system
	for _, s := range systems() {
		if got := v.values[s.variable]; got != "" && (s.value == "" || got == s.value) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return system{read: (*variables).local}, nil
	case 1:
		return found[0], nil
	}
	return system{}, fmt.Errorf("the environment claims to be two CI systems at once: unset %s or %s",
		found[0].variable, found[1].variable)
}

func (v *variables) local() Run {
	return Run{System: Local, BuilderID: provenance.LocalBuilder}
}
