package trust

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// ForSigner is complete trust in one signer and in nobody else: the person
// "signer" has this identity and the roles builder and release-ci, which is what
// the profile solo asks for, and may make every kind of statement and sign tags
// for every repository and environment at any time. The signer is given by the
// fingerprint of a key, SHA256:<base64> as ssh-keygen -l prints it, or by an
// identity: key:sha256:<64 hex>, or oidc:<issuer>|<subject> or
// x509:<anchor>|<name> of a certificate, which needs [Anchors] too.
func ForSigner(signer string) (*Trust, error) {
	id, err := parseSigner(signer)
	if err != nil {
		return nil, fmt.Errorf("the signer %.100q: %w", signer, err)
	}
	return onlySigner(id, accounts{Identities: texts{{Value: string(id)}}})
}

// ForKey is [ForSigner] of a key that need not be in the evidence.
func ForKey(key attest.PublicKey) (*Trust, error) {
	return onlySigner(fingerprintIdentity(key.Fingerprint()), accounts{Keys: texts{{Value: string(key.PEM())}}})
}

func onlySigner(id evidence.Identity, is accounts) (*Trust, error) {
	return oneFlag("signer:"+displayKey(id), func(d *document) {
		d.People = strictyaml.Map[person]{{Key: text{Value: oneSigner}, Value: person{accounts: is}}}
		for i := range d.Roles {
			d.Roles[i].Value.People = texts{{Value: oneSigner}}
		}
		d.Grants[0].Who = text{Value: oneSigner}
	}, nil)
}

// WithSigner returns t, in its newest version, with one more person, who has that
// key and the roles builder and release-ci and may make every kind of statement:
// for the preview of what somebody will sign whose key is not at hand.
func (t *Trust) WithSigner(key attest.PublicKey) (*Trust, error) {
	if len(t.versions) > 0 {
		t = t.versions[0]
	}
	d, all := *t.doc, texts{{Value: "*"}}
	who := text{Value: oneSigner}
	for d.names(who.Value) {
		who.Value += "-"
	}
	d.People = append(slices.Clip(d.People), strictyaml.Entry[person]{
		Key: who, Value: person{accounts: accounts{Keys: texts{{Value: string(key.PEM())}}}},
	})
	d.Roles = slices.Clone(d.Roles)
	for _, role := range []string{"builder", "release-ci"} {
		i := slices.IndexFunc(d.Roles, func(e strictyaml.Entry[roleEntry]) bool { return e.Key.Value == role })
		if i < 0 {
			i = len(d.Roles)
			d.Roles = append(d.Roles, strictyaml.Entry[roleEntry]{Key: text{Value: role}})
		}
		d.Roles[i].Value.People = append(slices.Clip(d.Roles[i].Value.People), who)
	}
	d.Grants = append(slices.Clip(d.Grants), grantEntry{
		Who: who, Kinds: all, Repositories: all, Environments: all, MinProof: text{Value: "signed"},
	})
	added, err := build(&d, t.resolver.extra)
	if err != nil {
		return nil, err
	}
	added.Effective = t.Effective
	added.Digest, err = added.digest()
	return added, err
}

// names reports whether a person or role has that name.
func (d *document) names(name string) bool {
	return slices.ContainsFunc(d.People, func(e strictyaml.Entry[person]) bool { return e.Key.Value == name }) ||
		slices.ContainsFunc(d.Roles, func(e strictyaml.Entry[roleEntry]) bool { return e.Key.Value == name })
}

// oneSigner is the name of the person of [ForSigner].
const oneSigner = "signer"

// parseSigner reads whom [ForSigner] is for.
func parseSigner(s string) (evidence.Identity, error) {
	switch scheme, _, _ := strings.Cut(s, ":"); scheme {
	case "oidc", "x509":
		if strings.Contains(s, "*") {
			return "", errors.New("one identity, without *: a pattern belongs into a trust document")
		}
		return evidence.ParseIdentity(s)
	case "pgp", "mailto", "account":
		return "", fmt.Errorf("%s: identities sign no statements: give a key's fingerprint, or oidc:<issuer>|<subject>", scheme)
	}
	return parseFingerprint(s)
}

// fromRefs are the refs from which workflows count under [ForRepository]: tags,
// and the usual names of the branch that is protected. Everybody who can push
// any branch can write a workflow on it, which may call one of these: the ref that
// started the run has to be one of them as well.
var fromRefs = []string{"refs/tags/*", "refs/heads/main", "refs/heads/master"}

// ForRepository is complete trust in the workflows of one repository on GitHub:
// those that GitHub's OpenID Connect issuer names by a tag, or by the branch main
// or master, in runs that such a ref has started. They have the roles builder and release-ci, and may make every kind
// of statement about that repository and no other. It needs [Anchors].
func ForRepository(repository string) (*Trust, error) {
	address, err := evidence.NormalRepository(repository)
	if err != nil {
		return nil, err
	}
	path, ok := strings.CutPrefix(address, "https://github.com/")
	if !ok || strings.Count(path, "/") != 1 || strings.Contains(repository, "*") {
		return nil, fmt.Errorf("%.100q is not a repository on GitHub: write github.com/OWNER/REPOSITORY; others need a trust document", repository)
	}
	return oneFlag("from:github.com/"+path, func(d *document) {
		d.Grants[0].Who, d.Grants[0].Repositories = text{Value: "release-ci"}, texts{{Value: address}}
	}, func(t *Trust) {
		for _, ref := range fromRefs {
			id := "oidc:" + GitHubIssuer + "|" + address + "/.github/workflows/*@" + ref
			for _, started := range fromRefs {
				for _, role := range []string{"builder", "release-ci"} {
					t.roles.keyless = append(t.roles.keyless, keyless{role: role, identity: id, want: source{Repository: address, Ref: started}})
				}
			}
		}
	})
}

// oneFlag makes the trust of one flag: two roles and a grant of everything,
// which edit gives to somebody.
func oneFlag(id string, edit func(*document), members func(*Trust)) (*Trust, error) {
	all := texts{{Value: "*"}}
	d := &document{
		ID: text{Value: id}, Version: strictyaml.Located[int]{Value: 1},
		Roles: strictyaml.Map[roleEntry]{{Key: text{Value: "builder"}}, {Key: text{Value: "release-ci"}}},
		Grants: []grantEntry{{
			Kinds: all, Repositories: all, Environments: all, MinProof: text{Value: "signed"},
		}},
		members: members,
	}
	edit(d)
	t, err := build(d, nil)
	if err != nil {
		return nil, err
	}
	t.Digest, err = t.digest()
	return t, err
}
