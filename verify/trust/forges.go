package trust

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
)

const (
	maxForges    = 64
	maxForgeList = 256 // keys, workflows and repositories of each
)

// Forge is a forge whose identity tokens count as the approval of the person who
// started the job (docs/format.md, approvals that a forge signs).
type Forge struct {
	// Host is where the accounts of its people are: account:<host>:<id>.
	Host string `json:"host"`
	// Issuer is the OpenID Connect issuer of its tokens.
	Issuer string `json:"issuer"`
	// Keys are the keys that sign its tokens, key:sha256:<SPKI>, as far as they are
	// pinned.
	Keys []evidence.Identity `json:"keys,omitempty"`
	// KeysFrom is the role on whose word a key is the forge's at a time; "" if only
	// pinned keys are.
	KeysFrom string `json:"keysFrom,omitempty"`
	// Approvals are the workflows that approve.
	Approvals []ForgeApproval `json:"approvals"`
}

// ForgeApproval is a workflow that approves, and what for.
type ForgeApproval struct {
	// Workflow is the one that the job runs, with its ref, as the token's
	// job_workflow_ref has it.
	Workflow string `json:"workflow"`
	// Repositories are patterns of the repositories whose releases it approves.
	Repositories []string `json:"repositories"`
}

// Forge returns the forge with that issuer, of this version.
func (t *Trust) Forge(issuer string) (Forge, bool) {
	i := slices.IndexFunc(t.forges, func(f Forge) bool { return f.Issuer == issuer })
	if i < 0 {
		return Forge{}, false
	}
	return t.forges[i], true
}

// Approves reports whether a workflow approves releases of a repository.
func (f Forge) Approves(workflow, repository string) bool {
	return slices.ContainsFunc(f.Approvals, func(a ForgeApproval) bool {
		return a.Workflow == workflow && slices.ContainsFunc(a.Repositories, func(p string) bool { return Match(p, repository) })
	})
}

// addForges reads the section forges.
func (t *Trust) addForges() error {
	for i, e := range t.doc.Forges {
		host := e.Key.Value
		if i == maxForges {
			return e.Key.Errorf("more than %d forges", maxForges)
		}
		if host != strings.ToLower(host) || host == "" || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
			return e.Key.Errorf("%.80q is not the host of a forge: want one as in account:github.com:<id>", host)
		}
		f, err := t.readForge(host, e.Value)
		if err != nil {
			return err
		}
		if _, taken := t.Forge(f.Issuer); taken {
			return e.Value.Issuer.Errorf("the issuer is that of another forge already")
		}
		t.forges = append(t.forges, f)
	}
	slices.SortFunc(t.forges, func(a, b Forge) int { return cmp.Compare(a.Host, b.Host) })
	return nil
}

func (t *Trust) readForge(host string, e forgeEntry) (Forge, error) {
	f := Forge{Host: host, Issuer: e.Issuer.Value, KeysFrom: e.KeysFrom.Value}
	if u, err := url.Parse(f.Issuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.HasSuffix(f.Issuer, "/") {
		return f, e.Issuer.Errorf("%.200q is not the address of an issuer, without a slash at its end", f.Issuer)
	}
	if n := max(len(e.Keys), len(e.Approvals)); n > maxForgeList {
		return f, e.Issuer.Errorf("%d keys or workflows, at most %d are read", n, maxForgeList)
	}
	for _, ref := range e.Keys {
		id, err := evidence.ParseIdentity(ref.Value)
		if err != nil || id.Scheme() != "key" {
			return f, ref.Errorf("%.80q is not a key: want key:sha256:<64 hex>, as \"dossier trust show\" prints of a key set", ref.Value)
		}
		f.Keys = append(f.Keys, id)
	}
	f.Keys = sorted(f.Keys)
	if _, role := t.roles.lists[f.KeysFrom]; f.KeysFrom != "" && !role {
		return f, e.KeysFrom.Errorf("%.80q is not a role", f.KeysFrom)
	}
	if len(f.Keys) == 0 && f.KeysFrom == "" {
		return f, e.Issuer.Errorf("nothing says which keys sign its tokens: pin them under keys, or name under keys-from the role on whose word they are the forge's")
	}
	if len(e.Approvals) == 0 {
		return f, e.Issuer.Errorf("approvals is empty: name the workflows that approve")
	}
	for _, a := range e.Approvals {
		approval, err := readForgeApproval(a)
		if err != nil {
			return f, err
		}
		f.Approvals = append(f.Approvals, approval)
	}
	slices.SortFunc(f.Approvals, func(a, b ForgeApproval) int { return cmp.Compare(a.Workflow, b.Workflow) })
	return f, nil
}

// readForgeApproval reads a workflow. Without a ref, or with a pattern, whoever can
// push a branch could write the workflow that approves.
func readForgeApproval(e forgeApprovalEntry) (ForgeApproval, error) {
	path, ref, ok := strings.Cut(e.Workflow.Value, "@")
	if !ok || !strings.Contains(path, "/") || !strings.HasPrefix(ref, "refs/") && len(ref) != 40 || strings.ContainsAny(e.Workflow.Value, "*? ") {
		return ForgeApproval{}, e.Workflow.Errorf("%.200q is not one workflow: want OWNER/REPOSITORY/PATH@refs/..., whole", e.Workflow.Value)
	}
	a := ForgeApproval{Workflow: e.Workflow.Value}
	if len(e.Repositories) == 0 || len(e.Repositories) > maxForgeList {
		return a, e.Workflow.Errorf("want 1 to %d patterns of repositories", maxForgeList)
	}
	for _, ref := range e.Repositories {
		pattern, err := readRepository(ref)
		if err != nil {
			return a, err
		}
		a.Repositories = append(a.Repositories, pattern)
	}
	a.Repositories = sorted(a.Repositories)
	return a, nil
}
