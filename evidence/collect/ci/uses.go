package ci

import (
	"cmp"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/release-dossier/dossier/internal/lazyregexp"
)

// githubWorkflow finds reusable workflows and actions: "uses" of jobs and
// steps. docs.github.com, "Workflow syntax", jobs.<job_id>.steps[*].uses.
func (r *references) githubWorkflow(doc *yaml.Node) {
	visit(doc, 0, func(key string, value *yaml.Node) bool {
		uses := text(value)
		switch {
		case key != "uses":
			return key != "with" && key != "env"
		case !strings.HasPrefix(uses, "./"):
			r.take(uses)
		case strings.HasSuffix(uses, ".yml"), strings.HasSuffix(uses, ".yaml"):
			r.takeLocal(uses)
		default: // an action of this repository; the file may also end in .yaml
			r.takeLocal(strings.TrimSuffix(uses, "/") + "/action.yml")
		}
		return false
	})
}

// gitlabPipeline finds includes, of the pipeline and of its triggers.
// docs.gitlab.com, "CI/CD YAML syntax reference", include.
func (r *references) gitlabPipeline(doc *yaml.Node) {
	r.gitlabInclude(member(doc, "include"))
	visit(doc, 0, func(key string, value *yaml.Node) bool {
		if key == "trigger" {
			r.gitlabInclude(member(value, "include"))
		}
		return key != "trigger"
	})
}

func (r *references) gitlabInclude(include *yaml.Node) {
	for _, n := range items(include) {
		local, remote, project := text(member(n, "local")), text(member(n, "remote")), text(member(n, "project"))
		component, template := text(member(n, "component")), text(member(n, "template"))
		if s := text(n); strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
			remote = s
		} else if s != "" {
			local = s
		}
		switch {
		case local != "":
			r.takeLocal(local)
		case remote != "":
			r.take(remote)
		case component != "":
			r.take(component)
		case template != "":
			r.take("gitlab-template:" + template)
		case project != "":
			for _, f := range items(member(n, "file")) {
				r.take(project + "//" + strings.TrimPrefix(text(f), "/") + "@" + cmp.Or(text(member(n, "ref")), "HEAD"))
			}
		}
	}
}

// circleConfig finds orbs. circleci.com/docs, "Configuration reference", orbs.
func (r *references) circleConfig(doc *yaml.Node) {
	orbs := member(doc, "orbs")
	if orbs == nil || orbs.Kind != yaml.MappingNode {
		return
	}
	for i := 1; i < len(orbs.Content); i += 2 {
		if text(orbs.Content[i]) != "" { // else written out here, perhaps with orbs of its own
			r.take(text(orbs.Content[i]))
		} else {
			r.circleConfig(orbs.Content[i])
		}
	}
}

// azurePipeline finds templates and tasks. learn.microsoft.com, "YAML schema
// reference", extends, template, resources.repositories, task.
func (r *references) azurePipeline(doc *yaml.Node, dir string) {
	repositories := map[string]string{}
	for _, n := range items(member(member(doc, "resources"), "repositories")) {
		ref := cmp.Or(text(member(n, "ref")), "HEAD")
		repositories[text(member(n, "repository"))] = cmp.Or(text(member(n, "type")), "git") + ":" + text(member(n, "name")) + "//%s@" + ref
	}
	visit(doc, 0, func(key string, value *yaml.Node) bool {
		name := text(value)
		switch {
		case key == "task" && name != "":
			r.take("task:" + name)
		case key == "template" && name != "":
			file, alias, foreign := strings.Cut(name, "@")
			switch place := repositories[alias]; {
			case !foreign || alias == "self":
				if !strings.HasPrefix(file, "/") {
					file = path.Join(dir, file) // from the file that names it
				}
				r.takeLocal(file)
			case place != "":
				r.take(strings.Replace(place, "%s", strings.TrimPrefix(file, "/"), 1))
			default:
				r.take(name)
			}
		}
		return key != "parameters" && key != "variables"
	})
}

// buildkitePipeline finds plugins, "name#version", which are written here with
// "@" as everywhere else. buildkite.com/docs, "Using plugins".
func (r *references) buildkitePipeline(doc *yaml.Node) {
	visit(doc, 0, func(key string, value *yaml.Node) bool {
		if key != "plugins" {
			return key != "env"
		}
		for _, n := range items(value) {
			name := text(n)
			if n.Kind != yaml.MappingNode {
				r.take(strings.Replace(name, "#", "@", 1))
				continue
			}
			for i := 0; i+1 < len(n.Content); i += 2 {
				r.take(strings.Replace(n.Content[i].Value, "#", "@", 1))
			}
		}
		return false
	})
}

// tektonPipeline finds tasks and pipelines by reference. tekton.dev/docs,
// "Pipelines", "Remote resolution".
func (r *references) tektonPipeline(doc *yaml.Node) {
	visit(doc, 0, func(key string, value *yaml.Node) bool {
		if key != "taskRef" && key != "pipelineRef" {
			return key != "params"
		}
		params := map[string]string{}
		for _, p := range items(member(value, "params")) {
			params[text(member(p, "name"))] = text(member(p, "value"))
		}
		switch resolver := text(member(value, "resolver")); {
		case text(member(value, "bundle")) != "":
			r.take(text(member(value, "bundle")))
		case resolver == "bundles":
			r.take(params["bundle"])
		case resolver == "git":
			r.take(cmp.Or(params["url"], params["org"]+"/"+params["repo"]) + "//" + params["pathInRepo"] + "@" + cmp.Or(params["revision"], "HEAD"))
		case resolver != "":
			r.take(resolver + ":" + cmp.Or(params["name"], params["url"]) + "@" + params["version"])
		default:
			r.take("cluster:" + text(member(value, "name")))
		}
		return false
	})
}

var (
	// libraryAnnotation is @Library('name@version') or a list of such.
	libraryAnnotation = lazyregexp.New(`@Library\s*\(([^)]*)\)`)
	// libraryStep is library 'name@version' or library identifier: '...'.
	libraryStep = lazyregexp.New(`(?m)^\s*library\s*\(?\s*(?:identifier\s*:\s*)?('[^']*'|"[^"]*")`)
	quoted      = lazyregexp.New(`'([^']*)'|"([^"]*)"`)
)

// jenkinsfile finds shared libraries. jenkins.io, "Extending with Shared
// Libraries". Groovy can name them in other ways; these two are the documented
// ones.
func (r *references) jenkinsfile(script string) {
	var lists []string
	for _, m := range append(libraryAnnotation.FindAllStringSubmatch(script, maxTemplates), libraryStep.FindAllStringSubmatch(script, maxTemplates)...) {
		lists = append(lists, m[1])
	}
	for _, list := range lists {
		for _, q := range quoted.FindAllStringSubmatch(list, maxTemplates) {
			r.take(q[1] + q[2])
		}
	}
}
