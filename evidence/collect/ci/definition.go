package ci

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Definition is what the files that define a pipeline take from elsewhere.
type Definition struct {
	// Files are the files that were read, as paths in the repository.
	Files []string
	// Templates lie outside of the repository, in the order of their references.
	Templates []Template
	// Jobs are the names of its jobs in an order in which they can run, those that
	// are defined elsewhere left out. They are read of GitHub Actions, GitLab CI/CD
	// and, as its stages, Jenkins.
	Jobs []string
	// Template is what all of it is built from, if that is one definition from
	// elsewhere: a reusable workflow, an include.
	Template string
	// Unread are files of the repository that are taken in and could not be
	// read; they may name more.
	Unread []string
}

// Limits of definitions.
const (
	maxDefinition  = 1 << 20 // bytes of one file
	maxDefinitions = 100     // files
	maxDocuments   = 50      // in one file
	maxDepth       = 100     // of lists and mappings in each other
	maxTemplates   = 1000
	maxJobs        = 1000
)

// Definitions returns where the pipeline of the run is defined in the
// repository: the file that the environment names, or else the usual one; none
// if it is defined elsewhere, or nobody knows.
func (r Run) Definitions() []string {
	switch r.System {
	case GitHub:
		repository, file, _ := strings.Cut(r.WorkflowRef, "/.github/workflows/")
		file, _, _ = strings.Cut(file, "@")
		if r.of(repository) && fs.ValidPath(file) {
			return []string{".github/workflows/" + file}
		}
	case GitLab:
		project, file, _ := strings.Cut(r.WorkflowRef, "//")
		file, _, _ = strings.Cut(file, "@")
		if file = strings.TrimPrefix(file, "/"); r.of(project) && fs.ValidPath(file) {
			return []string{file}
		}
	case Jenkins:
		return []string{"Jenkinsfile"}
	case Buildkite:
		return []string{".buildkite/pipeline.yml"}
	case CircleCI:
		return []string{".circleci/config.yml"}
	case Azure:
		return []string{"azure-pipelines.yml"}
	}
	return nil
}

// of reports whether a project's path is that of the run's repository.
func (r Run) of(project string) bool {
	return strings.HasSuffix(strings.ToLower(r.Repository), "/"+strings.ToLower(project))
}

// ReadDefinition reads the files of [Run.Definitions] and those they take in.
// read returns a file of the released commit, or fs.ErrNotExist; what it cannot
// return is listed as unread, and what does not have the form of a definition is
// an error. A definition that is nowhere gives the zero Definition.
func (r Run) ReadDefinition(read func(path string) ([]byte, error)) (Definition, error) {
	var d Definition
	var jobs defined
	queue := r.Definitions()
	for i := 0; i < len(queue); i++ {
		if i >= maxDefinitions {
			d.Unread = append(d.Unread, queue[i:]...)
			break
		}
		file := queue[i]
		data, err := read(file)
		if base, isAction := strings.CutSuffix(file, "/action.yml"); isAction && errors.Is(err, fs.ErrNotExist) {
			file = base + "/action.yaml"
			data, err = read(file)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist) && i < len(r.Definitions()):
			continue
		case err != nil:
			d.Unread = append(d.Unread, file)
			continue
		}
		found, err := definitionOf(r.System, file, data)
		if err != nil {
			return Definition{}, fmt.Errorf("the pipeline's definition %.200q: %w", file, err)
		}
		d.Files = append(d.Files, file)
		d.Unread = append(d.Unread, found.unclear...)
		d.add(found.refs)
		jobs.add(file, found)
		for _, local := range found.local {
			if !slices.Contains(queue, local) {
				queue = append(queue, local)
			}
		}
	}
	if len(d.Templates) > maxTemplates {
		return Definition{}, fmt.Errorf("the pipeline's definition names more than %d templates", maxTemplates)
	}
	if len(d.Files) > 0 {
		var refs []string
		for _, t := range d.Templates {
			refs = append(refs, t.Ref)
		}
		d.Jobs, d.Template = jobs.jobs(r.System, d.Files[0]), jobs.template(r.System, d.Files[0], refs)
	}
	if len(d.Jobs) > maxJobs {
		return Definition{}, fmt.Errorf("the pipeline's definition has more than %d jobs", maxJobs)
	}
	slices.SortFunc(d.Templates, func(a, b Template) int { return strings.Compare(a.Ref, b.Ref) })
	return d, nil
}

func (d *Definition) add(refs []string) {
	for _, ref := range refs {
		if !slices.ContainsFunc(d.Templates, func(t Template) bool { return t.Ref == ref }) {
			d.Templates = append(d.Templates, newTemplate(ref))
		}
	}
}

// references are what one file names.
type references struct {
	refs []string
	// local are files of the repository, unclear what may be such.
	local, unclear []string
	jobs           []job
	stages         []string // in which order GitLab's jobs run
}

// take adds a reference from a file, whose author may write anything.
func (r *references) take(ref string) {
	if fit(ref) {
		r.refs = append(r.refs, ref)
	}
}

// takeLocal adds a file of the repository, named from its root.
func (r *references) takeLocal(file string) {
	file = strings.TrimPrefix(strings.TrimPrefix(file, "./"), "/")
	switch {
	case !fit(file):
	case !fs.ValidPath(file) || strings.ContainsAny(file, "*$"):
		r.unclear = append(r.unclear, file)
	default:
		r.local = append(r.local, file)
	}
}

func fit(s string) bool {
	return s != "" && len(s) <= maxValue && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f })
}

// definitionOf reads one file.
func definitionOf(system, file string, data []byte) (references, error) {
	var r references
	if len(data) > maxDefinition {
		return r, fmt.Errorf("%d bytes, at most %d are read", len(data), maxDefinition)
	}
	if system == Jenkins {
		r.jenkinsfile(string(data))
		r.jenkinsStages(string(data))
		return r, nil
	}
	docs, err := documents(data)
	if err != nil {
		return r, err
	}
	for _, doc := range docs {
		switch system {
		case GitHub:
			r.githubWorkflow(doc)
			r.githubJobs(doc)
		case GitLab:
			r.gitlabPipeline(doc)
			r.gitlabJobs(doc)
		case CircleCI:
			r.circleConfig(doc)
		case Azure:
			r.azurePipeline(doc, path.Dir(file))
		case Buildkite:
			r.buildkitePipeline(doc)
		case Tekton:
			r.tektonPipeline(doc)
		}
	}
	return r, nil
}

// documents parses YAML without resolving anything: aliases stay names, so that
// a short file cannot become a large one.
func documents(data []byte) ([]*yaml.Node, error) {
	var list []*yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := d.Decode(&doc)
		switch {
		case err == io.EOF:
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("not YAML: %w", err)
		case len(list) == maxDocuments:
			return nil, fmt.Errorf("more than %d documents", maxDocuments)
		case len(doc.Content) == 1:
			list = append(list, doc.Content[0])
		}
	}
}

// visit calls see for every member of every mapping in n, unless skip names it.
func visit(n *yaml.Node, depth int, see func(key string, value *yaml.Node) (enter bool)) {
	if n == nil || depth > maxDepth {
		return
	}
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			visit(c, depth+1, see)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if see(n.Content[i].Value, n.Content[i+1]) {
			visit(n.Content[i+1], depth+1, see)
		}
	}
}

// member returns a member of a mapping; nil if there is none.
func member(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// text returns the text of a scalar; "" for anything else.
func text(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// items returns the items of a list, or what stands for a list of one.
func items(n *yaml.Node) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	}
	return []*yaml.Node{n}
}
