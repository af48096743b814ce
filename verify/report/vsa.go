package report

import (
	"errors"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/vsa"
	"github.com/release-dossier/dossier/verify"
)

// Errors of [VSA] and [SVR].
var (
	// ErrNothingVerified: no release statement could be relied on, or nobody was
	// trusted, or no policy judged: there is nothing to say of an artifact.
	ErrNothingVerified = errors.New("nothing was verified that a summary could tell of: trust, a policy and a release statement by a signer whom trust lets sign it are needed")
	// ErrNothingExpected: a verification of whichever release the file is about
	// says nothing about an artifact in anybody's hands (rules of format, R7).
	ErrNothingExpected = errors.New("a summary says what an artifact was verified as: expect a release or an artifact")
)

// SummaryOptions are what a report does not know of itself.
type SummaryOptions struct {
	// VerifiedAt is when the verification was run, which is not the moment of
	// judgement if that was given.
	VerifiedAt evidence.Time
	// Tool is the version of the program.
	Tool string
	// ResourceURI names what was verified to policy engines; "" for
	// "git+<repository>@<version>".
	ResourceURI string
}

// VSA returns the payload of a SLSA verification summary of r, to be signed by
// whoever verified (rules of format, R23). A verdict other than ACCEPTED is
// FAILED, and is written as that.
func VSA(r *verify.Report, o SummaryOptions) ([]byte, error) {
	s, err := summaryOf(r, o)
	if err != nil {
		return nil, err
	}
	return vsa.New(subjects(r), s)
}

// SVR returns the payload of an in-toto simple verification result of r. It
// names the controls that passed; a release that is not accepted does not have
// the property DOSSIER_ACCEPTED.
func SVR(r *verify.Report, o SummaryOptions) ([]byte, error) {
	s, err := summaryOf(r, o)
	if err != nil {
		return nil, err
	}
	return vsa.NewSVR(subjects(r), s, properties(r))
}

func summaryOf(r *verify.Report, o SummaryOptions) (vsa.Summary, error) {
	switch b := r.Basis; {
	case r.Release == nil || !r.Relied || r.Trust == nil || r.Policy == nil || b.State == nil || len(b.Artifacts) == 0:
		return vsa.Summary{}, ErrNothingVerified
	case !b.Expects:
		return vsa.Summary{}, ErrNothingExpected
	}
	s := vsa.Summary{
		Verifier:     vsa.Verifier{ID: vsa.VerifierID, Version: map[string]string{"dossier": o.Tool}},
		TimeVerified: o.VerifiedAt,
		ResourceURI:  o.ResourceURI,
		Policy: evidence.ResourceDescriptor{
			Name: r.Policy.ID, URI: "dossier-policy:" + r.Policy.Digest.String(), Digest: r.Policy.Digest.Set(),
		},
		Result: vsa.Failed,
		Levels: []string{vsa.Failed},
		Dossier: &vsa.Binding{
			Release: r.Release.Statement.Set(), Repository: r.Release.Repository, Component: r.Release.Component, Version: r.Release.Version,
			State: r.Basis.State.Set(), Trust: r.Trust.Digest.Set(), Policy: r.Policy.Digest.Set(), EffectivePolicy: r.Policy.Effective.Set(),
			AsOf: r.AsOf, Gate: string(r.Gate), Expected: r.Expected, Verdict: string(r.Verdict), Tool: o.Tool,
		},
	}
	if s.ResourceURI == "" {
		s.ResourceURI = "git+" + r.Release.Repository + "@" + r.Release.Version
	}
	if r.Verdict == verify.Accepted {
		s.Result, s.Levels = vsa.Passed, []string{property("PROFILE", r.Policy.Profile)}
	}
	for _, id := range r.Basis.Statements {
		s.Inputs = append(s.Inputs, evidence.ResourceDescriptor{URI: vsa.StateScheme + r.Basis.State.String(), Digest: id.Set()})
	}
	return s, nil
}

func subjects(r *verify.Report) []evidence.ResourceDescriptor {
	var list []evidence.ResourceDescriptor
	for _, a := range r.Basis.Artifacts {
		list = append(list, evidence.ResourceDescriptor{Name: a.Name, Digest: a.Digest.Set()})
	}
	return list
}

// properties are what was found to hold. Nothing counts in a file that is not
// genuine.
func properties(r *verify.Report) []string {
	var list []string
	switch r.Verdict {
	case verify.NotGenuine:
		return nil
	case verify.Accepted:
		list = append(list, "DOSSIER_ACCEPTED", property("PROFILE", r.Policy.Profile))
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Layer == verify.Controls && !isControl(c) && c.Blocks() {
			return nil // it is no policy for this release, or was forced on it
		}
		if c.Layer == verify.Controls && c.Outcome == verify.Pass {
			list = append(list, property("CONTROL", c.ID))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// property is a name of ours in the form that SVR proposes.
func property(kind, name string) string {
	return "DOSSIER_" + kind + "_" + strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, strings.ToUpper(name))
}
