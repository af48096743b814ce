package main

import (
	"strings"
	"testing"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

func TestSendingAllowed(t *testing.T) {
	github := func(variable, base string) sending { return sending{variable: variable, base: base, kind: "github"} }
	jira := func(variable, base string) sending {
		return sending{variable: variable, base: base, kind: "jira-cloud"}
	}
	other := func(variable, base string) sending { return sending{variable: variable, base: base, kind: "argocd"} }
	tests := []struct {
		name string
		s    sending
		env  string // NAME=value, several with spaces
		want bool
	}{
		// The provider's own address, and the usual variable.
		{"GitHub", github("GITHUB_TOKEN", "https://api.github.com/"), "", true},
		{"GitHub, another way to write it", github("GITHUB_TOKEN", "HTTPS://API.GitHub.com:443"), "", true},
		{"GitHub of a customer", github("GITHUB_TOKEN", "https://api.acme.ghe.com/"), "", true},
		{"GitLab", sending{variable: "GITLAB_TOKEN", base: "https://gitlab.com/api/v4/", kind: "gitlab"}, "", true},
		{"Jira Cloud", jira("JIRA_TOKEN", "https://fintech.atlassian.net"), "", true},
		{"Jira Cloud by its mapping's name", jira("JIRA_CLOUD_TOKEN", "https://fintech.atlassian.net/"), "", true},
		{"another secret to GitHub", github("AWS_SECRET_ACCESS_KEY", "https://api.github.com/"), "", false},
		{"another secret to Jira", jira("GITHUB_TOKEN", "https://evil.atlassian.net"), "", false},
		{"a system of that name", jira("NPM_TOKEN", "https://evil.atlassian.net"), "", false},
		{"another mapping's path", other("JIRA_TOKEN", "https://evil.atlassian.net"), "", false},
		{"a header of its own", sending{variable: "JIRA_TOKEN", base: "https://evil.atlassian.net"}, "", false},
		{"an app of Jira's", jira("JIRA_TOKEN", "https://evil.atlassian.net/gateway/app"), "", false},
		{"ServiceNow, whose owner runs code", sending{variable: "SERVICENOW_TOKEN", base: "https://evil.service-now.com", kind: "servicenow-change"}, "", false},
		{"GitHub's token to GitLab", sending{variable: "GITHUB_TOKEN", base: "https://gitlab.com/api/v4", kind: "gitlab"}, "", false},
		{"a longer name", github("GITHUB_TOKEN", "https://api.github.com.evil.example/"), "", false},
		{"a name that ends alike", jira("JIRA_TOKEN", "https://evilatlassian.net"), "", false},
		{"two labels", jira("JIRA_TOKEN", "https://a.b.atlassian.net"), "", false},
		{"letters that only look so", jira("JIRA_TOKEN", "https://evil.example／.atlassian.net"), "", false},
		{"a dotless i in lower case", github("GITHUB_TOKEN", "https://api.gİthub.com"), "", false},
		{"another port", github("GITHUB_TOKEN", "https://api.github.com:8443"), "", false},
		{"in the clear", github("GITHUB_TOKEN", "http://api.github.com"), "", false},
		{"a user", github("GITHUB_TOKEN", "https://api.github.com@evil.example/"), "", false},

		// The environment names it.
		{"nobody does", jira("JIRA_TOKEN", "https://jira.example"), "", false},
		{"the consent", jira("JIRA_TOKEN", "https://jira.example"), "JIRA_URL=https://jira.example", true},
		{"the same, written otherwise", jira("JIRA_TOKEN", "https://jira.example"), "JIRA_URL=https://JIRA.example:443/", true},
		{"the server, for a path on it", jira("JIRA_TOKEN", "https://jira.example/jira"), "JIRA_URL=https://jira.example", true},
		{"without _TOKEN", other("AWS_SECRET_ACCESS_KEY", "https://cd.example"), "AWS_SECRET_ACCESS_KEY_URL=https://cd.example", true},
		{"to another host", jira("JIRA_TOKEN", "https://evil.example"), "JIRA_URL=https://jira.example", false},
		{"to another port", jira("JIRA_TOKEN", "https://jira.example:444"), "JIRA_URL=https://jira.example", false},
		{"another scheme", jira("JIRA_TOKEN", "http://jira.example"), "JIRA_URL=https://jira.example", false},
		{"a host below", jira("JIRA_TOKEN", "https://evil.jira.example"), "JIRA_URL=https://jira.example", false},
		{"no address", jira("JIRA_TOKEN", "https://jira.example"), "JIRA_URL=jira.example", false},
		{"an address with a user", jira("JIRA_TOKEN", "https://jira.example"), "JIRA_URL=https://ana@jira.example", false},
		{"an address with a query", jira("JIRA_TOKEN", "https://jira.example"), "JIRA_URL=https://jira.example?x", false},
		{"another variable's", other("AWS_SECRET_ACCESS_KEY", "https://jira.example"), "JIRA_URL=https://jira.example", false},
		{"another case in characters beyond ASCII", jira("JIRA_TOKEN", "https://jİra.example"), "JIRA_URL=https://jira.example", false},
		{"the same path", jira("JIRA_TOKEN", "https://jira.example/jira/"), "JIRA_URL=https://jira.example/jira", true},
		{"a path below", jira("JIRA_TOKEN", "https://jira.example/jira/x-1"), "JIRA_URL=https://jira.example/jira/", true},
		{"another path", jira("JIRA_TOKEN", "https://jira.example/evil"), "JIRA_URL=https://jira.example/jira", false},
		{"the whole server", jira("JIRA_TOKEN", "https://jira.example"), "JIRA_URL=https://jira.example/jira", false},
		{"a path that begins alike", jira("JIRA_TOKEN", "https://jira.example/jiraevil"), "JIRA_URL=https://jira.example/jira", false},
		{"a path that goes up", jira("JIRA_TOKEN", "https://jira.example/jira/../evil"), "JIRA_URL=https://jira.example/jira", false},
		{"a path that goes up, encoded", jira("JIRA_TOKEN", "https://jira.example/jira/%2e%2e%2fevil"), "JIRA_URL=https://jira.example/jira", false},
		{"a path that goes up for some servers", jira("JIRA_TOKEN", "https://jira.example/jira/..;/evil"), "JIRA_URL=https://jira.example/jira", false},
		{"a path that goes up if decoded twice", jira("JIRA_TOKEN", "https://jira.example/jira/%252e%252e/evil"), "JIRA_URL=https://jira.example/jira", false},

		// The runner names it, for the forge's own token.
		{"a runner's API", github("GITHUB_TOKEN", "https://git.example/api/v3/"), "GITHUB_API_URL=https://git.example/api/v3", true},
		{"a runner's server", github("GITHUB_TOKEN", "https://git.example/api/v3/"), "GITHUB_SERVER_URL=https://git.example", true},
		{"a runner of GitLab", sending{variable: "GITLAB_TOKEN", base: "https://git.example/api/v4/", kind: "gitlab"}, "CI_SERVER_URL=https://git.example", true},
		{"a runner's API of GitLab", sending{variable: "GITLAB_TOKEN", base: "https://git.example/gitlab/api/v4/", kind: "gitlab"}, "CI_API_V4_URL=https://git.example/gitlab/api/v4", true},
		{"a runner's, for another secret", github("AWS_SECRET_ACCESS_KEY", "https://git.example/api/v3/"), "GITHUB_API_URL=https://git.example/api/v3", false},
		{"a runner's, for another system", other("GITHUB_TOKEN", "https://git.example/x"), "GITHUB_SERVER_URL=https://git.example", false},
		{"a runner's, for another forge", sending{variable: "GITLAB_TOKEN", base: "https://git.example/api/v4/", kind: "gitlab"}, "GITHUB_SERVER_URL=https://git.example", false},

		// The machine names the repository, and the machine itself.
		{"--repository", sending{variable: "GITHUB_TOKEN", base: "https://git.example/api/v3/", kind: "github", named: true}, "", true},
		{"--repository, another secret", sending{variable: "NPM_TOKEN", base: "https://git.example/api/v3/", kind: "github", named: true}, "", false},
		{"loopback", other("X_TOKEN", "http://127.0.0.9:8001"), "", true},
		{"loopback, IPv6", other("X_TOKEN", "http://[::1]:8001"), "", true},
		{"localhost", other("X_TOKEN", "https://localhost/x"), "", true},
		{"a name in localhost's", other("X_TOKEN", "https://localhost.evil.example"), "", false},
		{"an address that is not this machine's", other("X_TOKEN", "https://10.0.0.1"), "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &Cmd{Env: append(strings.Fields(tt.env), tt.s.variable+"=s3cr3t")}
			if got := tt.s.allowed(c.getenv); got != tt.want {
				t.Errorf("%+v with %s: allowed %t", tt.s, tt.env, got)
			}
			err := tt.s.check(c.getenv)
			if (err == nil) != tt.want || err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("got %v", err)
			}
			if err := tt.s.check((&Cmd{}).getenv); err != nil {
				t.Errorf("nothing is set, and got %v", err)
			}
		})
	}
}

// TestRefusalNamesNoSecret: what the variable of consent holds may be a secret.
func TestRefusalNamesNoSecret(t *testing.T) {
	c := &Cmd{Env: []string{"DATABASE=x", "DATABASE_URL=postgres://ana:hunter2@db.example/x"}}
	err := sending{variable: "DATABASE", base: "https://evil.example/"}.check(c.getenv)
	const want = "a repository does not decide that the value of DATABASE goes to https://evil.example, and DATABASE_URL is not that address: " +
		"set DATABASE_URL=https://evil.example on the machine that holds DATABASE, or name this file with --config"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestMayAskForge: --repository is the machine's word for the usual variable,
// and --config for any.
func TestMayAskForge(t *testing.T) {
	const elsewhere = "https://git.example/acme/hello"
	at, err := strictyaml.Parse("release.yaml", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, variable   string
		flag, line, file string
		want             bool
	}{
		{"its own line", "GITHUB_TOKEN", "", elsewhere, "", false},
		{"a flag", "GITHUB_TOKEN", elsewhere, "", "", true},
		{"a flag before the line", "GITHUB_TOKEN", elsewhere, "https://evil.example/acme/hello", "", true},
		{"a flag, another variable", "NPM_TOKEN", elsewhere, "", "", false},
		{"GitHub itself", "GITHUB_TOKEN", "", "https://github.com/acme/hello", "", true},
		{"--config", "NPM_TOKEN", "", elsewhere, "other.yaml", true},
	}
	for _, tt := range tests {
		job := &creation{createFlags: createFlags{repository: tt.flag, config: tt.file}, config: config{Repository: tt.line}}
		c := &Cmd{Env: []string{"GITHUB_TOKEN=x", "NPM_TOKEN=x"}}
		if err := c.mayAskForge(t.Context(), job, "github", tt.variable, &forgeConfig{at: at}); (err == nil) != tt.want {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
	job := &creation{createFlags: createFlags{repository: "https://evil.example/acme/hello"}}
	c := &Cmd{Env: []string{"GITHUB_TOKEN=x"}}
	if err := c.mayAskForge(t.Context(), job, "github", "GITHUB_TOKEN", &forgeConfig{URL: elsewhere, at: at}); err == nil {
		t.Error("a flag vouches for an address that release.yaml names")
	}
}
