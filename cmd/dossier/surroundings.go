package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/git"
)

// surroundings is what init sees.
type surroundings struct {
	dir                   string // the top, as --dir of create takes it
	top, name, repository string
	kind                  evidence.Kind
	artifacts             []string          // what a release consists of, by convention
	guessed               bool              // that nothing in the repository tells of artifacts
	modules               []goModule        // those that are released by themselves
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
		return nil, usagef("%s is in a repository without a working tree to write into, such as a bare one: give a clone of it with --dir", dir)
	}
	if info.Prefix != "." {
		dir = info.TopLevel
	}
	s := &surroundings{dir: dir, top: info.TopLevel, name: plainName(filepath.Base(info.TopLevel)), kind: evidence.KindService, tagged: info.Tagged}
	if err := c.readModules(ctx, s, info.Prefix); err != nil {
		return nil, err
	}
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

// readRemote takes the repository's address from the remote, or else from the
// path of its Go module.
func (s *surroundings) readRemote(remote string) {
	uri, err := evidence.NormalRepository(remote)
	if err == nil {
		s.repository = uri
		return
	}
	why := "there is no remote \"origin\""
	if remote != "" {
		why = "nobody else can use the remote \"origin\": " + err.Error()
	}
	if s.repository != "" {
		if remote != "" {
			s.note(why + "; the address is that of the Go module")
		}
		return
	}
	s.repository = "https://example.com/owner/" + evidence.SafeMaterialName(s.name)
	s.note(why + "; put the repository's address into both files")
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

// plainName is the name of a directory or module as a release may have it: one
// line of text. A directory may be called anything.
func plainName(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "")))
	if nameForm(name) != nil {
		return "release"
	}
	return name
}
