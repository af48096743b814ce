package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/git"
)

// goModule is a Go module in the repository.
type goModule struct {
	dir       string // from the repository's top, with slashes; "." is the top
	path      string // of the module, without its major version
	kind      evidence.Kind
	artifacts []string // patterns, from the top
}

// readModules takes name, kind and programs from the repository's Go module.
// With several modules, or in the folder of one that is not the top, each is a
// component that is released by itself.
func (c *Cmd) readModules(ctx context.Context, s *surroundings, prefix string) error {
	files, err := git.Named(ctx, s.top, "go.mod", c.Env)
	if err != nil {
		return usageError{err}
	}
	var list []goModule
	for _, file := range files {
		if m, ok := readModule(s.top, path.Dir(file)); ok {
			list = append(list, m)
		}
	}
	s.artifacts = []string{"bin/" + globEscape(s.name)}
	if len(list) == 0 {
		return nil
	}
	atTop := slices.IndexFunc(list, func(m goModule) bool { return m.dir == "." })
	inFolder := slices.ContainsFunc(list, func(m goModule) bool {
		return m.dir != "." && (prefix == m.dir || strings.HasPrefix(prefix, m.dir+"/"))
	})
	s.repository = list[max(atTop, 0)].repository()
	switch {
	case inFolder || atTop < 0 && len(list) > 1:
		s.kind, s.modules = evidence.KindMono, list
		return nil
	case len(list) > 1:
		s.note(fmt.Sprintf("only the module at the top is released: there are %d more, the first of them in %s; if they have releases of their own, remove the files and run \"dossier init\" in a folder of one", len(list)-1, list[(atTop+1)%len(list)].dir))
	}
	m := list[max(atTop, 0)]
	if m.dir != "." {
		s.note("the Go module is in " + m.dir + ": \"go build -C " + m.dir + " -o bin/ ./...\" makes what the artifacts name")
	}
	s.name, s.kind, s.artifacts = path.Base(m.path), m.kind, m.artifacts
	return nil
}

// readModule reads the module in a directory. Those that "go build ./..." passes
// over for their directory's name are none to release.
func readModule(top, dir string) (goModule, bool) {
	for part := range strings.SplitSeq(dir, "/") {
		if part == "testdata" || part == "vendor" || part != "." && strings.Trim(part[:1], "._") == "" {
			return goModule{}, false
		}
	}
	at := filepath.Join(top, filepath.FromSlash(dir))
	data, err := readFile(filepath.Join(at, "go.mod"))
	if err != nil {
		return goModule{}, false
	}
	prefix, _, ok := module.SplitPathVersion(modfile.ModulePath(data))
	if prefix == "" || !ok {
		return goModule{}, false
	}
	m := goModule{dir: dir, path: prefix}
	m.readPrograms(at)
	return m, true
}

// readPrograms finds what "go build -o bin/ ./..." makes in the module; one
// without a program is a library, released as an archive.
func (m *goModule) readPrograms(at string) {
	at, m.kind = globEscape(at), evidence.KindApp
	for _, pattern := range []string{"main.go", "cmd/*/*.go"} {
		files, _ := filepath.Glob(filepath.Join(at, filepath.FromSlash(pattern)))
		for _, file := range files {
			name := path.Base(m.path)
			if pattern != "main.go" {
				name = filepath.Base(filepath.Dir(file))
			}
			if a := m.in("bin/" + globEscape(name)); !slices.Contains(m.artifacts, a) {
				m.artifacts = append(m.artifacts, a)
			}
		}
	}
	if m.artifacts == nil {
		m.kind, m.artifacts = evidence.KindLibrary, []string{m.in("dist/*.tar.gz")}
	}
}

func (m *goModule) in(pattern string) string { return path.Join(globEscape(m.dir), pattern) }

// repository is the address that the module's path has for its repository, ""
// if it has none.
func (m *goModule) repository() string {
	root := m.path
	if m.dir != "." {
		var ok bool
		if root, ok = strings.CutSuffix(m.path, "/"+m.dir); !ok {
			return ""
		}
	}
	uri, err := evidence.NormalRepository(root)
	if err != nil {
		return ""
	}
	return uri
}

// name is the module's name among the components.
func (m *goModule) name() string {
	if m.dir == "." {
		return evidence.SafeMaterialName(path.Base(m.path))
	}
	return evidence.SafeMaterialName(m.dir)
}

// component is the module's line under components. Its tags are those that
// Go gives the versions of a module in a folder (Go modules reference, "Mapping
// versions to commits"), if the folder's name can be a component's as it is.
func (m *goModule) component() string {
	tags := m.name() + "/v*"
	if m.dir == "." {
		tags = "v*"
	}
	return fmt.Sprintf("  - { name: %s, kind: %s, artifacts: [%s], tags: %s }",
		quote(m.name()), m.kind, quoteAll(m.artifacts), quote(tags))
}

// build is the command that makes what the component's artifacts name.
func (m *goModule) build() string {
	switch {
	case m.kind == evidence.KindLibrary:
		return "an archive, such as \"git archive\" of the tag makes"
	case m.dir == ".":
		return "go build -o bin/ ./..."
	}
	return "go build -C " + m.dir + " -o bin/ ./..."
}
