// Package vsa reads and writes SLSA verification summaries, statements that
// somebody has verified something: the predicate
// https://slsa.dev/verification_summary/v1 (VSA), and, to write only, in-toto's
// simple verification result v0.2 (SVR).
//
// A summary of ours says in the extension field "dossier_verification" what the
// verdict is bound to (rules of format, R23): the release, the state of its
// dossier, trust, policy and effective policy, the moment and the expectation.
// Without that a summary of an older state, or by looser rules, would look the
// same. Nothing here checks a signature.
package vsa

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

const (
	// Type is the predicate type of a VSA.
	Type = "https://slsa.dev/verification_summary/v1"
	// SVRType is the predicate type of an SVR.
	SVRType = "https://in-toto.io/attestation/svr/v0.2"
	// VerifierID names this program as the verifier. Who runs it is told by the
	// signature.
	VerifierID = "https://release-dossier.github.io/dossier/verifiers/v1"

	// Passed and Failed are the results.
	Passed = "PASSED"
	Failed = "FAILED"

	// StateScheme begins the URI of each input: "dossier:sha256:<state>".
	StateScheme = "dossier:"

	slsaVersion = "1.0"
	maxInputs   = 20_000
	maxLevels   = 1000
)

// Summary is the predicate of a VSA (slsa.dev/spec/v1.0/verification_summary).
type Summary struct {
	Verifier     Verifier                      `json:"verifier"`
	TimeVerified evidence.Time                 `json:"timeVerified"`
	ResourceURI  string                        `json:"resourceUri"`
	Policy       evidence.ResourceDescriptor   `json:"policy"`
	Inputs       []evidence.ResourceDescriptor `json:"inputAttestations,omitempty"`
	// Result is Passed or Failed.
	Result string   `json:"verificationResult"`
	Levels []string `json:"verifiedLevels"`
	// SLSAVersion is the version of the specification.
	SLSAVersion string `json:"slsaVersion,omitempty"`
	// Dossier is our extension; nil in the summaries of other tools.
	Dossier *Binding `json:"dossier_verification,omitempty"`
}

// Verifier is who verified.
type Verifier struct {
	ID      string            `json:"id"`
	Version map[string]string `json:"version,omitempty"`
}

// Binding says what a verdict of ours holds for.
type Binding struct {
	// Release is the digest of the release statement, Repository, Component and
	// Version what it is of.
	Release    evidence.DigestSet `json:"release"`
	Repository string             `json:"repository"`
	Component  string             `json:"component,omitempty"`
	Version    string             `json:"version"`
	// State is the state of the dossier (rules of format, R8), without what only
	// brought an earlier summary of the release along.
	State evidence.DigestSet `json:"state"`
	// Trust, Policy and EffectivePolicy are the documents that judged.
	Trust           evidence.DigestSet `json:"trust"`
	Policy          evidence.DigestSet `json:"policy"`
	EffectivePolicy evidence.DigestSet `json:"effectivePolicy"`
	// AsOf is the moment of judgement, Gate the decision, Expected what was
	// expected, in words, Verdict the verdict: "ACCEPTED", "NOT ACCEPTED".
	AsOf     evidence.Time `json:"asOf"`
	Gate     string        `json:"gate"`
	Expected string        `json:"expected"`
	Verdict  string        `json:"verdict"`
	// Tool is the version of this program.
	Tool string `json:"tool"`
}

// New returns the payload of a VSA about artifacts.
func New(artifacts []evidence.ResourceDescriptor, s Summary) ([]byte, error) {
	s.SLSAVersion = slsaVersion
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("vsa: %w", err)
	}
	return attest.NewStatement(artifacts, Type, s)
}

// result is the predicate of an SVR (in-toto attestation framework,
// spec/predicates/svr.md). The policy is an extension of the verifier, as it
// proposes.
type result struct {
	Verifier struct {
		Verifier
		Policy evidence.ResourceDescriptor `json:"policy"`
	} `json:"verifier"`
	TimeCreated evidence.Time `json:"timeCreated"`
	Properties  []string      `json:"properties"`
	Dossier     *Binding      `json:"dossier_verification,omitempty"`
}

// NewSVR returns the payload of an SVR that says the same of the artifacts as
// s, with the properties that were found to hold.
func NewSVR(artifacts []evidence.ResourceDescriptor, s Summary, properties []string) ([]byte, error) {
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("svr: %w", err)
	}
	r := result{TimeCreated: s.TimeVerified, Properties: properties, Dossier: s.Dossier}
	if r.Properties == nil {
		r.Properties = []string{}
	}
	r.Verifier.Verifier, r.Verifier.Policy = s.Verifier, s.Policy
	return attest.NewStatement(artifacts, SVRType, r)
}

// Parse reads the predicate of a VSA.
func Parse(st attest.Statement) (*Summary, error) {
	if st.PredicateType != Type {
		return nil, fmt.Errorf("the predicate type %.100q is not that of a SLSA verification summary v1", st.PredicateType)
	}
	var s Summary
	if err := strictjson.Unmarshal(st.Predicate, &s); err != nil {
		return nil, fmt.Errorf("in the predicate: %w", err)
	}
	return &s, s.validate()
}

func (s *Summary) validate() error {
	switch {
	case s.Verifier.ID == "":
		return errors.New("at /predicate/verifier/id: missing")
	case s.TimeVerified.IsZero():
		return errors.New("at /predicate/timeVerified: missing")
	case s.ResourceURI == "":
		return errors.New("at /predicate/resourceUri: missing")
	case s.Policy.URI == "" && len(s.Policy.Digest) == 0:
		return errors.New("at /predicate/policy: missing")
	case s.Result != Passed && s.Result != Failed:
		return fmt.Errorf("at /predicate/verificationResult: %.40q is neither PASSED nor FAILED", s.Result)
	case len(s.Levels) == 0:
		return errors.New("at /predicate/verifiedLevels: missing")
	case s.Result == Passed && slices.Contains(s.Levels, Failed):
		return errors.New("at /predicate/verifiedLevels: FAILED, and verificationResult is PASSED")
	case len(s.Levels) > maxLevels:
		return fmt.Errorf("at /predicate/verifiedLevels: more than %d", maxLevels)
	case len(s.Inputs) > maxInputs:
		return fmt.Errorf("at /predicate/inputAttestations: more than %d", maxInputs)
	case s.Dossier == nil:
		return nil
	}
	for _, d := range []struct {
		name string
		set  evidence.DigestSet
	}{
		{"release", s.Dossier.Release}, {"state", s.Dossier.State}, {"trust", s.Dossier.Trust},
		{"policy", s.Dossier.Policy}, {"effectivePolicy", s.Dossier.EffectivePolicy},
	} {
		if _, ok := d.set.SHA256(); !ok {
			return fmt.Errorf("at /predicate/dossier_verification/%s/sha256: missing", d.name)
		}
	}
	return s.bound()
}

// bound checks that a binding agrees with what the specification has a field
// for.
func (s *Summary) bound() error {
	b := s.Dossier
	if passed := b.Verdict == "ACCEPTED"; passed != (s.Result == Passed) {
		return fmt.Errorf("at /predicate/dossier_verification/verdict: %.40q, and verificationResult is %s", b.Verdict, s.Result)
	}
	if policy, ok := s.Policy.Digest.SHA256(); ok {
		if d, _ := b.Policy.SHA256(); d != policy {
			return errors.New("at /predicate/dossier_verification/policy: another one than /predicate/policy")
		}
	}
	state, _ := b.State.SHA256()
	for i, in := range s.Inputs {
		if strings.HasPrefix(in.URI, StateScheme) && in.URI != StateScheme+state.String() {
			return fmt.Errorf("at /predicate/inputAttestations/%d/uri: another state than /predicate/dossier_verification/state", i)
		}
	}
	return nil
}

// Uses reports whether a statement is among the inputs.
func (s *Summary) Uses(statement evidence.Digest) bool {
	for _, in := range s.Inputs {
		if d, ok := in.Digest.SHA256(); ok && d == statement {
			return true
		}
	}
	return false
}

// Of reports whether a statement is a summary of ours about a release.
func Of(st attest.Statement, release evidence.Digest) bool {
	var p struct {
		Dossier *struct {
			Release evidence.DigestSet `json:"release"`
		} `json:"dossier_verification"`
	}
	if st.PredicateType != Type && st.PredicateType != SVRType || strictjson.Unmarshal(st.Predicate, &p) != nil || p.Dossier == nil {
		return false
	}
	d, ok := p.Dossier.Release.SHA256()
	return ok && d == release
}
