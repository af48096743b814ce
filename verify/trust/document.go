package trust

import (
	"errors"
	"time"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

// text is a string that remembers its place.
type text = strictyaml.Located[string]

// texts is a list of strings or a single one.
type texts = strictyaml.OneOrMany[text]

// document is a trust document as it is written.
type document struct {
	ID        text                       `yaml:"id,required"`
	Version   strictyaml.Located[int]    `yaml:"version,required"`
	Effective strictyaml.Located[period] `yaml:"effective,required"`
	Keys      strictyaml.Map[keyEntry]   `yaml:"keys"`
	People    strictyaml.Map[person]     `yaml:"people"`
	Bots      accounts                   `yaml:"bots"`
	Roles     strictyaml.Map[roleEntry]  `yaml:"roles"`
	Grants    []grantEntry               `yaml:"grants"`
	Revoked   []revokedEntry             `yaml:"revoked"`
	PGPKeys   text                       `yaml:"pgp-keys"`
	Roots     texts                      `yaml:"roots"`
	CAs       texts                      `yaml:"authorities"`
	CRLs      texts                      `yaml:"crls"`
	Forges    strictyaml.Map[forgeEntry] `yaml:"forges"`

	anchors Anchors // what Roots, CAs and CRLs name
	// members adds members of roles that cannot be written down; nil for none.
	members func(*Trust)
}

// period is [from, until); a zero end is open.
type period struct {
	From  moment `yaml:"from,required"`
	Until moment `yaml:"until"`
}

type keyEntry struct {
	Public    text `yaml:"public,required"`
	Algorithm text `yaml:"algorithm"`
	// Created is when the key was made, for its rotation.
	Created moment `yaml:"created"`
}

type person struct {
	Name string `yaml:"name"`
	accounts
}

// accounts are the ways to name somebody or something.
type accounts struct {
	Keys       texts                                            `yaml:"keys"`
	SSH        texts                                            `yaml:"ssh"`
	PGP        texts                                            `yaml:"pgp"`
	Email      texts                                            `yaml:"email"`
	GitHub     strictyaml.OneOrMany[strictyaml.Located[uint64]] `yaml:"github"`
	GitLab     strictyaml.OneOrMany[strictyaml.Located[uint64]] `yaml:"gitlab"`
	Jira       texts                                            `yaml:"jira"`
	Identities texts                                            `yaml:"identities"`
}

type roleEntry struct {
	Keys       texts          `yaml:"keys"`
	People     texts          `yaml:"people"`
	Identities texts          `yaml:"identities"`
	Keyless    keylessEntries `yaml:"keyless"`
	// roles is the other form of a role: a list of roles.
	roles []text
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (r *roleEntry) UnmarshalStrict(n *strictyaml.Node) error {
	if n.Kind() != strictyaml.List {
		type plain roleEntry
		return n.Decode((*plain)(r))
	}
	for _, item := range n.Items() {
		if item.Kind() != strictyaml.Mapping {
			var role text
			if err := item.Decode(&role); err != nil {
				return err
			}
			r.roles = append(r.roles, role)
			continue
		}
		var one struct {
			Keyless keylessEntries `yaml:"keyless,required"`
		}
		if err := item.Decode(&one); err != nil {
			return err
		}
		r.Keyless = append(r.Keyless, one.Keyless...)
	}
	return nil
}

// keylessEntries are the holders of certificates for an OpenID Connect subject.
type keylessEntries = strictyaml.OneOrMany[keylessEntry]

// keylessEntry is an identity as Fulcio writes it into certificates: exactly one
// of Subject and Workflow, and what else the certificate must say.
type keylessEntry struct {
	Issuer     text `yaml:"issuer,required"`
	Subject    text `yaml:"subject"`
	Workflow   text `yaml:"workflow"`
	Repository text `yaml:"repository"`
	Ref        text `yaml:"ref"`
	Runner     text `yaml:"runner"`
	Trigger    text `yaml:"trigger"`
}

// forgeEntry is a forge whose identity tokens approve, by its host.
type forgeEntry struct {
	Issuer    text                 `yaml:"issuer,required"`
	Keys      texts                `yaml:"keys"`
	KeysFrom  text                 `yaml:"keys-from"`
	Approvals []forgeApprovalEntry `yaml:"approvals,required"`
}

type forgeApprovalEntry struct {
	Workflow     text  `yaml:"workflow,required"`
	Repositories texts `yaml:"repositories,required"`
}

type grantEntry struct {
	Who          text                       `yaml:"who,required"`
	Kinds        texts                      `yaml:"kinds,required"`
	Repositories texts                      `yaml:"repositories,required"`
	Environments texts                      `yaml:"environments"`
	From         moment                     `yaml:"from,required"`
	Until        strictyaml.Located[moment] `yaml:"until,required"`
	MinProof     text                       `yaml:"min-proof,required"`
	Threshold    strictyaml.Located[int]    `yaml:"threshold"`
}

type revokedEntry struct {
	Identity text   `yaml:"identity,required"`
	Since    moment `yaml:"since,required"`
	Reason   string `yaml:"reason"`
}

// moment is a time after 1970, so that the zero time can mean "none".
type moment struct{ time.Time }

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (m *moment) UnmarshalStrict(n *strictyaml.Node) error {
	if err := n.Decode(&m.Time); err != nil {
		return err
	}
	if m.Year() < 1970 {
		return errors.New("the time is before 1970")
	}
	return nil
}
