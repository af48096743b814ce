package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/git"
)

func (c *Cmd) initCommand() *cobra.Command {
	var dir, key string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write the short configuration files for this repository",
		Long: `init looks at the repository (go.mod, remotes, the key that signs tags, CI
files) and writes two short files:

  .dossier/release.yaml   what to collect, the same for every release
  dossier.yaml            whom to trust and what must hold: give it to those who
                          verify; it is never read from the judged repository

Files that exist are left alone.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.init(cmd.Context(), dir, key) },
	}
	cmd.Flags().StringVarP(&dir, "dir", "C", ".", "the repository (`DIR`)")
	cmd.Flags().StringVar(&key, "key", "", "public or private key to use instead of the one that signs tags (`FILE`)")
	return cmd
}

// surroundings is what init sees.
type surroundings struct {
	top, name, kind, repository string
	key                         string // path as git has it, or ""
	public                      attest.PublicKey
	ci                          string
	notes                       []string
}

func (c *Cmd) init(ctx context.Context, dir, key string) error {
	s, err := c.look(ctx, dir, key)
	if err != nil {
		return err
	}
	for _, file := range []struct{ path, text string }{
		{filepath.Join(s.top, filepath.FromSlash(configPath)), s.releaseYAML()},
		{filepath.Join(s.top, "dossier.yaml"), s.dossierYAML(c.Now())},
	} {
		if err := c.writeConfig(file.path, file.text); err != nil {
			return err
		}
	}
	for _, n := range s.notes {
		fmt.Fprintln(c.Stdout, "note:", n)
	}
	_, err = fmt.Fprintln(c.Stdout, "next: dossier create TAG --dry-run")
	return err
}

func (c *Cmd) writeConfig(path, text string) error {
	if _, err := os.Lstat(path); err == nil {
		_, err = fmt.Fprintf(c.Stdout, "kept     %s\n", path)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := writeNew(path, []byte(text), 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.Stdout, "written  %s\n", path)
	return err
}

func (c *Cmd) look(ctx context.Context, dir, key string) (*surroundings, error) {
	info, err := git.Detect(ctx, dir, "", c.Env)
	if err != nil {
		return nil, usageError{err}
	}
	if info.TopLevel == "" {
		return nil, usagef("%s is not in a git repository: run \"git init\" first, or give --dir", dir)
	}
	s := &surroundings{top: info.TopLevel, name: path.Base(filepath.ToSlash(info.TopLevel)), kind: "svc", key: key}
	s.readModule()
	s.readRemote(info.RemoteURL)
	if s.key == "" && info.SigningFormat == "ssh" {
		s.key = info.SigningKey
	}
	c.readKey(s, info)
	for _, f := range []struct{ path, name string }{
		{".github/workflows", "GitHub Actions"}, {".gitlab-ci.yml", "GitLab CI"}, {"Jenkinsfile", "Jenkins"},
	} {
		if _, err := os.Stat(filepath.Join(s.top, f.path)); err == nil {
			s.ci = f.name
		}
	}
	if s.ci != "" {
		s.notes = append(s.notes, s.ci+" is set up here: let it run \"dossier create\" after the build, with a key that developers cannot read")
	}
	if info.Shallow {
		s.notes = append(s.notes, "this clone is shallow: run \"git fetch --unshallow --tags\" before \"dossier create\"")
	}
	return s, nil
}

// readModule takes name and kind from go.mod.
func (s *surroundings) readModule() {
	data, err := readFile(filepath.Join(s.top, "go.mod"))
	if err != nil {
		return
	}
	if module := modfile.ModulePath(data); module != "" {
		s.name, s.kind = path.Base(module), "lib"
		if list, _ := filepath.Glob(filepath.Join(globEscape(s.top), "cmd", "*")); len(list) > 0 {
			s.kind = "app"
		}
		if _, err := os.Stat(filepath.Join(s.top, "main.go")); err == nil {
			s.kind = "app"
		}
		if uri, err := evidence.NormalRepository(module); err == nil {
			s.repository = uri
		}
	}
}

func (s *surroundings) readRemote(remote string) {
	if uri, err := evidence.NormalRepository(remote); err == nil {
		s.repository = uri
	}
	if s.repository == "" {
		s.repository = "https://example.com/owner/" + s.name
		s.notes = append(s.notes, "there is no remote \"origin\": put the repository's address into both files")
	}
}

// readKey finds the public half of the key that signs tags.
func (c *Cmd) readKey(s *surroundings, info git.Info) {
	if text, ok := strings.CutPrefix(s.key, "key::"); ok {
		s.key = ""
		if key, err := attest.ParsePublicKey([]byte(text)); err == nil {
			s.public = key
		}
	}
	for _, candidate := range []string{s.key + ".pub", s.key} {
		if s.key == "" {
			break
		}
		data, err := readFile(c.expandHome(candidate))
		if err != nil {
			continue
		}
		if key, err := attest.ParsePublicKey(data); err == nil {
			s.public = key
			break
		}
	}
	switch {
	case s.public.Identity() != "" && s.key != "":
		s.notes = append(s.notes, "the key that signs your tags is offered: "+s.public.Fingerprint())
	case info.SigningFormat == "openpgp" && info.SigningKey != "":
		s.notes = append(s.notes, "your tags are signed with OpenPGP: add the output of \"gpg --armor --export "+info.SigningKey+"\" as pgp-keys in dossier.yaml; statements need an SSH or PEM key")
	default:
		s.notes = append(s.notes, "no SSH key signs your tags: run \"git config gpg.format ssh\" and \"git config user.signingkey FILE\", or \"dossier keygen\"")
	}
}

func (s *surroundings) releaseYAML() string {
	key := firstOf(strings.TrimSuffix(s.key, ".pub"), "dossier.key")
	return fmt.Sprintf(`# What "dossier create" collects: the same for every release. No facts about one
# release stand here.
version: 1
name: %s                      # names the file: NAME-VERSION.dossier
kind: %s                        # svc | lib | iac | app | mono: which rules apply
repository: %s   # what verifiers expect with --release
artifacts: [bin/%s]            # what is released; patterns are allowed
sign:
  key: %s   # signs the release statement; the key that signs tags will do
`, quote(s.name), s.kind, quote(s.repository), s.name, quote(key))
}

func (s *surroundings) dossierYAML(now time.Time) string {
	key := "PUT-YOUR-PUBLIC-KEY-HERE"
	if k := s.public.AuthorizedKey(); s.public.Identity() != "" && k != "" {
		key = strings.TrimSpace(k)
	}
	from := now.UTC().Format(time.DateOnly)
	until := now.UTC().AddDate(2, 0, 0).Format(time.DateOnly)
	return fmt.Sprintf(`# Whom to trust and what must hold, for "dossier verify --policy dossier.yaml".
# Give it to those who verify, by a way the judged repository cannot change.
trust:
  id: %[1]s-trust
  version: 1
  effective: { from: %[2]s }
  keys:
    release: { public: %[3]s }
  roles:
    release-ci: { keys: [release] }   # signs tags and release statements
    builder: [release-ci]             # signs build provenance
  grants:                             # nothing else counts
    - who: release-ci
      kinds: [record]
      repositories: [%[4]s]
      environments: ["*"]
      from: %[2]s
      until: %[5]s
      min-proof: signed
policy:
  id: %[1]s
  version: 1
  effective: { from: %[2]s }
  extends: solo                       # minimal adds: another person reviewed it
`, evidence.SafeMaterialName(s.name), from, quote(key), quote(s.repository), until)
}

// quote writes a string as a double-quoted YAML scalar.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
