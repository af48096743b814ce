package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
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
	major     bool   // dir ends with the major version, as in api/v2
	name      string // among the components
	tags      string // their pattern
	kind      evidence.Kind
	artifacts []string // patterns, from the top
}

// readModules takes name, kind and programs from the repository's Go module.
// With several modules, or in the folder of one that is not the top, each is a
// component that is released by itself.
func (c *Cmd) readModules(ctx context.Context, s *surroundings, prefix string) error {
	files, more, err := git.Named(ctx, s.top, "go.mod", released, c.Env)
	if err != nil {
		return usageError{err}
	}
	if more {
		s.note(fmt.Sprintf("the repository has more Go modules than init reads: it knows %d of them", len(files)))
	}
	var list []goModule
	for _, file := range files {
		m, ok := readModule(s.top, path.Dir(file))
		switch {
		case ok && fileForm(m.in("bin")) != nil:
			s.note("Go module left out: " + strconv.Quote(m.dir) + "; release.yaml cannot hold the name of such a folder")
		case ok:
			list = append(list, m)
		}
	}
	s.artifacts, s.guessed = []string{"bin/" + globEscape(s.name)}, true
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
		if s.modules = s.components(list); s.modules != nil {
			s.kind, s.guessed = evidence.KindMono, false
		} else {
			s.note("no Go module is described: write name, kind and artifacts of release.yaml by hand")
		}
		return nil
	case len(list) > 1:
		s.note(fmt.Sprintf("only the module at the top is released: there are %d more, the first of them in %s; if they have releases of their own, remove the files and run \"dossier init\" in a folder of one", len(list)-1, list[(atTop+1)%len(list)].dir))
	}
	m := list[max(atTop, 0)]
	if m.dir != "." {
		s.note("the Go module is in "+m.dir+"; what its artifacts name:", m.build())
	}
	s.name, s.kind, s.artifacts, s.guessed = plainName(path.Base(m.path)), m.kind, m.artifacts, false
	return nil
}

// components returns the modules that can be components: those whose tags, as Go
// gives them (Go modules reference, "Mapping versions to commits"), begin with a
// component's name, which is how whoever verifies tells a component's tag.
func (s *surroundings) components(list []goModule) []goModule {
	var parts []goModule
	var major, odd []string
	majors := map[string]bool{} // their folders, without the version
	for _, m := range list {
		if m.major {
			majors[m.folder()] = true
		}
	}
	for _, m := range list {
		m.name, m.tags = m.dir, m.dir+"/v*"
		if majors[m.dir] { // and what is from v2 on is in another folder
			m.tags = m.dir + "/v[01].*"
		}
		switch {
		case m.major:
			major = append(major, m.dir)
			continue
		case m.dir == ".":
			m.name, m.tags = evidence.SafeMaterialName(path.Base(m.path)), strings.TrimPrefix(m.tags, "./")
			for slices.ContainsFunc(list, func(other goModule) bool { return other.dir == m.name }) {
				m.name += "-top"
			}
		case evidence.CheckMaterialName(m.dir) != nil:
			odd = append(odd, m.dir)
			continue
		}
		parts = append(parts, m)
	}
	if major != nil {
		s.note("Go modules left out: " + firstFew(major) + "; Go's tags for them, such as " + major[0] + ".0.0, belong to the folder above, not to a component of that name: describe each in a file of its own for \"dossier create --config\"")
	}
	if odd != nil {
		s.note("Go modules left out: " + firstFew(odd) + "; Go's tags for them begin with the folder, and a component's with its name, which is of a-z 0-9 . _ / and -")
	}
	return parts
}

// firstFew lists no more names than one reads.
func firstFew(names []string) string {
	const few = 5
	if len(names) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

// released reports whether the module of a go.mod can be one to release, which
// those that "go build ./..." passes over for their directory's name are not.
func released(file string) bool {
	for part := range strings.SplitSeq(path.Dir(file), "/") {
		if part == "testdata" || part == "vendor" || part != "." && strings.Trim(part[:1], "._") == "" {
			return false
		}
	}
	return true
}

// readModule reads the module in a directory.
func readModule(top, dir string) (goModule, bool) {
	at := filepath.Join(top, filepath.FromSlash(dir))
	data, err := readFile(filepath.Join(at, "go.mod"))
	if err != nil {
		return goModule{}, false
	}
	prefix, major, ok := module.SplitPathVersion(modfile.ModulePath(data))
	if prefix == "" || !ok {
		return goModule{}, false
	}
	m := goModule{dir: dir, path: prefix, major: major == "/"+path.Base(dir)}
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
			if a := m.in("bin/" + globEscape(name)); fileForm(a) == nil && !slices.Contains(m.artifacts, a) {
				m.artifacts = append(m.artifacts, a)
			}
		}
	}
	if m.artifacts == nil {
		m.kind, m.artifacts = evidence.KindLibrary, []string{m.in("dist/*.tar.gz")}
	}
}

// folder is the module's directory without its major version.
func (m *goModule) folder() string {
	if m.major {
		return path.Dir(m.dir)
	}
	return m.dir
}

func (m *goModule) in(pattern string) string { return path.Join(globEscape(m.dir), pattern) }

// repository is the address that the module's path has for its repository, ""
// if it has none.
func (m *goModule) repository() string {
	root := m.path
	if dir := m.folder(); dir != "." {
		var ok bool
		if root, ok = strings.CutSuffix(m.path, "/"+dir); !ok {
			return ""
		}
	}
	uri, err := evidence.NormalRepository(root)
	if err != nil {
		return ""
	}
	return uri
}

// component is the module's line under components.
func (m *goModule) component() string {
	return fmt.Sprintf("  - { name: %s, kind: %s, artifacts: [%s], tags: %s }",
		quote(m.name), m.kind, quoteAll(m.artifacts), quote(m.tags))
}

// build is the command that makes what the component's artifacts name.
func (m *goModule) build() string {
	switch {
	case m.kind == evidence.KindLibrary:
		return "an archive, such as \"git archive\" of the tag makes"
	case m.dir == ".":
		return "go build -o bin/ ./..."
	}
	return shell([]string{"go", "build", "-C", m.dir, "-o", "bin/", "./..."}, 0)
}
