package sigstore

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/release-dossier/dossier/internal/cms"
)

// Match is what a text must be: exactly one, or all of it a pattern's. The zero
// Match matches nothing, and no Match matches an empty text.
type Match struct {
	asked   bool
	exact   string
	pattern *regexp.Regexp
}

// Exactly matches one text. If that is empty, perhaps a variable that was not
// set, it matches nothing, and is asked for all the same.
func Exactly(text string) Match { return Match{asked: true, exact: text} }

// Pattern matches texts of which the regular expression (RE2) matches the
// whole: it is anchored at both ends, whether it says so or not.
func Pattern(expr string) (Match, error) {
	if expr == "" {
		return Match{}, errors.New("the pattern is empty")
	}
	if _, err := regexp.Compile(expr); err != nil {
		return Match{}, err
	}
	re, err := regexp.Compile(`\A(?:` + expr + `)\z`)
	return Match{asked: true, pattern: re}, err
}

func (m Match) matches(text string) bool {
	switch {
	case text == "":
		return false
	case m.pattern != nil:
		return m.pattern.MatchString(text)
	}
	return m.exact == text
}

func (m Match) String() string {
	if m.pattern != nil {
		return "a match of " + m.pattern.String()
	}
	if m.exact == "" {
		return "nothing: the text to match is empty"
	}
	return m.exact
}

// Identity is whom a certificate must be for. Subject and Issuer are always
// asked, together; the rest where it is set. Extensions are those of Fulcio
// (its oid-info.md); a certificate that has none of a kind does not match.
type Identity struct {
	// Subject is the one subject alternative name: an e-mail address, or the URI
	// of a workflow.
	Subject Match
	// Issuer is the OpenID Connect issuer.
	Issuer Match

	Repository Match // source repository URI
	Ref        Match // source repository ref, refs/tags/v1.2.3
	Commit     Match // source repository digest
	Workflow   Match // build config URI: the workflow that the run started from
	Builder    Match // build signer URI: the workflow that signed, perhaps a reusable one
	Runner     Match // runner environment, github-hosted
	Trigger    Match // build trigger, push
}

// is reports why a certificate is not for i.
func (i Identity) is(s *certificate.Summary) error {
	for _, f := range []struct {
		name     string
		want     Match
		got      string
		required bool
	}{
		{"identity", i.Subject, s.SubjectAlternativeName, true},
		{"issuer", i.Issuer, s.Issuer, true},
		{"repository", i.Repository, s.SourceRepositoryURI, false},
		{"ref", i.Ref, s.SourceRepositoryRef, false},
		{"commit", i.Commit, s.SourceRepositoryDigest, false},
		{"workflow", i.Workflow, s.BuildConfigURI, false},
		{"builder", i.Builder, s.BuildSignerURI, false},
		{"runner", i.Runner, s.RunnerEnvironment, false},
		{"trigger", i.Trigger, s.BuildTrigger, false},
	} {
		if (f.required || f.want.asked) && !f.want.matches(f.got) {
			return fmt.Errorf("the %s is %q, want %s", f.name, f.got, f.want)
		}
	}
	return nil
}

// Signers is by whom a bundle must be signed. The zero Signers is nobody.
type Signers struct {
	names      []Match
	identities []Identity
	keys       []crypto.PublicKey
	anyone     bool
}

// ByIdentity is the holders of certificates for one of the identities.
func ByIdentity(any ...Identity) Signers { return Signers{identities: any} }

// ByName is the holders of certificates by [Authorities] for a name, such as
// "ana@acme.example": the form of the name is not asked.
func ByName(any ...Match) Signers { return Signers{names: any} }

// And is the signers of both.
func (s Signers) And(o Signers) Signers {
	return Signers{
		names: slices.Concat(s.names, o.names), identities: slices.Concat(s.identities, o.identities),
		keys: slices.Concat(s.keys, o.keys), anyone: s.anyone || o.anyone,
	}
}

// ByKey is the holders of bare keys.
func ByKey(any ...crypto.PublicKey) Signers { return Signers{keys: any} }

// ByAnyoneUnsafe is everybody for whom an authority of the trusted root has
// issued a certificate. The caller decides by Result.Signer, and must.
func ByAnyoneUnsafe() Signers { return Signers{anyone: true} }

// summarize reads who a certificate is for. It is for exactly one: of several,
// each reader would take another one.
func summarize(leaf *x509.Certificate) (*certificate.Summary, error) {
	s, err := certificate.SummarizeCertificate(leaf)
	if err != nil {
		return nil, problemf(WrongIdentity, "%v", err)
	}
	if n := names(leaf); n != 1 {
		return nil, problemf(WrongIdentity, "the certificate is for %d identities at once", n)
	}
	return &s, nil
}

// names counts the subject alternative names of any form (RFC 5280, section
// 4.2.1.6), also those that Go does not read.
func names(leaf *x509.Certificate) int {
	n := 0
	for _, e := range leaf.Extensions {
		if !e.Id.Equal(cryptoutils.SANOID) {
			continue
		}
		all := cms.DER{String: e.Value}
		list, ok := all.Seq(cbasn1.SEQUENCE)
		if !ok || !all.Empty() {
			return 0
		}
		for ; !list.Empty(); n++ {
			var name cryptobyte.String
			var tag cbasn1.Tag
			if !list.ReadAnyASN1Element(&name, &tag) {
				return 0
			}
		}
	}
	return n
}

// identify checks whom the certificate is for.
func (s Signers) identify(summary *certificate.Summary) error {
	if s.anyone {
		return nil
	}
	var why []string
	for _, i := range s.identities {
		err := i.is(summary)
		if err == nil {
			return nil
		}
		why = append(why, err.Error())
	}
	return problemf(WrongIdentity, "%s", strings.Join(why, "; "))
}

// name checks the name in a certificate of a company: email:..., uri:..., dns:...
func (s Signers) name(typed string) error {
	_, name, _ := strings.Cut(typed, ":")
	switch {
	case s.anyone:
		return nil
	case len(s.names) == 0:
		return problemf(KeyMissing, "the bundle is signed with a certificate of a company: its name is needed, not a key or an issuer")
	}
	for _, want := range s.names {
		if want.matches(name) {
			return nil
		}
	}
	return problemf(WrongIdentity, "the certificate is for %q, want %s", name, s.names[0])
}
