package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge/github"
	"github.com/release-dossier/dossier/evidence/collect/forge/gitlab"
	"github.com/release-dossier/dossier/evidence/collect/git"
	"github.com/release-dossier/dossier/internal/lazyregexp"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// sending is a credential that a repository's own configuration has sent
// somewhere. Those whose work is recorded write that file, and the machine that
// records holds what they must not get at: what is sent where is the machine's
// choice as well.
type sending struct {
	variable string // the environment variable that holds the credential
	base     string // the address that all requests are below
	// kind is "github", "gitlab" or the id of a mapping that comes with the program;
	// "" if the repository says how the credential is sent.
	kind string
	// named says that the machine names the address, by --repository.
	named bool
}

// home is where the provider of a system runs it. There no stranger runs code
// that sees the header of a request. ServiceNow has none: whoever has an instance
// scripts what it does with a request.
type home struct {
	base      *lazyregexp.Regexp
	variables []string // the usual ones, which hold a credential for no other system
	runner    []string // variables by which CI runners say where their forge is
}

var homes = map[string]home{
	"github": {
		base:      lazyregexp.New(`^https://api\.(github|[a-z0-9-]+\.ghe)\.com$`),
		variables: []string{"GITHUB_TOKEN"},
		runner:    []string{"GITHUB_API_URL", "GITHUB_SERVER_URL"},
	},
	"gitlab": {
		base:      lazyregexp.New(`^https://gitlab\.com/api/v4$`),
		variables: []string{"GITLAB_TOKEN"},
		runner:    []string{"CI_API_V4_URL", "CI_SERVER_URL"},
	},
	"jira-cloud": {
		base:      lazyregexp.New(`^https://[a-z0-9-]+\.atlassian\.net$`),
		variables: []string{"JIRA_TOKEN", "JIRA_CLOUD_TOKEN"},
	},
}

// consent is the variable by which a machine says where a credential may go:
// JIRA_URL for JIRA_TOKEN, AWS_SECRET_ACCESS_KEY_URL for AWS_SECRET_ACCESS_KEY.
func (s sending) consent() string { return strings.TrimSuffix(s.variable, "_TOKEN") + "_URL" }

// allowed reports whether not only the repository wants it sent there: the
// address is the provider's own or the machine's, or the environment names it.
func (s sending) allowed(getenv func(string) string) bool {
	to, ok := parseAddress(s.base)
	if !ok {
		return false
	}
	consents, h := []string{s.consent()}, homes[s.kind]
	if slices.Contains(h.variables, s.variable) {
		consents = append(consents, h.runner...)
		if s.named || h.base.MatchString(to.origin+to.path) {
			return true
		}
	}
	return to.isLoopback() || slices.ContainsFunc(consents, func(name string) bool {
		from, ok := parseAddress(getenv(name))
		return ok && to.below(from)
	})
}

// check refuses what is not allowed. A variable that is not set is no secret:
// that it is missing is said where it is needed.
func (s sending) check(getenv func(string) string) error {
	if getenv(s.variable) == "" || s.allowed(getenv) {
		return nil
	}
	other := ""
	if getenv(s.consent()) != "" { // not shown: whatever it is, it may hold a password
		other = ", and " + s.consent() + " is not that address"
	}
	to := strings.TrimRight(s.base, "/")
	return fmt.Errorf("a repository does not decide that the value of %s goes to %s%s: set %s=%s on the machine that holds %s, or name this file with --config",
		s.variable, to, other, s.consent(), to, s.variable)
}

// mayAsk refuses to send a credential to a system before anything is asked. What
// --config names is the machine's own choice.
func (c *Cmd) mayAsk(job *creation, at *strictyaml.Node, s sending) error {
	if job.createFlags.config != "" {
		return nil
	}
	err := s.check(c.getenv)
	if err == nil {
		return nil
	}
	for _, key := range []string{"url", "token"} {
		if n := at.Lookup(key); n != nil {
			return usageError{placed(n, err)}
		}
	}
	return usageError{placed(at, err)}
}

// mayAskForge is mayAsk for a forge. Without a line of its own, its address
// follows from that of the repository, which a clone has from whoever serves it.
func (c *Cmd) mayAskForge(ctx context.Context, job *creation, name, variable string, f *forgeConfig) error {
	s := sending{variable: variable, base: f.URL, kind: name}
	if f.URL == "" {
		repository := firstOf(job.repository, job.config.Repository)
		if repository == "" {
			info, err := git.Detect(ctx, job.dir, "", c.Env)
			if err != nil {
				return err
			}
			repository = info.RemoteURL
		}
		uri, err := evidence.NormalRepository(repository)
		if err != nil {
			return nil // nobody is asked about a repository without an address
		}
		host, _, _ := strings.Cut(strings.TrimPrefix(uri, "https://"), "/")
		s.base, s.named = usualBases[name](host), job.repository != ""
	}
	return c.mayAsk(job, f.at, s)
}

// usualBases give the address of a forge's interface by its host.
var usualBases = map[string]func(host string) string{"github": github.UsualBase, "gitlab": gitlab.UsualBase}

// address is an address in the form in which two are compared.
type address struct {
	origin string // scheme, host and port (RFC 6454, section 4)
	host   string
	path   string // decoded, without "/" at its end
}

// parseAddress reads an address without user and query.
func parseAddress(s string) (address, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return address{}, false
	}
	a := address{host: u.Hostname(), path: strings.TrimRight(u.Path, "/")}
	if isASCII(a.host) { // other characters are other hosts in lower case
		a.host = strings.ToLower(a.host)
	}
	a.origin = u.Scheme + "://" + a.host
	if port := u.Port(); port != "" && port != map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		a.origin = u.Scheme + "://" + net.JoinHostPort(a.host, port)
	}
	return a, true
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// below reports whether a is b, or leads to a place below it whatever a server
// makes of its path.
func (a address) below(b address) bool {
	if a.origin != b.origin {
		return false
	}
	return b.path == "" || a.path == b.path || strings.HasPrefix(a.path, b.path+"/") && plainPath(a.path)
}

// plainPath reports whether no server takes the path for another one: nothing in
// it is decoded, cut off or goes up.
func plainPath(p string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	return path.Clean(p) == p && strings.Trim(p, letters+"/._~-") == ""
}

func (a address) isLoopback() bool {
	ip := net.ParseIP(a.host)
	return a.host == "localhost" || ip != nil && ip.IsLoopback()
}
