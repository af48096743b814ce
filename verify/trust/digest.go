package trust

import (
	"cmp"
	"slices"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// normal is what a document means; its RFC 8785 form has the digest. Member
// names are camelCase, as everywhere in JSON.
type normal struct {
	ID        string                       `json:"id"`
	Version   int                          `json:"version"`
	Effective normalInterval               `json:"effective"`
	Keys      map[string]evidence.Identity `json:"keys"`
	People    map[string]normalPerson      `json:"people"`
	Bots      []evidence.Identity          `json:"bots"`
	Roles     map[string]normalRole        `json:"roles"`
	Grants    []normalGrant                `json:"grants"`
	Revoked   []normalRevocation           `json:"revoked"`
	PGPKeys   string                       `json:"pgpKeys"`
	Created   map[string]string            `json:"keysCreated,omitempty"`

	Forges []Forge `json:"forges,omitempty"`

	// The digests of the files that the document names.
	Roots       []evidence.Digest `json:"roots,omitempty"`
	Authorities []evidence.Digest `json:"authorities,omitempty"`
	CRLs        []evidence.Digest `json:"crls,omitempty"`
}

type normalInterval struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

type normalPerson struct {
	Name       string              `json:"name"`
	Identities []evidence.Identity `json:"identities"`
}

type normalRole struct {
	Identities []evidence.Identity `json:"identities"`
	People     []string            `json:"people"`
	Roles      []string            `json:"roles"`
	Keyless    []normalKeyless     `json:"keyless,omitempty"`
}

type normalKeyless struct {
	Identity string `json:"identity"`
	source
}

type normalGrant struct {
	Who          string         `json:"who"`
	Kinds        []string       `json:"kinds"`
	Repositories []string       `json:"repositories"`
	Environments []string       `json:"environments"`
	Time         normalInterval `json:"time"`
	MinProof     string         `json:"minProof"`
	Threshold    int            `json:"threshold,omitzero"`
}

type normalRevocation struct {
	Identity evidence.Identity `json:"identity"`
	Since    string            `json:"since"`
	Reason   string            `json:"reason"`
}

// digest returns the digest of what the document means.
func (t *Trust) digest() (evidence.Digest, error) {
	canonical, err := t.Meaning()
	return evidence.Sum(canonical), err
}

// Meaning is what the document means, one version of it: the JSON (RFC 8785) that
// Digest is of.
func (t *Trust) Meaning() ([]byte, error) {
	n := normal{
		ID: t.ID, Version: t.Version, Effective: normalTime(t.Effective), Keys: t.resolver.named,
		People: map[string]normalPerson{}, Roles: map[string]normalRole{}, PGPKeys: string(t.pgp),
	}
	for name, p := range t.people {
		n.People[name] = normalPerson{p.Display, p.Identities}
	}
	for id, c := range t.owners {
		if c.bot {
			n.Bots = append(n.Bots, id)
		}
	}
	slices.Sort(n.Bots)
	for name := range t.roles.lists {
		n.Roles[name] = t.normalRole(name)
	}
	for _, g := range t.grants {
		n.Grants = append(n.Grants, g.normal())
	}
	n.Revoked, n.Forges = t.normalRevoked(), t.forges
	n.Roots, n.Authorities, n.CRLs = digests(t.doc.anchors.Roots), digests(t.doc.anchors.Authorities), digests(t.doc.anchors.CRLs)
	for id, created := range t.resolver.created {
		if n.Created == nil {
			n.Created = map[string]string{}
		}
		n.Created[t.resolver.names[id]] = normalStamp(created)
	}
	raw, err := strictjson.Marshal(n)
	if err != nil {
		return nil, err
	}
	return strictjson.Canonical(raw)
}

// digests are those of files, sorted.
func digests(files [][]byte) []evidence.Digest {
	var list []evidence.Digest
	for _, data := range files {
		list = append(list, evidence.Sum(data))
	}
	slices.SortFunc(list, evidence.Digest.Compare)
	return list
}

func (t *Trust) normalRole(name string) normalRole {
	var people []string
	for who, roles := range t.roles.people {
		if slices.Contains(roles, name) {
			people = append(people, who)
		}
	}
	var certificates []normalKeyless
	for _, k := range t.roles.keyless {
		if k.role == name {
			certificates = append(certificates, normalKeyless{k.identity, k.want})
		}
	}
	slices.SortFunc(certificates, func(a, b normalKeyless) int {
		return cmp.Or(cmp.Compare(a.Identity, b.Identity), cmp.Compare(a.Repository, b.Repository), cmp.Compare(a.Ref, b.Ref),
			cmp.Compare(a.Runner, b.Runner), cmp.Compare(a.Trigger, b.Trigger))
	})
	return normalRole{sorted(t.roles.identities[name]), sorted(people), sorted(t.roles.lists[name]), slices.Compact(certificates)}
}

// sorted returns the elements of list in order, each once.
func sorted[T ~string](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func (g grant) normal() normalGrant {
	return normalGrant{
		Who: g.role + g.person + g.identity, Kinds: sorted(g.kinds), Repositories: sorted(g.repositories),
		Environments: sorted(g.environments), Time: normalTime(g.time), MinProof: proofs[g.proof],
		Threshold: g.threshold,
	}
}

func (t *Trust) normalRevoked() []normalRevocation {
	var list []normalRevocation
	for id, r := range t.revoked {
		list = append(list, normalRevocation{id, normalStamp(r.since), r.reason})
	}
	slices.SortFunc(list, func(a, b normalRevocation) int { return cmp.Compare(a.Identity, b.Identity) })
	return list
}

func normalTime(i Interval) normalInterval {
	return normalInterval{normalStamp(i.From), normalStamp(i.Until)}
}

// normalStamp writes a time in the one form that the digest covers; "" is an
// open end.
func normalStamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
