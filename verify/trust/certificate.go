package trust

import (
	"errors"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
)

// GitHubIssuer issues the tokens of GitHub Actions.
const GitHubIssuer = "https://token.actions.githubusercontent.com"

// keyless is a role for holders of certificates that say certain things.
type keyless struct {
	role string
	// identity is oidc:<issuer>|<subject>; only the trust of one flag has a
	// pattern in the subject, and in the ref that it wants.
	identity string
	// want is what the certificate must say, where it is not empty.
	want source
}

// source is what a certificate must say of where and how it was obtained; "" asks
// nothing.
type source struct {
	Repository string `json:"repository,omitempty"` // as evidence.NormalRepository makes it
	Ref        string `json:"ref,omitempty"`
	Runner     string `json:"runner,omitempty"`
	Trigger    string `json:"trigger,omitempty"`
}

// covers reports whether the holder of a certificate has the role. Without the
// certificate at hand nothing shows what it says.
func (k keyless) covers(id evidence.Identity, c *provenance.Certificate) bool {
	if !matchIdentity(k.identity, string(id)) {
		return false
	}
	if k.want == (source{}) {
		return true
	}
	return c != nil &&
		says(k.want.Repository, normalRepository(c.Repository)) && (k.want.Ref == "" || glob(k.want.Ref, c.Ref)) &&
		says(k.want.Runner, c.Runner) && says(k.want.Trigger, c.Trigger)
}

// normalRepository is the normal form of an address, or the address if it has
// none.
func normalRepository(address string) string {
	if normal, err := evidence.NormalRepository(address); err == nil {
		return normal
	}
	return address
}

func says(want, got string) bool { return want == "" || want == got }

// addKeyless reads the certificates that a role names.
func (t *Trust) addKeyless(role string, entries keylessEntries) error {
	for _, e := range entries {
		subject, err := e.subject()
		if err != nil {
			return err
		}
		id, err := evidence.ParseIdentity("oidc:" + e.Issuer.Value + "|" + subject)
		if err != nil {
			return e.Issuer.Errorf("%w", err)
		}
		k := keyless{role: role, identity: string(id), want: source{Ref: e.Ref.Value, Runner: e.Runner.Value, Trigger: e.Trigger.Value}}
		if e.Repository.Value != "" {
			if k.want.Repository, err = evidence.NormalRepository(e.Repository.Value); err != nil {
				return e.Repository.Errorf("%w", err)
			}
		}
		for _, ref := range []text{e.Ref, e.Runner, e.Trigger} {
			if strings.Contains(ref.Value, "*") {
				return ref.Errorf("is literal: only the who of a grant may hold a pattern, in its subject")
			}
		}
		t.roles.keyless = append(t.roles.keyless, k)
	}
	return nil
}

// subject is the one subject alternative name of the certificates.
func (e keylessEntry) subject() (string, error) {
	given := e.Subject
	switch {
	case e.Subject.Value != "" && e.Workflow.Value != "":
		return "", e.Workflow.Errorf("names the same as subject: give one of the two")
	case e.Workflow.Value != "":
		given = e.Workflow
	case e.Subject.Value == "":
		return "", e.Issuer.Errorf("whom? Give subject (an e-mail address or URI) or workflow (owner/repository/.github/workflows/file.yml@refs/tags/v5)")
	}
	if strings.Contains(given.Value, "*") {
		return "", given.Errorf("is literal: only the who of a grant may hold a pattern")
	}
	if e.Workflow.Value == "" {
		return given.Value, nil
	}
	subject, err := workflowURI(e.Issuer.Value, given.Value)
	if err != nil {
		return "", given.Errorf("%w", err)
	}
	return subject, nil
}

// workflowURI is how certificates name a workflow. That of GitHub may be written
// without its host.
func workflowURI(issuer, workflow string) (string, error) {
	if !strings.Contains(workflow, "@refs/") {
		return "", errors.New("want the ref too, as certificates have it: owner/repository/.github/workflows/file.yml@refs/tags/v5")
	}
	switch {
	case strings.HasPrefix(workflow, "https://"):
		return workflow, nil
	case issuer == GitHubIssuer:
		return "https://github.com/" + strings.TrimPrefix(workflow, "github.com/"), nil
	}
	return "", errors.New("of this issuer a workflow is written as certificates have it, with https:// and host")
}

// keylessRoles returns the roles of which the holder of a certificate is a
// member by it.
func (r *roleTable) keylessRoles(id evidence.Identity, c *provenance.Certificate) (roles []string) {
	for _, k := range r.keyless {
		if k.covers(id, c) {
			roles = appendNew(roles, k.role)
		}
	}
	return roles
}

// namesKeyless reports whether any role names the identity, whatever else it asks
// of its certificate.
func (r *roleTable) namesKeyless(id evidence.Identity) bool {
	return slices.ContainsFunc(r.keyless, func(k keyless) bool { return matchIdentity(k.identity, string(id)) })
}
