package ci

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/lazyregexp"
)

const (
	maxVariables = 20_000
	maxValue     = 2048
)

var errNotSet = errors.New("not set: run this inside a job, or unset the variable that claims a CI system")

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

// ours reports whether a variable is read at all, so that one of somebody
// else can do no harm.
func ours(name string) bool {
	switch name {
	case "TF_BUILD", "NODE_NAME", "TAG_NAME", "BRANCH_NAME", "CHANGE_ID", "DOSSIER_CALLED_WORKFLOW", "DOSSIER_CALLED_WORKFLOW_SHA", "DOSSIER_ENVIRONMENT",
		"JOB_NAME", "JOB_URL", "GIT_COMMIT", "GIT_URL", "GIT_BRANCH", "BUILDKITE", "CIRCLECI":
		return true
	}
	for _, prefix := range []string{
		"GITHUB_", "RUNNER_", "CI_", "GITLAB_", "JENKINS_", "library.", "BUILDKITE_", "CIRCLE_",
		"BUILD_", "SYSTEM_", "AGENT_", "TEKTON_",
	} {
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

// Forms that the systems document for their variables.
var (
	number   = form{"a number", lazyregexp.New(`^[1-9][0-9]{0,19}$`)}
	count    = form{"a number below a billion", lazyregexp.New(`^(0|[1-9][0-9]{0,8})$`)}
	objectID = form{"a full object id", lazyregexp.New(`^([0-9a-f]{40}|[0-9a-f]{64})$`)}
	gitRef   = form{"a reference such as refs/tags/v1.4.0", lazyregexp.New(`^refs/[^ ~^:?*\[\\]+$`)}
	project  = form{"a path such as org/repo", lazyregexp.New(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)}
	refType  = form{"tag or branch", lazyregexp.New(`^(tag|branch)$`)}
	workflow = form{"a reference such as org/repo/.github/workflows/release.yml@refs/tags/v1.4.0",
		lazyregexp.New(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_. -]+)+@[^ ~^:?*\[\\]+$`)}
	uuid = form{"an id such as 0a1b2c3d-0000-4000-8000-0123456789ab",
		lazyregexp.New(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)}
	slug = form{"a name of letters, digits, dots, dashes and underscores", lazyregexp.New(`^[A-Za-z0-9_.-]{1,253}$`)}
)

type form struct {
	want    string
	pattern *lazyregexp.Regexp
}

// matches also refuses what no path and no git reference may hold: ".." would
// lead elsewhere once the value is part of an address.
func (f form) matches(s string) bool {
	return f.pattern.MatchString(s) && !strings.Contains(s, "..")
}

// must returns a value that has to be there in the given form.
func (v *variables) must(name string, f form) string {
	s := v.required(name)
	if s != "" && !f.matches(s) {
		v.fail(name, fmt.Errorf("%.80q is not %s", s, f.want))
	}
	return s
}

// required returns a text that has to be there.
func (v *variables) required(name string) string {
	s := v.text(name)
	if s == "" {
		v.fail(name, errNotSet)
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

// server returns the address of a server, without a slash at the end.
func (v *variables) server(name string) string {
	u := v.address(name)
	if u != nil && (u.RawQuery != "" || u.Fragment != "") {
		v.fail(name, errors.New("the address of a server has no query and no fragment"))
	}
	return strings.TrimSuffix(v.text(name), "/")
}

// page returns the address of a page on the given server.
func (v *variables) page(name, server string) string {
	s := strings.TrimSuffix(v.text(name), "/")
	if v.address(name) != nil && (!strings.HasPrefix(s, server+"/") || strings.Contains(s, "..")) {
		v.fail(name, fmt.Errorf("%.200q is not below %.80q", s, server))
	}
	return s
}

// origin returns scheme and host of an address.
func (v *variables) origin(name string) string {
	u := v.address(name)
	if u == nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (v *variables) address(name string) *url.URL {
	s := v.required(name)
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil: // whose text would show a password
		v.fail(name, errors.New("not the address of a server"))
	case u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(s, " \"<>\\^`{|}"):
		v.fail(name, fmt.Errorf("%.80q is not the address of a server", u.Redacted()))
	default:
		return u
	}
	return nil
}

// repository returns the normal form of a source's address.
func (v *variables) repository(name, address string) string {
	uri, err := evidence.NormalRepository(address)
	if err != nil {
		v.fail(name, err)
	}
	return uri
}

// ref returns the full reference and its type from a tag's or a branch's name.
func (v *variables) ref(tag, branch string) (ref, kind string) {
	name := branch
	switch {
	case v.values[tag] != "":
		name, ref, kind = tag, "refs/tags/"+v.text(tag), "tag"
	case v.values[branch] != "":
		ref, kind = "refs/heads/"+v.text(branch), "branch"
	default:
		return "", ""
	}
	if !gitRef.matches(ref) {
		v.fail(name, errNoRef)
	}
	return ref, kind
}

// attempt reads which execution this is, counted from first.
func (v *variables) attempt(name string, first int64) int64 {
	s := v.may(name, count)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < first {
		v.fail(name, fmt.Errorf("%s, but executions are counted from %d", s, first))
	}
	return n - first + 1
}

// time reads a moment that may be absent.
func (v *variables) time(name string) evidence.Time {
	s := v.text(name)
	if s == "" {
		return evidence.Time{}
	}
	t, err := evidence.ParseTime(s)
	if err != nil {
		v.fail(name, err)
	}
	return t
}
