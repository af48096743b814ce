package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence/collect/git"
)

// readKey finds the key that will sign: the one that was given, the one that
// signs tags, or what "dossier keygen" left in the repository or at home.
func (c *Cmd) readKey(ctx context.Context, s *surroundings, info git.Info, given string) error {
	err := c.findKey(s, info, given)
	if err != nil {
		return err
	}
	if s.private != "" {
		if risk := c.exposed(ctx, s.private); risk != "" {
			s.note(risk)
		}
	}
	if info.SigningFormat != "ssh" && info.SigningKey != "" {
		s.note("your tags are signed with OpenPGP: in dossier.yaml, under trust, add the output of \"gpg --armor --export " + info.SigningKey + "\" as pgp-keys, and a person with its fingerprint as pgp and the role release-ci; statements need an SSH or PEM key")
	}
	return nil
}

func (c *Cmd) findKey(s *surroundings, info git.Info, given string) error {
	if given != "" {
		return c.useKey(s, given)
	}
	if info.SigningFormat == "ssh" && info.SigningKey != "" {
		err := c.useKey(s, gitKey(info))
		if err == nil {
			s.offer = "the key that signs your tags is offered: "
			return nil
		}
		s.note("the key that signs your tags cannot sign statements: " + err.Error())
	}
	home := filepath.Join(firstOf(c.home(), filepath.Dir(s.top)), defaultKey)
	for _, file := range []string{filepath.Join(s.top, defaultKey), home} {
		if _, err := os.Stat(file + ".pub"); err == nil {
			s.offer = "the key in " + c.portable(s.top, file) + " is offered: "
			return c.useKey(s, file)
		}
	}
	// Outside of the repository: what lies in it gets committed one day.
	s.key = c.portable(s.top, home)
	s.note("no SSH key signs your tags: run \"git config gpg.format ssh\" and \"git config user.signingkey FILE\", or \"dossier keygen -o " + s.key + "\", and run this again: it prints the line to put into dossier.yaml")
	return nil
}

// gitKey is git's user.signingkey as --key takes it. git takes a key that is
// written out without "key::" as well if it begins with "ssh-", and finds a file
// from the top of the working tree (git-config(1)).
func gitKey(info git.Info) string {
	key := info.SigningKey
	switch {
	case strings.HasPrefix(key, "ssh-"):
		return literalKey + key
	case strings.HasPrefix(key, literalKey), strings.HasPrefix(key, "~/"), filepath.IsAbs(key):
		return key
	}
	return filepath.Join(info.TopLevel, key)
}

// useKey takes the key pair of which path is either half, or the key that is
// written out in its place. If there is no private half, an agent is expected to
// hold it.
func (c *Cmd) useKey(s *surroundings, path string) error {
	if isSecret(path) {
		return usagef("the key is neither the path of a file nor one line: give FILE.pub, or key:: and the line in it; a private key is given by its file alone")
	}
	line, literal := strings.CutPrefix(path, literalKey)
	data, private, name := []byte(line), "", "after "+literalKey
	if !literal {
		name = path
		var err error
		if data, private, err = c.readHalves(path); err != nil {
			return err
		}
	}
	public, err := attest.ParsePublicKey(data)
	if err != nil {
		return usagef("key %s: %w: init reads the public half, FILE.pub", name, err)
	}
	if err := public.ForStatements(); err != nil {
		return usagef("key %s: %w", name, err)
	}
	s.public, s.private = &public, private
	switch {
	case literal: // without its comment, which may be an address
		s.key = literalKey + public.AuthorizedKey()
	case private == "":
		s.key = c.portable(s.top, path)
	default:
		s.key = c.portable(s.top, private)
	}
	return nil
}

// readHalves reads the public half of the key pair of which path is either half,
// and returns the file of the private half, "" if there is none.
func (c *Cmd) readHalves(path string) (public []byte, private string, err error) {
	path = c.expandHome(path)
	private = strings.TrimSuffix(path, ".pub")
	public, err = readFile(private + ".pub")
	if err != nil && private == path { // perhaps it is a public half itself
		own, ownErr := readFile(path)
		if _, bad := attest.ParsePublicKey(own); bad == nil || errors.Is(err, fs.ErrNotExist) {
			return own, "", ownErr
		}
	}
	if err != nil {
		return nil, "", err
	}
	if _, err := os.Stat(private); err != nil {
		private = ""
	}
	return public, private, nil
}

// exposed says what to do about a private key that git has or is about to take,
// "" if it is out of git's reach.
func (c *Cmd) exposed(ctx context.Context, file string) string {
	place, err := git.PlaceOf(ctx, file, c.Env)
	switch {
	case err != nil: // no repository, or no git that could take it
		return ""
	case place == git.Tracked:
		return "git holds the private key " + file + ": whoever has a clone has the key; make another one outside of the repository, and trust that one alone"
	case place == git.Untracked:
		return "the private key " + file + " is in a repository that does not ignore it, so that \"git add\" may take it: move it out, or add it to .gitignore first"
	}
	return ""
}

// portable writes a path as a configuration file can hold it: relative to the
// repository or to the home directory where it is in one of them.
func (c *Cmd) portable(top, path string) string {
	abs, err := filepath.Abs(c.expandHome(path))
	if err != nil {
		return path
	}
	for _, base := range []struct{ prefix, dir string }{{"", top}, {"~/", c.home()}} {
		if rel, err := filepath.Rel(base.dir, abs); base.dir != "" && err == nil && filepath.IsLocal(rel) {
			return base.prefix + filepath.ToSlash(rel)
		}
	}
	return abs
}
