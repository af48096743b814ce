package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	httprec "github.com/release-dossier/dossier/evidence/collect/http"
	"github.com/release-dossier/dossier/evidence/collect/oci"
	"github.com/release-dossier/dossier/evidence/collect/results"
	"github.com/release-dossier/dossier/evidence/collect/secrets"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// configPath is where a repository keeps its release configuration.
const configPath = ".dossier/release.yaml"

// config is .dossier/release.yaml: what to collect, the same for every
// release. It holds no fact about a release.
type config struct {
	Version    int           `yaml:"version"`
	Name       string        `yaml:"name"`
	Kind       kindConfig    `yaml:"kind"`
	Repository string        `yaml:"repository"`
	Collect    collectConfig `yaml:"collect"`
	productConfig
	// Components are the parts of a repository that are released by themselves,
	// each with a dossier of its own.
	Components []componentConfig `yaml:"components"`
	// Withhold names parts of answers that are listed and left out.
	Withhold []partConfig `yaml:"withhold"`
	// Credentials lets through what looks like a credential and is none.
	Credentials []secrets.Allow `yaml:"allow-credentials"`
	Policy      pinnedFile      `yaml:"policy"`
	Trust       pinnedFile      `yaml:"trust"`
	Sign        signConfig      `yaml:"sign"`
	// Store is the repository that create --push pushes to.
	Store located `yaml:"store"`

	file string // its name, for errors
}

// productConfig is what is released, and what others made for it. Paths are
// relative to the repository and may be patterns.
type productConfig struct {
	Component    string           `yaml:"component"`
	Artifacts    []artifactConfig `yaml:"artifacts"`
	SBOMs        []located        `yaml:"sboms"`
	Provenance   []located        `yaml:"provenance"`
	Attestations []located        `yaml:"attestations"`
}

// located is a text that remembers its line.
type located = strictyaml.Located[string]

// placed gives err the line of n, unless it names a place of its own.
func placed(n *strictyaml.Node, err error) error {
	var e *strictyaml.Error
	if n == nil || errors.As(err, &e) && e.Line > 0 {
		return err
	}
	return n.Errorf("%w", err)
}

// componentConfig is one component. What it does not say holds for all of them
// as the repository says it.
type componentConfig struct {
	productConfig
	Name    string         `yaml:"name,required"`
	Kind    kindConfig     `yaml:"kind"`
	Tags    string         `yaml:"tags"`
	Results []resultConfig `yaml:"results"`
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (c *componentConfig) UnmarshalStrict(n *strictyaml.Node) error {
	if err := refuseFacts(n); err != nil {
		return err
	}
	type plain componentConfig
	return n.Decode((*plain)(c))
}

// signConfig says who signs.
type signConfig struct {
	Key        located  `yaml:"key"`
	BuilderKey located  `yaml:"builder-key"`
	Keyless    bool     `yaml:"keyless"`
	Timestamp  stamping `yaml:"timestamp"`
	// Log is whether signatures are entered in a public log. What is not said
	// follows from the others: certificates are, unless a timestamp is asked for.
	Log *bool `yaml:"log"`
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (s *signConfig) UnmarshalStrict(n *strictyaml.Node) error {
	type plain signConfig
	if err := n.Decode((*plain)(s)); err != nil {
		return err
	}
	if s.Keyless && s.Key.Value != "" {
		return n.Lookup("keyless").Errorf("a certificate and a key exclude each other: leave out keyless or key")
	}
	return nil
}

// into lets what no flag says be as the configuration says it: who signs, and with
// which proof.
func (s *signConfig) into(f *signFlags) {
	f.byFile = s.Keyless || s.Timestamp.wanted || s.Log != nil
	if f.key == "" && !f.isKeyless() && !f.said("keyless") {
		f.keyless = s.Keyless
	}
	if !f.said("timestamp") {
		f.timestamp = s.Timestamp
	}
	switch {
	case f.said("log"):
		f.noLog = f.noLog || f.isKeyless() && !f.log
	case f.said("no-log"): // of a key, which else enters nothing, it undoes what stands here
		f.noLog = f.noLog && (f.isKeyless() || s.Log == nil)
	case s.Log != nil && *s.Log:
		f.log = true
	case f.isKeyless():
		f.noLog = s.Log != nil || s.Timestamp.wanted
	}
}

// homeIn is the directory whose configuration and records are those of a release:
// dir itself if it has a folder .dossier, as a part of a repository may, else the
// top of the working tree.
func homeIn(dir, top string) string {
	if dir == top || hasConfig(dir) {
		return dir
	}
	return top
}

func hasConfig(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, filepath.Dir(filepath.FromSlash(configPath))))
	return err == nil
}

// readConfig reads the configuration at path; if path is "" it is the
// repository's own, which may be absent.
func readConfig(dir, path string) (config, error) {
	optional := path == ""
	if optional {
		path = filepath.Join(dir, filepath.FromSlash(configPath))
	}
	var cfg config
	if _, err := os.Stat(path); optional && errors.Is(err, fs.ErrNotExist) {
		return cfg, nil
	}
	if optional {
		if _, err := own(dir, configPath); err != nil {
			return cfg, usageError{fmt.Errorf("%w; or name it with --config", err)}
		}
	}
	data, err := readFile(path)
	if err != nil {
		return cfg, err
	}
	if err := strictyaml.Decode(path, data, &cfg); err != nil {
		return cfg, usageError{err}
	}
	cfg.file = path
	return cfg, nil
}

// UnmarshalStrict implements strictyaml.Unmarshaler. It says of keys that people
// may expect here why they do not stand here, and checks what goes together.
func (c *config) UnmarshalStrict(n *strictyaml.Node) error {
	if n.Kind() != strictyaml.Mapping {
		return n.Errorf("want keys such as version, name and artifacts")
	}
	if v := n.Lookup("version"); v == nil || v.Text() != "1" {
		at := n
		if v != nil {
			at = v
		}
		return at.Errorf("want version: 1, the form of this file; the release's own version is the argument of \"dossier create\"")
	}
	if err := refuseFacts(n); err != nil {
		return err
	}
	type plain config
	if err := n.Decode((*plain)(c)); err != nil {
		return err
	}
	return c.check(n)
}

func (c *config) check(n *strictyaml.Node) error {
	if len(c.Components) > 0 {
		for _, key := range []string{"component", "artifacts"} {
			if at := n.Lookup(key); at != nil {
				return at.Errorf("stands in each of the components: move it there")
			}
		}
	}
	if err := checkForms(n, ""); err != nil {
		return err
	}
	names := map[string]bool{}
	for i, item := range n.Lookup("components").Items() {
		at := c.Components[i]
		if at.Component != "" {
			return item.Lookup("component").Errorf("is its name already: leave it out")
		}
		if names[at.Name] || evidence.CheckMaterialName(at.Name) != nil {
			return item.Lookup("name").Errorf("want a name of its own, of a-z 0-9 . _ / and -")
		}
		names[at.Name] = true
	}
	for i, item := range n.Lookup("allow-credentials").Items() {
		if err := c.Credentials[i].Check(); err != nil {
			return item.Errorf("%w", err)
		}
	}
	if err := c.checkWithheld(n.Lookup("withhold")); err != nil {
		return err
	}
	if r := c.Collect.Records.Value; len(c.Components) > 0 && r != "" && !strings.Contains(r, "{component}") {
		return n.Lookup("collect").Lookup("records").Errorf("want {component} in it, or every component would state the same records")
	}
	return c.Collect.check(n.Lookup("collect"))
}

// kindConfig is the type of a repository or component.
type kindConfig string

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (k *kindConfig) UnmarshalStrict(n *strictyaml.Node) error {
	if !isKind(n.Text()) {
		return n.Errorf("want svc, lib, iac, app or mono")
	}
	*k = kindConfig(n.Text())
	return nil
}

func isKind(text string) bool {
	switch evidence.Kind(text) {
	case evidence.KindService, evidence.KindLibrary, evidence.KindInfrastructure, evidence.KindApp, evidence.KindMono:
		return true
	}
	return false
}

// artifactConfig is a file, written as its path alone, or an image.
type artifactConfig struct {
	File  located `yaml:"file"`
	Image string  `yaml:"image"`
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (a *artifactConfig) UnmarshalStrict(n *strictyaml.Node) error {
	if n.Kind() == strictyaml.Scalar {
		return n.Decode(&a.File)
	}
	type plain artifactConfig
	if err := n.Decode((*plain)(a)); err != nil {
		return err
	}
	if (a.File.Value == "") == (a.Image == "") {
		return n.Errorf("want a path, or one of the keys file and image")
	}
	return nil
}

// partConfig is a part of a source's answers, "github.emails", why it is
// withheld, and whom to ask for it.
type partConfig struct {
	Part    string `yaml:"part"`
	Reason  string `yaml:"reason"`
	Contact string `yaml:"contact"`

	at *strictyaml.Node
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (p *partConfig) UnmarshalStrict(n *strictyaml.Node) error {
	p.at = n
	if n.Kind() == strictyaml.Scalar {
		p.Part = n.Text()
	} else {
		type plain partConfig
		if err := n.Decode((*plain)(p)); err != nil {
			return err
		}
	}
	if source, part, _ := strings.Cut(p.Part, "."); source == "" || part == "" {
		return n.Errorf("want the name of a source, a dot and a part of its answers, such as github.emails")
	}
	return nil
}

// checkWithheld refuses parts that no configured source has. Images may be given
// by a flag alone.
func (c *config) checkWithheld(n *strictyaml.Node) error {
	for i, item := range n.Items() {
		source, part, _ := strings.Cut(c.Withhold[i].Part, ".")
		var parts []string
		switch {
		case source == "oci":
			parts = oci.Parts()
		case source == "github" && c.Collect.GitHub != nil, source == "gitlab" && c.Collect.GitLab != nil:
			parts = forge.Parts()
		case source == "results" && c.hasResults():
			parts = results.Parts()
		case c.Collect.system(source):
			parts = httprec.Parts()
		case source == "ci" || source == "git":
			return item.Errorf("of %s nothing can be withheld: leave it out", source)
		default:
			return item.Errorf("%.80q cannot be withheld: no source %.80q is configured", c.Withhold[i].Part, source)
		}
		if !slices.Contains(parts, part) {
			return item.Errorf("%s has no part %.80q: want %s.%s", source, part, source, strings.Join(parts, ", "+source+"."))
		}
	}
	return nil
}

func (c *config) hasResults() bool {
	return c.Collect.Results != nil || slices.ContainsFunc(c.Components, func(p componentConfig) bool { return p.Results != nil })
}

// part returns what is configured of a part that is withheld.
func (c *config) part(name string) partConfig {
	i := slices.IndexFunc(c.Withhold, func(p partConfig) bool { return p.Part == name })
	if i < 0 {
		return partConfig{}
	}
	return c.Withhold[i]
}

// judge takes the configured policy and trust for the preview, unless flags say
// by what to judge. A copy that is not the pinned one is refused.
func (c *config) judge(dir string, f *judgeFlags) error {
	for _, l := range []struct {
		file  pinnedFile
		given bool
		into  *string
	}{
		{c.Policy, f.policy+f.profile != "", &f.policy},
		{c.Trust, f.trust+f.signer+f.from != "", &f.trust},
	} {
		if l.file.Path == "" || l.given {
			continue
		}
		path, err := own(dir, l.file.Path)
		if err != nil {
			return usageError{l.file.at.Errorf("%w", err)}
		}
		data, err := readFile(path)
		if err != nil {
			return usageError{placed(l.file.at, err)}
		}
		if d := evidence.Sum(data); l.file.Digest != nil && d != *l.file.Digest {
			return usageError{l.file.at.Errorf("%s is %s, not the pinned %s: take the right copy, or pin this one once it is reviewed", path, d, l.file.Digest)}
		}
		*l.into = path
	}
	return nil
}

// pinnedFile is a file in the repository, by its path and, after "@", the
// digest of its bytes.
type pinnedFile struct {
	Path   string
	Digest *evidence.Digest

	at *strictyaml.Node
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (p *pinnedFile) UnmarshalStrict(n *strictyaml.Node) error {
	p.at = n
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	path, digest, pinned := strings.Cut(text, "@")
	if path == "" || strings.HasPrefix(path, "http:") || strings.HasPrefix(path, "https:") {
		return n.Errorf("want the path of a copy in the repository, with @sha256:... if it is pinned: nothing is fetched")
	}
	if err := ownForm(path); err != nil {
		return n.Errorf("%w", err)
	}
	p.Path = path
	if !pinned {
		return nil
	}
	d, err := evidence.ParseDigest(digest)
	if err != nil {
		return n.Errorf("after @: %w", err)
	}
	p.Digest = &d
	return nil
}

// expand resolves the patterns of a list in the configuration, which are
// relative to the repository. A pattern that matches nothing is an error: a
// release must not become thinner in silence. So is a link that leads out: what
// is committed must not choose files of the machine.
func expand(dir string, patterns []located) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, usagef("--dir %s: %w", dir, reason(err))
	}
	defer root.Close()
	var list []string
	for _, p := range patterns {
		files, err := filepath.Glob(filepath.Join(globEscape(dir), filepath.FromSlash(p.Value)))
		if err != nil {
			return nil, usageError{p.Errorf("%w", err)}
		}
		if len(files) == 0 {
			return nil, usageError{p.Errorf("no file matches %q: build it first", p.Value)}
		}
		for _, file := range files {
			if err := inside(root, dir, file); err != nil {
				return nil, usageError{p.Errorf("%w", err)}
			}
		}
		list = append(list, files...)
	}
	return list, nil
}

// inside refuses a file that is reached by a link out of the directory.
func inside(root *os.Root, dir, file string) error {
	name, err := filepath.Rel(dir, file)
	if err != nil {
		return err
	}
	if _, err := root.Stat(name); err != nil {
		return fmt.Errorf("%s cannot be reached within the repository (%w): a link must be relative and stay in it; copy the file, or give it with a flag", name, reason(err))
	}
	return nil
}

// own resolves the path of a file that the configuration names, which is in the
// repository, as is what a link at it leads to: what is committed must not choose
// files of the machine. "" stays.
func own(dir, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	path := filepath.Join(dir, filepath.FromSlash(file))
	if _, err := root.Lstat(filepath.FromSlash(file)); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no file %s in the repository: add it, or mend the path", file)
	}
	return path, inside(root, dir, path)
}

// beside resolves the path of a key in the configuration, which is relative to the
// repository like all paths in it, but need not lead into it: a private key does
// not belong there. "~/" stays for the home directory, and a key that is written
// out as it is.
func beside(dir, path string) string {
	if path == "" || filepath.IsAbs(path) || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, literalKey) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

// mustBeDir says so if --dir is wrong, before anything looks for files in it.
func mustBeDir(dir string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return usagef("--dir %s: no such directory", dir)
	}
	return nil
}
