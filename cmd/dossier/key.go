package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"github.com/release-dossier/dossier/attest"
)

// literalKey comes before a public key that is written out where a file is
// expected, as in git's user.signingkey (git-config(1)).
const literalKey = "key::"

// lockedError says that a key has a passphrase and that there is nobody to ask.
type lockedError struct{ path string }

// Error implements error.
func (e *lockedError) Error() string {
	return e.is() + ": give it with --passphrase-file FILE, or " + inAgent
}

func (e *lockedError) is() string {
	return "key " + e.path + " is encrypted, and there is no terminal to ask for its passphrase"
}

// inAgent is the way to sign with a key whose passphrase no file holds.
const inAgent = "load the key into an SSH agent (ssh-add) and name its public half"

// loadSigner reads the private key at path, or finds the private half of the
// public key at path, or written out as path, in the SSH agent.
func (c *Cmd) loadSigner(ctx context.Context, path, passphraseFile string) (*attest.KeySigner, error) {
	if isSecret(path) {
		return nil, usagef("a key itself is given where its file is to be named, and others can see it there: name the file that it is in, or load it into an SSH agent")
	}
	if line, ok := strings.CutPrefix(path, literalKey); ok {
		return c.agentSigner(path, []byte(line))
	}
	path = c.expandHome(path)
	c.reads(passphraseFile) // even if the key needs none
	data, err := c.readFile(path)
	if err != nil {
		return nil, err
	}
	s, err := attest.LoadSigner(data, func() ([]byte, error) { return c.passphrase(ctx, path, passphraseFile) })
	var public *attest.PublicOnlyError
	var locked *lockedError
	switch {
	case errors.As(err, &public):
		return c.agentSigner(path, data)
	case errors.As(err, &locked):
		return nil, usageError{err}
	case err != nil:
		return nil, usagef("key %s: %w", path, err)
	}
	return s, nil
}

// isSecret reports whether a configuration, git's or ours, has a private key where
// its file is to be named. Such a value is never printed.
func isSecret(path string) bool {
	return strings.ContainsAny(path, "\r\n") || holdsPrivateKey(path)
}

// agentSigner signs through the SSH agent with the key whose public half is in
// the file.
func (c *Cmd) agentSigner(path string, data []byte) (*attest.KeySigner, error) {
	key, err := attest.ParsePublicKey(data)
	if err != nil {
		return nil, usagef("key %s: %w", path, err)
	}
	if err := key.ForStatements(); err != nil {
		return nil, usagef("key %s: %w", path, err)
	}
	socket := c.getenv("SSH_AUTH_SOCK")
	if socket == "" {
		return nil, usagef("key %s is a public key and no SSH agent is running: give the private key, or start an agent that holds it", path)
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, usagef("key %s is a public key, and the SSH agent does not answer: %w", path, err)
	}
	// The connection lives as long as the process: one command, one signature.
	s, err := attest.AgentSigner(conn, key)
	if err != nil {
		return nil, usagef("key %s: %w", path, err)
	}
	return s, nil
}

func (c *Cmd) passphrase(ctx context.Context, path, file string) ([]byte, error) {
	if file != "" {
		data, err := c.readFile(file)
		return bytes.TrimRight(data, "\r\n"), err
	}
	if !isTerminal(c.Stdin) {
		return nil, &lockedError{path}
	}
	return c.ask(ctx, "Passphrase of "+path+": ")
}

// expandHome replaces a leading "~/" by the home directory.
func (c *Cmd) expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && c.home() != "" {
		return filepath.Join(c.home(), rest)
	}
	return path
}

// home is the home directory, or "" if the environment names none.
func (c *Cmd) home() string { return firstOf(c.getenv("HOME"), c.getenv("USERPROFILE")) }
