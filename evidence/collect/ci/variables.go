package ci

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence"
)

const (
	maxVariables = 20_000
	maxValue     = 2048
)

// variables reads values and keeps the first error, so that a reader of one
// system is a plain list of what it reads.
type variables struct {
	values map[string]string
	err    error
}

func newVariables(env []string) (*variables, error) {
	if len(env) > maxVariables {
		return nil, fmt.Errorf("the environment has %d variables, at most %d are read", len(env), maxVariables)
	}
	v := &variables{values: make(map[string]string)}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if !ours(name) {
			continue
		}
		if have, ok := v.values[name]; ok && have != value {
			return nil, fmt.Errorf("the environment has %.80s twice, with different values", name)
		}
		v.values[name] = value
	}
	return v, nil
}

func ours(name string) bool {
	for _, prefix := range []string{"GITHUB_", "RUNNER_", "CI_", "GITLAB_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (v *variables) fail(name string, err error) {
	if v.err == nil {
		v.err = fmt.Errorf("%s: %w", name, err)
	}
}

// text returns a value for people or for later comparison; it may be absent.
func (v *variables) text(name string) string {
	s := v.values[name]
	switch {
	case len(s) > maxValue:
		v.fail(name, fmt.Errorf("%d bytes, at most %d are read", len(s), maxValue))
	case !utf8.ValidString(s):
		v.fail(name, errors.New("not valid UTF-8"))
	case strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		v.fail(name, errors.New("holds a control character"))
	}
	return s
}

// Forms that the two systems document for their variables.
var (
	number   = form{"a number", regexp.MustCompile(`^[1-9][0-9]{0,19}$`)}
	objectID = form{"a full object id", regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)}
	gitRef   = form{"a reference such as refs/tags/v1.4.0", regexp.MustCompile(`^refs/[^ ~^:?*\[\\]+$`)}
	project  = form{"a path such as org/repo", regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)}
	refType  = form{"tag or branch", regexp.MustCompile(`^(tag|branch)$`)}
	workflow = form{"a reference such as org/repo/.github/workflows/release.yml@refs/tags/v1.4.0",
		regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_. -]+)+@[^ ~^:?*\[\\]+$`)}
)

type form struct {
	want    string
	pattern *regexp.Regexp
}

// matches also refuses what no path and no git reference may hold: ".." would
// lead elsewhere once the value is part of an address.
func (f form) matches(s string) bool {
	return f.pattern.MatchString(s) && !strings.Contains(s, "..")
}

// must returns a value that has to be there in the given form.
func (v *variables) must(name string, f form) string {
	s := v.text(name)
	if s == "" {
		v.fail(name, fmt.Errorf("not set: run this inside a job, or unset the variable that claims a CI system"))
	} else if !f.matches(s) {
		v.fail(name, fmt.Errorf("%.80q is not %s", s, f.want))
	}
	return s
}

// may is must for a value that may be absent.
func (v *variables) may(name string, f form) string {
	if v.values[name] == "" {
		return ""
	}
	return v.must(name, f)
}

// server returns the address of the forge, without a slash at the end.
func (v *variables) server(name string) string {
	s := strings.TrimSuffix(v.text(name), "/")
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && u.Scheme != "http" {
		v.fail(name, fmt.Errorf("%.80q is not the address of a server", u.Redacted()))
	}
	return s
}

func (v *variables) repository(name, address string) string {
	uri, err := evidence.NormalRepository(address)
	if err != nil && v.err == nil {
		v.fail(name, err)
	}
	return uri
}
