package main

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/git"
)

// surroundings is what init sees.
type surroundings struct {
	top, name, repository string
	kind                  evidence.Kind
	artifacts             []string          // what a release consists of, by convention
	key                   string            // path of the signing key as release.yaml has it
	public                *attest.PublicKey // nil if there is no key yet
	private               string            // file of its private half; "" if there is none
	offer                 string            // where that key was found, unless it was given
	tagged                time.Time         // of the newest release; zero if there is none
	notes                 []note
}

// note is something to know or do. The text is wrapped, lines are to be pasted.
type note struct {
	text  string
	paste []string
}

func (c *Cmd) look(ctx context.Context, dir, key string) (*surroundings, error) {
	info, err := git.Detect(ctx, dir, "", c.Env)
	if err != nil {
		return nil, usageError{err}
	}
	if info.TopLevel == "" {
		return nil, usagef("%s is not in a git repository: run \"git init\" first, or give --dir", dir)
	}
	s := &surroundings{top: info.TopLevel, name: plainName(filepath.Base(info.TopLevel)), kind: evidence.KindService, tagged: info.Tagged}
	s.readModule()
	s.readRemote(info.RemoteURL)
	if err := c.readKey(ctx, s, info, key); err != nil {
		return nil, err
	}
	s.readCI()
	if info.Shallow {
		s.note("this clone is shallow: run \"git fetch --unshallow --tags\" before \"dossier create\"")
	}
	return s, nil
}

func (s *surroundings) note(text string, paste ...string) {
	s.notes = append(s.notes, note{text, paste})
}

// readModule takes name, kind and programs from the Go module, if it is one.
func (s *surroundings) readModule() {
	defer func() {
		if s.artifacts == nil {
			s.artifacts = []string{"bin/" + globEscape(s.name)}
		}
	}()
	data, err := readFile(filepath.Join(s.top, "go.mod"))
	if err != nil {
		return
	}
	mod := modfile.ModulePath(data)
	prefix, _, ok := module.SplitPathVersion(mod)
	if mod == "" || !ok {
		return
	}
	s.name, s.kind = path.Base(prefix), evidence.KindApp
	if uri, err := evidence.NormalRepository(prefix); err == nil {
		s.repository = uri
	}
	s.readPrograms()
}

// readPrograms finds what "go build -o bin/ ./..." makes; a module without a
// program is a library, released as an archive.
func (s *surroundings) readPrograms() {
	if s.has("main.go") {
		s.artifacts = append(s.artifacts, "bin/"+globEscape(s.name))
	}
	programs, _ := filepath.Glob(filepath.Join(globEscape(s.top), "cmd", "*", "*.go"))
	for _, file := range programs {
		name := "bin/" + globEscape(filepath.Base(filepath.Dir(file)))
		if n := len(s.artifacts); n == 0 || s.artifacts[n-1] != name {
			s.artifacts = append(s.artifacts, name)
		}
	}
	if s.artifacts == nil {
		s.kind, s.artifacts = evidence.KindLibrary, []string{"dist/*.tar.gz"}
	}
}

func (s *surroundings) readRemote(remote string) {
	if uri, err := evidence.NormalRepository(remote); err == nil {
		s.repository = uri
	}
	if s.repository == "" {
		s.repository = "https://example.com/owner/" + s.name
		s.note("there is no remote \"origin\": put the repository's address into both files")
	}
}

func (s *surroundings) readCI() {
	for _, f := range []struct{ host, section, variable string }{
		{"https://github.com/", "github", "GITHUB_TOKEN"}, {"https://gitlab.com/", "gitlab", "GITLAB_TOKEN"},
	} {
		if strings.HasPrefix(s.repository, f.host) {
			s.note("the forge knows who reviewed what: to have it asked, add \"collect: { " + f.section + ": {} }\" to release.yaml and put a token that may read into " + f.variable)
		}
	}
	for _, f := range []struct{ path, name string }{
		{".github/workflows", "GitHub Actions"}, {".gitlab-ci.yml", "GitLab CI"}, {"Jenkinsfile", "Jenkins"},
	} {
		if s.has(f.path) {
			s.note(f.name + " is set up here: let it run \"dossier create\" after the build, with a key that developers cannot read")
		}
	}
}

// has reports whether the repository has the file.
func (s *surroundings) has(name string) bool {
	_, err := os.Stat(filepath.Join(s.top, filepath.FromSlash(name)))
	return err == nil
}

// plainName is the name of a directory as a release may have it: one line of
// text. A directory may be called anything.
func plainName(dir string) string {
	name := strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(dir, ""))
	return firstOf(strings.TrimSpace(name), "release")
}
