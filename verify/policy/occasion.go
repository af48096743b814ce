package policy

import (
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

// occasion is when and where a failure happened: what an exception must cover.
type occasion struct {
	at span
	// environment and branch are canonical names; "" is none in particular.
	environment, branch string
}

// on says when and in which environment the failure happened.
func (r Result) on(when span, environment string) Result {
	r.occasions = append(r.occasions, occasion{at: when, environment: environment})
	return r
}

// onBranch says when and on which branch the failure happened.
func (r Result) onBranch(when span, branch string) Result {
	r.occasions = append(r.occasions, occasion{at: when, branch: branch})
	return r
}

// releaseMoment is when a failure happened that has no moment of its own: when
// production got the release, else when it was tagged, else when its record was
// made.
func (f *Facts) releaseMoment() span {
	for _, p := range f.into(envProduction) {
		if p.succeeded() && p.start.known() {
			return p.start
		}
	}
	if when := f.Tag.Object.Tagger.When; f.Tag.Embedded && !when.IsZero() {
		return at(when)
	}
	return at(f.Record.CreatedAt.Time)
}

// nowhere is what a scope says that is about no branch, pipeline or environment.
const nowhere = "none"

// outside says why the occasion lies outside of a scope; "" if it lies in it.
// Where the failure is about the release as a whole, its coordinates are those
// of the release: its branch, its pipeline, and production, where it goes.
func (o occasion) outside(f *Facts, s *evidence.Scope) string {
	switch {
	case s == nil:
		return "" // of this release, as a whole
	case s.Repository != f.Record.Repository.URI:
		return "it is for another repository"
	case len(s.Commits) > 0 && !slices.Contains(s.Commits, f.Record.Commit):
		return "it is for another commit"
	case len(s.Artifacts) > 0 && !f.allArtifacts(s.Artifacts):
		return "it is not for all of the artifacts"
	case !f.inEnvironment(s.Environment, o.environment):
		return "it is not for " + either(o.environment, envProduction)
	case !f.onBranches(s.Branches, o.branch):
		return "it is not for the branch " + either(o.branch, either(f.sourceBranch(), "of the release, which nobody recorded"))
	case !f.inPipelines(s.Pipelines):
		return "it is not for the pipeline of the release"
	case s.Interval != nil:
		if i := spanOf(evidence.TimeOrInterval{Interval: s.Interval}); o.at.within(i.from, i.to) != yes {
			return "its scope does not reach that time"
		}
	}
	return ""
}

// inEnvironment reports whether the environment of a scope holds for that of an
// occasion. A scope without one holds for what happens in none.
func (f *Facts) inEnvironment(scope, environment string) bool {
	switch {
	case scope == "*":
		return true
	case environment == "":
		return scope == "" || scope == nowhere || f.environment(scope) == envProduction
	}
	return scope != "" && f.environment(scope) == environment
}

// onBranches reports whether the branches of a scope hold for that of an
// occasion; none are any.
func (f *Facts) onBranches(scope []string, branch string) bool {
	if len(scope) == 0 || branch == "" && slices.Equal(scope, []string{nowhere}) {
		return true
	}
	return matchedBy(scope, either(branch, f.sourceBranch()))
}

// inPipelines reports whether the pipelines of a scope hold for the one that
// made the release; none are any. A pipeline is named by its name, or by its
// file with or without repository and ref.
func (f *Facts) inPipelines(scope []string) bool {
	if len(scope) == 0 || slices.Equal(scope, []string{nowhere}) || slices.Contains(scope, "*") {
		return true
	}
	b := f.Record.Build
	if b == nil {
		return false
	}
	file, _, _ := strings.Cut(b.Workflow, "@")
	for _, name := range []string{b.Name, b.Workflow, file, path.Base(file)} {
		if name != "" && matchedBy(scope, name) {
			return true
		}
	}
	return false
}

// matchedBy reports whether one of several patterns names something; "*" names all.
func matchedBy(patterns []string, name string) bool {
	return name != "" && (slices.Contains(patterns, "*") || globbed(patterns, name))
}

// allArtifacts reports whether every artifact of the release is among some.
func (f *Facts) allArtifacts(some []evidence.ResourceDescriptor) bool {
	return !slices.ContainsFunc(f.Record.Artifacts, func(a evidence.Artifact) bool {
		return !slices.ContainsFunc(some, func(d evidence.ResourceDescriptor) bool {
			sum, ok := d.Digest.SHA256()
			return ok && sum == a.Digest
		})
	})
}
