package trust

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/strictyaml"
)

// maxGrants bounds the number of grants of one document.
const maxGrants = 4096

// maxThreshold bounds how many people a grant asks for.
const maxThreshold = 32

// kindNames are the names a grant may give for kinds: those of our statements,
// provenance, and tags.
var kindNames = sync.OnceValue(func() []string {
	names := []string{"record", "archive", "policy", "renewal", "trust", kindProvenance, kindVSA, KindTag, KindLayout}
	for _, k := range evidence.Kinds() {
		names = append(names, k.Name)
	}
	slices.Sort(names)
	return names
})

// proofs are the kinds of proof of time, from least to most.
var proofs = []string{"signed", "timestamped", "logged"}

// grant lets somebody make some kinds of statements.
type grant struct {
	// Exactly one of role, person and identity is set; identity may be a
	// pattern.
	role, person, identity string

	kinds, repositories, environments []string
	time                              Interval
	proof                             int
	// threshold is how many people must sign; 0 if one signature is enough.
	threshold int
}

// addGrants reads the section grants.
func (t *Trust) addGrants() error {
	for i, e := range t.doc.Grants {
		if i == maxGrants {
			return e.Who.Errorf("more than %d grants", maxGrants)
		}
		g, err := t.readGrant(e)
		if err != nil {
			return err
		}
		t.grants = append(t.grants, g)
	}
	return nil
}

func (t *Trust) readGrant(e grantEntry) (grant, error) {
	var g grant
	if err := t.readWho(&g, e.Who); err != nil {
		return grant{}, err
	}
	for _, part := range []struct {
		to       *[]string
		from     texts
		name     string
		read     func(text) (string, error)
		required bool
	}{
		{&g.kinds, e.Kinds, "kinds", readKind, true},
		{&g.repositories, e.Repositories, "repositories", readRepository, true},
		{&g.environments, e.Environments, "environments", readEnvironment, false},
	} {
		if part.required && len(part.from) == 0 {
			return grant{}, e.Who.Errorf(`the grant's list %s is empty: write "*" to cover all`, part.name)
		}
		for _, ref := range part.from {
			s, err := part.read(ref)
			if err != nil {
				return grant{}, err
			}
			*part.to = append(*part.to, s)
		}
	}
	g.time = Interval{e.From.Time, e.Until.Value.Time}
	if !g.time.Until.IsZero() && !g.time.From.Before(g.time.Until) {
		return grant{}, e.Until.Errorf("the grant ends before it begins")
	}
	g.proof = slices.Index(proofs, e.MinProof.Value)
	if g.proof < 0 {
		return grant{}, e.MinProof.Errorf("unknown proof %.40q: want %s", e.MinProof.Value, strings.Join(proofs, ", "))
	}
	if g.threshold = e.Threshold.Value; g.threshold < 0 || g.threshold > maxThreshold {
		return grant{}, e.Threshold.Errorf("want the number of people who must sign, 1 to %d", maxThreshold)
	}
	return g, nil
}

// readWho reads a role, a person, a key or an identity.
func (t *Trust) readWho(g *grant, who text) error {
	s := who.Value
	_, role := t.roles.lists[s]
	_, person := t.people[s]
	switch {
	case role && person:
		return who.Errorf("%q is a role and a person: give one of them another name", s)
	case role:
		g.role = s
	case person:
		g.person = s
	case strings.HasPrefix(s, "SHA256:") || strings.HasPrefix(s, fingerprintScheme):
		id, err := t.resolver.key(who)
		if err != nil {
			return err
		}
		g.identity = string(id)
	case strings.Contains(s, ":"):
		if err := identityPattern(s); err != nil {
			return who.Errorf("%w", err)
		}
		g.identity = s
	default:
		known := map[string]bool{}
		for _, name := range slices.Concat(sortedKeys(t.roles.lists), sortedKeys(t.people)) {
			known[name] = true
		}
		return who.Errorf("%.80q is no role and no person of this document%s", s, suggestion(s, known))
	}
	return nil
}

// readKind accepts "*", the last name of one of our types, or a type's URI.
func readKind(ref text) (string, error) {
	s := ref.Value
	if s == "*" || slices.Contains(kindNames(), s) {
		return s, nil
	}
	if strings.Contains(s, "://") && !strings.ContainsAny(s, "* ") {
		return s, nil
	}
	hint := `: want a name such as record or approval, the full URI of a predicate type, or "*" for all`
	if near := strictyaml.Suggest(s, kindNames()); near != "" {
		hint = ": did you mean " + near + "?"
	}
	return "", ref.Errorf("unknown kind %.80q%s", s, hint)
}

func readRepository(ref text) (string, error) {
	s, err := repositoryPattern(ref.Value)
	if err != nil {
		return "", ref.Errorf("%w", err)
	}
	return s, nil
}

// readEnvironment accepts "*" or a literal name.
func readEnvironment(ref text) (string, error) {
	s := ref.Value
	if s == "" || s != "*" && strings.Contains(s, "*") || len(s) > maxPattern {
		return "", ref.Errorf(`want the name of an environment or "*" for all`)
	}
	return s, nil
}

// grantsOf yields the grants that are given to id, whose certificate says c.
func (t *Trust) grantsOf(id evidence.Identity, c *provenance.Certificate) iter.Seq[*grant] {
	return func(yield func(*grant) bool) {
		roles, person := t.rolesOf(id, c), t.Fold(id)
		for i := range t.grants {
			g := &t.grants[i]
			switch {
			case g.role != "" && slices.Contains(roles, g.role),
				g.person != "" && g.person == person,
				g.identity != "" && matchIdentity(g.identity, string(id)):
				if !yield(g) {
					return
				}
			}
		}
	}
}

// KindTag is the kind of a question about the signature in a git tag, which is
// no statement and has no predicate type.
const KindTag = "tag"

// KindLayout is the kind of a question about the owner of an in-toto layout,
// which is no statement either.
const KindLayout = "layout"

// kindProvenance stands for build provenance as SLSA defines it, in any version.
const (
	kindProvenance  = "provenance"
	provenanceTypes = "https://slsa.dev/provenance/v"
)

// kindVSA stands for the word of a verifier: a SLSA verification summary, or a
// simple verification result, in any version.
const kindVSA = "vsa"

var verificationTypes = []string{"https://slsa.dev/verification_summary/v", "https://in-toto.io/attestation/svr/v"}

// coversKind compares a predicate type URI with the grant's kinds.
func (g *grant) coversKind(uri string) bool {
	name, version, own := strings.Cut(strings.TrimPrefix(uri, evidence.PredicateBase), "/v")
	own = own && strings.HasPrefix(uri, evidence.PredicateBase) &&
		version != "" && strings.Trim(version, "0123456789") == ""
	return slices.ContainsFunc(g.kinds, func(kind string) bool {
		switch kind {
		case "*":
			return true
		case kindProvenance:
			return strings.HasPrefix(uri, provenanceTypes)
		case kindVSA:
			return slices.ContainsFunc(verificationTypes, func(prefix string) bool { return strings.HasPrefix(uri, prefix) })
		case KindTag, KindLayout:
			return uri == kind
		}
		// A name without scheme is one of ours, never what a statement says.
		return own && kind == name || kind == uri && strings.Contains(uri, "://")
	})
}

func (g *grant) coversRepository(address string) bool {
	return slices.ContainsFunc(g.repositories, func(p string) bool { return Match(p, address) })
}

// coversEnvironment compares the environment that a statement names. A
// statement that names none speaks of all: it needs a grant for all, or one
// that is not about environments.
func (g *grant) coversEnvironment(name string) bool {
	if name == "" && len(g.environments) == 0 {
		return true
	}
	return slices.Contains(g.environments, "*") || name != "" && slices.Contains(g.environments, name)
}
