package ci

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

const (
	// maxNested bounds workflows that call each other.
	maxNested = 10
	// maxExtended bounds what a job extends.
	maxExtended = 100
)

// job is one job of a definition.
type job struct {
	key, name string
	// needs are the keys of the jobs that come before it.
	needs []string
	// calls is the workflow that it stands for: a file of the repository or a
	// reference; "" if it has steps of its own.
	calls string
	// stage is its stage, of which all jobs run together; "" is the usual one.
	stage string
}

// githubJobs finds the jobs of a workflow. docs.github.com, "Workflow syntax",
// jobs.
func (r *references) githubJobs(doc *yaml.Node) {
	each(member(doc, "jobs"), func(key string, n *yaml.Node) {
		j := job{key: key, name: text(member(n, "name")), calls: text(member(n, "uses"))}
		if !fit(j.name) || strings.Contains(j.name, "${{") {
			j.name = key
		}
		for _, need := range items(member(n, "needs")) {
			j.needs = append(j.needs, text(need))
		}
		r.takeJob(j)
	})
}

// notJobs are the keys of a GitLab pipeline that name no job. docs.gitlab.com,
// "CI/CD YAML syntax reference".
var notJobs = []string{
	"default", "include", "stages", "types", "variables", "workflow", "spec", "image", "services", "cache", "before_script", "after_script",
}

// gitlabJobs finds the jobs of a pipeline and the order of its stages. A job whose
// name begins with a dot is there to be extended.
func (r *references) gitlabJobs(doc *yaml.Node) {
	for _, s := range items(member(doc, "stages")) {
		r.stages = append(r.stages, text(s))
	}
	all := map[string]*yaml.Node{}
	each(doc, func(key string, n *yaml.Node) { all[key] = n })
	each(doc, func(key string, n *yaml.Node) {
		if n.Kind == yaml.MappingNode && !slices.Contains(notJobs, key) && !strings.HasPrefix(key, ".") {
			r.takeJob(job{key: key, name: key, stage: gitlabStage(all, n, map[string]bool{})})
		}
	})
}

// gitlabStage is the stage of a job, or of what it extends in the same file.
func gitlabStage(all map[string]*yaml.Node, n *yaml.Node, seen map[string]bool) string {
	if stage := text(member(n, "stage")); stage != "" {
		return stage
	}
	stage := ""
	for _, item := range items(member(n, "extends")) { // the last one prevails
		if base := text(item); !seen[base] && len(seen) < maxExtended {
			seen[base] = true
			stage = cmp.Or(gitlabStage(all, all[base], seen), stage)
		}
	}
	return stage
}

// jenkinsStage is stage('name').
var jenkinsStage = lazyregexp.New(`\bstage\s*\(\s*(?:'([^'\n]*)'|"([^"\n]*)")`)

// jenkinsStages finds the stages of a Jenkinsfile. jenkins.io, "Pipeline Syntax",
// stage.
func (r *references) jenkinsStages(script string) {
	for _, m := range jenkinsStage.FindAllStringSubmatch(script, maxJobs+1) {
		r.takeJob(job{key: m[1] + m[2], name: m[1] + m[2]})
	}
}

// takeJob adds a job from a file, whose author may write anything. One more than
// the most is kept, for there to be too many.
func (r *references) takeJob(j job) {
	if fit(j.name) && len(r.jobs) <= maxJobs {
		r.jobs = append(r.jobs, j)
	}
}

// each calls see for every member of a mapping.
func each(n *yaml.Node, see func(key string, value *yaml.Node)) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		see(n.Content[i].Value, n.Content[i+1])
	}
}

// defined are the jobs of the files of a definition.
type defined struct {
	files  map[string][]job
	stages []string // of the first file that has any
	all    []job
}

func (d *defined) add(file string, r references) {
	if d.files == nil {
		d.files = map[string][]job{}
	}
	d.files[file] = r.jobs
	d.all = append(d.all, r.jobs...)
	if d.stages == nil {
		d.stages = r.stages
	}
}

// jobs are the names of all jobs, in an order in which they can run.
func (d *defined) jobs(system, first string) []string {
	switch system {
	case GitHub:
		return d.called(first, "", 0)
	case GitLab:
		order := d.stages
		if order == nil {
			order = []string{"build", "test", "deploy"}
		}
		order = slices.Concat([]string{".pre"}, order, []string{".post"})
		slices.SortStableFunc(d.all, func(a, b job) int {
			return cmp.Compare(slices.Index(order, cmp.Or(a.stage, "test")), slices.Index(order, cmp.Or(b.stage, "test")))
		})
	}
	var names []string
	for _, j := range d.all {
		names = append(names, j.name)
	}
	return names
}

// called are the jobs of a workflow of the repository. GitHub calls those of a
// workflow that a job calls "caller / job".
func (d *defined) called(file, prefix string, depth int) (names []string) {
	for _, j := range needed(d.files[file]) {
		local, ok := strings.CutPrefix(j.calls, "./")
		if ok && depth < maxNested && len(names) <= maxJobs && len(d.files[local]) > 0 {
			names = append(names, d.called(local, prefix+j.name+" / ", depth+1)...)
			continue
		}
		name := prefix + j.name
		if len(name) > maxValue {
			name = j.name
		}
		names = append(names, name)
	}
	return names
}

// needed orders jobs so that each comes after those that it needs, and keeps their
// order otherwise. Of jobs that need each other, which never run, the first in the
// file comes last.
func needed(list []job) []job {
	byKey := map[string]job{}
	for _, j := range list {
		byKey[j.key] = j
	}
	var sorted []job
	seen := map[string]bool{}
	var visit func(job)
	visit = func(j job) {
		if seen[j.key] {
			return
		}
		seen[j.key] = true
		for _, need := range j.needs {
			if before, ok := byKey[need]; ok {
				visit(before)
			}
		}
		sorted = append(sorted, j)
	}
	for _, j := range list {
		visit(j)
	}
	return sorted
}

// template is the one workflow from elsewhere that the jobs of a workflow call, or
// the one definition that a pipeline includes; "" if there is none, or several.
func (d *defined) template(system, first string, refs []string) string {
	var from []string
	switch system {
	case GitHub:
		for _, j := range d.files[first] {
			if j.calls != "" && !strings.HasPrefix(j.calls, "./") {
				from = append(from, j.calls)
			}
		}
	case GitLab:
		from = refs
	}
	slices.Sort(from)
	if from = slices.Compact(from); len(from) == 1 && fit(from[0]) {
		return from[0]
	}
	return ""
}
