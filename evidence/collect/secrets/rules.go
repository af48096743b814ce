package secrets

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// The rules of gitleaks v8.30.1, unchanged; dossier.toml adds to them.
//
//go:embed gitleaks.toml
var gitleaks string

//go:embed dossier.toml
var additions string

// document is a file of rules, in the form of gitleaks.
type document struct {
	Title      string
	MinVersion string
	Allowlist  fileAllowlist
	Allowlists []fileAllowlist
	Rules      []fileRule
}

type fileRule struct {
	ID, Description, Regex, Path string
	// Like is the id of an earlier rule; what is not given is taken from it.
	Like        string
	SecretGroup int
	Entropy     float64
	Keywords    []string
	Allowlists  []fileAllowlist
}

type fileAllowlist struct {
	Description, Condition, RegexTarget    string
	Paths, Regexes, StopWords, TargetRules []string
}

// rule is one kind of credential.
type rule struct {
	id, description string
	path            *regexp.Regexp // of the material's name; nil means any
	group           int            // of the secret; 0 means the first that is not empty
	entropy         float64        // the secret's, in bits a character, must be higher
	keywords        []string
	allow           []*allowlist
	pattern         func() *pattern // nil if only the name counts
}

// allowlist says what is no secret although a rule matches.
type allowlist struct {
	all     bool // of the conditions must hold, not any
	target  string
	paths   []*regexp.Regexp
	regexes []*regexp.Regexp
	words   []string
}

// ruleSet is all rules and the keywords that lead to them.
type ruleSet struct {
	rules   []*rule
	byName  map[string]*rule
	global  []*allowlist
	words   *words
	leading [][]int // the rules of each keyword
}

// defaultRules reads the embedded rules once.
var defaultRules = sync.OnceValues(func() (*ruleSet, error) { return parseRules(gitleaks, additions) })

// parseRules reads documents of rules. Paths in the allow lists that concern
// all rules are left out: they say what a checkout of a repository may ignore
// by its name, and a material may have any name.
func parseRules(texts ...string) (*ruleSet, error) {
	s := &ruleSet{byName: map[string]*rule{}}
	for _, text := range texts {
		if err := s.add(text); err != nil {
			return nil, fmt.Errorf("rules for credentials: %w", err)
		}
	}
	s.index()
	return s, nil
}

func (s *ruleSet) add(text string) error {
	var doc document
	meta, err := toml.Decode(text, &doc)
	if err != nil {
		return err
	}
	if rest := meta.Undecoded(); len(rest) > 0 {
		return fmt.Errorf("unknown key %s", rest[0])
	}
	for _, f := range doc.Rules {
		if err := s.addRule(f); err != nil {
			return fmt.Errorf("rule %s: %w", f.ID, err)
		}
	}
	for _, f := range append(doc.Allowlists, doc.Allowlist) {
		if err := s.addGlobal(f); err != nil {
			return fmt.Errorf("allow list %q: %w", f.Description, err)
		}
	}
	return nil
}

func (s *ruleSet) addRule(f fileRule) error {
	if s.byName[f.ID] != nil || f.ID == "" {
		return fmt.Errorf("the id is missing or used twice")
	}
	r := &rule{id: f.ID, description: f.Description, group: f.SecretGroup, entropy: f.Entropy}
	if f.Like != "" {
		if err := r.takeFrom(s.byName[f.Like]); err != nil {
			return err
		}
	}
	if f.Path != "" {
		re, err := regexp.Compile(f.Path)
		if err != nil {
			return err
		}
		r.path = re
	}
	for _, k := range f.Keywords {
		r.keywords = append(r.keywords, strings.ToLower(k))
	}
	if f.Regex != "" {
		if len(r.keywords) == 0 {
			return fmt.Errorf("no keywords: every text would be searched")
		}
		r.pattern = sync.OnceValue(func() *pattern { return newPattern(f.Regex, r.keywords) })
	}
	for _, a := range f.Allowlists {
		list, err := newAllowlist(a)
		if err != nil {
			return err
		}
		r.allow = append(r.allow, list)
	}
	s.rules = append(s.rules, r)
	s.byName[f.ID] = r
	return nil
}

// takeFrom makes r look around the same keywords as an earlier rule, and pass
// over the same.
func (r *rule) takeFrom(earlier *rule) error {
	if earlier == nil {
		return fmt.Errorf("the rule that it is like is missing")
	}
	r.entropy = earlier.entropy
	r.keywords = slices.Clone(earlier.keywords)
	r.allow = slices.Clone(earlier.allow)
	return nil
}

func (s *ruleSet) addGlobal(f fileAllowlist) error {
	f.Paths = nil
	list, err := newAllowlist(f)
	if err != nil {
		return err
	}
	if len(f.TargetRules) == 0 {
		s.global = append(s.global, list)
	}
	for _, id := range f.TargetRules {
		r := s.byName[id]
		if r == nil {
			return fmt.Errorf("there is no rule %q", id)
		}
		r.allow = append(r.allow, list)
	}
	return nil
}

func newAllowlist(f fileAllowlist) (*allowlist, error) {
	a := &allowlist{all: f.Condition == "AND", target: f.RegexTarget}
	for _, group := range []struct {
		from []string
		into *[]*regexp.Regexp
	}{{f.Paths, &a.paths}, {f.Regexes, &a.regexes}} {
		for _, text := range group.from {
			re, err := regexp.Compile(text)
			if err != nil {
				return nil, err
			}
			*group.into = append(*group.into, re)
		}
	}
	for _, w := range f.StopWords {
		a.words = append(a.words, strings.ToLower(w))
	}
	return a, nil
}

// index gathers the keywords of all rules.
func (s *ruleSet) index() {
	var all []string
	for _, r := range s.rules {
		all = append(all, r.keywords...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	s.words = newWords(all)
	s.leading = make([][]int, len(all))
	for i, r := range s.rules {
		for _, k := range r.keywords {
			at, _ := slices.BinarySearch(all, k)
			s.leading[at] = append(s.leading[at], i)
		}
	}
}
