package sigstore

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
)

// Match is what a text must be: exactly one, or all of it a pattern's. The zero
// Match matches nothing.
type Match struct {
	exact   string
	pattern *regexp.Regexp
}

// Exactly matches one text.
func Exactly(text string) Match { return Match{exact: text} }

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
	return Match{pattern: re}, err
}

func (m Match) zero() bool { return m.exact == "" && m.pattern == nil }

func (m Match) matches(text string) bool {
	if m.pattern != nil {
		return m.pattern.MatchString(text)
	}
	return m.exact != "" && m.exact == text
}

func (m Match) String() string {
	if m.pattern != nil {
		return "a match of " + m.pattern.String()
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
		if (f.required || !f.want.zero()) && !f.want.matches(f.got) {
			return fmt.Errorf("the %s is %q, want %s", f.name, f.got, f.want)
		}
	}
	return nil
}

// Signers is by whom a bundle must be signed. The zero Signers is nobody.
type Signers struct {
	identities []Identity
	keys       []crypto.PublicKey
	anyone     bool
}

// ByIdentity is the holders of certificates for one of the identities.
func ByIdentity(any ...Identity) Signers { return Signers{identities: any} }

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
	if n := len(leaf.URIs) + len(leaf.EmailAddresses) + len(leaf.DNSNames) + len(leaf.IPAddresses); n > 1 {
		return nil, problemf(WrongIdentity, "the certificate is for %d identities at once", n)
	}
	return &s, nil
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
