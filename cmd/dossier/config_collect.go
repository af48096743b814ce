package main

import (
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/checks"
	"github.com/release-dossier/dossier/evidence/collect/forge/description"
	"github.com/release-dossier/dossier/evidence/collect/git"
	httprec "github.com/release-dossier/dossier/evidence/collect/http"
	"github.com/release-dossier/dossier/evidence/collect/results"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// collectConfig says which systems are asked. A system that is named and cannot
// be read stops the run.
type collectConfig struct {
	Git    gitConfig    `yaml:"git"`
	GitHub *forgeConfig `yaml:"github"`
	GitLab *forgeConfig `yaml:"gitlab"`
	// CI says that the dossier is made in a CI run.
	CI      *ciConfig      `yaml:"ci"`
	Results []resultConfig `yaml:"results"`
	OCI     *ociConfig     `yaml:"oci"`
	// Tickets are ticket systems, Systems others that are asked over HTTP, such
	// as those that deploy; each has its name as key.
	Tickets map[string]systemConfig `yaml:"tickets"`
	Systems map[string]systemConfig `yaml:"systems"`
	// Records is the directory of records that people wrote, with {version} and
	// {component}.
	Records located `yaml:"records"`
}

// gitConfig says what of the repository is taken.
type gitConfig struct {
	Tags  string    `yaml:"tags"`
	Files []located `yaml:"files"`
	// ReleaseBranches are patterns of the names of active release branches.
	ReleaseBranches []string `yaml:"release-branches"`
	DefaultBranch   string   `yaml:"default-branch"`
	// SkipPatchIDs saves reading every changed file, in a very long history.
	SkipPatchIDs bool `yaml:"skip-patch-ids"`
}

// forgeConfig says how a forge is asked.
type forgeConfig struct {
	URL         string   `yaml:"url"`
	Token       variable `yaml:"token"`
	Recorded    located  `yaml:"recorded"`
	Deployments []string `yaml:"deployments"`
	Teams       []string `yaml:"teams"`
	// ReleaseLabel is the label of the change whose description may hold the
	// release's trailers.
	ReleaseLabel string `yaml:"release-label"`
	// Roles are teams that stand for a role.
	Roles map[string]string `yaml:"roles"`
	// Template says by which headings the fields of the pull-request template
	// are known besides the usual ones.
	Template templateNames `yaml:"template"`

	at *strictyaml.Node
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (f *forgeConfig) UnmarshalStrict(n *strictyaml.Node) error {
	f.at = n
	type plain forgeConfig
	return n.Decode((*plain)(f))
}

// templateNames are the headings of an organisation's own template.
type templateNames struct{ *description.Form }

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (t *templateNames) UnmarshalStrict(n *strictyaml.Node) error {
	if n.Kind() != strictyaml.Mapping {
		return n.Errorf("want fields of the template and their headings, such as { risk.user-impact: Customer impact }")
	}
	t.Form = description.New()
	for _, m := range n.Members() {
		headings, err := oneOrMore(m.Value)
		if err != nil {
			return err
		}
		for _, h := range headings {
			if err := t.Name(m.Name, h); err != nil {
				return m.Key.Errorf("%w", err)
			}
		}
	}
	return nil
}

// ciConfig has no keys yet.
type ciConfig struct{}

// ociConfig says how registries are asked.
type ociConfig struct {
	// PlainHTTP allows HTTP without TLS to any registry.
	PlainHTTP bool `yaml:"plain-http"`
}

// resultConfig is one check and its files, or why it does not apply.
type resultConfig struct {
	results.Entry
	at *strictyaml.Node
}

// resultFormats are the keys that name files of a form.
var resultFormats = map[string]checks.Format{
	"file": "", "junit": checks.JUnit, "go-test": checks.GoTest, "sarif": checks.SARIF, "cobertura": checks.Cobertura,
	"lcov": checks.LCOV, "go-cover": checks.CoverProfile, "cyclonedx": checks.CycloneDX, "openvex": checks.OpenVEX,
	"in-toto-test": checks.TestStatement, "in-toto-vulns": checks.VulnStatement,
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (r *resultConfig) UnmarshalStrict(n *strictyaml.Node) error {
	if n.Kind() != strictyaml.Mapping {
		return n.Errorf("want a check and its files, such as { check: unit-test, junit: out/*.xml }")
	}
	r.at = n
	for _, m := range n.Members() {
		if err := r.member(m); err != nil {
			return err
		}
	}
	switch {
	case r.Check == "" || (r.Files == nil) == (r.NotApplicable == ""):
		return n.Errorf("want a check and its files, such as { check: unit-test, junit: out/*.xml }, or why it is not-applicable")
	case r.Minimum < 0 || r.Minimum > 100:
		return n.Lookup("minimum").Errorf("want a number of percent, 0 to 100")
	case r.Attempt < 0 || r.MaxRetries != nil && *r.MaxRetries < 0:
		return n.Errorf("attempt and max-retries are not negative")
	}
	return nil
}

func (r *resultConfig) member(m strictyaml.Member) (err error) {
	if format, ok := resultFormats[m.Name]; ok {
		if r.Files != nil {
			return m.Key.Errorf("one check with files of two forms: write two lines")
		}
		r.Format = format
		r.Files, err = oneOrMore(m.Value)
		return err
	}
	fields := map[string]any{
		"check": &r.Check, "category": &r.Category, "subject": &r.Subject, "not-applicable": &r.NotApplicable,
		"minimum": &r.Minimum, "attempt": &r.Attempt, "max-retries": &r.MaxRetries,
	}
	switch into, ok := fields[m.Name]; {
	case ok:
		return m.Value.Decode(into)
	case m.Name == "fail-at":
		return decodeSeverity(m.Value, &r.FailAt)
	}
	known := slices.Sorted(maps.Keys(fields))
	return m.Key.Errorf("unknown key: want one of %s for the files, and of %s or fail-at", strings.Join(formatKeys(), ", "), strings.Join(known, ", "))
}

func formatKeys() []string {
	return slices.Sorted(maps.Keys(resultFormats))
}

func oneOrMore(n *strictyaml.Node) ([]string, error) {
	if n.Kind() == strictyaml.List {
		var list []string
		err := n.Decode(&list)
		return list, err
	}
	var one string
	err := n.Decode(&one)
	return []string{one}, err
}

func decodeSeverity(n *strictyaml.Node, s *checks.Severity) error {
	list := []checks.Severity{checks.Critical, checks.High, checks.Medium, checks.Low, checks.Info}
	if !slices.Contains(list, checks.Severity(n.Text())) {
		return n.Errorf("want critical, high, medium, low or info")
	}
	*s = checks.Severity(n.Text())
	return nil
}

// systemConfig is one system that is asked over HTTP.
type systemConfig struct {
	URL string `yaml:"url"`
	// Mapping is the id of one that comes with the program, or a file; "" is
	// the one of the system's name.
	Mapping string `yaml:"mapping"`
	// Keys matches the ids of its tickets.
	Keys *pattern `yaml:"keys"`
	// Include names requests that are made only on demand.
	Include      []string          `yaml:"include"`
	Parameters   map[string]string `yaml:"parameters"`
	Environments []string          `yaml:"environments"`
	Token        variable          `yaml:"token"`
	Header       string            `yaml:"header"`
	Scheme       string            `yaml:"scheme"`
	Recorded     located           `yaml:"recorded"`

	at *strictyaml.Node

	// Anonymous asks without a credential.
	Anonymous bool `yaml:"anonymous"`
	// ReferenceOnly takes the ids as they are, and asks nobody.
	ReferenceOnly bool `yaml:"reference-only"`
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (s *systemConfig) UnmarshalStrict(n *strictyaml.Node) error {
	s.at = n
	type plain systemConfig
	return n.Decode((*plain)(s))
}

// pattern is a regular expression.
type pattern struct{ *regexp.Regexp }

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (p *pattern) UnmarshalStrict(n *strictyaml.Node) error {
	const most = 256
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	re, err := regexp.Compile(text)
	if err != nil || len(text) > most {
		return n.Errorf("want a regular expression (RE2) of at most %d bytes, such as PAY-[0-9]+", most)
	}
	if re.MatchString("") {
		return n.Errorf("matches every text, so that it would find no ticket: want one such as PAY-[0-9]+")
	}
	p.Regexp = re
	return nil
}

// variable is the name of an environment variable. What it holds never stands in
// a file.
type variable string

var variableForm = lazyregexp.New(`^[A-Z_][A-Z0-9_]{0,79}$`)

// UnmarshalStrict implements strictyaml.Unmarshaler. The value is not shown: it
// may be a token.
func (v *variable) UnmarshalStrict(n *strictyaml.Node) error {
	if !variableForm.MatchString(n.Text()) {
		return n.Errorf("want the name of an environment variable in capital letters, such as GITHUB_TOKEN; if this is the token itself, revoke it: this file is public")
	}
	*v = variable(n.Text())
	return nil
}

// check refuses what only shows when all of it is read.
func (c *collectConfig) check(n *strictyaml.Node) error {
	if c.GitHub != nil && c.GitLab != nil {
		return n.Lookup("gitlab").Errorf("a repository lives on one forge: leave out github or gitlab")
	}
	for _, section := range []string{"tickets", "systems"} {
		for _, m := range n.Lookup(section).Members() {
			taken := slices.Contains([]string{"git", "github", "gitlab", "ci", "results", "oci", "records"}, m.Name)
			if taken || strings.ContainsAny(m.Name, "./") || evidence.CheckMaterialName(m.Name) != nil {
				return m.Key.Errorf("cannot name a system: want a name of its own, of a-z 0-9 _ and -")
			}
			if err := c.checkMapping(section, m); err != nil {
				return err
			}
			if _, twice := c.Tickets[m.Name]; section == "systems" && twice {
				return m.Key.Errorf("there is a ticket system of that name already")
			}
		}
	}
	return nil
}

// checkMapping refuses a mapping that does not come with the program; one in a
// file is read when the system is asked.
func (c *collectConfig) checkMapping(section string, m strictyaml.Member) error {
	s, at := c.Systems[m.Name], m.Value.Lookup("mapping")
	if section == "tickets" {
		s = c.Tickets[m.Name]
	}
	if at == nil {
		at = m.Key
	}
	if id := s.mappingID(m.Name); filepath.Ext(id) != ".yaml" {
		if _, err := httprec.Builtin(id); err != nil {
			return at.Errorf("%w; or the path of a file, .yaml, as mapping", err)
		}
	}
	return nil
}

// system reports whether a ticket or other system of that name is asked.
func (c *collectConfig) system(name string) bool {
	_, ticket := c.Tickets[name]
	_, other := c.Systems[name]
	return ticket || other
}

// inFiles gives an error about a file that the commit lacks the line that asks
// for it.
func (c *config) inFiles(err *git.FileError) error {
	for _, f := range c.Collect.Git.Files {
		if f.Value == err.Path {
			return f.Errorf("%w", err)
		}
	}
	return err
}

// recordsDir is the directory of a release's records; the version and the
// component are names of directories.
func recordsDir(form, component, version string) string {
	dir := strings.NewReplacer("{version}", version, "{component}", component).Replace(form)
	return strings.TrimSuffix(dir, "/")
}

// recordsBase is the directory below which those of all releases are.
func recordsBase(form string) string {
	before, _, _ := strings.Cut(form, "{")
	return filepath.FromSlash(path.Dir(before + "x"))
}

// ticketPattern matches the ids of all ticket systems; nil if none says what
// they look like.
func (c *collectConfig) ticketPattern() (*regexp.Regexp, error) {
	var list []string
	for _, s := range c.Tickets {
		if s.Keys != nil {
			list = append(list, "(?:"+s.Keys.String()+")")
		}
	}
	if list == nil {
		return nil, nil
	}
	slices.Sort(list)
	return regexp.Compile(strings.Join(list, "|"))
}
